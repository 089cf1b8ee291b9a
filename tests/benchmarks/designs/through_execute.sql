-- The same capture as this project's, by a statement that is put together when the trigger fires: one function serves
-- every table, and each row's statement is parsed and planned anew.

create function capture() returns trigger
    language plpgsql
    security definer
    set search_path from current
as $$
begin
    execute format(
        'insert into %I.%I (
            archive_id, transaction_id, archived_at, archived_by, reason,
            session_role, application_name, client_addr, cascaded,
            id, title, description, owner_id)
        values (nextval(''archive_id_seq''), pg_current_xact_id(), now(),
                left(nullif(current_setting(''archive.actor'', true), ''''), 200),
                nullif(current_setting(''archive.reason'', true), ''''),
                session_user, current_setting(''application_name''), inet_client_addr(), pg_trigger_depth() > 1,
                $1.id, $1.title, $1.description, $1.owner_id)',
        tg_table_schema, tg_table_name || '_archive') using old;
    return old;
end
$$;

create trigger capture before delete on item for each row execute function capture();
