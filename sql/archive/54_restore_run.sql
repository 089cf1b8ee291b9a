-- Restore, step 3 of 5: the locked rows are restored, for real or as a dry run, as many together as possible.

-- A dry run is the real run in a subtransaction that is rolled back; its results, in a variable, outlive that.
create function archive._restore_run(locked archive.locked_row[], overrides jsonb, on_conflict text, dry_run boolean)
    returns setof archive.restore_result
    language plpgsql
as $$
declare
    v_results  archive.restore_result[];
    v_conflict archive.restore_result;
begin
    if on_conflict is null or on_conflict not in ('fail', 'skip', 'copy') then
        perform archive._refuse(format('on_conflict is fail, skip or copy, not %L', on_conflict));
    end if;

    if dry_run then
        begin
            v_results := archive._restore_passes(locked, overrides, on_conflict);
            raise exception using errcode = 'ARDRY';
        exception when sqlstate 'ARDRY' then
            null;
        end;
        return query
            select r.source, r.archive_id, r.row_id,
                   case r.outcome when 'restored' then 'would_restore'
                                  when 'copied'   then 'would_copy'
                                  when 'skipped'  then 'would_skip'
                                  else r.outcome end,
                   r.detail
              from unnest(v_results) r;
        return;
    end if;

    v_results := archive._restore_passes(locked, overrides, on_conflict);
    select * into v_conflict from unnest(v_results) r where r.outcome = 'conflict' limit 1;
    if found then
        raise exception 'archived row % of %: %',
            v_conflict.archive_id, archive._label(v_conflict.source), v_conflict.detail
            using errcode = 'AR409',
                  hint = 'Nothing was restored. on_conflict => ''skip'' or ''copy'' restores the others.';
    end if;
    return query select * from unnest(v_results);
end
$$;

comment on function archive._restore_run(archive.locked_row[], jsonb, text, boolean) is
    'Restores locked rows, or rehearses it. AR409, and nothing restored, on a conflict under ''fail''.';


-- Retry the rows that failed as long as a pass restores at least one more: a row may depend on another of the same set.
-- Under 'fail' the first remaining conflict makes _restore_run() roll everything back.
create function archive._restore_passes(locked archive.locked_row[], overrides jsonb, on_conflict text)
    returns archive.restore_result[]
    language plpgsql
as $$
declare
    v_rows    archive.locked_row[]     := locked;
    v_tried   archive.restore_result[];
    v_results archive.restore_result[] := '{}';
begin
    loop
        v_tried := archive._restore_halves(v_rows, overrides, on_conflict);
        v_results := v_results || array(select r from unnest(v_tried) r where r.outcome in ('restored', 'copied'));
        v_tried := array(select r from unnest(v_tried) r where r.outcome not in ('restored', 'copied'));
        exit when cardinality(v_tried) in (0, cardinality(v_rows));
        v_rows := array(
            select l
              from unnest(v_rows) l
              join unnest(v_tried) t on t.source = l.source and t.archive_id = l.archive_id);
    end loop;
    return v_results || v_tried;
end
$$;

comment on function archive._restore_passes(archive.locked_row[], jsonb, text) is
    'Restores locked rows and returns the outcome of each: restored, copied, skipped or, under ''fail'', conflict.';


-- All rows together first: it is fast, and rows that refer to each other satisfy their foreign keys. Where that fails,
-- each half by itself, down to the single rows that cannot be restored.
create function archive._restore_halves(locked archive.locked_row[], overrides jsonb, on_conflict text)
    returns archive.restore_result[]
    language plpgsql
as $$
declare
    v_half integer := cardinality(locked) / 2;
begin
    if not exists (
        select from unnest(locked) r where r.restored_at is not null or r.erased_at is not null
    ) and (overrides = '{}' or not exists (
        select from unnest(locked) r where overrides ?| archive._key(r.source)::text[]
    )) then
        begin
            perform archive._restore_insert(locked, overrides);
            return array(
                select row(r.source, r.archive_id,
                           -- The usual key has one column: spare it a function call for each row.
                           case when jsonb_array_length(r.key) = 1 then r.key ->> 0
                                else archive._restore_row_id(r.key) end,
                           'restored', archive._restore_omission(r))::archive.restore_result
                  from unnest(locked) r);
        exception when others then
            if not archive._restore_is_conflict(sqlstate) then
                raise;
            end if;
        end;
    end if;

    if v_half = 0 then
        return array[archive._restore_row(locked[1], overrides, on_conflict)];
    end if;
    return archive._restore_halves(locked[:v_half], overrides, on_conflict)
        || archive._restore_halves(locked[v_half + 1:], overrides, on_conflict);
end
$$;

comment on function archive._restore_halves(archive.locked_row[], jsonb, text) is
    'Restores locked rows, as many together as possible.';


create function archive._restore_row(locked archive.locked_row, overrides jsonb, on_conflict text)
    returns archive.restore_result
    language plpgsql
as $$
declare
    v_outcomes   text[] := case on_conflict when 'copy' then '{restored,copied}' else '{restored}' end::text[];
    v_result     archive.restore_result;
    v_state      text;
    v_message    text;
    v_detail     text;
    v_constraint text;
    v_column     text;
begin
    v_result.source := locked.source;
    v_result.archive_id := locked.archive_id;
    v_result.row_id := archive._restore_row_id(locked.key);

    if locked.erased_at is not null then
        v_result.detail := format('erased at %s', locked.erased_at);
    elsif locked.restored_at is not null then
        v_result.detail := format('already restored by %s at %s', locked.restored_by, locked.restored_at);
    else
        foreach v_result.outcome in array v_outcomes loop
            begin
                v_result.row_id := archive._restore_row_id(
                    archive._restore_insert(array[locked], overrides, new_key => v_result.outcome = 'copied'));
                v_result.detail := nullif(concat_ws('; ', v_result.detail, archive._restore_omission(locked)), '');
                return v_result;
            exception when others then
                if not archive._restore_is_conflict(sqlstate) then
                    raise;
                end if;
                get stacked diagnostics
                    v_state      = returned_sqlstate,
                    v_message    = message_text,
                    v_detail     = pg_exception_detail,
                    v_constraint = constraint_name,
                    v_column     = column_name;
                v_result.detail := archive._restore_reason(
                    locked, overrides, v_state, v_message, v_detail, v_constraint, v_column);
            end;
        end loop;
    end if;
    v_result.outcome := case on_conflict when 'fail' then 'conflict' else 'skipped' end;
    return v_result;
end
$$;

comment on function archive._restore_row(archive.locked_row, jsonb, text) is
    'Restores one archived row, or says why it cannot be.';


-- Constraints and triggers refuse a row, triggers with any SQLSTATE. The classes listed here say nothing about the row:
-- missing rights, races, exhausted resources, time limits, faults of the server and of the archive itself.
create function archive._restore_is_conflict(state text) returns boolean
    language sql immutable
    return state <> '42501'
           and (state = 'AR409'
                or left(state, 2) not in ('0A', '25', '40', '53', '54', '55', '57', '58', 'AR', 'XX'));

comment on function archive._restore_is_conflict(text) is
    'Whether an error is about the row being restored; any other ends the restore.';
