-- The archive tables: made for a table, and kept as they have to be, by archive.enable().

create function archive._archive_create(entry archive.registry) returns regclass
    language plpgsql
as $$
declare
    v_schema  name;
    v_table   name;
    v_columns text;
    v_target  text;
begin
    select n.nspname, c.relname || '_archive'
      into v_schema, v_table
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = entry.source;
    v_target := format('%I.%I', v_schema, v_table);

    select string_agg(format(E'\n    %I %s%s', d.name, d.type, d.qualities), ',')
      into v_columns
      from (
          select m.name, m.type, case when m.not_null then ' not null' else '' end as qualities
            from archive._archive_metadata() m
          union all
          select c.wanted, c.archived_type, coalesce(' collate ' || c.collated, '')
            from archive._copies(entry) c
      ) d;

    execute format(
        E'create table %s (%s,\n    constraint %I primary key (archive_id, archived_at)\n)'
        ' partition by range (archived_at)', v_target, v_columns, v_table || '_pkey');
    return v_target::regclass;
end
$$;

comment on function archive._archive_create(archive.registry) is 'Creates <table>_archive.';


create function archive._archive_prepare(target regclass) returns void
    language plpgsql
as $$
begin
    if (select relowner from pg_class where oid = target) <> archive._owner() then
        execute format('alter table %s owner to %s', target, archive._owner()::regrole);
    end if;
    if not has_table_privilege(archive._role('runtime'), target, 'select')
       or not has_table_privilege(archive._role('auditor'), target, 'select') then
        execute format('grant select on %s to %I, %I', target, archive._role('runtime'), archive._role('auditor'));
    end if;
    perform archive._archive_add_metadata(target);
    perform archive._partition_make_missing(target);

    -- Default privileges may have let others in.
    perform archive._archive_revoke(p.partition, 'all')
       from archive._partitions(target) p
      where archive._fault_partition_grants(target) is not null;
    if archive._fault_writers(target) is not null then
        perform archive._archive_revoke(t.relid, 'insert, update, delete, truncate, references, trigger')
           from pg_partition_tree(target) t;
    end if;
end
$$;

comment on function archive._archive_prepare(regclass) is
    'Sets owner, grants, comments, later metadata and partitions of an archive table.';


create function archive._archive_add_metadata(target regclass) returns void
    language plpgsql
as $$
declare
    v_column record;
begin
    for v_column in
        select m.name, m.type
          from archive._archive_metadata() m
         where not m.not_null and m.name not in (select c.name from archive._columns(target) c)
    loop
        execute format('alter table %s add column %I %s', target, v_column.name, v_column.type);
    end loop;
    for v_column in
        select m.name, m.description
          from archive._archive_metadata() m
          join pg_attribute a on a.attrelid = target and a.attname = m.name
         where col_description(target, a.attnum) is distinct from m.description
    loop
        execute format('comment on column %s.%I is %L', target, v_column.name, v_column.description);
    end loop;
end
$$;

comment on function archive._archive_add_metadata(regclass) is
    'Adds the metadata that an older archive table lacks, and comments on all of it.';
