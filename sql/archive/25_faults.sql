-- Why a table cannot be archived, or does not fit its archive: archive.enable() refuses it, health() reports it.

-- Faults of capture, access and upkeep are with what they are about: 22, 24, 42, 76 and 78.
--
-- A fault is a predicate without its subject; null where there is none. Health looks again: a table may change.

-- PostgreSQL writes the body of a function in SQL into a query while it plans: under the search path of that query.
create function archive._fault_index_expressions(source regclass) returns text
    language plpgsql stable
as $$
declare
    v_index record;
begin
    for v_index in
        select i.indexrelid::regclass as name,
               concat_ws(', ', pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)) as expressions
          from pg_index i
         where i.indrelid = source and (i.indexprs is not null or i.indpred is not null)
    loop
        begin
            execute format('select %s from %s limit 0', v_index.expressions, archive._live(source));
        exception when others then
            return format('has the index %s, whose function works under some search paths only (%s):'
                          ' alter function ... set search_path = ...', v_index.name, sqlerrm);
        end;
    end loop;
    return null;
end
$$;

comment on function archive._fault_index_expressions(regclass) is
    'The index whose expression does not work under a pinned search path; null if all do.';


create function archive._fault_kind(relation pg_class) returns text
    language sql stable
    return case
        when (relation).relispartition then
            format('is a partition: archive %s', archive._name(pg_partition_root((relation).oid)))
        when (relation).relkind = 'f' then
            'is a foreign table'
        when (relation).relkind not in ('r', 'p') then
            'is not a table'
        when (relation).relpersistence = 't' then
            'is temporary'
        when (relation).relpersistence = 'u' then
            'is unlogged: its rows would vanish in a crash, unarchived'
        when (relation).relkind = 'r'
             and exists (select from pg_inherits where (relation).oid in (inhrelid, inhparent)) then
            'is part of an inheritance tree, where a delete through the parent loses columns'
    end;

comment on function archive._fault_kind(pg_class) is
    'Why a relation of its kind cannot be archived; null if it can.';


create function archive._fault_source(source regclass) returns text
    language plpgsql stable
as $$
declare
    v_table pg_class;
begin
    select * into v_table from pg_class where oid = source;

    return case
        when not found then
            'does not exist'
        when v_table.relnamespace::regnamespace::text ~ '^(pg_.*|information_schema|archive)$' then
            'is in a schema of the system''s or the archive''s own'
        when archive._fault_kind(v_table) is not null then
            archive._fault_kind(v_table)
        when exists (select from archive.registry r where r.target = _fault_source.source) then
            'is an archive itself'
        when v_table.relowner <> archive._owner()
             and not exists (select from pg_roles r where r.oid = v_table.relowner and r.rolsuper) then
            format('belongs to %1$s, whose policies and domains could run as the archive''s owner: install the archive'
                   ' as %1$s, or: alter table %2$s owner to %3$s',
                   v_table.relowner::regrole, archive._name(source), archive._owner()::regrole)
        when archive._fault_distribution(source) is not null then
            archive._fault_distribution(source)
        when archive._key(source) is null then
            'has no primary key and no unique key of columns that are not null, by which a row could be found again'
        when octet_length(v_table.relname) > 45 then
            'has a name of more than 45 bytes, to which nothing can be added'
        when octet_length(archive._capture_name(archive._name(source))) > 63 then
            'has, with its schema, too long a name for a capture function'
        when exists (select from pg_rewrite r where r.ev_class = _fault_source.source and r.ev_type = '3') then
            'has a rule ON INSERT, by which no row could be restored: use a trigger instead'
        when archive._fault_partitions(source) is not null then
            'has partitions of a kind that cannot be archived: ' || archive._fault_partitions(source)
        when archive._fault_moves(source) is not null then
            archive._fault_moves(source)
        else
            archive._fault_index_expressions(source)
    end;
end
$$;

comment on function archive._fault_source(regclass) is 'Why a table cannot be archived; null if it can.';


-- Citus runs the triggers of a table distributed by row on the workers, where the archive is not.
create function archive._fault_distribution(source regclass) returns text
    language plpgsql stable
as $$
declare
    v_method "char";
begin
    if to_regclass('pg_catalog.pg_dist_partition') is null then
        return null;
    end if;
    execute 'select d.partmethod from pg_catalog.pg_dist_partition d where d.logicalrelid = $1'
       into v_method using source;
    return case when v_method <> 'n'
                then 'is distributed by row over a cluster, and its rows are deleted where there is no archive'
           end;
end
$$;

comment on function archive._fault_distribution(regclass) is
    'Why a table that Citus has distributed cannot be archived; null for any other, and without Citus.';


create function archive._fault_target(target regclass) returns text
    language sql stable
    return case
               when (select c.relkind from pg_class c where c.oid = target) <> 'p'
                   then 'is not a partitioned table'
               when pg_get_partkeydef(target) <> 'RANGE (archived_at)'
                   then 'is not partitioned by range of archived_at'
           end;

comment on function archive._fault_target(regclass) is
    'Why a table cannot be an archive, whatever its columns; null if it can.';


-- Columns that the table has lost may stay in the archive. Columns that enable() has not seen yet go to overflow.
create function archive._fault_columns(entry archive.registry) returns text
    language sql stable
    return (
        select string_agg(format('%I %s', w.name, fault.description), '; ')
          from (
              select m.name, m.name as copy, m.type, null::text as collated, m.not_null, t.type as copy_type,
                     t.collated as copy_collated, t.not_null as copy_not_null
                from archive._archive_metadata() m
                left join archive._columns((entry).target) t on t.name = m.name
              union all
              select c.name, c.copy, c.archived_type, c.collated, false,
                     c.copy_type, c.copy_collated, c.copy_not_null
                from archive._copies(entry) c
               where c.since is not null
              union all
              select t.name, t.name, null, null, false, t.type, t.collated, t.not_null
                from archive._columns((entry).target) t
               where t.not_null
                 and t.name not in (select m.name from archive._archive_metadata() m)
                 and t.name not in (select c.copy from archive._copies(entry) c where c.copy is not null)
          ) w
         cross join lateral (
              select case
                         when w.copy_type is null
                             then 'is missing in ' || archive._name((entry).target)
                         when w.type is null
                             then 'is not null in ' || archive._name((entry).target) || ' and not copied'
                         when w.copy_type <> w.type
                             then format('is %s in %s and %s in %s', w.type, archive._name((entry).source),
                                         w.copy_type, archive._name((entry).target))
                         when w.copy_collated is distinct from w.collated
                             then 'has another collation in ' || archive._name((entry).target)
                         when w.copy_not_null and not w.not_null
                             then 'is not null in ' || archive._name((entry).target)
                                  || ', where copies must be nullable'
                     end as description
          ) fault
         where fault.description is not null
    );

comment on function archive._fault_columns(archive.registry) is
    'The columns in which an archive does not fit its table; null if it fits.';


create function archive._fault_columns_remedy(entry archive.registry) returns text
    language sql stable
    return (
        select 'alter table ' || archive._name((entry).target)
               || string_agg(format(' alter column %I type %s%s', c.copy, c.archived_type,
                                    coalesce(' collate ' || c.collated, '')), ',' order by c.attnum)
               || '; then archive.enable() again.'
          from archive._copies(entry) c
         where c.copy_type <> c.archived_type or c.copy_collated is distinct from c.collated and c.copy is not null
    );

comment on function archive._fault_columns_remedy(archive.registry) is
    'The statement that changes the archive''s columns as the table''s were; null where none is needed.';


create function archive._fault_changed_columns(entry archive.registry) returns text
    language sql stable
    return coalesce((
        select 'deletes fail until archive.enable() is called again: there is no column ' || string_agg(
                   case when a.attnum is null then format('%I in %s', k.key, archive._name((entry).source))
                        else format('%I in %s', k.value ->> 'copy', archive._name((entry).target)) end, ', ')
          from jsonb_each((entry).columns) k
          left join pg_attribute a on a.attrelid = (entry).source and a.attname = k.key and not a.attisdropped
          left join pg_attribute c on c.attrelid = (entry).target and c.attname = k.value ->> 'copy'
                                  and not c.attisdropped
         where a.attnum is null or c.attnum is null
    ), (
        select 'until archive.enable() is called again, values are archived under the names that these columns had: '
               || string_agg(format('%I in %s', known.name, archive._name(known.relation)), ', ')
          from jsonb_each((entry).columns) k
         cross join lateral (
              values ((entry).source, (entry).source_oid, k.key, k.value ->> 'attnum'),
                     ((entry).target, (entry).target_oid, k.value ->> 'copy', k.value ->> 'copy_attnum')
              ) known (relation, oid, name, attnum)
          join pg_attribute a on a.attrelid = known.relation and a.attnum = known.attnum::smallint
         where archive._is_registered_oid(known.relation, known.oid)
           and not a.attisdropped and a.attname <> known.name
    ));

comment on function archive._fault_changed_columns(archive.registry) is
    'Columns that the capture function names and that were renamed or dropped since, or swapped their names; null'
    ' without any.';


create function archive._fault_unknown_columns(entry archive.registry) returns text
    language sql stable
    return (
        select string_agg(format('%I', c.name), ', ' order by c.attnum)
               || ' joined since archive.enable() was last called: values are kept in overflow, call it again'
          from archive._copies(entry) c
         where c.since is null
    );

comment on function archive._fault_unknown_columns(archive.registry) is
    'Columns of a table that its capture function does not know; null without any.';


create function archive._fault_name(entry archive.registry) returns text
    language sql stable
    return case when archive._name((entry).source) <> (entry).source_name
                then format('was %s when archive.enable() was last called: call it again%s', (entry).source_name,
                            case when to_regclass((entry).source_name) not in (select r.source from archive.registry r)
                                 then format(', and for the table that is called so now, which is not archived') end)
           end;

comment on function archive._fault_name(archive.registry) is
    'That a table has another name than its capture function knows, perhaps swapped with another; null if it has not.';
