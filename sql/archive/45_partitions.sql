-- The monthly partitions of the archive tables. Bounds are in UTC, whatever the client's time zone.
--
-- The default partition takes the rows of a month that has no partition, so that their delete does not fail. DDL on it
-- needs an ACCESS EXCLUSIVE lock, behind which all who read the archive queue: it is tried for a second, then left for
-- the next call. A partition is never dropped by itself: a purge empties it.

create function archive._partition_month(moment timestamptz, later integer default 0) returns timestamptz
    language sql immutable
    return (date_trunc('month', moment at time zone 'UTC') + make_interval(months => later)) at time zone 'UTC';

comment on function archive._partition_month(timestamptz, integer) is
    'The start of the month of a moment, in UTC, or of a later month.';


create function archive._partitions(target regclass)
    returns table (partition regclass, lower timestamptz, upper timestamptz)
    language sql stable
    set datestyle = 'ISO'
    set timezone = 'UTC'
begin atomic
    select c.oid::regclass, bound.parts[1]::timestamptz, bound.parts[2]::timestamptz
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
      left join regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''(.+)''\) TO \(''(.+)''\)')
             as bound (parts) on true
     where i.inhparent = target
     order by 2;
end;

comment on function archive._partitions(regclass) is
    'The partitions of an archive table with their bounds; the default partition, without, is the last.';


create function archive._partition_lock(relation regclass) returns boolean
    language plpgsql
    set lock_timeout = '200ms'
as $$
begin
    for attempt in 1 .. 5 loop
        begin
            execute format('lock table only %s in access exclusive mode', relation);
            return true;
        exception when lock_not_available then
            null;  -- let those go first who queue behind this attempt
        end;
    end loop;
    return false;
end
$$;

comment on function archive._partition_lock(regclass) is
    'Locks a partition exclusively and returns true, or false if that takes longer than a second.';


-- As ISO 8601 in UTC: other date styles name zones, and not all names are unambiguous.
create function archive._partition_bound(lower timestamptz, upper timestamptz) returns text
    language sql stable
    return case
               when lower is null then 'default'
               else format('for values from (%L) to (%L)',
                           to_char(lower at time zone 'UTC', 'YYYY-MM-DD"T00:00:00Z"'),
                           to_char(upper at time zone 'UTC', 'YYYY-MM-DD"T00:00:00Z"'))
           end;

comment on function archive._partition_bound(timestamptz, timestamptz) is
    'The bound of a partition, as ATTACH PARTITION wants it; the default partition''s for null.';


-- CREATE TABLE (LIKE ...), then ATTACH: CREATE ... PARTITION OF would wait for every reader of the archive, and deletes
-- would queue behind it. A new table takes the default privileges of its schema, not its parent's: all but the owner's
-- are revoked.
create function archive._partition_make(target regclass, suffix text, lower timestamptz, upper timestamptz)
    returns boolean
    language plpgsql
as $$
declare
    v_name    text;
    v_default regclass;
    v_late    boolean;  -- whether rows of that month are in the default partition
begin
    select format('%I.%I', n.nspname, c.relname || '_' || suffix)
      into v_name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = target;
    v_default := (select p.partition from archive._partitions(target) p where p.lower is null);

    -- By its bound, not its name: the archive may have been renamed since.
    if exists (select from archive._partitions(target) p where p.lower is not distinct from _partition_make.lower)
       or to_regclass(v_name) is not null then
        return false;
    end if;
    if v_default is not null and not archive._partition_lock(v_default) then
        raise warning 'partition % was not made: % is in use', v_name, v_default
            using hint = 'Deletes go on meanwhile. Call archive.maintain() later.';
        return false;
    end if;

    if lower is not null then
        execute format('select exists (select from %s d where d.archived_at >= $1 and d.archived_at < $2)', v_default)
           into v_late using lower, upper;
        -- Rows of a month that goes on stay where they are: a delete under way into the default partition would fail.
        -- Where a publication copies rows, all stay: of a move it would copy one half.
        if v_late and (upper > now() - interval '1 day' or archive._is_published_by_row(target)) then
            return false;
        end if;
    end if;

    execute format('create table %s (like %s including all)', v_name, target);
    execute format('alter table %s owner to %s', v_name, archive._owner()::regrole);
    perform archive._archive_revoke(v_name::regclass, 'all');
    if v_late then
        execute format(
            'with moved as (delete from %s d where d.archived_at >= $1 and d.archived_at < $2 returning *)'
            ' insert into %s select * from moved', v_default, v_name) using lower, upper;
    end if;
    execute format('alter table %s attach partition %s %s', target, v_name, archive._partition_bound(lower, upper));
    return true;
end
$$;

comment on function archive._partition_make(regclass, text, timestamptz, timestamptz) is
    'Makes one partition of an archive table, with the rows of it that are in the default partition.'
    ' False where it is there already, or cannot be made now.';


create function archive._partition_make_month(target regclass, month timestamptz) returns boolean
    language sql
    return archive._partition_make(
        target, to_char(month at time zone 'UTC', '"y"YYYY"m"MM'), month, archive._partition_month(month, 1));

comment on function archive._partition_make_month(regclass, timestamptz) is
    'Makes the partition of the month that begins then.';


create function archive._partition_make_missing(target regclass, ahead integer default 2) returns setof regclass
    language plpgsql
as $$
declare
    v_before regclass[] := array(select p.partition from archive._partitions(target) p);
    v_late   timestamptz;
begin
    perform archive._partition_make(target, 'default', null, null);
    perform archive._partition_make_month(target, archive._partition_month(now(), later))
       from generate_series(0, ahead) later;

    -- Closed months, oldest first, leave the default partition.
    loop
        execute format('select min(d.archived_at) from %s d where d.archived_at < $1', (
            select p.partition from archive._partitions(target) p where p.lower is null
        )) into v_late using archive._partition_month(now() - interval '1 day');
        exit when v_late is null
               or not archive._partition_make_month(target, archive._partition_month(v_late));
    end loop;
    return query select p.partition from archive._partitions(target) p where p.partition <> all (v_before);
end
$$;

comment on function archive._partition_make_missing(regclass, integer) is
    'Makes the default partition of an archive table, this month''s and those of the months ahead, where they are'
    ' missing, and those of closed months that have rows in the default partition. Returns what it made.';
