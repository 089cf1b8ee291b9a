-- Who may do what. Everything not granted here is the owner's alone.

select archive._role_choose(current_setting('archive.roles', true));

do $grants$
begin
    execute format($$
        revoke all on schema archive from public;
        revoke all on all routines in schema archive from public, %1$I, %2$I;

        grant usage on schema archive to %1$I, %2$I;
        grant execute on function archive.actor(), archive.version(), archive.health(boolean) to %1$I, %2$I;
        grant select on archive.partition_sizes, archive.tables, archive.daily to %1$I, %2$I;
        -- Functions in a view, or in SQL, run with the rights of whoever reads it.
        grant execute on function
            archive._address(regclass),
            archive._label(regclass),
            archive._label_setting(text),
            archive._partitions(regclass),
            archive._tree(regclass),
            archive.deletions(text, integer, jsonb),
            archive.deletion(xid8, timestamptz),
            archive.describe(text),
            archive._view_rows(regclass),
            archive._view_period(regclass),
            archive._view_daily(),
            archive._name(regclass)
            to %1$I, %2$I;
        -- A report tells copied columns from the archive's own.
        grant execute on function archive._archive_metadata() to %2$I;
        grant select on archive.holds, archive.purge_log to %1$I, %2$I;
        grant select on archive.export_log to %2$I;

        -- What an application needs.
        grant select on archive.blanked_references to %1$I;
        grant execute on function
            archive.restore(regclass, bigint[], jsonb, text, boolean),
            archive.restore_transaction(xid8, timestamptz, text, boolean),
            archive.maintain(integer),
            archive._restore_by_ids(regclass, bigint[], jsonb, text, boolean, text),
            archive._restore_by_transaction(xid8, timestamptz, text, boolean, text),
            archive._restore_enter_callers_path(),
            archive._restore_leave_callers_path(),
            archive._restore_check_overrides(regclass, jsonb),
            archive._restore_check_new_key(regclass),
            archive._restore_select_ids(regclass, bigint[]),
            archive._restore_select_transaction(xid8, timestamptz),
            archive._restore_condition(archive.restore_selection),
            archive._restore_lock(archive.restore_selection),
            archive._restore_run(archive.restore_selection, jsonb, text, boolean),
            archive._restore_rows(archive.restore_selection, jsonb, text, boolean),
            archive._restore_together(archive.restore_selection, jsonb),
            archive._restore_is_conflict(text),
            archive._restore_check_now(regclass[]),
            archive._restore_check_later(regclass[]),
            archive._restore_deferrable(regclass[], boolean),
            archive._restore_columns(archive.registry),
            archive._restore_key(archive.registry),
            archive._restore_lost(archive.registry),
            archive._restore_statement(archive.restore_selection, jsonb, boolean, boolean),
            archive._restore_insert_statement(regclass, archive.restore_selection, jsonb, boolean),
            archive._restore_check_rules(regclass[]),
            archive._restore_insert(text, archive.restore_selection, jsonb, bigint, boolean),
            archive._restore_key_condition(archive.registry, boolean),
            archive._restore_equality(regclass, smallint),
            archive._restore_mark(regclass, archive.restore_selection, text[]),
            archive._restore_references(regclass, archive.restore_selection),
            archive._restore_noted(regclass, archive.restore_selection),
            archive._restore_may_refer(archive.noted_constraint),
            archive._restore_references_statement(regclass, archive.restore_selection, archive.noted_constraint),
            archive._restore_references_missing(regclass, archive.restore_selection),
            archive._blanking_constraints(regclass),
            archive._unarchived_children(regclass),
            archive._attnums(regclass, name[]),
            archive._attnames(regclass, smallint[]),
            archive._key_columns(regclass),
            archive._restore_sequences(regclass),
            archive._restore_row_id(regclass, text),
            archive._restore_outcomes(regclass, archive.restore_selection, jsonb, boolean),
            archive._restore_lost_detail(archive.registry),
            archive._restore_has_trigger(regclass),
            archive._restore_changed(archive.registry, jsonb),
            archive._restore_not_archived(regclass),
            archive._restore_written(regclass[]),
            archive._restore_effects(regclass[], jsonb),
            archive._restore_rows_and_effects(archive.restore_selection, jsonb, text, boolean),
            archive._restore_reason(regclass, bigint, jsonb, archive.restore_error),
            archive._restore_blocking(regclass, bigint, jsonb, name, boolean),
            archive._restore_any_trigger(regclass),
            archive._restore_blocking_statement(regclass, regclass, jsonb),
            archive._restore_each(archive.restore_selection, jsonb, text, boolean),
            archive._restore_passes(archive.restore_selection, bigint[], oid[], jsonb, text, boolean),
            archive._restore_fail(archive.restore_result[], boolean),
            archive._restore_check_seen(bigint, bigint),
            archive._restore_refused(text),
            archive._restore_lives(regclass, jsonb, text),
            archive._restore_done(archive.restore_selection, jsonb, text),
            archive._restore_waiting(archive.restore_selection, jsonb, text, archive.restore_result[]),
            archive._restore_pass(archive.restore_selection, bigint[], oid[], jsonb, text, boolean),
            archive._restore_batch(archive.restore_selection, bigint[], oid[]),
            archive._restore_results(archive.restore_selection, jsonb),
            archive._restore_row_statements(archive.restore_selection, jsonb, text),
            archive._restore_row(archive.restore_selection, text[], jsonb, text),
            archive._restore_row_result(archive.restore_selection, jsonb, boolean),
            archive._registry_entry(regclass),
            archive._check_ids(bigint[]),
            archive._refuse(text),
            archive._archive_metadata(),
            archive._columns(regclass),
            archive._live(regclass),
            archive._restore_constraint(regclass, name),
            archive._base_type(oid, integer),
            archive._key(regclass),
            archive._key_index(regclass),
            archive._is_registered_oid(regclass, oid),
            archive._excluded(archive.registry),
            archive._copy_name(name),
            archive._attnum(regclass, name),
            archive._foreign_keys_to(regclass),
            archive._copies(archive.registry),
            archive._restore_needs_text(regtype),
            archive._restore_value(archive.registry, archive.copied_column),
            archive._restore_archived(archive.copied_column)
            to %1$I;
    $$, archive._role('runtime'), archive._role('auditor'));
end
$grants$;
