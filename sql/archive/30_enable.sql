-- Which tables are archived: archive.enable(), archive.disable(), and what stands against it.

create function archive._refuse(reason text) returns void
    language plpgsql
as $$
begin
    raise exception '%', reason using errcode = 'AR422';
end
$$;

comment on function archive._refuse(text) is 'Raises AR422: a bad argument.';


-- Why a table cannot be archived; null if it can. Health asks again, since a table may change.
create function archive._source_fault(source regclass) returns text
    language plpgsql stable
as $$
declare
    v_table pg_class;
    v_names text;
begin
    select * into v_table from pg_class where oid = source;

    case
        when not found then
            return 'does not exist';
        when v_table.relnamespace::regnamespace::text ~ '^(pg_.*|information_schema|archive)$' then
            return 'is in a schema of the system''s or the archive''s own';
        when v_table.relkind = 'p' or v_table.relispartition then
            return 'is partitioned: a row moved between partitions would count as deleted';
        when v_table.relkind = 'f' then
            return 'is a foreign table';
        when v_table.relkind <> 'r' then
            return 'is not a table';
        when v_table.relpersistence = 't' then
            return 'is temporary';
        when v_table.relpersistence = 'u' then
            return 'is unlogged: its rows would vanish in a crash, unarchived';
        when exists (select from pg_inherits where _source_fault.source in (inhrelid, inhparent)) then
            return 'is part of an inheritance tree, where a delete through the parent loses columns';
        when exists (select from archive.registry r where r.target = _source_fault.source) then
            return 'is an archive itself';
        when archive._key(source) is null then
            return 'has no primary key, by which a row could be found again';
        when octet_length(v_table.relname) > 45 then
            return 'has a name of more than 45 bytes, to which nothing can be added';
        when octet_length(archive._capture_name(source)) > 63 then
            return 'has, with its schema, too long a name for a capture function';
        else null;
    end case;

    select string_agg(format('%I', c.name), ', ')
      into v_names
      from archive._columns(source) c
     where c.name in (select m.name from archive._metadata() m);

    if v_names is not null then
        return format('has columns with names that the archive uses for itself: %s', v_names);
    end if;
    return null;
end
$$;

comment on function archive._source_fault(regclass) is 'Why a table cannot be archived; null if it can.';


-- What an archive table holds besides the copied columns.
create function archive._metadata() returns table (name name, type text, not_null boolean, description text)
    language sql immutable
begin atomic
    values ('archive_id'::name,   'bigint',                   true,  'Names one archived row anywhere; the newest is the highest.'),
           ('transaction_id',     'xid8',                     true,  'The deleting transaction: all rows of one deletion share it.'),
           ('archived_at',        'timestamp with time zone', true,  'When that transaction began.'),
           ('archived_by',        'text',                     false, 'Who, as the application knows it: a user''s id or any label. Null where none was set.'),
           ('reason',             'text',                     false, 'Why, if given.'),
           ('session_role',       'text',                     true,  'The database login that did it.'),
           ('application_name',   'text',                     false, 'With what program, as it calls itself.'),
           ('client_addr',        'inet',                     false, 'From where, as PostgreSQL sees it. Null over a Unix socket.'),
           ('cascaded',           'boolean',                  true,  'Whether a foreign key''s cascade or another trigger deleted the row.'),
           ('restored_at',        'timestamp with time zone', false, 'When it was restored. The row stays as history.'),
           ('restored_by',        'text',                     false, 'Who restored it.');
end;

comment on function archive._metadata() is 'The columns of an archive table that are not copied.';


-- The columns in which an archive does not fit its table; null if it fits. Columns that the table has lost may stay.
create function archive._mismatch(source regclass, target regclass, exclude text[]) returns text
    language sql stable
    return (
        select string_agg(format('%I %s', coalesce(wanted.name, present.name), fault.description), '; ')
          from (
              select m.name, m.type, null::text as collated, m.not_null from archive._metadata() m
              union all
              select c.name, c.type, c.collated, false
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
                             then format('is %s in %s and %s in %s', wanted.type, archive._name(source), present.type, archive._name(target))
                         when present.collated is distinct from wanted.collated and wanted.name is not null
                             then 'has another collation in ' || archive._name(target)
                         when present.not_null and not wanted.not_null
                             then 'is not null in ' || archive._name(target) || ', where copies must be nullable'
                     end as description
          ) fault
         where fault.description is not null
    );

comment on function archive._mismatch(regclass, regclass, text[]) is
    'The columns in which an archive does not fit its table; null if it fits.';


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


create function archive.enable(source regclass, exclude name[] default null) returns regclass
    language plpgsql
as $$
declare
    v_entry   archive.registry;
    v_fault   text;
    v_trigger record;
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
    return v_entry.target;
end
$$;

comment on function archive.enable(regclass, name[]) is
    'Archives a table from now on: makes <table>_archive if missing, writes the capture function and the triggers. Call it again after any change of the table. exclude: columns never to be copied; null leaves that as it was.';


-- Both triggers, and what is wrong with each; null if nothing is.
create function archive._triggers(source regclass)
    returns table (name name, event text, level text, description text, fault text)
    language sql stable
begin atomic
    select wanted.name, wanted.event, wanted.level, wanted.description,
           case
               when t.oid is null then 'is missing'
               when t.tgenabled = 'D' then 'is disabled'
               when t.tgenabled <> 'A' then 'is not enabled ALWAYS: session_replication_role = replica would skip it'
               when p.pronamespace <> 'archive'::regnamespace or p.proname <> archive._capture_name(source)
                   then format('calls %s', t.tgfoid::regprocedure)
               when t.tgtype <> wanted.type or t.tgqual is not null or t.tgnargs > 0
                   then 'is not for every row or statement of its kind'
           end
      -- pg_trigger.tgtype: 1 each row, 2 before, 8 delete, 32 truncate
      from (values
               ('zz_archive_before_delete'::name, 'delete', 'row', 1 + 2 + 8, 'Copies each deleted row to the archive.'),
               ('zz_archive_before_truncate', 'truncate', 'statement', 2 + 32, 'Copies all rows to the archive.')
           ) as wanted (name, event, level, type, description)
      left join pg_trigger t on t.tgrelid = source and t.tgname = wanted.name and not t.tgisinternal
      left join pg_proc p on p.oid = t.tgfoid;
end;

comment on function archive._triggers(regclass) is 'The triggers that a table needs, and what is wrong with each.';


create function archive._later_trigger(source regclass) returns name
    language sql stable
    return (
        select min(t.tgname)
          from pg_trigger t
         where t.tgrelid = source
           and t.tgtype & (1 + 2 + 8) = 1 + 2 + 8
           and t.tgname > 'zz_archive_before_delete'
           and not t.tgisinternal
    );

comment on function archive._later_trigger(regclass) is
    'The BEFORE DELETE trigger that would run after the archive''s and could cancel the delete; null without one.';


-- Grants by which others than the owner may change an archive or one of its partitions.
create function archive._writers(target regclass) returns text
    language sql stable
    return (
        select string_agg(distinct format('%s on %s is granted to %s', f.privilege, f.relation::regclass,
                                          case f.grantee when 0 then 'PUBLIC' else f.grantee::regrole::text end), '; ')
          from (
              select c.oid as relation, g.privilege_type as privilege, g.grantee
                from pg_partition_tree(target) t
                join pg_class c on c.oid = t.relid
               cross join aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
              union all
              select a.attrelid, g.privilege_type, g.grantee
                from pg_partition_tree(target) t
                join pg_attribute a on a.attrelid = t.relid
               cross join aclexplode(a.attacl) g
          ) f
         where f.grantee <> archive._owner()
           and f.privilege <> 'SELECT'
    );

comment on function archive._writers(regclass) is
    'Grants by which others than the owner may change an archive or its partitions; null without any.';


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


create function archive.disable(source regclass) returns void
    language plpgsql
as $$
begin
    perform archive._entry(source);
    execute format('drop trigger if exists zz_archive_before_delete on %s', source);
    execute format('drop trigger if exists zz_archive_before_truncate on %s', source);
    execute format('drop function if exists archive.%I()', archive._capture_name(source));
    delete from archive.registry r where r.source = disable.source;
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
