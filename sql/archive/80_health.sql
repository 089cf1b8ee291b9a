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


create function archive._fault_views() returns text
    language sql stable
    return case when to_regclass('archive.transactions') is null
                then 'archive.transactions went with a table that was dropped;'
                     ' archive.disable() it by its oid, as the registry has it'
           end;

comment on function archive._fault_views() is
    'That the view over all archives is gone; null if it is there.';


create function archive._fault_transaction_ids() returns text
    language plpgsql stable
as $$
declare
    v_first text;
begin
    if archive._fault_views() is not null then
        return null;
    end if;
    select t ->> 'first'
      into v_first
      from archive._read(
          'select min(t.transaction_id::text) as first'
          '  from (select transaction_id from archive.transactions group by transaction_id having count(*) > 1) t'
          ' where not exists (select from archive.purge_log l'
          '                    where l.action = ''import'''
          '                      and l.scope ->> ''transaction_id'' = t.transaction_id::text)') t;
    return 'transaction ' || v_first || ' and perhaps others have several archived_at:'
           ' restore_transaction() asks for one';
end
$$;

comment on function archive._fault_transaction_ids() is
    'Transaction ids used twice, since the counter starts again after a dump and restore; null without any. An import'
    ' has many times in one transaction, which is right.';


-- In an expression, $1 is the registry's row of a table, and $2 whether to look at every row.
create function archive._health_checks()
    returns table (check_name text, severity text, expression text, of_tables boolean, scans boolean)
    language sql immutable
begin atomic
    values
        ('source can be archived',     'error',   'archive._fault_source(($1).source)', true, false),
        ('columns match',              'error',   'archive._fault_columns($1)', true, false),
        ('columns are captured',       'error',   'archive._fault_changed_columns($1)', true, false),
        ('columns are known',          'warning', 'archive._fault_unknown_columns($1)', true, false),
        ('name is known',              'warning', 'archive._fault_name($1)', true, false),
        ('function matches',           'error',   'archive._fault_capture($1)', true, false),
        ('delete trigger in force',    'error',   'archive._fault_trigger($1, ''delete'')', true, false),
        ('update trigger in force',    'error',   'archive._fault_trigger($1, ''update'')', true, false),
        ('truncate trigger in force',  'error',   'archive._fault_trigger($1, ''truncate'')', true, false),
        ('trigger is last',            'error',   'archive._fault_later_trigger(($1).source)', true, false),
        ('partitions are named',       'error',   'archive._fault_partition_names(($1).target)', true, false),
        ('only the owner writes',      'error',   'archive._fault_writers(($1).target)', true, false),
        ('nothing hangs on it',        'error',   'archive._fault_attached(($1).target)', true, false),
        ('partitions have no grants',  'error',   'archive._fault_partition_grants(($1).target)', true, false),
        ('ids go on',                  'error',   'case when not archive._is_subscribed(($1).target)'
                                              ' then archive._fault_sequence(($1).target, $2) end', true, false),
        ('subscription is whole',      'error',   'archive._fault_subscription($1)', true, false),
        ('archive is subscribed too',  'warning', 'archive._fault_subscribed_alone($1)', true, false),
        ('references are kept',        'warning', 'archive._fault_references($1)', true, false),
        ('children are archived',      'warning', 'archive._fault_children(($1).source)', true, false),
        ('rows fit the archive',       'warning', 'archive._fault_width($1)', true, false),
        ('no secret joined',           'warning', 'archive._fault_secrets($1)', true, false),
        ('next partition exists',      'warning', 'archive._fault_next_partition($1)', true, false),
        ('default partition is empty', 'warning', 'archive._fault_default_partition(($1).target)', true, false),
        ('look-ups are indexed',       'warning', 'archive._fault_lookups($1)', true, false),
        ('no ghost rows',              'warning', 'archive._fault_ghost_rows($1, $2)', true, false),
        ('ids are unique',             'error',   'archive._fault_duplicate_ids(($1).target)', true, true),
        ('overflow is empty',          'warning', 'archive._fault_overflow(($1).target)', true, true),
        ('functions are not public',   'error',   'archive._fault_public_functions()', false, false),
        ('nobody writes everywhere',   'warning', 'archive._fault_write_all()', false, false),
        ('views are in place',         'error',   'archive._fault_views()', false, false),
        ('state is its own',           'warning', 'archive._fault_subscribed_state()', false, false),
        ('separate runtime login',     'warning', 'archive._fault_shared_login()', false, false),
        ('roles are not shared',       'warning', 'archive._fault_shared_roles()', false, false),
        ('runtime login has limits',   'warning', 'archive._fault_login_limits()', false, false),
        ('transaction ids are unique', 'warning', 'archive._fault_transaction_ids()', false, true);
end;

comment on function archive._health_checks() is
    'The checks: of each table or of the archive as a whole, and whether one scans archives, which it does when asked.';


create function archive._health_failed(state text, message text) returns text
    language sql immutable
    return format('this check failed: %s (SQLSTATE %s)', message, state);

comment on function archive._health_failed(text, text) is 'What a check finds that ends in an error.';


-- One query for all tables, which is planned once. A check that fails is a fault of what it looks at, and must not hide
-- the others: then each table is asked by itself.
create function archive._health_ask(check_expression text, of_tables boolean, thorough boolean)
    returns table (source regclass, fault text)
    language plpgsql stable
as $$
declare
    v_query   text := format(case when of_tables
                                  then 'select r.source, %s from archive.registry r where coalesce(r.source = $2, true)'
                                  else 'select null::regclass, %s' end,
                             replace(replace(check_expression, '$1', 'r'), '$2', '$1'));
    v_sources regclass[];
    v_faults  text[];
begin
    -- Not returned at once: what a function has returned outlives an error.
    execute format('select array_agg(q.source), array_agg(q.fault) from (%s) q (source, fault)', v_query)
       into v_sources, v_faults using thorough, null::regclass;
    return query select * from unnest(v_sources, v_faults);
exception when others then
    if not of_tables then
        return query select null::regclass, archive._health_failed(sqlstate, sqlerrm);
        return;
    end if;
    for source in select r.source from archive.registry r loop
        begin
            execute v_query into source, fault using thorough, source;
        exception when others then
            fault := archive._health_failed(sqlstate, sqlerrm);
        end;
        return next;
    end loop;
end
$$;

comment on function archive._health_ask(text, boolean, boolean) is
    'What a check finds, of each table if it is about tables: null if all is well. An error is what it finds.';


create function archive.health(thorough boolean default false)
    returns table (source regclass, check_name text, ok boolean, severity text, detail text)
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
    set quote_all_identifiers = off
begin atomic
    with answers (source, check_name, severity, fault) as (
        select a.source, c.check_name, c.severity, a.fault
          from archive._health_checks() c
         cross join lateral archive._health_ask(c.expression, c.of_tables, coalesce(thorough, false)) a
         where coalesce(thorough, false) or not c.scans
    )
    select a.source, a.check_name, a.fault is null, a.severity, a.fault
      from answers a
     order by a.fault is null, a.source::text, a.check_name;
end;

comment on function archive.health(boolean) is
    'Whether the archive is in force, a row for each table and check; what is wrong comes first.'
    ' thorough: also what must scan the archives.';
