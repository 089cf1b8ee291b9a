-- The capture function of a table: written from the catalogue, so that it is static, typed and complete.
--
-- A hand-written column list silently loses the column added next year; old.* goes by position; EXECUTE on each row is
-- three times slower. See what was written with: \sf archive.capture_item

-- Public tables have the short name; the schema tells others of the same name apart.
create function archive._capture_name(source regclass) returns text
    language sql stable
    return 'capture_' || archive._label(source);

comment on function archive._capture_name(regclass) is 'The name of a table''s capture function in schema archive.';


-- The body, to be compared with the one in place. It calls nothing of ours: deletes go on while sql/ is applied.
-- It names the types, so that a change of one makes it differ: written anew, it frees connections from cached plans.
create function archive._capture_body(source regclass, target regclass, exclude text[]) returns text
    language plpgsql stable
as $$
declare
    v_types   text;
    v_columns text;
    v_old     text;
    v_live    text;
begin
    select string_agg(format('%I %s', c.name, c.type), ', '),
           string_agg(format('%I', c.name), ', '),
           string_agg(format('old.%I', c.name), ', '),
           string_agg(format('live.%I', c.name), ', ')
      into v_types, v_columns, v_old, v_live
      from archive._columns(source) c
     where c.name <> all (exclude);

    return format($body$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies %6$s.
declare
    actor  text := nullif(current_setting('archive.actor', true), '');
    reason text := nullif(current_setting('archive.reason', true), '');
    -- How it was deleted: f1 to f9, in the order of the columns below. As one expression, this is set up once a
    -- transaction; the same calls in the INSERT would be for each row.
    how record;
begin
    -- Anybody may attach a function to a table of their own; this one copies the rows of its table only.
    if tg_relid <> %1$L::regclass then
        raise exception 'archive: this function captures %%, not %%', %1$L, tg_relid::regclass
            using errcode = 'AR422';
    end if;

    -- A label from a connection's first options may be no text in this encoding. Its bytes are kept then, written out.
    -- to_ascii() looks at bytes alone, and changes whatever is not ASCII: the quickest way to tell most labels.
    if octet_length(actor) > 200 or to_ascii(actor, 'LATIN1') <> actor or to_ascii(reason, 'LATIN1') <> reason then
        begin
            perform convert_to(actor, getdatabaseencoding()), convert_to(reason, getdatabaseencoding());
        exception when character_not_in_repertoire or untranslatable_character then
            actor := encode(replace(actor, '\', '\\')::bytea, 'escape');
            reason := encode(replace(reason, '\', '\\')::bytea, 'escape');
        end;
        actor := left(actor, 200);
    end if;

    if tg_op = 'TRUNCATE' then
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
            raise exception 'TRUNCATE of %% at isolation level %% could lose rows',
                %1$L, current_setting('transaction_isolation')
                using errcode = 'AR409', hint = 'Truncate at READ COMMITTED, or DELETE.';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active(%1$L::regclass) then
            raise exception 'TRUNCATE of %% could lose rows that row-level security hides from %%', %1$L, current_user
                using errcode = 'AR409', hint = 'DELETE instead.';
        end if;
        insert into %2$s (
            archive_id, transaction_id, archived_at, archived_by, reason,
            session_role, application_name, client_addr, cascaded,
            %3$s)
        select nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), actor, reason,
               session_user, current_setting('application_name'), inet_client_addr(), false,
               %5$s
          from only %1$s as live;
        return null;
    end if;

    how := row(nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), actor, reason,
               session_user, current_setting('application_name'), inet_client_addr(), pg_trigger_depth() > 1);
    insert into %2$s (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded,
        %3$s)
    values (how.f1, how.f2, how.f3, how.f4, how.f5,
            how.f6, how.f7, how.f8, how.f9,
            %4$s);
    return old;
end
$body$, archive._name(source), archive._name(target), v_columns, v_old, v_live, replace(v_types, E'\n', ' '));
end
$$;

comment on function archive._capture_body(regclass, regclass, text[]) is
    'What the capture function of a table has to be.';


-- Why a table's capture function is not what it has to be; null if it is.
create function archive._capture_fault(source regclass, target regclass, exclude text[]) returns text
    language sql stable
    return (
        select case
                   when p.oid is null                   then 'is missing'
                   when p.prosrc <> archive._capture_body(source, target, exclude)
                                                        then 'is not as archive.enable() writes it for this table'
                   when p.proowner <> archive._owner()  then 'belongs to ' || p.proowner::regrole
                   when not p.prosecdef or p.proconfig is distinct from array['search_path=pg_catalog, pg_temp']
                                                        then 'is not SECURITY DEFINER with a pinned search_path'
                   when exists (
                       select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
                        where g.privilege_type = 'EXECUTE' and g.grantee <> p.proowner
                   )                                    then 'can be executed by others than its owner'
               end
          from (values (archive._capture_name(source))) as expected (name)
          left join pg_proc p on p.pronamespace = 'archive'::regnamespace
                             and p.proname = expected.name
                             and p.pronargs = 0
    );

comment on function archive._capture_fault(regclass, regclass, text[]) is
    'What is wrong with a table''s capture function; null if nothing is.';


create function archive._write_capture(source regclass, target regclass, exclude text[]) returns void
    language plpgsql
as $$
declare
    v_function text := format('archive.%I()', archive._capture_name(source));
begin
    execute format(
        'create or replace function %s returns trigger language plpgsql security definer'
        ' set search_path = pg_catalog, pg_temp as %L',
        v_function, archive._capture_body(source, target, exclude));
    execute format('alter function %s owner to %s', v_function, archive._owner()::regrole);
    execute format('revoke execute on function %s from public, archive_runtime, archive_auditor', v_function);
    execute format(
        'comment on function %s is %L',
        v_function, format('Copies deleted rows of %s to %s.', archive._name(source), archive._name(target)));
end
$$;

comment on function archive._write_capture(regclass, regclass, text[]) is
    'Creates or replaces the capture function of a table.';
