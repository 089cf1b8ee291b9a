-- Erasing one person's data: article 17 of the GDPR. What remains tells that something was deleted, not what or whose.

-- A table whose foreign key lets rows outlive the user (SET NULL) does not hold rows that are theirs.
create function archive._subject_columns(source regclass) returns name[]
    language sql stable
    return case
        when source = 'public."user"'::regclass then archive._key(source)
        else (
            select array_agg(distinct a.attname)
              from pg_constraint c
              join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
             where c.contype = 'f'
               and c.conrelid = source
               and c.confrelid = 'public."user"'::regclass
               and c.confdeltype not in ('n', 'd')
        )
    end;

comment on function archive._subject_columns(regclass) is 'The columns by which a row belongs to a user; null without any.';


-- All but the metadata and the ids: the primary key and the foreign keys.
create function archive._content(source regclass, target regclass) returns setof name
    language sql stable
begin atomic
    select t.name
      from archive._columns(target) t
     where t.name not in (select m.name from archive._metadata() m)
       and t.name not in (
           select a.attname
             from pg_constraint c
             join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
            where c.conrelid = source and c.contype in ('p', 'f')
       );
end;

comment on function archive._content(regclass, regclass) is 'The columns of an archive that say something about a person.';


create function archive.erase_subject(user_id uuid, reason text)
    returns table (source regclass, erased bigint, held bigint)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_entry  archive.registry;
    v_theirs text;
    v_emails text[];
begin
    if user_id is null then
        perform archive._refuse('user_id must not be null');
    end if;
    perform archive._check_reason(reason);
    perform archive._freeze_holds();

    select array_agg(u.email)
      into v_emails
      from (select email from public.user_archive where id = user_id
            union
            select email from public."user" where id = user_id) u;

    for v_entry in select r.* from archive.registry r order by r.source::oid loop
        source := v_entry.source;
        select string_agg(format('a.%I = $1', c), ' or ') into v_theirs from unnest(archive._subject_columns(source)) c;
        v_theirs := '(' || coalesce(v_theirs, 'false') || ')';

        execute format(
            'update %s a set erased_at = now(), reason = null%s'
            ' where %s and a.erased_at is null and not exists (select from archive.holds h where h.archive_id = a.archive_id)',
            archive._name(v_entry.target),
            (select string_agg(format(', %I = null', c), '') from archive._content(v_entry.source, v_entry.target) c),
            v_theirs
        ) using user_id;
        get diagnostics erased = row_count;
        execute format('select count(*) from %s a join archive.holds h on h.archive_id = a.archive_id where %s',
                       archive._name(v_entry.target), v_theirs) into held using user_id;

        -- Where their e-mail stands for who deleted or restored, in anybody's rows, the id takes its place.
        execute format(
            'update %s a'
            '   set archived_by = case when a.archived_by = any ($2) then $1::text else a.archived_by end,'
            '       restored_by = case when a.restored_by = any ($2) then $1::text else a.restored_by end'
            ' where (a.archived_by = any ($2) or a.restored_by = any ($2))'
            '   and not exists (select from archive.holds h where h.archive_id = a.archive_id)',
            archive._name(v_entry.target)
        ) using user_id, v_emails;

        if v_theirs <> '(false)' then
            perform archive._log('erase', source, erased, held, jsonb_build_object('user_id', user_id), reason);
            return next;
        end if;
    end loop;
end
$$;

comment on function archive.erase_subject(uuid, text) is
    'Blanks the content and identity of one person in every archive: their own rows, and rows they own. Ids, times and the fact of the erasure stay; such a row cannot be restored. Returns how many rows of each table were erased, and how many a legal hold kept. AR422 no reason.';
