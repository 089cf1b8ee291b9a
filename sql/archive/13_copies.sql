-- Which column of an archive holds the copies of which column of its table.
--
-- Within one database a column is its attnum and a table its oid, whatever they are called now. Both change across a
-- dump and restore, where the names decide. The registry keeps both, and the oids as plain numbers to know which hold.

create function archive._is_registered_oid(relation regclass, registered oid) returns boolean
    language sql immutable
    return relation::oid is not distinct from registered;

comment on function archive._is_registered_oid(regclass, oid) is
    'Whether attnums in the registry hold: not for a table that came from a dump.';


create function archive._excluded(entry archive.registry) returns text[]
    language sql stable
    return case
        when (entry).exclude_attnums is null
             or not archive._is_registered_oid((entry).source, (entry).source_oid)
            then (entry).exclude
        else array(
            select a.attname::text
              from pg_attribute a
             where a.attrelid = (entry).source and a.attnum = any ((entry).exclude_attnums) and not a.attisdropped
             order by a.attnum)
    end;

comment on function archive._excluded(archive.registry) is
    'The columns of a table that are never copied, by their names now.';


create function archive._copy_name(column_name name) returns name
    language sql stable
    return (column_name || case when column_name in (select m.name from archive._archive_metadata() m)
                                then '_copied' else '' end)::name;

comment on function archive._copy_name(name) is
    'What a column is called in the archive: otherwise where the archive has a column of that name for itself.';


create function archive._attnum(relation regclass, column_name name) returns smallint
    language sql stable
    return (
        select a.attnum
          from pg_attribute a
         where a.attrelid = relation and a.attname = column_name and a.attnum > 0 and not a.attisdropped
    );

comment on function archive._attnum(regclass, name) is 'The number of a column of that name; null where there is none.';


create function archive._attnums(relation regclass, columns name[]) returns smallint[]
    language sql stable
    return (select array_agg(archive._attnum(relation, c) order by n) from unnest(columns) with ordinality u (c, n));

comment on function archive._attnums(regclass, name[]) is 'The numbers of columns, in the same order.';


create function archive._attnames(relation regclass, numbers smallint[]) returns name[]
    language sql stable
    return (
        select array_agg(a.attname order by u.position)
          from unnest(numbers) with ordinality u (number, position)
          join pg_attribute a on a.attrelid = relation and a.attnum = u.number
    );

comment on function archive._attnames(regclass, smallint[]) is 'The names of columns, in the same order.';


create type archive.copied_column as (
    attnum        smallint,
    name          name,
    type          text,
    archived_type text,     -- what its copy should have
    collated      text,
    generated     boolean,
    default_value text,
    copy          name,     -- the archive's column; null where there is none
    wanted        name,     -- what that should be called
    copy_type     text,
    copy_collated text,
    copy_not_null boolean,
    since         bigint    -- the archive_id from which on rows have it; null where enable() has not seen it yet
);

comment on type archive.copied_column is 'A column of a table, and the column of its archive that holds the copies.';


-- The CTEs are materialized: inlined, the expression for entry would be evaluated for each pair of columns.
create function archive._copies(entry archive.registry) returns setof archive.copied_column
    language sql stable
begin atomic
    with e as materialized (
        select (entry).source, (entry).target, archive._excluded(entry) as excluded,
               archive._is_registered_oid((entry).source, (entry).source_oid) as same_source,
               archive._is_registered_oid((entry).target, (entry).target_oid) as same_target,
               (entry).columns
    ), known as materialized (
        select coalesce(case when e.same_source then (k.value ->> 'attnum')::smallint end,
                        archive._attnum(e.source, k.key)) as attnum,
               coalesce(case when e.same_target then (k.value ->> 'copy_attnum')::smallint end,
                        archive._attnum(e.target, coalesce(k.value ->> 'copy', k.key))) as copy_attnum,
               -- Before there were attnums here, the value was the archive_id alone.
               coalesce((k.value ->> 'since')::bigint, (k.value #>> '{}')::bigint) as since
          from e
         cross join lateral jsonb_each(e.columns) k
    )
    select c.attnum, c.name, c.type, c.archived_type, c.collated, c.generated, c.default_value,
           t.name, archive._copy_name(c.name), t.type, t.collated, t.not_null, k.since
      from e
     cross join lateral archive._columns(e.source) c
      left join known k on k.attnum = c.attnum
      left join archive._columns((entry).target) t
        on t.attnum = case when k.attnum is null then archive._attnum((entry).target, archive._copy_name(c.name))
                           else k.copy_attnum end
     where c.name <> all (e.excluded)
     order by c.attnum;
end;

comment on function archive._copies(archive.registry) is
    'The columns of a table that are copied, in its order, each with the archive''s column.';


create function archive._key_copies(entry archive.registry) returns setof archive.copied_column
    language sql stable
begin atomic
    select c.*
      from unnest(archive._key((entry).source)) with ordinality k (name, position)
      join archive._copies(entry) c on c.name = k.name
     order by k.position;
end;

comment on function archive._key_copies(archive.registry) is
    'The columns of a table''s key, in its order, with their copies.';
