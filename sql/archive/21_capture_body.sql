-- The text of a table's capture function, continued: all rows at a TRUNCATE, one row at a DELETE, and the whole.

create function archive._capture_each_row(entry archive.registry, relation text) returns text
    language sql stable
    return format($part$
            -- As a whole: fields of a row that * has put together cannot be asked for by name.
            for found_row in
                execute format('select "the row" as whole from only %%s "the row"', %s::regclass)
            loop
                "row seen by archive.enable()" := found_row.whole;%s
            end loop;$part$, relation, archive._capture_unknown(entry, '%4$s'));

comment on function archive._capture_each_row(archive.registry, text) is
    'The part of a capture function that copies the rows of a table one by one, with columns that it does not know.';


create function archive._capture_truncate_table(entry archive.registry) returns text
    language sql stable
    return format($part$
        if is_unknown or tg_relid is distinct from to_regclass(%7$L) then%6$s
            return null;
        end if;
        insert into %1$s (
            %2$s,
            %3$s)
        select %4$s,
               %5$s
          from only %7$s as "rows seen by archive.enable()";
$part$, archive._name((entry).target),
        archive._capture_metadata('%1$s', 12),
        archive._capture_columns(entry, '%2$I'),
        archive._capture_metadata('%4$s', 15),
        archive._capture_columns(entry, '"rows seen by archive.enable()".%1$I'),
        archive._capture_each_row(entry, 'tg_relid'),
        (entry).source_name);

comment on function archive._capture_truncate_table(archive.registry) is
    'The part of a capture function that copies all rows of a table without partitions.';


-- TRUNCATE fires the trigger of every table that it empties. A partition made since has none: its root speaks for it.
create function archive._capture_truncate_partitions(entry archive.registry) returns text
    language sql stable
    return format($part$
        for partition in
            select t.relid
              from pg_partition_tree(tg_relid) t
             where t.isleaf
               and (t.relid = tg_relid or not exists (
                    select from pg_trigger g where g.tgrelid = t.relid and g.tgname = 'zz_archive_before_truncate'))
        loop%s
        end loop;
$part$, archive._capture_each_row(entry, 'partition.relid'));

comment on function archive._capture_truncate_partitions(archive.registry) is
    'The part of a capture function that copies all rows of partitions.';


create function archive._capture_truncate(entry archive.registry) returns text
    language sql stable
    return format($part$
    if tg_op = 'TRUNCATE' then
    declare
        partition record;
        found_row record;
    begin
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
            raise exception 'TRUNCATE of %% at isolation level %% could lose rows',
                tg_relid::regclass, current_setting('transaction_isolation')
                using errcode = 'AR409', hint = 'Truncate at READ COMMITTED, or DELETE.';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active(tg_relid) then
            raise exception 'TRUNCATE of %% could lose rows that row-level security hides from %%',
                tg_relid::regclass, current_user
                using errcode = 'AR409', hint = 'DELETE instead.';
        end if;
%s        return null;
    end;
    end if;
$part$, case when archive._is_partitioned((entry).source) then archive._capture_truncate_partitions(entry)
              else archive._capture_truncate_table(entry) end);

comment on function archive._capture_truncate(archive.registry) is
    'The part of a capture function that copies all rows before a TRUNCATE.';


create function archive._capture_row(entry archive.registry) returns text
    language sql stable
    return format($part$%5$s
    if is_unknown then%1$s
    else
    circumstances := row(
        %2$s);%3$s
    end if;
    if not found then
        raise exception 'a trigger or rule of %% kept a deleted row of %% from being archived', %4$L, tg_relid::regclass
            using errcode = 'AR409', hint = 'The row is not deleted. select * from archive.health() names the trigger.';
    end if;
    return old;
$part$, archive._capture_unknown(entry, '%2$s'),
        archive._capture_metadata('%2$s', 8),
        archive._capture_insert(entry, 'circumstances.f%3$s'),
        archive._name((entry).target),
        case when archive._is_partitioned((entry).source) then $part$
    if current_setting('archive.moving', true) = 'on' then
        delete from archive.moves m
         where m.relation = tg_relid and m.place = old.ctid
           and m.transaction_id = pg_current_xact_id() and m.started_at = now();
        if found then
            return old;  -- an update moves it to another partition
        end if;
    end if;
$part$ end);

comment on function archive._capture_row(archive.registry) is
    'The part of a capture function that copies one row before its DELETE.';


-- The body, to be compared with the one in place. It calls no function of schema archive: deletes go on while sql/ is
-- applied. It names the columns' types: after a change of one it differs and is written anew, which makes pooled
-- connections drop their cached plans.
create function archive._capture_body(entry archive.registry) returns text
    language sql stable
    return format($body$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies %s.
<<capture>>
declare
    actor  text := nullif(current_setting('archive.actor', true), '');
    reason text := nullif(current_setting('archive.reason', true), '');
    -- Who deleted the row, when and from where: fields f1, f2 and so on, in the order of the columns. One expression
    -- for all is prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
    -- PostgreSQL names it in its error where a column was renamed or dropped since.
    "row seen by archive.enable()" alias for old;
    is_unknown boolean;%s
begin%s%s%send
$body$, replace(archive._capture_columns(entry, '%1$I %3$s'), E'\n', ' '),
        case when archive._is_partitioned((entry).source) then $part$
    root       oid := coalesce(pg_partition_root(tg_relid), tg_relid);$part$ end,
        archive._capture_labels(entry),
        archive._capture_truncate(entry),
        archive._capture_row(entry));

comment on function archive._capture_body(archive.registry) is
    'What the body of a table''s capture function has to be.';
