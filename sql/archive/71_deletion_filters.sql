-- Which deletions archive.deletions() lists: its filters, as conditions on archived rows.

create type archive.deletion_filter as (
    archived_by          text[],       -- one of these; a filter may also be a single text
    session_role         text,
    application_name     text,
    not_application_name text,         -- of any other program
    reason               text,         -- a part of it, in any case
    archived_after       timestamptz,  -- that time included
    archived_before      timestamptz,
    "table"              text,         -- as archive.describe() writes it
    min_rows             bigint        -- of that table or, without one, of all
);

comment on type archive.deletion_filter is 'Which deletions to list: the keys of the filters of archive.deletions().';


create function archive._deletion_filter(filters jsonb) returns archive.deletion_filter
    language plpgsql stable
as $$
declare
    v_unknown text;
    v_filter  archive.deletion_filter;
begin
    if jsonb_typeof(filters) <> 'object' then
        perform archive._refuse('filters is an object: {"archived_by": "ada"}');
    end if;
    select string_agg(format('%I', k.name), ', ')
      into v_unknown
      from jsonb_object_keys(filters) k (name)
     where archive._attnum('archive.deletion_filter', k.name) is null;
    if v_unknown is not null then
        perform archive._refuse(format('archive.deletions() has no filter named %s', v_unknown));
    end if;
    begin
        if jsonb_typeof(filters -> 'archived_by') = 'string' then
            filters := filters || jsonb_build_object('archived_by', jsonb_build_array(filters -> 'archived_by'));
        end if;
        v_filter := jsonb_populate_record(null::archive.deletion_filter, filters);
    exception when data_exception then
        perform archive._refuse('filters: ' || sqlerrm);
    end;
    if archive._find(v_filter.table) is null and v_filter.table is not null then
        perform archive._refuse(format('%s is not archived', v_filter.table));
    end if;
    return v_filter;
end
$$;

comment on function archive._deletion_filter(jsonb) is 'The filters of archive.deletions(). AR422 if they are none.';


create function archive._deletion_conditions(filter archive.deletion_filter) returns text
    language sql stable
    return (
        select coalesce(string_agg(' and ' || format(c.condition, c.value), ''), '')
          from (values
              ('a.archived_by = any (%L)',               (filter).archived_by::text),
              ('a.session_role = %L',                    (filter).session_role),
              ('a.application_name = %L',                (filter).application_name),
              ('a.application_name is distinct from %L', (filter).not_application_name),
              ('strpos(lower(a.reason), lower(%L)) > 0', (filter).reason),
              ('a.archived_at >= %L',                    (filter).archived_after::text),
              ('a.archived_at < %L',                     (filter).archived_before::text)
          ) c (condition, value)
         where c.value is not null
    );

comment on function archive._deletion_conditions(archive.deletion_filter) is
    'What the filters demand of each row, as the end of a WHERE clause.';
