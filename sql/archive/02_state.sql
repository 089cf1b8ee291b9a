-- What the archive remembers. Whoever installs it, these statements make what is missing and keep what is there.

do $schema$
begin
    if to_regnamespace('archive') is null then  -- `if not exists` would still want the right to create
        create schema archive;
    end if;
end
$schema$;

create sequence if not exists archive.archive_id_seq;

create table if not exists archive.settings (
    name  text not null constraint settings_pkey primary key,
    value text not null
);

create table if not exists archive.registry (
    source  regclass not null constraint registry_pkey primary key,
    target  regclass not null,
    exclude text[]   not null
);
alter table archive.registry
    add column if not exists columns         jsonb not null default '{}',
    add column if not exists source_name     text,
    add column if not exists source_oid      oid,
    add column if not exists target_oid      oid,
    add column if not exists last_attnum     smallint,
    add column if not exists exclude_attnums smallint[],
    add column if not exists lookups         text not null default 'all';

create table if not exists archive.disabled (
    source          regclass not null,
    target          regclass not null,
    exclude         text[]   not null,
    columns         jsonb    not null,
    source_name     text,
    source_oid      oid,
    target_oid      oid,
    last_attnum     smallint,
    exclude_attnums smallint[]
);
alter table archive.disabled
    add column if not exists lookups text not null default 'all';

create table if not exists archive.subjects (
    people regclass not null constraint subjects_pkey primary key,
    labels text[]   not null
);

create table if not exists archive.blanked_references (
    transaction_id  xid8        not null,
    archived_at     timestamptz not null,
    referenced      regclass    not null,
    source          regclass    not null,
    constraint_name name        not null,
    row_key         text[]      not null,
    reference       text[]      not null,
    blanked         text[]      not null
);
create index if not exists blanked_references_referenced
    on archive.blanked_references (referenced, transaction_id);
do $identity$
begin
    -- Without a key, a publication of the table would make a purge fail.
    if (select c.relreplident from pg_class c where c.oid = 'archive.blanked_references'::regclass) <> 'f' then
        alter table archive.blanked_references replica identity full;
    end if;
end
$identity$;

-- Of the transaction under way alone: a crash may take it.
create unlogged table if not exists archive.moves (
    transaction_id xid8        not null,
    started_at     timestamptz not null,
    relation       oid         not null,
    place          tid         not null
);
create index if not exists moves_place on archive.moves (relation, place);

create table if not exists archive.holds (
    archive_id bigint      not null constraint holds_pkey primary key,
    source     regclass    not null,
    reason     text        not null,
    held_at    timestamptz not null default now(),
    held_by    text        not null
);

create table if not exists archive.purge_log (
    log_id           bigint      not null generated always as identity constraint purge_log_pkey primary key,
    logged_at        timestamptz not null default now(),
    action           text        not null,
    source           text        not null,
    rows             bigint      not null,
    held             bigint      not null,
    scope            jsonb       not null,
    reason           text,
    actor            text,
    session_role     text        not null default session_user,
    application_name text                 default current_setting('application_name'),
    client_addr      inet                 default inet_client_addr()
);

create table if not exists archive.export_log (
    log_id           bigint      not null generated always as identity constraint export_log_pkey primary key,
    exported_at      timestamptz not null default now(),
    source           regclass    not null,
    source_name      text        not null,
    month            timestamptz not null,
    columns          text[]      not null,
    rows             bigint      not null,
    first_id         bigint      not null,
    last_id          bigint      not null,
    digest           text        not null,
    place            text        not null,
    file_digest      text        not null,
    actor            text,
    session_role     text        not null default session_user,
    application_name text                 default current_setting('application_name'),
    client_addr      inet                 default inet_client_addr()
);
create index if not exists export_log_month on archive.export_log (source, month);

create table if not exists archive.applied_code (
    files     text not null,
    catalogue text not null
);

-- Installations are older than this table. Theirs were the roles archive_runtime and archive_auditor.
insert into archive.settings (name, value)
select distinct 'roles', 'archive'
  from pg_namespace n
 cross join aclexplode(n.nspacl) g
 where n.nspname = 'archive' and g.grantee = to_regrole('archive_runtime')
    on conflict on constraint settings_pkey do nothing;

insert into archive.settings as s (name, value)
values ('version', current_setting('archive.installing'))
    on conflict on constraint settings_pkey do update set value = excluded.value where s.value <> excluded.value;
