-- Which tables are archived: archive.enable() and archive.disable().

create function archive.enable(source regclass, exclude name[] default null) returns regclass
    language plpgsql
    set search_path = pg_catalog, pg_temp  -- or an overload in a schema that others write to would run as the owner
as $$
declare
    v_entry   archive.registry;
    v_fault   text;
    v_trigger record;
    v_new     boolean;
begin
    perform pg_advisory_xact_lock(hashtext('archive.enable'));
    select * into v_entry from archive.registry r where r.source = enable.source;
    v_entry.exclude := coalesce(enable.exclude::text[], v_entry.exclude, '{}');
    v_fault := archive._source_fault(source);
    if v_fault is not null then
        perform archive._refuse(format('%s cannot be archived: it %s', source, v_fault));
    end if;

    select string_agg(format('%I', e), ', ')
      into v_fault
      from unnest(v_entry.exclude) e
     where e not in (select c.name from archive._columns(source) c) or e = any (archive._key(source));
    if v_fault is not null then
        perform archive._refuse(format('%s cannot be excluded from the archive of %s: only its columns outside the primary key can', v_fault, source));
    end if;

    -- The archive, in the same schema.
    if v_entry.target is null then
        select c.oid into v_entry.target
          from pg_class s
          join pg_class c on c.relnamespace = s.relnamespace and c.relname = s.relname || '_archive'
         where s.oid = enable.source;
    end if;
    if v_entry.target is null then
        v_entry.target := archive._create_archive(source, v_entry.exclude);
    end if;
    perform archive._adopt(v_entry.target);

    v_fault := archive._mismatch(source, v_entry.target, v_entry.exclude);
    if v_fault is not null then
        raise exception '% and % do not match: %', source, v_entry.target, v_fault
            using errcode = 'AR409', hint = 'Add, alter or drop the column in both, in one migration.';
    end if;

    insert into archive.registry as r (source, target, exclude)
    values (enable.source, v_entry.target, v_entry.exclude)
        on conflict on constraint registry_pkey
        do update set target = excluded.target, exclude = excluded.exclude
            where (r.target, r.exclude) is distinct from (excluded.target, excluded.exclude);
    v_new := found;

    -- The function and the triggers. What is right already is left alone: DDL would wait for every open writer.
    if archive._capture_fault(source, v_entry.target, v_entry.exclude) is not null then
        perform archive._write_capture(source, v_entry.target, v_entry.exclude);
    end if;
    for v_trigger in
        select * from archive._triggers(source) t where t.fault is not null
    loop
        execute format('create or replace trigger %I before %s on %s for each %s execute function archive.%I()',
                       v_trigger.name, v_trigger.event, source, v_trigger.level, archive._capture_name(source));
        execute format('alter table %s enable always trigger %I', source, v_trigger.name);
        execute format('comment on trigger %I on %s is %L', v_trigger.name, source, v_trigger.description);
    end loop;

    v_fault := archive._later_trigger(source);
    if v_fault is not null then
        raise exception 'trigger % of % would run after zz_archive_before_delete, and could cancel a delete already archived', v_fault, source
            using errcode = 'AR409', hint = 'Rename it, so that it sorts before.';
    end if;
    if v_new then
        perform archive._write_transactions();
    end if;
    return v_entry.target;
end
$$;

comment on function archive.enable(regclass, name[]) is
    'Archives a table from now on: makes <table>_archive if missing, writes the capture function and the triggers. Call it again after any change of the table. exclude: columns never to be copied; null leaves that as it was.';


create function archive.disable(source regclass) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform archive._entry(source);
    execute format('drop trigger if exists zz_archive_before_delete on %s', source);
    execute format('drop trigger if exists zz_archive_before_truncate on %s', source);
    execute format('drop function if exists archive.%I()', archive._capture_name(source));
    delete from archive.registry r where r.source = disable.source;
    perform archive._write_transactions();
end
$$;

comment on function archive.disable(regclass) is
    'Stops archiving a table. What is archived stays; archive.enable() goes on with it.';


-- The registry is the owner's alone; that the trigger is there and calls the archive's owner's function is checked too,
-- so that no look-alike gets its rows marked as restored.
create function archive._entry(source regclass) returns archive.registry
    language plpgsql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry archive.registry;
begin
    select r.*
      into v_entry
      from archive.registry r
      join pg_catalog.pg_trigger t on t.tgrelid = r.source and t.tgname = 'zz_archive_before_delete'
      join pg_catalog.pg_proc p on p.oid = t.tgfoid
     where r.source = _entry.source
       and p.pronamespace = 'archive'::regnamespace
       and p.proowner = archive._owner();

    if not found then
        raise exception '% is not archived', coalesce(source::text, 'null')
            using errcode = 'AR422', hint = 'select archive.enable(…) archives a table from then on.';
    end if;
    return v_entry;
end
$$;

comment on function archive._entry(regclass) is 'The registry''s row of an archived table. AR422 if it is not archived.';


create function archive._create_archive(source regclass, exclude text[]) returns regclass
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
     where c.oid = source;
    v_target := format('%I.%I', v_schema, v_table);

    select string_agg(format(E'\n    %I %s%s', d.name, d.type, d.qualities), ',')
      into v_columns
      from (
          select m.name, m.type, case when m.not_null then ' not null' else '' end as qualities
            from archive._metadata() m
          union all
          select c.name, c.type, coalesce(' collate ' || c.collated, '')
            from archive._columns(source) c
           where c.name <> all (exclude)
      ) d;

    execute format(
        E'create table %s (%s,\n    constraint %I primary key (archive_id, archived_at)\n) partition by range (archived_at)',
        v_target, v_columns, v_table || '_pkey');
    execute format('create index on %s (%s)', v_target, (
        select string_agg(format('%I', k), ', ') from unnest(archive._key(source)) k));
    execute format('create index on %s (transaction_id, archived_at)', v_target);
    return v_target::regclass;
end
$$;

comment on function archive._create_archive(regclass, text[]) is 'Creates <table>_archive.';


-- An archive table belongs to the archive's owner, reads for the two roles, and explains itself.
create function archive._adopt(target regclass) returns void
    language plpgsql
as $$
declare
    v_column record;
begin
    if (select relowner from pg_class where oid = target) <> archive._owner() then
        execute format('alter table %s owner to %s', target, archive._owner()::regrole);
    end if;
    if not has_table_privilege('archive_runtime', target, 'select')
       or not has_table_privilege('archive_auditor', target, 'select') then
        execute format('grant select on %s to archive_runtime, archive_auditor', target);
    end if;
    for v_column in
        select m.name, m.description
          from archive._metadata() m
          join pg_attribute a on a.attrelid = target and a.attname = m.name
         where col_description(target, a.attnum) is distinct from m.description
    loop
        execute format('comment on column %s.%I is %L', target, v_column.name, v_column.description);
    end loop;
    perform archive._make_partitions(target);

    -- Default privileges may have let others in.
    if archive._writers(target) is not null then
        perform archive._revoke(t.relid, 'insert, update, delete, truncate, references, trigger')
           from pg_partition_tree(target) t;
    end if;
end
$$;

comment on function archive._adopt(regclass) is 'Sets owner, grants, comments and partitions of an archive table.';


create function archive._revoke(relation regclass, privileges text) returns void
    language plpgsql
as $$
declare
    v_grantee text;
begin
    for v_grantee in
        select distinct case g.grantee when 0 then 'public' else g.grantee::regrole::text end
          from (
              select c.relacl from pg_class c where c.oid = relation
              union all
              select a.attacl from pg_attribute a where a.attrelid = relation
          ) acl (items), aclexplode(acl.items) g
         where g.grantee <> archive._owner()
    loop
        execute format('revoke %s on %s from %s', privileges, relation, v_grantee);
    end loop;
end
$$;

comment on function archive._revoke(regclass, text) is 'Takes privileges on a relation from everybody but the archive''s owner.';
