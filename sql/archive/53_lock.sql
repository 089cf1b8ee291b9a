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


create function archive._lock(source regclass, archive_ids bigint[]) returns setof archive.locked_row
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute archive._lock_statement(archive._entry(source), 'a.archive_id = any ($1)', newest => false) using archive_ids;
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
    v_entry archive.registry;
    v_first timestamptz;
    v_last  timestamptz;
    v_when  timestamptz := archived_at;
begin
    for v_entry in select r.* from archive.registry r order by r.source::oid loop
        execute format(
            'select min(a.archived_at), max(a.archived_at)'
            '  from %s a where a.transaction_id = $1 and ($2 is null or a.archived_at = $2)', archive._name(v_entry.target)
        ) into v_first, v_last using transaction_id, archived_at;
        v_when := coalesce(v_when, v_first);

        if v_first <> v_when or v_last <> v_when then
            raise exception 'transaction % is ambiguous: rows were archived under this id at different times', transaction_id
                using errcode = 'AR409', hint = 'Name one with archived_at.';
        end if;
        if v_first is not null then
            return query execute archive._lock_statement(
                v_entry, 'a.transaction_id = $1 and a.archived_at = $2', newest => true) using transaction_id, v_when;
        end if;
    end loop;
end
$$;

comment on function archive._lock_transaction(xid8, timestamptz) is
    'Locks what one transaction deleted from all archived tables.';
