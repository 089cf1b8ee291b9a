-- The capture function and its triggers on a table: what is wrong with them, and how they are installed.

create function archive._fault_capture(entry archive.registry) returns text
    language sql stable
    return (
        select 'archive.' || expected.name || '() ' || case
                   when p.oid is null
                       then 'is missing'
                   when p.prosrc <> archive._capture_body(entry)
                       then 'is not as archive.enable() writes it for this table'
                   when p.proowner <> archive._owner()
                       then 'belongs to ' || p.proowner::regrole
                   when not p.prosecdef or p.proconfig is distinct from array['search_path=pg_catalog, pg_temp']
                       then 'is not SECURITY DEFINER with a pinned search_path'
                   when exists (
                       select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
                        where g.privilege_type = 'EXECUTE' and g.grantee <> p.proowner
                   )
                       then 'can be executed by others than its owner'
               end
          from (values (archive._capture_name((entry).source_name))) as expected (name)
          left join pg_proc p on p.pronamespace = 'archive'::regnamespace
                             and p.proname = expected.name
                             and p.pronargs = 0
    );

comment on function archive._fault_capture(archive.registry) is
    'What is wrong with a table''s capture function; null if nothing is.';


create function archive._capture_write(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_function text := format('archive.%I()', archive._capture_name((entry).source_name));
begin
    perform set_config('citus.enable_ddl_propagation', 'on', true);  -- with the table that it belongs to
    execute format(
        'create or replace function %s returns trigger language plpgsql security definer'
        ' set search_path = pg_catalog, pg_temp as %L',
        v_function, archive._capture_body(entry));
    execute format('alter function %s owner to %s', v_function, archive._owner()::regrole);
    execute format('revoke execute on function %s from public, %I, %I',
                   v_function, archive._role('runtime'), archive._role('auditor'));
    execute format(
        'comment on function %s is %L',
        v_function, format('Copies deleted rows of %s to %s.', entry.source_name, archive._name(entry.target)));
end
$$;

comment on function archive._capture_write(archive.registry) is
    'Creates or replaces the capture function of a table.';


-- PostgreSQL makes the triggers for rows on every partition, later ones included, and keeps them as on the root.
create function archive._capture_triggers(entry archive.registry)
    returns table (
        relation    regclass,
        name        name,
        event       text,
        level       text,
        condition   text,
        function    name,
        description text,
        fault       text
    )
    language sql stable
begin atomic
    select c.oid::regclass, wanted.name, wanted.event, wanted.level, wanted.condition, wanted.function,
           wanted.description,
           case
               when t.oid is null then 'is missing'
               when t.tgenabled = 'D' then 'is disabled'
               when t.tgenabled <> mode.wanted and mode.wanted = 'A'
                   then 'is not enabled ALWAYS: session_replication_role = replica would skip it'
               when t.tgenabled <> mode.wanted
                   then 'is enabled ALWAYS, and a subscription brings the archive too: deletions are archived twice'
               when p.pronamespace <> 'archive'::regnamespace or p.proname <> wanted.function
                   then format('calls %s', t.tgfoid::regprocedure)
               when t.tgtype <> wanted.type or t.tgnargs > 0
                    or (t.tgqual is null) <> (wanted.condition is null)
                    or wanted.condition is not null
                       and position(format('WHEN (%s) ', wanted.condition) in pg_get_triggerdef(t.oid)) = 0
                   then 'is not for every row or statement of its kind'
           end || case when c.oid <> (entry).source then ' on ' || archive._label(c.oid) else '' end
      from archive._tree((entry).source) tree (relation)
      join pg_class c on c.oid = tree.relation
      -- pg_trigger.tgtype: 1 each row, 2 before, 8 delete, 16 update, 32 truncate
     cross join archive._capture_mode(entry) mode (wanted)
     cross join (values
               ('zz_archive_before_delete'::name, 'delete', 'row', 1 + 2 + 8, null::text,
                archive._capture_name((entry).source_name)::name, 'Copies each deleted row to the archive.'),
               ('zz_archive_before_update', 'update', 'row', 1 + 2 + 16, archive._move_condition((entry).source),
                'keep_move', 'Notes that a row may move to another partition.'),
               ('zz_archive_before_truncate', 'truncate', 'statement', 2 + 32, null,
                archive._capture_name((entry).source_name), 'Copies all rows to the archive.')
           ) as wanted (name, event, level, type, condition, function, description)
      left join pg_trigger t on t.tgrelid = c.oid and t.tgname = wanted.name and not t.tgisinternal
      left join pg_proc p on p.oid = t.tgfoid
     where case wanted.event when 'update' then archive._is_partitioned((entry).source)
                             when 'truncate' then c.relkind <> 'p' or c.oid = (entry).source
                             else true end;
end;

comment on function archive._capture_triggers(archive.registry) is
    'The triggers that a table and its partitions need, and what is wrong with each; null if nothing is.';


create function archive._fault_trigger(entry archive.registry, event text) returns text
    language sql stable
    return (
        select string_agg(t.name || ' ' || t.fault, '; ' order by t.relation)
          from archive._capture_triggers(entry) t
         where t.event = _fault_trigger.event);

comment on function archive._fault_trigger(archive.registry, text) is
    'What is wrong with a table''s triggers for that event; null if nothing is.';


create function archive._capture_later_trigger(source regclass) returns name
    language sql stable
    return (
        select min(t.tgname)
          from pg_trigger t
         where t.tgrelid in (select archive._tree(source))
           and t.tgtype & (1 + 2 + 8) = 1 + 2 + 8
           and t.tgname > 'zz_archive_before_delete'
           and not t.tgisinternal
    );

comment on function archive._capture_later_trigger(regclass) is
    'The BEFORE DELETE trigger that would run after the archive''s and could cancel the delete; null without one.';


create function archive._fault_later_trigger(source regclass) returns text
    language sql stable
    return archive._capture_later_trigger(source) || ' runs after it and could cancel a delete already archived';

comment on function archive._fault_later_trigger(regclass) is
    'That a trigger runs after the archive''s; null if none does.';


-- What is right already is left alone: DDL would wait for every open writer.
create function archive._capture_install(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_trigger record;
    v_later   name;
begin
    if archive._fault_capture(entry) is not null then
        perform archive._capture_write(entry);
    end if;
    for v_trigger in
        select distinct case when t.level = 'row' then entry.source else t.relation end as relation,
               t.name, t.event, t.level, t.condition, t.function, t.description
          from archive._capture_triggers(entry) t
         where t.fault is not null
    loop
        execute format('create or replace trigger %I before %s on %s for each %s%s execute function archive.%I()',
                       v_trigger.name, v_trigger.event, v_trigger.relation, v_trigger.level,
                       ' when (' || v_trigger.condition || ')', v_trigger.function);
        execute format('alter table %s enable %s trigger %I', v_trigger.relation,
                       case archive._capture_mode(entry) when 'A' then 'always' end, v_trigger.name);
        execute format('comment on trigger %I on %s is %L',
                       v_trigger.name, v_trigger.relation, v_trigger.description);
    end loop;

    v_later := archive._capture_later_trigger(entry.source);
    if v_later is not null then
        raise exception
            'trigger % of % would run after zz_archive_before_delete, and could cancel a delete already archived',
            v_later, entry.source
            using errcode = 'AR409', hint = 'Rename it, so that it sorts before.';
    end if;
end
$$;

comment on function archive._capture_install(archive.registry) is
    'Puts the capture function and the triggers of a table in force.'
    ' AR409 where a later trigger could cancel a delete.';


-- The function of a table that was dropped or renamed cannot be found by its name.
create function archive._capture_drop_unused() returns void
    language plpgsql
as $$
declare
    v_function regprocedure;
begin
    for v_function in
        select p.oid
          from pg_proc p
         where p.pronamespace = 'archive'::regnamespace
           and p.prorettype = 'trigger'::regtype
           and p.proname <> 'keep_move'
           and not exists (select from pg_trigger t where t.tgfoid = p.oid)
    loop
        execute format('drop function %s', v_function);
    end loop;
end
$$;

comment on function archive._capture_drop_unused() is 'Drops the trigger functions that no trigger calls.';
