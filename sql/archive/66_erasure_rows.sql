-- What an erasure does to the rows of one archive or log.

create function archive._erase_labels(declared archive.subjects, subject text) returns text[]
    language plpgsql stable
as $$
begin
    if (declared).labels = '{}' then
        return '{}';
    end if;
    return archive._subject_values((declared).people, subject, (declared).labels);
exception when data_exception then
    perform archive._refuse(format('%s is no key of %s: %s', subject, (declared).people, sqlerrm));
end
$$;

comment on function archive._erase_labels(archive.subjects, text) is
    'By what a person is known, in lower case. AR422 where the text is no key of the table of people.';


create function archive._erase_assignments(source regclass, target regclass) returns text
    language sql stable
    return (
        select string_agg(
                   case
                       when t.name not in (select i.name from archive._erase_id_columns(source) i (name)) then
                           format('%I = null', t.name)
                       when y.typcategory = 'S' then  -- an id that is a label, such as an e-mail
                           format('%1$I = case when lower(a.%1$I) = any ($2) then $3 else a.%1$I end', t.name)
                   end, ', ')
          from archive._columns(target) t
          join pg_attribute a on a.attrelid = target and a.attname = t.name
          join pg_type y on y.oid = a.atttypid
         where t.name not in (select m.name from archive._archive_metadata() m)
    );

comment on function archive._erase_assignments(regclass, regclass) is
    'The SET list that blanks an archived row: $2 the person''s labels, $3 their pseudonym. Ids stay.'
    ' Null where there is nothing to blank.';


create function archive._erase_rows(
    entry archive.registry, condition text, subject text, labels text[], pseudonym text,
    out erased bigint, out held bigint
)
    language plpgsql
as $$
declare
    v_condition text := format(
        '(%s) and a.erased_at is null'
        ' and not exists (select from archive.holds h where h.archive_id = a.archive_id)', condition);
    v_ids       int8multirange;
    v_opened    jsonb;
begin
    execute format(
        'select count(*) from %s a join archive.holds h on h.archive_id = a.archive_id where (%s)',
        archive._name(entry.target), condition
    ) into held using subject;
    execute archive._seal_ids(format('(select a.archive_id from %s a where %s)',
                                     archive._name(entry.target), v_condition)) into v_ids using subject;
    v_opened := archive._seal_open(entry.target, v_ids);
    -- $2 and $3 are named also where no id is a text.
    execute format(
        'with erased as ('
        'update %s a set erased_at = now(), reason = null, restore_reason = null, overflow = null, restored_as = null%s'
        ' where %s and $2 is not null and $3 is not null returning a.archive_id) %s',
        archive._name(entry.target), coalesce(', ' || archive._erase_assignments(entry.source, entry.target), ''),
        v_condition, archive._seal_ids('erased')
    ) into v_ids, erased using subject, labels, pseudonym;
    perform archive._seal_close('erase', entry.target, v_ids, v_opened);
exception when data_exception then
    perform archive._refuse(format('%s is no key of a person: %s', subject, sqlerrm));
end
$$;

comment on function archive._erase_rows(archive.registry, text, text, text[], text) is
    'Blanks the rows of an archive that belong to one person; counts them and those on hold.';


create function archive._erase_pattern(labels text[]) returns text
    language sql immutable
    return (select string_agg(regexp_replace(l, '\W', '\\\&', 'g'), '|') from unnest(labels) l);

comment on function archive._erase_pattern(text[]) is
    'The regular expression that matches a text with one of some labels.';


create function archive._erase_mentions(relation text, columns text[], labels text[], pseudonym text) returns void
    language plpgsql
as $$
declare
    v_is_archive boolean := relation <> 'archive.holds' and relation <> 'archive.purge_log';
    v_pattern    text := archive._erase_pattern(labels);
    v_condition  text := (select string_agg(format('lower(a.%I) ~ $3', c), ' or ') from unnest(columns) c);
    v_ids        int8multirange;
    v_opened     jsonb;
begin
    if v_is_archive then
        v_condition := format(
            '(%s) and not exists (select from archive.holds h where h.archive_id = a.archive_id)', v_condition);
        execute archive._seal_ids(format('(select a.archive_id from %s a where %s)', relation,
                                         replace(v_condition, '$3', '$1'))) into v_ids using v_pattern;
        v_opened := archive._seal_open(relation::regclass, v_ids);
    end if;
    execute format(
        'update %s a set %s where %s', relation,
        (select string_agg(format('%1$I = archive._erase_text(a.%1$I, $1, $2)', c), ', ') from unnest(columns) c),
        v_condition
    ) using labels, pseudonym, v_pattern;
    if v_is_archive then
        perform archive._seal_close('pseudonym', relation::regclass, v_ids, v_opened);
    end if;
end
$$;

comment on function archive._erase_mentions(text, text[], text[], text) is
    'Puts a person''s pseudonym for their labels where these columns name who did something, or why.';
