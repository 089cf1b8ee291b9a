-- How the archive grows: rows and size by month and table, newest first. Reads all of it.
--
-- A month is one partition, in UTC; its size is with indexes. Rows without a partition of their month are counted under
-- that month, with the default partition's name and without a size. Empty partitions are shown: old ones can go.
--
--   archive-table psql --as auditor -f sql/audit/growth.sql

\ir shared/start.sql
set local timezone = 'UTC';  -- in which the bounds of partitions are shown
set local datestyle = 'ISO';

\C 'Rows and size by month, UTC'
with partitions as (
    select replace(t.source::text, '"', '') as "table", c.oid as partition,
           substring(pg_get_expr(c.relpartbound, c.oid) from '^FOR VALUES FROM \(''(\d+-\d\d)') as month,
           pg_total_relation_size(c.oid) as bytes
      from archive.tables t
      join pg_inherits i on i.inhparent = t.target
      join pg_class c on c.oid = i.inhrelid
     where has_schema_privilege(c.relnamespace, 'usage')
), counts as (
    select partition, to_char(archived_at, 'YYYY-MM') as month, count(*) as rows, count(restored_at) as restored
      from (:rows) deleted
     group by 1, 2
)
select coalesce(p.month, c.month) as month, p."table", coalesce(c.rows, 0) as rows, coalesce(c.restored, 0) as restored,
       case when p.month is not null then pg_size_pretty(p.bytes) end as size, p.partition::regclass
  from partitions p
  left join counts c on c.partition = p.partition
 where p.month is not null or c.rows > 0
 order by 1 desc, 2;

\C 'In all'
select replace(source::text, '"', '') as "table", rows, pg_size_pretty(bytes) as size, partitions, held,
       date_trunc('second', oldest) as oldest, date_trunc('second', newest) as newest
  from archive.tables
 order by 1;
\C

commit;
