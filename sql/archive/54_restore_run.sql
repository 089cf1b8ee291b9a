-- Restore, step 3 of 5: the selected rows are restored, for real or as a dry run, all together where nothing hinders.

-- A dry run is the real run in a subtransaction that is rolled back. What a function has returned outlives that.
create function archive._restore_run(
    selection archive.restore_selection, overrides jsonb, on_conflict text, dry_run boolean
) returns setof archive.restore_result
    language plpgsql
as $$
begin
    if on_conflict is null or on_conflict not in ('fail', 'skip', 'copy') then
        perform archive._refuse(format('on_conflict is fail, skip or copy, not %L', on_conflict));
    end if;

    perform archive._restore_check_now(selection.sources);
    if dry_run then
        begin
            return query
                select r.source, r.archive_id, r.row_id,
                       case r.outcome when 'restored' then 'would_restore'
                                      when 'copied'   then 'would_copy'
                                      when 'skipped'  then 'would_skip'
                                      else r.outcome end,
                       r.detail
                  from archive._restore_rows_and_effects(selection, overrides, on_conflict, preview => true) r;
            raise exception using errcode = 'ARDRY';
        exception when sqlstate 'ARDRY' then
            null;
        end;
    else
        return query
            select * from archive._restore_rows_and_effects(selection, overrides, on_conflict, preview => false);
    end if;
    perform archive._restore_check_later(selection.sources);
end
$$;

comment on function archive._restore_run(archive.restore_selection, jsonb, text, boolean) is
    'Restores the selected rows, or rehearses it. AR409, and nothing restored, on a conflict under ''fail''.';


create function archive._restore_rows(
    selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean
) returns setof archive.restore_result
    language plpgsql
as $$
declare
    v_selection archive.restore_selection;
    v_source    regclass;
begin
    v_selection := archive._restore_together(selection, overrides);
    if v_selection.sources is not null then
        return query select * from archive._restore_results(v_selection, overrides);
    else
        return query select * from archive._restore_each(selection, overrides, on_conflict, preview);
    end if;
    foreach v_source in array coalesce(selection.sources, '{}') loop
        perform archive._restore_sequences(v_source);
    end loop;
end
$$;

comment on function archive._restore_rows(archive.restore_selection, jsonb, text, boolean) is
    'Restores the selected rows and returns the outcome of each: restored, copied, skipped or, in a preview, conflict.';


-- Fast, and rows that refer to each other satisfy their foreign keys. The lock belongs to the same subtransaction as
-- the update that follows: two of them would make a multixact of each row.
create function archive._restore_together(selection archive.restore_selection, overrides jsonb)
    returns archive.restore_selection
    language plpgsql
as $$
declare
    v_found record;
begin
    if exists (select from unnest(selection.sources) s where overrides ?| archive._key(s)::text[]) then
        return null;
    end if;
    v_found := archive._restore_lock(selection);
    if v_found.blocked then
        return null;
    end if;
    perform archive._restore_insert(
        archive._restore_statement(v_found.locked, overrides), v_found.locked, overrides, v_found.row_count);
    return v_found.locked;
exception when others then
    if not archive._restore_is_conflict(sqlstate) then
        raise;
    end if;
    return null;
end
$$;

comment on function archive._restore_together(archive.restore_selection, jsonb) is
    'Restores all rows in one statement and returns the selection as locked; null, and nothing done, on a conflict.';


-- Constraints and triggers refuse a row, triggers with any SQLSTATE. The classes listed here say nothing about the row:
-- missing rights, races, exhausted resources, time limits, faults of the server and of the archive itself.
create function archive._restore_is_conflict(state text) returns boolean
    language sql immutable
    return state <> '42501'
           and (state = 'AR409'
                or left(state, 2) not in ('0A', '25', '40', '53', '54', '55', '57', '58', 'AR', 'XX'));

comment on function archive._restore_is_conflict(text) is
    'Whether an error is about the row being restored; any other ends the restore.';


-- What waits for the commit to be checked would be refused too late for on_conflict, and after a preview. A violation
-- that was pending before is nobody's row: it ends the whole call.
create function archive._restore_check_now(sources regclass[]) returns void
    language plpgsql
as $$
declare
    v_constraints text := archive._restore_deferrable(sources, false);
begin
    if v_constraints is not null then
        execute format('set constraints %s immediate', v_constraints);
    end if;
exception when others then
    if not archive._restore_is_conflict(sqlstate) then
        raise;
    end if;
    raise exception 'this transaction already violates a deferred constraint of %: %',
        array_to_string(sources, ' or '), sqlerrm
        using errcode = 'AR409', hint = 'Mend or roll back what it did before the restore, and restore again.';
end
$$;

comment on function archive._restore_check_now(regclass[]) is
    'Makes the deferrable constraints and constraint triggers of tables immediate. AR409 if one is violated already.';


create function archive._restore_check_later(sources regclass[]) returns void
    language plpgsql
as $$
declare
    v_constraints text := archive._restore_deferrable(sources, true);
begin
    if v_constraints is not null then
        execute format('set constraints %s deferred', v_constraints);
    end if;
end
$$;

comment on function archive._restore_check_later(regclass[]) is 'Defers again what was declared INITIALLY DEFERRED.';


create function archive._restore_deferrable(sources regclass[], initially_deferred boolean) returns text
    language sql stable
    return (
        select string_agg(distinct format('%I.%I', n.nspname, c.conname), ', ')
          from pg_constraint c
          join pg_namespace n on n.oid = c.connamespace
         where c.conrelid = any (sources) and c.condeferrable and (c.condeferred or not initially_deferred)
    );

comment on function archive._restore_deferrable(regclass[], boolean) is
    'The deferrable constraints of tables, or those INITIALLY DEFERRED, as a list.';
