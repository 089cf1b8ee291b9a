-- Restore, step 5 of 5: what a result says of its row: the key, what was left out, why it cannot be restored.

create function archive._restore_row_id(key jsonb) returns text
    language sql immutable
    return (select string_agg(v, ',' order by n) from jsonb_array_elements_text(key) with ordinality e (v, n));

comment on function archive._restore_row_id(jsonb) is 'A key as text.';


create function archive._restore_omission(locked archive.locked_row) returns text
    language sql stable
    return case when (locked).lost is not null
                then format('left out, for %s has no such column now: %s',
                            archive._label((locked).source), (locked).lost)
           end;

comment on function archive._restore_omission(archive.locked_row) is
    'What a restore of the row leaves in the archive; null if nothing.';


-- A PostgreSQL error, in terms of the row.
create function archive._restore_reason(
    locked          archive.locked_row,
    overrides       jsonb,
    state           text,
    message         text,
    detail          text,
    violated        text,
    violated_column text
) returns text
    language plpgsql
as $$
declare
    v_constraint pg_constraint;
    v_columns    text;
begin
    select c.* into v_constraint from pg_constraint c where c.conrelid = locked.source and c.conname = violated;
    select string_agg(a.attname, ', ' order by k.position)
      into v_columns
      from unnest(v_constraint.conkey) with ordinality k (attnum, position)
      join pg_attribute a on a.attrelid = locked.source and a.attnum = k.attnum;

    return case
        when state = '23505' and v_constraint.contype = 'p' then
            format('a live row has this %s', v_columns)
        when state = '23505' then
            'unique value taken: ' || trim(trailing '.' from coalesce(nullif(detail, ''), message)) || coalesce((
                select ' in row ' || archive._restore_blocking_key(locked, overrides, i.indexrelid)
                  from pg_index i
                  join pg_class c on c.oid = i.indexrelid
                 where i.indrelid = locked.source and c.relname = violated), '')
        when state = '23503' and v_constraint.contype = 'f' then
            format('its %s no longer exists: %s',
                   regexp_replace(v_columns, '_id$', ''), coalesce(nullif(detail, ''), message))
        when state = '23502' then
            format('%s must not be null now, and has no value in the archive', violated_column)
        else
            message
    end;
end
$$;

comment on function archive._restore_reason(archive.locked_row, jsonb, text, text, text, text, text) is
    'Why a row could not be inserted, in terms of the row.';


-- Finds, by the unique index, the live row with the value that the archived row needs too.
create function archive._restore_blocking_key(locked archive.locked_row, overrides jsonb, index regclass) returns text
    language plpgsql stable
as $$
declare
    v_values    text;
    v_condition text;
    v_wanted    jsonb;
    v_key       jsonb;
    v_statement text;
    v_lookup    text;
begin
    select string_agg(d.expression, ', ' order by a.attnum),
           string_agg(format('%s = ($1 ->> %s)::%s',
                             d.expression, a.attnum - 1, format_type(a.atttypid, a.atttypmod)), ' and ')
               || coalesce(' and ' || pg_get_expr(i.indpred, i.indrelid), '')
      into v_values, v_condition
      from pg_index i
      join pg_attribute a on a.attrelid = i.indexrelid and a.attnum <= i.indnkeyatts
     cross join lateral pg_get_indexdef(i.indexrelid, a.attnum, false) as d (expression)
     where i.indexrelid = index
     group by i.indpred, i.indrelid;

    v_statement := format(
        'select pg_catalog.jsonb_build_array(%s)'
        '  from (select (pg_catalog.jsonb_populate_record(null::%s, pg_catalog.to_jsonb(a) || $2)).*'
        '          from %s a where a.archive_id = $1) wanted',
        v_values, archive._name(locked.source), archive._name((archive._registry_entry(locked.source)).target));
    v_lookup := format(
        'select pg_catalog.jsonb_build_array(%s) from only %s where %s limit 1',
        (select string_agg(format('%I', k), ', ') from unnest(archive._key(locked.source)) k),
        archive._name(locked.source), v_condition);
    perform archive._restore_enter_callers_path();
    execute v_statement into v_wanted using locked.archive_id, overrides;
    execute v_lookup into v_key using v_wanted;
    perform archive._restore_leave_callers_path();
    return archive._restore_row_id(v_key);
end
$$;

comment on function archive._restore_blocking_key(archive.locked_row, jsonb, regclass) is
    'The key of the live row that is in the way of a unique index; null where it cannot be seen.';
