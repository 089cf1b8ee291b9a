-- What a restore reads of an archived row: SQL expressions over the archive's row, whose alias is a.

-- PostgreSQL checks the rules of a domain within an array or a composite only when it reads a text.
create function archive._restore_needs_text(type regtype) returns boolean
    language sql stable
begin atomic
    with recursive parts (oid, depth) as (
        select _restore_needs_text.type::oid, 0
        union all
        select part.oid, parts.depth + 1
          from parts
          join pg_type t on t.oid = parts.oid
         cross join lateral (
              select t.typelem where t.typelem <> 0 and t.typcategory = 'A'
              union all
              select t.typbasetype where t.typtype = 'd'
              union all
              select a.atttypid
                from pg_attribute a
               where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
         ) part (oid)
         where parts.depth < 8
    )
    select exists (select from parts p join pg_type t on t.oid = p.oid where t.typtype = 'd' and p.depth > 0);
end;

comment on function archive._restore_needs_text(regtype) is
    'Whether a value of a type has to be read from its text for the rules of domains within it to be checked.';


-- A row archived before a column joined gets that column's default, as the live rows did. After a column changed its
-- type, its default can be of another type.
create function archive._restore_value(entry archive.registry, copied archive.copied_column) returns text
    language sql stable
    return (
        select case
                   when (copied).since is null
                       then format('case when a.overflow operator(pg_catalog.?) %1$L'
                                   ' then (a.overflow operator(pg_catalog.->>) %1$L)::%2$s else %3$s end',
                                   (copied).name, (copied).type, fallback.value)
                   when (copied).since > 0
                       then format('case when a.archive_id < %s then %s else %s end',
                                   (copied).since, fallback.value, copy.value)
                   else copy.value
               end
          from (values (coalesce('(' || (copied).default_value || ')::' || (copied).type, 'null'))) fallback (value)
         cross join lateral (
              select case
                         when (copied).copy is null then 'null'
                         when archive._restore_needs_text((copied).type::regtype)
                             then format('a.%I::text::%s', (copied).copy, (copied).type)
                         when (copied).copy_type <> (copied).type
                             then format('a.%I::%s', (copied).copy, (copied).type)
                         else format('a.%I', (copied).copy)
                     end
         ) copy (value)
    );

comment on function archive._restore_value(archive.registry, archive.copied_column) is
    'An expression over the archived row a: the value of a column, of the column''s type.';


create function archive._restore_archived(copied archive.copied_column) returns text
    language sql immutable
    return case when (copied).copy is not null
                then format(case when (copied).copy_type <> (copied).archived_type then 'a.%I::%s' else 'a.%I' end,
                            (copied).copy, (copied).archived_type)
           end;

comment on function archive._restore_archived(archive.copied_column) is
    'An expression over the archived row a: the value of a column without a domain; null where there is no copy.';


create function archive._restore_columns(entry archive.registry)
    returns table (
        name          name,
        type          text,     -- of the source's column
        value         text,     -- the archived value, cast to that type; null where the archive has no such column
        in_key        boolean,
        default_value text,
        archived      text      -- the same without a domain, whose check would run with the rights of whoever asks
    )
    language sql stable
begin atomic
    select d.name, d.type, case when c.attnum is not null then archive._restore_value(entry, c) end,
           d.name = any (archive._key((entry).source)), d.default_value,
           coalesce(archive._restore_archived(c), 'null')
      from archive._columns((entry).source) d
      left join archive._copies(entry) c on c.attnum = d.attnum
     where not d.generated;
end;

comment on function archive._restore_columns(archive.registry) is
    'The columns of a table that a restore writes, each with the expression that yields its archived value.';


create function archive._restore_key(entry archive.registry)
    returns table (name name, archived text, live text, base_type text, attnum smallint, ordinal bigint)
    language sql stable
begin atomic
    select c.name, archive._restore_archived(c),
           -- An array of a domain has no operator in common with an array of its base type.
           format(case when c.type <> c.archived_type then 'live.%I::%s' else 'live.%I' end, c.name, c.archived_type),
           c.archived_type, c.attnum, k.ordinal
      from unnest(archive._key((entry).source)) with ordinality k (name, ordinal)
      join archive._copies(entry) c on c.name = k.name
     order by k.ordinal;
end;

comment on function archive._restore_key(archive.registry) is
    'The key''s columns, generated ones included, each with the expressions for its value without a domain: that of the'
    ' archived row a, and of the row named live.';


-- An array: a function call would end at a hundred arguments. Of a composite with a null in it, `is not null` is false.
create function archive._restore_lost(entry archive.registry) returns text
    language sql stable
    return (
        select 'nullif(pg_catalog.array_to_string(array[' || concat_ws(', ',
                   string_agg(format('case when %sa.%2$I is distinct from null then %2$L end',
                                     lost.condition, lost.name), ', '),
                   format('case when a.overflow is not null then ('
                          'select pg_catalog.string_agg(o.name, '', '') from pg_catalog.jsonb_object_keys(a.overflow)'
                          ' o (name) where o.name operator(pg_catalog.<>) all (%L)) end',
                          array(select c.name::text from archive._columns((entry).source) c)))
               || '], '', ''), '''')'
          from (
              select ''::text as condition, t.name
                from archive._columns((entry).target) t
               where t.name not in (select m.name from archive._archive_metadata() m)
                 and t.name not in (select c.copy from archive._copies(entry) c where c.copy is not null)
              union all
              select format('a.archive_id < %s and ', c.since), c.copy
                from archive._copies(entry) c
               where c.since > 0 and c.copy is not null
          ) lost
    );

comment on function archive._restore_lost(archive.registry) is
    'An expression for the names of the columns that hold a value and that the table no longer has.';
