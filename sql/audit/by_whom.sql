-- What one person or login deleted, newest first, a line for each deletion and table.
--
--   who   an actor as the archive has it, which for the API is a user's id, or a database login
--
--   archive-table psql --as auditor -v who=ada@example.com -f sql/audit/by_whom.sql

\if :{?who}
\else
    \set who ''
\endif
\ir shared/start.sql
select :'who' = '' as is_missing \gset
\if :is_missing
    do $$ begin raise exception 'who must be given: an actor or a login, as in -v who=ada@example.com'; end $$;
\endif

\C 'Deleted by ':who
select date_trunc('second', archived_at) as deleted_at, "table", count(*) as rows,
       count(*) filter (where cascaded) as cascaded, count(restored_at) as restored,
       archived_by as actor, session_role as login, application_name as program, client_addr as address, reason,
       transaction_id
  from (:rows) deleted
 where :'who' in (archived_by, session_role)
 group by archived_at, transaction_id, "table", archived_by, session_role, application_name, client_addr, reason
 order by deleted.archived_at desc, transaction_id desc, "table";
\C

commit;
