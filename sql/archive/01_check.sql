-- Refuse, before anything is changed, what cannot be installed here.

do $check$
declare
    v_installing text := current_setting('archive.installing');
    v_owner      regrole := (select n.nspowner from pg_namespace n where n.nspname = 'archive');
    v_installed  text;
begin
    if current_setting('server_version_num')::integer < 150000 then
        raise exception 'Archive Table needs PostgreSQL 15 or newer, and this is %', current_setting('server_version')
            using errcode = 'AR409';
    end if;

    if v_owner is null then
        if not has_database_privilege(current_database(), 'create') then
            raise exception '% may not create schema archive in database %', current_user, current_database()
                using errcode = 'AR409',
                      hint = format('Install as the owner of the tables, or: grant create on database %I to %I',
                                    current_database(), current_user);
        end if;
        return;
    end if;

    if not pg_has_role(v_owner, 'usage') then
        raise exception 'schema archive belongs to %, and % may not act as that role', v_owner, current_user
            using errcode = 'AR409', hint = format('Upgrade as %s.', v_owner);
    elsif to_regclass('archive.registry') is null then
        raise exception 'database % has a schema archive that is not Archive Table''s', current_database()
            using errcode = 'AR409', hint = 'Rename it.';
    elsif to_regclass('archive.settings') is not null then
        execute 'select s.value from archive.settings s where s.name = ''version''' into v_installed;
        if string_to_array(v_installed, '.')::integer[] > string_to_array(v_installing, '.')::integer[] then
            raise exception 'the archive in database % is of version %, newer than this program''s %',
                current_database(), v_installed, v_installing
                using errcode = 'AR409', hint = 'Use a program of that version or a newer one.';
        end if;
    end if;
end
$check$;
