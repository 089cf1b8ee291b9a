-- What a purge would destroy, by table and month, newest first, and what legal holds would keep. Destroys nothing.
--
-- The purge that it previews: archive-table purge --older-than 365d --yes
--
--   days   older than this; 365 unless given
--
--   archive-table psql --as auditor -v days=730 -f sql/audit/purge_preview.sql

\if :{?days}
\else
    \set days 365
\endif
\ir shared/start.sql
\ir shared/days.sql

\C 'A purge of what was deleted more than ':days' days ago'
select coalesce(to_char(deleted.archived_at at time zone 'UTC', 'YYYY-MM'), 'all') as month, "table",
       count(*) filter (where h.archive_id is null) as would_go,
       count(*) filter (where h.archive_id is null and restored_at is null) as never_restored,
       count(h.archive_id) as kept_by_a_hold
  from (:rows) deleted
  left join archive.holds h on h.archive_id = deleted.archive_id
 where archived_at < now() - make_interval(days => :days)
 group by "table", rollup (to_char(deleted.archived_at at time zone 'UTC', 'YYYY-MM'))
 order by grouping(to_char(deleted.archived_at at time zone 'UTC', 'YYYY-MM')) desc, 1 desc, 2;

\C 'Kept by a hold'
select date_trunc('second', h.held_at) as held_at, h.held_by, h.reason, "table", deleted.archive_id,
       date_trunc('second', deleted.archived_at) as deleted_at
  from archive.holds h
  join (:rows) deleted on deleted.archive_id = h.archive_id
 where deleted.archived_at < now() - make_interval(days => :days)
 order by h.held_at desc, deleted.archive_id desc;
\C

commit;
