-- The text of a table's capture function, generated from the catalogue so that it is static, typed and complete.
--
-- A hand-written column list silently loses the column added next year; old.* goes by position; EXECUTE on each row is
-- three times slower. \sf archive.capture_item shows the result.

-- capture_note for public.note, capture_app__note for app.note. No name has a dot, which Citus could not carry to its
-- workers. Where two tables could share such a name, a digest tells them apart.
create function archive._capture_name(source regclass) returns text
    language sql stable
    return (
        select 'capture_' || replace(parts.readable, '.', '_')
               || case when parts.readable ~ '[.]' or parts.readable <> parts.unmistakable
                       then '_' || left(md5(archive._name(source)), 8) else '' end
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
         cross join lateral (
              select case when n.nspname = 'public' then '' else n.nspname || '__' end || c.relname,
                     case when n.nspname = 'public' then '' else regexp_replace(n.nspname, '__|_$', '.') || '__' end
                         || regexp_replace(c.relname, case when n.nspname = 'public' then '__' else '__|^_' end, '.')
              ) parts (readable, unmistakable)
         where c.oid = source
    );

comment on function archive._capture_name(regclass) is 'The name of a table''s capture function in schema archive.';


create function archive._capture_columns(source regclass, exclude text[], pattern text) returns text
    language sql stable
    return (
        select string_agg(format(pattern, c.name, c.type), ', ' order by c.ordinality)
          from archive._columns(source) with ordinality c
         where c.name <> all (exclude)
    );

comment on function archive._capture_columns(regclass, text[], text) is
    'The copied columns of a table as a list, each in the pattern: its arguments are the name and the type.';


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


create function archive._capture_labels(source regclass) returns text
    language sql stable
    return format($part$
    -- Anybody may attach a function to a table of their own; this one copies the rows of its table only.
    if tg_relid <> %1$L::regclass then
        raise exception 'archive: this function captures %%, not %%', %1$L, tg_relid::regclass
            using errcode = 'AR422';
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
$part$, archive._name(source));

comment on function archive._capture_labels(regclass) is
    'The part of a capture function that checks its table, the actor and the reason.';


create function archive._capture_truncate(source regclass, target regclass, exclude text[]) returns text
    language sql stable
    return format($part$
    if tg_op = 'TRUNCATE' then
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
            raise exception 'TRUNCATE of %% at isolation level %% could lose rows',
                %1$L, current_setting('transaction_isolation')
                using errcode = 'AR409', hint = 'Truncate at READ COMMITTED, or DELETE.';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active(%1$L::regclass) then
            raise exception 'TRUNCATE of %% could lose rows that row-level security hides from %%', %1$L, current_user
                using errcode = 'AR409', hint = 'DELETE instead.';
        end if;
        insert into %2$s (
            %3$s,
            %4$s)
        select %5$s,
               %6$s
          from only %1$s as live;
        return null;
    end if;
$part$, archive._name(source), archive._name(target),
        archive._capture_metadata('%1$s', 12),
        archive._capture_columns(source, exclude, '%I'),
        archive._capture_metadata('%4$s', 15),
        archive._capture_columns(source, exclude, 'live.%I'));

comment on function archive._capture_truncate(regclass, regclass, text[]) is
    'The part of a capture function that copies all rows before a TRUNCATE.';


create function archive._capture_row(source regclass, target regclass, exclude text[]) returns text
    language sql stable
    return format($part$
    circumstances := row(
        %5$s);
    insert into %1$s (
        %2$s,
        %3$s)
    values (
        %4$s,
        %6$s);
    return old;
$part$, archive._name(target),
        archive._capture_metadata('%1$s', 8),
        archive._capture_columns(source, exclude, '%I'),
        archive._capture_metadata('circumstances.f%3$s', 8),
        archive._capture_metadata('%2$s', 8),
        archive._capture_columns(source, exclude, 'old.%I'));

comment on function archive._capture_row(regclass, regclass, text[]) is
    'The part of a capture function that copies one row before its DELETE.';


-- The body, to be compared with the one in place. It calls no function of schema archive: deletes go on while sql/ is
-- applied. It names the columns' types: after a change of one it differs and is written anew, which makes pooled
-- connections drop their cached plans.
create function archive._capture_body(source regclass, target regclass, exclude text[]) returns text
    language sql stable
    return format($body$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies %s.
declare
    actor  text := nullif(current_setting('archive.actor', true), '');
    reason text := nullif(current_setting('archive.reason', true), '');
    -- Who deleted the row, when and from where: fields f1 to f9, in the order of the columns. One expression for all is
    -- prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
begin%s%s%send
$body$, replace(archive._capture_columns(source, exclude, '%I %s'), E'\n', ' '),
        archive._capture_labels(source),
        archive._capture_truncate(source, target, exclude),
        archive._capture_row(source, target, exclude));

comment on function archive._capture_body(regclass, regclass, text[]) is
    'What the body of a table''s capture function has to be.';
