-- The views over all archived tables.

create view archive.partition_sizes as
    select r.source, p.partition, p.lower, p.upper,
           nullif(c.reltuples, -1)::bigint as rows,
           pg_total_relation_size(p.partition) as bytes
      from archive.registry r
     cross join lateral archive._partitions(r.target) p
      join pg_class c on c.oid = p.partition;

comment on view archive.partition_sizes is
    'One row per partition: its bounds, none for the default partition; about how many rows, null before the first'
    ' ANALYZE; bytes on disk with indexes.';


create function archive._view_rows(source regclass) returns bigint
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
    return (
        select coalesce(sum((l.result ->> 'count')::bigint), 0)
          from archive._read_leaves(
              array(select f from archive._leaves(array[_view_rows.source]) f), 'select count(*) from %s') l);

comment on function archive._view_rows(regclass) is 'How many rows of a table are archived.';


create function archive._view_period(source regclass, out oldest timestamptz, out newest timestamptz)
    language sql stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select min((l.result ->> 'min')::timestamptz), max((l.result ->> 'max')::timestamptz)
      from archive._read_leaves(
          array(select f from archive._leaves(array[_view_period.source]) f),
          'select min(archived_at), max(archived_at) from %s') l;
end;

comment on function archive._view_period(regclass) is
    'When the first and the last archived row of a table was deleted.';


-- The columns are functions, so that a query pays for those only that it selects.
create view archive.tables as
    select r.source, r.target,
           archive._view_rows(r.source) as rows,
           (select sum(pg_total_relation_size(t))::bigint from archive._tree(r.target) t) as bytes,
           (archive._view_period(r.source)).oldest,
           (archive._view_period(r.source)).newest,
           p.count as partitions,
           (select count(*) from archive.holds h where h.source = r.source) as held
      from archive.registry r
     cross join lateral (select count(*) from pg_inherits i where i.inhparent = r.target) p;

comment on view archive.tables is
    'One row per archived table: rows, bytes on disk with indexes, times of the oldest and the newest deletion,'
    ' partitions, rows on legal hold.';


create function archive._view_estimate(partition regclass, since timestamptz, until timestamptz) returns bigint
    language plpgsql  -- volatile, or EXPLAIN is refused
as $$
declare
    v_plan json;
begin
    execute format('explain (format json) select from %s where archived_at >= %L and archived_at < %L',
                   archive._name(partition), since, until) into v_plan;
    return v_plan -> 0 -> 'Plan' ->> 'Plan Rows';
end
$$;

comment on function archive._view_estimate(regclass, timestamptz, timestamptz) is
    'How many rows of a partition the planner expects from that time on until before the other.';


-- Days with more than 1,000 rows in a partition are estimated: to count a million rows for one bar of a chart takes
-- longer than anybody looks at it.
create function archive._view_daily() returns table (day date, row_count bigint, exact boolean)
    language sql volatile
    security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
begin atomic
    select (l.result ->> 'day')::date, (l.result ->> 'rows')::bigint, (l.result ->> 'exact')::boolean
      from archive._read_leaves(
          array(select f from archive._leaves() f
                 where coalesce(f.month >= archive._partition_month(now() - interval '29 days'), true)),
          $query$
          select d.day::date,
                 case when c.seen <= 1000 then c.seen
                      else greatest(c.seen, archive._view_estimate(%1$L, d.day, d.day + interval '1 day')) end as rows,
                 c.seen <= 1000 as exact
            from generate_series(date_trunc('day', now()) - interval '29 days', now(), interval '1 day') d (day)
           cross join lateral (
                select count(*) as seen
                  from (select from %1$s a
                         where a.archived_at >= d.day and a.archived_at < d.day + interval '1 day'
                         limit 1001) s
                ) c
           where c.seen > 0
          $query$) l;
end;

comment on function archive._view_daily() is
    'How many rows each partition has of each of the last 30 days, in UTC, where it has any.';


create view archive.daily as
    select d.day::date as day, coalesce(sum(c.row_count), 0)::bigint as rows, coalesce(bool_and(c.exact), true) as exact
      from generate_series((now() at time zone 'UTC')::date - 29, (now() at time zone 'UTC')::date, interval '1 day')
           d (day)
      left join archive._view_daily() c on c.day = d.day::date
     group by d.day
     order by d.day;

comment on view archive.daily is
    'How many rows of all tables were deleted on each of the last 30 days, in UTC;'
    ' exact says whether they were counted or estimated.';


-- Up to 50 tables it is a query, which a limit or a condition makes short. A query over more would take more locks than
-- PostgreSQL has room for: archive.deletions() reads one partition after the other, always all of them here.
create function archive._view_write_transactions() returns void
    language plpgsql
as $$
begin
    execute 'create or replace view archive.transactions as' || case
        when (select count(*) between 1 and 50 from archive.registry) then archive._view_transactions_query()
        else ' select transaction_id, archived_at, archived_by, reason, session_role, application_name, client_addr,'
             ' rows, restored from archive.deletions(null, null)' end;
    comment on view archive.transactions is
        'One row per deletion, newest first: who, when, whence, why, rows of each table,'
        ' how many of them are restored. Of more than 50 tables, ask archive.deletions() instead.';
    execute format('grant select on archive.transactions to %I, %I',
                   archive._role('runtime'), archive._role('auditor'));
end
$$;

comment on function archive._view_write_transactions() is 'Creates or replaces the view archive.transactions.';


-- Grouped and ordered by what the archives have an index on, so that the newest page reads no more than it shows.
create function archive._view_transactions_query() returns text
    language sql stable
    return (
        select format($view$
    select transaction_id, archived_at,
           min(archived_by) as archived_by, min(reason) as reason, min(session_role) as session_role,
           min(application_name) as application_name, min(client_addr) as client_addr,
           (select jsonb_object_agg(archive._label(t.source), t.count)
              from unnest(array[%s], array[%s]) t (source, count) where t.count > 0) as rows,
           count(restored_at) as restored
      from (%s) deleted
     group by archived_at, transaction_id
     order by archived_at desc, transaction_id desc$view$,
                   string_agg(format('%L::regclass', r.name), ', ' order by r.archive),
                   string_agg(format('count(*) filter (where source = %L::regclass)', r.name), ', ' order by r.archive),
                   string_agg(format(
                       E'\n        select %L::regclass as source, transaction_id, archived_at, archived_by, reason,'
                       ' session_role, application_name, client_addr, restored_at from %s', r.name, r.archive),
                       E'\n         union all' order by r.archive))
          from (select archive._name(e.source), archive._name(e.target) from archive.registry e) r (name, archive));

comment on function archive._view_transactions_query() is
    'The query of the view archive.transactions over all archives.';
