-- Restore, step 4 of 5, continued: what only the archive's owner may do once the rows live.

create function archive._restore_equality(source regclass, attnum smallint) returns oid
    language sql stable
begin atomic
    select amop.amopopr
      from pg_index i
     cross join unnest(i.indkey, i.indclass) k (attnum, opclass)
      join pg_opclass class on class.oid = k.opclass
      join pg_amop amop
        on amop.amopfamily = class.opcfamily and amop.amoplefttype = class.opcintype
       and amop.amoprighttype = class.opcintype and amop.amopstrategy = 3 and amop.amoppurpose = 's'
     where i.indrelid = source and i.indisunique and i.indisvalid and k.attnum = _restore_equality.attnum
     order by i.indisprimary desc, i.indexrelid
     limit 1;
end;

comment on function archive._restore_equality(regclass, smallint) is
    'The operator by which the key''s index compares a column.';


-- Keys are compared by the operator of the key's own index: a pinned search path finds no operator of an extension.
create function archive._restore_key_condition(entry archive.registry, new_key boolean) returns text
    language sql stable
begin atomic
    select string_agg(
               format('%s operator(%I.%s) %s', k.live, n.nspname, o.oprname,
                      case when new_key then format('($5)[%s]::%s', k.ordinal, k.base_type) else k.archived end),
               ' and ')
      from archive._restore_key(entry) k
      join pg_operator o on o.oid = archive._restore_equality((entry).source, k.attnum)
      join pg_namespace n on n.oid = o.oprnamespace;
end;

comment on function archive._restore_key_condition(archive.registry, boolean) is
    'That a live row has the archived key or, with new_key, the key that $5 holds as text.';


-- SECURITY DEFINER: the caller must not be able to write to the archive otherwise. So it looks for the live rows
-- itself: one that this transaction inserted for each row to be marked. It compares keys, not contents: whoever may
-- insert into the table may also insert any other row under that key and have the archived row marked.
--
-- First the look, then a plain update: joined to the live rows, the update would go through the archive in the order of
-- a hash table, which takes twice as long.
create function archive._restore_mark(
    source regclass, selection archive.restore_selection, new_key text[] default null
) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry     archive.registry := archive._registry_entry(source);
    v_condition text             := archive._restore_condition(selection)
                                    || ' and a.restored_at is null and a.erased_at is null';
    v_rows      bigint;
    v_live      bigint;
    v_marked    bigint;
    v_ids       int8multirange;
begin
    execute format(
        'select count(*), count(distinct %s)'
        '  from %s a'
        '  join %s live on %s'
        ' where %s'
        -- Inserted by this transaction or since: the ids of subtransactions are later than its own.
        '   and (live.xmin::text::bigint - $6 + 4294967296) %% 4294967296 < 2147483648',
        -- Within one table, the place of a row tells it.
        case when archive._live(source) = archive._name(source) then '(live.tableoid, live.ctid)' else 'live.ctid' end,
        archive._name(v_entry.target), archive._live(source),
        archive._restore_key_condition(v_entry, new_key is not null), v_condition
    ) into v_rows, v_live
    using selection.ids, selection.first, selection.last, selection.transaction_id, new_key,
          (pg_current_xact_id()::text::numeric % 4294967296)::bigint;

    execute format(
        'with marked as (update %s a set restored_at = now(), restored_by = $5%s where %s returning a.archive_id) %s',
        archive._name(v_entry.target), archive._restore_mark_more(v_entry.target), v_condition,
        archive._seal_ids('marked'))
       into v_ids, v_marked
    using selection.ids, selection.first, selection.last, selection.transaction_id,
          coalesce(archive.actor(), session_user), archive._label_setting('archive.reason'),
          array_to_string(new_key, ',');
    perform archive._seal_log_add('restore', v_entry.target, v_ids);

    if v_marked <> v_rows or v_live <> v_rows then
        raise exception
            'not every archived row named has a live row of its own in % that was inserted just now', source
            using errcode = 'AR409';
    end if;
    return v_marked;
end
$$;

comment on function archive._restore_mark(regclass, archive.restore_selection, text[]) is
    'Marks archived rows as restored, after a look at the live rows, and returns how many.';


-- An archive that archive.enable() refused to bring up to date may lack these columns.
create function archive._restore_mark_more(target regclass) returns text
    language sql stable
    return (
        select string_agg(format(', %s = %s', m.name, m.value), '')
          from (values ('restore_reason', '$6'), ('restored_as', '$7')) m (name, value)
          join archive._columns(target) c on c.name = m.name
    );

comment on function archive._restore_mark_more(regclass) is
    'What the mark of a restored row says besides: why, and under which new key.';


-- TRUNCATE ... RESTART IDENTITY moves a sequence back behind the rows that come back. ALTER SEQUENCE, for it is rolled
-- back with a preview, where setval() stays. SECURITY DEFINER: it belongs to the sequence's owner. It moves a sequence
-- forward only, to the highest live row.
create function archive._restore_sequences(source regclass) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_sequence record;
    v_next     numeric;
    v_last     numeric;
begin
    perform archive._registry_entry(source);
    for v_sequence in
        select archive._name(s.seqrelid) as name, a.attname as column, s.seqincrement, s.seqmin, s.seqmax
          from pg_depend d
          join pg_sequence s on s.seqrelid = d.objid
          join pg_class c on c.oid = s.seqrelid
          join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
         where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = source
           and d.deptype in ('a', 'i') and pg_has_role(c.relowner, 'usage')
           and a.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
           and exists (select from pg_index i where i.indrelid = source and i.indkey[0] = a.attnum)
    loop
        execute format('select last_value::numeric + case when is_called then $1 else 0 end from %s', v_sequence.name)
           into v_next using v_sequence.seqincrement;
        execute format('select %s(%I) from %s', case when v_sequence.seqincrement > 0 then 'max' else 'min' end,
                       v_sequence.column, archive._live(source))
           into v_last;
        if (v_last - v_next) * sign(v_sequence.seqincrement) >= 0
           and v_last + v_sequence.seqincrement between v_sequence.seqmin and v_sequence.seqmax then
            execute format('alter sequence %s restart with %s', v_sequence.name, v_last + v_sequence.seqincrement);
        end if;
    end loop;
end
$$;

comment on function archive._restore_sequences(regclass) is
    'Moves the sequences of a table on, where a live row is ahead of them.';
