-- What a program must know of an archive to browse it: its columns and key. For any table, without a model of it.

-- Quoted only where it would be read as another name otherwise: a reserved word needs no quotes here.
create function archive._address(relation regclass) returns text
    language sql stable
    return (
        select string_agg(case when part ~ '^[a-z_][a-z0-9_$]*$' then part
                               else '"' || replace(part, '"', '""') || '"' end, '.' order by n)
          from pg_class c
          join pg_namespace s on s.oid = c.relnamespace
         cross join unnest(array[s.nspname, c.relname]) with ordinality u (part, n)
         where c.oid = relation and (n = 2 or s.nspname <> 'public')
    );

comment on function archive._address(regclass) is
    'A table''s name as parse_ident() reads it: note, app.note, "app.note"; without its schema if that is public.';


create function archive._find(address text) returns regclass
    language plpgsql stable
as $$
declare
    v_parts text[];
begin
    v_parts := parse_ident(address);
    return (
        select r.source
          from archive.registry r
          join pg_class c on c.oid = r.source
          join pg_namespace n on n.oid = c.relnamespace
         where array[n.nspname, c.relname]::text[]
               = case cardinality(v_parts) when 1 then array['public'] end || v_parts
    );
exception when invalid_parameter_value then
    return null;  -- no name at all
end
$$;

comment on function archive._find(text) is 'The archived table of this name; null where there is none.';


create function archive.describe(
    address text default null,
    out source regclass, out schema regnamespace, out name text, out archive text, out columns jsonb, out key text[]
)
    returns setof record
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
    set quote_all_identifiers = off
begin atomic
    select r.source, s.relnamespace, archive._address(r.source), archive._name(r.target), c.columns,
           array(select k.wanted from archive._key_copies(r) k)::text[]
      from archive.registry r
      join pg_class s on s.oid = r.source
     cross join lateral (
          select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                                              'category', t.typcategory, 'copied', m.name is null)
                           order by a.attnum)
            from pg_attribute a
            join pg_type t on t.oid = a.atttypid
            left join archive._archive_metadata() m on m.name = a.attname
           where a.attrelid = r.target and a.attnum > 0 and not a.attisdropped
          ) c (columns)
     where address is null or r.source = (select archive._find(address));  -- once, not for each table
end;

comment on function archive.describe(text) is
    'The archived tables, or the one of this name: their archives; the columns of these, each with its type, the'
    ' type''s category, and whether it is copied from the table; which of them are the key''s.';
