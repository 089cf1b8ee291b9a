-- Pages of deletions of any number of tables, newest first: one month after the other.

create function archive._deletion_parts_of(parts archive.deletion_part[], leaves archive.leaf[])
    returns setof archive.deletion_part
    language sql stable
begin atomic
    select l.source, l.partition, (l.result ->> 'archived_at')::timestamptz, (l.result ->> 'transaction_id')::xid8,
           (l.result ->> 'rows')::bigint
      from archive._read_leaves(leaves, format(
          'select d.archived_at, d.transaction_id, count(*) as rows'
          '  from (select distinct archived_at, transaction_id'
          '          from jsonb_to_recordset(%L) r (archived_at timestamptz, transaction_id xid8)) d'
          '  join %%s a on a.archived_at = d.archived_at and a.transaction_id = d.transaction_id'
          ' group by 1, 2',
          (select coalesce(jsonb_agg(to_jsonb(p)), '[]') from unnest(parts) p))) l;
end;

comment on function archive._deletion_parts_of(archive.deletion_part[], archive.leaf[]) is
    'All parts in these partitions of the deletions that some parts belong to.';


create function archive._deletion_large(parts archive.deletion_part[], source regclass, min_rows bigint)
    returns setof archive.deletion_part
    language sql stable
begin atomic
    select p.source, p.partition, p.archived_at, p.transaction_id, p.rows
      from (
          select u.*,
                 sum(u.rows) filter (where _deletion_large.source is null or u.source = _deletion_large.source)
                     over (partition by u.archived_at, u.transaction_id) as total
            from unnest(parts) u
      ) p
     where p.total >= min_rows;
end;

comment on function archive._deletion_large(archive.deletion_part[], regclass, bigint) is
    'The parts of the deletions that have at least so many rows of a table, or of all.';


-- Where a deletion has min_rows rows of so many tables, it has its share of them in one at least. What passes that is
-- counted, batch by batch.
create function archive._deletion_month(
    leaves archive.leaf[], lower timestamptz, upper timestamptz, before text, max_rows integer,
    filter archive.deletion_filter
) returns setof archive.deletion
    language plpgsql stable
as $$
declare
    v_source regclass       := archive._find((filter).table);
    v_leaves archive.leaf[] := array(select l from unnest(leaves) l where v_source is null or l.source = v_source);
    v_tables bigint         := (select count(distinct l.source) from unnest(v_leaves) l
                                 where pg_relation_size(l.partition) > 0);
    v_share  bigint         := ceil((filter).min_rows::numeric / greatest(v_tables, 1));
    v_size   integer        := case when v_share is null then max_rows else greatest(max_rows, 10000) end;
    v_left   integer        := max_rows;
    v_parts  archive.deletion_part[];
    v_last   record;
    v_one    archive.deletion;
begin
    loop
        v_parts := array(
            select p from archive._deletion_search(
                v_leaves, lower, upper, before, v_size, archive._deletion_conditions(filter), v_share) p);
        select count(distinct (p.archived_at, p.transaction_id)) as deletions,
               (array_agg(archive._deletion_address(p.archived_at, p.transaction_id)
                          order by p.archived_at, p.transaction_id))[1] as cursor
          into v_last
          from unnest(v_parts) p;
        if v_source is not null or v_share > 1 then
            v_parts := array(select p from archive._deletion_parts_of(v_parts, leaves) p);
        end if;
        if v_share is not null then
            v_parts := array(select p from archive._deletion_large(v_parts, v_source, (filter).min_rows) p);
        end if;
        for v_one in
            select * from archive._deletion_count(array(select p from archive._deletion_newest(v_parts, v_left) p))
        loop
            return next v_one;
            v_left := v_left - 1;
        end loop;
        exit when v_left = 0;
        exit when v_size is null or v_last.deletions < v_size;
        before := v_last.cursor;
    end loop;
end
$$;

comment on function archive._deletion_month(
    archive.leaf[], timestamptz, timestamptz, text, integer, archive.deletion_filter
) is
    'The newest deletions from a time on until before another, after a cursor, in some partitions, that pass a filter.';


-- A partition without a month in its name can have rows of each; so it is searched for each.
create function archive.deletions(before text default null, max_rows integer default 100, filters jsonb default '{}')
    returns setof archive.deletion
    language plpgsql stable
    security definer
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO'
    set timezone = 'UTC'
as $$
declare
    v_filter archive.deletion_filter := archive._deletion_filter(coalesce(filters, '{}'));
    v_last   timestamptz             := least((archive._deletion_cursor(before)).archived_at, v_filter.archived_before);
    v_leaves archive.leaf[]          := array(select l from archive._leaves() l);
    v_upper  timestamptz             := 'infinity';
    v_left   integer                 := max_rows;
    v_lower  timestamptz;
    v_one    archive.deletion;
begin
    if max_rows < 0 then
        perform archive._refuse(format('max_rows is a number of rows, not %s', max_rows));
    end if;
    for v_lower in
        select distinct coalesce(l.month, '-infinity') from unnest(v_leaves) l
         where coalesce(l.month <= v_last and l.month + interval '1 month' > coalesce(v_filter.archived_after, l.month),
                        true)
         order by 1 desc
    loop
        exit when v_left = 0;
        for v_one in
            select *
              from archive._deletion_month(
                  array(select l from unnest(v_leaves) l where coalesce(l.month, v_lower) = v_lower),
                  v_lower, v_upper, before, v_left, v_filter)
        loop
            return next v_one;
            v_left := v_left - 1;
        end loop;
        v_upper := v_lower;
    end loop;
end
$$;

comment on function archive.deletions(text, integer, jsonb) is
    'One row per deletion, newest first, of any number of tables; before is the cursor of the last row of a page.'
    ' filters: {"archived_by", "session_role", "application_name", "not_application_name", "reason" (a part of it),'
    ' "archived_after", "archived_before", "table", "min_rows"}.';
