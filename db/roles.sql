-- The roles that the archive's rights are granted to, and the login of the API.
--
-- `archive-table migrate` runs this file as the owner, which needs CREATEROLE for it. For an owner without,
-- somebody with that right runs it beforehand, naming the owner and the API's login:
--
--     PGOPTIONS='-c archive.owner=app_owner -c archive.runtime_login=app_api' psql -f db/roles.sql
--
-- and, where ARCHIVE_ROLES is set, that prefix: -c archive.roles=shop.
--
-- Roles belong to the cluster, not to one database: nothing here is ever dropped, and what exists is left as it is,
-- but for the time limits, which a login of the API gets where it has none.

do $roles$
declare
    v_owner    text := coalesce(nullif(current_setting('archive.owner', true), ''), current_user);
    v_login    text := nullif(current_setting('archive.runtime_login', true), '');
    v_password text := nullif(current_setting('archive.runtime_password', true), '');
    v_prefix   text := coalesce(nullif(current_setting('archive.roles', true), ''), 'archive');
    v_before   text;
    v_role     text;
    -- Since 16, whoever makes a role administers it, and may still not take it.
    v_may      text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
begin
    foreach v_role in array array[v_prefix || '_runtime', v_prefix || '_auditor'] loop
        if to_regrole(v_role) is null then
            begin
                execute format('create role %I nologin', v_role);
            exception when duplicate_object or unique_violation then
                null;  -- another database of this cluster was first
            end;
        end if;
        if not pg_has_role(v_owner, v_role, v_may) then
            execute format('grant %I to %I', v_role, v_owner);
        end if;
    end loop;

    if v_login is null then
        return;
    end if;
    if to_regrole(quote_ident(v_login)) is null then
        begin
            execute format('create role %I login password %L', v_login, v_password);
        exception when duplicate_object or unique_violation then
            null;
        end;
    end if;
    if not pg_has_role(v_login, v_prefix || '_runtime', 'member') then
        execute format('grant %I to %I', v_prefix || '_runtime', v_login);
    end if;
    -- Another database of the cluster may have the roles that this one leaves.
    if to_regclass('archive.settings') is not null then
        execute $$select s.value || '_runtime' from archive.settings s where s.name = 'roles'$$ into v_before;
    elsif to_regclass('archive.registry') is not null then
        v_before := 'archive_runtime';  -- older than the prefix
    end if;
    if v_before <> v_prefix || '_runtime' and v_login <> v_owner and pg_has_role(v_login, v_before, 'member') then
        execute format('revoke %I from %I', v_before, v_login);
    end if;

    -- No request may hold the database: not by what it does, not by waiting for a lock, not by doing nothing. An owner
    -- who serves as well has longer things to do.
    if v_login <> v_owner and not exists (
        select from pg_db_role_setting s
         cross join unnest(s.setconfig) setting
         where s.setrole = to_regrole(quote_ident(v_login)) and setting like 'statement_timeout=%'
    ) then
        begin
            execute format('alter role %I set statement_timeout = ''30s''', v_login);
            execute format('alter role %I set lock_timeout = ''5s''', v_login);
            execute format('alter role %I set idle_in_transaction_session_timeout = ''1min''', v_login);
        exception
            when insufficient_privilege then
                null;  -- archive.health() says so
            when unique_violation or internal_error then
                null;  -- another database of this cluster was first
        end;
    end if;
exception when insufficient_privilege then
    raise exception '% may not make the archive''s roles (%): have db/roles.sql run by somebody who may', current_user, sqlerrm
        using errcode = 'insufficient_privilege';
end
$roles$;
