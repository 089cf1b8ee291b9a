-- Does the archive hold what was sealed? archive.verify() computes every digest anew. It writes nothing.
--
-- Stable, down to each function: all queries see one snapshot, whatever is restored, purged and sealed meanwhile.

create type archive.verification as (
    batch    bigint,
    source   regclass,
    first_id bigint,
    last_id  bigint,
    ok       boolean,
    detail   text
);

comment on type archive.verification is
    'What archive.verify() says of a batch, or of a chunk in which something is wrong.';


create function archive._verify_batches() returns setof archive.verification
    language sql stable
    set timezone = 'UTC'
begin atomic
    select b.batch, null::regclass, null::bigint, null::bigint, false,
           'the digest of the batch is another: the batch, one of its chunks or the batch before was changed,'
           ' removed or inserted'
      from (
          select b as batch_row, b.batch, b.digest, lag(b.digest) over (order by b.batch) as previous
            from archive.seal_batch b
      ) b
     where b.digest <> archive._seal_batch_digest(b.batch_row, b.previous);
end;

comment on function archive._verify_batches() is 'The batches whose digest is not that of their chunks.';


create function archive._verify_against(against text) returns setof archive.verification
    language sql stable
begin atomic
    select b.batch, null::regclass, null::bigint, null::bigint, b.batch is not null,
           case when b.batch is null then format('no batch has the published digest %s', d.digest)
                else format('the published digest %s is that of batch %s', d.digest, b.batch) end
      from (select distinct (regexp_matches(against, '\y[0-9a-f]{64}\y', 'g'))[1]) d (digest)
      left join archive.seal_batch b on b.digest = decode(d.digest, 'hex')
     order by b.batch nulls first;
end;

comment on function archive._verify_against(text) is 'Whether published digests are in the chain.';


create function archive._verify_ids(ids int8multirange) returns text
    language sql immutable
    return case when length(ids::text) > 100 then left(ids::text, 100) || '...' else ids::text end;

comment on function archive._verify_ids(int8multirange) is 'Archive ids in a message.';


-- A chunk that was sealed anew: each line of the log goes on from the digest of the one before.
create function archive._verify_log(target regclass) returns table (batch bigint, chunk bigint, fault text)
    language sql stable
begin atomic
    with changes as (
        select d.*, l.log_id, l.action, lag(d.new) over (partition by d.batch, d.chunk order by l.log_id) as previous
          from archive.seal_log l
         cross join lateral jsonb_to_recordset(l.digests) d (batch bigint, chunk bigint, old text, found text, new text)
         where l.target = _verify_log.target
    ), chunks as (
        select c.batch, c.chunk, encode(c.digest, 'hex') as digest,
               encode(c.sealed_digest, 'hex') as sealed_digest
          from archive.seal_chunk c
         where c.target = _verify_log.target and c.digest <> c.sealed_digest
        union
        select d.batch, d.chunk, encode(c.digest, 'hex'), encode(c.sealed_digest, 'hex')
          from changes d
          join archive.seal_chunk c on c.batch = d.batch and c.chunk = d.chunk
    )
    select c.batch, c.chunk, f.fault
      from chunks c
     cross join lateral (
          select case
                     when coalesce(bool_or(d.old <> coalesce(d.previous, c.sealed_digest)), true)
                          or (array_agg(d.new order by d.log_id desc))[1] <> c.digest
                         then 'sealed anew without a line in archive.seal_log'
                     when bool_or(d.found <> d.old)
                         then 'a row had been altered, inserted or removed already when '
                              || string_agg(format('line %s (%s)', d.log_id, d.action), ', ' order by d.log_id)
                                     filter (where d.found <> d.old)
                              || ' of archive.seal_log sealed the chunk anew'
                 end
            from changes d
           where d.batch = c.batch and d.chunk = c.chunk
     ) f (fault)
     where f.fault is not null;
end;

comment on function archive._verify_log(regclass) is 'What is wrong with the digests of chunks that were sealed anew.';


create function archive._verify_logged(target regclass, action text) returns int8multirange
    language sql stable
    return (select coalesce(range_agg(l.ids), '{}') from archive.seal_log l
             where l.target = _verify_logged.target and l.action = _verify_logged.action);

comment on function archive._verify_logged(regclass, text) is 'The ids for which the log has an action.';


create function archive._verify_mark(name text, marked int8multirange, logged int8multirange) returns text
    language sql immutable
    return concat_ws('; ',
        'marked as ' || name || ' without a line in archive.seal_log: '
        || archive._verify_ids(nullif(marked - logged, '{}')),
        'no longer marked as ' || name || ': ' || archive._verify_ids(nullif(logged - marked, '{}')));

comment on function archive._verify_mark(text, int8multirange, int8multirange) is
    'What is wrong with a mark; empty if nothing.';


create function archive._verify_chunk(
    sealed archive.seal_chunk, found archive.seal_reading, restored int8multirange, erased int8multirange
) returns text
    language sql immutable
    return concat_ws('; ',
        'removed: ' || archive._verify_ids(nullif((sealed).remaining - (found).ids, '{}')),
        case when (sealed).remaining = (found).ids and (sealed).digest <> (found).digest
             then 'a row was altered, or one inserted under an id of another' end,
        nullif(archive._verify_mark('restored', (found).restored, (found).ids * restored), ''),
        nullif(archive._verify_mark('erased', (found).erased, (found).ids * erased), ''));

comment on function archive._verify_chunk(archive.seal_chunk, archive.seal_reading, int8multirange, int8multirange) is
    'What is wrong with the rows of a chunk; empty if nothing.';


-- Fifty chunks at a time: they are sorted in memory.
create function archive._verify_rows(target regclass) returns table (batch bigint, chunk bigint, fault text)
    language plpgsql stable
as $$
declare
    v_restored int8multirange := archive._verify_logged(target, 'restore');
    v_erased   int8multirange := archive._verify_logged(target, 'erase');
    v_last     bigint[]       := '{-1,0,0}';
    v_page     record;
begin
    loop
        select array_agg(array[p.last_id, p.batch, p.chunk] order by p.last_id, p.batch, p.chunk) as keys,
               count(*) as chunks
          into v_page
          from (
              select c.last_id, c.batch, c.chunk
                from archive.seal_chunk c
               where c.target = _verify_rows.target and not isempty(c.remaining)
                 and c.last_id >= v_last[1] and (c.last_id, c.batch, c.chunk) > (v_last[1], v_last[2], v_last[3])
               order by c.last_id, c.batch, c.chunk
               limit 50
          ) p;
        exit when v_page.chunks = 0;
        return query
            select c.batch, c.chunk, nullif(archive._verify_chunk(c, r, v_restored, v_erased), '')
              from archive._seal_read_chunks(target, format(
                       'not isempty(c.remaining) and c.last_id between %1$s and %4$s'
                       ' and (c.last_id, c.batch, c.chunk) > (%1$s, %2$s, %3$s)'
                       ' and (c.last_id, c.batch, c.chunk) <= (%4$s, %5$s, %6$s)',
                       v_last[1], v_last[2], v_last[3], v_page.keys[v_page.chunks][1],
                       v_page.keys[v_page.chunks][2], v_page.keys[v_page.chunks][3])) r
              join archive.seal_chunk c on c.batch = r.batch and c.chunk = r.chunk;
        v_last := array[v_page.keys[v_page.chunks][1], v_page.keys[v_page.chunks][2], v_page.keys[v_page.chunks][3]];
    end loop;
end
$$;

comment on function archive._verify_rows(regclass) is
    'Every chunk with rows, and what is wrong with it; null if nothing.';


create function archive._verify_purged(target regclass) returns table (batch bigint, chunk bigint, fault text)
    language sql stable
begin atomic
    with unlogged (ids) as materialized (
        select range_agg(c.ids - c.remaining) - archive._verify_logged(_verify_purged.target, 'purge')
          from archive.seal_chunk c
         where c.target = _verify_purged.target
    )
    select c.batch, c.chunk, 'removed without a line in archive.seal_log: '
           || archive._verify_ids((c.ids - c.remaining) * u.ids)
      from unlogged u
      join archive.seal_chunk c on c.target = _verify_purged.target and (c.ids - c.remaining) && u.ids;
end;

comment on function archive._verify_purged(regclass) is
    'The chunks that lost rows of which no line of the log says so.';


