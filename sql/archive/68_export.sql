-- Export: closed months of an archive are written to files; archive.export_log says which, and what they contained.
--
-- A client writes the files: archive-table export. What follows tells it which months there are and what a month
-- contains, and lets a purge or an erasure know what was exported.

create type archive.month_content as (
    rows     bigint,
    first_id bigint,
    last_id  bigint,
    digest   text  -- of all values of all rows, in any order
);

comment on type archive.month_content is 'What the archive of a table has of a month.';


-- A transaction that began before the end of a month may still delete. A day later the month counts as closed, as it
-- does for archive.maintain(); rows of even longer transactions are noticed by the digest.
create function archive._export_months(source regclass, archived_before timestamptz) returns setof timestamptz
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry     archive.registry := archive._registry_entry(source);
    v_before    timestamptz      := least(archived_before, now() - interval '1 day');
    v_partition record;
    v_months    timestamptz[]    := '{}';
    v_found     timestamptz[];
begin
    for v_partition in
        select p.* from archive._partitions(v_entry.target) p where p.lower is null or p.lower < v_before
    loop
        execute format(
            case when v_partition.upper = archive._partition_month(v_partition.lower, 1)
                     then 'select array[$1] from %s limit 1'
                 else 'select array(select distinct archive._partition_month(a.archived_at) from %s a)'
            end, v_partition.partition) into v_found using v_partition.lower;
        v_months := v_months || v_found;
    end loop;
    return query
        select distinct m from unnest(v_months) m where archive._partition_month(m, 1) <= v_before order by 1;
end
$$;

comment on function archive._export_months(regclass, timestamptz) is
    'The closed months, by their start, that have archived rows of a table and ended before that time.';


create function archive._export_from(target regclass, month timestamptz) returns text
    language sql stable
    return format('%s a where a.archived_at >= timestamptz %L and a.archived_at < timestamptz %L',
                  archive._name(target),
                  to_char(month at time zone 'UTC', 'YYYY-MM-DD"T00:00:00Z"'),
                  to_char(archive._partition_month(month, 1) at time zone 'UTC', 'YYYY-MM-DD"T00:00:00Z"'));

comment on function archive._export_from(regclass, timestamptz) is
    'What follows FROM in a query of the archived rows, as a, of a month; the bounds as constants, for the planner.';


-- hash_record_extended() reads values as they are stored, in a third of the time that their text takes. Types whose
-- equal values can differ (1.0 = 1.00), or whose hash depends on oids, go as text, by their own output functions.
create function archive._export_hash(target regclass, columns text[]) returns text
    language sql stable
    return (
        select format('hash_record_extended(row(%s), 0)', concat_ws(', ',
                   string_agg(format('a.%I', c.name), ', ' order by c.n) filter (where c.is_exact and not c.is_text),
                   string_agg(format('a.%I::text collate "C"', c.name), ', ' order by c.n) filter (where c.is_text),
                   'row(' || string_agg(format('a.%I', c.name), ', ' order by c.n) filter (where not c.is_exact)
                   || ')::text'))
          from (
              select a.attname as name, w.n,
                     a.atttypid in ('text'::regtype, 'varchar'::regtype) as is_text,
                     a.atttypid = any ('{text,varchar,bool,int2,int4,int8,xid8,uuid,timestamptz,timestamp,date}'
                                       ::regtype[]) as is_exact
                from unnest(columns) with ordinality w (name, n)
                join pg_attribute a on a.attrelid = target and a.attname = w.name and not a.attisdropped
          ) c
    );

comment on function archive._export_hash(regclass, text[]) is
    'The expression of a hash over these columns of an archived row, a: 64 bits.';


create function archive._export_content(source regclass, month timestamptz, columns text[])
    returns archive.month_content
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set intervalstyle = 'postgres'
    set extra_float_digits = 1
    set bytea_output = 'hex'
    set lc_monetary = 'C'
as $$
declare
    v_entry   archive.registry := archive._registry_entry(source);
    v_content archive.month_content;
begin
    execute format(
        'select count(*), min(a.archive_id), max(a.archive_id), coalesce(sum(%s), 0)::text from %s',
        archive._export_hash(v_entry.target, columns), archive._export_from(v_entry.target, month)
    ) into v_content;
    return v_content;
end
$$;

comment on function archive._export_content(regclass, timestamptz, text[]) is
    'What the archive has of a month now: rows, the range of their ids, and the sum of the hashes of these columns.';


create function archive.note_export(
    source regclass, month timestamptz, columns text[], content archive.month_content, place text, file_digest text
) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry archive.registry := archive._registry_entry(source);
    v_id    bigint;
begin
    if month is distinct from archive._partition_month(month) then
        perform archive._refuse(format('%s is no start of a month in UTC', coalesce(month::text, 'null')));
    elsif archive._partition_month(month, 1) > now() - interval '1 day' then
        perform archive._refuse(format('the month that begins at %s is not closed', month));
    elsif content is null or columns is null or place is null or file_digest is null then
        perform archive._refuse('an export has columns, content, a place and a digest of its file');
    end if;
    insert into archive.export_log (
        source, source_name, month, columns, rows, first_id, last_id, digest, place, file_digest, actor)
    values (v_entry.source, archive._label(v_entry.source), month, columns, (content).rows, (content).first_id,
            (content).last_id, (content).digest, place, file_digest, archive.actor())
    returning log_id into v_id;
    return v_id;
end
$$;

comment on function archive.note_export(regclass, timestamptz, text[], archive.month_content, text, text) is
    'Notes in archive.export_log that a closed month was written to a file, whose content was compared with the'
    ' archive. Returns the entry''s number. AR422 bad argument.';
