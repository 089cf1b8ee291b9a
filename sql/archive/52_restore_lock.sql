-- Restore, step 2 of 5: the archived rows are found and locked, for callers who may not do so themselves.

create function archive._restore_select_ids(source regclass, archive_ids bigint[]) returns archive.restore_selection
    language plpgsql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_selection archive.restore_selection;
    v_period    record;
begin
    perform archive._registry_entry(source);
    v_period := archive._restore_period(source, archive_ids);
    v_selection.sources := array[source];
    v_selection.ids := array(select distinct i from unnest(archive_ids) i order by i);
    v_selection.first := v_period.first;
    v_selection.last := v_period.last;
    if v_period.row_count < cardinality(v_selection.ids) then
        perform archive._restore_check_found(source, v_selection);
    elsif v_period.row_count > cardinality(v_selection.ids) then
        perform archive._check_unambiguous(archive._registry_entry(source), archive_ids);
    end if;
    return v_selection;
end
$$;

comment on function archive._restore_select_ids(regclass, bigint[]) is 'Archived rows of one table, by id.';


create function archive._restore_select_transaction(transaction_id xid8, archived_at timestamptz)
    returns archive.restore_selection
    language plpgsql stable
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_selection archive.restore_selection;
begin
    select array_agg(distinct p.source), min(p.archived_at), max(p.archived_at)
      into v_selection.sources, v_selection.first, v_selection.last
      from archive._deletion_parts(transaction_id, archived_at) p;
    if v_selection.sources is null then
        raise exception 'no archived row of transaction %', transaction_id using errcode = 'AR404';
    end if;
    if v_selection.first <> v_selection.last then
        raise exception
            'transaction % is ambiguous: rows were archived under this id at different times', transaction_id
            using errcode = 'AR409', hint = 'Name one with archived_at.';
    end if;
    v_selection.sources := archive._restore_parents_first(v_selection.sources);
    v_selection.transaction_id := transaction_id;
    v_selection.ids := '{}';
    return v_selection;
end
$$;

comment on function archive._restore_select_transaction(xid8, timestamptz) is
    'What one transaction deleted from all archived tables.';


-- Two restores of the same tables take them in one order; in a circle of foreign keys, the oid decides.
create function archive._restore_parents_first(sources regclass[]) returns regclass[]
    language sql stable
begin atomic
    with recursive levels (source, level) as (
        select s, 0 from unnest(sources) s
        union
        select c.conrelid::regclass, l.level + 1
          from levels l
         cross join lateral archive._foreign_keys_to(l.source) f (oid)
          join pg_constraint c on c.oid = f.oid
         where c.conrelid <> c.confrelid and c.conrelid = any (sources) and l.level < cardinality(sources)
    )
    select array_agg(s.source order by s.level, s.source::oid)
      from (select l.source, max(l.level) from levels l group by l.source) s (source, level);
end;

comment on function archive._restore_parents_first(regclass[]) is 'Tables, those referred to before those that refer.';


create function archive._restore_period(
    source regclass, archive_ids bigint[], out first timestamptz, out last timestamptz, out row_count bigint
)
    language sql stable
begin atomic
    select min((l.result ->> 'first')::timestamptz), max((l.result ->> 'last')::timestamptz),
           coalesce(sum((l.result ->> 'count')::bigint), 0)
      from archive._read_leaves(
          array(select f from archive._leaves(array[source]) f),
          format('select min(a.archived_at) as first, max(a.archived_at) as last, count(*)'
                 '  from %%s a where a.archive_id = any (%L)', archive_ids)) l;
end;

comment on function archive._restore_period(regclass, bigint[]) is
    'When the first and the last of some archived rows were deleted, and how many there are.';


create function archive._restore_condition(selection archive.restore_selection) returns text
    language sql immutable
    return case when (selection).transaction_id is null
                then 'a.archive_id = any ($1) and a.archived_at between $2 and $3'
                else 'a.transaction_id = $4 and a.archived_at between $2 and $3 and a.archive_id <> all ($1)'
           end;

comment on function archive._restore_condition(archive.restore_selection) is
    'Which rows are selected: $1 to $4 are the selection''s ids, first, last and transaction_id.';


-- In id order, so that two overlapping restores queue instead of deadlocking. A key deleted twice in one transaction
-- comes back as it was last: the older rows are locked too, and leave the selection.
create function archive._restore_lock(
    selection archive.restore_selection,
    out locked archive.restore_selection, out row_count bigint, out blocked boolean  -- restored or erased already
)
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_source  regclass;
    v_found   record;
    v_older   bigint[];
begin
    locked := selection;
    row_count := 0;
    blocked := false;
    foreach v_source in array coalesce(selection.sources, '{}') loop
        execute format(
            'select count(*) as rows, coalesce(bool_or(l.blocked), false) as blocked'
            '  from (select a.restored_at is not null or a.erased_at is not null as blocked'
            '          from %s a where %s order by a.archive_id for update) l',
            archive._name((archive._registry_entry(v_source)).target), archive._restore_condition(selection)
        ) into v_found using selection.ids, selection.first, selection.last, selection.transaction_id;
        row_count := row_count + v_found.rows;
        blocked := blocked or v_found.blocked;

        if selection.transaction_id is not null then
            v_older := archive._restore_superseded(v_source, selection);
            locked.ids := locked.ids || v_older;
            row_count := row_count - cardinality(v_older);
        elsif cardinality(selection.sources) = 1 and v_found.rows < cardinality(selection.ids) then
            perform archive._restore_check_found(v_source, selection);
        end if;
    end loop;
    if selection.transaction_id is not null and row_count = 0 then
        raise exception 'no archived row of transaction %', selection.transaction_id using errcode = 'AR404';
    end if;
end
$$;

comment on function archive._restore_lock(archive.restore_selection) is
    'Locks archived rows, and returns how many, and whether any is restored or erased already.';


create function archive._restore_superseded(source regclass, selection archive.restore_selection) returns bigint[]
    language plpgsql stable
as $$
declare
    v_target text := archive._name((archive._registry_entry(source)).target);
    v_key    text;
    v_twice  boolean;
    v_older  bigint[] := '{}';
begin
    select string_agg(k.archived, ', ') into v_key from archive._restore_key(archive._registry_entry(source)) k;
    execute format('select exists (select from %s a where %s group by %s having count(*) > 1)',
                   v_target, archive._restore_condition(selection), v_key)
       into v_twice using selection.ids, selection.first, selection.last, selection.transaction_id;
    if v_twice then
        execute format(
            'select coalesce(array_agg(archive_id), ''{}'')'
            '  from (select a.archive_id, lead(a.archive_id) over (partition by %s order by a.archive_id) as next'
            '          from %s a where %s) r'
            ' where next is not null',
            v_key, v_target, archive._restore_condition(selection)
        ) into v_older using selection.ids, selection.first, selection.last, selection.transaction_id;
    end if;
    return v_older;
end
$$;

comment on function archive._restore_superseded(regclass, archive.restore_selection) is
    'The archived rows whose key the same transaction deleted again later.';


create function archive._restore_check_found(source regclass, selection archive.restore_selection) returns void
    language plpgsql stable
as $$
declare
    v_missing bigint;
begin
    execute format(
        'select min(id) from (select unnest($1) as id except select a.archive_id from %s a where %s) m',
        archive._name((archive._registry_entry(source)).target), archive._restore_condition(selection)
    ) into v_missing using selection.ids, selection.first, selection.last;
    if v_missing is not null then
        raise exception 'no archived row % of %', v_missing, archive._label(source) using errcode = 'AR404';
    end if;
end
$$;

comment on function archive._restore_check_found(regclass, archive.restore_selection) is
    'AR404 unless each row selected by its id is archived.';
