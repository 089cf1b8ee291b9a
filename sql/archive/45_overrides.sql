-- What a restore is asked to change on the way, checked before anything is locked.

-- Names and types are checked before anything is locked: what is wrong with them is no conflict of the data.
create function archive._check_overrides(source regclass, overrides jsonb) returns void
    language plpgsql
as $$
declare
    v_names text;
    v_types text;
begin
    perform archive._entry(source);
    if jsonb_typeof(overrides) <> 'object' then
        perform archive._refuse('overrides is an object: {"column": value}');
    end if;

    select string_agg(format('%I', o.name), ', ')
      into v_names
      from jsonb_object_keys(overrides) o (name)
     where o.name not in (select c.name from archive._columns(source) c where not c.generated);
    if v_names is not null then
        perform archive._refuse(format('%s has no column to write to named %s', source, v_names));
    end if;

    select string_agg(format('%I %s', c.name, c.type), ', ')
      into v_types
      from archive._columns(source) c
     where overrides ? c.name;
    if v_types is not null then
        begin
            execute format('select from jsonb_to_record($1) as o (%s)', v_types) using overrides;
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
        select from archive._columns(source) c where c.name = any (archive._key(source)) and c.has_default
    ) then
        perform archive._refuse(format('%s cannot be copied under a new key: no column of its primary key has a default', source));
    end if;
end
$$;

comment on function archive._check_new_keys(regclass) is 'AR422 unless the table can make a new key by itself.';
