-- Restore, step 1 of 5: the entry points, and their arguments checked before any row is locked.
--
--   step  file                  functions                                        what they do
--   1     50_restore_arguments  restore, restore_transaction                     note the caller's search path
--                               _restore_by_ids, _restore_by_transaction         check, select, run
--   2     52_restore_lock       _restore_select_ids, _restore_select_transaction say which rows, in which tables
--                               _restore_lock                                    locks them
--   3     54_restore_run        _restore_run, _restore_rows                      for real, or as a dry run
--                               _restore_together                                all rows in one statement
--         55_restore_columns    _restore_columns, _restore_lost                  how to read an archived row
--   4     56_restore_insert     _restore_statement, _restore_insert              insert the rows as the caller
--         57_restore_mark       _restore_mark                                    marks them, once they live
--         57_restore_references _restore_references                              puts references to them back
--   5     58_restore_outcomes   _restore_outcomes                                what a result says of a restored row
--         58_restore_reasons    _restore_reason                                  why a row stays archived
--         59_restore_each       _restore_each                                    where a row is in the way: passes
--         59_restore_pass       _restore_pass, _restore_row                      over batches and single rows
--
-- All of this runs as the caller, so that nobody restores what they may not insert, and no trigger or domain of the
-- table gains a right. What callers may not do themselves is SECURITY DEFINER, one thing each: finding and locking
-- archived rows, marking them, moving a sequence on, and reading the registry.
--
-- The search path is the archive's own: a function that somebody put into a schema on the caller's path would run as
-- the caller. Only statements on the caller's table run under the caller's path, as its triggers, domains and index
-- expressions expect.
--
-- restore() and restore_transaction() come after the functions that they call: `begin atomic` needs those first.

create type archive.restore_result as (
    source      regclass,
    archive_id  bigint,
    row_id      text,    -- the live row's key; several columns separated by commas
    outcome     text,    -- restored, copied, skipped; would_restore, would_copy, would_skip, conflict in a dry run
    detail      text     -- why, or what was left out
);

comment on type archive.restore_result is 'What a restore did, or would do, with one archived row.';


create type archive.restore_selection as (
    sources        regclass[],   -- parents before their children
    transaction_id xid8,         -- null where the rows are named by their ids
    ids            bigint[],     -- the rows; of a transaction, those that stay where they are
    first          timestamptz,  -- the times of the first and the last deletion: they tell the partitions
    last           timestamptz
);

comment on type archive.restore_selection is
    'The archived rows of a restore, as a condition: the rows themselves never travel.';


create function archive._restore_by_ids(
    source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text
) returns setof archive.restore_result
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set quote_all_identifiers = off
as $$
begin
    perform set_config('archive.callers_path', callers_path, true);
    perform archive._check_ids(archive_ids);
    perform archive._restore_check_overrides(source, overrides);
    if on_conflict = 'copy' then
        perform archive._restore_check_new_key(source);
    end if;
    return query select *
                   from archive._restore_run(
                       archive._restore_select_ids(source, archive_ids), overrides, on_conflict, dry_run);
end
$$;

comment on function archive._restore_by_ids(regclass, bigint[], jsonb, text, boolean, text) is
    'archive.restore() with the caller''s search path as an argument.';


create function archive._restore_by_transaction(
    transaction_id xid8, archived_at timestamptz, on_conflict text, dry_run boolean, callers_path text
) returns setof archive.restore_result
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set quote_all_identifiers = off
as $$
begin
    perform set_config('archive.callers_path', callers_path, true);
    return query select *
                   from archive._restore_run(
                       archive._restore_select_transaction(transaction_id, archived_at), '{}', on_conflict, dry_run);
end
$$;

comment on function archive._restore_by_transaction(xid8, timestamptz, text, boolean, text) is
    'archive.restore_transaction() with the caller''s search path as an argument.';


create function archive.restore(
    source      regclass,
    archive_ids bigint[],
    overrides   jsonb   default '{}',
    on_conflict text    default 'fail',
    dry_run     boolean default false
) returns setof archive.restore_result
    language sql
begin atomic
    select * from archive._restore_by_ids(
        source, archive_ids, coalesce(overrides, '{}'), on_conflict, dry_run, current_setting('search_path'));
end;

comment on function archive.restore(regclass, bigint[], jsonb, text, boolean) is
    'Restores archived rows. overrides: column values for all of them.'
    ' on_conflict: fail (all or nothing), skip, or copy (under a new key). dry_run: says what would happen.'
    ' AR404 no such row, AR409 cannot be restored, AR422 bad argument.';


create function archive.restore_transaction(
    transaction_id xid8,
    archived_at    timestamptz default null,
    on_conflict    text        default 'fail',
    dry_run        boolean     default false
) returns setof archive.restore_result
    language sql
begin atomic
    select * from archive._restore_by_transaction(
        transaction_id, archived_at, on_conflict, dry_run, current_setting('search_path'));
end;

comment on function archive.restore_transaction(xid8, timestamptz, text, boolean) is
    'Undoes one deletion: restores, in one statement, the rows that a transaction deleted from all archived tables.'
    ' archived_at: which one, where a dump and restore has made the id ambiguous.'
    ' AR404 nothing was deleted, AR409 cannot be restored.';


create function archive._restore_enter_callers_path() returns void
    language sql
begin atomic
    select set_config('search_path', coalesce(current_setting('archive.callers_path', true), ''), true);
end;

comment on function archive._restore_enter_callers_path() is
    'Sets the search path that archive.restore() was called with.';


create function archive._restore_leave_callers_path() returns void
    language sql
begin atomic
    select set_config('search_path', 'pg_catalog, pg_temp', true);
end;

comment on function archive._restore_leave_callers_path() is 'Sets the archive''s own search path again.';


-- A wrong name or type is the argument's fault. Found by the insert, it would be reported as a conflict of each row.
create function archive._restore_check_overrides(source regclass, overrides jsonb) returns void
    language plpgsql
as $$
declare
    v_names text;
    v_types text;
    v_cast  text;
begin
    perform archive._registry_entry(source);
    if overrides = '{}' then
        return;
    end if;
    if jsonb_typeof(overrides) <> 'object' then
        perform archive._refuse('overrides is an object: {"column": value}');
    end if;

    select string_agg(format('%I', o.name), ', ')
      into v_names
      from jsonb_object_keys(overrides) o (name)
     where o.name not in (select c.name from archive._columns(source) c where not c.generated);
    if v_names is not null then
        perform archive._refuse(format('%s has no column to write to named %s', archive._label(source), v_names));
    end if;

    select string_agg(format('%I %s', c.name, c.type), ', ')
      into v_types
      from archive._columns(source) c
     where overrides ? c.name;
    if v_types is not null then
        begin
            v_cast := format('select from pg_catalog.jsonb_to_record($1) as o (%s)', v_types);
            perform archive._restore_enter_callers_path();
            execute v_cast using overrides;
            perform archive._restore_leave_callers_path();
        exception when data_exception or check_violation or not_null_violation then
            perform archive._refuse('overrides: ' || sqlerrm);
        end;
    end if;
end
$$;

comment on function archive._restore_check_overrides(regclass, jsonb) is
    'AR422 unless each override is a value for a column of the table.';


create function archive._restore_check_new_key(source regclass) returns void
    language plpgsql
as $$
begin
    if not exists (
        select
          from archive._columns(source) c
         where c.name = any (archive._key(source)) and c.default_value is not null
    ) then
        perform archive._refuse(format(
            '%s cannot be copied under a new key: no column of its primary key has a default', archive._label(source)));
    end if;
end
$$;

comment on function archive._restore_check_new_key(regclass) is
    'AR422 unless the table can make a new key by itself.';
