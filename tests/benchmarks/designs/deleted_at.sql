-- Rows stay, marked as deleted.

alter table item add deleted_at timestamptz;
