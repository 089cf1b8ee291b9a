-- Why a table cannot be archived, or does not fit its archive: archive.enable() refuses it, health() reports it.

-- Faults of capture, access and upkeep are with what they are about: 22, 42 and 80.
--
-- A fault is a predicate without its subject; null where there is none. Health looks again: a table may change.
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
        when v_table.relkind = 'p' or v_table.relispartition then
            'is partitioned: a row moved between partitions would count as deleted'
        when v_table.relkind = 'f' then
            'is a foreign table'
        when v_table.relkind <> 'r' then
            'is not a table'
        when v_table.relpersistence = 't' then
            'is temporary'
        when v_table.relpersistence = 'u' then
            'is unlogged: its rows would vanish in a crash, unarchived'
        when exists (select from pg_inherits where _fault_source.source in (inhrelid, inhparent)) then
            'is part of an inheritance tree, where a delete through the parent loses columns'
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
            'has no primary key, by which a row could be found again'
        when octet_length(v_table.relname) > 45 then
            'has a name of more than 45 bytes, to which nothing can be added'
        when octet_length(archive._capture_name(source)) > 63 then
            'has, with its schema, too long a name for a capture function'
        else
            archive._fault_column_names(source)
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


create function archive._fault_column_names(source regclass) returns text
    language sql stable
    return (
        select 'has columns with names that the archive uses for itself: ' || string_agg(format('%I', c.name), ', ')
          from archive._columns(source) c
         where c.name in (select m.name from archive._archive_metadata() m)
    );

comment on function archive._fault_column_names(regclass) is
    'Columns of a table that have the name of an archive''s own; null without any.';


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


-- Columns that the table has lost may stay in the archive.
create function archive._fault_columns(source regclass, target regclass, exclude text[]) returns text
    language sql stable
    return (
        select string_agg(format('%I %s', coalesce(wanted.name, present.name), fault.description), '; ')
          from (
              select m.name, m.type, null::text as collated, m.not_null from archive._archive_metadata() m
              union all
              select c.name, c.archived_type, c.collated, false
                from archive._columns(source) c
               where c.name <> all (exclude)
          ) wanted
          full join archive._columns(target) present on present.name = wanted.name
         cross join lateral (
              select case
                         when present.name is null
                             then 'is missing in ' || archive._name(target)
                         when wanted.name is null and present.not_null
                             then 'is not null in ' || archive._name(target) || ' and not copied'
                         when present.type <> wanted.type
                             then format('is %s in %s and %s in %s', wanted.type, archive._name(source),
                                         present.type, archive._name(target))
                         when present.collated is distinct from wanted.collated and wanted.name is not null
                             then 'has another collation in ' || archive._name(target)
                         when present.not_null and not wanted.not_null
                             then 'is not null in ' || archive._name(target) || ', where copies must be nullable'
                     end as description
          ) fault
         where fault.description is not null
    );

comment on function archive._fault_columns(regclass, regclass, text[]) is
    'The columns in which an archive does not fit its table; null if it fits.';
