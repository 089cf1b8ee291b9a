-- Who is a person: the tables whose rows are people, and which rows of other tables belong to one of them.

create function archive.declare_subject(people regclass, labels name[] default '{}') returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_unknown text;
begin
    if people is null or coalesce(cardinality(archive._key(people)), 0) <> 1 then
        perform archive._refuse(format(
            '%s cannot be a table of people: it needs a primary key of one column', coalesce(people::text, 'null')));
    end if;
    select string_agg(coalesce(quote_ident(l), 'null'), ', ')
      into v_unknown
      from unnest(labels) l
     where l is null or l not in (select c.name from archive._columns(people) c);
    if v_unknown is not null then
        perform archive._refuse(format('%s has no column %s', people, v_unknown));
    end if;

    insert into archive.subjects as s (people, labels)
    values (declare_subject.people, coalesce(declare_subject.labels::text[], '{}'))
        on conflict on constraint subjects_pkey do update set labels = excluded.labels
           where s.labels <> excluded.labels;
end
$$;

comment on function archive.declare_subject(regclass, name[]) is
    'Declares that the rows of a table are people, for archive.erase_subject(). Its key has one column, of any type.'
    ' labels: the columns by which people are known elsewhere, such as their e-mail. AR422 bad argument.';


-- Live and archived rows alike: the row that a deleted row refers to may be either.
create function archive._subject_rows(source regclass) returns text
    language sql stable
    return (
        select format('select %s from %s',
                      string_agg(format('%I as %I', c.name, archive._copy_name(c.name)), ', '), archive._live(source))
               || coalesce((select format(' union all select %s from %s',
                                 string_agg(format('%I', archive._copy_name(c.name)), ', '), archive._name(r.target))
                     from archive.registry r
                    where r.source = _subject_rows.source
                    group by r.target), '')
          from archive._columns(source) c
         where c.name not in (
             select unnest(archive._excluded(r)) from archive.registry r where r.source = _subject_rows.source
         )
    );

comment on function archive._subject_rows(regclass) is 'A query of a table''s rows, live and archived.';


-- By foreign keys, however long the way, but through no table twice. A key with SET NULL or SET DEFAULT lets rows
-- outlive what they refer to: such rows are not the person's.
create function archive._subject_condition(source regclass, people regclass, passed regclass[] default '{}')
    returns text
    language plpgsql stable
as $$
declare
    v_key        name := archive._copy_name((archive._key(people))[1]);
    v_person     text := (select format('$1::%s', c.type)
                            from archive._columns(people) c where c.name = (archive._key(people))[1]);
    v_conditions text[] := '{}';
    v_reference  record;
    v_referenced text;
begin
    if source = people then
        return format('a.%I = %s', v_key, v_person);
    end if;
    for v_reference in
        select f.confrelid::regclass as source,
               string_agg(format('a.%I', archive._copy_name(here.attname)), ', ' order by k.n) as columns,
               string_agg(format('a.%I', archive._copy_name(there.attname)), ', ' order by k.n) as referenced,
               f.confrelid = people and array_agg(archive._copy_name(there.attname)) = array[v_key] as is_direct
          from pg_constraint f
         cross join unnest(f.conkey, f.confkey) with ordinality k (here, there, n)
          join pg_attribute here on here.attrelid = f.conrelid and here.attnum = k.here
          join pg_attribute there on there.attrelid = f.confrelid and there.attnum = k.there
         where f.contype = 'f'
           and f.conrelid = source
           and f.confrelid <> all (passed || source)
           and f.confdeltype not in ('n', 'd')
         group by f.oid
    loop
        if v_reference.is_direct then
            v_conditions := v_conditions || format('%s = %s', v_reference.columns, v_person);
            continue;
        end if;
        v_referenced := archive._subject_condition(v_reference.source, people, passed || source);
        if v_referenced is not null then
            v_conditions := v_conditions || format(
                '(%s) in (select %s from (%s) a where %s)', v_reference.columns, v_reference.referenced,
                archive._subject_rows(v_reference.source), v_referenced);
        end if;
    end loop;
    return nullif(array_to_string(v_conditions, ' or '), '');
end
$$;

comment on function archive._subject_condition(regclass, regclass, regclass[]) is
    'The condition by which a row, as a, of a table or of its archive belongs to the person whose key is $1, as text.'
    ' Null where no row of it can. passed: the tables on the way from it.';


create function archive._subject_values(people regclass, subject text, columns text[]) returns text[]
    language plpgsql stable
as $$
declare
    v_values text[];
begin
    execute format(
        'select array(select lower(v.value) from (%s) a cross join unnest(array[%s]::text[]) v (value)'
        '              where %s and trim(v.value) <> '''' group by 1 order by max(length(v.value)) desc)',
        archive._subject_rows(people),
        (select string_agg(format('a.%I::text', archive._copy_name(c)), ', ') from unnest(columns) c),
        archive._subject_condition(people, people)
    ) into v_values using subject;
    return v_values;
end
$$;

comment on function archive._subject_values(regclass, text, text[]) is
    'What these columns say of a person, live or archived, in lower case, the longest first: one may contain another.';


-- Of several tables of people, the one that knows the person.
create function archive._subject_find(subject text) returns regclass
    language plpgsql stable
as $$
declare
    v_people regclass;
    v_found  regclass[] := '{}';
    v_all    regclass[] := array(select s.people from archive.subjects s join pg_class c on c.oid = s.people);
begin
    if v_all = '{}' then
        perform archive._refuse('nobody has said who is a person: archive.declare_subject() names the table of people');
    elsif cardinality(v_all) = 1 then
        return v_all[1];
    end if;
    foreach v_people in array v_all loop
        begin
            if archive._subject_values(v_people, subject, archive._key(v_people)::text[]) <> '{}' then
                v_found := v_found || v_people;
            end if;
        exception when data_exception then
            null;  -- a key of another type
        end;
    end loop;
    if cardinality(v_found) <> 1 then
        perform archive._refuse(format(
            '%s of %s know %s: name the table with archive.erase_subject(people, subject, reason)',
            case when v_found = '{}' then 'none' else 'several' end, array_to_string(v_all, ', '), subject));
    end if;
    return v_found[1];
end
$$;

comment on function archive._subject_find(text) is
    'The table of people that has this person. AR422 where none or several have.';
