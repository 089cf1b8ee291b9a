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
    'The copied columns by name: attnum; copy and copy_attnum, the archive''s column; since, the archive_id from which'
    ' on rows have it.';
comment on column archive.registry.source_name is 'The table''s name when archive.enable() was last called.';
comment on column archive.registry.source_oid is
    'The table''s oid as a number. After a dump and restore the table has another: then names hold, not attnums.';
comment on column archive.registry.target_oid is 'The archive''s oid as a number, likewise.';
comment on column archive.registry.last_attnum is
    'The last attnum that the capture function knows: columns beyond go to overflow.';
comment on column archive.registry.exclude_attnums is 'The attnums of the columns that are never copied.';
comment on column archive.registry.lookups is
    'Which indexes the archive has: all, or undo, the fewest with which everything works.';

comment on table archive.disabled is
    'What the registry had of a table until archive.disable(): archive.enable() goes on from there.';
do $comments$
declare
    v_column record;
begin
    for v_column in
        select a.attname, col_description('archive.registry'::regclass, a.attnum) as description
          from pg_attribute a
         where a.attrelid = 'archive.registry'::regclass and a.attnum > 0 and not a.attisdropped
    loop
        execute format('comment on column archive.disabled.%I is %L', v_column.attname, v_column.description);
    end loop;
end
$comments$;

comment on table archive.blanked_references is
    'References that ON DELETE SET NULL or SET DEFAULT blanked when a row of an archived table was deleted.';
comment on column archive.blanked_references.transaction_id is 'The deleting transaction, as in the archive.';
comment on column archive.blanked_references.archived_at is 'Its timestamp, as in the archive.';
comment on column archive.blanked_references.referenced is 'The table from which the row was deleted.';
comment on column archive.blanked_references.source is 'The table whose row referred to it.';
comment on column archive.blanked_references.constraint_name is 'The foreign key.';
comment on column archive.blanked_references.row_key is 'The key of the row that referred.';
comment on column archive.blanked_references.reference is 'The foreign key''s columns before.';
comment on column archive.blanked_references.blanked is 'The columns that were blanked, after.';

comment on table archive.moves is
    'Rows of partitioned tables that an update under way may move to another partition.';
comment on column archive.moves.transaction_id is 'The updating transaction.';
comment on column archive.moves.started_at is 'Its timestamp: ids start again after a dump and restore.';
comment on column archive.moves.relation is 'The partition.';
comment on column archive.moves.place is 'The row''s version in it.';

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
comment on column archive.purge_log.action is 'purge, erase, hold, release or import.';
comment on column archive.purge_log.source is 'The live table''s name.';
comment on column archive.purge_log.rows is 'How many rows were purged, erased, held, released or imported.';
comment on column archive.purge_log.held is 'How many more would have been, but for a legal hold.';
comment on column archive.purge_log.scope is
    'Which: archived_before, archive_ids or subject; for an import, the columns and the transaction.';
comment on column archive.purge_log.reason is 'Why, if given.';
comment on column archive.purge_log.actor is 'Who, as the application knows it: archive.actor.';
comment on column archive.purge_log.session_role is 'The database login that did it.';
comment on column archive.purge_log.application_name is 'With what program, as it calls itself.';
comment on column archive.purge_log.client_addr is 'From where, as PostgreSQL sees it. Null over a Unix socket.';

comment on table archive.export_log is
    'Closed months that were exported to files. Written by archive.note_export().';
comment on sequence archive.export_log_log_id_seq is 'Numbers the entries.';
comment on column archive.export_log.log_id is 'The order of entries.';
comment on column archive.export_log.exported_at is 'When that transaction began.';
comment on column archive.export_log.source is 'The live table.';
comment on column archive.export_log.source_name is 'The live table''s name then.';
comment on column archive.export_log.month is 'The start of the month, in UTC.';
comment on column archive.export_log.columns is 'The archive''s columns that were exported.';
comment on column archive.export_log.rows is 'How many rows.';
comment on column archive.export_log.first_id is 'The lowest archive_id.';
comment on column archive.export_log.last_id is 'The highest archive_id.';
comment on column archive.export_log.digest is 'Of the rows'' content, as archive._export_content() computes it.';
comment on column archive.export_log.place is 'Where the file was written.';
comment on column archive.export_log.file_digest is 'The file''s SHA-256.';
comment on column archive.export_log.actor is 'Who, as the application knows it: archive.actor.';
comment on column archive.export_log.session_role is 'The database login that did it.';
comment on column archive.export_log.application_name is 'With what program, as it calls itself.';
comment on column archive.export_log.client_addr is 'From where, as PostgreSQL sees it. Null over a Unix socket.';

comment on table archive.applied_code is
    'What sql/archive was when it was last applied, so that it is not applied again for nothing.';
comment on column archive.applied_code.files is 'A digest of the files.';
comment on column archive.applied_code.catalogue is 'A digest of the functions and grants in place since.';

comment on table archive.settings is 'What holds for the whole installation, by name.';
comment on column archive.settings.name is 'version: of schema archive. roles: the prefix of its roles.';
comment on column archive.settings.value is 'As text.';

comment on table archive.subjects is
    'Who is a person, for archive.erase_subject(). Kept by archive.declare_subject().';
comment on column archive.subjects.people is 'The table whose rows are people.';
comment on column archive.subjects.labels is 'The columns by which people are known, such as their e-mail.';

comment on table archive.seal_batch is
    'Seals: each closes the archived rows that were in none. Written by archive.seal(), checked by archive.verify().';
comment on column archive.seal_batch.batch is 'Numbers the batches.';
comment on column archive.seal_batch.origin is
    'The cluster and installation: transaction ids start again after a dump and restore.';
comment on column archive.seal_batch.sealed_at is 'When.';
comment on column archive.seal_batch.sealed_below is
    'Every row whose transaction_id is below it is sealed. Null while rows are left from before the first seal here.';
comment on column archive.seal_batch.digest is
    'SHA-256 over the batch, the digests of its chunks, and the digest of the batch before.';

comment on table archive.seal_chunk is 'Up to 1,000 rows of one archive, or lines of the log, in a batch.';
comment on column archive.seal_chunk.batch is 'The batch.';
comment on column archive.seal_chunk.chunk is 'Numbers the chunks of a batch.';
comment on column archive.seal_chunk.target is 'The archive, or archive.seal_log.';
comment on column archive.seal_chunk.first_id is 'The first archive_id, or log_id.';
comment on column archive.seal_chunk.last_id is 'The last one.';
comment on column archive.seal_chunk.ids is 'Which rows were sealed.';
comment on column archive.seal_chunk.remaining is 'Which of them have not been purged.';
comment on column archive.seal_chunk.salt is
    'Random bytes before the rows in the digest. An erasure and a purge replace them: the old digest tells nothing.';
comment on column archive.seal_chunk.sealed_digest is
    'SHA-256 when the batch was closed: the batch''s digest covers it.';
comment on column archive.seal_chunk.digest is 'SHA-256 since the last lawful change.';

comment on table archive.seal_log is
    'Lawful changes of archived rows, sealed like the rows: written by the functions that make them.';
comment on sequence archive.seal_log_log_id_seq is 'Numbers the lines.';
comment on column archive.seal_log.log_id is 'The order of lines.';
comment on column archive.seal_log.logged_at is 'When that transaction began.';
comment on column archive.seal_log.transaction_id is 'The transaction that made the change.';
comment on column archive.seal_log.action is
    'restore, purge, hold, release, erase, pseudonym (of a person who is erased), overflow (moved to a column)'
    ' or rename.';
comment on column archive.seal_log.target is 'The archive.';
comment on column archive.seal_log.target_name is 'Its name then.';
comment on column archive.seal_log.ids is 'The archive ids of the rows.';
comment on column archive.seal_log.old_name is 'What a renamed column was called.';
comment on column archive.seal_log.new_name is 'What it is called from then on.';
comment on column archive.seal_log.digests is
    'The chunks that were sealed anew: their digest before, as it was found then, and after.';
