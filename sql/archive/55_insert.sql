-- How one restore is carried out: lock, insert, mark; and how a failure is explained.

-- Inserts the rows, marks them as restored and returns the key of the last. Under a new key, where one is wanted, the
-- key's columns that have a default are left to it.
create function archive._insert(entry archive.registry, locked archive.locked_row[], overrides jsonb, new_key boolean default false)
    returns jsonb
    language plpgsql
as $$
declare
    v_ids     bigint[] := array(select r.archive_id from unnest(locked) r);
    v_keys    jsonb[]  := array(select r.key from unnest(locked) r);
    v_columns text;
    v_values  text;
    v_types   text;
    v_key     jsonb;
    v_count   bigint;
begin
    select string_agg(format('%I', c.name), ', '),
           string_agg(format(case when overrides ? c.name then 'o.%I' else 'a.%I' end, c.name), ', '),
           string_agg(format('%I %s', c.name, c.type), ', ') filter (where overrides ? c.name)
      into v_columns, v_values, v_types
      from archive._columns(entry.source) c
     where not c.generated
       and (overrides ? c.name
            or c.name <> all (entry.exclude)
               and c.name in (select t.name from archive._columns(entry.target) t)
               and not (new_key and c.name = any (archive._key(entry.source)) and c.has_default));

    execute format(
        'with restored as ('
        '    insert into %s as live (%s) overriding system value'
        '    select %s from %s a%s'
        '     where a.archive_id = any ($1)'
        '     order by a.archive_id'
        '    returning jsonb_build_array(%s) as key'
        ') select (array_agg(key))[1], count(*) from restored',
        archive._name(entry.source), v_columns,
        v_values, archive._name(entry.target),
        coalesce(' cross join jsonb_to_record($2) as o (' || v_types || ')', ''),
        (select string_agg(format('live.%I', k), ', ') from unnest(archive._key(entry.source)) k)
    ) into v_key, v_count using v_ids, overrides;

    if v_count <> cardinality(locked) then
        raise exception 'a trigger of % refused it', entry.source using errcode = 'AR409';
    end if;
    perform archive._mark(entry.source, v_ids, case when v_count = 1 then array[v_key] else v_keys end);
    return v_key;
end
$$;

comment on function archive._insert(archive.registry, archive.locked_row[], jsonb, boolean) is
    'Inserts archived rows into their table as the caller, and marks them as restored.';


-- In id order, so that two overlapping restores queue instead of deadlocking.
create function archive._lock(source regclass, archive_ids bigint[]) returns setof archive.locked_row
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry archive.registry := archive._entry(source);
begin
    return query execute format(
        'select a.archive_id, jsonb_build_array(%s), a.restored_at, a.restored_by'
        '  from %s a'
        ' where a.archive_id = any ($1)'
        ' order by a.archive_id'
        '   for update',
        (select string_agg(format('a.%I', k), ', ') from unnest(archive._key(source)) k),
        archive._name(v_entry.target)
    ) using archive_ids;
end
$$;

comment on function archive._lock(regclass, bigint[]) is 'Locks archived rows, in id order, and returns what a restore needs to know.';


create function archive._mark(source regclass, archive_ids bigint[], keys jsonb[]) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry archive.registry := archive._entry(source);
    v_count bigint;
begin
    execute format(
        'update %s a'
        '   set restored_at = now(), restored_by = $3'
        '  from unnest($1, $2) as m (archive_id, key)'
        '  join only %s live on %s'
        ' where a.archive_id = m.archive_id and a.restored_at is null',
        archive._name(v_entry.target), archive._name(source),
        (select string_agg(format('live.%I = (m.key ->> %s)::%s', c.name, k.position - 1, c.type), ' and ')
           from unnest(archive._key(source)) with ordinality k (name, position)
           join archive._columns(source) c on c.name = k.name)
    ) using archive_ids, keys, coalesce(archive.actor(), session_user);
    get diagnostics v_count = row_count;

    if v_count <> cardinality(archive_ids) then
        raise exception 'not every archived row named has a live row in %', source using errcode = 'AR409';
    end if;
end
$$;

comment on function archive._mark(regclass, bigint[], jsonb[]) is
    'Marks archived rows as restored, after a look at the live rows.';


create function archive._row_id(key jsonb) returns text
    language sql immutable
    return (select string_agg(v, ',' order by n) from jsonb_array_elements_text(key) with ordinality e (v, n));

comment on function archive._row_id(jsonb) is 'A key as text.';


-- An error of PostgreSQL's, said in terms of the row.
create function archive._explain(source regclass, state text, message text, detail text, violated text, violated_column text)
    returns text
    language plpgsql stable
as $$
declare
    v_constraint pg_constraint;
    v_columns    text;
begin
    select c.* into v_constraint from pg_constraint c where c.conrelid = source and c.conname = violated;
    select string_agg(a.attname, ', ' order by k.position)
      into v_columns
      from unnest(v_constraint.conkey) with ordinality k (attnum, position)
      join pg_attribute a on a.attrelid = source and a.attnum = k.attnum;

    return case
        when state = '23505' and v_constraint.contype = 'p' then
            format('a live row has this %s', v_columns)
        when state = '23505' then
            'unique value taken: ' || coalesce(nullif(detail, ''), message)
        when state = '23503' and v_constraint.contype = 'f' then
            format('its %s no longer exists: %s', regexp_replace(v_columns, '_id$', ''), coalesce(nullif(detail, ''), message))
        when state = '23502' then
            format('%s must not be null now, and has no value in the archive', violated_column)
        else
            message
    end;
end
$$;

comment on function archive._explain(regclass, text, text, text, text, text) is 'Why a row could not be inserted, in terms of the row.';
