-- Restore, step 4 of 5: the rows are inserted as the caller, then marked as restored.
--
-- Each statement is limited to the times of the deletions as well as the ids: it looks into their partitions alone.

-- One statement for however many tables: foreign keys are checked when all rows are there, cycles and self-references
-- included. Under a new key, the key's columns that have a default are left to it.
create function archive._restore_insert(locked archive.locked_row[], overrides jsonb, new_key boolean default false)
    returns jsonb
    language plpgsql
as $$
declare
    v_ids       bigint[]   := array(select r.archive_id from unnest(locked) r);
    v_tables    regclass[] := array(select distinct r.source from unnest(locked) r);
    v_table     regclass;
    v_inserts   text[]     := '{}';
    v_keys      text[]     := '{}';
    v_key       jsonb;
    v_count     bigint;
    v_first     timestamptz;
    v_last      timestamptz;
    v_statement text;
begin
    if v_tables = '{}' then
        return null;
    end if;
    select min(r.archived_at), max(r.archived_at) into v_first, v_last from unnest(locked) r;
    perform archive._restore_set_constraints(v_tables);

    foreach v_table in array v_tables loop
        v_inserts := v_inserts || format('t%s as (%s)', v_table::oid,
            archive._restore_insert_statement(archive._registry_entry(v_table), overrides, new_key));
        v_keys := v_keys || format('select key from t%s', v_table::oid);
    end loop;
    v_statement := format(
        'with %s select (pg_catalog.array_agg(key))[1], pg_catalog.count(*) from (%s) restored',
        array_to_string(v_inserts, ', '), array_to_string(v_keys, ' union all '));
    perform archive._restore_enter_callers_path();
    execute v_statement into v_key, v_count using v_ids, overrides, v_first, v_last;
    perform archive._restore_leave_callers_path();

    if v_count <> cardinality(locked) then
        raise exception 'a trigger of % refused it', array_to_string(v_tables, ' or ') using errcode = 'AR409';
    end if;
    foreach v_table in array v_tables loop
        perform archive._restore_mark(
            v_table, array_agg(r.archive_id), array_agg(case when v_count = 1 then v_key else r.key end),
            v_first, v_last)
           from unnest(locked) r
          where r.source = v_table;
    end loop;
    return v_key;
end
$$;

comment on function archive._restore_insert(archive.locked_row[], jsonb, boolean) is
    'Inserts archived rows into their tables as the caller, and marks them as restored.'
    ' Returns the live key of one of them: the only one, where there is one.';


-- A deferred key would report its conflict at the commit, too late for on_conflict.
create function archive._restore_set_constraints(tables regclass[]) returns void
    language plpgsql
as $$
declare
    v_constraints text;
begin
    select string_agg(format('%I.%I', n.nspname, c.conname), ', ')
      into v_constraints
      from pg_constraint c
      join pg_namespace n on n.oid = c.connamespace
     where c.conrelid = any (tables) and c.condeferrable and c.contype in ('p', 'u', 'x');
    if v_constraints is not null then
        execute 'set constraints ' || v_constraints || ' immediate';
    end if;
end
$$;

comment on function archive._restore_set_constraints(regclass[]) is
    'Makes the deferrable keys and exclusions of tables immediate.';


-- A row archived before a column joined gets that column's default, as the live rows did.
create function archive._restore_insert_statement(entry archive.registry, overrides jsonb, new_key boolean) returns text
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
                           when overrides ? c.name then
                               format('o.%I', c.name)
                           when since.id > 0 then
                               format('case when a.archive_id < %s then %s else a.%I%s end',
                                      since.id, coalesce(c.default_value, 'null'), c.name, conversion.suffix)
                           else
                               format('a.%I%s', c.name, conversion.suffix)
                       end, ', '),
                   archive._name((entry).target),
                   ' cross join pg_catalog.jsonb_to_record($2) as o ('
                       || string_agg(format('%I %s', c.name, c.type), ', ') filter (where overrides ? c.name) || ')',
                   (select string_agg(format('live.%I', k), ', ') from unnest(archive._key((entry).source)) k))
          from archive._columns((entry).source) c
          left join archive._columns((entry).target) copy on copy.name = c.name
         cross join lateral (select ((entry).columns ->> c.name)::bigint) since (id)
         -- Types differ for domains that refuse null, and between a change of type and the archive.enable() after it.
         cross join lateral (select case when copy.type <> c.type then '::' || c.type else '' end) conversion (suffix)
         where not c.generated
           and (overrides ? c.name
                or c.name <> all ((entry).exclude)
                   and copy.name is not null
                   and not (new_key and c.default_value is not null and c.name = any (archive._key((entry).source))))
    );

comment on function archive._restore_insert_statement(archive.registry, jsonb, boolean) is
    'The statement that restores rows of one table: $1 their archive_ids, $2 the overrides,'
    ' $3 and $4 the times of the first and last deletion.';


-- SECURITY DEFINER: the caller must not be able to write to the archive otherwise. So it looks for the live rows
-- itself: one that this transaction inserted for each row to be marked. It compares keys, not contents: whoever may
-- insert into the table may also insert any other row under that key and have the archived row marked.
create function archive._restore_mark(
    source      regclass,
    archive_ids bigint[],
    keys        jsonb[],
    first       timestamptz default '-infinity',
    last        timestamptz default 'infinity'
) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry archive.registry := archive._registry_entry(source);
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
        raise exception
            'not every archived row named has a live row of its own in % that was inserted just now', source
            using errcode = 'AR409';
    end if;
end
$$;

comment on function archive._restore_mark(regclass, bigint[], jsonb[], timestamptz, timestamptz) is
    'Marks archived rows as restored, after a look at the live rows.';
