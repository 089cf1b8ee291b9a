-- What is what, for \d+ and \dd. The columns of archive tables are described by archive._archive_metadata().

comment on schema archive is
    'Deleted rows: captured by triggers, restored by function. The archived tables: archive.registry.';

comment on sequence archive.archive_id_seq is
    'One for all archive tables: an archive_id names one archived row anywhere.';

comment on table archive.registry is 'The archived tables. Kept by archive.enable() and archive.disable().';
comment on column archive.registry.source is 'The live table.';
comment on column archive.registry.target is 'Its archive.';
comment on column archive.registry.exclude is 'Columns that are never copied.';
comment on column archive.registry.columns is
    'The copied columns, each with the archive_id from which on rows have it.';

comment on table archive.holds is
    'Legal holds: no purge and no erasure touches these rows. Kept by archive.hold() and archive.release().';
comment on column archive.holds.archive_id is 'The row held.';
comment on column archive.holds.source is 'The live table it was deleted from.';
comment on column archive.holds.reason is 'Why: the case, the court.';
comment on column archive.holds.held_at is 'When the hold was placed.';
comment on column archive.holds.held_by is 'Who placed it.';

comment on table archive.purge_log is
    'What was purged, erased, held and released. Written by the functions that do it.';
comment on sequence archive.purge_log_log_id_seq is 'Numbers the entries.';
comment on column archive.purge_log.log_id is 'The order of entries.';
comment on column archive.purge_log.logged_at is 'When that transaction began.';
comment on column archive.purge_log.action is 'purge, erase, hold or release.';
comment on column archive.purge_log.source is 'The live table''s name.';
comment on column archive.purge_log.rows is 'How many rows were purged, erased, held or released.';
comment on column archive.purge_log.held is 'How many more would have been, but for a legal hold.';
comment on column archive.purge_log.scope is 'Which: archived_before, archive_ids or user_id.';
comment on column archive.purge_log.reason is 'Why, if given.';
comment on column archive.purge_log.actor is 'Who, as the application knows it: archive.actor.';
comment on column archive.purge_log.session_role is 'The database login that did it.';
comment on column archive.purge_log.application_name is 'With what program, as it calls itself.';
comment on column archive.purge_log.client_addr is 'From where, as PostgreSQL sees it. Null over a Unix socket.';

comment on table archive.applied_code is
    'What sql/archive was when it was last applied, so that it is not applied again for nothing.';
comment on column archive.applied_code.files is 'A digest of the files.';
comment on column archive.applied_code.catalogue is 'A digest of the functions and grants in place since.';

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
