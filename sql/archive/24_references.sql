-- References that a deletion blanks: ON DELETE SET NULL and SET DEFAULT change rows that stay, so no archive has them.
--
-- A trigger on the table that refers notes each, for the undo. Its WHEN lets only changes through that another trigger
-- makes, as PostgreSQL's own for foreign keys do: an UPDATE of the application pays for no more than that condition.

create function archive._blanking_constraints(source regclass)
    returns table (constraint_name name, referring regclass, columns name[], blanked name[])
    language sql stable
begin atomic
    select c.conname, c.conrelid::regclass,
           archive._attnames(c.conrelid, c.conkey),
           archive._attnames(c.conrelid, coalesce(nullif(c.confdelsetcols, '{}'), c.conkey))
      from pg_constraint c
     where c.contype = 'f' and c.confrelid = source and c.confdeltype in ('n', 'd') and c.conparentid = 0
     order by c.conrelid, c.conname;
end;

comment on function archive._blanking_constraints(regclass) is
    'The foreign keys to a table that blank references when its rows are deleted.';


-- What a table's owner can put into it, an output function of a type included, runs as the archive's owner here.
create function archive._fault_referring(referring regclass) returns text
    language sql stable
    return (
        select case
                   when archive._key(referring) is null
                       then 'has no key by which its rows could be found again'
                   when c.relkind not in ('r', 'p')
                       then 'is not a table'
                   when c.relowner <> archive._owner() and not r.rolsuper
                       then 'belongs to ' || c.relowner::regrole
               end
          from pg_class c
          join pg_roles r on r.oid = c.relowner
         where c.oid = referring
    );

comment on function archive._fault_referring(regclass) is
    'Why references of a table that a deletion blanks cannot be noted; null if they can.';


create function archive._references_texts(row_name text, columns name[]) returns text
    language sql immutable
    return (
        select string_agg(format('"%s row as archive.enable() saw it".%I::text', row_name, c), ', ' order by n)
          from unnest(columns) with ordinality u (c, n)
    );

comment on function archive._references_texts(text, name[]) is 'Columns of the old or the new row, as a list of texts.';


create function archive._references_note(
    source regclass, referring regclass, constraint_name name, columns name[], blanked name[]
) returns text
    language sql stable
    return (
        select format($part$
    if %1$s and (%2$s) then
        insert into archive.blanked_references (
            transaction_id, archived_at, referenced, source, constraint_name, row_key, reference, blanked)
        values (
            pg_current_xact_id(), now(), coalesce(to_regclass(%3$L), %4$s::regclass),
            coalesce(pg_partition_root(tg_relid), tg_relid), %5$L, array[%6$s], array[%7$s], array[%8$s]);
    end if;$part$,
            (select string_agg(format('"old row as archive.enable() saw it".%I is distinct from null', c), ' and ')
               from unnest(columns) c),
            (select string_agg(format('"old row as archive.enable() saw it".%1$I is distinct from'
                                      ' "new row as archive.enable() saw it".%1$I', c), ' or ')
               from unnest(blanked) c),
            archive._name(source), source::oid, constraint_name,
            archive._references_texts('old', archive._key(referring)),
            archive._references_texts('old', columns), archive._references_texts('new', blanked))
    );

comment on function archive._references_note(regclass, regclass, name, name[], name[]) is
    'The part of such a function for one foreign key.';


-- Null where no reference of the table is blanked by a deletion from an archived one.
create function archive._references_body(referring regclass) returns text
    language sql stable
    return (
        select format($body$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
declare
    -- PostgreSQL names them in its error where a column was renamed or dropped since.
    "old row as archive.enable() saw it" record := old;
    "new row as archive.enable() saw it" record := new;
begin%s
    return null;
end
$body$, string_agg(archive._references_note(r.source, referring, c.constraint_name, c.columns, c.blanked), ''
                   order by c.constraint_name))
          from archive.registry r
         cross join lateral archive._blanking_constraints(r.source) c
         where c.referring = _references_body.referring
        having count(*) > 0
    );

comment on function archive._references_body(regclass) is
    'What the body of a function that notes blanked references has to be; null where no function is needed.';


create function archive._fault_references(entry archive.registry) returns text
    language sql stable
    return (
        select string_agg(format('%s: %s', archive._label(f.referring), f.fault), '; ')
          from (
              select c.referring,
                     coalesce(
                         'it ' || archive._fault_referring(c.referring),
                         case when p.prosrc is distinct from archive._references_body(c.referring)
                                or t.tgenabled = 'D'
                                or not (t.tgattr::smallint[] @> archive._attnums(c.referring, c.blanked))
                              then 'call archive.enable()' end) as fault
                from archive._blanking_constraints((entry).source) c
                left join pg_trigger t on t.tgrelid = c.referring and t.tgname = 'zz_archive_keep_references'
                left join pg_proc p on p.oid = t.tgfoid
          ) f
         where f.fault is not null
    );

comment on function archive._fault_references(archive.registry) is
    'The tables whose references are blanked with a row, and not put back by an undo; null without any.';


create function archive._references_follow(source regclass) returns void
    language plpgsql
as $$
declare
    v_referring regclass;
begin
    for v_referring in
        select distinct c.referring from archive._blanking_constraints(source) c
         where archive._fault_referring(c.referring) is null
    loop
        perform archive._references_install(v_referring);
    end loop;
end
$$;

comment on function archive._references_follow(regclass) is
    'Has the references noted that are blanked when rows of a table are deleted, if that is archived.';


-- A function keeps its name when its table is renamed: the trigger tells which it is.
create function archive._references_function(referring regclass) returns text
    language sql stable
    return coalesce(
        (select t.tgfoid::regprocedure::text
           from pg_trigger t
          where t.tgrelid = referring and t.tgname = 'zz_archive_keep_references'),
        format('archive.%I()', ('references_' || left(md5(archive._name(referring)), 8) || '_'
                                || replace(archive._label(referring), '.', '_'))::name));

comment on function archive._references_function(regclass) is
    'The function that notes blanked references of a table, with its parentheses, as SQL.';


create function archive._references_columns(referring regclass) returns name[]
    language sql stable
    return array(
        select distinct b
          from archive.registry r
         cross join lateral archive._blanking_constraints(r.source) c
         cross join unnest(c.blanked) b
         where c.referring = _references_columns.referring);

comment on function archive._references_columns(regclass) is
    'The columns of a table that a deletion from an archived table blanks.';


create function archive._references_write(referring regclass, body text) returns void
    language plpgsql
as $$
declare
    v_function text := archive._references_function(referring);
begin
    execute format(
        'create or replace function %s returns trigger language plpgsql security definer'
        ' set search_path = pg_catalog, pg_temp set extra_float_digits = 1'
        ' set datestyle = ''ISO, YMD'' set intervalstyle = ''postgres'' as %L', v_function, body);
    execute format('alter function %s owner to %s', v_function, archive._owner()::regrole);
    execute format('revoke execute on function %s from public, %I, %I',
                   v_function, archive._role('runtime'), archive._role('auditor'));
    execute format('comment on function %s is %L', v_function,
                   format('Notes the references of %s that a deletion blanks.', archive._name(referring)));
end
$$;

comment on function archive._references_write(regclass, text) is
    'Writes the function that notes blanked references of a table.';


create function archive._references_install(referring regclass) returns void
    language plpgsql
as $$
declare
    v_body    text   := archive._references_body(referring);
    v_columns name[] := archive._references_columns(referring);
    v_trigger record;
begin
    if v_body is null then
        execute format('drop trigger if exists zz_archive_keep_references on %s', referring);
        return;
    end if;
    select t.tgenabled, t.tgattr, p.prosrc
      into v_trigger
      from (values (1)) always
      left join pg_trigger t on t.tgrelid = referring and t.tgname = 'zz_archive_keep_references'
      left join pg_proc p on p.oid = t.tgfoid;

    if v_body is distinct from v_trigger.prosrc then
        perform archive._references_write(referring, v_body);
    end if;
    if v_trigger.tgenabled is null or v_trigger.tgenabled = 'D'
       or not archive._attnums(referring, v_columns) <@ v_trigger.tgattr::smallint[] then
        execute format(
            'create or replace trigger zz_archive_keep_references after update of %s on %s for each row'
            ' when (pg_catalog.pg_trigger_depth() > 0) execute function %s',
            (select string_agg(format('%I', c), ', ' order by c) from unnest(v_columns) c),
            referring, archive._references_function(referring));
        execute format('comment on trigger zz_archive_keep_references on %s is %L', referring,
                       'Notes the references that a deletion from an archived table blanks.');
    end if;
end
$$;

comment on function archive._references_install(regclass) is
    'Writes the function and the trigger that note blanked references of a table, or drops them.';
