-- The archive follows its table: columns that were renamed or added, rows that were deleted meanwhile.

create function archive._enable_follow(entry archive.registry) returns archive.registry
    language plpgsql
as $$
declare
    v_entry archive.registry := entry;
    v_new   smallint[]       := archive._enable_new_columns(entry);
    v_since bigint           := archive._enable_since(entry, v_new);
begin
    perform archive._enable_rename_copies(entry);
    perform archive._enable_add_copies(entry);
    perform archive._enable_strip_domains(entry);

    v_entry.columns := (
        select jsonb_object_agg(c.name, jsonb_build_object(
                   'attnum', c.attnum, 'type', c.type, 'copy', t.name, 'copy_attnum', t.attnum,
                   'since', coalesce(c.since, archive._enable_first_overflow(entry, c),
                                     case when c.attnum = any (v_new) then v_since else 0 end)))
          from archive._copies(entry) c
          left join archive._columns(entry.target) t on t.name = c.wanted);
    v_entry.source_name := archive._name(entry.source);
    v_entry.source_oid := entry.source::oid;
    v_entry.target_oid := entry.target::oid;
    v_entry.last_attnum := (select max(a.attnum) from pg_attribute a where a.attrelid = entry.source);
    v_entry.exclude_attnums := array(
        select c.attnum from archive._columns(entry.source) c where c.name = any (entry.exclude) order by c.attnum);
    return v_entry;
end
$$;

comment on function archive._enable_follow(archive.registry) is
    'Renames and adds the archive''s columns as the table''s were, and returns the registry''s row that says so.';


-- A new archive has all columns from the start. One that was there before the table was archived may lack some.
create function archive._enable_new_columns(entry archive.registry) returns smallint[]
    language sql stable
    return array(
        select c.attnum
          from archive._copies(entry) c
         where c.since is null and ((entry).columns <> '{}' or c.copy is null)
    );

comment on function archive._enable_new_columns(archive.registry) is
    'The columns, by attnum, that the rows archived until now have no value of.';


-- Rows archived from now on have a value of a column that joins. Deletes must wait for that: one that began before
-- would write a row without the value, under a later archive_id.
create function archive._enable_since(entry archive.registry, joining smallint[]) returns bigint
    language plpgsql
as $$
begin
    if joining = '{}' then
        return 0;
    end if;
    execute format('lock table %s in share row exclusive mode', entry.source);
    return nextval('archive.archive_id_seq');
end
$$;

comment on function archive._enable_since(archive.registry, smallint[]) is
    'The archive_id from which on rows have the columns that join; 0 without any.';


create function archive._archive_rename_column(target regclass, old_name name, new_name name) returns void
    language plpgsql
as $$
begin
    execute format('alter table %s rename column %I to %I', target, old_name, new_name);
    perform archive._seal_log_add('rename', target, null, old_name => old_name, new_name => new_name);
end
$$;

comment on function archive._archive_rename_column(regclass, name, name) is
    'Renames a column of an archive, and logs it: seals go by the first name.';


-- By way of names that are nobody's: two columns may have swapped their names.
create function archive._enable_rename_copies(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_copies archive.copied_column[] := array(
        select c from archive._copies(entry) c where c.since is not null and c.copy <> c.wanted);
    v_copy   archive.copied_column;
begin
    foreach v_copy in array v_copies loop
        perform archive._archive_rename_column(entry.target, v_copy.copy, 'archive_' || v_copy.attnum);
    end loop;
    foreach v_copy in array v_copies loop
        -- The values of a column that was dropped, whose name is needed now.
        if exists (select from archive._columns(entry.target) t where t.name = v_copy.wanted) then
            perform archive._archive_rename_column(entry.target, v_copy.wanted, v_copy.wanted || '_dropped');
        end if;
        perform archive._archive_rename_column(entry.target, 'archive_' || v_copy.attnum, v_copy.wanted);
    end loop;
end
$$;

comment on function archive._enable_rename_copies(archive.registry) is
    'Renames the archive''s columns as the table''s were renamed since.';


create function archive._enable_add_copies(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_copy archive.copied_column;
begin
    for v_copy in
        select c.*
          from archive._copies(entry) c
         where c.wanted not in (select t.name from archive._columns(entry.target) t)
    loop
        execute format('alter table %s add column %I %s%s', entry.target, v_copy.wanted, v_copy.archived_type,
                       coalesce(' collate ' || v_copy.collated, ''));
    end loop;
end
$$;

comment on function archive._enable_add_copies(archive.registry) is 'Adds the columns that the archive lacks.';


create function archive._enable_strip_domains(entry archive.registry) returns void
    language plpgsql
as $$
declare
    v_copy archive.copied_column;
begin
    for v_copy in
        select c.* from archive._copies(entry) c where c.copy_type = c.type and c.type <> c.archived_type
    loop
        execute format('alter table %s alter column %I type %s%s', entry.target, v_copy.wanted, v_copy.archived_type,
                       coalesce(' collate ' || v_copy.collated, ''));
    end loop;
end
$$;

comment on function archive._enable_strip_domains(archive.registry) is
    'Gives copies of a domain its base type, where an older version has left the domain.';


-- A column that was added without enable(): what was deleted since is in overflow.
create function archive._enable_first_overflow(entry archive.registry, copied archive.copied_column) returns bigint
    language plpgsql stable
as $$
declare
    v_first bigint;
begin
    if (copied).since is not null or entry.last_attnum is null or not exists (
        select from archive._columns(entry.target) t where t.name = 'overflow' and t.type = 'jsonb'
    ) then
        return null;
    end if;
    execute format('select min(a.archive_id) from %s a where a.overflow ? %L',
                   archive._name(entry.target), (copied).name) into v_first;
    return v_first;
end
$$;

comment on function archive._enable_first_overflow(archive.registry, archive.copied_column) is
    'The first archived row that has a value of a new column in overflow; null without any.';


create function archive._enable_move_overflow(before archive.registry) returns void
    language plpgsql
as $$
declare
    v_copy   archive.copied_column;
    v_ids    int8multirange;
    v_opened jsonb;
begin
    if before.last_attnum is null then
        return;
    end if;
    for v_copy in
        select c.* from archive._copies(before) c where c.since is null
    loop
        execute archive._seal_ids(format('(select a.archive_id from %s a where a.overflow ? %L)',
                                         archive._name(before.target), v_copy.name)) into v_ids;
        continue when isempty(v_ids);
        perform archive._seal_lock();
        v_opened := archive._seal_open(before.target, v_ids);
        execute format(
            'update %1$s a set %2$I = (a.overflow ->> %3$L)::%4$s, overflow = nullif(a.overflow - %3$L, ''{}'')'
            ' where a.overflow ? %3$L',
            archive._name(before.target), v_copy.wanted, v_copy.name, v_copy.archived_type);
        perform archive._seal_close('overflow', before.target, v_ids, v_opened);
    end loop;
end
$$;

comment on function archive._enable_move_overflow(archive.registry) is
    'Moves values of columns that join from overflow to the archive''s columns for them.';
