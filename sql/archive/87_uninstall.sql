-- The end of the archive in a database.

-- An archive is known by its own columns, also where archive.disable() has forgotten its table.
create function archive._archive_tables() returns setof regclass
    language sql stable
begin atomic
    select c.oid::regclass
      from pg_class c
     where c.relkind = 'p'
       and c.relowner = archive._owner()
       and c.relname like '%\_archive'
       and pg_get_partkeydef(c.oid) = 'RANGE (archived_at)'
       and not exists (
           select from archive._archive_metadata() m
            where m.not_null and m.name not in (select a.name from archive._columns(c.oid) a)
       );
end;

comment on function archive._archive_tables() is 'Every archive table, also of a table that is archived no more.';


create function archive.uninstall(drop_archives boolean default false) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
as $$
declare
    v_tables regclass[] := case when drop_archives then array(select archive._archive_tables()) else '{}' end;
    v_grant  record;
    v_table  regclass;
begin
    perform archive.disable(r.source) from archive.registry r;
    foreach v_table in array v_tables loop
        execute format('drop table %s', v_table);
    end loop;
    for v_grant in
        select c.oid::regclass as relation, g.grantee::regrole as role
          from archive._archive_tables() a (oid)
          join pg_class c on c.oid = a.oid
         cross join aclexplode(c.relacl) g
         where g.grantee in (to_regrole(quote_ident(archive._role('runtime'))),
                             to_regrole(quote_ident(archive._role('auditor'))))
    loop
        execute format('revoke all on %s from %s', v_grant.relation, v_grant.role);
    end loop;
    drop schema archive cascade;
end
$$;

comment on function archive.uninstall(boolean) is
    'Ends archiving and drops schema archive. The archive tables stay, readable by their owner alone, unless'
    ' drop_archives. The roles stay: they belong to the cluster.';
