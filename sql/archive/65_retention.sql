-- Retention: legal holds, and the end of archived rows. For the owner alone, and logged.

create function archive._log(action text, source regclass, rows bigint, held bigint, scope jsonb, reason text) returns void
    language sql
begin atomic
    insert into archive.purge_log (action, source, rows, held, scope, reason, actor)
    values (action, archive._label(source), rows, held, scope, reason, archive.actor());
end;

comment on function archive._log(text, regclass, bigint, bigint, jsonb, text) is 'Adds a line to archive.purge_log.';


-- Holds are read by statements that follow; an older snapshot would not show those made meanwhile.
create function archive._freeze_holds() returns void
    language plpgsql
as $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'not at isolation level %: a hold made meanwhile would be missed', current_setting('transaction_isolation')
            using errcode = 'AR409', hint = 'Use READ COMMITTED.';
    end if;
    lock table archive.holds in share mode;
end
$$;

comment on function archive._freeze_holds() is 'Waits for holds being made, and lets no other begin before the end of the transaction.';


create function archive._check_reason(reason text) returns void
    language plpgsql
as $$
begin
    if trim(coalesce(reason, '')) = '' then
        perform archive._refuse('a reason must be given');
    end if;
end
$$;

comment on function archive._check_reason(text) is 'AR422 without a reason.';


create function archive._check_archived(entry archive.registry, archive_ids bigint[]) returns void
    language plpgsql
as $$
declare
    v_missing bigint;
begin
    perform archive._check_ids(archive_ids);
    -- Locked, so that what is found stays until the end of the transaction.
    execute format(
        'with found as (select a.archive_id from %s a where a.archive_id = any ($1) order by a.archive_id for key share)'
        ' select min(i) from unnest($1) i where i not in (select archive_id from found)', archive._name(entry.target)
    ) into v_missing using archive_ids;
    if v_missing is not null then
        raise exception 'no archived row % of %', v_missing, archive._label(entry.source) using errcode = 'AR404';
    end if;
end
$$;

comment on function archive._check_archived(archive.registry, bigint[]) is 'AR404 unless these rows are archived. Locks them.';


create function archive.hold(source regclass, archive_ids bigint[], reason text) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_entry archive.registry := archive._entry(source);
    v_count bigint;
begin
    perform archive._check_reason(reason);
    lock table archive.holds in row exclusive mode;  -- before a look at the rows: a purge under way ends first
    perform archive._check_archived(v_entry, archive_ids);
    insert into archive.holds (archive_id, source, reason, held_by)
    select distinct i, v_entry.source, hold.reason, coalesce(archive.actor(), session_user)
      from unnest(archive_ids) i
        on conflict on constraint holds_pkey do nothing;
    get diagnostics v_count = row_count;
    perform archive._log('hold', source, v_count, 0, jsonb_build_object('archive_ids', archive_ids), reason);
    return v_count;
end
$$;

comment on function archive.hold(regclass, bigint[], text) is
    'Places a legal hold on archived rows: no purge and no erasure touches them. Returns how many were not held before. AR404 no such row, AR422 no reason.';


create function archive.release(source regclass, archive_ids bigint[], reason text default null) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_entry archive.registry := archive._entry(source);
    v_count bigint;
begin
    lock table archive.holds in row exclusive mode;
    perform archive._check_archived(v_entry, archive_ids);
    delete from archive.holds h where h.source = v_entry.source and h.archive_id = any (archive_ids);
    get diagnostics v_count = row_count;
    perform archive._log('release', source, v_count, 0, jsonb_build_object('archive_ids', archive_ids), reason);
    return v_count;
end
$$;

comment on function archive.release(regclass, bigint[], text) is
    'Ends the legal hold on archived rows. Returns how many were held. AR404 no such row.';


create type archive.purge_result as (
    purged   bigint,   -- rows destroyed, or in a dry run those that would be
    held     bigint,   -- rows that a legal hold kept
    emptied  bigint    -- partitions emptied as a whole; in a dry run those that could be
);

comment on type archive.purge_result is 'What a purge did, or would do.';


create function archive.purge(
    source          regclass,
    archived_before timestamptz default null,
    archive_ids     bigint[]    default null,
    reason          text        default null,
    dry_run         boolean     default true
) returns archive.purge_result
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_entry     archive.registry     := archive._entry(source);
    v_result    archive.purge_result := (0, 0, 0);
    v_partition regclass;
    v_condition text;
    v_count     bigint;
    v_held      bigint;
begin
    if archived_before is null and archive_ids is null then
        perform archive._refuse('archived_before or archive_ids must say what to purge');
    elsif archived_before > now() then
        perform archive._refuse(format('archived_before is later than now: %s', archived_before));
    end if;
    perform archive._freeze_holds();
    if archive_ids is not null then
        perform archive._check_archived(v_entry, archive_ids);
    else
        for v_partition in
            select p.partition from archive._partitions(v_entry.target) p where p.upper <= archived_before
        loop
            v_count := archive._empty(v_partition, dry_run);
            v_result.purged := v_result.purged + v_count;
            v_result.emptied := v_result.emptied + (v_count > 0)::integer;
        end loop;
    end if;

    -- What is left: rows named one by one, the month in which archived_before falls, a partition that somebody reads.
    v_condition := format(
        'from %s a left join archive.holds h on h.archive_id = a.archive_id'
        ' where ($1 is null or a.archived_at < $1) and ($2 is null or a.archive_id = any ($2))', archive._name(v_entry.target));
    if dry_run or dry_run is null then
        execute format('select count(*) filter (where h.archive_id is null), count(h.archive_id) %s', v_condition)
           into v_result.purged, v_result.held using archived_before, archive_ids;
        return v_result;
    end if;
    execute format(
        'delete from %1$s a where ($1 is null or a.archived_at < $1) and ($2 is null or a.archive_id = any ($2))'
        '   and not exists (select from archive.holds h where h.archive_id = a.archive_id)', archive._name(v_entry.target)
    ) using archived_before, archive_ids;
    get diagnostics v_count = row_count;
    execute format('select count(h.archive_id) %s', v_condition) into v_result.held using archived_before, archive_ids;
    v_result.purged := v_result.purged + v_count;
    if v_result.purged = 0 and v_result.held = 0 then
        return v_result;
    end if;
    perform archive._log('purge', source, v_result.purged, v_result.held,
                         jsonb_strip_nulls(jsonb_build_object('archived_before', archived_before, 'archive_ids', archive_ids)), reason);
    return v_result;
end
$$;

comment on function archive.purge(regclass, timestamptz, bigint[], text, boolean) is
    'Destroys archived rows, restored and erased ones too, but those on legal hold. archived_before: all deleted before. archive_ids: these. dry_run, the default: only counts. AR404 no such row, AR422 bad argument, a date in the future included.';


-- TRUNCATE takes milliseconds while deletes go on. Somebody who has read the partition in an open transaction keeps it
-- from that; then the rows are deleted like others.
create function archive._empty(partition regclass, dry_run boolean) returns bigint
    language plpgsql
as $$
declare
    v_count bigint;
    v_held  text := format('select a.* from %s a join archive.holds h on h.archive_id = a.archive_id', partition);
begin
    if not coalesce(dry_run, true) and not archive._try_lock(partition) then
        return 0;
    end if;
    execute format(
        'select count(*) from %s a where not exists (select from archive.holds h where h.archive_id = a.archive_id)', partition
    ) into v_count;
    if v_count = 0 or coalesce(dry_run, true) then
        return v_count;
    end if;

    execute 'create temporary table pg_temp.archive_held as ' || v_held;
    execute format('truncate only %s', partition);
    execute format('insert into %s select * from pg_temp.archive_held', partition);
    drop table pg_temp.archive_held;
    return v_count;
end
$$;

comment on function archive._empty(regclass, boolean) is
    'Empties a partition but for rows on hold. Returns how many are gone, or would be: 0 while somebody reads it.';


-- One transaction for each month of each table: short ones, that a progress bar can count.
create function archive._purge_steps(archived_before timestamptz) returns table (source regclass, archived_before timestamptz)
    language sql stable
begin atomic
    select r.source, least(p.upper, _purge_steps.archived_before)
      from archive.registry r
     cross join lateral archive._partitions(r.target) p
     where p.lower < _purge_steps.archived_before
    union
    select r.source, _purge_steps.archived_before from archive.registry r
     order by 1, 2;
end;

comment on function archive._purge_steps(timestamptz) is 'The calls of archive.purge() by which all tables are purged month by month.';
