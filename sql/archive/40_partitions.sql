-- The monthly partitions of the archive tables. Bounds are in UTC, whatever the client's time zone.
--
-- The default partition is there so that a delete never fails for want of a month. DDL on it needs an exclusive lock:
-- tried for a second, then left for the next time, since whoever reads the archive afterwards queues behind the attempt.

create function archive._month(moment timestamptz, later integer default 0) returns timestamptz
    language sql immutable
    return (date_trunc('month', moment at time zone 'UTC') + make_interval(months => later)) at time zone 'UTC';

comment on function archive._month(timestamptz, integer) is 'The start of the month of a moment, in UTC, or of a later month.';


create function archive._partitions(target regclass)
    returns table (partition regclass, lower timestamptz, upper timestamptz)
    language sql stable
    set datestyle = 'ISO'
    set timezone = 'UTC'
begin atomic
    select c.oid::regclass, bound.parts[1]::timestamptz, bound.parts[2]::timestamptz
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
      left join regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''(.+)''\) TO \(''(.+)''\)') as bound (parts) on true
     where i.inhparent = target
     order by 2;
end;

comment on function archive._partitions(regclass) is
    'The partitions of an archive table with their bounds; the default partition, without, is the last.';


create function archive._try_lock(relation regclass) returns boolean
    language plpgsql
    set lock_timeout = '200ms'
as $$
begin
    for attempt in 1 .. 5 loop
        begin
            execute format('lock table only %s in access exclusive mode', relation);
            return true;
        exception when lock_not_available then
            null;  -- who had to queue behind goes first now
        end;
    end loop;
    return false;
end
$$;

comment on function archive._try_lock(regclass) is 'Locks a relation exclusively, unless that takes longer than a second.';


-- LIKE then ATTACH: deletes go on meanwhile, where CREATE … PARTITION OF would make them queue behind one open reader.
-- A new table takes the default privileges of its schema, not its parent's; so all but the owner's are revoked.
create function archive._make_partition(target regclass, suffix text, lower timestamptz, upper timestamptz) returns boolean
    language plpgsql
as $$
declare
    v_name    text;
    v_default regclass;
    v_late    boolean;
    v_bounds  text := 'default';
begin
    select format('%I.%I', n.nspname, c.relname || '_' || suffix),
           to_regclass(format('%I.%I', n.nspname, c.relname || '_default'))
      into v_name, v_default
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = target;

    if to_regclass(v_name) is not null then
        return false;
    end if;
    if v_default is not null and not archive._try_lock(v_default) then
        raise warning 'partition % was not made: % is in use', v_name, v_default
            using hint = 'Deletes go on meanwhile. Call archive.make_partitions() later.';
        return false;
    end if;

    if lower is not null then
        execute format('select exists (select from %s d where d.archived_at >= $1 and d.archived_at < $2)', v_default)
           into v_late using lower, upper;
        -- Rows of a month that goes on stay where they are: a delete that finds the default partition would fail.
        if v_late and upper > now() - interval '1 day' then
            return false;
        end if;
        -- As ISO 8601 in UTC: other styles name zones, and not all names are unambiguous.
        v_bounds := format('for values from (%L) to (%L)',
                           to_char(lower at time zone 'UTC', 'YYYY-MM-DD"T00:00:00Z"'),
                           to_char(upper at time zone 'UTC', 'YYYY-MM-DD"T00:00:00Z"'));
    end if;

    execute format('create table %s (like %s including all)', v_name, target);
    execute format('alter table %s owner to %s', v_name, archive._owner()::regrole);
    perform archive._revoke(v_name::regclass, 'all');
    if v_late then
        execute format(
            'with moved as (delete from %s d where d.archived_at >= $1 and d.archived_at < $2 returning *)'
            ' insert into %s select * from moved', v_default, v_name) using lower, upper;
    end if;
    execute format('alter table %s attach partition %s %s', target, v_name, v_bounds);
    return true;
end
$$;

comment on function archive._make_partition(regclass, text, timestamptz, timestamptz) is
    'Makes one partition of an archive table, with the rows of it that are in the default partition. False where it is there already, or cannot be made now.';


create function archive._make_month(target regclass, month timestamptz) returns boolean
    language sql
    return archive._make_partition(
        target, to_char(month at time zone 'UTC', '"y"YYYY"m"MM'), month, archive._month(month, 1));

comment on function archive._make_month(regclass, timestamptz) is 'Makes the partition of the month that begins then.';


create function archive._make_partitions(target regclass, ahead integer default 2) returns void
    language plpgsql
as $$
declare
    v_late timestamptz;
begin
    perform archive._make_partition(target, 'default', null, null);
    perform archive._make_month(target, archive._month(now(), later)) from generate_series(0, ahead) later;

    -- Closed months, oldest first, leave the default partition.
    loop
        execute format('select min(d.archived_at) from %s d where d.archived_at < $1', (
            select p.partition from archive._partitions(target) p where p.lower is null
        )) into v_late using archive._month(now() - interval '1 day');
        exit when v_late is null or not archive._make_month(target, archive._month(v_late));
    end loop;
end
$$;

comment on function archive._make_partitions(regclass, integer) is
    'Makes the default partition of an archive table, this month''s and those of the months ahead, where they are missing, and those of closed months that have rows in the default partition.';


-- For whoever comes by: the migration, the API at its start, a scheduler. One at a time; whoever finds it busy goes on.
create function archive.make_partitions() returns void
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
    perform archive._make_partitions(r.target) from archive.registry r;
end
$$;

comment on function archive.make_partitions() is
    'Makes the archive tables'' partitions for this month and the two after, where they are missing, and moves closed months out of the default partition.';
