-- What archive.enable() warns of, and health repeats: rows that an undo could not bring back, values better not kept.

-- A table that is archived speaks for what hangs from it in turn.
create function archive._unarchived_children(source regclass)
    returns table (child regclass, deleted boolean)  -- with the row; otherwise by TRUNCATE ... CASCADE alone
    language sql stable
begin atomic
    with recursive reached (relation, deleted) as (
        select source, true
        union
        select c.conrelid::regclass, r.deleted and c.confdeltype = 'c'
          from reached r
         cross join lateral archive._foreign_keys_to(r.relation) f (oid)
          join pg_constraint c on c.oid = f.oid
         where not exists (
             select from pg_trigger t where t.tgrelid = c.conrelid and t.tgname = 'zz_archive_before_delete')
    )
    select r.relation, bool_or(r.deleted) from reached r where r.relation <> source group by r.relation;
end;

comment on function archive._unarchived_children(regclass) is
    'The tables that lose rows with those of a table, and are not archived.';


create function archive._fault_children(source regclass) returns text
    language sql stable
    return (
        select string_agg(format(case when c.deleted then '%s is deleted with it and is not archived'
                                      else '%s is emptied by TRUNCATE ... CASCADE of it and is not archived' end,
                                 archive._label(c.child)), '; ' order by archive._label(c.child))
          from archive._unarchived_children(source) c
    );

comment on function archive._fault_children(regclass) is
    'What no undo of a table''s deletions brings back, for it is not archived; null without any.';


-- PostgreSQL moves values of variable length out of line, to a pointer of 18 bytes, and never others.
create function archive._fault_width(entry archive.registry) returns text
    language sql stable
    return (
        select 'a row with a value in each column may be too big for the archive, and then cannot be deleted:'
               ' exclude columns of fixed length, or split the table'
          from (
              select count(*) as columns, sum(case when t.typlen > 0 then t.typlen else 18 end) as bytes
                from archive._copies(entry) c
                join pg_attribute a on a.attrelid = (entry).source and a.attnum = c.attnum
                join pg_type t on t.oid = a.atttypid
          ) copied
         cross join (
              select count(*) as columns, sum(case when t.typlen > 0 then t.typlen else 18 end) as bytes
                from archive._archive_metadata() m
                join pg_type t on t.oid = m.type::regtype
          ) metadata
         -- 8,160 bytes of a page, less the header of 23 with a bit for each column, aligned to 8.
         where 32 + (copied.columns + metadata.columns) / 8 + copied.bytes + metadata.bytes > 8160
    );

comment on function archive._fault_width(archive.registry) is
    'That rows of a table may fit it and not its archive; null if they always fit.';


-- Which columns are copied from the start is a choice that somebody made. One that joins comes of itself.
create function archive._fault_secrets(entry archive.registry) returns text
    language sql stable
    return (
        select string_agg(format('%I', c.name), ', ' order by c.attnum)
               || ' joined the archive and looks like a secret: archive.enable(..., exclude => ...) ends that'
          from archive._copies(entry) c
         where coalesce(c.since, 1) > 0
           and c.name ~* '(password|passwd|passphrase|secret|token|api_?key|private_?key|credential)'
    );

comment on function archive._fault_secrets(archive.registry) is
    'Columns that came later and whose names say that nobody should keep them; null without any.';


create function archive._enable_warn(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_warning text;
begin
    foreach v_warning in array array[
        archive._fault_children(entry.source), archive._fault_width(entry), archive._fault_secrets(entry),
        archive._fault_references(entry)
    ] loop
        if v_warning is not null then
            raise warning '%: %', archive._label(entry.source), v_warning;
        end if;
    end loop;
end
$$;

comment on function archive._enable_warn(archive.registry) is 'Warns of what an undo of a table''s deletions lacks.';
