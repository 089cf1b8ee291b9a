-- The text of a table's capture function, generated from the catalogue so that it is static, typed and complete.
--
-- A hand-written column list silently loses the column added next year; old.* goes by position; EXECUTE on each row is
-- three times slower. \sf archive.capture_item shows the result.

-- capture_note for public.note, capture_app__note for app.note. No name has a dot, which Citus could not carry to its
-- workers. Where two tables could share such a name, a digest tells them apart.
create function archive._capture_name(source_name text) returns text
    language sql immutable
    return (
        select 'capture_' || replace(parts.readable, '.', '_')
               || case when parts.readable ~ '[.]' or parts.readable <> parts.unmistakable
                       then '_' || left(md5(source_name), 8) else '' end
          from parse_ident(source_name) n (name)
         cross join lateral (
              select case when n.name[1] = 'public' then '' else n.name[1] || '__' end || n.name[2],
                     case when n.name[1] = 'public' then '' else regexp_replace(n.name[1], '__|_$', '.') || '__' end
                         || regexp_replace(n.name[2], case when n.name[1] = 'public' then '__' else '__|^_' end, '.')
              ) parts (readable, unmistakable)
    );

comment on function archive._capture_name(text) is
    'The name, in schema archive, of the capture function of a table with this qualified name.';


create function archive._capture_columns(entry archive.registry, pattern text) returns text
    language sql stable
    return (
        select string_agg(format(pattern, c.key, c.value ->> 'copy', c.value ->> 'type'), ', '
                          order by (c.value ->> 'attnum')::integer)
          from jsonb_each((entry).columns) c
    );

comment on function archive._capture_columns(archive.registry, text) is
    'The copied columns of a table, as archive.enable() last saw them, as a list, each in the pattern: its arguments'
    ' are the name, the archive''s column and the type.';


-- Five on a line: the list belongs to a function that people read.
create function archive._capture_metadata(pattern text, indentation integer) returns text
    language sql immutable
    return (
        select string_agg(format(pattern, m.name, m.captured, m.n, coalesce(m.truncated, m.captured)),
                          case m.n % 5 when 1 then E',\n' || repeat(' ', indentation) else ', ' end order by m.n)
          from (
              select a.name, a.captured, a.truncated, row_number() over (order by a.position) as n
                from archive._archive_metadata()
                     with ordinality a (name, type, not_null, captured, truncated, description, position)
               where a.captured is not null
          ) m
    );

comment on function archive._capture_metadata(text, integer) is
    'The metadata that is captured, as a list, each in the pattern: its arguments are name, expression, position and'
    ' the expression at a TRUNCATE.';


create function archive._capture_relation(entry archive.registry) returns text
    language sql stable
    return case when archive._is_partitioned((entry).source) then 'root' else 'tg_relid' end;

comment on function archive._capture_relation(archive.registry) is
    'What a capture function calls the oid of its table. Triggers of a partitioned table fire for its partitions.';


-- Anybody may attach a function to a table of their own; this one copies the rows of its table only. The oid is another
-- after a dump and restore, and then the name decides.
create function archive._capture_labels(entry archive.registry) returns text
    language sql stable
    return format($part$
    if %7$s <> %2$s and %7$s is distinct from to_regclass(%1$L) then%8$s
        raise exception 'archive: this function captures %%, not %%', %1$L, tg_relid::regclass
            using errcode = 'AR422', hint = 'archive.enable() writes one for a table.';
    end if;

    -- A label from the start-up options of a connection may be invalid in this encoding: keep its bytes, escaped.
    -- to_ascii() changes every byte that is not ASCII. So an unchanged label is valid, and spared the costly check.
    if octet_length(actor) > 200 or to_ascii(actor, 'LATIN1') <> actor or to_ascii(reason, 'LATIN1') <> reason then
        begin
            perform convert_to(actor, getdatabaseencoding()), convert_to(reason, getdatabaseencoding());
        exception when character_not_in_repertoire or untranslatable_character then
            actor := encode(replace(actor, '\', '\\')::bytea, 'escape');
            reason := encode(replace(reason, '\', '\\')::bytea, 'escape');
        end;
        actor := left(actor, 200);
    end if;

    -- Is there a column that this function does not know? Null for an attribute that does not exist, and for one that
    -- was dropped, so ask for four. It costs next to nothing, where a query would cost more than the INSERT.
    is_unknown := %7$s <> %2$s
        or has_column_privilege(%7$s, %3$s::smallint, 'select') is not null
        or has_column_privilege(%7$s, %4$s::smallint, 'select') is not null
        or has_column_privilege(%7$s, %5$s::smallint, 'select') is not null
        or has_column_privilege(%7$s, %6$s::smallint, 'select') is not null;
$part$, (entry).source_name, (entry).source_oid, (entry).last_attnum + 1, (entry).last_attnum + 2,
        (entry).last_attnum + 3, (entry).last_attnum + 4, archive._capture_relation(entry),
        case when archive._is_partitioned((entry).source) then $part$
        if tg_op = 'TRUNCATE' then
            return null;  -- a partition that was detached since
        end if;$part$ end);

comment on function archive._capture_labels(archive.registry) is
    'The part of a capture function that checks its table, the actor and the reason, and looks for new columns.';


create function archive._capture_insert(entry archive.registry, expressions text, overflow text default null)
    returns text
    language sql stable
    return format($part$
    insert into %1$s (
        %2$s%6$s,
        %3$s)
    values (
        %4$s%7$s,
        %5$s);$part$, archive._name((entry).target),
        archive._capture_metadata('%1$s', 8),
        archive._capture_columns(entry, '%2$I'),
        archive._capture_metadata(expressions, 8),
        archive._capture_columns(entry, '"row seen by archive.enable()".%1$I'),
        case when overflow is not null then ', overflow' end, ', ' || overflow);

comment on function archive._capture_insert(archive.registry, text, text) is
    'The INSERT of one row in a capture function; its metadata in the pattern of archive._capture_metadata().';


-- A block of its own, whose variables cost other rows nothing. A column added under the former name of a renamed one
-- would pass for it: the row is refused, since the values of the renamed column would be lost.
create function archive._capture_unknown(entry archive.registry, expressions text) returns text
    language sql stable
    return format($part$
    <<kept>>
    declare
        unknown  record;
        value    text;
        overflow jsonb;
    begin
        if exists (
            select from pg_attribute a
              join unnest(%6$L::smallint[], %7$L::name[]) known (attnum, name) on known.attnum = a.attnum
             where a.attrelid = %4$s and %4$s = %1$s and not a.attisdropped and a.attname <> known.name)
        then
            raise exception 'columns of %% were renamed: call archive.enable()', tg_relid::regclass
                using errcode = 'AR409', hint = 'The row is not deleted.';
        end if;
        perform set_config('extra_float_digits', '1', true), set_config('intervalstyle', 'postgres', true);
        for unknown in
            select a.attname as name, t.typcategory = 'D' as is_time
              from pg_attribute a
              join pg_type t on t.oid = a.atttypid
             where a.attrelid = %4$s and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
               and case when %4$s = %1$s then a.attnum > %2$s else a.attname <> all (%3$L) end
        loop
            execute format(case when unknown.is_time then 'select to_jsonb(($1).%%I) #>> ''{}'''
                                else 'select ($1).%%I::text' end, unknown.name)
               into value using "row seen by archive.enable()";
            overflow := coalesce(overflow, '{}') || jsonb_build_object(unknown.name, value);
        end loop;%5$s
    end;$part$,
        (entry).source_oid, (entry).last_attnum,
        array(select c.key from jsonb_each((entry).columns) c) || (entry).exclude,
        archive._capture_relation(entry), archive._capture_insert(entry, expressions, 'kept.overflow'),
        array(select (c.value ->> 'attnum')::smallint from jsonb_each((entry).columns) c order by c.key),
        array(select c.key::name from jsonb_each((entry).columns) c order by c.key));

comment on function archive._capture_unknown(archive.registry, text) is
    'The part of a capture function that copies a row with the values of columns which it does not know, as text.';
