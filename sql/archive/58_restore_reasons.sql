-- Restore, step 5 of 5, continued: why a row stays archived.

create type archive.restore_error as (
    state           text,
    message         text,
    detail          text,
    violated        text,  -- the constraint's or index's name
    violated_column text
);

comment on type archive.restore_error is 'An error of PostgreSQL that a row met.';


-- A partition's constraint has a name of its own.
create function archive._restore_constraint(source regclass, violated name) returns oid
    language sql stable
begin atomic
    with recursive above (oid, parent, relation) as (
        select c.oid, c.conparentid, c.conrelid
          from pg_constraint c
         where c.conname = violated and c.conrelid in (select archive._tree(source))
        union all
        select c.oid, c.conparentid, c.conrelid from above a join pg_constraint c on c.oid = a.parent
    )
    select a.oid from above a where a.relation = source limit 1;
end;

comment on function archive._restore_constraint(regclass, name) is
    'The constraint of a table that has this name on it or on one of its partitions; null if it is none.';


-- A PostgreSQL error, in terms of the row.
create function archive._restore_reason(
    source regclass, archive_id bigint, overrides jsonb, error archive.restore_error
) returns text
    language plpgsql
as $$
declare
    v_constraint pg_constraint;
    v_columns    text;
    v_row_id     text;
    v_origin     text;
begin
    select c.* into v_constraint
      from pg_constraint c
     where c.oid = archive._restore_constraint(source, error.violated);
    select string_agg(a.attname, ', ' order by k.position)
      into v_columns
      from unnest(v_constraint.conkey) with ordinality k (attnum, position)
      join pg_attribute a on a.attrelid = source and a.attnum = k.attnum;
    if error.state = '23505' then
        select b.row_id, b.origin into v_row_id, v_origin
          from archive._restore_blocking(
              source, archive_id, overrides, error.violated, coalesce(v_constraint.contype = 'p', false)) b;
    end if;

    return case
        when error.state = '23505' and v_constraint.contype = 'p' then
            format('a live row has this %s', v_columns) || v_origin
        when error.state = '23505' then
            'unique value taken: ' || trim(trailing '.' from coalesce(nullif(error.detail, ''), error.message))
                || coalesce(' in row ' || v_row_id, '') || v_origin
        when error.state = '23503' and v_constraint.contype = 'f' then
            format('its %s no longer exists: %s',
                   regexp_replace(v_columns, '_id$', ''), coalesce(nullif(error.detail, ''), error.message))
        when error.state = '23502' then
            format('%s must not be null now, and has no value in the archive', error.violated_column)
        else
            error.message
    end;
end
$$;

comment on function archive._restore_reason(regclass, bigint, jsonb, archive.restore_error) is
    'Why a row could not be inserted, in terms of the row.';


-- A restore inserts, so the table's own triggers may make the very row that the deletion holds too.
create function archive._restore_blocking(
    source regclass, archive_id bigint, overrides jsonb, violated name, is_key boolean,
    out row_id text, out origin text
)
    language plpgsql
as $$
declare
    v_index    regclass;
    v_is_new   boolean;
    v_lookup   text;
begin
    origin := '';
    select coalesce(pg_partition_root(i.indexrelid), i.indexrelid) into v_index
      from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid in (select archive._tree(source)) and c.relname = violated;
    if v_index is null or is_key and not archive._restore_any_trigger(source) then
        return;
    end if;

    v_lookup := archive._restore_blocking_statement(source, v_index, overrides);
    perform archive._restore_enter_callers_path();
    execute v_lookup into row_id, v_is_new
      using archive_id, overrides, (pg_current_xact_id()::text::numeric % 4294967296)::bigint;
    perform archive._restore_leave_callers_path();
    if v_is_new then
        origin := '; this transaction inserted it, perhaps a trigger that this restore fired: such a trigger can tell'
                  ' by current_setting(''archive.restoring'', true) = ''on''';
    end if;
end
$$;

comment on function archive._restore_blocking(regclass, bigint, jsonb, name, boolean) is
    'The key of the live row that is in the way of a unique index, null where it cannot be seen, and where it is from.';


create function archive._restore_any_trigger(source regclass) returns boolean
    language sql stable
    return exists (
        select from pg_constraint c
         where c.contype = 'f' and c.conrelid = source and archive._restore_has_trigger(c.confrelid))
        or archive._restore_has_trigger(source);

comment on function archive._restore_any_trigger(regclass) is
    'Whether a trigger of the table, or of one it refers to, fires at an INSERT.';


-- Both sides are subqueries, whose columns the index names: no alias of this statement can meet a column's name.
create function archive._restore_blocking_statement(source regclass, index regclass, overrides jsonb) returns text
    language sql stable
    return (
        select format(
                   'select l.row_id, (l.xmin::pg_catalog.text::pg_catalog.int8 - $3 + 4294967296)'
                   ' operator(pg_catalog.%%) 4294967296 < 2147483648'
                   ' from (select %1$s, %2$s as row_id, live.xmin from %3$s live%4$s) l,'
                   ' (select %1$s from (select %5$s from %6$s a%7$s where a.archive_id = $1) wanted) w'
                   ' where %8$s limit 1',
                   keys.expressions, archive._restore_row_id(source, 'live'), archive._live(source),
                   ' where ' || pg_get_expr(i.indpred, i.indrelid), wanted.values, archive._name(entry.target),
                   wanted.overrides, keys.equal)
          from pg_index i
         cross join archive._registry_entry(source) entry
         cross join lateral (
               select string_agg(format('(%s) as e%s', pg_get_indexdef(index, k.n::int, false), k.n), ', '),
                      string_agg(format('l.e%1$s operator(%2$I.%3$s) w.e%1$s', k.n, n.nspname, o.oprname), ' and ')
                 from unnest(i.indclass) with ordinality k (opclass, n)
                 join pg_opclass class on class.oid = k.opclass
                 join pg_amop amop
                   on amop.amopfamily = class.opcfamily and amop.amoplefttype = class.opcintype
                  and amop.amoprighttype = class.opcintype and amop.amopstrategy = 3 and amop.amoppurpose = 's'
                 join pg_operator o on o.oid = amop.amopopr
                 join pg_namespace n on n.oid = o.oprnamespace
                where k.n <= i.indnkeyatts
               ) keys (expressions, equal)
         cross join lateral (
               select string_agg(format('%s as %I', case when overrides ? c.name then format('o.%I', c.name)
                                                         else coalesce(c.value, 'null::' || c.type) end,
                                 c.name), ', '),
                      ' cross join pg_catalog.jsonb_to_record($2) as o ('
                          || string_agg(format('%I %s', c.name, c.type), ', ') filter (where overrides ? c.name) || ')'
                 from archive._restore_columns(entry) c
               ) wanted (values, overrides)
         where i.indexrelid = index
    );

comment on function archive._restore_blocking_statement(regclass, regclass, jsonb) is
    'The query for the live row that a unique index holds against an archived one: $1 its id, $2 the overrides.';
