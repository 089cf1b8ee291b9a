-- Is the archive in force? Rows for psql, for the API's readiness and for the command line alike.

-- Superusers and members of the owner's role can always write; grants must not add anybody.
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
           and f.privilege not in ('SELECT', 'REFERENCES')
    );

comment on function archive._writers(regclass) is
    'Grants by which others than the owner may change an archive or its partitions; null without any.';


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
