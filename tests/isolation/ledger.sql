-- How a spec knows what must hold after each interleaving: rows are conserved.
--
-- A delete moves a row from its table to the archive, a restore moves it back. Whatever ran, and however it ended, there
-- are as many copies of each row and version as before, plus those that committed transactions entered in the ledger.

create function id(n integer) returns uuid
    language sql immutable
    return lpad(n::text, 32, '0')::uuid;

-- A row is in one place: live, or archived and not restored.
create view copies as
    select id, title || coalesce(': ' || description, '') as version from item
    union all
    select id, title || coalesce(': ' || description, '') from item_archive where restored_at is null
    union all
    select id, email from "user"
    union all
    select id, email from user_archive where restored_at is null;

-- What a session inserts, changes or purges it enters here in the same transaction.
create table ledger (id uuid, version text, change integer default 1);

-- What sessions were told that they restored.
create table told (archive_id bigint);

-- What sessions were told that they put on hold.
create table held (archive_id bigint);

create procedure clear() language sql
begin atomic
    delete from "user";
    delete from item_archive;
    delete from user_archive;
    delete from ledger;
    delete from told;
    delete from held;
    delete from archive.holds;
    select setval('archive.archive_id_seq', 1, false);
end;

create procedure take_stock() language sql
begin atomic
    insert into ledger select id, version from copies;
end;

-- Called by a session that has purged, in its transaction. What it finds neither live nor archived it has destroyed: nobody
-- else purges, and what others delete or restore it sees in the one place or the other.
create procedure note_purge() language sql
begin atomic
    insert into ledger
    select id, version, -1 from ledger group by id, version having sum(change) > 0
    except
    select id, version, -1 from copies;
end;

create function faults() returns table (fault text) language sql
begin atomic
    select format('%s %s (%s): %s instead of %s',
                  case when coalesce(found.n, 0) < coalesce(due.n, 0) then 'LOST' else 'GHOST' end,
                  id, version, coalesce(found.n, 0), coalesce(due.n, 0))
      from (select id, version, sum(change) as n from ledger group by id, version) due
      full join (select id, version, count(*) as n from copies group by id, version) found using (id, version)
     where coalesce(found.n, 0) <> coalesce(due.n, 0)
    union all
    select format('ORPHAN %s (%s)', item.id, item.title)
      from item
     where not exists (select from "user" where "user".id = item.owner_id)
    union all
    select format('TWICE archived row %s: restored to %s sessions', archive_id, count(*))
      from told
     group by archive_id
    having count(*) > 1
    union all
    select format('UNTOLD archived row %s: marked as restored, and no session was told, or the reverse', archive_id)
      from (
          select archive_id, restored_at from item_archive
          union all
          select archive_id, restored_at from user_archive
      ) archived
     where (restored_at is not null) <> (archive_id in (select archive_id from told))
    union all
    select format('HELD archived row %s: on hold, and gone', archive_id)
      from held
     where archive_id not in (select archive_id from item_archive);
end;
