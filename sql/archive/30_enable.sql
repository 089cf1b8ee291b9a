-- Which tables are archived: archive.enable() and archive.disable().

create function archive.enable(source regclass, exclude name[] default null, lookups text default null)
    returns regclass
    language plpgsql
    set search_path = pg_catalog, pg_temp  -- or an overload in a schema that others write to would run as the owner
    set quote_all_identifiers = off
as $$
declare
    v_entry  archive.registry;
    v_before archive.registry;
begin
    perform archive._lookups_check(lookups);
    lock table archive.registry in share row exclusive mode;  -- one at a time; an advisory lock could be anybody's
    lock table archive.seal_chunk in share row exclusive mode;  -- before any archive, as a seal does
    select * into v_entry from archive.registry r where r.source = enable.source;
    if not found then
        select * into v_entry
          from archive.disabled d
         where d.source = enable.source and d.source_oid = enable.source and d.target_oid = d.target::oid
           and exists (select from pg_class c where c.oid = d.target);
    end if;
    v_entry.source := enable.source;
    v_entry.exclude := coalesce(enable.exclude::text[], archive._excluded(v_entry), '{}');
    v_entry.exclude_attnums := null;
    v_entry.columns := coalesce(v_entry.columns, '{}');
    v_entry.lookups := coalesce(enable.lookups, v_entry.lookups, 'all');
    perform archive._enable_check(v_entry);
    v_before := archive._enable_archive(v_entry);
    v_entry := archive._enable_follow(v_before);
    if enable.lookups is not null or v_before.columns = '{}' then
        perform archive._lookups_apply(v_entry);
    end if;
    perform archive._archive_prepare(v_entry.target);
    perform archive._enable_check_columns(v_entry);

    perform archive._enable_register(v_entry);
    perform archive._enable_move_overflow(v_before);
    perform archive._capture_install(v_entry);
    perform archive._references_follow(source);
    perform archive._capture_drop_unused();
    perform archive._enable_sequence(v_entry.target);
    perform archive._enable_warn(v_entry);
    return v_entry.target;
end
$$;

comment on function archive.enable(regclass, name[], text) is
    'Archives a table from now on: makes <table>_archive if missing, writes the capture function and the triggers.'
    ' Call it again after any change of the table: the archive follows columns that were added or renamed.'
    ' exclude: columns never to be copied; null leaves that as it was.'
    ' lookups: ''all'' indexes, or ''undo'', the fewest with which everything works; null leaves that as it was.';


create function archive._enable_check(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_fault    text := archive._fault_source(entry.source);
    v_excluded text;
    v_count    bigint;
begin
    if v_fault is not null then
        perform archive._refuse(format('%s cannot be archived: it %s', entry.source, v_fault));
    end if;

    v_count := (select count(*) from archive._copies(entry)) + (select count(*) from archive._archive_metadata());
    if v_count > 1600 then
        perform archive._refuse(format(
            '%s cannot be archived: with the archive''s own columns there would be %s, and a table has at most 1600;'
            ' exclude some', entry.source, v_count));
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


create function archive._enable_archive(entry archive.registry) returns archive.registry
    language plpgsql
as $$
declare
    v_entry archive.registry := entry;
    v_owned regclass;
    v_fault text;
begin
    if v_entry.target is null then
        select c.oid
          into v_entry.target
          from pg_class s
          join pg_class c on c.relnamespace = s.relnamespace and c.relname = s.relname || '_archive'
         where s.oid = entry.source;
        v_owned := (select r.source from archive.registry r where r.target = v_entry.target);
        if v_owned is not null then
            raise exception '% is the archive of another table: %', v_entry.target, v_owned
                using errcode = 'AR409',
                      hint = format('Rename the archive after its table, or end that: archive.disable(%L).', v_owned);
        end if;
    end if;
    if v_entry.target is null then
        v_entry.target := archive._archive_create(entry);
    end if;

    v_fault := archive._fault_target(v_entry.target);
    if v_fault is not null then
        raise exception '% cannot be the archive of %: it %', v_entry.target, entry.source,
            concat_ws(', and does not match: ', v_fault, archive._fault_columns(v_entry)) using errcode = 'AR409';
    end if;
    return v_entry;
end
$$;

comment on function archive._enable_archive(archive.registry) is
    'The registry''s row with a table''s archive, found in the same schema or made. AR409 if it cannot be one.';


create function archive._enable_check_columns(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_fault text := archive._fault_columns(entry);
begin
    if v_fault is not null then
        raise exception '% and % do not match: %', entry.source, entry.target, v_fault
            using errcode = 'AR409',
                  hint = coalesce(archive._fault_columns_remedy(entry), 'Change the archive likewise.');
    end if;
end
$$;

comment on function archive._enable_check_columns(archive.registry) is
    'AR409 with the statements to run, unless the archive fits the table.';


create function archive._enable_register(entry archive.registry) returns void
    language plpgsql
as $$
begin
    insert into archive.registry as r select entry.*
        on conflict on constraint registry_pkey
        do update
           set target = excluded.target, exclude = excluded.exclude, columns = excluded.columns,
               source_name = excluded.source_name, source_oid = excluded.source_oid,
               target_oid = excluded.target_oid, last_attnum = excluded.last_attnum,
               exclude_attnums = excluded.exclude_attnums, lookups = excluded.lookups
         where (r.*) is distinct from (excluded.*);
    if found then
        perform archive._view_write_transactions();
    end if;
end
$$;

comment on function archive._enable_register(archive.registry) is
    'Keeps the registry''s row of a table, and writes the views where it has changed.';


create function archive.disable(source regclass) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set quote_all_identifiers = off
as $$
declare
    v_trigger record;
begin
    if exists (select from pg_class c where c.oid = source) then
        perform archive._registry_entry(source);
        for v_trigger in
            select case when t.level = 'row' then source else t.relation end as relation, t.name
              from archive._capture_triggers(archive._registry_entry(source)) t
        loop
            execute format('drop trigger if exists %I on %s', v_trigger.name, v_trigger.relation);
        end loop;
    end if;
    delete from archive.disabled d where d.source = disable.source;
    with ended as (delete from archive.registry r where r.source = disable.source returning *)
    insert into archive.disabled select * from ended;
    if not found then
        perform archive._registry_entry(source);
    end if;
    perform archive._references_follow(source);
    perform archive._capture_drop_unused();
    perform archive._view_write_transactions();
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
    delete from archive.disabled d where not exists (select from pg_class c where c.oid = d.source);
    perform archive.enable(r.source) from archive.registry r;
    perform archive._view_write_transactions();
end
$$;

comment on function archive._enable_all() is
    'Brings every archived table up to date, and forgets those that were dropped.';
