-- Legal holds: rows that no purge and no erasure touches. For the owner alone, and logged.

create function archive._purge_log_add(
    action text, source regclass, rows bigint, held bigint, scope jsonb, reason text
) returns void
    language sql
begin atomic
    insert into archive.purge_log (action, source, rows, held, scope, reason, actor)
    values (action, archive._label(source), rows, held, scope, reason, archive.actor());
end;

comment on function archive._purge_log_add(text, regclass, bigint, bigint, jsonb, text) is
    'Adds a line to archive.purge_log.';


create function archive.hold(source regclass, archive_ids bigint[], reason text) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_entry archive.registry := archive._registry_entry(source);
    v_count bigint;
    v_ids   int8multirange;
begin
    perform archive._check_reason(reason);
    lock table archive.holds in row exclusive mode;  -- waits for a purge under way, before the rows are looked up
    perform archive._check_archived(v_entry, archive_ids);
    with held as (
        insert into archive.holds (archive_id, source, reason, held_by)
        select distinct i, v_entry.source, hold.reason, coalesce(archive.actor(), session_user)
          from unnest(archive_ids) i
            on conflict on constraint holds_pkey do nothing
        returning archive_id
    )
    select count(*), range_agg(int8range(h.archive_id, h.archive_id, '[]')) into v_count, v_ids from held h;
    perform archive._seal_log_add('hold', v_entry.target, coalesce(v_ids, '{}'));
    perform archive._purge_log_add(
        'hold', source, v_count, 0, jsonb_build_object('archive_ids', archive_ids), reason);
    return v_count;
end
$$;

comment on function archive.hold(regclass, bigint[], text) is
    'Places a legal hold on archived rows: no purge and no erasure touches them.'
    ' Returns how many were not held before. AR404 no such row, AR422 no reason.';


create function archive.release(source regclass, archive_ids bigint[], reason text default null) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_entry archive.registry := archive._registry_entry(source);
    v_count bigint;
    v_ids   int8multirange;
begin
    lock table archive.holds in row exclusive mode;
    perform archive._check_archived(v_entry, archive_ids);
    with released as (
        delete from archive.holds h where h.source = v_entry.source and h.archive_id = any (archive_ids)
        returning archive_id
    )
    select count(*), range_agg(int8range(h.archive_id, h.archive_id, '[]')) into v_count, v_ids from released h;
    perform archive._seal_log_add('release', v_entry.target, coalesce(v_ids, '{}'));
    perform archive._purge_log_add(
        'release', source, v_count, 0, jsonb_build_object('archive_ids', archive_ids), reason);
    return v_count;
end
$$;

comment on function archive.release(regclass, bigint[], text) is
    'Ends the legal hold on archived rows. Returns how many were held. AR404 no such row.';


-- Purge and erasure read holds after this, statement by statement; an older snapshot would not show the latest.
create function archive._purge_lock_holds() returns void
    language plpgsql
as $$
begin
    perform archive._check_read_committed('a hold made meanwhile');
    lock table archive.holds in share mode;
    perform archive._seal_lock();
end
$$;

comment on function archive._purge_lock_holds() is
    'Waits for holds being made, and lets no other begin before the end of the transaction.';
