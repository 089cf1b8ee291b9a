-- What becomes of rows to be restored: carried out or rehearsed, all at once or one by one.

-- What restore() and restore_transaction() have in common: carry out or rehearse, and let a conflict undo everything if it is to.
create function archive._settle(locked archive.locked_row[], overrides jsonb, on_conflict text, dry_run boolean)
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
            v_results := archive._restore_rows(locked, overrides, on_conflict);
            raise exception using errcode = 'ARDRY';  -- undo the rehearsal; variables outlive it
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

    v_results := archive._restore_rows(locked, overrides, on_conflict);
    select * into v_conflict from unnest(v_results) r where r.outcome = 'conflict' limit 1;
    if found then
        raise exception 'archived row % of %: %', v_conflict.archive_id, archive._label(v_conflict.source), v_conflict.detail
            using errcode = 'AR409', hint = 'Nothing was restored. on_conflict => ''skip'' or ''copy'' restores the others.';
    end if;
    return query select * from unnest(v_results);
end
$$;

comment on function archive._settle(archive.locked_row[], jsonb, text, boolean) is
    'Restores locked rows, or rehearses it. AR409, and nothing restored, on a conflict under ''fail''.';


-- Outcomes are restored, copied, skipped or, under 'fail', conflict: then the caller undoes the rest.
create function archive._restore_rows(locked archive.locked_row[], overrides jsonb, on_conflict text)
    returns archive.restore_result[]
    language plpgsql
as $$
declare
    v_rows    archive.locked_row[]     := locked;
    v_row     archive.locked_row;
    v_left    archive.locked_row[];
    v_result  archive.restore_result;
    v_results archive.restore_result[] := '{}';
    v_failed  archive.restore_result[];
begin
    -- All at once: rows that refer to each other satisfy their foreign keys together, and it is quick.
    if not exists (
        select from unnest(v_rows) r where r.restored_at is not null or r.erased_at is not null
    ) and (overrides = '{}' or not exists (
        select from unnest(v_rows) r where overrides ?| archive._key(r.source)::text[]
    )) then
        begin
            perform archive._insert(v_rows, overrides);
            return array(
                select row(r.source, r.archive_id,
                           case when jsonb_array_length(r.key) = 1 then r.key ->> 0 else archive._row_id(r.key) end,  -- quick for many
                           'restored', archive._left_out(r))::archive.restore_result
                  from unnest(v_rows) r);
        exception when integrity_constraint_violation or data_exception or datatype_mismatch or raise_exception or sqlstate 'AR409' then
            null;  -- something is in the way
        end;
    end if;

    -- One by one, to tell which row cannot be restored and why; again while that helps, for one may need another.
    loop
        v_left := '{}';
        v_failed := '{}';
        foreach v_row in array v_rows loop
            v_result := archive._restore_one(v_row, overrides, on_conflict);
            if v_result.outcome in ('restored', 'copied') then
                v_results := v_results || v_result;
            else
                v_left := v_left || v_row;
                v_failed := v_failed || v_result;
            end if;
        end loop;
        exit when cardinality(v_left) in (0, cardinality(v_rows));
        v_rows := v_left;
    end loop;
    return v_results || v_failed;
end
$$;

comment on function archive._restore_rows(archive.locked_row[], jsonb, text) is
    'Restores locked rows; says of each what became of it.';


create function archive._restore_one(locked archive.locked_row, overrides jsonb, on_conflict text)
    returns archive.restore_result
    language plpgsql
as $$
declare
    v_result     archive.restore_result;
    v_state      text;
    v_message    text;
    v_detail     text;
    v_constraint text;
    v_column     text;
begin
    v_result.source := locked.source;
    v_result.archive_id := locked.archive_id;
    v_result.row_id := archive._row_id(locked.key);

    if locked.erased_at is not null then
        v_result.detail := format('erased at %s', locked.erased_at);
    elsif locked.restored_at is not null then
        v_result.detail := format('already restored by %s at %s', locked.restored_by, locked.restored_at);
    else
        foreach v_result.outcome in array case on_conflict when 'copy' then '{restored,copied}' else '{restored}' end::text[] loop
            begin
                v_result.row_id := archive._row_id(archive._insert(array[locked], overrides, v_result.outcome = 'copied'));
                v_result.detail := nullif(concat_ws('; ', v_result.detail, archive._left_out(locked)), '');
                return v_result;
            exception when integrity_constraint_violation or data_exception or datatype_mismatch or raise_exception or sqlstate 'AR409' then
                get stacked diagnostics
                    v_state      = returned_sqlstate,
                    v_message    = message_text,
                    v_detail     = pg_exception_detail,
                    v_constraint = constraint_name,
                    v_column     = column_name;
                v_result.detail := archive._explain(locked, overrides, v_state, v_message, v_detail, v_constraint, v_column);
            end;
        end loop;
    end if;
    v_result.outcome := case on_conflict when 'fail' then 'conflict' else 'skipped' end;
    return v_result;
end
$$;

comment on function archive._restore_one(archive.locked_row, jsonb, text) is
    'Restores one archived row, or says why it cannot be.';
