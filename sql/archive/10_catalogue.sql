-- What the system catalogues say about a table and its archive. Everything that writes SQL asks here.

create function archive.actor() returns text
    language sql stable parallel safe
    return nullif(current_setting('archive.actor', true), '');

comment on function archive.actor() is
    'Who acts, as the application knows it: SET LOCAL archive.actor = ''…''. Null when unset.';


-- It owns the archive's functions and tables too, and nobody else writes to them.
create function archive._owner() returns oid
    language sql stable
    return (select nspowner from pg_namespace where nspname = 'archive');

comment on function archive._owner() is 'The owner of schema archive.';


-- Written out with its schema, whatever the search path, as it stands in generated SQL and in messages.
create function archive._name(relation regclass) returns text
    language sql stable
    return (
        select format('%I.%I', n.nspname, c.relname)
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
         where c.oid = relation
    );

comment on function archive._name(regclass) is 'A table''s name, qualified and quoted.';


create type archive.column_definition as (
    name        name,
    type        text,     -- with its modifiers, as in CREATE TABLE
    collated    text,     -- null where it is the type's own
    generated   boolean,
    not_null    boolean,
    has_default boolean   -- or an identity
);

comment on type archive.column_definition is 'One column, as far as the archive is concerned with it.';


-- In the table's order. Virtual generated columns hold nothing and are left out.
create function archive._columns(relation regclass) returns setof archive.column_definition
    language sql stable
begin atomic
    select a.attname,
           format_type(a.atttypid, a.atttypmod),
           case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
           a.attgenerated <> '',
           a.attnotnull,
           a.atthasdef and a.attgenerated = '' or a.attidentity <> ''
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
     where a.attrelid = relation
       and a.attnum > 0
       and not a.attisdropped
       and a.attgenerated <> 'v'
     order by a.attnum;
end;

comment on function archive._columns(regclass) is 'The columns of a table that hold a value.';


create function archive._key(relation regclass) returns name[]
    language sql stable
    return (
        select array_agg(a.attname order by k.position)
          from pg_index i
         cross join unnest(i.indkey) with ordinality k (attnum, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
         where i.indrelid = relation and i.indisprimary
    );

comment on function archive._key(regclass) is 'The columns of a table''s primary key, in its order. Null without one.';
