-- Import: rows that are only marked as deleted are deleted, and archived with the time and person of the mark.
--
-- Each row goes by the capture trigger like any other, so columns, overflow and other triggers are treated alike. Then
-- the archived row takes its time and person from the mark. The copy of the mark is cleared: a restored row is live.

create function archive._import_check_column(entry archive.registry, column_name name, types text[]) returns text
    language plpgsql stable
as $$
declare
    v_type text;
begin
    select regexp_replace(c.archived_type, '[(][0-9]+[)]', '')
      into v_type
      from archive._columns(entry.source) c
     where c.name = column_name;
    if v_type is null then
        perform archive._refuse(format(
            '%s has no column %s', archive._label(entry.source), coalesce(quote_ident(column_name), 'null')));
    elsif not exists (select from archive._copies(entry) c where c.name = column_name) then
        perform archive._refuse(format(
            'the archive of %s has no copy of column %I', archive._label(entry.source), column_name));
    elsif v_type <> all (types) then
        perform archive._refuse(format(
            'column %I of %s is of type %s, not one of %s', column_name, archive._label(entry.source), v_type,
            array_to_string(types, ', ')));
    end if;
    return v_type;
end
$$;

comment on function archive._import_check_column(archive.registry, name, text[]) is
    'The type of an archived column. AR422 if there is none, or of another type; null types allow any.';


-- Dates and times without a zone are read as UTC, whatever the session's time zone.
create function archive._import_moment(entry archive.registry, deleted_at name, copied_as name) returns text
    language sql stable
    return case archive._import_check_column(
                    entry, deleted_at,
                    '{timestamp with time zone,timestamp without time zone,date,boolean}')
               when 'boolean' then format('case when %I then now() end', copied_as)
               when 'timestamp with time zone' then format('%I', copied_as)
               else format('(%I::timestamp at time zone ''UTC'')', copied_as)
           end;

comment on function archive._import_moment(archive.registry, name, name) is
    'An expression: when a row was marked as deleted; null or in the future where it is not. copied_as: what the query'
    ' calls the mark.';


create function archive._import_references(source regclass)
    returns table (constraint_name name, referring regclass, condition text)
    language sql stable
begin atomic
    select f.conname, f.conrelid::regclass,
           format('exists (select from %s referring where %s%s)', archive._name(f.conrelid::regclass),
                  string_agg(format('t.%I operator(%I.%s) referring.%I', k.attname, n.nspname, o.oprname, h.attname),
                             ' and '),
                  case when f.conrelid = f.confrelid
                       then ' and (referring.tableoid, referring.ctid) <> (t.tableoid, t.ctid)' end)
      from pg_constraint f
     cross join unnest(f.conkey, f.confkey, f.conpfeqop) as u (here, there, equality)
      join pg_attribute h on h.attrelid = f.conrelid and h.attnum = u.here
      join pg_attribute k on k.attrelid = f.confrelid and k.attnum = u.there
      join pg_operator o on o.oid = u.equality
      join pg_namespace n on n.oid = o.oprnamespace
     where f.contype = 'f' and f.confrelid = source and f.conparentid = 0
     group by f.oid, f.conname, f.conrelid, f.confrelid
     order by f.conname;
end;

comment on function archive._import_references(regclass) is
    'The foreign keys that refer to a table, each with the condition that a live row refers to the row t.';


create function archive._import_counts(
    source regclass, deleted_at name,
    out marked bigint, out later bigint, out oldest timestamptz, out newest timestamptz
)
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    set quote_all_identifiers = off
as $$
begin
    execute format(
        'select count(*) filter (where m.moment <= now()), count(*) filter (where m.moment > now()),'
        '       min(m.moment) filter (where m.moment <= now()), max(m.moment) filter (where m.moment <= now())'
        '  from (select %s as moment from %s) m',
        archive._import_moment(archive._registry_entry(source), deleted_at, deleted_at), archive._name(source)
    ) into marked, later, oldest, newest;
end
$$;

comment on function archive._import_counts(regclass, name) is
    'How many rows are marked as deleted, how many will be later than now, and the first and last time of a mark.';


create function archive._import_left(source regclass, moment text) returns text
    language plpgsql stable
as $$
declare
    v_reference record;
    v_count     bigint;
    v_left      text[] := '{}';
begin
    for v_reference in select * from archive._import_references(source) loop
        execute format('select count(*) from %s t where %s <= now() and %s',
                       archive._name(source), moment, v_reference.condition)
           into v_count;
        if v_count > 0 then
            v_left := v_left || format('%s to which %s refers (%I)',
                                       v_count, archive._label(v_reference.referring), v_reference.constraint_name);
        end if;
    end loop;
    return nullif(array_to_string(v_left, ', '), '');
end
$$;

comment on function archive._import_left(regclass, text) is
    'How many marked rows live rows refer to, by foreign key; null for none. The import leaves them where they are.';


create function archive._import_delete(
    source regclass, moment text, batch integer, callers_path text, out moments timestamptz[], out deleted integer
)
    language plpgsql
as $$
declare
    v_free   text := (select string_agg(' and not ' || r.condition, '') from archive._import_references(source) r);
    v_tables oid[];
    v_places tid[];
begin
    -- Locked first: no row can begin to refer to them. The second statement sees those that did meanwhile.
    execute format(
        'select array_agg(c.tableoid), array_agg(c.ctid), array_agg(c.moment)'
        '  from (select t.tableoid, t.ctid, %1$s as moment from %2$s t where %1$s <= now()%3$s'
        '         order by %1$s limit $1 for update) c', moment, archive._name(source), v_free)
       into v_tables, v_places, moments using batch;
    if moments[1] < '0001-01-01T00:00:00Z' then
        perform archive._refuse(format('a row of %s is marked as deleted at %s', archive._label(source), moments[1]));
    end if;

    -- The table's own triggers need the caller's path.
    perform set_config('search_path', callers_path, true);
    execute format(
        'delete from %s t using unnest($1, $2) c (relation, place)'
        ' where t.tableoid = c.relation and t.ctid = c.place%s', archive._name(source), v_free)
      using v_tables, v_places;
    get diagnostics deleted = row_count;
    perform set_config('search_path', 'pg_catalog, pg_temp', true);
end
$$;

comment on function archive._import_delete(regclass, text, integer, text) is
    'Deletes a batch of marked rows to which nothing refers, the oldest first.';


create function archive._import_rewrite(
    entry archive.registry, deleted_at name, deleted_by name, first_id bigint
) returns void
    language plpgsql
as $$
declare
    v_at text := (select c.copy from archive._copies(entry) c where c.name = deleted_at);
    v_by text := (select c.copy from archive._copies(entry) c where c.name = deleted_by);
begin
    execute format(
        'update %1$s set archived_at = %2$s, archived_by = %3$s, %4$I = %5$s%6$s'
        ' where archived_at = now() and transaction_id = pg_current_xact_id() and archive_id > $1'
        '   and not cascaded and %2$s <= now()',
        archive._name(entry.target),
        archive._import_moment(entry, deleted_at, v_at),
        case when v_by is null then 'archived_by' else format('left(nullif(%I::text, ''''), 200)', v_by) end,
        v_at,
        (select case when c.archived_type = 'boolean' then 'false' when c.not_null then '''infinity''' else 'null' end
           from archive._columns(entry.source) c where c.name = deleted_at),
        (select format(', %I = null', v_by)
           from archive._columns(entry.source) c where c.name = deleted_by and not c.not_null)
    ) using first_id;
end
$$;

comment on function archive._import_rewrite(archive.registry, name, name, bigint) is
    'Gives the rows just archived the time and person of their marks, and clears the copies of the marks.';
