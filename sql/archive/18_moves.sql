-- An UPDATE of a partition key moves a row: for triggers, a DELETE from one partition and an INSERT into another.
--
-- A trigger notes each row that may move, the last before the update. Its note names one version of a row within one
-- transaction. What follows at once is the trigger of the delete, which takes the note away and copies nothing; or, if
-- the row stays in its partition, a new version, to which the note does not apply. So a deletion never finds a note,
-- unless a trigger cancels between the two: archive.enable() allows no such trigger. No login but the owner can write a
-- note; the setting, which anybody can change, only spares deletes the look.

create or replace function archive.keep_move() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    insert into archive.moves (transaction_id, started_at, relation, place)
    values (pg_current_xact_id(), now(), tg_relid, old.ctid);
    perform set_config('archive.moving', 'on', true);
    return new;
end
$$;

comment on function archive.keep_move() is 'Notes that a row of a partitioned table may move to another partition.';


create function archive._is_partitioned(relation regclass) returns boolean
    language sql stable
    return exists (select from pg_class c where c.oid = relation and c.relkind = 'p');

comment on function archive._is_partitioned(regclass) is 'Whether a table has its rows in partitions.';


-- As pg_get_triggerdef() writes it. A key that is an expression may change with any column.
create function archive._move_condition(relation regclass) returns text
    language sql stable
    return (
        select case when bool_or(a.attname is null) then '(old.* IS DISTINCT FROM new.*)'
                    else format(case when count(distinct a.attname) > 1 then '(%s)' else '%s' end,
                                string_agg(distinct format('(old.%1$I IS DISTINCT FROM new.%1$I)', a.attname), ' OR '))
               end
          from archive._tree(relation) t (relid)
          join pg_partitioned_table p on p.partrelid = t.relid
         cross join unnest(p.partattrs) k (attnum)
          left join pg_attribute a on a.attrelid = t.relid and a.attnum = k.attnum
    );

comment on function archive._move_condition(regclass) is
    'Under which condition an update may move a row of a partitioned table to another partition.';


create function archive._fault_moves(source regclass) returns text
    language sql stable
    return (
        select format('has the trigger %s, which could cancel a move between partitions that is noted already: %s',
                      string_agg(quote_ident(t.tgname), ', ' order by t.tgname),
                      'make it one AFTER the event, or name one BEFORE UPDATE so that it sorts before')
          from pg_trigger t
         where archive._is_partitioned(source)
           and t.tgrelid in (select archive._tree(source))
           and not t.tgisinternal
           and t.tgtype & (1 + 2) = 1 + 2
           and (t.tgtype & 8 = 8 and t.tgname <> 'zz_archive_before_delete'
                or t.tgtype & 16 = 16 and t.tgname > 'zz_archive_before_update')
        having count(*) > 0
    );

comment on function archive._fault_moves(regclass) is
    'Triggers of a partitioned table that could make a deletion pass for a move; null without any.';


create function archive._fault_partitions(source regclass) returns text
    language sql stable
    return (
        select string_agg(archive._name(c.oid::regclass) || ' ' || fault.text, ', ' order by c.oid)
          from archive._tree(source) t (relid)
          join pg_class c on c.oid = t.relid
          join pg_class root on root.oid = source
         cross join lateral (
              select case when c.relkind = 'f' then 'is a foreign table'
                          when c.relpersistence <> 'p' then 'is not logged'
                          when c.relowner <> root.relowner then 'belongs to somebody else'
                     end
              ) fault (text)
         where c.oid <> source and fault.text is not null
    );

comment on function archive._fault_partitions(regclass) is
    'Partitions that keep their table from being archived; null without any.';
