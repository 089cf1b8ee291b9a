-- What has to happen daily: whatever scheduler there is calls archive.maintain().

-- One call at a time: a second returns at once.
create function archive.maintain(max_search_indexes integer default null) returns table (source regclass, done text)
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
                    when archive._is_switched_over(r) then 'set right after a change of subscriptions'
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
    return query
        select made.source, 'search index of ' || made.partition || ' made'
          from archive._search_make_indexes(max_search_indexes) made;
    perform archive._seal_without_waiting(1000000);  -- some seconds; the next call goes on
end
$$;

comment on function archive.maintain(integer) is
    'Does what has to happen daily: makes the archives'' partitions for this month and the two after, moves closed'
    ' months out of the default partition, calls archive.enable() after a restore of a dump or a switch-over, and makes'
    ' the indexes for the search of texts in closed months, where pg_trgm is installed or the owner may install it.'
    ' max_search_indexes: how many of them in this call; null for all. Restores from a month wait for its index.'
    ' Seals archived rows, up to a million, where archive.seal() could.'
    ' Returns a row for each thing done; none where another call is under way.';
