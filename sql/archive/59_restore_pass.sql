-- Restore, where something is in the way, continued: one pass over the rows, and one row by itself.

create function archive._restore_pass(
    selection   archive.restore_selection,
    ids         bigint[],
    sources     oid[],
    overrides   jsonb,
    on_conflict text,
    preview     boolean
) returns setof archive.restore_attempt
    language plpgsql
as $$
declare
    v_size      integer := case on_conflict when 'copy' then 1 else cardinality(ids) end;
    v_at        integer := 1;
    v_end       integer;
    v_conflicts integer := 0;
    v_batch     archive.restore_selection;
    v_source    regclass;
    v_inserts   text[];
    v_attempt   archive.restore_attempt;
begin
    while v_at <= cardinality(ids) and not (preview and v_conflicts = 1000) loop
        v_size := least(v_size, cardinality(ids) - v_at + 1);
        v_end := v_at + v_size - 1;
        v_batch := archive._restore_batch(selection, ids[v_at:v_end], sources[v_at:v_end]);
        if v_size > 1 then
            v_batch := archive._restore_together(v_batch, overrides);
            if v_batch.sources is not null then
                return query select r, false from archive._restore_results(v_batch, overrides) r;
                v_at := v_end + 1;
            end if;
            v_size := case when v_batch.sources is null then greatest(v_size / 8, 1) else v_size * 2 end;
            continue;
        end if;

        if v_source is distinct from v_batch.sources[1] then
            v_source := v_batch.sources[1];  -- its statements serve all its rows
            v_inserts := archive._restore_row_statements(v_batch, overrides, on_conflict);
        end if;
        v_attempt := archive._restore_row(v_batch, v_inserts, overrides, on_conflict);
        return next v_attempt;
        v_at := v_end + 1;
        if (v_attempt.result).outcome in ('restored', 'copied') then
            v_size := case on_conflict when 'copy' then 1 else 2 end;
        else
            v_conflicts := v_conflicts + 1;
            exit when on_conflict = 'fail' and not (preview or v_attempt.again);
        end if;
    end loop;
end
$$;

comment on function archive._restore_pass(archive.restore_selection, bigint[], oid[], jsonb, text, boolean) is
    'Tries each row once, in batches that shrink at a conflict and grow again after it.';


create function archive._restore_batch(selection archive.restore_selection, ids bigint[], sources oid[])
    returns archive.restore_selection
    language sql stable
    return row(array(select s::regclass from unnest(sources) with ordinality u (s, n) group by s order by min(n)),
               null, ids, (selection).first, (selection).last)::archive.restore_selection;

comment on function archive._restore_batch(archive.restore_selection, bigint[], oid[]) is 'Some rows of a selection.';


create function archive._restore_results(selection archive.restore_selection, overrides jsonb)
    returns setof archive.restore_result
    language plpgsql
as $$
declare
    v_source regclass;
begin
    foreach v_source in array coalesce(selection.sources, '{}') loop
        return query execute archive._restore_outcomes(v_source, selection, overrides)
            using selection.ids, selection.first, selection.last, selection.transaction_id;
    end loop;
end
$$;

comment on function archive._restore_results(archive.restore_selection, jsonb) is 'The results of restored rows.';


create function archive._restore_row_statements(
    selection archive.restore_selection, overrides jsonb, on_conflict text
) returns text[]
    language sql stable
    return array[format('select %s from %s a where a.archive_id = any ($1) and a.archived_at between $2 and $3',
                        archive._restore_row_id((selection).sources[1], 'a'),
                        archive._name((archive._registry_entry((selection).sources[1])).target)),
                 archive._restore_statement(
               selection, overrides, false, overrides ?| archive._key((selection).sources[1])::text[])]
        || case when on_conflict = 'copy'
                then array[archive._restore_statement(selection, overrides, true, true)] else '{}' end;

comment on function archive._restore_row_statements(archive.restore_selection, jsonb, text) is
    'The query for a row''s key, and the inserts to try: under its own key and, for a copy, under a new one.';


-- More rows can mend a missing reference, or what a trigger wants; they free no key and no value.
create function archive._restore_row(
    selection archive.restore_selection, statements text[], overrides jsonb, on_conflict text
) returns archive.restore_attempt
    language plpgsql
as $$
declare
    v_source  regclass := selection.sources[1];
    v_key     text[];
    v_why     text;
    v_instead text;
    v_result  archive.restore_result;
    v_again   boolean;
    v_error   archive.restore_error;
begin
    for n in 2 .. coalesce(cardinality(statements), 0) loop
        begin
            v_key := archive._restore_insert(
                statements[n], selection, overrides, 1, n = 3 or overrides ?| archive._key(v_source)::text[]);
            v_result := archive._restore_row_result(selection, overrides, v_key is not null);
            v_result.outcome := case n when 2 then 'restored' else 'copied' end;
            v_result.row_id := coalesce(array_to_string(v_key, ','), v_result.row_id);
            v_result.detail := nullif(concat_ws('; ', v_instead, v_result.detail), '');
            return row(v_result, false)::archive.restore_attempt;
        exception when others then
            if not archive._restore_is_conflict(sqlstate) then
                raise;
            end if;
            get stacked diagnostics
                v_error.state             = returned_sqlstate,
                v_error.message           = message_text,
                v_error.detail            = pg_exception_detail,
                v_error.violated          = constraint_name,
                v_error.violated_column   = column_name;
            v_why := archive._restore_reason(v_source, selection.ids[1], overrides, v_error);
            v_instead := coalesce(v_instead, v_why);
            v_again := v_error.state not in ('23502', '23505', '23514', '23P01');
        end;
    end loop;
    if statements is not null then
        execute statements[1] into v_result.row_id using selection.ids, selection.first, selection.last;
    end if;
    return row(row(v_source, selection.ids[1], v_result.row_id, archive._restore_refused(on_conflict), v_why),
               v_again)::archive.restore_attempt;
end
$$;

comment on function archive._restore_row(archive.restore_selection, text[], jsonb, text) is
    'Restores one archived row, or says why it cannot be.';


create function archive._restore_row_result(selection archive.restore_selection, overrides jsonb, new_key boolean)
    returns archive.restore_result
    language plpgsql
as $$
declare
    v_result archive.restore_result;
begin
    execute archive._restore_outcomes(selection.sources[1], selection, overrides, new_key) into v_result
      using selection.ids, selection.first, selection.last;
    return v_result;
end
$$;

comment on function archive._restore_row_result(archive.restore_selection, jsonb, boolean) is
    'The result of one row, as if it were restored.';
