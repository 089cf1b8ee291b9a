-- Is an archive as it has to be? Its partitions, its ids, and what else hangs on it.

create function archive._fault_default_partition(target regclass) returns text
    language plpgsql stable
as $$
declare
    v_default regclass := (select nullif(p.partdefid, 0) from pg_partitioned_table p where p.partrelid = target);
    v_filled  boolean;
begin
    if v_default is null then
        return 'there is none: a delete in a month without a partition would fail';
    end if;
    v_filled := pg_relation_size(v_default) > 0
                and exists (select from archive._read(format('select 1 from %s limit 1', archive._name(v_default))));
    return case when v_filled
                then v_default || ' has rows: ' || case
                         when archive._is_published_by_row(target) then 'they stay, since a publication copies rows'
                         else 'archive.maintain() moves closed months out of it' end
           end;
end
$$;

comment on function archive._fault_default_partition(regclass) is
    'What is wrong with the default partition of an archive; null if nothing.';


-- By their names first: to read the bounds of all partitions takes longer.
create function archive._fault_next_partition(entry archive.registry) returns text
    language sql stable
    return (
        select format('%s has no partition from %s on: archive.maintain() makes it',
                      archive._name((entry).target), to_char(month at time zone 'UTC', 'YYYY-MM-DD'))
          from unnest(array[archive._partition_month(now()), archive._partition_month(now(), 1)]) month
         where not exists (select from archive._leaves(array[(entry).source]) l where l.month = month.month)
           and not exists (
               select from archive._partitions((entry).target) p
                where p.lower <= month.month and p.upper > month.month)
         order by month
         limit 1
    );

comment on function archive._fault_next_partition(archive.registry) is
    'Which of this month and the next has no partition; null if both have one.';


-- A delete fails where one swallows its row. TRUNCATE cannot tell.
create function archive._fault_attached(target regclass) returns text
    language sql stable
    return (
        select string_agg(format('%s of %s', h.hook, archive._name(h.relation)), ', ' order by h.hook)
               || ' could keep deleted rows from being archived'
          from (
              select t.relid as relation, 'rule ' || quote_ident(r.rulename) as hook
                from archive._tree(target) t (relid)
                join pg_rewrite r on r.ev_class = t.relid and r.ev_enabled <> 'D'
              union all
              select t.relid, 'trigger ' || quote_ident(g.tgname)
                from archive._tree(target) t (relid)
                join pg_trigger g on g.tgrelid = t.relid and not g.tgisinternal and g.tgenabled <> 'D'
          ) h
    );

comment on function archive._fault_attached(regclass) is
    'Rules and triggers on an archive or its partitions; null without any.';


-- A warning only: a key may be used again by hand, or by a sequence that was set back.
create function archive._fault_ghost_rows(entry archive.registry, thorough boolean) returns text
    language plpgsql stable
as $$
declare
    v_count bigint;
    v_first bigint;
begin
    if archive._name(entry.source) is null or archive._name(entry.target) is null then
        return null;  -- a table was dropped: another check reports it
    end if;
    select sum((l.result ->> 'count')::bigint), min((l.result ->> 'min')::bigint)
      into v_count, v_first
      from archive._read_leaves(
          array(select f from archive._leaves(array[entry.source]) f
                 where thorough or coalesce(f.month >= archive._partition_month(now() - interval '1 day'), true)),
          format('select count(*), min(a.archive_id)'
                 '  from (select * from %%s'
                 '         where restored_at is null and (%L or archived_at >= now() - interval ''1 day'')'
                 '         order by archived_at desc limit %s) a'
                 '  join %s live on %s',
                 thorough, case when thorough then 'all' else '1000' end,
                 replace(archive._live(entry.source), '%', '%%'),
                 replace(archive._restore_key_condition(entry, false), '%', '%%'))) l;
    return case when v_count > 0
                then format('%s archived and not restored, yet live: archive_id %s%s',
                            v_count, v_first, case when v_count > 1 then ' and others' else '' end)
           end;
end
$$;

comment on function archive._fault_ghost_rows(archive.registry, boolean) is
    'Archived rows, never restored, whose key is live: of the newest 1,000 of the last day, or of all.';


create function archive._archive_last_id(target regclass, everywhere boolean) returns bigint
    language plpgsql stable
as $$
declare
    v_leaf  archive.leaf;
    v_last  bigint;
begin
    for v_leaf in
        select f.*
          from archive.registry r
         cross join lateral archive._leaves(array[r.source]) f
         where r.target = _archive_last_id.target
         order by f.month desc nulls first
    loop
        v_last := greatest(v_last, (
            select (l.result ->> 'max')::bigint
              from archive._read_leaves(array[v_leaf], 'select max(archive_id) from %s') l));
        exit when v_last is not null and v_leaf.month is not null and not everywhere;
    end loop;
    return v_last;
end
$$;

comment on function archive._archive_last_id(regclass, boolean) is
    'The highest archive_id of an archive: of the newest month that has rows, or of all.';


-- A switch-over by logical replication and a load of the data alone leave the sequence behind.
create function archive._fault_sequence(target regclass, thorough boolean) returns text
    language sql stable
    return (
        select format('archive.archive_id_seq is at %s and %s has archive_id %s: rows would share ids,'
                      ' archive.enable() moves it on', s.last_value, archive._name(target), a.last_id)
          from archive.archive_id_seq s
         cross join archive._archive_last_id(target, thorough) a (last_id)
         where a.last_id >= s.last_value + s.is_called::integer
    );

comment on function archive._fault_sequence(regclass, boolean) is
    'That the sequence of archive ids is behind the newest month of an archive, or any; null if it is not.';


create function archive._is_log_sequence_behind() returns boolean
    language sql stable
    return (select max(l.log_id) from archive.purge_log l)
           >= (select s.last_value + s.is_called::integer from archive.purge_log_log_id_seq s);

comment on function archive._is_log_sequence_behind() is
    'Whether the next entry of the purge log would find its id taken.';


-- ALTER SEQUENCE takes a lock that deletes wait for: none takes a number between the look and the change.
create function archive._enable_sequence(target regclass) returns void
    language plpgsql
as $$
begin
    if archive._is_log_sequence_behind() then
        perform setval('archive.purge_log_log_id_seq', max(l.log_id)) from archive.purge_log l;
    end if;
    if archive._fault_sequence(target, true) is null then
        return;
    end if;
    alter sequence archive.archive_id_seq no cycle;
    if archive._fault_sequence(target, true) is not null then
        execute format('alter sequence archive.archive_id_seq restart with %s',
                       archive._archive_last_id(target, true) + 1);
    end if;
end
$$;

comment on function archive._enable_sequence(regclass) is
    'Moves the sequences of archive ids and of the purge log on, where they are behind.';


create function archive._fault_duplicate_ids(target regclass) returns text
    language plpgsql stable
as $$
declare
    v_count bigint;
    v_first bigint;
begin
    select (f ->> 'count')::bigint, (f ->> 'min')::bigint
      into v_count, v_first
      from archive._read(format(
          'select count(*), min(d.archive_id)'
          '  from (select a.archive_id from %s a group by a.archive_id having count(*) > 1) d',
          archive._name(target))) f;
    return case when v_count > 0
                then format('%s ids name several rows, the first is %s: restore those by their transaction',
                            v_count, v_first)
           end;
end
$$;

comment on function archive._fault_duplicate_ids(regclass) is
    'Archive ids that are there more than once; null without any.';


create function archive._fault_overflow(target regclass) returns text
    language plpgsql stable
as $$
declare
    v_count bigint;
    v_first bigint;
begin
    select (f ->> 'count')::bigint, (f ->> 'min')::bigint
      into v_count, v_first
      from archive._read(format(
          'select count(*), min(a.archive_id) from %s a where a.overflow is not null', archive._name(target))) f;
    return case when v_count > 0
                then format('%s rows have values of columns that the table has not or archive.enable() has not seen,'
                            ' the first is %s', v_count, v_first)
           end;
end
$$;

comment on function archive._fault_overflow(regclass) is
    'Archived rows with values in overflow; null without any.';
