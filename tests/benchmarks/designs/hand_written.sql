-- The least that a row trigger can do: it checks nothing, pins nothing, and runs with its caller's rights.

create function capture() returns trigger
    language plpgsql
as $$
begin
    insert into item_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded,
        id, title, description, owner_id)
    values (nextval('archive_id_seq'), pg_current_xact_id(), now(),
            left(nullif(current_setting('archive.actor', true), ''), 200),
            nullif(current_setting('archive.reason', true), ''),
            session_user, current_setting('application_name'), inet_client_addr(), pg_trigger_depth() > 1,
            old.id, old.title, old.description, old.owner_id);
    return old;
end
$$;

create trigger capture before delete on item for each row execute function capture();
