-- What every report begins with: stop at the first error, one snapshot, nothing written.
--
-- Sets :rows, a subquery over the archives of all tables with the columns that all have. The view archive.transactions
-- has one row per deletion instead, in which a deletion by two actors shows one of them.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\set QUIET on

begin transaction isolation level repeatable read read only;

select string_agg(format(
           'select %L as "table", tableoid as partition, archive_id, transaction_id, archived_at, archived_by, reason,'
           ' session_role, application_name, client_addr, cascaded, restored_at from %s',
           replace(t.source::text, '"', ''), t.target), ' union all ') filter (where may.read) as rows,
       string_agg(replace(t.source::text, '"', ''), ', ') filter (where not may.read) as unread
  from archive.tables t
  join pg_class c on c.oid = t.target
 cross join lateral (
     select has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(t.target, 'select') as read
 ) may \gset
\if :{?unread}
    \warn 'Rows left out, for the right to read them or their schema is missing:' :unread
\endif
