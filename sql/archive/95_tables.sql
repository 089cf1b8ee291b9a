-- The tables that the application archives, then those that a DBA added: each brought up to date.

delete from archive.registry r where not exists (select from pg_class c where c.oid = r.source);

select archive.enable('public.item');
select archive.enable('public."user"', exclude => '{hashed_password,tokens_valid_from,kept_token}');

select archive.enable(r.source)
  from archive.registry r
 where r.source not in ('public.item'::regclass, 'public."user"'::regclass);

select archive._view_write_all();
