-- Erasing one person's data: article 17 of the GDPR. What remains tells that something was deleted, not what or whose.

create function archive._erase_id_columns(source regclass) returns setof name
    language sql stable
begin atomic
    select archive._copy_name(k) from unnest(archive._key(source)) k
    union
    select archive._copy_name(a.attname)
      from pg_constraint c
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
     where c.conrelid = source and c.contype = 'f';
end;

comment on function archive._erase_id_columns(regclass) is
    'The columns of an archive that identify rows: those of the table''s key and of its foreign keys.';


create function archive._erase_text(value text, labels text[], pseudonym text) returns text
    language sql immutable
begin atomic
    with recursive replaced (value, n) as (
        select _erase_text.value, 0
        union all
        -- A label counts as a whole: ann is not in annual.
        select regexp_replace(r.value, '(?<!\w)' || regexp_replace(labels[r.n + 1], '\W', '\\\&', 'g') || '(?!\w)',
                              replace(pseudonym, '\', '\\'), 'gi'), r.n + 1
          from replaced r
         where r.n < cardinality(labels)
    )
    select r.value from replaced r order by r.n desc limit 1;
end;

comment on function archive._erase_text(text, text[], text) is
    'A text with a pseudonym for each of a person''s labels, whatever their case.';


create function archive.erase_subject(people regclass, subject text, reason text)
    returns table (source regclass, erased bigint, held bigint)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_declared  archive.subjects;
    v_labels    text[];
    v_pseudonym text := subject;
    v_table     record;
begin
    if subject is null then
        perform archive._refuse('subject must not be null');
    end if;
    perform archive._check_reason(reason);
    select s.* into v_declared from archive.subjects s where s.people = erase_subject.people;
    if not found then
        perform archive._refuse(format('%s is not declared as a table of people', coalesce(people::text, 'null')));
    end if;
    perform archive._purge_lock_holds();
    v_labels := archive._erase_labels(v_declared, subject);
    if (archive._key(people))[1] = any (v_declared.labels) then
        v_pseudonym := 'erased-' || gen_random_uuid();
    end if;

    perform archive._export_warn(people, subject, v_labels);
    -- The longest way to the person first: it leads through archives whose ids may be replaced next.
    for v_table in
        select r, archive._subject_condition(r.source, people) as condition
          from archive.registry r
         order by length(archive._subject_condition(r.source, people)) desc nulls last, r.source::oid
    loop
        source := (v_table.r).source;
        if v_table.condition is not null then
            select e.erased, e.held
              into erased, held
              from archive._erase_rows(v_table.r, v_table.condition, subject, v_labels, v_pseudonym) e;
            perform archive._purge_log_add(
                'erase', source, erased, held, jsonb_build_object('subject', v_pseudonym), reason);
            return next;
        end if;
        perform archive._erase_mentions(archive._name((v_table.r).target),
                                        '{archived_by,reason,restored_by,restore_reason}', v_labels, v_pseudonym);
    end loop;
    delete from archive.blanked_references b
     where exists (select from unnest(b.row_key || b.reference) v where lower(v) = any (v_labels));
    perform archive._erase_mentions('archive.holds', '{held_by,reason}', v_labels, v_pseudonym);
    perform archive._erase_mentions('archive.purge_log', '{actor,reason}', v_labels, v_pseudonym);
end
$$;

comment on function archive.erase_subject(regclass, text, text) is
    'Blanks the content and identity of one person in every archive: their own row, rows they own, and rows that'
    ' hang from those by foreign keys. Their labels give way to their id wherever the archive names who did something,'
    ' or why. Ids, times and the fact of the erasure stay; such a row cannot be restored.'
    ' people: the table that has them.'
    ' Returns how many rows of each table were erased, and how many a legal hold kept. A NOTICE names the exported'
    ' months that may hold the person. AR422 bad argument.';


create function archive.erase_subject(subject text, reason text)
    returns table (source regclass, erased bigint, held bigint)
    language sql
    set search_path = pg_catalog, pg_temp
begin atomic
    select * from archive.erase_subject(archive._subject_find(subject), subject, reason);
end;

comment on function archive.erase_subject(text, text) is
    'The same for a person whose key is this text, in whichever table of people has them.';


create function archive.erase_subject(user_id uuid, reason text)
    returns table (source regclass, erased bigint, held bigint)
    language sql
    set search_path = pg_catalog, pg_temp
begin atomic
    select * from archive.erase_subject(user_id::text, reason);
end;

comment on function archive.erase_subject(uuid, text) is 'The same for a person whose key is this UUID.';
