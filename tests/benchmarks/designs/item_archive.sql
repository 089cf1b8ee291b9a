-- The table that they are copied to: as this project's, with the same metadata, indexes and partitions.

create table item_archive (like public.item_archive including all) partition by range (archived_at);

create sequence archive_id_seq;

select archive._partition_make_missing('item_archive');

-- Without SECURITY DEFINER, whoever deletes writes to it.
grant insert on item_archive to archive_runtime;
grant usage on sequence archive_id_seq to archive_runtime;
