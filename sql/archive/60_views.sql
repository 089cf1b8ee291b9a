-- The views over all archived tables. Written from the registry, like the capture functions, whenever a table joins or
-- leaves it.

create function archive._write_views() returns void
    language plpgsql
as $$
declare
    v_rows   text;
    v_counts text;
    v_tables text;
    v_places text;
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
               archive._name(r.source), archive._name(r.target)), E'\n     union all' order by archive._name(r.target))
      into v_rows, v_counts, v_tables, v_places
      from archive.registry r;

    -- Restores look into it: it is there, and empty, where nothing is archived.
    execute 'create or replace view archive._places as' || coalesce(v_places, E'\n    select source, null::bigint as archive_id,'
        ' null::xid8 as transaction_id, null::timestamptz as archived_at from archive.registry where false');
    comment on view archive._places is 'Where archived rows are: of which table, deleted when.';

    if v_rows is null then
        drop view if exists archive.transactions, archive.tables;
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

    grant select on archive.transactions, archive.tables to archive_runtime, archive_auditor;
end
$$;

comment on function archive._write_views() is 'Creates or replaces the views over all archived tables.';
