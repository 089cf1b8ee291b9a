-- archive.transactions: one row for each deletion, over all archived tables. Written from the registry, like the capture
-- functions, whenever a table joins or leaves it.

create function archive._label(relation regclass) returns text
    language sql stable
    return (
        select case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
         where c.oid = relation
    );

comment on function archive._label(regclass) is 'A table''s name for people: unquoted, with its schema unless that is public.';


create function archive._write_transactions() returns void
    language plpgsql
as $$
declare
    v_rows   text;
    v_counts text;
begin
    select string_agg(format(
               E'\n        select %L as source, transaction_id, archived_at, archived_by, reason,'
               ' session_role, application_name, client_addr, restored_at from %s',
               archive._label(r.source), archive._name(r.target)), E'\n         union all' order by archive._name(r.target)),
           string_agg(
               format('%1$L, nullif(count(*) filter (where source = %1$L), 0)', archive._label(r.source)),
               ', ' order by archive._name(r.target))
      into v_rows, v_counts
      from archive.registry r;

    if v_rows is null then
        drop view if exists archive.transactions;
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
     group by transaction_id, archived_at
$view$, v_counts, v_rows);
    grant select on archive.transactions to archive_runtime, archive_auditor;
    comment on view archive.transactions is
        'One row per deletion: who, when, whence, why, rows of each table, how many of them are restored.';
end
$$;

comment on function archive._write_transactions() is 'Creates or replaces the view archive.transactions.';
