-- The same audit table, indexed so that it answers what this project's archive answers: rows of one owner, of one
-- transaction, of a time, and by one person.

create index on audit_log ((coalesce(old_row, new_row) ->> 'owner_id'), audit_id);
create index on audit_log (transaction_id);
create index on audit_log (transaction_began_at, transaction_id);
create index on audit_log (session_role, audit_id);
