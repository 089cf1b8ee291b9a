-- Recent deletions: who deleted what, whence and why, newest first; then what that makes for each table.
--
--   days   how far back; 7 unless given
--
--   archive-table psql --as auditor -v days=30 -f sql/audit/recent_deletions.sql

\if :{?days}
\else
    \set days 7
\endif
\ir shared/start.sql
\ir shared/days.sql

\C 'Deletions of the last ':days' days'
select date_trunc('second', archived_at) as deleted_at,
       archived_by as actor, session_role as login, application_name as program, client_addr as address, reason,
       (select string_agg(key || ' ' || value, ', ' order by key) from jsonb_each_text(rows)) as rows,
       restored, transaction_id
  from archive.transactions
 where archived_at >= now() - make_interval(days => :days)
 order by archived_at desc, transaction_id desc;

\C 'Rows by table'
select "table", count(distinct (transaction_id, archived_at)) as deletions, count(*) as rows,
       count(*) filter (where cascaded) as cascaded, count(restored_at) as restored
  from (:rows) deleted
 where archived_at >= now() - make_interval(days => :days)
 group by "table"
 order by "table";
\C

commit;
