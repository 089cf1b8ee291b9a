-- What a restore is asked for, checked before anything is locked.

-- The caller's search path is for what belongs to the caller's tables: their triggers, domains and index expressions.
create function archive._enter_callers_path() returns void
    language sql
begin atomic
    select set_config('search_path', coalesce(current_setting('archive.callers_path', true), ''), true);
end;

comment on function archive._enter_callers_path() is 'Sets the search path that archive.restore() was called with.';


create function archive._leave_callers_path() returns void
    language sql
begin atomic
    select set_config('search_path', 'pg_catalog, pg_temp', true);
end;

comment on function archive._leave_callers_path() is 'Sets the archive''s own search path again.';


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


-- Names and types are checked before anything is locked: what is wrong with them is no conflict of the data.
create function archive._check_overrides(source regclass, overrides jsonb) returns void
    language plpgsql
as $$
declare
    v_names text;
    v_types text;
    v_cast  text;
begin
    perform archive._entry(source);
    if overrides = '{}' then
        return;
    end if;
    if jsonb_typeof(overrides) <> 'object' then
        perform archive._refuse('overrides is an object: {"column": value}');
    end if;

    select string_agg(format('%I', o.name), ', ')
      into v_names
      from jsonb_object_keys(overrides) o (name)
     where o.name not in (select c.name from archive._columns(source) c where not c.generated);
    if v_names is not null then
        perform archive._refuse(format('%s has no column to write to named %s', archive._label(source), v_names));
    end if;

    select string_agg(format('%I %s', c.name, c.type), ', ')
      into v_types
      from archive._columns(source) c
     where overrides ? c.name;
    if v_types is not null then
        begin
            v_cast := format('select from pg_catalog.jsonb_to_record($1) as o (%s)', v_types);
            perform archive._enter_callers_path();
            execute v_cast using overrides;
            perform archive._leave_callers_path();
        exception when data_exception or check_violation or not_null_violation then
            perform archive._refuse('overrides: ' || sqlerrm);
        end;
    end if;
end
$$;

comment on function archive._check_overrides(regclass, jsonb) is 'AR422 unless each override is a value for a column of the table.';


create function archive._check_new_keys(source regclass) returns void
    language plpgsql
as $$
begin
    if not exists (
        select from archive._columns(source) c where c.name = any (archive._key(source)) and c.default_value is not null
    ) then
        perform archive._refuse(format('%s cannot be copied under a new key: no column of its primary key has a default', archive._label(source)));
    end if;
end
$$;

comment on function archive._check_new_keys(regclass) is 'AR422 unless the table can make a new key by itself.';
