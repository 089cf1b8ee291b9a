-- How one restore is carried out: insert and mark. Each statement names the time of the deletion as well as the ids,
-- so that it looks into one partition instead of all.

-- Inserts the rows, of however many tables, in one statement: foreign keys are checked when all are there, cycles and
-- all. Marks them as restored and returns the key of one, for when it was one. Under a new key, where one is wanted,
-- the key's columns that have a default are left to it.
create function archive._insert(locked archive.locked_row[], overrides jsonb, new_key boolean default false)
    returns jsonb
    language plpgsql
as $$
declare
    v_ids       bigint[] := array(select r.archive_id from unnest(locked) r);
    v_tables    regclass[] := array(select distinct r.source from unnest(locked) r);
    v_table     regclass;
    v_with      text[] := '{}';
    v_counts    text[] := '{}';
    v_key       jsonb;
    v_count     bigint;
    v_keys      text;
    v_first     timestamptz;
    v_last      timestamptz;
    v_statement text;
begin
    select min(r.archived_at), max(r.archived_at) into v_first, v_last from unnest(locked) r;

    -- A deferred key would report its conflict at the commit, too late for on_conflict.
    select string_agg(format('%I.%I', n.nspname, c.conname), ', ')
      into v_keys
      from pg_constraint c
      join pg_namespace n on n.oid = c.connamespace
     where c.conrelid = any (v_tables) and c.condeferrable and c.contype in ('p', 'u', 'x');
    if v_keys is not null then
        execute 'set constraints ' || v_keys || ' immediate';
    end if;

    foreach v_table in array v_tables loop
        v_with := v_with || format('t%s as (%s)', v_table::oid, archive._insert_statement(archive._entry(v_table), overrides, new_key));
        v_counts := v_counts || format('select key from t%s', v_table::oid);
    end loop;
    if v_tables = '{}' then
        return null;
    end if;
    v_statement := format(
        'with %s select (pg_catalog.array_agg(key))[1], pg_catalog.count(*) from (%s) restored',
        array_to_string(v_with, ', '), array_to_string(v_counts, ' union all '));
    perform archive._enter_callers_path();
    execute v_statement into v_key, v_count using v_ids, overrides, v_first, v_last;
    perform archive._leave_callers_path();

    if v_count <> cardinality(locked) then
        raise exception 'a trigger of % refused it', array_to_string(v_tables, ' or ') using errcode = 'AR409';
    end if;
    foreach v_table in array v_tables loop
        perform archive._mark(
            v_table, array_agg(r.archive_id), array_agg(case when v_count = 1 then v_key else r.key end), v_first, v_last)
           from unnest(locked) r
          where r.source = v_table;
    end loop;
    return v_key;
end
$$;

comment on function archive._insert(archive.locked_row[], jsonb, boolean) is
    'Inserts archived rows into their tables as the caller, and marks them as restored.';


-- A row archived before a column joined gets that column's default, as the live rows did.
create function archive._insert_statement(entry archive.registry, overrides jsonb, new_key boolean) returns text
    language sql stable
    return (
        select format(
                   'insert into %s as live (%s) overriding system value'
                   ' select %s from %s a%s'
                   ' where a.archive_id = any ($1) and a.archived_at between $3 and $4 order by a.archive_id'
                   ' returning pg_catalog.jsonb_build_array(%s) as key',
                   archive._name((entry).source), string_agg(format('%I', c.name), ', '),
                   string_agg(
                       case
                           when overrides ? c.name then format('o.%I', c.name)
                           when since.id > 0       then format('case when a.archive_id < %s then %s else a.%I%s end', since.id,
                                                               coalesce(c.default_value, 'null'), c.name, conversion.suffix)
                           else format('a.%I%s', c.name, conversion.suffix)
                       end, ', '),
                   archive._name((entry).target),
                   ' cross join pg_catalog.jsonb_to_record($2) as o ('
                       || string_agg(format('%I %s', c.name, c.type), ', ') filter (where overrides ? c.name) || ')',
                   (select string_agg(format('live.%I', k), ', ') from unnest(archive._key((entry).source)) k))
          from archive._columns((entry).source) c
          left join archive._columns((entry).target) copy on copy.name = c.name
         cross join lateral (select ((entry).columns ->> c.name)::bigint) since (id)
         -- Different for domains that refuse null, and between a change of type and the archive.enable() after it.
         cross join lateral (select case when copy.type <> c.type then '::' || c.type else '' end) conversion (suffix)
         where not c.generated
           and (overrides ? c.name
                or c.name <> all ((entry).exclude)
                   and copy.name is not null
                   and not (new_key and c.default_value is not null and c.name = any (archive._key((entry).source))))
    );

comment on function archive._insert_statement(archive.registry, jsonb, boolean) is
    'The statement that restores rows of one table: $1 their archive_ids, $2 the overrides, $3 and $4 the times of the first and last deletion.';


create function archive._mark(
    source regclass, archive_ids bigint[], keys jsonb[], first timestamptz default '-infinity', last timestamptz default 'infinity'
) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry archive.registry := archive._entry(source);
    v_count bigint;
    v_live  bigint;
begin
    execute format(
        'with marked as ('
        'update %s a'
        '   set restored_at = now(), restored_by = $3'
        '  from unnest($1, $2) as m (archive_id, key)'
        '  join only %s live on %s'
        ' where a.archive_id = m.archive_id and a.archived_at between $5 and $6'
        '   and a.restored_at is null and a.erased_at is null'
        -- Inserted by this transaction or since: the ids of subtransactions are later than its own.
        '   and (live.xmin::text::bigint - $4 + 4294967296) %% 4294967296 < 2147483648'
        ' returning live.ctid'
        ') select count(*), count(distinct ctid) from marked',
        archive._name(v_entry.target), archive._name(source),
        (select string_agg(format('live.%I = (m.key ->> %s)::%s', c.name, k.position - 1, c.type), ' and ')
           from unnest(archive._key(source)) with ordinality k (name, position)
           join archive._columns(source) c on c.name = k.name)
    ) into v_count, v_live using archive_ids, keys, coalesce(archive.actor(), session_user),
        (pg_current_xact_id()::text::numeric % 4294967296)::bigint, first, last;

    if v_count <> cardinality(archive_ids) or v_live <> v_count then
        raise exception 'not every archived row named has a live row of its own in % that was inserted just now', source using errcode = 'AR409';
    end if;
end
$$;

comment on function archive._mark(regclass, bigint[], jsonb[], timestamptz, timestamptz) is
    'Marks archived rows as restored, after a look at the live rows.';
