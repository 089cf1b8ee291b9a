-- Who may do what. Everything not granted here is the owner's alone.

revoke all on schema archive from public;
revoke all on all routines in schema archive from public, archive_runtime, archive_auditor;

grant usage on schema archive to archive_runtime, archive_auditor;
grant execute on function archive.actor(), archive.health(boolean) to archive_runtime, archive_auditor;
grant select on archive.partition_sizes to archive_runtime, archive_auditor;
-- What the views call, which asks for the caller's rights.
grant execute on function
    archive._label(regclass),
    archive._partitions(regclass),
    archive._estimate(regclass, timestamptz, timestamptz),
    archive._name(regclass)
    to archive_runtime, archive_auditor;
grant select on archive.holds, archive.purge_log to archive_auditor;

-- What the API needs.
grant select, insert, update, delete on public.item, public."user" to archive_runtime;
grant select, insert, delete on public.ended_token to archive_runtime;
grant select on public.alembic_version to archive_runtime;
grant select on archive.purge_log to archive_runtime;
grant execute on function
    archive.restore(regclass, bigint[], jsonb, text, boolean),
    archive.restore_transaction(xid8, timestamptz, text, boolean),
    archive.make_partitions(),
    archive._restore(regclass, bigint[], jsonb, text, boolean, text),
    archive._restore_transaction(xid8, timestamptz, text, boolean, text),
    archive._settle(archive.locked_row[], jsonb, text, boolean),
    archive._restore_rows(archive.locked_row[], jsonb, text),
    archive._restore_halves(archive.locked_row[], jsonb, text),
    archive._restore_one(archive.locked_row, jsonb, text),
    archive._is_no_conflict(text),
    archive._insert(archive.locked_row[], jsonb, boolean),
    archive._insert_statement(archive.registry, jsonb, boolean),
    archive._lock(regclass, bigint[]),
    archive._lock_transaction(xid8, timestamptz),
    archive._mark(regclass, bigint[], jsonb[], timestamptz, timestamptz),
    archive._row_id(jsonb),
    archive._left_out(archive.locked_row),
    archive._taken_by(archive.locked_row, jsonb, regclass),
    archive._explain(archive.locked_row, jsonb, text, text, text, text, text),
    archive._enter_callers_path(),
    archive._leave_callers_path(),
    archive._check_ids(bigint[]),
    archive._check_overrides(regclass, jsonb),
    archive._check_new_keys(regclass),
    archive._entry(regclass),
    archive._columns(regclass),
    archive._nullable_type(oid, integer),
    archive._metadata(),
    archive._key(regclass),
    archive._refuse(text)
    to archive_runtime;
