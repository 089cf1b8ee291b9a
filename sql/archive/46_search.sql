-- Trigram indexes (pg_trgm) for the search of a text in closed months. Deletes write to the open month, so that they
-- pay nothing for these indexes; a search scans the open month.
--
-- A search is answered by them where it compares as `column::text collate "default" ilike pattern`.

create function archive._search_operator_class() returns text
    language sql stable
    return (
        select format('%I.gin_trgm_ops', n.nspname)
          from pg_extension e
          join pg_namespace n on n.oid = e.extnamespace
         where e.extname = 'pg_trgm' and has_schema_privilege(archive._owner(), n.oid, 'usage')
    );

comment on function archive._search_operator_class() is
    'The operator class of pg_trgm for GIN, qualified; null where the extension is not installed.';


-- Without the right to install it, or without its files, there are no such indexes, which is no error.
create function archive._search_install() returns void
    language plpgsql
as $$
begin
    if archive._search_operator_class() is null
       and to_regnamespace('public') is not null
       and has_database_privilege(current_database(), 'create')
       and exists (select from pg_available_extension_versions v where v.name = 'pg_trgm' and v.trusted)
       and exists (select from archive._search_missing_indexes()) then
        create extension if not exists pg_trgm schema public;
    end if;
exception
    when insufficient_privilege or feature_not_supported or undefined_file then null;
    when duplicate_object or unique_violation or lock_not_available then null; -- another call installs it
end
$$;

comment on function archive._search_install() is
    'Installs pg_trgm where a closed month could use it, and the caller may.';


-- In a form that pg_trgm takes: char(n) is cast. Not every collation has an ILIKE; the database's own has.
create function archive._search_columns(relation regclass)
    returns table (attnum smallint, expression text)
    language sql stable
begin atomic
    select a.attnum,
           case when a.atttypid = 'bpchar'::regtype then format('(%I::text collate pg_catalog."default")', a.attname)
                when a.attcollation <> 'pg_catalog."default"'::regcollation
                    then format('%I collate pg_catalog."default"', a.attname)
                else quote_ident(a.attname)
           end
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid and t.typcategory = 'S'
     where a.attrelid = relation
       and a.attnum > 0
       and a.attname not in (select m.name from archive._archive_metadata() m)
       and (a.atttypid in ('text'::regtype, 'bpchar'::regtype) or exists (
               select from pg_cast c
                where c.castsource = a.atttypid and c.casttarget = 'text'::regtype
                  and c.castmethod = 'b' and c.castcontext = 'i'));
end;

comment on function archive._search_columns(regclass) is
    'The copied columns of text in an archive''s partition, as an index has them.';


-- Ours by their names. They are known by the columns that they depend on, also where those were renamed since.
create function archive._search_indexes(relation regclass)
    returns table (index regclass, valid boolean, attnums smallint[])
    language sql stable
begin atomic
    select i.indexrelid::regclass, i.indisvalid, array_agg(d.refobjsubid::smallint)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid and c.relname like 'archive_search_%'
      join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                      and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid > 0
     where i.indrelid = relation
     group by i.indexrelid, i.indisvalid;
end;

comment on function archive._search_indexes(regclass) is
    'The trigram indexes of a partition, and the columns that each is of.';


-- One index for all columns that have none: one lock a partition for every query of the archive. Reading less than a
-- megabyte takes no longer than a look into an index. PostgreSQL allows 32 columns an index.
create function archive._search_missing_indexes()
    returns table (source regclass, partition regclass, name text, definition text)
    language sql stable
begin atomic
    select r.source, p.partition, 'archive_search_' || md5(p.partition::oid || ' ' || min(c.attnum)),
           string_agg(c.expression || ' ' || coalesce(archive._search_operator_class(), ''), ', ' order by c.attnum)
      from archive.registry r
     cross join lateral archive._partitions(r.target) p
     cross join lateral (
          select c.attnum, c.expression, (row_number() over (order by c.attnum) - 1) / 32 as nth
            from archive._search_columns(p.partition) c
           where c.attnum not in (
                     select unnest(i.attnums) from archive._search_indexes(p.partition) i where i.valid)
     ) c
     where p.upper <= now() - interval '1 day' and pg_relation_size(p.partition) >= 1048576
     group by r.source, p.partition, p.lower, c.nth
     order by p.lower desc, r.source, c.nth;
end;

comment on function archive._search_missing_indexes() is
    'The trigram indexes that closed months lack, the newest first.';


create function archive._search_drop_invalid(partition regclass) returns void
    language plpgsql
as $$
declare
    v_index regclass;
begin
    -- While another call makes an index, it is invalid too. That call has a lock on the partition.
    if not exists (select from archive._search_indexes(partition) i where not i.valid)
       or not archive._partition_lock(partition) then
        return;
    end if;
    for v_index in
        select i.index from archive._search_indexes(partition) i where not i.valid
    loop
        execute format('drop index %s', v_index);
    end loop;
end
$$;

comment on function archive._search_drop_invalid(regclass) is
    'Drops the indexes of a partition that a cancelled CREATE INDEX CONCURRENTLY left.';


-- A partition in use, or a statement timeout, ends this early and undoes none of what was done before.
create function archive._search_make_indexes(max_indexes integer)
    returns table (source regclass, partition regclass)
    language plpgsql
    set lock_timeout = '1s'
as $$
declare
    v_index record;
begin
    if max_indexes <= 0 then
        return;
    end if;
    perform archive._search_install();
    for v_index in
        select m.*
          from archive._search_missing_indexes() m
         where archive._search_operator_class() is not null
         limit max_indexes
    loop
        begin
            perform archive._search_drop_invalid(v_index.partition);
            execute format('create index %I on %s using gin (%s)', v_index.name, v_index.partition, v_index.definition);
            source := v_index.source;
            partition := v_index.partition;
            return next;
        exception
            when lock_not_available or duplicate_table then null;
            when query_canceled then return;
        end;
    end loop;
end
$$;

comment on function archive._search_make_indexes(integer) is
    'Makes the trigram indexes that closed months lack, and returns one row for each.';
