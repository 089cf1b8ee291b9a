-- Restore, step 2 of 5: the archived rows are found, locked and read, for callers who may not do so themselves.

create function archive._restore_lock(source regclass, archive_ids bigint[]) returns setof archive.locked_row
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry  archive.registry := archive._registry_entry(source);
    v_period record           := archive._restore_period(source, archive_ids);
begin
    return query execute archive._restore_lock_statement(
        v_entry, 'a.archive_id = any ($1) and a.archived_at between $2 and $3', newest => false
    ) using archive_ids, v_period.first, v_period.last;
end
$$;

comment on function archive._restore_lock(regclass, bigint[]) is 'Locks archived rows by id.';


-- Table by table, and in id order within. A key deleted twice in one transaction comes back as it was last.
create function archive._restore_lock_transaction(transaction_id xid8, archived_at timestamptz)
    returns setof archive.locked_row
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_table       record;
    v_archived_at timestamptz := archived_at;
begin
    for v_table in
        select * from archive._restore_tables(transaction_id, archived_at) t order by t.source::oid
    loop
        v_archived_at := coalesce(v_archived_at, v_table.first);
        if v_table.first <> v_archived_at or v_table.last <> v_archived_at then
            raise exception
                'transaction % is ambiguous: rows were archived under this id at different times', transaction_id
                using errcode = 'AR409', hint = 'Name one with archived_at.';
        end if;
        return query execute archive._restore_lock_statement(
            archive._registry_entry(v_table.source), 'a.transaction_id = $1 and a.archived_at = $2', newest => true
        ) using transaction_id, v_archived_at;
    end loop;
end
$$;

comment on function archive._restore_lock_transaction(xid8, timestamptz) is
    'Locks what one transaction deleted from all archived tables.';


-- The time of a deletion tells in which partition its rows are. The next two queries must search every partition for
-- that time. So they are static SQL, whose generic plan is cached: to plan over all partitions takes longer than to
-- search them, and a statement built at run time is planned at each call.

create function archive._restore_period(
    source regclass, archive_ids bigint[], out first timestamptz, out last timestamptz
)
    language plpgsql stable
    set plan_cache_mode = force_generic_plan
as $$
begin
    select min(found.archived_at), max(found.archived_at)
      into first, last
      from (
          select r.archived_at
            from archive._archived_rows r
           where r.source = _restore_period.source and r.archive_id = any (archive_ids)
          offset 0  -- or the planner would walk the indexes on archived_at for the minimum and the maximum
      ) found;
end
$$;

comment on function archive._restore_period(regclass, bigint[]) is
    'When the first and the last of some archived rows were deleted.';


create function archive._restore_tables(transaction_id xid8, archived_at timestamptz)
    returns table (source regclass, first timestamptz, last timestamptz)
    language plpgsql stable
    set plan_cache_mode = force_generic_plan
as $$
begin
    return query
        select r.source, min(r.archived_at), max(r.archived_at)
          from archive._archived_rows r
         where r.transaction_id = _restore_tables.transaction_id
           and (_restore_tables.archived_at is null or r.archived_at = _restore_tables.archived_at)
         group by r.source;
end
$$;

comment on function archive._restore_tables(xid8, timestamptz) is
    'The tables from which a transaction deleted rows, with the times of the first and the last row.';


-- Locks in id order, so that two overlapping restores queue instead of deadlocking. Where only the newest of several
-- rows with one key is returned, the older ones are locked too.
create function archive._restore_lock_statement(entry archive.registry, condition text, newest boolean) returns text
    language sql stable
    return (
        select format(
                   'with locked as (select a.* from %1$s a where %2$s order by a.archive_id for update)'
                   ' select %3$L::regclass, a.archive_id, a.archived_at, jsonb_build_array(%4$s),'
                   '        a.restored_at, a.restored_by, a.erased_at, %5$s'
                   '  from (select l.*, %6$s as superseded from locked l) a'
                   ' where not superseded'
                   ' order by a.archive_id',
                   archive._name((entry).target), condition, archive._name((entry).source), key.names,
                   coalesce(lost.names, 'null'),
                   case when newest
                        then format('lead(archive_id) over (partition by %s order by archive_id) is not null',
                                    key.locked_names)
                        else 'false'
                   end)
          from (
               select string_agg(format('a.%I', k), ', '), string_agg(format('l.%I', k), ', ')
                 from unnest(archive._key((entry).source)) k
               ) key (names, locked_names)
          left join (
               select format('nullif(concat_ws('', '', %s), '''')',
                             string_agg(format('case when a.%1$I is not null then %1$L end', c.name), ', '))
                 from archive._columns((entry).target) c
                where c.name not in (select m.name from archive._archive_metadata() m)
                  and c.name not in (select live.name from archive._columns((entry).source) live)
               having count(*) > 0
               ) lost (names) on true
    );

comment on function archive._restore_lock_statement(archive.registry, text, boolean) is
    'The statement that locks archived rows of one table and returns them as archive.locked_row.';
