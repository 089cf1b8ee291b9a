-- Restore, step 4 of 5: the rows are inserted as the caller.

-- One statement for however many tables: foreign keys are checked when all rows are there, cycles and self-references
-- included. Under a new key, the key's columns that have a default are left to it.
create function archive._restore_statement(
    selection     archive.restore_selection,
    overrides     jsonb,
    new_key       boolean default false,
    returning_key boolean default false
) returns text
    language plpgsql stable
as $$
declare
    v_source    regclass;
    v_others    text[] := '{}';
    v_statement text;
begin
    foreach v_source in array coalesce(selection.sources, '{}') loop
        if v_statement is not null then
            v_others := v_others || format('t%s as (%s)', cardinality(v_others), v_statement);
        end if;
        v_statement := archive._restore_insert_statement(v_source, selection, overrides, new_key);
    end loop;
    return concat(
        'with ' || nullif(array_to_string(v_others, ', '), '') || ' ', v_statement,
        case when returning_key then (
            select format(' returning array[%s]', string_agg(format('live.%I::pg_catalog.text', k), ', '))
              from unnest(archive._key(v_source)) k)
        end);
end
$$;

comment on function archive._restore_statement(archive.restore_selection, jsonb, boolean, boolean) is
    'The statement that inserts the selected rows: $1 to $4 as in _restore_condition(), $5 the overrides.';


create function archive._restore_insert_statement(
    source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean
) returns text
    language sql stable
    return (
        select case when count(*) = 0 then format('insert into %s as live default values', archive._name(source))
                    else format(
                   'insert into %s as live (%s) overriding system value select %s from %s a%s where %s'
                   ' order by a.archive_id',
                   archive._name(source), string_agg(format('%I', c.name), ', '),
                   string_agg(case when overrides ? c.name then format('o.%I', c.name) else c.value end, ', '),
                   archive._name((archive._registry_entry(source)).target),
                   ' cross join pg_catalog.jsonb_to_record($5) as o ('
                       || string_agg(format('%I %s', c.name, c.type), ', ') filter (where overrides ? c.name) || ')',
                   archive._restore_condition(selection)) end
          from archive._restore_columns(archive._registry_entry(source)) c
         where overrides ? c.name
            or c.value is not null and not (new_key and c.in_key and c.default_value is not null)
    );

comment on function archive._restore_insert_statement(regclass, archive.restore_selection, jsonb, boolean) is
    'The part of that statement for one table.';


create function archive._restore_check_rules(sources regclass[]) returns void
    language plpgsql
as $$
declare
    v_source regclass;
begin
    select r.ev_class::regclass
      into v_source
      from pg_rewrite r
     where r.ev_class = any (sources) and r.ev_type = '3' and r.ev_enabled <> 'D';
    if found then
        raise exception 'a rule on INSERT into % hides what becomes of it', v_source
            using errcode = 'AR409', hint = 'Make the rule a trigger, or disable it for the restore.';
    end if;
end
$$;

comment on function archive._restore_check_rules(regclass[]) is 'AR409 where a rule rewrites an INSERT.';


create function archive._restore_insert(
    statement     text,
    selection     archive.restore_selection,
    overrides     jsonb,
    row_count     bigint,
    returning_key boolean default false
) returns text[]
    language plpgsql
as $$
declare
    v_before text := current_setting('archive.restoring', true);
    v_key    text[];
    v_count  bigint;
    v_marked bigint := 0;
    v_source regclass;
begin
    if statement is null then
        return null;
    end if;
    perform archive._restore_check_rules(selection.sources);
    perform set_config('archive.restoring', 'on', true);
    perform archive._restore_enter_callers_path();
    if returning_key then
        execute statement into v_key
          using selection.ids, selection.first, selection.last, selection.transaction_id, overrides;
        v_count := case when v_key is null then 0 else 1 end;
    else
        execute statement using selection.ids, selection.first, selection.last, selection.transaction_id, overrides;
        get diagnostics v_count = row_count;
    end if;
    perform archive._restore_leave_callers_path();

    if cardinality(selection.sources) = 1 and v_count <> row_count then
        raise exception 'a trigger of % refused it', selection.sources[1] using errcode = 'AR409';
    end if;
    foreach v_source in array coalesce(selection.sources, '{}') loop
        v_marked := v_marked + archive._restore_mark(v_source, selection, v_key);
    end loop;
    if v_marked <> row_count then
        raise exception '% of % rows came back', v_marked, row_count using errcode = 'AR409';
    end if;
    if v_key is null then
        foreach v_source in array coalesce(selection.sources, '{}') loop
            perform archive._restore_references(v_source, selection);
        end loop;
    end if;
    perform set_config('archive.restoring', coalesce(v_before, ''), true);
    return v_key;
end
$$;

comment on function archive._restore_insert(text, archive.restore_selection, jsonb, bigint, boolean) is
    'Inserts the selected rows as the caller and marks them. With returning_key, returns the live key of the only row.';
