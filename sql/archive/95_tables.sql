-- Every archived table is brought up to date, last of all.

set local citus.enable_ddl_propagation = on;

select archive._enable_all();
