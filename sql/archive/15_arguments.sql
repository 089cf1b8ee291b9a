-- The checks of arguments that several functions share.

create function archive._refuse(reason text) returns void
    language plpgsql
as $$
begin
    raise exception '%', reason using errcode = 'AR422';
end
$$;

comment on function archive._refuse(text) is 'Raises AR422: a bad argument.';


-- SECURITY DEFINER: only the owner may read the registry. The trigger is checked too: its function must be the
-- archive's and belong to the archive's owner, or rows could be marked as restored through a table that only looks
-- archived.
create function archive._registry_entry(source regclass) returns archive.registry
    language plpgsql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry archive.registry;
begin
    select r.*
      into v_entry
      from archive.registry r
      join pg_catalog.pg_trigger t on t.tgrelid = r.source and t.tgname = 'zz_archive_before_delete'
      join pg_catalog.pg_proc p on p.oid = t.tgfoid
     where r.source = _registry_entry.source
       and p.pronamespace = 'archive'::regnamespace
       and p.proowner = archive._owner();

    if not found then
        raise exception '% is not archived', coalesce(source::text, 'null')
            using errcode = 'AR422', hint = 'select archive.enable(...) archives a table from then on.';
    end if;
    return v_entry;
end
$$;

comment on function archive._registry_entry(regclass) is
    'The registry''s row of an archived table. AR422 if it is not archived.';


create function archive._check_ids(archive_ids bigint[]) returns void
    language plpgsql
as $$
begin
    if archive_ids is null or array_ndims(archive_ids) > 1 or array_position(archive_ids, null) is not null then
        perform archive._refuse('archive_ids is a plain list, which must not be null or contain null');
    end if;
end
$$;

comment on function archive._check_ids(bigint[]) is 'AR422 unless it is a list of numbers.';


create function archive._check_reason(reason text) returns void
    language plpgsql
as $$
begin
    if trim(coalesce(reason, '')) = '' then
        perform archive._refuse('a reason must be given');
    end if;
end
$$;

comment on function archive._check_reason(text) is 'AR422 without a reason.';


create function archive._check_read_committed(missed text) returns void
    language plpgsql stable
as $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'not at isolation level %: % would be missed', current_setting('transaction_isolation'), missed
            using errcode = 'AR409', hint = 'Use READ COMMITTED.';
    end if;
end
$$;

comment on function archive._check_read_committed(text) is
    'AR409 at an isolation level whose snapshot would miss what others commit.';


-- After a data-only load the sequence may have started again: then two rows have one id.
create function archive._check_unambiguous(entry archive.registry, archive_ids bigint[]) returns void
    language plpgsql stable
as $$
declare
    v_id    bigint;
    v_times timestamptz[];
begin
    execute format(
        'select a.archive_id, array_agg(a.archived_at order by a.archived_at)'
        '  from %s a where a.archive_id = any ($1) group by 1 having count(*) > 1 order by 1 limit 1',
        archive._name(entry.target)
    ) into v_id, v_times using archive_ids;
    if v_id is not null then
        raise exception 'archive_id % names several rows of %: archived at %', v_id, archive._label(entry.source),
            array_to_string(v_times, ' and ')
            using errcode = 'AR409', hint = 'Restore them by their transactions: archive.restore_transaction().';
    end if;
end
$$;

comment on function archive._check_unambiguous(archive.registry, bigint[]) is
    'AR409 where one of these ids names several archived rows.';


create function archive._check_archived(entry archive.registry, archive_ids bigint[]) returns void
    language plpgsql
as $$
declare
    v_missing bigint;
begin
    perform archive._check_ids(archive_ids);
    -- Lock the rows found, so that none is purged before the end of the transaction.
    execute format(
        'with found as ('
        'select a.archive_id from %s a where a.archive_id = any ($1) order by a.archive_id for key share'
        ')'
        ' select min(i) from unnest($1) i where i not in (select archive_id from found)',
        archive._name(entry.target)
    ) into v_missing using archive_ids;
    if v_missing is not null then
        raise exception 'no archived row % of %', v_missing, archive._label(entry.source) using errcode = 'AR404';
    end if;
    perform archive._check_unambiguous(entry, archive_ids);
end
$$;

comment on function archive._check_archived(archive.registry, bigint[]) is
    'AR404 unless these rows are archived, AR409 where an id names several. Locks them.';
