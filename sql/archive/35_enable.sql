-- Which tables are archived: archive.enable() and archive.disable().

create function archive.enable(source regclass, exclude name[] default null) returns regclass
    language plpgsql
    set search_path = pg_catalog, pg_temp  -- or an overload in a schema that others write to would run as the owner
as $$
declare
    v_entry   archive.registry;
    v_fault   text;
    v_trigger record;
    v_columns jsonb;
    v_since   bigint := 0;
    v_new     boolean;
begin
    lock table archive.registry in share row exclusive mode;  -- one at a time; an advisory lock could be anybody's
    select * into v_entry from archive.registry r where r.source = enable.source;
    v_entry.exclude := coalesce(enable.exclude::text[], v_entry.exclude, '{}');
    v_fault := archive._source_fault(source);
    if v_fault is not null then
        perform archive._refuse(format('%s cannot be archived: it %s', source, v_fault));
    end if;

    select string_agg(coalesce(quote_ident(e), 'null'), ', ')
      into v_fault
      from unnest(v_entry.exclude) e
     where e is null or e not in (select c.name from archive._columns(source) c) or e = any (archive._key(source));
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
    v_fault := archive._target_fault(v_entry.target);
    if v_fault is not null then
        raise exception '% cannot be the archive of %: it %', v_entry.target, source,
            concat_ws(', and does not match: ', v_fault, archive._mismatch(source, v_entry.target, v_entry.exclude))
            using errcode = 'AR409';
    end if;
    perform archive._adopt(v_entry.target);

    v_fault := archive._mismatch(source, v_entry.target, v_entry.exclude);
    if v_fault is not null then
        raise exception '% and % do not match: %', source, v_entry.target, v_fault
            using errcode = 'AR409', hint = 'Add, alter or drop the column in both, in one migration.';
    end if;

    -- A column that joins has a value in rows archived from here on. Deletes wait meanwhile, or one could still do without.
    if v_entry.columns <> '{}' and exists (
        select from archive._columns(source) c where c.name <> all (v_entry.exclude) and not v_entry.columns ? c.name
    ) then
        execute format('lock table %s in share row exclusive mode', source);
        v_since := nextval('archive.archive_id_seq');
    end if;
    select jsonb_object_agg(c.name, coalesce(v_entry.columns -> c.name, to_jsonb(v_since)))
      into v_columns
      from archive._columns(source) c
     where c.name <> all (v_entry.exclude);

    insert into archive.registry as r (source, target, exclude, columns)
    values (enable.source, v_entry.target, v_entry.exclude, v_columns)
        on conflict on constraint registry_pkey
        do update set target = excluded.target, exclude = excluded.exclude, columns = excluded.columns
            where (r.target, r.exclude, r.columns) is distinct from (excluded.target, excluded.exclude, excluded.columns);
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
        perform archive._write_views();
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
declare
    v_function regprocedure;
begin
    if exists (select from pg_class c where c.oid = source) then
        perform archive._entry(source);
        execute format('drop trigger if exists zz_archive_before_delete on %s', source);
        execute format('drop trigger if exists zz_archive_before_truncate on %s', source);
    end if;
    delete from archive.registry r where r.source = disable.source;
    if not found then
        perform archive._entry(source);
    end if;
    -- Of a table that was dropped, nothing else tells which function was its own.
    for v_function in
        select p.oid
          from pg_proc p
         where p.pronamespace = 'archive'::regnamespace
           and p.prorettype = 'trigger'::regtype
           and not exists (select from pg_trigger t where t.tgfoid = p.oid)
    loop
        execute format('drop function %s', v_function);
    end loop;
    perform archive._write_views();
end
$$;

comment on function archive.disable(regclass) is
    'Stops archiving a table. What is archived stays; archive.enable() goes on with it. A table that was dropped is named by its oid.';


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
