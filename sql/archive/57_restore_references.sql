-- Restore, step 4 of 5, continued: references to a row that its deletion blanked are put back.

create type archive.noted_constraint as (
    constraint_name name,
    referring       regclass,
    columns         name[],
    blanked         name[],
    referenced_is   text,    -- conditions: the archived row a is the one that b refers to
    live_is         text,    -- the row named live is the one that b was noted of
    refers          text     -- the row named live refers as b did
);

comment on type archive.noted_constraint is 'A foreign key with conditions on archive.blanked_references b.';


-- Both sides of a foreign key are compared by its own operators, as PostgreSQL compares them.
create function archive._restore_noted(source regclass, selection archive.restore_selection)
    returns setof archive.noted_constraint
    language sql stable
begin atomic
    select c.constraint_name, c.referring, c.columns, c.blanked, refers.referenced_is,
           (select string_agg(format('live.%I%s operator(%I.%s) (b.row_key[%s])::%s', k.name, k.base, n.nspname,
                                     o.oprname, k.ordinal, k.archived_type), ' and ')
              from archive._key_columns(c.referring) k
              join pg_operator o on o.oid = archive._restore_equality(c.referring, k.attnum)
              join pg_namespace n on n.oid = o.oprnamespace),
           refers.refers
      from archive._blanking_constraints(source) c
      join pg_constraint f on f.conrelid = c.referring and f.conname = c.constraint_name
     cross join archive._registry_entry(source) entry
     cross join lateral (
          select string_agg(format('%s operator(%I.%s) (b.reference[%s])::%s', archive._restore_archived(p),
                                   pn.nspname, pf.oprname, u.n, r.archived_type), ' and '),
                 string_agg(format('live.%I%s operator(%I.%s) (b.reference[%s])::%s', r.name,
                                   case when r.type <> r.archived_type then '::' || r.archived_type else '' end,
                                   fn.nspname, ff.oprname, u.n, r.archived_type), ' and ')
            from unnest(f.conkey, f.confkey, f.conpfeqop, f.conffeqop)
                 with ordinality u (referring, referenced, pf, ff, n)
            join archive._columns(c.referring) r on r.attnum = u.referring
            join archive._copies(entry) p on p.attnum = u.referenced
            join pg_operator pf on pf.oid = u.pf
            join pg_namespace pn on pn.oid = pf.oprnamespace
            join pg_operator ff on ff.oid = u.ff
            join pg_namespace fn on fn.oid = ff.oprnamespace
          ) refers (referenced_is, refers)
     where archive._key(c.referring) is not null
       and exists (
           select from archive.blanked_references b
            where b.referenced = _restore_noted.source and b.source = c.referring
              and b.constraint_name = c.constraint_name
              and ((selection).transaction_id is null or b.transaction_id = (selection).transaction_id));
end;

comment on function archive._restore_noted(regclass, archive.restore_selection) is
    'The foreign keys whose references a deletion blanked when it deleted rows of a table.';


create function archive._restore_may_refer(noted archive.noted_constraint) returns boolean
    language sql stable
    return has_table_privilege((noted).referring, 'select')
           and not exists (
               select from unnest((noted).blanked) c where not has_column_privilege((noted).referring, c, 'update'));

comment on function archive._restore_may_refer(archive.noted_constraint) is
    'Whether the caller may put references of that foreign key back.';


-- Where somebody has given the row another reference since, that stays.
create function archive._restore_references(source regclass, selection archive.restore_selection) returns void
    language plpgsql
as $$
declare
    v_noted     archive.noted_constraint;
    v_statement text;
begin
    for v_noted in select n.* from archive._restore_noted(source, selection) n where archive._restore_may_refer(n)
    loop
        v_statement := archive._restore_references_statement(source, selection, v_noted);
        begin
            perform archive._restore_enter_callers_path();
            execute v_statement using selection.ids, selection.first, selection.last, selection.transaction_id;
            perform archive._restore_leave_callers_path();
        exception when others then
            if not archive._restore_is_conflict(sqlstate) then
                raise;
            end if;  -- the result of the row names what stays blank
        end;
    end loop;
end
$$;

comment on function archive._restore_references(regclass, archive.restore_selection) is
    'Puts references to restored rows back, as the caller, where they are still as the deletion left them.';


create function archive._restore_references_statement(
    source regclass, selection archive.restore_selection, noted archive.noted_constraint
) returns text
    language sql stable
    return (
        select format(
                   'update %s live set %s from archive.blanked_references b, %s a'
                   ' where b.referenced = %s::pg_catalog.oid and b.source = %s::pg_catalog.oid'
                   ' and b.constraint_name = %L and a.restored_at is not null and %s'
                   ' and a.transaction_id = b.transaction_id and a.archived_at = b.archived_at and %s and %s and %s',
                   archive._name((noted).referring),
                   string_agg(format('%I = (b.reference[%s])::%s', c.name, u.n, c.type), ', '),
                   archive._name((archive._registry_entry(source)).target), source::oid, (noted).referring::oid,
                   (noted).constraint_name, archive._restore_condition(selection), (noted).referenced_is,
                   (noted).live_is,
                   (select string_agg(format('live.%I::pg_catalog.text is not distinct from b.blanked[%s]', b, n),
                                      ' and ')
                      from unnest((noted).blanked) with ordinality w (b, n)))
          from unnest((noted).columns) with ordinality u (name, n)
          join archive._columns((noted).referring) c on c.name = u.name
         where c.name = any ((noted).blanked)
    );

comment on function archive._restore_references_statement(
    regclass, archive.restore_selection, archive.noted_constraint) is
    'The update that does it: $1 to $4 as in _restore_condition().';


create function archive._restore_references_missing(
    source regclass, selection archive.restore_selection, out joins text, out details text
)
    language sql stable
begin atomic
    select string_agg(format(
               ' left join (select b.transaction_id, b.archived_at, b.reference,'
               ' pg_catalog.array_to_string((pg_catalog.array_agg('
               'pg_catalog.array_to_string(b.row_key, '','') order by b.row_key))[1:3], '', '')'
               ' || case when pg_catalog.count(*) > 3'
               ' then pg_catalog.format('' and %%s more'', pg_catalog.count(*) - 3) else '''' end as keys'
               ' from archive.blanked_references b'
               ' where b.referenced = %s::pg_catalog.oid and b.source = %s::pg_catalog.oid and b.constraint_name = %L%s'
               ' group by 1, 2, 3) noted%s'
               ' on noted%5$s.transaction_id = a.transaction_id and noted%5$s.archived_at = a.archived_at and %6$s',
               source::oid, n.referring::oid, n.constraint_name,
               case when archive._restore_may_refer(n.noted)
                    then format(' and not exists (select from %s live where %s and %s)',
                                archive._name(n.referring), n.live_is, n.refers) end,
               n.number, replace(n.referenced_is, '(b.', format('(noted%s.', n.number))), ''),
           string_agg(format('''references not put back: %s of %s '' || noted%s.keys',
                             replace(array_to_string(n.columns, ', '), '''', ''''''),
                             replace(archive._label(n.referring), '''', ''''''), n.number), ', ')
      from (
          select c.*, c as noted, row_number() over (order by c.referring, c.constraint_name) as number
            from archive._restore_noted(source, selection) c
      ) n;
end;

comment on function archive._restore_references_missing(regclass, archive.restore_selection) is
    'What joins a restored row a to the references that were not put back, and expressions that name them.';
