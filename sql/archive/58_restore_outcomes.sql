-- Restore, step 5 of 5: what a result says of a restored row: the key, what was left out or changed.

create function archive._restore_row_id(source regclass, alias text) returns text
    language sql stable
    return (
        select case count(*) when 1 then min(e.key)
                    else format('pg_catalog.array_to_string(array[%s], '','')',
                                string_agg(e.key, ', ' order by k.ordinal)) end
          from archive._restore_key(archive._registry_entry(source)) k
         cross join format('(%s)::pg_catalog.text',
                           case alias when 'a' then k.archived else format('live.%I', k.name) end) e (key)
    );

comment on function archive._restore_row_id(regclass, text) is
    'An expression for the key as text: of the archived row a, or of the live row.';


-- A join to the live row costs as much as the insert of some columns, so only where a trigger may have changed a value.
create function archive._restore_outcomes(
    source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean default false
) returns text
    language plpgsql stable
as $$
declare
    v_entry   archive.registry := archive._registry_entry(source);
    v_changed text    := case when not new_key then archive._restore_changed(v_entry, overrides) end;
    v_missing record  := archive._restore_references_missing(source, selection);
    v_hints   text    := concat_ws(', ', archive._restore_lost_detail(v_entry), v_changed,
                                   case when not new_key then v_missing.details end,
                                   archive._restore_not_archived(source));
begin
    return format(
        'select %L::pg_catalog.regclass, a.archive_id, %s, ''restored''::pg_catalog.text, %s'
        '  from %s a%s where %s order by a.archive_id',
        source, archive._restore_row_id(source, 'a'),
        case when v_hints = '' then 'null::pg_catalog.text'
             else format('nullif(pg_catalog.concat_ws(''; '', %s), '''')', v_hints) end,
        archive._name(v_entry.target),
        case when v_changed is null then ''
             else format(' left join %s live on %s',
                         archive._live(source), archive._restore_key_condition(v_entry, false)) end
            || coalesce(v_missing.joins, ''),
        archive._restore_condition(selection));
end
$$;

comment on function archive._restore_outcomes(regclass, archive.restore_selection, jsonb, boolean) is
    'The query for the results of rows that are restored.';


create function archive._restore_lost_detail(entry archive.registry) returns text
    language sql stable
    return format('%L || ', format('left out, for %s has no such column now: ', archive._label((entry).source)))
           || archive._restore_lost(entry);

comment on function archive._restore_lost_detail(archive.registry) is
    'An expression for what a restore of a row leaves in the archive; its value is null if nothing.';


create function archive._restore_has_trigger(source regclass) returns boolean
    language sql stable
    return exists (
        select
          from pg_trigger t
         where t.tgrelid in (select archive._tree(source))
           and not t.tgisinternal and t.tgtype & 4 = 4 and t.tgenabled in ('O', 'A'));

comment on function archive._restore_has_trigger(regclass) is 'Whether a trigger of the table fires at an INSERT.';


create function archive._restore_changed(entry archive.registry, overrides jsonb) returns text
    language sql stable
    return (
        select format('''changed by a trigger of the table: '' || nullif(pg_catalog.array_to_string('
                      'array[%s], '', ''), '''')',
                      string_agg(format(
                          'case when %s(live.%I)::pg_catalog.text is distinct from (%s)::pg_catalog.text then %L end',
                          -- A row archived before the column joined holds null, and got the default.
                          case when c.value like 'case %' then format('%s is distinct from null and ', c.archived) end,
                          c.name, c.archived, c.name), ', '))
          from archive._restore_columns(entry) c
         where c.value is not null and not overrides ? c.name
           and has_column_privilege((entry).source, c.name, 'select')
           and archive._restore_has_trigger((entry).source)
        having count(*) > 0
    );

comment on function archive._restore_changed(archive.registry, jsonb) is
    'An expression for the columns whose live value differs from the archived one. Null where no trigger could do it.';


-- Nothing tells a TRUNCATE ... CASCADE from other deletions, but that it leaves such a table empty.
create function archive._restore_not_archived(source regclass) returns text
    language plpgsql stable
as $$
declare
    v_child record;
    v_empty boolean;
    v_lost  text[] := '{}';
begin
    for v_child in
        select * from archive._unarchived_children(source) c where has_table_privilege(c.child, 'select') or c.deleted
         order by c.child
    loop
        if v_child.deleted then
            v_lost := v_lost || format('rows of %s that were deleted with it are not archived and do not come back',
                                       archive._label(v_child.child));
            continue;
        end if;
        execute format('select not exists (select from %s)', archive._name(v_child.child)) into v_empty;
        if v_empty then
            v_lost := v_lost || format('%s is empty and not archived: rows that a TRUNCATE ... CASCADE took with it'
                                       ' do not come back', archive._label(v_child.child));
        end if;
    end loop;
    return format('%L', nullif(array_to_string(v_lost, '; '), ''));
end
$$;

comment on function archive._restore_not_archived(regclass) is
    'A literal that names the tables that are not archived and lost rows with one of this table; NULL without any.';
