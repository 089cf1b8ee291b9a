-- What the system catalogues say about a table and its archive. Whatever writes SQL reads them through these functions.

create function archive._label_setting(name text) returns text
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_label text := nullif(current_setting(name, true), '');
begin
    perform convert_to(v_label, getdatabaseencoding());
    return v_label;
exception when character_not_in_repertoire or untranslatable_character then
    return encode(replace(v_label, '\', '\\')::bytea, 'escape');  -- as the capture functions do
end
$$;

comment on function archive._label_setting(text) is 'The text of a setting that any session may set; null when unset.';


create function archive.actor() returns text
    language sql stable
    return archive._label_setting('archive.actor');

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


-- A partitioned table has its rows in its partitions. Other tables have none elsewhere.
create function archive._live(relation regclass) returns text
    language sql stable
    return (
        select case c.relkind when 'p' then '' else 'only ' end || archive._name(relation)
          from pg_class c
         where c.oid = relation
    );

comment on function archive._live(regclass) is 'A table as the source of a query for its rows.';


-- Few, so that the planner looks each up: it would read a whole catalogue for the thousand that it expects otherwise.
create function archive._tree(relation regclass) returns setof regclass
    language plpgsql stable
    rows 4
as $$
begin
    -- pg_partition_tree() would lock each partition until the transaction ends.
    return query
        with recursive tree (relid) as (
            select relation
            union all
            select i.inhrelid::regclass
              from tree
              join pg_inherits i on i.inhparent = tree.relid
              join pg_class c on c.oid = i.inhrelid and c.relispartition
        )
        select t.relid from tree t;
end
$$;

comment on function archive._tree(regclass) is 'A table and its partitions, at every level.';


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


-- The rules of a domain bind live rows, not deleted ones: copies have its base type, also within arrays.
create function archive._base_type(type oid, modifier integer) returns text
    language plpgsql stable
as $$
declare
    v_type     oid     := type;
    v_modifier integer := modifier;
    v_domain   pg_type;
    v_array    oid;
begin
    loop
        select t.* into v_domain from pg_type t where t.oid = v_type and t.typtype = 'd';
        if found then
            v_type := v_domain.typbasetype;
            v_modifier := case when v_domain.typtypmod = -1 then v_modifier else v_domain.typtypmod end;
            continue;
        end if;
        select d.*
          into v_domain
          from pg_type t
          join pg_type d on d.oid = t.typelem and d.typtype = 'd'
         where t.oid = v_type and t.typcategory = 'A';
        v_array := (select b.typarray from pg_type b where b.oid = v_domain.typbasetype);
        exit when not found or coalesce(v_array, 0) = 0;
        v_type := v_array;
        v_modifier := v_domain.typtypmod;
    end loop;
    return format_type(v_type, v_modifier);
end
$$;

comment on function archive._base_type(oid, integer) is 'A type as a copy has it: without domains.';


create type archive.column_definition as (
    attnum        smallint,
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
    select a.attnum,
           a.attname,
           format_type(a.atttypid, a.atttypmod),
           base.type,
           case when a.attcollation <> base.default_collation then a.attcollation::regcollation::text end,
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
      left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
     cross join lateral (
          select format_type(a.atttypid, a.atttypmod), t.typcollation
           where t.typtype <> 'd' and e.typtype is distinct from 'd'
          union all
          select b.type, (select y.typcollation from pg_type y where y.oid = b.type::regtype)
            from archive._base_type(a.atttypid, a.atttypmod) b (type)
           where t.typtype = 'd' or e.typtype = 'd'
     ) base (type, default_collation)
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = relation
       and a.attnum > 0
       and not a.attisdropped
       and a.attgenerated <> 'v'
     order by a.attnum;
end;

comment on function archive._columns(regclass) is 'The columns of a table that hold a value.';


-- Without a primary key, a unique key of columns that are not null identifies rows as well.
create function archive._key_index(relation regclass) returns regclass
    language sql stable
    return (
        select i.indexrelid
          from pg_index i
         where i.indrelid = relation
           and i.indisunique and i.indisvalid
           and i.indpred is null and i.indexprs is null
           and (i.indisprimary or i.indimmediate)
           and not exists (
               select from pg_attribute a
                where a.attrelid = i.indrelid
                  and a.attnum = any ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
                  and not a.attnotnull
           )
         order by i.indisprimary desc, i.indnkeyatts, i.indexrelid
         limit 1
    );

comment on function archive._key_index(regclass) is
    'The index of a table''s primary key, or of a unique key of columns that are not null. Null without either.';


create function archive._key(relation regclass) returns name[]
    language sql stable
    return (
        select array_agg(a.attname order by k.position)
          from pg_index i
         cross join unnest(i.indkey) with ordinality k (attnum, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
         where i.indexrelid = archive._key_index(relation) and k.position <= i.indnkeyatts
    );

comment on function archive._key(regclass) is 'The columns of a table''s key, in its order. Null without one.';


create function archive._key_columns(relation regclass)
    returns table (name name, attnum smallint, base text, archived_type text, ordinal bigint)
    language sql stable
begin atomic
    select c.name, c.attnum, case when c.type <> c.archived_type then '::' || c.archived_type else '' end,
           c.archived_type, k.ordinal
      from unnest(archive._key(relation)) with ordinality k (name, ordinal)
      join archive._columns(relation) c on c.name = k.name;
end;

comment on function archive._key_columns(regclass) is
    'The columns of a table''s key, each with the cast that takes a domain away, and the type without it.';
