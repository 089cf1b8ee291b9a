-- The tables that the application archives.

select archive.enable('public.item');
select archive.enable('public."user"', exclude => '{hashed_password,tokens_valid_from,kept_token}');
