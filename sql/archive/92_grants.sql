-- Who may do what. Everything not granted here is the owner's alone.

revoke all on schema archive from public;
revoke all on all routines in schema archive from public, archive_runtime, archive_auditor;

grant usage on schema archive to archive_runtime, archive_auditor;
grant execute on function archive.actor(), archive.health(boolean) to archive_runtime, archive_auditor;
grant select on archive.partition_sizes to archive_runtime, archive_auditor;
-- Functions in a view run with the rights of whoever reads it.
grant execute on function
    archive._label(regclass),
    archive._partitions(regclass),
    archive._view_estimate(regclass, timestamptz, timestamptz),
    archive._name(regclass)
    to archive_runtime, archive_auditor;
-- A report tells copied columns from the archive's own.
grant execute on function archive._archive_metadata() to archive_auditor;
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
    archive._restore_by_ids(regclass, bigint[], jsonb, text, boolean, text),
    archive._restore_by_transaction(xid8, timestamptz, text, boolean, text),
    archive._restore_enter_callers_path(),
    archive._restore_leave_callers_path(),
    archive._restore_check_overrides(regclass, jsonb),
    archive._restore_check_new_key(regclass),
    archive._restore_lock(regclass, bigint[]),
    archive._restore_lock_transaction(xid8, timestamptz),
    archive._restore_run(archive.locked_row[], jsonb, text, boolean),
    archive._restore_passes(archive.locked_row[], jsonb, text),
    archive._restore_halves(archive.locked_row[], jsonb, text),
    archive._restore_row(archive.locked_row, jsonb, text),
    archive._restore_is_conflict(text),
    archive._restore_insert(archive.locked_row[], jsonb, boolean),
    archive._restore_set_constraints(regclass[]),
    archive._restore_insert_statement(archive.registry, jsonb, boolean),
    archive._restore_mark(regclass, bigint[], jsonb[], timestamptz, timestamptz),
    archive._restore_row_id(jsonb),
    archive._restore_omission(archive.locked_row),
    archive._restore_reason(archive.locked_row, jsonb, text, text, text, text, text),
    archive._restore_blocking_key(archive.locked_row, jsonb, regclass),
    archive._registry_entry(regclass),
    archive._check_ids(bigint[]),
    archive._refuse(text),
    archive._archive_metadata(),
    archive._columns(regclass),
    archive._nullable_type(oid, integer),
    archive._key(regclass)
    to archive_runtime;
