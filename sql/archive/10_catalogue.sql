-- What the system catalogues say about a table and its archive. Whatever writes SQL reads them through these functions.

create function archive.actor() returns text
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_actor text := nullif(current_setting('archive.actor', true), '');
begin
    perform convert_to(v_actor, getdatabaseencoding());
    return v_actor;
exception when character_not_in_repertoire or untranslatable_character then
    return encode(replace(v_actor, '\', '\\')::bytea, 'escape');  -- as the capture functions do
end
$$;

comment on function archive.actor() is
    'Who acts, as the application knows it: SET LOCAL archive.actor = ''...''. Null when unset.';


-- SECURITY DEFINER: the settings are the owner's to read.
create function archive.version() returns text
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    return (select s.value from archive.settings s where s.name = 'version');

comment on function archive.version() is 'The version of schema archive.';


-- The same role owns the archive's functions and tables, and no other role may write to them.
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


create function archive._label(relation regclass) returns text
    language sql stable
    return (
        select case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
         where c.oid = relation
    );

comment on function archive._label(regclass) is
    'A table''s name for people: unquoted, with its schema unless that is public.';


-- A domain that refuses null would let an archive refuse a row: copies have its base type instead.
create function archive._nullable_type(type oid, modifier integer) returns text
    language sql stable
begin atomic
    with recursive chain (type, modifier, refuses_null) as (
        select t.oid, _nullable_type.modifier, false from pg_type t where t.oid = _nullable_type.type
        union all
        select t.typbasetype, case when t.typtypmod = -1 then chain.modifier else t.typtypmod end, t.typnotnull
          from chain
          join pg_type t on t.oid = chain.type and t.typtype = 'd'
    )
    select case when bool_or(c.refuses_null)
                then (select format_type(base.type, base.modifier)
                        from chain base join pg_type t on t.oid = base.type and t.typtype <> 'd')
                else format_type(_nullable_type.type, _nullable_type.modifier)
           end
      from chain c;
end;

comment on function archive._nullable_type(oid, integer) is
    'A type as a copy has it: the same, or the base type of a domain that refuses null.';


create type archive.column_definition as (
    name          name,
    type          text,     -- with its modifiers, as in CREATE TABLE
    archived_type text,     -- what a copy of it has
    collated      text,     -- null where it is the type's own
    generated     boolean,
    not_null      boolean,
    default_value text      -- an expression, an identity's included; null where there is none
);

comment on type archive.column_definition is 'One column, as far as the archive is concerned with it.';


-- In the table's order. Virtual generated columns hold nothing and are left out.
create function archive._columns(relation regclass) returns setof archive.column_definition
    language sql stable
begin atomic
    select a.attname,
           format_type(a.atttypid, a.atttypmod),
           archive._nullable_type(a.atttypid, a.atttypmod),
           case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
           a.attgenerated <> '',
           a.attnotnull,
           case
               when a.attidentity <> ''
                   then format('pg_catalog.nextval(%L)', pg_get_serial_sequence(archive._name(relation), a.attname))
               when a.attgenerated = ''
                   then pg_get_expr(d.adbin, d.adrelid)
           end
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
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
