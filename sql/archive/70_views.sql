-- The views over all archived tables. Written from the registry, like the capture functions, whenever a table joins or
-- leaves it.

-- This one needs no writing: the catalogue knows the sizes of all partitions, whatever tables there are.
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


-- Runs as the caller, like any EXPLAIN: it tells nothing about a table that they may not read.
create function archive._view_estimate(target regclass, since timestamptz, until timestamptz) returns bigint
    language plpgsql  -- volatile, or EXPLAIN is refused
as $$
declare
    v_plan json;
begin
    if target is null then
        return null;
    end if;
    execute format('explain (format json) select from %s where archived_at >= %L and archived_at < %L',
                   archive._name(target), since, until) into v_plan;
    return v_plan -> 0 -> 'Plan' ->> 'Plan Rows';
end
$$;

comment on function archive._view_estimate(regclass, timestamptz, timestamptz) is
    'How many rows of an archive the planner expects from that time on until before the other.';


create function archive._view_write_all() returns void
    language plpgsql
as $$
begin
    perform archive._view_write_archived_rows();
    if not exists (select from archive.registry) then
        drop view if exists archive.transactions, archive.tables, archive.daily;
        return;
    end if;
    perform archive._view_write_transactions();
    perform archive._view_write_tables();
    perform archive._view_write_daily();
    execute format('grant select on archive.transactions, archive.tables, archive.daily to %I, %I',
                   archive._role('runtime'), archive._role('auditor'));
end
$$;

comment on function archive._view_write_all() is 'Creates or replaces the views over all archived tables.';


create function archive._view_for_each(pattern text, separator text default E'\n     union all') returns text
    language sql stable
    return (
        select string_agg(format(pattern, archive._name(r.source), archive._name(r.target), archive._label(r.source)),
                          separator order by archive._name(r.target))
          from archive.registry r
    );

comment on function archive._view_for_each(text, text) is
    'A part of a view for each archived table. The pattern''s arguments: the table, its archive, the table''s label.';


-- Restores search it, so it exists, empty, also where nothing is archived.
create function archive._view_write_archived_rows() returns void
    language plpgsql
as $$
begin
    execute 'create or replace view archive._archived_rows as' || coalesce(
        archive._view_for_each(
            E'\n    select %1$L::regclass as source, archive_id, transaction_id, archived_at from %2$s'),
        E'\n    select source, null::bigint as archive_id, null::xid8 as transaction_id,'
        ' null::timestamptz as archived_at from archive.registry where false');
    comment on view archive._archived_rows is 'Every archived row: from which table, deleted when.';
end
$$;

comment on function archive._view_write_archived_rows() is 'Creates or replaces the view archive._archived_rows.';


-- Grouped and ordered by what the archives have an index on, so that the newest page reads no more than it shows.
create function archive._view_write_transactions() returns void
    language plpgsql
as $$
begin
    execute format($view$
create or replace view archive.transactions as
    select transaction_id, archived_at,
           min(archived_by) as archived_by, min(reason) as reason, min(session_role) as session_role,
           min(application_name) as application_name, min(client_addr) as client_addr,
           (select jsonb_object_agg(archive._label(t.source), t.count)
              from unnest(array[%s], array[%s]) t (source, count) where t.count > 0) as rows,
           count(restored_at) as restored
      from (%s) deleted
     group by archived_at, transaction_id
     order by archived_at desc, transaction_id desc
$view$,
        archive._view_for_each('%1$L::regclass', ', '),
        archive._view_for_each('count(*) filter (where source = %1$L::regclass)', ', '),
        archive._view_for_each(
            E'\n        select %1$L::regclass as source, transaction_id, archived_at, archived_by, reason,'
            ' session_role, application_name, client_addr, restored_at from %2$s', E'\n         union all'));
    comment on view archive.transactions is
        'One row per deletion, newest first: who, when, whence, why, rows of each table,'
        ' how many of them are restored.';
end
$$;

comment on function archive._view_write_transactions() is 'Creates or replaces the view archive.transactions.';


create function archive._view_write_tables() returns void
    language plpgsql
as $$
begin
    execute 'create or replace view archive.tables as' || archive._view_for_each(
        E'\n    select %1$L::regclass as source, %2$L::regclass as target,'
        '\n           (select count(*) from %2$s) as rows,'
        '\n           (select sum(pg_total_relation_size(p.relid))::bigint from pg_partition_tree(%2$L) p) as bytes,'
        '\n           (select min(archived_at) from %2$s) as oldest,'
        '\n           (select max(archived_at) from %2$s) as newest,'
        '\n           (select count(*) from pg_inherits where inhparent = %2$L::regclass) as partitions,'
        '\n           (select count(*) from archive.holds h where h.source = %1$L::regclass) as held');
    comment on view archive.tables is
        'One row per archived table: rows, bytes on disk with indexes, times of the oldest and the newest deletion,'
        ' partitions, rows on legal hold.';
end
$$;

comment on function archive._view_write_tables() is 'Creates or replaces the view archive.tables.';


-- Days with more than 1,000 rows of a table are estimated: to count a million rows for one bar of a chart takes longer
-- than anybody looks at it.
create function archive._view_write_daily() returns void
    language plpgsql
as $$
begin
    execute format($view$
create or replace view archive.daily as
    select day::date as day,
           sum(case when count <= 1000 then count
                    else greatest(count, archive._view_estimate(target, since, until)) end)::bigint as rows,
           bool_and(count <= 1000) as exact
      from generate_series(0, 29) back
     cross join lateral (select date_trunc('day', now() at time zone 'UTC') - make_interval(days => back) as day) d
     cross join lateral (select day at time zone 'UTC' as since, (day + interval '1 day') at time zone 'UTC' as until) b
     cross join lateral (%s) deleted
     group by day
     order by day
$view$, archive._view_for_each(
            E'\n        select count(*), %2$L::regclass as target'
            '\n          from (select from %2$s where archived_at >= since and archived_at < until limit 1001) seen',
            E'\n         union all'));
    comment on view archive.daily is
        'How many rows of all tables were deleted on each of the last 30 days, in UTC;'
        ' exact says whether they were counted or estimated.';
end
$$;

comment on function archive._view_write_daily() is 'Creates or replaces the view archive.daily.';
