-- Restore: archived rows back into their table.
--
-- It runs with its caller's rights. Small SECURITY DEFINER functions do what the caller may not: _lock() and
-- _lock_transaction() lock archived rows, _mark() marks those as restored whose live rows this transaction inserted.
-- Only the insert itself sees the caller's search path, as the table's own triggers expect it: elsewhere, a function
-- that somebody put into a schema on that path would run as the caller.

create type archive.restore_result as (
    source      regclass,
    archive_id  bigint,
    row_id      text,    -- the live row's key; several columns separated by commas
    outcome     text,    -- restored, copied, skipped; would_restore, would_copy, would_skip, conflict in a dry run
    detail      text     -- why, or what was left out
);

comment on type archive.restore_result is 'What a restore did, or would do, with one archived row.';


create type archive.locked_row as (
    source      regclass,
    archive_id  bigint,
    archived_at timestamptz,
    key         jsonb,   -- the values of the primary key's columns, an array in its order
    restored_at timestamptz,
    restored_by text,
    erased_at   timestamptz,
    lost        text     -- columns with a value that the table no longer has
);

comment on type archive.locked_row is 'An archived row that this transaction has locked.';


create function archive._restore(
    source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text
) returns setof archive.restore_result
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_rows    archive.locked_row[];
    v_missing bigint;
begin
    perform set_config('archive.callers_path', callers_path, true);
    perform archive._check_ids(archive_ids);
    perform archive._check_overrides(source, overrides);
    if on_conflict = 'copy' then
        perform archive._check_new_keys(source);
    end if;

    v_rows := array(select l from archive._lock(source, archive_ids) l);
    select min(i) into v_missing
      from unnest(archive_ids) i
     where i not in (select r.archive_id from unnest(v_rows) r);
    if v_missing is not null then
        raise exception 'no archived row % of %', v_missing, archive._label(source) using errcode = 'AR404';
    end if;
    return query select * from archive._settle(v_rows, overrides, on_conflict, dry_run);
end
$$;

comment on function archive._restore(regclass, bigint[], jsonb, text, boolean, text) is 'What archive.restore() does.';


create function archive._restore_transaction(
    transaction_id xid8, archived_at timestamptz, on_conflict text, dry_run boolean, callers_path text
) returns setof archive.restore_result
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_rows archive.locked_row[];
begin
    perform set_config('archive.callers_path', callers_path, true);
    v_rows := array(select l from archive._lock_transaction(transaction_id, archived_at) l);
    if v_rows = '{}' then
        raise exception 'no archived row of transaction %', transaction_id using errcode = 'AR404';
    end if;
    return query select * from archive._settle(v_rows, '{}', on_conflict, dry_run);
end
$$;

comment on function archive._restore_transaction(xid8, timestamptz, text, boolean, text) is
    'What archive.restore_transaction() does.';


create function archive.restore(
    source      regclass,
    archive_ids bigint[],
    overrides   jsonb   default '{}',
    on_conflict text    default 'fail',
    dry_run     boolean default false
) returns setof archive.restore_result
    language sql
begin atomic
    select * from archive._restore(
        source, archive_ids, coalesce(overrides, '{}'), on_conflict, dry_run, current_setting('search_path'));
end;

comment on function archive.restore(regclass, bigint[], jsonb, text, boolean) is
    'Restores archived rows. overrides: column values for all of them. on_conflict: fail (all or nothing), skip, or copy (under a new key). dry_run: says what would happen. AR404 no such row, AR409 cannot be restored, AR422 bad argument.';


create function archive.restore_transaction(
    transaction_id xid8,
    archived_at    timestamptz default null,
    on_conflict    text        default 'fail',
    dry_run        boolean     default false
) returns setof archive.restore_result
    language sql
begin atomic
    select * from archive._restore_transaction(
        transaction_id, archived_at, on_conflict, dry_run, current_setting('search_path'));
end;

comment on function archive.restore_transaction(xid8, timestamptz, text, boolean) is
    'Undoes one deletion: restores, in one statement, the rows that a transaction deleted from all archived tables. archived_at: which one, where a dump and restore has made the id ambiguous. AR404 nothing was deleted, AR409 cannot be restored.';
