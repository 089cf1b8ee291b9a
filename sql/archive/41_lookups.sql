-- Look-ups by choice: which indexes an archive table has beside its primary key. Each adds to the cost of a delete.
--
-- Under 'undo' only what a restore needs: the primary key finds a row by its archive_id, and one index the rows of a
-- transaction. Everything else works without the other indexes, but reads more rows.

-- Known by their definitions, as pg_get_indexdef() writes them: a column may be renamed, an index too.
create function archive._lookup_indexes(entry archive.registry)
    returns table (definition text, needed boolean, found regclass[], valid boolean)
    language sql stable
begin atomic
    with wanted (lookups, definition) as (
        values
            ('undo', 'btree (transaction_id)'),
            ('all',  'btree (' || (select string_agg(quote_ident(k.wanted), ', ')
                                     from archive._key_copies(entry) k) || ')'),
            ('all',  'btree (archived_at, transaction_id) INCLUDE (restored_at)'),
            ('all',  'btree (archived_by text_pattern_ops, archive_id)'),
            ('all',  'btree (archive_id) WHERE (restored_at IS NOT NULL)')
    ), present as (
        select i.indexrelid, i.indisvalid,
               split_part(pg_get_indexdef(i.indexrelid),
                          format('CREATE INDEX %I ON ONLY %s USING ', c.relname, archive._name(i.indrelid)), 2)
                   as definition
          from pg_index i
          join pg_class c on c.oid = i.indexrelid
         where i.indrelid = (entry).target
    )
    select w.definition, w.lookups in ('undo', (entry).lookups),
           array_remove(array_agg(p.indexrelid::regclass), null), coalesce(bool_or(p.indisvalid), false)
      from wanted w
      left join present p on p.definition = w.definition
     group by w.lookups, w.definition;
end;

comment on function archive._lookup_indexes(archive.registry) is
    'The indexes of an archive beside its primary key: whether its choice of look-ups needs them, and which of its'
    ' indexes they are.';


create function archive._lookups_check(lookups text) returns void
    language plpgsql
as $$
begin
    if lookups not in ('all', 'undo') then
        perform archive._refuse(format('lookups must be all or undo, not %L', lookups));
    end if;
end
$$;

comment on function archive._lookups_check(text) is 'AR422 unless it is a choice of look-ups, or null.';


create function archive._lookups_apply(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_index   record;
    v_dropped regclass;
begin
    for v_index in
        select l.* from archive._lookup_indexes(entry) l
    loop
        if v_index.needed and not v_index.valid then
            execute format('create index on %s using %s', archive._name(entry.target), v_index.definition);
        elsif not v_index.needed then
            foreach v_dropped in array v_index.found loop
                execute format('drop index %s', v_dropped);
            end loop;
        end if;
    end loop;
end
$$;

comment on function archive._lookups_apply(archive.registry) is
    'Makes the indexes that a choice of look-ups needs, and drops those it does not. Deletes wait meanwhile.';


create function archive._fault_lookups(entry archive.registry) returns text
    language sql stable
    return (
        select format('%s has no index %s: archive.enable(%L, lookups => %L) makes it', archive._name((entry).target),
                      string_agg(l.definition, ', ' order by l.definition), archive._name((entry).source),
                      (entry).lookups)
          from archive._lookup_indexes(entry) l
         where l.needed and not l.valid
        having count(*) > 0
    );

comment on function archive._fault_lookups(archive.registry) is
    'Which indexes an archive lacks that its look-ups need; null if none.';
