-- Clear the way: the archive's functions, views and types are dropped here and made anew by the files that follow.
--
-- `create or replace` would fail on a renamed parameter or a changed result, and leave old overloads behind.
-- The functions of triggers on archived tables stay: deletes call them, also while this runs.

do $reset$
declare
    v_routines text;
    v_views    text;
    v_types    text;
begin
    select string_agg(oid::regprocedure::text, ', ')
      into v_routines
      from pg_proc
     where pronamespace = 'archive'::regnamespace and proname !~ '^(capture_|references_|keep_move$)';

    select string_agg(oid::regclass::text, ', ')
      into v_views
      from pg_class
     where relnamespace = 'archive'::regnamespace and relkind = 'v';

    select string_agg(reltype::regtype::text, ', ')
      into v_types
      from pg_class
     where relnamespace = 'archive'::regnamespace and relkind = 'c';

    if v_views is not null then
        execute 'drop view ' || v_views;
    end if;
    if v_routines is not null then
        execute 'drop routine ' || v_routines;
    end if;
    if v_types is not null then
        execute 'drop type ' || v_types;
    end if;
end
$reset$;
