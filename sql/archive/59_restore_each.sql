-- Restore, where something is in the way: the rows in batches that shrink at a conflict and grow again after it.

create type archive.restore_attempt as (
    result archive.restore_result,
    again  boolean  -- whether the row may succeed once others are back
);

comment on type archive.restore_attempt is 'What one pass made of one archived row.';


-- A row that is copied takes a new key. So all others come back first, lest it be one of theirs.
create function archive._restore_each(
    selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean
) returns setof archive.restore_result
    language plpgsql
as $$
declare
    v_found   record := archive._restore_lock(selection);
    v_queue   record;
    v_result  archive.restore_result;
    v_done    archive.restore_result[];
    v_refused archive.restore_result[] := '{}';
begin
    v_done := array(select r from archive._restore_done(v_found.locked, overrides, on_conflict) r);
    perform archive._restore_fail(v_done, preview);
    v_queue := archive._restore_waiting(v_found.locked, overrides, on_conflict);
    perform archive._restore_check_seen(cardinality(v_done) + cardinality(v_queue.ids), v_found.row_count);

    for v_result in
        select *
          from archive._restore_passes(
              v_found.locked, v_queue.ids, v_queue.sources, overrides,
              case on_conflict when 'copy' then 'skip' else on_conflict end, preview and on_conflict <> 'copy')
    loop
        if on_conflict = 'copy' and v_result.outcome = 'skipped' then
            v_refused := v_refused || v_result;
        else
            return next v_result;
        end if;
    end loop;
    if v_refused <> '{}' then
        perform archive._restore_sequences(s) from unnest((v_found.locked).sources) s;
        v_queue := archive._restore_waiting(v_found.locked, overrides, on_conflict, v_refused);
        return query
            select *
              from archive._restore_passes(
                  v_found.locked, v_queue.ids, v_queue.sources, overrides, on_conflict, preview);
    end if;
    return query select * from unnest(v_done);
end
$$;

comment on function archive._restore_each(archive.restore_selection, jsonb, text, boolean) is
    'Restores rows as many together as possible, and returns the outcome of each. A preview ends at 1000 conflicts.';


-- A row may refer to another of the same set. So rows that were refused are tried again, together first, as long as a
-- pass restores at least one more.
create function archive._restore_passes(
    selection   archive.restore_selection,
    ids         bigint[],
    sources     oid[],
    overrides   jsonb,
    on_conflict text,
    preview     boolean
) returns setof archive.restore_result
    language plpgsql
as $$
declare
    v_queue    record;
    v_attempt  archive.restore_attempt;
    v_refused  archive.restore_result[] := '{}';
    v_waiting  archive.restore_result[];
    v_progress boolean;
    v_tried    bigint;
begin
    select _restore_passes.ids, _restore_passes.sources into v_queue;
    loop
        select '{}', false, 0 into v_waiting, v_progress, v_tried;
        for v_attempt in
            select *
              from archive._restore_pass(selection, v_queue.ids, v_queue.sources, overrides, on_conflict, preview)
        loop
            v_tried := v_tried + 1;
            if (v_attempt.result).outcome in ('restored', 'copied') then
                v_progress := true;
                return next v_attempt.result;
            elsif v_attempt.again then
                v_waiting := v_waiting || v_attempt.result;
            else
                v_refused := v_refused || v_attempt.result;
            end if;
        end loop;
        perform archive._restore_fail(v_refused, preview);
        exit when not v_progress or v_waiting = '{}' or v_tried < cardinality(v_queue.ids);
        v_queue := archive._restore_waiting(selection, overrides, on_conflict, v_waiting);
    end loop;

    v_refused := v_refused || v_waiting;
    perform archive._restore_fail(v_refused, preview);
    return query
        select r.source, r.archive_id, r.row_id, r.outcome,
               case when n = cardinality(v_refused) and v_tried < cardinality(v_queue.ids)
                    then format('%s; the preview ends here, after %s conflicts', r.detail, n)
                    else r.detail end
          from unnest(v_refused) with ordinality r (source, archive_id, row_id, outcome, detail, n);
end
$$;

comment on function archive._restore_passes(archive.restore_selection, bigint[], oid[], jsonb, text, boolean) is
    'Restores rows of a selection in passes; then returns those that stay archived.';


create function archive._restore_fail(refused archive.restore_result[], preview boolean) returns void
    language plpgsql
as $$
declare
    v_conflict archive.restore_result := refused[1];
begin
    if v_conflict.outcome = 'conflict' and not preview then
        raise exception 'archived row % of %: %',
            v_conflict.archive_id, archive._label(v_conflict.source), v_conflict.detail
            using errcode = 'AR409',
                  hint = 'Nothing was restored. on_conflict => ''skip'' or ''copy'' restores the others.';
    end if;
end
$$;

comment on function archive._restore_fail(archive.restore_result[], boolean) is
    'AR409 for the first conflict under ''fail'', unless it is a preview.';


create function archive._restore_check_seen(seen bigint, locked bigint) returns void
    language plpgsql
as $$
begin
    if seen < locked then
        raise exception 'a policy hides % of % archived rows from %', locked - seen, locked, current_user
            using errcode = 'AR409', hint = 'Who restores must see the archived rows.';
    end if;
end
$$;

comment on function archive._restore_check_seen(bigint, bigint) is 'AR409 unless the caller sees the rows locked.';


create function archive._restore_refused(on_conflict text) returns text
    language sql immutable
    return case on_conflict when 'fail' then 'conflict' else 'skipped' end;

comment on function archive._restore_refused(text) is 'The outcome of a row that is not restored.';


-- Whose key lives cannot come back: seen by one join, where an attempt of each would take a thousand times as long.
-- Not for a copy, nor under another key; and a trigger may make of the row what it wants.
create function archive._restore_lives(source regclass, overrides jsonb, on_conflict text) returns text
    language sql stable
    return case
        when on_conflict = 'copy' or archive._restore_has_trigger(source) or overrides ?| archive._key(source)::text[]
            then 'false'
        else format('exists (select from %s live where %s)', archive._live(source),
                    archive._restore_key_condition(archive._registry_entry(source), false))
    end;

comment on function archive._restore_lives(regclass, jsonb, text) is
    'A condition: a live row has the archived row''s key, and is in the way.';


create function archive._restore_done(selection archive.restore_selection, overrides jsonb, on_conflict text)
    returns setof archive.restore_result
    language plpgsql
as $$
declare
    v_source regclass;
begin
    foreach v_source in array coalesce(selection.sources, '{}') loop
        return query execute format(
            'select $5::pg_catalog.regclass, a.archive_id, %s, $6,'
            '       case when a.erased_at is not null then pg_catalog.format(''erased at %%s'', a.erased_at)'
            '            when a.restored_at is not null'
            '            then pg_catalog.format(''already restored by %%s at %%s'', a.restored_by, a.restored_at)'
            '            else %L end'
            '  from %s a'
            ' where %s and (a.restored_at is not null or a.erased_at is not null or %s) order by a.archive_id',
            archive._restore_row_id(v_source, 'a'),
            format('a live row has this %s', array_to_string(archive._key(v_source), ', ')),
            archive._name((archive._registry_entry(v_source)).target), archive._restore_condition(selection),
            archive._restore_lives(v_source, overrides, on_conflict))
        using selection.ids, selection.first, selection.last, selection.transaction_id,
              v_source, archive._restore_refused(on_conflict);
    end loop;
end
$$;

comment on function archive._restore_done(archive.restore_selection, jsonb, text) is
    'The results of rows that are restored or erased already, or whose key lives.';


create function archive._restore_waiting(
    selection archive.restore_selection, overrides jsonb, on_conflict text,
    among archive.restore_result[] default null,
    out ids bigint[], out sources oid[]
)
    language plpgsql
as $$
declare
    v_source regclass;
    v_ids    bigint[];
begin
    ids := '{}';
    sources := '{}';
    foreach v_source in array coalesce(selection.sources, '{}') loop
        if among is not null then
            v_ids := array(select r.archive_id from unnest(among) r where r.source = v_source order by r.archive_id);
        else
            execute format(
                'select coalesce(array_agg(a.archive_id order by a.archive_id), ''{}'')'
                '  from %s a where %s and a.restored_at is null and a.erased_at is null and not %s',
                archive._name((archive._registry_entry(v_source)).target), archive._restore_condition(selection),
                archive._restore_lives(v_source, overrides, on_conflict)
            ) into v_ids using selection.ids, selection.first, selection.last, selection.transaction_id;
        end if;
        ids := ids || v_ids;
        sources := sources || array_fill(v_source::oid, array[cardinality(v_ids)]);
    end loop;
end
$$;

comment on function archive._restore_waiting(archive.restore_selection, jsonb, text, archive.restore_result[]) is
    'The rows of a selection that nothing seen is in the way of, parents first, each with its table.';
