-- What archive.export_log is for: purges that want an export first, and erasures, which no file follows.

-- Columns that came later were not exported: they must be empty.
create function archive._export_fault(source regclass, month timestamptz) returns text
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry   archive.registry := archive._registry_entry(source);
    v_log     archive.export_log;
    v_now     archive.month_content;
    v_lacks   text[];
    v_later   text;
    v_is_late boolean := false;
begin
    select l.* into v_log
      from archive.export_log l
     where l.source = v_entry.source and l.month = _export_fault.month
     order by l.log_id desc limit 1;
    if not found then
        return 'it was never exported';
    end if;
    v_lacks := array(select unnest(v_log.columns) except select c.name from archive._columns(v_entry.target) c);
    if v_lacks <> '{}' then
        return format('the archive has lost or renamed columns since its export: %s', array_to_string(v_lacks, ', '));
    end if;

    v_later := (select string_agg(format('a.%I is not null', c.name), ' or ')
                  from archive._columns(v_entry.target) c where c.name <> all (v_log.columns));
    if v_later is not null then
        execute format('select exists (select from %s and (%s))',
                       archive._export_from(v_entry.target, month), v_later) into v_is_late;
    end if;
    v_now := archive._export_content(v_entry.source, month, v_log.columns);
    if v_is_late or (v_now).rows <> v_log.rows or (v_now).digest <> v_log.digest then
        return format('rows have changed since its export at %s: %s rows then, %s now',
                      v_log.exported_at, v_log.rows, (v_now).rows);
    end if;
    return null;
end
$$;

comment on function archive._export_fault(regclass, timestamptz) is
    'Why the rows that the archive of a table has of a month cannot be taken for exported: never exported, or changed'
    ' since. Null where the latest export has every one of them as it is. A purge that wants an export first asks it.';


-- A month that was purged since, wholly or in part, may have had rows of the person. So may one whose rows are all
-- here, if one of them is the person's or names them, and was not blanked before the export.
create function archive._export_warn(people regclass, subject text, labels text[]) returns void
    language plpgsql
as $$
declare
    v_table record;
    v_found text[];
begin
    for v_table in
        select r.source, archive._export_of_subject(r, people) as query
          from archive.registry r
         where exists (select from archive.export_log l where l.source = r.source)
         order by r.source::oid
    loop
        execute v_table.query into v_found using subject, archive._erase_pattern(labels), v_table.source;
        if v_found <> '{}' then
            raise notice 'exported months of % that may hold this person: %',
                archive._label(v_table.source), array_to_string(v_found, ', ')
                using hint = 'An erasure cannot reach files. Erase them there, or export such a month again.';
        end if;
    end loop;
end
$$;

comment on function archive._export_warn(regclass, text, text[]) is
    'A NOTICE for each table, naming the exported months that may hold a person about to be erased, and their files.';


create function archive._export_of_subject(entry archive.registry, people regclass) returns text
    language sql stable
    return format(
        'select array('
        'select to_char(l.month at time zone ''UTC'', ''YYYY-MM'') || '' ('' || l.place || '')'''
        '  from (select distinct on (e.month, e.place) e.* from archive.export_log e where e.source = $3'
        '         order by e.month, e.place, e.log_id desc) l'
        '  left join lateral ('
        'select count(*), count(*) filter (where (a.erased_at is null or a.erased_at > l.exported_at) and (%s'
        ' or lower(concat_ws('' '', a.archived_by, a.reason, a.restored_by, a.restore_reason)) ~ $2)) as theirs'
        '  from %s a'
        ' where a.archived_at >= l.month and a.archived_at < archive._partition_month(l.month, 1)) here on true'
        ' where here.count < l.rows or here.theirs > 0'
        ' order by 1)',
        coalesce('(' || archive._subject_condition(entry.source, people) || ')', '$1 is null'),
        archive._name(entry.target));

comment on function archive._export_of_subject(archive.registry, regclass) is
    'A query of the exported months of a table that may hold a person: $1 their key, $2 a pattern of their labels, $3'
    ' the table.';
