-- What the tables of the application are, for \d+ and \dd.

comment on table public."user" is
    'Those who sign in. Deleting one deletes their items. Deleted rows are in user_archive.';
comment on column public."user".id is 'UUID; version 7, hence by time, where the application made it.';
comment on column public."user".email is 'Unique without regard to case.';
comment on column public."user".is_active is 'Whether they may sign in.';
comment on column public."user".is_superuser is
    'Whether they may do everything, browse the archive and restore from it.';
comment on column public."user".full_name is 'As they want to be called.';
comment on column public."user".hashed_password is
    'Argon2id, or bcrypt until the next sign-in; ''!'' matches no password.';
comment on column public."user".tokens_valid_from is 'Tokens issued before this moment are invalid.';
comment on column public."user".kept_token is
    'The jti of the one older token that stays valid: it changed the password.';

comment on table public.item is 'What users own. Deleted rows are in item_archive.';
comment on column public.item.id is 'UUID; version 7, hence by time, where the application made it.';
comment on column public.item.title is '1 to 255 characters.';
comment on column public.item.description is 'Up to 255 characters, or null.';
comment on column public.item.owner_id is 'Whose it is.';

comment on table public.ended_token is 'Tokens that ended before their time: sign-outs from the console.';
comment on column public.ended_token.jti is 'The token''s id.';
comment on column public.ended_token.expires_at is 'When it would have ended anyway. Older rows go when one is added.';

comment on table public.attempt is 'Failed sign-ins, sign-ups, recoveries and resets of the last hour.';
comment on column public.attempt.id is 'Identity.';
comment on column public.attempt.kind is 'sign_in, sign_up, recovery, mail or reset.';
comment on column public.attempt.account is 'A digest of the e-mail as typed; null where there is none.';
comment on column public.attempt.address is 'The client''s address.';
comment on column public.attempt.made_at is 'When. Rows older than an hour go when one is added.';

comment on table public.user_archive is
    'The deleted rows of user, without passwords, by month. Written by its trigger alone.';
comment on column public.user_archive.id is 'user.id; not unique here: a restored row can be deleted again.';
comment on column public.user_archive.email is 'user.email';
comment on column public.user_archive.is_active is 'user.is_active';
comment on column public.user_archive.is_superuser is 'user.is_superuser';
comment on column public.user_archive.full_name is 'user.full_name';

comment on table public.item_archive is
    'The deleted rows of item, by month of their deletion. Written by its trigger alone.';
comment on column public.item_archive.id is 'item.id; not unique here: a restored row can be deleted again.';
comment on column public.item_archive.title is 'item.title';
comment on column public.item_archive.description is 'item.description';
comment on column public.item_archive.owner_id is 'item.owner_id; no foreign key: the owner may be gone.';
