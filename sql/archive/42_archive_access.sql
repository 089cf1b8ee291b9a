-- Who else than the archive's owner has privileges on an archive table, and how they are revoked.

create function archive._grantee(grantee oid) returns text
    language sql stable
    return case grantee when 0 then 'PUBLIC' else grantee::regrole::text end;

comment on function archive._grantee(oid) is
    'The name of a role that something is granted to, as SQL writes it; 0 stands for PUBLIC.';


create function archive._archive_grants(target regclass)
    returns table (relation regclass, privilege text, grantee oid)
    language sql stable
begin atomic
    select c.oid, g.privilege_type, g.grantee
      from archive._tree(target) t (relid)
      join pg_class c on c.oid = t.relid
     cross join aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
     where g.grantee not in (archive._owner(), c.relowner)
    union all
    select a.attrelid, g.privilege_type, g.grantee
      from archive._tree(target) t (relid)
      join pg_attribute a on a.attrelid = t.relid
     cross join aclexplode(a.attacl) g
     where g.grantee <> archive._owner();
end;

comment on function archive._archive_grants(regclass) is
    'The grants on an archive and its partitions to others than the owner; 0 stands for PUBLIC.';


create function archive._fault_writers(target regclass) returns text
    language sql stable
    return (
        select string_agg(distinct fault, '; ')
          from (
              select format('%s on %s is granted to %s', g.privilege, g.relation, archive._grantee(g.grantee))
                from archive._archive_grants(target) g
               where g.privilege <> 'SELECT'
              union all
              select format('%s belongs to %s', c.oid::regclass, c.relowner::regrole)
                from archive._tree(target) t (relid)
                join pg_class c on c.oid = t.relid
               where c.relowner <> archive._owner()
          ) f (fault)
    );

comment on function archive._fault_writers(regclass) is
    'How others than the owner may change an archive or its partitions; null if they may not.';


-- A partition is read through its archive: a grant on one comes from default privileges, or was made by mistake.
create function archive._fault_partition_grants(target regclass) returns text
    language sql stable
    return (
        select string_agg(distinct format('%s on %s is granted to %s',
                                          g.privilege, g.relation, archive._grantee(g.grantee)), '; ')
          from archive._archive_grants(target) g
         where g.relation <> target
    );

comment on function archive._fault_partition_grants(regclass) is
    'Grants on the partitions of an archive; null without any.';


create function archive._archive_revoke(relation regclass, privileges text) returns void
    language plpgsql
as $$
declare
    v_grantee text;
begin
    for v_grantee in
        select distinct archive._grantee(g.grantee)
          from (
              select c.relacl from pg_class c where c.oid = relation
              union all
              select a.attacl from pg_attribute a where a.attrelid = relation
          ) acl (items), aclexplode(acl.items) g
         where g.grantee <> archive._owner()
    loop
        execute format('revoke %s on %s from %s', privileges, relation, v_grantee);
    end loop;
end
$$;

comment on function archive._archive_revoke(regclass, text) is
    'Takes privileges on a relation from everybody but the archive''s owner.';
