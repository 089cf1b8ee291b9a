-- What the archive remembers of its seals: digests of archived rows, and every lawful change since.
--
-- A batch has the rows of all archives, and the log's lines, that were committed and not yet sealed. Its digest covers
-- the digest of the batch before, so that the newest one stands for all of them.

create table if not exists archive.seal_batch (
    batch        bigint      not null constraint seal_batch_pkey primary key,
    origin       text        not null,
    sealed_at    timestamptz not null default now(),
    sealed_below xid8,
    digest       bytea       not null
);

create table if not exists archive.seal_chunk (
    batch         bigint         not null,
    chunk         bigint         not null,
    target        regclass       not null,
    first_id      bigint         not null,
    last_id       bigint         not null,
    ids           int8multirange not null,
    remaining     int8multirange not null,
    salt          bytea          not null,
    sealed_digest bytea          not null,
    digest        bytea          not null,
    constraint seal_chunk_pkey primary key (batch, chunk)
);
create index if not exists seal_chunk_ids on archive.seal_chunk (target, last_id);

create table if not exists archive.seal_log (
    log_id         bigint      not null generated always as identity constraint seal_log_pkey primary key,
    logged_at      timestamptz not null default now(),
    transaction_id xid8        not null default pg_current_xact_id(),
    action         text        not null,
    target         regclass    not null,
    target_name    text        not null,
    ids            int8multirange,
    old_name       text,
    new_name       text,
    digests        jsonb
);
