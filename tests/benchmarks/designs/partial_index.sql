-- Queries for live rows find them by an index of live rows.

drop index item_owner_id_id_idx;

create index on item (owner_id, id) where deleted_at is null;
