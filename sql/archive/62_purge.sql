-- The end of archived rows, but for those on legal hold. For the owner alone, and logged.

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
    v_entry  archive.registry     := archive._registry_entry(source);
    v_result archive.purge_result := (0, 0, 0);
    v_scope  jsonb;
begin
    dry_run := coalesce(dry_run, true);
    if archived_before is null and archive_ids is null then
        perform archive._refuse('archived_before or archive_ids must say what to purge');
    elsif archived_before > now() then
        perform archive._refuse(format('archived_before is later than now: %s', archived_before));
    end if;
    perform archive._purge_lock_holds();
    if archive_ids is not null then
        perform archive._check_archived(v_entry, archive_ids);
    else
        v_result := archive._purge_partitions(v_entry, archived_before, dry_run);
    end if;

    if dry_run then
        select c.free, c.held
          into v_result.purged, v_result.held
          from archive._purge_count(v_entry, archived_before, archive_ids) c;
        return v_result;
    end if;
    -- What is left: rows named one by one, the month of archived_before, a partition that somebody reads, everything
    -- where a publication copies rows.
    v_result.purged := v_result.purged + archive._purge_rows(v_entry, archived_before, archive_ids);
    select c.held into v_result.held from archive._purge_count(v_entry, archived_before, archive_ids) c;
    perform archive._purge_references(v_entry);
    if v_result.purged > 0 or v_result.held > 0 then
        v_scope := jsonb_build_object('archived_before', archived_before, 'archive_ids', archive_ids);
        perform archive._purge_log_add(
            'purge', source, v_result.purged, v_result.held, jsonb_strip_nulls(v_scope), reason);
    end if;
    return v_result;
end
$$;

comment on function archive.purge(regclass, timestamptz, bigint[], text, boolean) is
    'Destroys archived rows, restored and erased ones too, but those on legal hold.'
    ' archived_before: all deleted before. archive_ids: these. dry_run, the default: only counts.'
    ' AR404 no such row, AR422 bad argument, a date in the future included.';


create function archive._purge_partitions(entry archive.registry, archived_before timestamptz, dry_run boolean)
    returns archive.purge_result
    language plpgsql
as $$
declare
    v_result    archive.purge_result := (0, 0, 0);
    v_partition regclass;
    v_count     bigint;
begin
    for v_partition in
        select p.partition
          from archive._partitions(entry.target) p
         where p.upper <= archived_before and not archive._is_published_by_row(entry.target)
    loop
        v_count := archive._purge_partition(entry, v_partition, dry_run);
        v_result.purged := v_result.purged + v_count;
        v_result.emptied := v_result.emptied + (v_count > 0)::integer;
    end loop;
    return v_result;
end
$$;

comment on function archive._purge_partitions(archive.registry, timestamptz, boolean) is
    'Empties the partitions of an archive that end before that time; a dry run counts.';


-- TRUNCATE takes milliseconds while deletes go on. While an open transaction has read the partition, TRUNCATE cannot
-- lock it; then the rows are deleted like others.
create function archive._purge_partition(entry archive.registry, partition regclass, dry_run boolean) returns bigint
    language plpgsql
as $$
declare
    v_free   text := format(
        '(select a.archive_id from %s a'
        '  where not exists (select from archive.holds h where h.archive_id = a.archive_id))', partition);
    v_count  bigint;
    v_ids    int8multirange;
    v_opened jsonb;
begin
    if not dry_run and not archive._partition_lock(partition) then
        return 0;
    end if;
    if dry_run then
        execute format('select count(*) from %s a', v_free) into v_count;
        return v_count;
    end if;
    execute archive._seal_ids(v_free) into v_ids, v_count;
    if v_count = 0 then
        return 0;
    end if;

    v_opened := archive._seal_open(entry.target, v_ids, removes => true);
    execute format(
        'create temporary table pg_temp.archive_held as'
        ' select a.* from %s a join archive.holds h on h.archive_id = a.archive_id', partition);
    execute format('truncate only %s', partition);
    execute format('insert into %s select * from pg_temp.archive_held', partition);
    drop table pg_temp.archive_held;
    perform archive._seal_close('purge', entry.target, v_ids, v_opened, removes => true);
    return v_count;
end
$$;

comment on function archive._purge_partition(archive.registry, regclass, boolean) is
    'Empties a partition but for rows on hold. Returns how many are gone, or would be: 0 while somebody reads it.';


create function archive._purge_rows(entry archive.registry, archived_before timestamptz, archive_ids bigint[])
    returns bigint
    language plpgsql
as $$
declare
    v_condition text := '($1 is null or a.archived_at < $1) and ($2 is null or a.archive_id = any ($2))'
                        ' and not exists (select from archive.holds h where h.archive_id = a.archive_id)';
    v_count     bigint;
    v_ids       int8multirange;
    v_opened    jsonb;
begin
    execute archive._seal_ids(format('(select a.archive_id from %s a where %s)',
                                     archive._name(entry.target), v_condition))
       into v_ids using archived_before, archive_ids;
    v_opened := archive._seal_open(entry.target, v_ids, removes => true);
    -- Rows that joined since are in no batch yet: while this goes on, none is closed.
    execute format('with gone as (delete from %s a where %s returning a.archive_id) %s',
                   archive._name(entry.target), v_condition, archive._seal_ids('gone'))
       into v_ids, v_count using archived_before, archive_ids;
    perform archive._seal_close('purge', entry.target, v_ids, v_opened, removes => true);
    return v_count;
end
$$;

comment on function archive._purge_rows(archive.registry, timestamptz, bigint[]) is
    'Deletes archived rows that no hold keeps, and returns how many.';


create function archive._purge_references(entry archive.registry) returns void
    language plpgsql
as $$
begin
    execute format(
        'delete from archive.blanked_references b'
        ' where b.referenced = $1'
        '   and not exists ('
        '       select from %s a where a.transaction_id = b.transaction_id and a.archived_at = b.archived_at)',
        archive._name(entry.target)
    ) using entry.source;
end
$$;

comment on function archive._purge_references(archive.registry) is
    'Deletes what is noted of references to rows that are archived no more.';


create function archive._purge_count(
    entry archive.registry, archived_before timestamptz, archive_ids bigint[], out free bigint, out held bigint
)
    language plpgsql stable
as $$
begin
    execute format(
        'select count(*) filter (where h.archive_id is null), count(h.archive_id)'
        '  from %s a'
        '  left join archive.holds h on h.archive_id = a.archive_id'
        ' where ($1 is null or a.archived_at < $1) and ($2 is null or a.archive_id = any ($2))',
        archive._name(entry.target)
    ) into free, held using archived_before, archive_ids;
end
$$;

comment on function archive._purge_count(archive.registry, timestamptz, bigint[]) is
    'How many of the rows that a purge is for are free to go, and how many are on hold.';


-- One transaction for each month of each table: short ones, that a progress bar can count.
create function archive._purge_steps(archived_before timestamptz)
    returns table (source regclass, archived_before timestamptz)
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

comment on function archive._purge_steps(timestamptz) is
    'The calls of archive.purge() by which all tables are purged month by month.';
