-- The monthly partitions of the archive tables. Bounds are in UTC, whatever the client's time zone.

create function archive._month(moment timestamptz, later integer default 0) returns timestamptz
    language sql immutable
    return (date_trunc('month', moment at time zone 'UTC') + make_interval(months => later)) at time zone 'UTC';

comment on function archive._month(timestamptz, integer) is 'The start of the month of a moment, in UTC, or of a later month.';


-- LIKE then ATTACH: deletes go on meanwhile, where CREATE … PARTITION OF would make them queue behind one open reader.
-- A new table takes the default privileges of its schema, not its parent's; so all but the owner's are revoked.
create function archive._make_partition(target regclass, suffix text, lower timestamptz, upper timestamptz) returns void
    language plpgsql
as $$
declare
    v_schema name;
    v_name   name;
    v_bounds text := 'default';
    v_late   boolean;
begin
    select n.nspname, c.relname || '_' || suffix
      into v_schema, v_name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = target;

    if to_regclass(format('%I.%I', v_schema, v_name)) is not null then
        return;
    end if;

    if lower is not null then
        -- A month of which rows are in the default partition already stays there: it could not be attached.
        execute format('select exists (select from %s a where a.archived_at >= $1 and a.archived_at < $2)', target)
           into v_late using lower, upper;
        if v_late then
            return;
        end if;
        -- As ISO 8601 in UTC: other styles name zones, and not all names are unambiguous.
        v_bounds := format('for values from (%L) to (%L)',
                           to_char(lower at time zone 'UTC', 'YYYY-MM-DD"T00:00:00Z"'),
                           to_char(upper at time zone 'UTC', 'YYYY-MM-DD"T00:00:00Z"'));
    end if;
    execute format('create table %I.%I (like %s including all)', v_schema, v_name, target);
    execute format('alter table %I.%I owner to %s', v_schema, v_name, archive._owner()::regrole);
    perform archive._revoke(format('%I.%I', v_schema, v_name)::regclass, 'all');
    execute format('alter table %s attach partition %I.%I %s', target, v_schema, v_name, v_bounds);
end
$$;

comment on function archive._make_partition(regclass, text, timestamptz, timestamptz) is 'Makes one partition of an archive table, if it is missing.';


-- The default partition is there so that a delete never fails for want of a month.
create function archive._make_partitions(target regclass, ahead integer default 2) returns void
    language plpgsql
as $$
declare
    v_month timestamptz;
begin
    perform archive._make_partition(target, 'default', null, null);
    for v_later in 0 .. ahead loop
        v_month := archive._month(now(), v_later);
        perform archive._make_partition(
            target, to_char(v_month at time zone 'UTC', '"y"YYYY"m"MM'), v_month, archive._month(v_month, 1));
    end loop;
end
$$;

comment on function archive._make_partitions(regclass, integer) is
    'Makes the default partition of an archive table, this month''s and those of the months ahead, where they are missing.';
