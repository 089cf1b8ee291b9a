-- One row's history, newest first: deleted, restored, deleted again, held, erased.
--
-- What it looked like is shown for each deletion. A row restored under a new id is deleted under that id from then on.
--
--   id      the key of the row: an item's id, a user's id
--   table   its table; item unless given
--   key     that table's key column, for a table of your own; id unless given
--
--   archive-table psql --as auditor -v table=user -v id=01a2081b-4d4f-7b63-9f32-a4f21df0b0a1 -f sql/audit/history.sql

\if :{?id}
\else
    \set id ''
\endif
\if :{?table}
\else
    \set table item
\endif
\if :{?key}
\else
    \set key id
\endif
\ir shared/start.sql
\ir shared/table.sql
select :'id' = '' as is_missing \gset
\if :is_missing
    do $$ begin raise exception 'id must be given, as in -v id=...'; end $$;
\endif

\C 'History of ':table' ':id
select date_trunc('second', e.happened_at) as happened_at, e.event, e.actor, e.login, e.program, e.address, e.reason,
       a.archive_id, a.transaction_id, e.content
  from :archive a
 cross join lateral (
     values (1, a.archived_at, case when a.cascaded then 'deleted by cascade' else 'deleted' end, a.archived_by,
             a.session_role, a.application_name, a.client_addr, a.reason,
             to_jsonb(a) - array(select m.name::text from archive._archive_metadata() m)),
            (2, a.restored_at, 'restored', a.restored_by, null, null, null, null, null),
            (3, a.erased_at,   'erased',   null,          null, null, null, null, null)
      union all
     select 4, h.held_at, 'held', h.held_by, null, null, null, h.reason, null
       from archive.holds h
      where h.archive_id = a.archive_id
 ) e (step, happened_at, event, actor, login, program, address, reason, content)
 where a.:"key" = :'id' and e.happened_at is not null
 order by e.happened_at desc, a.archive_id desc, e.step desc;
\C

commit;
