-- Is the archive in force? Rows for psql, for the API's readiness and for the command line alike.

create function archive._fault_public_functions() returns text
    language sql stable
    return (
        select string_agg(distinct p.oid::regprocedure::text, ', ') || ' can be executed by PUBLIC'
          from pg_proc p
         cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
         where p.pronamespace = 'archive'::regnamespace and g.grantee = 0
    );

comment on function archive._fault_public_functions() is
    'Functions of the archive that anybody may execute; null without any.';


create function archive._fault_default_partition(target regclass) returns text
    language plpgsql stable
as $$
declare
    v_default regclass := (select p.partition from archive._partitions(target) p where p.lower is null);
    v_filled  boolean;
begin
    if v_default is null then
        return 'there is none: a delete in a month without a partition would fail';
    end if;
    execute format('select exists (select from %s)', v_default) into v_filled;
    return case when v_filled
                then v_default || ' has rows: archive.maintain() moves closed months out of it'
           end;
end
$$;

comment on function archive._fault_default_partition(regclass) is
    'What is wrong with the default partition of an archive; null if nothing.';


create function archive._fault_next_partition(target regclass) returns text
    language sql stable
    return (
        select format('%s has no partition from %s on: archive.maintain() makes it',
                      archive._name(target), to_char(month at time zone 'UTC', 'YYYY-MM-DD'))
          from unnest(array[archive._partition_month(now()), archive._partition_month(now(), 1)]) month
         where not exists (select from archive._partitions(target) p where p.lower <= month and p.upper > month)
         order by month
         limit 1
    );

comment on function archive._fault_next_partition(regclass) is
    'Which of this month and the next has no partition; null if both have one.';


-- A warning only: a key may be used again by hand, or by a sequence that was set back.
create function archive._fault_ghost_rows(entry archive.registry, thorough boolean) returns text
    language plpgsql stable
as $$
declare
    v_count bigint;
    v_first bigint;
begin
    if archive._name(entry.source) is null or archive._name(entry.target) is null then
        return null;  -- a table was dropped: another check reports it
    end if;
    execute format(
        'select count(*), min(a.archive_id)'
        '  from (select * from %s where restored_at is null and ($1 or archived_at >= now() - interval ''1 day'')'
        '         order by archived_at desc limit case when not $1 then 1000 end) a'
        '  join only %s live on %s',
        archive._name(entry.target), archive._name(entry.source),
        (select string_agg(format('live.%1$I = a.%1$I', k), ' and ') from unnest(archive._key(entry.source)) k)
    ) into v_count, v_first using thorough;
    return case when v_count > 0
                then format('%s archived and not restored, yet live: archive_id %s%s',
                            v_count, v_first, case when v_count > 1 then ' and others' else '' end)
           end;
end
$$;

comment on function archive._fault_ghost_rows(archive.registry, boolean) is
    'Archived rows, never restored, whose key is live: of the newest 1,000 of the last day, or of all.';


create function archive._fault_views() returns text
    language sql stable
    return case when to_regclass('archive._archived_rows') is null or to_regclass('archive.transactions') is null
                     and exists (select from archive.registry)
                then 'no restore works: they went with a table that was dropped;'
                     ' archive.disable() it by its oid, as the registry has it'
           end;

comment on function archive._fault_views() is
    'What it means that the views over all archives are gone; null if they are there.';


create function archive._fault_transaction_ids() returns text
    language plpgsql stable
as $$
declare
    v_first text;
begin
    if archive._fault_views() is not null then
        return null;
    end if;
    -- Dynamic: the view is written after this function is created.
    execute 'select min(t.transaction_id::text)'
            '  from (select transaction_id from archive.transactions group by transaction_id having count(*) > 1) t'
       into v_first;
    return 'transaction ' || v_first || ' and perhaps others have several archived_at:'
           ' restore_transaction() asks for one';
end
$$;

comment on function archive._fault_transaction_ids() is
    'Transaction ids used twice, since the counter starts again after a dump and restore; null without any.';


create function archive.health(thorough boolean default false)
    returns table (source regclass, check_name text, ok boolean, severity text, detail text)
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    with checks (source, check_name, severity, fault) as (
        select r.source, c.check_name, c.severity, c.fault
          from archive.registry r
         cross join lateral (values
             ('source can be archived',     'error',   archive._fault_source(r.source)),
             ('columns match',              'error',   archive._fault_columns(r.source, r.target, r.exclude)),
             ('function matches',           'error',   'archive.' || archive._capture_name(r.source) || '() '
                                                       || archive._fault_capture(r.source, r.target, r.exclude)),
             ('trigger is last',            'error',   archive._capture_later_trigger(r.source)
                                                       || ' runs after it and could cancel a delete already archived'),
             ('only the owner writes',      'error',   archive._fault_writers(r.target)),
             ('partitions have no grants',  'error',   archive._fault_partition_grants(r.target)),
             ('next partition exists',      'warning', archive._fault_next_partition(r.target)),
             ('default partition is empty', 'warning', archive._fault_default_partition(r.target)),
             ('no ghost rows',              'warning', archive._fault_ghost_rows(r, coalesce(thorough, false)))
         ) c (check_name, severity, fault)
        union all
        select r.source, t.event || ' trigger in force', 'error', t.name || ' ' || t.fault
          from archive.registry r
         cross join lateral archive._capture_triggers(r.source) t
        union all
        select null, 'functions are not public', 'error', archive._fault_public_functions()
        union all
        select null, 'nobody writes everywhere', 'warning', archive._fault_write_all()
        union all
        select null, 'views are in place', 'error', archive._fault_views()
        union all
        select null, 'separate runtime login', 'warning', archive._fault_shared_login()
        union all
        select null, 'roles are not shared', 'warning', archive._fault_shared_roles()
        union all
        select null, 'runtime login has limits', 'warning', archive._fault_login_limits()
        union all
        select null, 'transaction ids are unique', 'warning', archive._fault_transaction_ids() where thorough
    )
    select c.source, c.check_name, c.fault is null, c.severity, c.fault from checks c
     order by c.fault is null, c.source::text, c.check_name;
end;

comment on function archive.health(boolean) is
    'Whether the archive is in force, a row for each table and check; what is wrong comes first.'
    ' thorough: also what must scan the archives.';
