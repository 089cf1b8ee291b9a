-- Which tables are archived: archive.enable() and archive.disable().

create function archive.enable(source regclass, exclude name[] default null) returns regclass
    language plpgsql
    set search_path = pg_catalog, pg_temp  -- or an overload in a schema that others write to would run as the owner
as $$
declare
    v_entry   archive.registry;
    v_changed boolean;
begin
    lock table archive.registry in share row exclusive mode;  -- one at a time; an advisory lock could be anybody's
    select * into v_entry from archive.registry r where r.source = enable.source;
    v_entry.source := enable.source;
    v_entry.exclude := coalesce(enable.exclude::text[], v_entry.exclude, '{}');
    perform archive._enable_check(v_entry);
    v_entry.target := archive._enable_archive(v_entry);
    v_entry.columns := archive._enable_columns(v_entry);

    insert into archive.registry as r (source, target, exclude, columns)
    values (v_entry.source, v_entry.target, v_entry.exclude, v_entry.columns)
        on conflict on constraint registry_pkey
        do update
           set target = excluded.target, exclude = excluded.exclude, columns = excluded.columns
         where (r.target, r.exclude, r.columns) is distinct from (excluded.target, excluded.exclude, excluded.columns);
    v_changed := found;

    perform archive._capture_install(v_entry.source, v_entry.target, v_entry.exclude);
    perform archive._capture_drop_unused();
    if v_changed then
        perform archive._view_write_all();
    end if;
    return v_entry.target;
end
$$;

comment on function archive.enable(regclass, name[]) is
    'Archives a table from now on: makes <table>_archive if missing, writes the capture function and the triggers.'
    ' Call it again after any change of the table.'
    ' exclude: columns never to be copied; null leaves that as it was.';


create function archive._enable_check(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_fault    text := archive._fault_source(entry.source);
    v_excluded text;
begin
    if v_fault is not null then
        perform archive._refuse(format('%s cannot be archived: it %s', entry.source, v_fault));
    end if;

    select string_agg(coalesce(quote_ident(e), 'null'), ', ')
      into v_excluded
      from unnest(entry.exclude) e
     where e is null
        or e not in (select c.name from archive._columns(entry.source) c)
        or e = any (archive._key(entry.source));
    if v_excluded is not null then
        perform archive._refuse(format(
            '%s cannot be excluded from the archive of %s: only its columns outside the primary key can',
            v_excluded, entry.source));
    end if;
end
$$;

comment on function archive._enable_check(archive.registry) is
    'AR422 unless the table can be archived without the excluded columns.';


create function archive._enable_archive(entry archive.registry) returns regclass
    language plpgsql
as $$
declare
    v_target regclass := entry.target;
    v_fault  text;
begin
    if v_target is null then
        select c.oid
          into v_target
          from pg_class s
          join pg_class c on c.relnamespace = s.relnamespace and c.relname = s.relname || '_archive'
         where s.oid = entry.source;
    end if;
    if v_target is null then
        v_target := archive._archive_create(entry.source, entry.exclude);
    end if;

    v_fault := archive._fault_target(v_target);
    if v_fault is not null then
        raise exception '% cannot be the archive of %: it %', v_target, entry.source,
            concat_ws(', and does not match: ', v_fault, archive._fault_columns(entry.source, v_target, entry.exclude))
            using errcode = 'AR409';
    end if;
    perform archive._archive_prepare(v_target);

    v_fault := archive._fault_columns(entry.source, v_target, entry.exclude);
    if v_fault is not null then
        raise exception '% and % do not match: %', entry.source, v_target, v_fault
            using errcode = 'AR409', hint = 'Add, alter or drop the column in both, in one migration.';
    end if;
    return v_target;
end
$$;

comment on function archive._enable_archive(archive.registry) is
    'Finds or makes a table''s archive, in the same schema, and prepares it. AR409 if it does not fit.';


-- Rows archived from now on have a value of a column that joins. Deletes must wait for that: one that began before
-- would write a row without the value, under a later archive_id.
create function archive._enable_columns(entry archive.registry) returns jsonb
    language plpgsql
as $$
declare
    v_since bigint := 0;
begin
    if entry.columns <> '{}' and exists (
        select from archive._columns(entry.source) c where c.name <> all (entry.exclude) and not entry.columns ? c.name
    ) then
        execute format('lock table %s in share row exclusive mode', entry.source);
        v_since := nextval('archive.archive_id_seq');
    end if;
    return (
        select jsonb_object_agg(c.name, coalesce(entry.columns -> c.name, to_jsonb(v_since)))
          from archive._columns(entry.source) c
         where c.name <> all (entry.exclude)
    );
end
$$;

comment on function archive._enable_columns(archive.registry) is
    'The copied columns of a table, each with the archive_id from which on rows have it.';


create function archive.disable(source regclass) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from pg_class c where c.oid = source) then
        perform archive._registry_entry(source);
        execute format('drop trigger if exists zz_archive_before_delete on %s', source);
        execute format('drop trigger if exists zz_archive_before_truncate on %s', source);
    end if;
    delete from archive.registry r where r.source = disable.source;
    if not found then
        perform archive._registry_entry(source);
    end if;
    perform archive._capture_drop_unused();
    perform archive._view_write_all();
end
$$;

comment on function archive.disable(regclass) is
    'Stops archiving a table. What is archived stays; archive.enable() goes on with it.'
    ' A table that was dropped is named by its oid.';


create function archive._enable_all() returns void
    language plpgsql
as $$
begin
    delete from archive.registry r where not exists (select from pg_class c where c.oid = r.source);
    perform archive.enable(r.source) from archive.registry r;
    perform archive._view_write_all();
end
$$;

comment on function archive._enable_all() is
    'Brings every archived table up to date, and forgets those that were dropped.';
