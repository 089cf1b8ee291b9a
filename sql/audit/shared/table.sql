-- Sets :archive to the archive of :table, or says which tables there are.

select min(target::text) filter (where source::text = :'table' or replace(source::text, '"', '') = :'table') as archive,
       set_config('report.tables',
                  string_agg(replace(source::text, '"', ''), ', ' order by replace(source::text, '"', '')),
                  true) as tables
  from archive.tables \gset
\if :{?archive}
\else
    do $$ begin raise exception 'table must be an archived table, one of: %', current_setting('report.tables'); end $$;
\endif
