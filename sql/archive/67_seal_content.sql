-- What a seal covers: archived rows as text, in chunks of 1,000 archive ids, each with a digest.
--
-- Covered are the columns that no restore changes, and of the copied ones those that are not null: a column that joins
-- the archive later changes no digest. One statement for each archive, generated from the catalogue.

-- The first name of each column: a rename is logged, and no digest changes.
create function archive._seal_labels(target regclass) returns jsonb
    language plpgsql stable
as $$
declare
    v_labels jsonb := '{}';
    v_rename archive.seal_log;
begin
    for v_rename in
        select l.*
          from archive.seal_log l
         where l.action = 'rename' and l.target = _seal_labels.target
         order by l.log_id
    loop
        v_labels := jsonb_set(v_labels, array[v_rename.new_name],
                              coalesce(v_labels -> v_rename.old_name, to_jsonb(v_rename.old_name)));
        -- Another column may take the name that is free now.
        v_labels := jsonb_set(v_labels, array[v_rename.old_name],
                              to_jsonb(format('%s@%s', v_rename.old_name, v_rename.log_id)));
    end loop;
    return v_labels;
end
$$;

comment on function archive._seal_labels(regclass) is
    'The names under which renamed columns of an archive are sealed, by their names now.';


create function archive._seal_is_covered(target regclass, name name) returns boolean
    language sql immutable
    return case when target = 'archive.seal_log'::regclass
                then name <> 'target'  -- its text is not the same after a rename
                else name not in ('restored_at', 'restored_by', 'restore_reason', 'restored_as', 'erased_at',
                                  'overflow')
           end;

comment on function archive._seal_is_covered(regclass, name) is 'Whether a column is covered by seals.';


-- Values whose text could contain anything are quoted: no two rows have the same text. concat() calls the type's own
-- output function, where a cast to text might be another's.
create function archive._seal_value(name name, type oid, cast_to text default null) returns text
    language sql stable
    return (
        select case
                   when y.oid = any ('{smallint,integer,bigint,numeric,boolean,uuid,xid8,date,inet}'::regtype[]
                                     || '{timestamp,timestamptz}'::regtype[])
                        and cast_to is null
                       then format('a.%I::text', name)
                   when y.typnamespace = 'pg_catalog'::regnamespace and cast_to is null
                       then format('quote_literal(a.%I::text)', name)
                   else format('case when num_nonnulls(a.%1$I) > 0 then quote_literal(concat(a.%1$I%2$s)) end',
                               name, '::' || cast_to)
               end
          from pg_type y
         where y.oid = type
    );

comment on function archive._seal_value(name, oid, text) is
    'The SQL expression of a column''s value as text, null for null. cast_to: the type that it had.';


-- A function takes at most 100 arguments: concat() of concat().
create function archive._seal_content(target regclass, former_types jsonb default '{}') returns text
    language sql stable
begin atomic
    with parts (part, n) as (
        -- quote_literal(), for what quote_ident() returns depends on a setting of the session.
        select format('%L || %s', ' ' || quote_literal(c.label) || '=', c.value),
               row_number() over (order by c.label collate "C") - 1
          from (
              select coalesce(l.labels ->> a.attname, a.attname) as label,
                     archive._seal_value(a.attname, a.atttypid, former_types ->> a.attname) as value
                from archive._seal_labels(target) l (labels)
                join pg_attribute a on a.attrelid = target and a.attnum > 0 and not a.attisdropped
               where archive._seal_is_covered(target, a.attname)
          ) c
    ), groups (part, n) as (
        select format('concat(%s)', string_agg(p.part, ', ' order by p.n)), p.n / 90 from parts p group by p.n / 90
    )
    select format('concat(%s)', string_agg(g.part, ', ' order by g.n)) from groups g;
end;

comment on function archive._seal_content(regclass, jsonb) is
    'The SQL expression of what is sealed of an archived row, a, as text.'
    ' former_types: types that columns had when they were sealed, by name.';


-- The log is sealed like the archives.
create function archive._seal_relation(target regclass) returns text
    language sql stable
    return case when target = 'archive.seal_log'::regclass
                then '(select l.*, l.log_id as archive_id, l.logged_at as archived_at,'
                     ' null::timestamptz as restored_at, null::timestamptz as erased_at from archive.seal_log l)'
                else archive._name(target) end;

comment on function archive._seal_relation(regclass) is 'What is sealed as the source of a query.';


create type archive.seal_reading as (
    batch    bigint,
    chunk    bigint,
    first_id bigint,
    last_id  bigint,
    rows     bigint,
    ids      int8multirange,
    restored int8multirange,  -- of these, the rows marked as restored
    erased   int8multirange,
    salt     bytea,
    digest   bytea
);

comment on type archive.seal_reading is 'What is found of a chunk of sealed rows.';


-- Every setting on which the text of a value depends. A subtransaction that is rolled back gives its locks back.
create function archive._seal_read(query text) returns setof archive.seal_reading
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO, YMD'
    set intervalstyle = 'postgres'
    set timezone = 'UTC'
    set extra_float_digits = '1'
    set bytea_output = 'hex'
    set lc_monetary = 'C'
    set quote_all_identifiers = off
    set work_mem = '64MB'
    set jit = off
as $$
declare
    v_readings archive.seal_reading[];
begin
    begin
        execute format('select array_agg(q::archive.seal_reading) from (%s) q', query) into v_readings;
        raise exception using errcode = 'ARDRY';
    exception when sqlstate 'ARDRY' then
        null;
    end;
    return query select * from unnest(v_readings);
end
$$;

comment on function archive._seal_read(text) is 'Runs a query of chunks under fixed settings.';


-- In SQL_ASCII nobody knows what the bytes mean; elsewhere a database of another encoding must find the same digest.
create function archive._seal_aggregates() returns text
    language sql stable
    return format(
        $sql$min(archive_id) as first_id, max(archive_id) as last_id, count(archive_id) as rows,
           coalesce(range_agg(int8range(archive_id, archive_id, '[]')) filter (where archive_id is not null), '{}')
               as ids,
           coalesce(range_agg(int8range(archive_id, archive_id, '[]')) filter (where restored), '{}') as restored,
           coalesce(range_agg(int8range(archive_id, archive_id, '[]')) filter (where erased), '{}') as erased,
           convert_to(coalesce(string_agg(content, E'\n' order by archive_id, archived_at), ''), %L) as content$sql$,
        case when getdatabaseencoding() = 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end);

comment on function archive._seal_aggregates() is 'The SELECT list of a query of chunks, from first_id on.';


create function archive._seal_digests(query text) returns text
    language sql immutable
    return 'select g.batch, g.chunk, g.first_id, g.last_id, g.rows, g.ids, g.restored, g.erased, s.salt,'
           ' sha256(s.salt || g.content)'
           ' from (' || query || ') g'
           -- Evaluated once for each chunk.
           ' cross join lateral (select coalesce(g.salt, uuid_send(gen_random_uuid())) as salt offset 0) s';

comment on function archive._seal_digests(text) is
    'The query of chunks with their digests, of one with their contents. A chunk without a salt is given one.';


create function archive._seal_rows(target regclass, former_types jsonb default '{}') returns text
    language sql stable
    return format('select a.archive_id, a.archived_at, a.restored_at is not null as restored,'
                  ' a.erased_at is not null as erased, %s as content from %s a',
                  archive._seal_content(target, former_types), archive._seal_relation(target));

comment on function archive._seal_rows(regclass, jsonb) is 'The query of a table''s rows as they are sealed.';


-- One index range for each chunk: the rows of other batches in between are skipped.
create function archive._seal_read_chunks(target regclass, condition text, former_types jsonb default '{}')
    returns setof archive.seal_reading
    language sql stable
    return archive._seal_read(archive._seal_digests(format(
        'select c.batch, c.chunk, c.salt, %s'
        '  from (select * from archive.seal_chunk c where c.target = %s and %s) c'
        '  left join lateral (%s where a.archive_id between c.first_id and c.last_id'
        '                          and c.remaining @> a.archive_id) r on true'
        ' group by c.batch, c.chunk, c.salt',
        archive._seal_aggregates(), target::oid, condition, archive._seal_rows(target, former_types))));

comment on function archive._seal_read_chunks(regclass, text, jsonb) is
    'The sealed chunks, c, of a table for which a condition holds, as they are found now.';
