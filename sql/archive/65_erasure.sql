-- Erasing one person's data: article 17 of the GDPR. What remains tells that something was deleted, not what or whose.

-- A foreign key with SET NULL or SET DEFAULT lets rows outlive the user: those rows are not the user's.
create function archive._erase_subject_columns(source regclass) returns name[]
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

comment on function archive._erase_subject_columns(regclass) is
    'The columns by which a row belongs to a user; null without any.';


-- All but the metadata and the ids: the primary key and the foreign keys.
create function archive._erase_content_columns(source regclass, target regclass) returns setof name
    language sql stable
begin atomic
    select t.name
      from archive._columns(target) t
     where t.name not in (select m.name from archive._archive_metadata() m)
       and t.name not in (
           select a.attname
             from pg_constraint c
             join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
            where c.conrelid = source and c.contype in ('p', 'f')
       );
end;

comment on function archive._erase_content_columns(regclass, regclass) is
    'The columns of an archive that say something about a person.';


create function archive.erase_subject(user_id uuid, reason text)
    returns table (source regclass, erased bigint, held bigint)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_entry  archive.registry;
    v_emails text[];
begin
    if user_id is null then
        perform archive._refuse('user_id must not be null');
    end if;
    perform archive._check_reason(reason);
    perform archive._purge_lock_holds();

    select array_agg(u.email)
      into v_emails
      from (select email from public.user_archive where id = user_id
            union
            select email from public."user" where id = user_id) u;

    for v_entry in select r.* from archive.registry r order by r.source::oid loop
        source := v_entry.source;
        select e.erased, e.held into erased, held from archive._erase_rows(v_entry, user_id) e;
        perform archive._erase_actor(v_entry, user_id, v_emails);
        if erased is not null then
            perform archive._purge_log_add(
                'erase', source, erased, held, jsonb_build_object('user_id', user_id), reason);
            return next;
        end if;
    end loop;
end
$$;

comment on function archive.erase_subject(uuid, text) is
    'Blanks the content and identity of one person in every archive: their own row, and rows they own.'
    ' Ids, times and the fact of the erasure stay; such a row cannot be restored.'
    ' Returns how many rows of each table were erased, and how many a legal hold kept. AR422 no reason.';


create function archive._erase_rows(entry archive.registry, user_id uuid, out erased bigint, out held bigint)
    language plpgsql
as $$
declare
    v_is_theirs text;
    v_blanks    text;
begin
    select string_agg(format('a.%I = $1', c), ' or ')
      into v_is_theirs
      from unnest(archive._erase_subject_columns(entry.source)) c;
    if v_is_theirs is null then
        return;
    end if;
    select string_agg(format(', %I = null', c), '')
      into v_blanks
      from archive._erase_content_columns(entry.source, entry.target) c;

    execute format(
        'update %s a set erased_at = now(), reason = null%s'
        ' where (%s) and a.erased_at is null'
        '   and not exists (select from archive.holds h where h.archive_id = a.archive_id)',
        archive._name(entry.target), v_blanks, v_is_theirs
    ) using user_id;
    get diagnostics erased = row_count;
    execute format(
        'select count(*) from %s a join archive.holds h on h.archive_id = a.archive_id where (%s)',
        archive._name(entry.target), v_is_theirs
    ) into held using user_id;
end
$$;

comment on function archive._erase_rows(archive.registry, uuid) is
    'Blanks one user''s rows in an archive; counts them and those on hold. Null where no row can belong to a user.';


create function archive._erase_actor(entry archive.registry, user_id uuid, emails text[]) returns void
    language plpgsql
as $$
begin
    execute format(
        'update %s a'
        '   set archived_by = case when a.archived_by = any ($2) then $1::text else a.archived_by end,'
        '       restored_by = case when a.restored_by = any ($2) then $1::text else a.restored_by end'
        ' where (a.archived_by = any ($2) or a.restored_by = any ($2))'
        '   and not exists (select from archive.holds h where h.archive_id = a.archive_id)',
        archive._name(entry.target)
    ) using user_id, emails;
end
$$;

comment on function archive._erase_actor(archive.registry, uuid, text[]) is
    'Puts a user''s id for their e-mail where it names who deleted or restored a row, whoever''s row that is.';
