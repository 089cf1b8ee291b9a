-- What has to happen daily: whatever scheduler there is calls archive.maintain().

-- One call at a time: a second returns at once.
create function archive.maintain() returns table (source regclass, done text)
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    begin
        lock table archive.registry in share row exclusive mode nowait;
    exception when lock_not_available then
        return;
    end;
    delete from archive.moves m where m.transaction_id < pg_snapshot_xmin(pg_current_snapshot());
    for source, done in
        select r.source,
               case when not (archive._is_registered_oid(r.source, r.source_oid)
                              and archive._is_registered_oid(r.target, r.target_oid))
                        then 'registered anew, since it came from a dump'
                    when exists (
                        select from archive._capture_triggers(r) t
                         where t.relation <> r.source and t.fault like 'is missing%')
                        then 'triggers made for new partitions'
               end
          from archive.registry r
    loop
        begin
            if done is not null then
                perform archive.enable(source);
                return next;
            end if;
        exception when sqlstate 'AR409' or sqlstate 'AR422' then
            null;  -- health says why
        end;
    end loop;
    return query
        select r.source, 'partition ' || made.partition || ' made'
          from archive.registry r
         cross join lateral archive._partition_make_missing(r.target) made (partition)
         order by 1;
end
$$;

comment on function archive.maintain() is
    'Does what has to happen daily: makes the archives'' partitions for this month and the two after, moves closed'
    ' months out of the default partition, and calls archive.enable() after a restore of a dump.'
    ' Returns a row for each thing done; none where another call is under way.';
