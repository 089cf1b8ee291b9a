-- Who can get at the archive: its roles and their members, and roles that reach every table.

-- The owner is a member of the runtime role too. So it is the only login with that role where no other serves the API.
create function archive._fault_shared_login() returns text
    language sql stable
    return (
        select format('%s is the only login with %I, and owns the archive:'
                      ' whoever takes over the application can rewrite history',
                      archive._owner()::regrole, archive._role('runtime'))
         where not exists (
             select from pg_roles r
              where r.rolcanlogin
                and not r.rolsuper
                and pg_has_role(r.oid, archive._role('runtime'), 'member')
                and not pg_has_role(r.oid, archive._owner(), 'member')
         )
    );

comment on function archive._fault_shared_login() is
    'What it costs that one login both migrates and serves; null if there are two.';


create function archive._fault_login_limits() returns text
    language sql stable
    return (
        select string_agg(format('%I', r.rolname), ', ' order by r.rolname)
               || ' may take any time: alter role ... set statement_timeout, or one request can hold the database'
          from pg_roles r
         where r.rolcanlogin
           and not r.rolsuper
           and pg_has_role(r.oid, archive._role('runtime'), 'member')
           and not pg_has_role(r.oid, archive._owner(), 'member')
           and not exists (
               select from pg_db_role_setting s
                cross join unnest(s.setconfig) setting
                where s.setrole in (0, r.oid)
                  and s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))
                  and setting like 'statement_timeout=%'
                  and setting <> 'statement_timeout=0'
           )
    );

comment on function archive._fault_login_limits() is
    'The logins of the API without a statement_timeout; null if all have one.';


-- The predefined role pg_write_all_data writes to every table without a grant on it.
create function archive._fault_write_all() returns text
    language sql stable
    return (
        select string_agg(format('%I', r.rolname), ', ' order by r.rolname)
               || ' may write to every table, as pg_write_all_data'
          from pg_roles r
         where r.rolcanlogin
           and not r.rolsuper
           and pg_has_role(r.oid, 'pg_write_all_data', 'usage')
           and not pg_has_role(r.oid, archive._owner(), 'member')
    );

comment on function archive._fault_write_all() is
    'Logins that may write to all archives without a grant; null without any.';


create function archive._fault_shared_roles() returns text
    language sql stable
    return (
        select format('%1$s_runtime and %1$s_auditor are also those of database %2$s: a login of either application'
                      ' can act in both; archive-table install --roles PREFIX moves this one to roles of its own',
                      s.value, archive._role_other_databases(s.value))
          from archive.settings s
         where s.name = 'roles' and archive._role_other_databases(s.value) is not null
    );

comment on function archive._fault_shared_roles() is
    'Which other databases of the cluster grant to the roles of this installation; null if none does.';
