-- Deletions that did not go through the API, newest first: psql, scripts, migrations.
--
-- A client names its program itself, so whoever has a login can call it 'archive-table api'. A login cannot be made up:
-- name the API's, and deletions by any other login are shown too, whatever their program.
--
--   days        how far back; 30 unless given
--   api_login   the API's database login (POSTGRES_USER); not looked at unless given
--
--   archive-table psql --as auditor -v days=90 -v api_login=archive_api -f sql/audit/outside_the_api.sql

\if :{?days}
\else
    \set days 30
\endif
\if :{?api_login}
\else
    \set api_login ''
\endif
\ir shared/start.sql
\ir shared/days.sql

\C 'Deletions outside the API in the last ':days' days'
select date_trunc('second', archived_at) as deleted_at, "table", count(*) as rows, count(restored_at) as restored,
       session_role as login, application_name as program, client_addr as address, archived_by as actor, reason,
       transaction_id
  from (:rows) deleted
 where archived_at >= now() - make_interval(days => :days)
   and (application_name is distinct from 'archive-table api' or session_role <> nullif(:'api_login', ''))
 group by archived_at, transaction_id, "table", session_role, application_name, client_addr, archived_by, reason
 order by deleted.archived_at desc, transaction_id desc, "table";
\C

commit;
