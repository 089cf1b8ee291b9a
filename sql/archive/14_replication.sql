-- Logical replication: what a subscription fills here, and what publications copy from here.
--
-- An ALWAYS trigger fires where a subscription applies a delete. If the archive is subscribed as well, its row comes
-- from the publisher, and the trigger must not make a second one: it is ORIGIN until the subscription is dropped.

create function archive._is_subscribed(relation regclass) returns boolean
    language sql stable
    return exists (
        select from pg_subscription_rel s
         where s.srrelid = relation or pg_partition_root(s.srrelid) = relation);

comment on function archive._is_subscribed(regclass) is
    'Whether a subscription fills a table or a partition of it.';


create function archive._capture_mode(entry archive.registry) returns "char"
    language sql stable
    return case when archive._is_subscribed((entry).source) and archive._is_subscribed((entry).target)
                then 'O' else 'A' end::"char";

comment on function archive._capture_mode(archive.registry) is
    'How a table''s triggers are to be enabled, as pg_trigger.tgenabled has it: ALWAYS; or ORIGIN, where a'
    ' subscription brings both the table and its archive.';


create function archive._publications(target regclass)
    returns table (pubviaroot boolean, pubtruncate boolean, pubdelete boolean)
    language sql stable
begin atomic
    select p.pubviaroot, p.pubtruncate, p.pubdelete
      from pg_publication p
     where p.puballtables
        or exists (select from pg_publication_rel r
                    where r.prpubid = p.oid and (r.prrelid = target or pg_partition_root(r.prrelid) = target))
        or exists (select from pg_publication_namespace n
                     join pg_class c on c.relnamespace = n.pnnspid
                    where n.pnpubid = p.oid and c.oid = target);
end;

comment on function archive._publications(regclass) is
    'What the publications of an archive, or of a partition of it, copy.';


-- Published by the root, TRUNCATE of a partition is not copied and an INSERT into it is. So rows that a purge puts
-- back, or that move out of the default partition, would be there twice, and the subscription would stop at the key.
create function archive._is_published_by_row(target regclass) returns boolean
    language sql stable
    return exists (
        select from archive._publications(target) p where p.pubviaroot or not p.pubtruncate or not p.pubdelete);

comment on function archive._is_published_by_row(regclass) is
    'Whether a publication copies an archive''s rows, and not each TRUNCATE of a partition and each DELETE.';
