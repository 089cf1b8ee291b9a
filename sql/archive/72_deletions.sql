-- Deletions of any number of tables: found in one partition after the other, and counted.

create type archive.deletion as (
    transaction_id   xid8,
    archived_at      timestamptz,
    archived_by      text,
    reason           text,
    session_role     text,
    application_name text,
    client_addr      inet,
    rows             jsonb,    -- of each table, counted to 10,000
    rows_exact       boolean,  -- false if one has more
    restored         bigint,   -- how many of those counted
    cursor           text      -- for archive.deletions(): the page after this deletion
);

comment on type archive.deletion is 'One deletion: who, when, whence, why, of what, and how much of it is restored.';


create function archive._deletion_cursor(before text, out archived_at timestamptz, out transaction_id xid8)
    language plpgsql stable
as $$
declare
    v_parts bigint[];
begin
    archived_at := 'infinity';
    if before is not null then
        v_parts := string_to_array(before, '.')::bigint[];
        archived_at := 'epoch'::timestamptz + v_parts[2] / 1000000 * interval '1 second'
                                            + v_parts[2] % 1000000 * interval '1 microsecond';
        transaction_id := v_parts[1]::text::xid8;
    end if;
    if archived_at is null or cardinality(v_parts) > 2 or v_parts[1] < 0 then
        raise invalid_text_representation;
    end if;
exception when data_exception then
    perform archive._refuse(format('%L is no cursor of archive.deletions()', before));
end
$$;

comment on function archive._deletion_cursor(text) is
    'The deletion that a page begins after; for the first page, a time after all. AR422 if it is no cursor.';


create function archive._deletion_address(archived_at timestamptz, transaction_id xid8) returns text
    language sql immutable
    return transaction_id || '.' || (extract(epoch from archived_at) * 1000000)::bigint;

comment on function archive._deletion_address(timestamptz, xid8) is 'The cursor of the page after this deletion.';


create function archive._deletion_newest(parts archive.deletion_part[], max_rows integer)
    returns setof archive.deletion_part
    language sql immutable
begin atomic
    select p.source, p.partition, p.archived_at, p.transaction_id, p.rows
      from (
          select u.*, dense_rank() over (order by u.archived_at desc, u.transaction_id desc) as rank
            from unnest(parts) u
      ) p
     where max_rows is null or p.rank <= max_rows;
end;

comment on function archive._deletion_newest(archive.deletion_part[], integer) is 'The parts of the newest deletions.';


-- Each step of the recursion looks once into the index on archived_at and transaction_id, however many rows a deletion
-- has. An archive with the look-ups 'undo' has no such index, and is read once; so it is where not every row counts.
create function archive._deletion_pattern(source regclass, conditions text, min_rows bigint) returns text
    language sql stable
    return (
        select case when r.lookups = 'all' and conditions = '' and min_rows is null then $query$
            with recursive deletions as (
                (select archived_at, transaction_id from %%1$s
                  where archived_at >= %1$L and archived_at < %2$L and (archived_at, transaction_id) < (%3$L, %4$L)
                  order by archived_at desc, transaction_id desc limit 1)
                union all
                select next.* from deletions d
                 cross join lateral (
                      select archived_at, transaction_id from %%1$s
                       where archived_at >= %1$L
                         and (archived_at, transaction_id) < (d.archived_at, d.transaction_id)
                       order by archived_at desc, transaction_id desc limit 1) next
            )
            select d.*, null as rows from deletions d limit %5$s
            $query$ else $query$
            select archived_at, transaction_id, count(*) as rows from %%1$s a
             where archived_at >= %1$L and archived_at < %2$L and (archived_at, transaction_id) < (%3$L, %4$L) %6$s
             group by archived_at, transaction_id having count(*) >= %7$s
             order by archived_at desc, transaction_id desc limit %5$s
            $query$ end
          from archive.registry r
         where r.source = _deletion_pattern.source
    );

comment on function archive._deletion_pattern(regclass, text, bigint) is
    'A query for the newest deletions in a partition: from a time on, before another, after a cursor, at most so many,'
    ' with at least so many rows that pass the conditions; null does not count them.';


-- Once there are enough deletions, the partitions that follow are asked for newer ones only.
create function archive._deletion_search(
    leaves archive.leaf[], lower timestamptz, upper timestamptz, before text, max_rows integer, conditions text,
    min_rows bigint
) returns setof archive.deletion_part
    language plpgsql stable
as $$
declare
    v_after record := archive._deletion_cursor(before);
    v_leaf  archive.leaf;
    v_parts archive.deletion_part[] := '{}';
begin
    foreach v_leaf in array leaves loop
        v_parts := v_parts || array(
            select row(l.source, l.partition, (l.result ->> 'archived_at')::timestamptz,
                       (l.result ->> 'transaction_id')::xid8, (l.result ->> 'rows')::bigint)::archive.deletion_part
              from archive._read_leaves(array[v_leaf], format(
                  archive._deletion_pattern(v_leaf.source, conditions, min_rows), lower, upper, v_after.archived_at,
                  v_after.transaction_id, coalesce(max_rows::text, 'all'), replace(conditions, '%', '%%'),
                  coalesce(min_rows, 1))) l);
        if cardinality(v_parts) > 2 * max_rows then
            v_parts := array(select p from archive._deletion_newest(v_parts, max_rows) p);
            lower := (select min(p.archived_at) from unnest(v_parts) p);
        end if;
    end loop;
    return query select * from archive._deletion_newest(v_parts, max_rows);
end
$$;

comment on function archive._deletion_search(
    archive.leaf[], timestamptz, timestamptz, text, integer, text, bigint
) is
    'The parts of the newest deletions from a time on until before another, after a cursor, in some partitions, with at'
    ' least so many rows there that pass the conditions.';


create function archive._deletion_count(parts archive.deletion_part[]) returns setof archive.deletion
    language sql stable
begin atomic
    select t.transaction_id, t.archived_at, min(t.archived_by), min(t.reason), min(t.session_role),
           min(t.application_name), min(t.client_addr),
           jsonb_object_agg(archive._label(t.source), least(t.row_count, 10000)), bool_and(t.row_count <= 10000),
           sum(least(t.restored, 10000))::bigint,
           archive._deletion_address(t.archived_at, t.transaction_id)
      from (
          select l.source, (l.result ->> 'transaction_id')::xid8 as transaction_id,
                 (l.result ->> 'archived_at')::timestamptz as archived_at,
                 min(l.result ->> 'archived_by') as archived_by, min(l.result ->> 'reason') as reason,
                 min(l.result ->> 'session_role') as session_role,
                 min(l.result ->> 'application_name') as application_name,
                 min((l.result ->> 'client_addr')::inet) as client_addr,
                 sum((l.result ->> 'row_count')::bigint) as row_count,
                 sum((l.result ->> 'restored')::bigint) as restored
            from (
                select p.source, p.partition, jsonb_agg(to_jsonb(p)) as deletions
                  from unnest(parts) p
                 group by p.source, p.partition
            ) g
           cross join lateral archive._read_leaves(
                array[row(g.source, g.partition, null)::archive.leaf],
                format($query$
                    select d.*, one.*, counted.*
                      from jsonb_to_recordset(%L) d (archived_at timestamptz, transaction_id xid8)
                     cross join lateral (
                          select archived_by, reason, session_role, application_name, client_addr from %%1$s a
                           where a.archived_at = d.archived_at and a.transaction_id = d.transaction_id limit 1) one
                     cross join lateral (
                          select count(*) as row_count, count(restored_at) as restored
                            from (select a.restored_at from %%1$s a
                                   where a.archived_at = d.archived_at and a.transaction_id = d.transaction_id
                                   limit 10001) s) counted
                    $query$, g.deletions)) l
           group by l.source, 2, 3
      ) t
     group by t.transaction_id, t.archived_at
     order by t.archived_at desc, t.transaction_id desc;
end;

comment on function archive._deletion_count(archive.deletion_part[]) is
    'The deletions that these are parts of, newest first, with their rows counted.';


create function archive.deletion(transaction_id xid8, archived_at timestamptz default null)
    returns setof archive.deletion
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
begin atomic
    select c.*
      from archive._deletion_count(
          array(select p from archive._deletion_parts(deletion.transaction_id, deletion.archived_at) p)) c;
end;

comment on function archive.deletion(xid8, timestamptz) is
    'The deletion of a transaction id; several where only the time distinguishes them, since an id is unique within one'
    ' cluster. With its time it is found at once; without, all partitions are searched.';
