-- Which archived rows a restore is about: found, locked and read, for callers who may not do so themselves.

-- Rows in id order, so that two overlapping restores queue instead of deadlocking. Of several rows with one key, where
-- only the newest is wanted, the others are locked as well.
create function archive._lock_statement(entry archive.registry, condition text, newest boolean) returns text
    language sql stable
    return (
        select format(
                   'with locked as (select a.* from %1$s a where %2$s order by a.archive_id for update)'
                   ' select %3$L::regclass, a.archive_id, a.archived_at, jsonb_build_array(%4$s),'
                   '        a.restored_at, a.restored_by, a.erased_at, %5$s'
                   '  from (select l.*, %6$s as superseded from locked l) a'
                   ' where not superseded'
                   ' order by a.archive_id',
                   archive._name((entry).target), condition, archive._name((entry).source), k.names,
                   coalesce(lost.names, 'null'),
                   case when newest
                        then format('lead(archive_id) over (partition by %s order by archive_id) is not null', replace(k.names, 'a.', 'l.'))
                        else 'false'
                   end)
          from (select string_agg(format('a.%I', name), ', ') from unnest(archive._key((entry).source)) name) k (names)
          left join (
               select format('nullif(concat_ws('', '', %s), '''')',
                             string_agg(format('case when a.%1$I is not null then %1$L end', gone.name), ', '))
                 from archive._columns((entry).target) gone
                where gone.name not in (select m.name from archive._metadata() m)
                  and gone.name not in (select c.name from archive._columns((entry).source) c)
               having count(*) > 0
               ) lost (names) on true
    );

comment on function archive._lock_statement(archive.registry, text, boolean) is
    'The statement that locks archived rows of one table and tells what a restore needs to know.';


-- When rows were deleted says in which partitions they are. These two statements look into all, so their plans are kept,
-- which those of statements made up at run time are not: over all partitions, planning takes longer than looking.

create function archive._when(source regclass, archive_ids bigint[], out first timestamptz, out last timestamptz)
    language plpgsql stable
    set plan_cache_mode = force_generic_plan
as $$
begin
    select min(found.archived_at), max(found.archived_at)
      into first, last
      from (
          select p.archived_at
            from archive._places p
           where p.source = _when.source and p.archive_id = any (archive_ids)
          offset 0  -- else the indexes on archived_at would be searched for the first and the last
      ) found;
end
$$;

comment on function archive._when(regclass, bigint[]) is 'When the first of some archived rows was deleted, and when the last.';


create function archive._touched(transaction_id xid8, archived_at timestamptz)
    returns table (source regclass, first timestamptz, last timestamptz)
    language plpgsql stable
    set plan_cache_mode = force_generic_plan
as $$
begin
    return query
        select p.source, min(p.archived_at), max(p.archived_at)
          from archive._places p
         where p.transaction_id = _touched.transaction_id
           and (_touched.archived_at is null or p.archived_at = _touched.archived_at)
         group by p.source;
end
$$;

comment on function archive._touched(xid8, timestamptz) is
    'Of which tables a transaction deleted rows, and when the first and the last.';


create function archive._lock(source regclass, archive_ids bigint[]) returns setof archive.locked_row
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry archive.registry := archive._entry(source);
    v_when  record := archive._when(source, archive_ids);
begin
    return query execute archive._lock_statement(
        v_entry, 'a.archive_id = any ($1) and a.archived_at between $2 and $3', newest => false
    ) using archive_ids, v_when.first, v_when.last;
end
$$;

comment on function archive._lock(regclass, bigint[]) is 'Locks archived rows by id.';


-- Table by table, and in id order within. A key deleted twice in one transaction comes back as it was last.
create function archive._lock_transaction(transaction_id xid8, archived_at timestamptz) returns setof archive.locked_row
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_table record;
    v_when  timestamptz := archived_at;
begin
    for v_table in
        select * from archive._touched(transaction_id, archived_at) t order by t.source::oid
    loop
        v_when := coalesce(v_when, v_table.first);
        if v_table.first <> v_when or v_table.last <> v_when then
            raise exception 'transaction % is ambiguous: rows were archived under this id at different times', transaction_id
                using errcode = 'AR409', hint = 'Name one with archived_at.';
        end if;
        return query execute archive._lock_statement(
            archive._entry(v_table.source), 'a.transaction_id = $1 and a.archived_at = $2', newest => true
        ) using transaction_id, v_when;
    end loop;
end
$$;

comment on function archive._lock_transaction(xid8, timestamptz) is
    'Locks what one transaction deleted from all archived tables.';
