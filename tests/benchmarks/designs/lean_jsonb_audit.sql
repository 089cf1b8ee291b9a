-- The least that a generic audit trigger can do: it keeps who, when and the row, and finds them by table and time, by a
-- row's id and by transaction.

create table audit_log (
    audit_id         bigint generated always as identity primary key,
    table_id         oid         not null,
    table_schema     text        not null,
    table_name       text        not null,
    operation        text        not null,
    transaction_id   xid8        not null,
    logged_at        timestamptz not null,
    actor            text,
    session_role     text        not null,
    application_name text,
    client_addr      inet,
    old_row          jsonb
);

create index on audit_log (table_id, logged_at);
create index on audit_log ((old_row ->> 'id'));
create index on audit_log (transaction_id);

create function audit() returns trigger
    language plpgsql
    security definer
    set search_path from current
as $$
begin
    insert into audit_log (
        table_id, table_schema, table_name, operation, transaction_id, logged_at,
        actor, session_role, application_name, client_addr, old_row)
    values (tg_relid, tg_table_schema, tg_table_name, tg_op, pg_current_xact_id(), now(),
            nullif(current_setting('archive.actor', true), ''),
            session_user, current_setting('application_name'), inet_client_addr(), to_jsonb(old));
    return null;
end
$$;

create trigger audit after delete on item for each row execute function audit();
