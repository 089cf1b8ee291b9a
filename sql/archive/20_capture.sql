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


-- Anybody may attach a function to a table of their own; this one copies the rows of its table only. The oid is another
-- after a dump and restore, and then the name decides.
create function archive._capture_labels(entry archive.registry) returns text
    language sql stable
    return format($part$
    if tg_relid <> %2$s and tg_relid is distinct from to_regclass(%1$L) then
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
    is_unknown := tg_relid <> %2$s
        or has_column_privilege(tg_relid, %3$s::smallint, 'select') is not null
        or has_column_privilege(tg_relid, %4$s::smallint, 'select') is not null
        or has_column_privilege(tg_relid, %5$s::smallint, 'select') is not null
        or has_column_privilege(tg_relid, %6$s::smallint, 'select') is not null;
$part$, (entry).source_name, (entry).source_oid, (entry).last_attnum + 1, (entry).last_attnum + 2,
        (entry).last_attnum + 3, (entry).last_attnum + 4);

comment on function archive._capture_labels(archive.registry) is
    'The part of a capture function that checks its table, the actor and the reason, and looks for new columns.';


create function archive._capture_overflow(entry archive.registry) returns text
    language sql stable
    return format($part$
        overflow := null;
        perform set_config('extra_float_digits', '1', true), set_config('intervalstyle', 'postgres', true);
        for unknown in
            select a.attname as name, t.typcategory = 'D' as is_time
              from pg_attribute a
              join pg_type t on t.oid = a.atttypid
             where a.attrelid = tg_relid and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
               and case when tg_relid = %1$s then a.attnum > %2$s else a.attname <> all (%3$L) end
        loop
            execute format(case when unknown.is_time then 'select to_jsonb(($1).%%I) #>> ''{}'''
                                else 'select ($1).%%I::text' end, unknown.name)
               into value using "row seen by archive.enable()";
            overflow := coalesce(overflow, '{}') || jsonb_build_object(unknown.name, value);
        end loop;$part$,
        (entry).source_oid, (entry).last_attnum,
        array(select c.key from jsonb_each((entry).columns) c) || (entry).exclude);

comment on function archive._capture_overflow(archive.registry) is
    'The part of a capture function that keeps the values of columns which it does not know, by name, as text.';


create function archive._capture_insert(entry archive.registry, expressions text) returns text
    language sql stable
    return format($part$
    insert into %1$s (
        %2$s,
        %3$s)
    values (
        %4$s,
        %5$s);$part$, archive._name((entry).target),
        archive._capture_metadata('%1$s', 8),
        archive._capture_columns(entry, '%2$I'),
        archive._capture_metadata(expressions, 8),
        archive._capture_columns(entry, '"row seen by archive.enable()".%1$I'));

comment on function archive._capture_insert(archive.registry, text) is
    'The INSERT of one row in a capture function; its metadata in the pattern of archive._capture_metadata().';


create function archive._capture_truncate(entry archive.registry) returns text
    language sql stable
    return format($part$
    if tg_op = 'TRUNCATE' then
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
            raise exception 'TRUNCATE of %% at isolation level %% could lose rows',
                tg_relid::regclass, current_setting('transaction_isolation')
                using errcode = 'AR409', hint = 'Truncate at READ COMMITTED, or DELETE.';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active(tg_relid) then
            raise exception 'TRUNCATE of %% could lose rows that row-level security hides from %%',
                tg_relid::regclass, current_user
                using errcode = 'AR409', hint = 'DELETE instead.';
        end if;
        if is_unknown or tg_relid is distinct from to_regclass(%8$L) then
            -- As a whole: fields of a row that * has put together cannot be asked for by name.
            for live in
                execute format('select "the row" as whole from only %%s "the row"', tg_relid::regclass)
            loop
                "row seen by archive.enable()" := live.whole;%6$s%7$s
            end loop;
            return null;
        end if;
        insert into %1$s (
            %2$s,
            %3$s)
        select %4$s,
               %5$s
          from only %8$s as "rows seen by archive.enable()";
        return null;
    end if;
$part$, archive._name((entry).target),
        archive._capture_metadata('%1$s', 12),
        archive._capture_columns(entry, '%2$I'),
        archive._capture_metadata('%4$s', 15),
        archive._capture_columns(entry, '"rows seen by archive.enable()".%1$I'),
        archive._capture_overflow(entry),
        archive._capture_insert(entry, '%4$s'),
        (entry).source_name);

comment on function archive._capture_truncate(archive.registry) is
    'The part of a capture function that copies all rows before a TRUNCATE.';


create function archive._capture_row(entry archive.registry) returns text
    language sql stable
    return format($part$
    "row seen by archive.enable()" := old;
    if is_unknown then%1$s
    end if;
    circumstances := row(
        %2$s);%3$s
    if not found then
        raise exception 'a trigger or rule of %% kept a deleted row of %% from being archived', %4$L, tg_relid::regclass
            using errcode = 'AR409', hint = 'The row is not deleted. select * from archive.health() names the trigger.';
    end if;
    return old;
$part$, archive._capture_overflow(entry),
        archive._capture_metadata('%2$s', 8),
        archive._capture_insert(entry, 'circumstances.f%3$s'),
        archive._name((entry).target));

comment on function archive._capture_row(archive.registry) is
    'The part of a capture function that copies one row before its DELETE.';


-- The body, to be compared with the one in place. It calls no function of schema archive: deletes go on while sql/ is
-- applied. It names the columns' types: after a change of one it differs and is written anew, which makes pooled
-- connections drop their cached plans.
create function archive._capture_body(entry archive.registry) returns text
    language sql stable
    return format($body$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies %s.
<<capture>>
declare
    actor  text := nullif(current_setting('archive.actor', true), '');
    reason text := nullif(current_setting('archive.reason', true), '');
    -- Who deleted the row, when and from where: fields f1, f2 and so on, in the order of the columns. One expression
    -- for all is prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
    -- PostgreSQL names it in its error where a column was renamed or dropped since.
    "row seen by archive.enable()" record;
    is_unknown boolean;
    live       record;
    unknown    record;
    value      text;
    overflow   jsonb;
begin%s%s%send
$body$, replace(archive._capture_columns(entry, '%1$I %3$s'), E'\n', ' '),
        archive._capture_labels(entry),
        archive._capture_truncate(entry),
        archive._capture_row(entry));

comment on function archive._capture_body(archive.registry) is
    'What the body of a table''s capture function has to be.';
