-- A log trigger in the manner of E-Maj: a typed log of the table with one index, read only to undo what happened since.
--
-- One function for every operation; who, when and in which transaction are defaults of the log's columns. A sequence of
-- the table's own counts its changes, so that an undo can be estimated without reading the log.

create sequence change_seq;
create sequence item_log_seq;

create table item_log (
    like public.item,
    operation      text        not null,
    version        text        not null,
    change_id      bigint      not null default nextval('change_seq'),
    changed_at     timestamptz not null default clock_timestamp(),
    transaction_id bigint      not null default txid_current(),
    session_role   text        not null default session_user,
    constraint item_log_pkey primary key (change_id, version)
);

create function log_change() returns trigger
    language plpgsql
    security definer
    set search_path from current
as $$
begin
    perform nextval('item_log_seq');
    if tg_op in ('UPDATE', 'DELETE') then
        insert into item_log select old.*, tg_op, 'old';
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        insert into item_log select new.*, tg_op, 'new';
    end if;
    return null;
end
$$;

create trigger log_change after delete on item for each row execute function log_change();
