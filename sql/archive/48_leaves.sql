-- Archives are read partition by partition, and no lock on a partition is kept.
--
-- A query locks each partition and each index that it plans for, until the transaction ends. Over 300 archives of 28
-- months these would be ten times as many locks as PostgreSQL has room for by default.

create type archive.leaf as (
    source    regclass,
    partition regclass,
    month     timestamptz  -- its start; null where the partition may have rows of any time
);

comment on type archive.leaf is 'A partition of the archive of a table.';


-- By the name: to read the bounds of all partitions takes longer than to search those of one month. A partition without
-- such a name, like the default partition, is searched for each month.
create function archive._leaves(sources regclass[] default null) returns setof archive.leaf
    language sql stable
    set timezone = 'UTC'
begin atomic
    select r.source, c.oid::regclass,
           case when c.relname ~ '_y[0-9]{4}m(0[1-9]|1[0-2])$' then to_timestamp(right(c.relname, 7), 'YYYY"m"MM') end
      from archive.registry r
      join pg_inherits i on i.inhparent = r.target
      join pg_class c on c.oid = i.inhrelid
     where sources is null or r.source = any (sources);
end;

comment on function archive._leaves(regclass[]) is 'The partitions of the archives of all tables, or of these.';


create function archive._fault_partition_names(target regclass) returns text
    language sql stable
    return (
        select string_agg(format('%s begins at %s', p.partition, p.lower), ', ' order by p.lower)
               || ': a restore looks for rows by the month in the name'
          from archive._partitions(target) p
         -- A subquery: a join would read the whole catalogue.
         cross join lateral (select (select c.relname from pg_class c where c.oid = p.partition)) c (relname)
         where c.relname ~ '_y[0-9]{4}m(0[1-9]|1[0-2])$'
           and right(c.relname, 8) is distinct from to_char(p.lower at time zone 'UTC', '"y"YYYY"m"MM')
    );

comment on function archive._fault_partition_names(regclass) is
    'Partitions of an archive that are named after another month than theirs; null without any.';


-- A subtransaction that is rolled back gives its locks back.
create function archive._read(query text) returns setof jsonb
    language plpgsql stable
as $$
declare
    v_rows jsonb[];
begin
    begin
        execute format('select array_agg(to_jsonb(q)) from (%s) q', query) into v_rows;
        raise exception using errcode = 'ARDRY';
    exception when sqlstate 'ARDRY' then
        null;
    end;
    return query select unnest(v_rows);
end
$$;

comment on function archive._read(text) is 'The rows of a query; the locks that it took are given back.';


-- In the pattern, %s is the partition. One that has no page yet is not asked.
create function archive._read_leaves(leaves archive.leaf[], pattern text)
    returns table (source regclass, partition regclass, result jsonb)
    language plpgsql stable
as $$
begin
    for source, partition in select l.source, l.partition from unnest(leaves) l loop
        continue when pg_relation_size(partition) = 0;
        begin
            for result in select * from archive._read(format(pattern, archive._name(partition))) loop
                return next;
            end loop;
        exception when undefined_table then
            if pg_relation_size(partition) is not null then
                raise;
            end if;  -- dropped since the partitions were listed
        end;
    end loop;
end
$$;

comment on function archive._read_leaves(archive.leaf[], text) is
    'The rows of a query on each of some partitions; the locks that it took are given back.';


create type archive.deletion_part as (
    source         regclass,
    partition      regclass,
    archived_at    timestamptz,
    transaction_id xid8,
    rows           bigint  -- null where they were not counted
);

comment on type archive.deletion_part is 'That a deletion has rows in a partition.';


create function archive._deletion_parts(transaction_id xid8, archived_at timestamptz)
    returns setof archive.deletion_part
    language sql stable
begin atomic
    select l.source, l.partition, (l.result ->> 'archived_at')::timestamptz, _deletion_parts.transaction_id,
           null::bigint
      from archive._read_leaves(
          array(select f
                  from archive._leaves() f
                 where _deletion_parts.archived_at is null
                    or coalesce(f.month = archive._partition_month(_deletion_parts.archived_at), true)),
          format('select distinct a.archived_at from %%s a where a.transaction_id = %L%s', transaction_id,
                 ' and a.archived_at = ' || quote_literal(to_json(_deletion_parts.archived_at) #>> '{}'))) l;
end;

comment on function archive._deletion_parts(xid8, timestamptz) is
    'The partitions with rows of a transaction. Without its time, all partitions are searched.';
