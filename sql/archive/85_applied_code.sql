-- Whether these files are in place already. Functions made anew without need would fail the calls in flight.

create function archive._code_digest() returns text
    language sql stable
    set search_path = pg_catalog, pg_temp
    return (
        select md5(string_agg(object, E'\n' order by object collate "C"))
          from (
              select concat_ws(' ', pg_get_functiondef(p.oid), p.proowner::regrole, p.proacl)
                from pg_proc p
               where p.pronamespace = 'archive'::regnamespace and p.proname !~ '^capture_'
              union all
              select concat_ws(' ', n.nspname, n.nspowner::regrole, n.nspacl)
                from pg_namespace n
               where n.nspname = 'archive'
              union all
              select concat_ws(' ', c.relname, c.relacl)
                from pg_class c
               where c.relnamespace = 'archive'::regnamespace and c.relkind in ('r', 'S')
          ) o (object)
    );

comment on function archive._code_digest() is 'A digest of the archive''s functions and grants as they are.';


create function archive._code_is_applied(files text) returns boolean
    language sql stable
    return exists (
        select
          from archive.applied_code a
         where a.files = _code_is_applied.files and a.catalogue = archive._code_digest()
    );

comment on function archive._code_is_applied(text) is
    'Whether files with this digest made the functions and grants, and nobody has changed them since.';


create function archive._code_note_applied(files text) returns void
    language sql
begin atomic
    delete from archive.applied_code;
    insert into archive.applied_code (files, catalogue) values (files, archive._code_digest());
end;

comment on function archive._code_note_applied(text) is 'Notes that files with this digest have been applied.';
