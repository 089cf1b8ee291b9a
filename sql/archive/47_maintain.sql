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
    for source in
        select r.source
          from archive.registry r
         where not archive._is_registered_oid(r.source, r.source_oid)
            or not archive._is_registered_oid(r.target, r.target_oid)
    loop
        begin
            perform archive.enable(source);
            done := 'registered anew, since it came from a dump';
            return next;
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
