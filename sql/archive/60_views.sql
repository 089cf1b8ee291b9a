-- The views over all archived tables. Written from the registry, like the capture functions, whenever a table joins or
-- leaves it.

-- What one part of an archive takes needs no writing: the catalogue knows it, roughly, whatever tables there are.
create view archive.partition_sizes as
    select r.source, p.partition, p.lower, p.upper,
           nullif(c.reltuples, -1)::bigint as rows,
           pg_total_relation_size(p.partition) as bytes
      from archive.registry r
     cross join lateral archive._partitions(r.target) p
      join pg_class c on c.oid = p.partition;

comment on view archive.partition_sizes is
    'One row per partition: its bounds, none for the default partition; about how many rows, null before the first ANALYZE; bytes on disk with indexes.';


-- With the caller's rights, like any EXPLAIN: it tells nothing of a table that they may not read.
create function archive._estimate(target regclass, since timestamptz, until timestamptz) returns bigint
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

comment on function archive._estimate(regclass, timestamptz, timestamptz) is
    'How many rows of an archive the planner expects from that time on until before the other.';


create function archive._write_views() returns void
    language plpgsql
as $$
declare
    v_rows   text;
    v_counts text;
    v_tables text;
    v_places text;
    v_daily  text;
begin
    select string_agg(format(
               E'\n        select %L as source, transaction_id, archived_at, archived_by, reason,'
               ' session_role, application_name, client_addr, restored_at from %s',
               archive._label(r.source), archive._name(r.target)), E'\n         union all' order by archive._name(r.target)),
           string_agg(
               format('%1$L, nullif(count(*) filter (where source = %1$L), 0)', archive._label(r.source)),
               ', ' order by archive._name(r.target)),
           string_agg(format(
               E'\n    select %L::regclass as source, %2$L::regclass as target,'
               '\n           (select count(*) from %2$s) as rows,'
               '\n           (select sum(pg_total_relation_size(p.relid))::bigint from pg_partition_tree(%2$L) p) as bytes,'
               '\n           (select min(archived_at) from %2$s) as oldest,'
               '\n           (select max(archived_at) from %2$s) as newest,'
               '\n           (select count(*) from pg_inherits where inhparent = %2$L::regclass) as partitions,'
               '\n           (select count(*) from archive.holds h where h.source = %1$L::regclass) as held',
               archive._name(r.source), archive._name(r.target)), E'\n     union all' order by archive._name(r.target)),
           string_agg(format(
               E'\n    select %L::regclass as source, archive_id, transaction_id, archived_at from %s',
               archive._name(r.source), archive._name(r.target)), E'\n     union all' order by archive._name(r.target)),
           string_agg(format(
               E'\n        select count(*), %L::regclass as target'
               '\n          from (select from %s where archived_at >= since and archived_at < until limit 1001) seen',
               archive._name(r.target), archive._name(r.target)), E'\n         union all' order by archive._name(r.target))
      into v_rows, v_counts, v_tables, v_places, v_daily
      from archive.registry r;

    -- Restores look into it: it is there, and empty, where nothing is archived.
    execute 'create or replace view archive._places as' || coalesce(v_places, E'\n    select source, null::bigint as archive_id,'
        ' null::xid8 as transaction_id, null::timestamptz as archived_at from archive.registry where false');
    comment on view archive._places is 'Where archived rows are: of which table, deleted when.';

    if v_rows is null then
        drop view if exists archive.transactions, archive.tables, archive.daily;
        return;
    end if;

    -- Grouped and ordered by what the archives have an index on, so that the newest page reads no more than it shows.
    execute format($view$
create or replace view archive.transactions as
    select transaction_id, archived_at,
           min(archived_by) as archived_by, min(reason) as reason, min(session_role) as session_role,
           min(application_name) as application_name, min(client_addr) as client_addr,
           jsonb_strip_nulls(jsonb_build_object(%s)) as rows,
           count(restored_at) as restored
      from (%s) deleted
     group by archived_at, transaction_id
     order by archived_at desc, transaction_id desc
$view$, v_counts, v_rows);
    comment on view archive.transactions is
        'One row per deletion, newest first: who, when, whence, why, rows of each table, how many of them are restored.';

    execute 'create or replace view archive.tables as' || v_tables;
    comment on view archive.tables is
        'One row per archived table: rows, bytes on disk with indexes, times of the oldest and the newest deletion, partitions, rows on legal hold.';

    -- Days with more than that are estimated: to count a million rows for a bar of a chart would take longer than it is
    -- looked at.
    execute format($view$
create or replace view archive.daily as
    select day::date as day,
           sum(case when count <= 1000 then count
                    else greatest(count, archive._estimate(target, since, until)) end)::bigint as rows,
           bool_and(count <= 1000) as exact
      from generate_series(0, 29) back
     cross join lateral (select date_trunc('day', now() at time zone 'UTC') - make_interval(days => back) as day) d
     cross join lateral (select day at time zone 'UTC' as since, (day + interval '1 day') at time zone 'UTC' as until) b
     cross join lateral (%s) deleted
     group by day
     order by day
$view$, v_daily);
    comment on view archive.daily is
        'How many rows of all tables were deleted on each of the last 30 days, in UTC; exact says whether they were counted or estimated.';

    grant select on archive.transactions, archive.tables, archive.daily to archive_runtime, archive_auditor;
end
$$;

comment on function archive._write_views() is 'Creates or replaces the views over all archived tables.';
