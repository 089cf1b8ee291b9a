-- archive.verify() of one archive after the other, of holds, and the whole.

-- A row whose transaction had ended before a batch was closed, and that is in none.
create function archive._verify_inserted(target regclass) returns setof archive.verification
    language sql stable
begin atomic
    select r.batch, target, r.first_id, r.last_id, false, 'inserted after the seal: ' || archive._verify_ids(r.ids)
      from (select n.* from archive.seal_batch n order by n.batch desc limit 1) newest
     cross join lateral archive._seal_read(format(
               'select x.batch, null::bigint, min(x.archive_id), max(x.archive_id), count(*),'
               ' range_agg(int8range(x.archive_id, x.archive_id, ''[]'')), null::int8multirange, null::int8multirange,'
               ' null::bytea, null::bytea'
               '  from (select a.archive_id, (select min(b.batch) from archive.seal_batch b'
               '                               where b.origin = %L and b.sealed_below > a.transaction_id) as batch'
               '          from %s a'
               '         where a.transaction_id < %L and not %L::int8multirange @> a.archive_id) x'
               ' group by x.batch',
               newest.origin, archive._seal_relation(target), newest.sealed_below,
               (select coalesce(range_agg(c.remaining), '{}') from archive.seal_chunk c
                 where c.target = _verify_inserted.target))) r
     where newest.sealed_below is not null and newest.origin = archive._seal_origin();
end;

comment on function archive._verify_inserted(regclass) is 'Archived rows that a batch should have, and none has.';


create function archive._verify_source(target regclass) returns regclass
    language sql stable
    return coalesce(
        (select r.source from archive.registry r where r.target = _verify_source.target),
        (select d.source from archive.disabled d where d.target = _verify_source.target limit 1),
        target);

comment on function archive._verify_source(regclass) is 'The table of an archive; the archive where it has none now.';


create function archive._verify_target(target regclass) returns setof archive.verification
    language plpgsql stable
as $$
declare
    v_source regclass := archive._verify_source(target);
begin
    if not exists (select from pg_class c where c.oid = target) then
        return query
            select c.batch, v_source, min(c.first_id), max(c.last_id), false, 'the archive was dropped'
              from archive.seal_chunk c where c.target = _verify_target.target group by c.batch order by c.batch;
        return;
    end if;
    return query
        with faults as materialized (
            select f.batch, f.chunk, string_agg(f.fault, '; ') as fault
              from (
                  select * from archive._verify_rows(target)
                  union all
                  select * from archive._verify_log(target)
                  union all
                  select * from archive._verify_purged(target)
              ) f
             where f.fault is not null
             group by f.batch, f.chunk
        )
        select c.batch, v_source, c.first_id, c.last_id, false, format('chunk %s: %s', c.chunk, f.fault)
          from faults f
          join archive.seal_chunk c on c.batch = f.batch and c.chunk = f.chunk
        union all
        select c.batch, v_source, min(c.first_id), max(c.last_id), true, format('%s chunks', count(*))
          from archive.seal_chunk c
         where c.target = _verify_target.target and c.batch not in (select f.batch from faults f)
         group by c.batch
        union all
        select i.batch, v_source, i.first_id, i.last_id, i.ok, i.detail from archive._verify_inserted(target) i
         order by 1, 3;
end
$$;

comment on function archive._verify_target(regclass) is
    'What is found of the sealed rows of one archive, or of the log.';


create function archive._verify_holds() returns setof archive.verification
    language plpgsql stable
as $$
declare
    v_line   record;
    v_logged int8multirange := '{}';
    v_held   int8multirange := (
        select coalesce(range_agg(int8range(h.archive_id, h.archive_id, '[]')), '{}') from archive.holds h);
    v_fault  text;
begin
    for v_line in
        select l.action, l.ids from archive.seal_log l where l.action in ('hold', 'release') order by l.log_id
    loop
        v_logged := case v_line.action when 'hold' then v_logged + v_line.ids else v_logged - v_line.ids end;
    end loop;
    v_fault := archive._verify_mark('held', v_held, v_logged);
    if v_fault <> '' then
        return next (null, 'archive.holds'::regclass, null, null, false, v_fault)::archive.verification;
    end if;
end
$$;

comment on function archive._verify_holds() is 'Holds that no line of the log tells of, and those that are gone.';


create function archive.verify(against text default null)
    returns table (batch bigint, source regclass, first_id bigint, last_id bigint, ok boolean, detail text)
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_target regclass;
begin
    if against !~ '\y[0-9a-f]{64}\y' then
        perform archive._refuse('against is a digest that archive.seal() returned, or a text with such digests');
    end if;
    return query select * from archive._verify_against(against);
    if not exists (select from archive.seal_batch) then
        return query select null::bigint, null::regclass, null::bigint, null::bigint, true, 'nothing is sealed yet';
        return;
    end if;
    return query select * from archive._verify_batches();
    for v_target in
        select t from archive._seal_targets() t
        union
        select c.target from archive.seal_chunk c
         order by 1
    loop
        return query select * from archive._verify_target(v_target);
    end loop;
    return query select * from archive._verify_holds();
end
$$;

comment on function archive.verify(text) is
    'Compares the archive with its seals: a row for each batch and archive that is as it was sealed, one for each chunk'
    ' that is not, with what is wrong. against: digests published earlier, which must be in the chain.';
