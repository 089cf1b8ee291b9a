-- A generic audit trigger: one function and one table of JSONB serve every table and every operation.
--
-- It keeps what the usual scripts keep: three clocks, the client and the query's text besides the row, less the columns
-- that the trigger is told to leave out. Its table is indexed as theirs are: by table, time, operation and row.

create table audit_log (
    audit_id              bigint generated always as identity primary key,
    table_schema          text        not null,
    table_name            text        not null,
    table_id              oid         not null,
    session_role          text        not null,
    transaction_began_at  timestamptz not null,
    statement_began_at    timestamptz not null,
    logged_at             timestamptz not null,
    transaction_id        xid8        not null,
    application_name      text,
    client_addr           inet,
    client_port           integer,
    query                 text,
    operation             text        not null,
    old_row               jsonb,
    new_row               jsonb
);

create index on audit_log (table_id);
create index on audit_log (statement_began_at);
create index on audit_log (operation);
create index on audit_log ((coalesce(old_row, new_row) ->> 'id'));

create function audit() returns trigger
    language plpgsql
    security definer
    set search_path from current
as $$
declare
    v_exclude text[] := '{}';
    v_old_row jsonb;
    v_new_row jsonb;
begin
    if tg_nargs > 0 then
        v_exclude := tg_argv[0];
    end if;
    if tg_op in ('UPDATE', 'DELETE') then
        v_old_row := to_jsonb(old) - v_exclude;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        v_new_row := to_jsonb(new) - v_exclude;
    end if;
    if v_old_row = v_new_row then
        return null;
    end if;

    insert into audit_log (
        table_schema, table_name, table_id, session_role, transaction_began_at, statement_began_at, logged_at,
        transaction_id, application_name, client_addr, client_port, query, operation, old_row, new_row)
    values (tg_table_schema, tg_table_name, tg_relid, session_user, now(), statement_timestamp(), clock_timestamp(),
            pg_current_xact_id(), current_setting('application_name'), inet_client_addr(), inet_client_port(),
            current_query(), tg_op, v_old_row, v_new_row);
    return null;
end
$$;

create trigger audit after delete on item for each row execute function audit();
