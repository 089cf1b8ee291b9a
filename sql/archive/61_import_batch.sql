-- Import, continued: one batch, in one transaction.

create function archive._import_check(entry archive.registry, deleted_by name, batch integer) returns void
    language plpgsql stable
as $$
begin
    if deleted_by is not null then
        perform archive._import_check_column(entry, deleted_by, null);
    end if;
    if batch is null or batch < 1 then
        perform archive._refuse('batch must be at least 1');
    end if;
    perform archive._check_read_committed('a row that began meanwhile to refer to a marked one');

    -- The time of a mark moves an archived row to another partition: a publication copies that as DELETE and INSERT.
    if exists (select from archive._publications(entry.target) p where not p.pubdelete) then
        raise exception 'a publication of %''s archive copies no deletes: imported rows would be there twice',
            archive._label(entry.source)
            using errcode = 'AR409', hint = 'Import first, or let the publication copy deletes meanwhile.';
    end if;
end
$$;

comment on function archive._import_check(archive.registry, name, integer) is
    'AR422 for a bad argument, AR409 where an import cannot be made now.';


create function archive._import_batch(
    source regclass, deleted_at name, deleted_by name, batch integer, callers_path text
) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s'
    set quote_all_identifiers = off
as $$
declare
    v_entry  archive.registry := archive._registry_entry(source);
    v_moment text             := archive._import_moment(v_entry, deleted_at, deleted_at);
    v_first  bigint           := nextval('archive.archive_id_seq');
    v_done   record;
    v_left   text;
begin
    perform archive._import_check(v_entry, deleted_by, batch);
    select * into v_done from archive._import_delete(source, v_moment, batch, callers_path);
    if v_done.deleted = 0 and v_done.moments is not null then
        raise exception 'a trigger of % keeps rows from being deleted', archive._label(source)
            using errcode = 'AR409',
                  hint = 'Disable a trigger that makes deletes into marks. If rows refer to them since, call again.';
    elsif v_done.deleted = 0 then
        v_left := archive._import_left(source, v_moment);
        if v_left is not null then
            raise warning 'rows marked as deleted stay in %: %', archive._label(source), v_left
                using hint = 'Import or delete what refers to them first, then call again.';
        end if;
        return 0;
    end if;
    perform archive._partition_make_month(v_entry.target, m.month)
       from (select distinct archive._partition_month(u) from unnest(v_done.moments) u order by 1) m (month);
    perform archive._import_rewrite(v_entry, deleted_at, deleted_by, v_first);
    perform archive._purge_log_add('import', source, v_done.deleted, 0, jsonb_build_object(
        'deleted_at', deleted_at, 'deleted_by', deleted_by, 'transaction_id', pg_current_xact_id()::text),
        archive._label_setting('archive.reason'));
    return v_done.deleted;
end
$$;

comment on function archive._import_batch(regclass, name, name, integer, text) is
    'archive.import_soft_deleted(), with the search path of its caller.';


create function archive.import_soft_deleted(
    source regclass, deleted_at name, deleted_by name default null, batch integer default 10000
) returns integer
    language sql
begin atomic
    select archive._import_batch(source, deleted_at, deleted_by, batch, current_setting('search_path'));
end;

comment on function archive.import_soft_deleted(regclass, name, name, integer) is
    'Moves a batch of rows marked as deleted into the archive, the oldest first, with the time and person of the mark.'
    ' deleted_at: a timestamp, a date, both read as UTC where they have no zone, or a boolean. deleted_by: any column.'
    ' Returns how many; 0 when done. Rows to which live rows refer stay, and a warning counts them.'
    ' A restored row is not marked any more. AR409 a trigger interferes, AR422 bad argument.';
