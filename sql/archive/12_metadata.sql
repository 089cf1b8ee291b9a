-- The columns that every archive table has besides the copied ones.
--
-- One list: the archive tables, their comments, the capture functions and the checks are made from it.

create function archive._archive_metadata()
    returns table (
        name        name,
        type        text,
        not_null    boolean,
        captured    text,     -- what the capture function inserts; null for a column that is filled later
        truncated   text,     -- what it inserts at a TRUNCATE, where that differs
        description text
    )
    language sql immutable
begin atomic
    values ('archive_id'::name, 'bigint',                   true,  'nextval(''archive.archive_id_seq'')', null,
            'Names one archived row anywhere; the newest is the highest.'),
           ('transaction_id',   'xid8',                     true,  'pg_current_xact_id()', null,
            'The deleting transaction: all rows of one deletion share it.'),
           ('archived_at',      'timestamp with time zone', true,  'now()', null,
            'When that transaction began.'),
           ('archived_by',      'text',                     false, 'capture.actor', null,
            'Who, as the application knows it: a user''s id or any label. Null where none was set.'),
           ('reason',           'text',                     false, 'capture.reason', null,
            'Why, if given.'),
           ('session_role',     'text',                     true,  'session_user', null,
            'The database login that did it.'),
           ('application_name', 'text',                     false, 'current_setting(''application_name'')', null,
            'With what program, as it calls itself.'),
           ('client_addr',      'inet',                     false, 'inet_client_addr()', null,
            'From where, as PostgreSQL sees it. Null over a Unix socket.'),
           ('cascaded',         'boolean',                  true,  'pg_trigger_depth() > 1', 'false',
            'Whether a foreign key''s cascade or another trigger deleted the row.'),
           ('restored_at',      'timestamp with time zone', false, null, null,
            'When it was restored. The row stays as history.'),
           ('restored_by',      'text',                     false, null, null,
            'Who restored it.'),
           ('restore_reason',   'text',                     false, null, null,
            'Why it was restored, if given.'),
           ('erased_at',        'timestamp with time zone', false, null, null,
            'When archive.erase_subject() blanked it. The shell stays as history.'),
           ('restored_as',      'text',                     false, null, null,
            'Where a copy was restored: its key.'),
           ('overflow',         'jsonb',                    false, null, null,
            'Values of columns that archive.enable() has not seen yet, as text by name. Null otherwise.');
end;

comment on function archive._archive_metadata() is 'The columns of an archive table that are not copied.';
