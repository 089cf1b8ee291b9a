-- Seals: archived rows that no transaction under way can still add to are closed in a batch with a chained digest.

-- Transaction ids start again after a dump and restore, also into another database of the cluster: the oid of a table
-- is another then. Who may not read the control data goes by that alone.
create function archive._seal_origin() returns text
    language plpgsql stable
as $$
declare
    v_system text := '';
begin
    if has_function_privilege('pg_control_system()', 'execute') then
        select s.system_identifier::text into v_system from pg_control_system() s;
    end if;
    return format('%s/%s', v_system, 'archive.seal_batch'::regclass::oid);
end
$$;

comment on function archive._seal_origin() is 'Within what the transaction ids of a batch can be compared.';


create function archive._seal_targets() returns setof regclass
    language sql stable
begin atomic
    select c.oid::regclass
      from (
          select 'archive.seal_log'::regclass
          union
          select r.target from archive.registry r
          union
          select d.target from archive.disabled d
      ) t (target)
      join pg_class c on c.oid = t.target
     order by t.target <> 'archive.seal_log'::regclass, c.oid;
end;

comment on function archive._seal_targets() is 'What is sealed: the log of changes, and every archive.';


create function archive._seal_batch_digest(entry archive.seal_batch, previous bytea) returns bytea
    language sql stable
    return (
        select sha256(convert_to(
                   concat_ws(' ', (entry).batch, (entry).origin, extract(epoch from (entry).sealed_at),
                             coalesce((entry).sealed_below::text, '-'), encode(previous, 'hex'))
                   || E'\n' || coalesce(string_agg(concat_ws(' ', c.chunk, c.ids, encode(c.sealed_digest, 'hex')), E'\n'
                                                   order by c.chunk), ''), 'UTF8'))
          from archive.seal_chunk c
         where c.batch = (entry).batch
    );

comment on function archive._seal_batch_digest(archive.seal_batch, bytea) is
    'The digest of a batch after one with the previous digest.';


-- A month that is searched for new rows goes by their transactions. At the first seal after an installation or a dump,
-- transaction ids say nothing: then every row is looked at that no batch has.
create function archive._seal_condition(target regclass, below xid8, sealed_below xid8) returns text
    language sql stable
    return case when sealed_below is null then 'true'
                else format('a.transaction_id >= %L and a.transaction_id < %L', sealed_below, below) end;

comment on function archive._seal_condition(regclass, xid8, xid8) is 'Which rows, a, may have to be sealed.';


create function archive._seal_page(target regclass, condition text, after_id bigint, max_rows bigint)
    returns setof archive.seal_reading
    language sql stable
    return archive._seal_read(archive._seal_digests(format(
        -- With ties: after a load of the data alone, rows may share an id. No chunk reaches over 100,000 ids, for
        -- verify() reads the archive from its first to its last.
        'with page as materialized ('
        '    %s where %s and a.archive_id > %L and not %L::int8multirange @> a.archive_id'
        '     order by a.archive_id fetch first %s rows with ties'
        '), numbered as materialized ('
        '    select p.*, (dense_rank() over (order by p.archive_id) - 1) / 1000 as chunk from page p'
        ')'
        ' select null::bigint as batch, row_number() over (order by n.chunk, n.archive_id / 100000) as chunk,'
        '        null::bytea as salt, %s'
        '   from numbered n group by n.chunk, n.archive_id / 100000',
        archive._seal_rows(target), condition, after_id,
        (select coalesce(range_agg(c.ids), '{}') from archive.seal_chunk c
          where c.target = _seal_page.target and c.last_id > after_id),
        max_rows, archive._seal_aggregates())));

comment on function archive._seal_page(regclass, text, bigint, bigint) is
    'The next rows of an archive that are in no batch, as chunks.';


-- Rows that are marked before they are sealed need a line in the log too: an older version wrote none.
create function archive._seal_note_marks(action text, target regclass, marked int8multirange) returns void
    language sql
begin atomic
    select archive._seal_log_add(action, target, marked - coalesce(
               (select range_agg(l.ids) from archive.seal_log l
                 where l.action = _seal_note_marks.action and l.target = _seal_note_marks.target), '{}'))
     where not isempty(marked);
end;

comment on function archive._seal_note_marks(text, regclass, int8multirange) is
    'Adds a line for rows that are marked as restored or erased, and of which no line says so.';


create function archive._seal_target(
    target regclass, batch bigint, condition text, max_rows bigint, inout last_chunk bigint, out rows bigint
)
    language plpgsql
as $$
declare
    v_after    bigint;
    v_readings archive.seal_reading[];
begin
    rows := 0;
    execute format('select min(a.archive_id) - 1 from %s a where %s', archive._seal_relation(target), condition)
       into v_after;
    while v_after is not null and rows < max_rows loop
        select array_agg(p), max(p.last_id), _seal_target.rows + coalesce(sum(p.rows), 0)
          into v_readings, v_after, rows
          from archive._seal_page(target, condition, v_after, least(50000, max_rows - rows)) p;
        insert into archive.seal_chunk
        select _seal_target.batch, last_chunk + r.chunk, target, r.first_id, r.last_id, r.ids, r.ids, r.salt, r.digest,
               r.digest
          from unnest(v_readings) r;
        last_chunk := last_chunk + coalesce(cardinality(v_readings), 0);
        perform archive._seal_note_marks('restore', target, range_agg(r.restored)),
                archive._seal_note_marks('erase', target, range_agg(r.erased))
           from unnest(v_readings) r
         where target <> 'archive.seal_log'::regclass;
    end loop;
end
$$;

comment on function archive._seal_target(regclass, bigint, text, bigint, bigint) is
    'Seals rows of one archive that are in no batch; last_chunk: the last chunk of the batch before and after.';


-- Holds of an older version. Locked: a hold that is released meanwhile is none.
create function archive._seal_note_holds() returns void
    language plpgsql
as $$
declare
    v_hold record;
begin
    for v_hold in
        select h.source, h.archive_id
          from archive.holds h
         where not exists (select from archive.seal_log l where l.action = 'hold' and l.ids @> h.archive_id)
           for share
    loop
        perform archive._seal_log_add(
                    'hold', r.target, int8multirange(int8range(v_hold.archive_id, v_hold.archive_id, '[]')))
           from archive.registry r
          where r.source = v_hold.source;
    end loop;
end
$$;

comment on function archive._seal_note_holds() is 'Adds a line for each hold of which no line says so.';


-- Rows of a transaction under way are not visible yet, and their archive ids may be lower than those of rows that are.
-- Below the oldest transaction under way, all is there.
create function archive._seal(max_rows bigint) returns archive.seal_batch
    language plpgsql
as $$
declare
    v_last   archive.seal_batch;
    v_batch  archive.seal_batch;
    v_target regclass;
    v_chunk  bigint := 0;
    v_left   bigint := max_rows;
    v_rows   bigint;
begin
    perform archive._seal_lock();
    if exists (select from archive._seal_targets() t where archive._is_subscribed(t)) then
        raise exception 'a subscription brings archived rows, whose transaction ids are the publisher''s'
            using errcode = 'AR409', hint = 'Seal and verify on the publisher.';
    end if;
    select b.* into v_last from archive.seal_batch b order by b.batch desc limit 1;
    v_batch.batch := coalesce(v_last.batch, 0) + 1;
    v_batch.origin := archive._seal_origin();
    v_batch.sealed_at := now();
    v_batch.sealed_below := pg_snapshot_xmin(pg_current_snapshot());
    if v_last.origin is distinct from v_batch.origin then
        v_last.sealed_below := null;
    end if;
    for v_target in select t from archive._seal_targets() t loop
        select s.last_chunk, s.rows
          into v_chunk, v_rows
          from archive._seal_target(
                   v_target, v_batch.batch,
                   archive._seal_condition(v_target, v_batch.sealed_below, v_last.sealed_below), v_left, v_chunk) s;
        v_left := v_left - v_rows;
    end loop;
    if v_last.batch is null then
        perform archive._seal_note_holds();
    end if;
    if v_chunk = 0 then
        return v_last;
    elsif v_left <= 0 then
        v_batch.sealed_below := v_last.sealed_below;  -- the next batch goes on
    end if;
    v_batch.digest := archive._seal_batch_digest(v_batch, v_last.digest);
    insert into archive.seal_batch select v_batch.*;
    return v_batch;
end
$$;

comment on function archive._seal(bigint) is 'Closes a batch of at most so many rows, if there are any.';


-- A purge that holds the lock may want a partition that this transaction has just made.
create function archive._seal_without_waiting(max_rows bigint) returns void
    language plpgsql
as $$
begin
    lock table archive.seal_chunk in share row exclusive mode nowait;
    perform archive._seal(max_rows);
exception when lock_not_available or sqlstate 'AR409' then
    null;
end
$$;

comment on function archive._seal_without_waiting(bigint) is
    'Closes a batch of at most so many rows, unless that has to wait or archive.seal() would refuse.';


create function archive.seal() returns text
    language sql
    set search_path = pg_catalog, pg_temp
begin atomic
    select encode(b.digest, 'hex') from archive._seal(9223372036854775807) b;
end;

comment on function archive.seal() is
    'Closes a batch of the archived rows that are in none, and returns the newest digest, which stands for all batches.'
    ' Keep it where whoever could change the archive cannot: archive.verify(against => ...) tells whether it holds.';
