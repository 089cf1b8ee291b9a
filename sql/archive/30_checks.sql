-- What stands against archiving a table, or against trusting that it is archived. archive.enable() refuses or mends it,
-- archive.health() reports it.

create function archive._refuse(reason text) returns void
    language plpgsql
as $$
begin
    raise exception '%', reason using errcode = 'AR422';
end
$$;

comment on function archive._refuse(text) is 'Raises AR422: a bad argument.';


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
           ('restored_by',        'text',                     false, 'Who restored it.'),
           ('erased_at',          'timestamp with time zone', false, 'When archive.erase_subject() blanked it. The shell stays as history.');
end;

comment on function archive._metadata() is 'The columns of an archive table that are not copied.';


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
        when v_table.relowner <> archive._owner()
             and not exists (select from pg_roles r where r.oid = v_table.relowner and r.rolsuper) then
            return format('belongs to %s, whose policies and domains could run as the archive''s owner', v_table.relowner::regrole);
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


-- What keeps a table from being an archive, whatever its columns; null if nothing does.
create function archive._target_fault(target regclass) returns text
    language sql stable
    return case
               when (select c.relkind from pg_class c where c.oid = target) <> 'p' then 'is not a partitioned table'
               when pg_get_partkeydef(target) <> 'RANGE (archived_at)'             then 'is not partitioned by range of archived_at'
           end;

comment on function archive._target_fault(regclass) is 'Why a table cannot be an archive, whatever its columns; null if it can.';


-- The columns in which an archive does not fit its table; null if it fits. Columns that the table has lost may stay.
create function archive._mismatch(source regclass, target regclass, exclude text[]) returns text
    language sql stable
    return (
        select string_agg(format('%I %s', coalesce(wanted.name, present.name), fault.description), '; ')
          from (
              select m.name, m.type, null::text as collated, m.not_null from archive._metadata() m
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


create function archive._grantee(grantee oid) returns text
    language sql stable
    return case grantee when 0 then 'PUBLIC' else grantee::regrole::text end;

comment on function archive._grantee(oid) is 'The name of a role that something is granted to, as SQL writes it; 0 stands for PUBLIC.';


-- Grants on an archive and its partitions to others than the owner.
create function archive._grants(target regclass) returns table (relation regclass, privilege text, grantee oid)
    language sql stable
begin atomic
    select c.oid, g.privilege_type, g.grantee
      from pg_partition_tree(target) t
      join pg_class c on c.oid = t.relid
     cross join aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
     where g.grantee not in (archive._owner(), c.relowner)
    union all
    select a.attrelid, g.privilege_type, g.grantee
      from pg_partition_tree(target) t
      join pg_attribute a on a.attrelid = t.relid
     cross join aclexplode(a.attacl) g
     where g.grantee <> archive._owner();
end;

comment on function archive._grants(regclass) is 'The grants on an archive and its partitions to others than the owner; 0 stands for PUBLIC.';


create function archive._writers(target regclass) returns text
    language sql stable
    return (
        select string_agg(distinct fault, '; ')
          from (
              select format('%s on %s is granted to %s', g.privilege, g.relation, archive._grantee(g.grantee))
                from archive._grants(target) g
               where g.privilege <> 'SELECT'
              union all
              select format('%s belongs to %s', c.oid::regclass, c.relowner::regrole)
                from pg_partition_tree(target) t
                join pg_class c on c.oid = t.relid
               where c.relowner <> archive._owner()
          ) f (fault)
    );

comment on function archive._writers(regclass) is
    'How others than the owner may change an archive or its partitions; null if they may not.';


-- A partition is read through its archive; a grant on it comes from default privileges, or from somebody in a hurry.
create function archive._partition_grants(target regclass) returns text
    language sql stable
    return (
        select string_agg(distinct format('%s on %s is granted to %s', g.privilege, g.relation, archive._grantee(g.grantee)), '; ')
          from archive._grants(target) g
         where g.relation <> target
    );

comment on function archive._partition_grants(regclass) is 'Grants on the partitions of an archive; null without any.';


create function archive._public_functions() returns text
    language sql stable
    return (
        select string_agg(distinct p.oid::regprocedure::text, ', ') || ' can be executed by PUBLIC'
          from pg_proc p
         cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
         where p.pronamespace = 'archive'::regnamespace and g.grantee = 0
    );

comment on function archive._public_functions() is 'Functions of the archive that anybody may execute; null without any.';
