-- Who may do what. Everything not granted here is the owner's alone.

select archive._role_choose(current_setting('archive.roles', true));

do $grants$
begin
    execute format($$
        revoke all on schema archive from public;
        revoke all on all routines in schema archive from public, %1$I, %2$I;

        grant usage on schema archive to %1$I, %2$I;
        grant execute on function archive.actor(), archive.version(), archive.health(boolean) to %1$I, %2$I;
        grant select on archive.partition_sizes to %1$I, %2$I;
        -- Functions in a view run with the rights of whoever reads it.
        grant execute on function
            archive._label(regclass),
            archive._partitions(regclass),
            archive._view_estimate(regclass, timestamptz, timestamptz),
            archive._name(regclass)
            to %1$I, %2$I;
        -- A report tells copied columns from the archive's own.
        grant execute on function archive._archive_metadata() to %2$I;
        grant select on archive.holds, archive.purge_log to %2$I;

        -- What an application needs.
        grant select on archive.purge_log to %1$I;
        grant execute on function
            archive.restore(regclass, bigint[], jsonb, text, boolean),
            archive.restore_transaction(xid8, timestamptz, text, boolean),
            archive.maintain(),
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
            to %1$I;
    $$, archive._role('runtime'), archive._role('auditor'));
end
$grants$;
