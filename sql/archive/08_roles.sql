-- The two roles that the archive's rights are granted to: PREFIX_runtime and PREFIX_auditor.
--
-- Roles belong to the cluster. If two databases granted to the same role, the login of one application could connect to
-- the other database and act there. So each installation has a prefix of its own. The setting archive.roles names
-- another one: the installation moves to it.

create function archive._role(purpose text) returns name
    language sql stable
    return (select format('%s_%s', s.value, purpose) from archive.settings s where s.name = 'roles');

comment on function archive._role(text) is 'The role of this installation for a purpose: runtime or auditor.';


-- A database that nobody may connect to is a template: no login can act there.
create function archive._role_other_databases(prefix text) returns text
    language sql stable
    return (
        select string_agg(distinct d.datname, ', ')
          from pg_shdepend s
          join pg_roles r on s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid
          join pg_database d on d.oid = s.dbid
         where r.rolname in (prefix || '_runtime', prefix || '_auditor')
           and d.datname <> current_database()
           and d.datallowconn
    );

comment on function archive._role_other_databases(text) is
    'The other databases of the cluster that grant something to the roles with this prefix; null without any.';


create function archive._role_make(role name) returns void
    language plpgsql
as $$
begin
    if to_regrole(quote_ident(role)) is null then
        begin
            execute format('create role %I nologin', role);
        exception when duplicate_object or unique_violation then
            null;  -- another database of this cluster was first
        end;
    end if;
    -- Since 16, whoever makes a role administers it, and may still not take it.
    if not pg_has_role(current_user, role,
                       case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end)
    then
        execute format('grant %I to %I', role, current_user);
    end if;
exception when insufficient_privilege then
    raise exception '% may not make role %: %', current_user, role, sqlerrm
        using errcode = 'insufficient_privilege',
              hint = format('Somebody with CREATEROLE can: create role %1$I nologin; grant %1$I to %2$I;'
                            ' or run db/roles.sql.', role, current_user);
end
$$;

comment on function archive._role_make(name) is
    'Makes a role if it is missing, and lets the current user take it.';


-- Each grant in this database, also one that a DBA made, is made to the new role and taken from the old one.
create function archive._role_move_grants(old_role name, new_role name) returns void
    language plpgsql
as $$
declare
    v_grant record;
begin
    for v_grant in
        select g.privilege_type || acl.columns as privilege, acl.object
          from (
              select '' as columns, 'table ' || c.oid::regclass as object, c.relacl as items
                from pg_class c where c.relkind <> 'S'
              union all
              select '', 'sequence ' || c.oid::regclass, c.relacl from pg_class c where c.relkind = 'S'
              union all
              select format(' (%I)', a.attname), 'table ' || a.attrelid::regclass, a.attacl from pg_attribute a
              union all
              select '', 'routine ' || p.oid::regprocedure, p.proacl from pg_proc p
              union all
              select '', 'type ' || t.oid::regtype, t.typacl from pg_type t
              union all
              select '', 'schema ' || n.oid::regnamespace, n.nspacl from pg_namespace n
          ) acl
         cross join aclexplode(acl.items) g
         where g.grantee = to_regrole(quote_ident(old_role))
    loop
        begin
            execute format('grant %s on %s to %I', v_grant.privilege, v_grant.object, new_role);
            execute format('revoke %s on %s from %I', v_grant.privilege, v_grant.object, old_role);
        exception when insufficient_privilege then
            raise warning '% on % stays granted to %: the owner has to move it to %',
                v_grant.privilege, v_grant.object, old_role, new_role;
        end;
    end loop;
end
$$;

comment on function archive._role_move_grants(name, name) is
    'Moves every grant in this database from one role to another.';


create function archive._role_choose(prefix text) returns void
    language plpgsql
as $$
declare
    v_before  text := (select s.value from archive.settings s where s.name = 'roles');
    v_prefix  text := coalesce(nullif(prefix, ''), v_before, 'archive');
    v_others  text := archive._role_other_databases(v_prefix);
    v_purpose text;
begin
    if octet_length(v_prefix) > 55 or v_prefix ~ '^pg_' then
        perform archive._refuse(format('%s is no prefix for roles: at most 55 bytes, and not pg_', v_prefix));
    end if;
    -- An installation that shares its roles already goes on as it is: archive.health() warns.
    if v_others is not null and v_before is distinct from v_prefix then
        raise exception 'the roles %_runtime and %_auditor are those of another database of this cluster: %',
            v_prefix, v_prefix, v_others
            using errcode = 'AR409', hint = 'Choose a prefix of your own: --roles PREFIX, or ARCHIVE_ROLES=PREFIX.';
    end if;

    foreach v_purpose in array array['runtime', 'auditor'] loop
        perform archive._role_make(format('%s_%s', v_prefix, v_purpose));
        if v_before <> v_prefix then
            perform archive._role_move_grants(
                format('%s_%s', v_before, v_purpose), format('%s_%s', v_prefix, v_purpose));
        end if;
    end loop;
    insert into archive.settings as s (name, value) values ('roles', v_prefix)
        on conflict on constraint settings_pkey do update set value = excluded.value where s.value <> v_prefix;
end
$$;

comment on function archive._role_choose(text) is
    'Makes the roles with this prefix, and moves the installation''s grants to them. Null: those that it has, or'
    ' archive. AR409 where another database of the cluster has them.';
