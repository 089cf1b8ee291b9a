-- Settings of the transaction that applies these files, and the version that they are.

set local archive.installing = '0.1.0';  -- the version; pyproject.toml has the same

-- Names here are qualified. A schema on the search path must not stand in for the catalogue.
set local search_path = pg_catalog, pg_temp;

-- Citus would make the archive's functions on every worker, and fail for those that read state tables of the
-- coordinator. PostgreSQL without Citus takes this as a setting of nobody's.
set local citus.enable_ddl_propagation = off;

set local client_min_messages = warning;  -- "already exists, skipping" says nothing
