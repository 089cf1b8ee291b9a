-- Lawful changes of archived rows: one line each in archive.seal_log, and chunks whose rows change are sealed anew.

-- One at a time, beside seals too: else a seal could take a row as it was before a change that is not committed yet.
create function archive._seal_lock() returns void
    language plpgsql
as $$
begin
    perform archive._check_read_committed('a row sealed meanwhile');
    lock table archive.seal_chunk in share row exclusive mode;
end
$$;

comment on function archive._seal_lock() is
    'Waits for seals and changes of sealed rows under way; no other begins before the end of the transaction.';


create function archive._seal_log_add(
    action text, target regclass, ids int8multirange, digests jsonb default null,
    old_name text default null, new_name text default null
) returns void
    language sql
begin atomic
    insert into archive.seal_log (action, target, target_name, ids, digests, old_name, new_name)
    select action, target, archive._name(target), ids, digests, old_name, new_name
     where ids is null or not isempty(ids);
end;

comment on function archive._seal_log_add(text, regclass, int8multirange, jsonb, text, text) is
    'Adds a line to archive.seal_log; none where it is about no row.';


-- Runs of ids first: a range of its own for each of a million ids would take much more memory.
create function archive._seal_ids(query text) returns text
    language sql immutable
    return format(
        'select coalesce(range_agg(int8range(r.first, r.last, ''[]'')), ''{}'') as ids,'
        '       coalesce(sum(r.rows), 0)::bigint as rows'
        '  from (select min(i.archive_id) as first, max(i.archive_id) as last, count(*) as rows'
        '          from (select q.archive_id,'
        '                       q.archive_id - dense_rank() over (order by q.archive_id) as run from %s q) i'
        '         group by i.run) r', query);

comment on function archive._seal_ids(text) is
    'The query of the archive ids that another returns, and of how many rows it has.';


-- Before the change: chunks are compared with their seals, so that nothing found altered is sealed as if it were right.
-- A purge leaves nothing to compare of a chunk that it removes as a whole.
create function archive._seal_open(target regclass, ids int8multirange, removes boolean default false) returns jsonb
    language sql stable
begin atomic
    select jsonb_agg(jsonb_build_object('batch', c.batch, 'chunk', c.chunk, 'old', encode(c.digest, 'hex'),
                                        'found', encode(r.digest, 'hex')) order by c.batch, c.chunk)
      from archive._seal_read_chunks(_seal_open.target, format(
               'c.last_id >= %s and c.first_id <= %s and c.remaining && %L and (c.remaining <@ %3$L) is not %s',
               coalesce(lower(_seal_open.ids), 0), coalesce(upper(_seal_open.ids), 0), _seal_open.ids,
               case when removes then 'true' else 'null' end)) r
      join archive.seal_chunk c on c.batch = r.batch and c.chunk = r.chunk
     where not isempty(_seal_open.ids);
end;

comment on function archive._seal_open(regclass, int8multirange, boolean) is
    'Before sealed rows are changed: compares their chunks with their digests, for archive._seal_close().';


-- With a new salt: whoever knows the other rows could guess those that were erased, with the old salt and digest.
create function archive._seal_close(
    action text, target regclass, ids int8multirange, opened jsonb, removes boolean default false
) returns void
    language plpgsql
as $$
declare
    v_digests jsonb;
begin
    if removes then
        update archive.seal_chunk c
           set remaining = c.remaining - _seal_close.ids,
               salt = case when c.remaining <@ _seal_close.ids then '' else c.salt end
         where c.target = _seal_close.target and c.remaining && _seal_close.ids
           and c.last_id >= lower(_seal_close.ids) and c.first_id <= upper(_seal_close.ids);
    end if;
    update archive.seal_chunk c
       set salt = uuid_send(gen_random_uuid())
      from jsonb_to_recordset(opened) o (batch bigint, chunk bigint)
     where c.batch = o.batch and c.chunk = o.chunk;
    with resealed as (
        update archive.seal_chunk c
           set digest = r.digest
          from archive._seal_read_chunks(_seal_close.target, format(
                   '(c.batch, c.chunk) in (select o.batch, o.chunk'
                   ' from jsonb_to_recordset(%L) o (batch bigint, chunk bigint))', coalesce(opened, '[]'))) r
         where c.batch = r.batch and c.chunk = r.chunk
        returning c.batch, c.chunk, c.digest
    )
    select jsonb_agg(o.value || jsonb_build_object('new', encode(r.digest, 'hex')) order by o.ordinality)
      into v_digests
      from jsonb_array_elements(opened) with ordinality o
      join resealed r on r.batch = (o.value ->> 'batch')::bigint and r.chunk = (o.value ->> 'chunk')::bigint;
    perform archive._seal_log_add(action, target, ids, v_digests);
end
$$;

comment on function archive._seal_close(text, regclass, int8multirange, jsonb, boolean) is
    'After sealed rows were changed: seals their chunks anew, and adds a line to archive.seal_log.';
