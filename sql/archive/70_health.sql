-- Is the archive in force? Rows for psql, for the API's readiness and for the command line alike.

-- The owner is a member of archive_runtime too, so its being the only login in there is the sign.
create function archive._shared_login() returns text
    language sql stable
    return (
        select format('%s is the only login with archive_runtime, and owns the archive: whoever takes over the API can rewrite history',
                      archive._owner()::regrole)
         where not exists (
             select from pg_roles r
              where r.rolcanlogin
                and not r.rolsuper
                and pg_has_role(r.oid, 'archive_runtime', 'member')
                and not pg_has_role(r.oid, archive._owner(), 'member')
         )
    );

comment on function archive._shared_login() is 'What it costs that one login both migrates and serves; null if there are two.';


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
             ('source can be archived', 'error', archive._source_fault(r.source)),
             ('columns match',          'error', archive._mismatch(r.source, r.target, r.exclude)),
             ('function matches',       'error', 'archive.' || archive._capture_name(r.source) || '() ' || archive._capture_fault(r.source, r.target, r.exclude)),
             ('trigger is last',        'error', archive._later_trigger(r.source) || ' runs after it and could cancel a delete already archived')
         ) c (check_name, severity, fault)
        union all
        select r.source, t.event || ' trigger in force', 'error', t.name || ' ' || t.fault
          from archive.registry r
         cross join lateral archive._triggers(r.source) t
        union all
        select r.source, 'only the owner writes', 'error', archive._writers(r.target)
          from archive.registry r
        union all
        select null, 'separate runtime login', 'warning', archive._shared_login()
    )
    select c.source, c.check_name, c.fault is null, c.severity, c.fault from checks c
     order by c.fault is null, c.source::text, c.check_name;
end;

comment on function archive.health(boolean) is
    'Whether the archive is in force, a row for each table and check; what is wrong comes first.';
