--
-- PostgreSQL database dump
--

\restrict archive


SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: archive; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA archive;


--
-- Name: SCHEMA archive; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON SCHEMA archive IS 'Deleted rows: captured by triggers, restored by function. The archived tables: archive.registry.';


--
-- Name: column_definition; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.column_definition AS (
	attnum smallint,
	name name,
	type text,
	archived_type text,
	collated text,
	generated boolean,
	not_null boolean,
	default_value text
);


--
-- Name: TYPE column_definition; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.column_definition IS 'One column, as far as the archive is concerned with it.';


--
-- Name: copied_column; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.copied_column AS (
	attnum smallint,
	name name,
	type text,
	archived_type text,
	collated text,
	generated boolean,
	default_value text,
	copy name,
	wanted name,
	copy_type text,
	copy_collated text,
	copy_not_null boolean,
	since bigint
);


--
-- Name: TYPE copied_column; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.copied_column IS 'A column of a table, and the column of its archive that holds the copies.';


--
-- Name: deletion; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.deletion AS (
	transaction_id xid8,
	archived_at timestamp with time zone,
	archived_by text,
	reason text,
	session_role text,
	application_name text,
	client_addr inet,
	rows jsonb,
	rows_exact boolean,
	restored bigint,
	cursor text
);


--
-- Name: TYPE deletion; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.deletion IS 'One deletion: who, when, whence, why, of what, and how much of it is restored.';


--
-- Name: deletion_filter; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.deletion_filter AS (
	archived_by text[],
	session_role text,
	application_name text,
	not_application_name text,
	reason text,
	archived_after timestamp with time zone,
	archived_before timestamp with time zone,
	"table" text,
	min_rows bigint
);


--
-- Name: TYPE deletion_filter; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.deletion_filter IS 'Which deletions to list: the keys of the filters of archive.deletions().';


--
-- Name: deletion_part; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.deletion_part AS (
	source regclass,
	partition regclass,
	archived_at timestamp with time zone,
	transaction_id xid8,
	rows bigint
);


--
-- Name: TYPE deletion_part; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.deletion_part IS 'That a deletion has rows in a partition.';


--
-- Name: leaf; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.leaf AS (
	source regclass,
	partition regclass,
	month timestamp with time zone
);


--
-- Name: TYPE leaf; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.leaf IS 'A partition of the archive of a table.';


--
-- Name: month_content; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.month_content AS (
	rows bigint,
	first_id bigint,
	last_id bigint,
	digest text
);


--
-- Name: TYPE month_content; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.month_content IS 'What the archive of a table has of a month.';


--
-- Name: noted_constraint; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.noted_constraint AS (
	constraint_name name,
	referring regclass,
	columns name[],
	blanked name[],
	referenced_is text,
	live_is text,
	refers text
);


--
-- Name: TYPE noted_constraint; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.noted_constraint IS 'A foreign key with conditions on archive.blanked_references b.';


--
-- Name: purge_result; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.purge_result AS (
	purged bigint,
	held bigint,
	emptied bigint
);


--
-- Name: TYPE purge_result; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.purge_result IS 'What a purge did, or would do.';


--
-- Name: restore_result; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.restore_result AS (
	source regclass,
	archive_id bigint,
	row_id text,
	outcome text,
	detail text
);


--
-- Name: TYPE restore_result; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.restore_result IS 'What a restore did, or would do, with one archived row.';


--
-- Name: restore_attempt; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.restore_attempt AS (
	result archive.restore_result,
	again boolean
);


--
-- Name: TYPE restore_attempt; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.restore_attempt IS 'What one pass made of one archived row.';


--
-- Name: restore_error; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.restore_error AS (
	state text,
	message text,
	detail text,
	violated text,
	violated_column text
);


--
-- Name: TYPE restore_error; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.restore_error IS 'An error of PostgreSQL that a row met.';


--
-- Name: restore_selection; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.restore_selection AS (
	sources regclass[],
	transaction_id xid8,
	ids bigint[],
	first timestamp with time zone,
	last timestamp with time zone
);


--
-- Name: TYPE restore_selection; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.restore_selection IS 'The archived rows of a restore, as a condition: the rows themselves never travel.';


--
-- Name: seal_reading; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.seal_reading AS (
	batch bigint,
	chunk bigint,
	first_id bigint,
	last_id bigint,
	rows bigint,
	ids int8multirange,
	restored int8multirange,
	erased int8multirange,
	salt bytea,
	digest bytea
);


--
-- Name: TYPE seal_reading; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.seal_reading IS 'What is found of a chunk of sealed rows.';


--
-- Name: verification; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.verification AS (
	batch bigint,
	source regclass,
	first_id bigint,
	last_id bigint,
	ok boolean,
	detail text
);


--
-- Name: TYPE verification; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.verification IS 'What archive.verify() says of a batch, or of a chunk in which something is wrong.';


--
-- Name: _address(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._address(relation regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(CASE WHEN (u.part ~ '^[a-z_][a-z0-9_$]*$'::text) THEN (u.part)::text ELSE (('"'::text || replace((u.part)::text, '"'::text, '""'::text)) || '"'::text) END, '.'::text ORDER BY u.n) AS string_agg FROM ((pg_class c JOIN pg_namespace s ON ((s.oid = c.relnamespace))) CROSS JOIN LATERAL unnest(ARRAY[s.nspname, c.relname]) WITH ORDINALITY u(part, n)) WHERE ((c.oid = (_address.relation)::oid) AND ((u.n = 2) OR (s.nspname <> 'public'::name))));


--
-- Name: FUNCTION _address(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._address(relation regclass) IS 'A table''s name as parse_ident() reads it: note, app.note, "app.note"; without its schema if that is public.';


--
-- Name: _archive_add_metadata(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_add_metadata(target regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_column record;
begin
    for v_column in
        select m.name, m.type
          from archive._archive_metadata() m
         where not m.not_null and m.name not in (select c.name from archive._columns(target) c)
    loop
        execute format('alter table %s add column %I %s', target, v_column.name, v_column.type);
    end loop;
    for v_column in
        select m.name, m.description
          from archive._archive_metadata() m
          join pg_attribute a on a.attrelid = target and a.attname = m.name
         where col_description(target, a.attnum) is distinct from m.description
    loop
        execute format('comment on column %s.%I is %L', target, v_column.name, v_column.description);
    end loop;
end
$$;


--
-- Name: FUNCTION _archive_add_metadata(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_add_metadata(target regclass) IS 'Adds the metadata that an older archive table lacks, and comments on all of it.';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: registry; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.registry (
    source regclass NOT NULL,
    target regclass NOT NULL,
    exclude text[] NOT NULL,
    columns jsonb DEFAULT '{}'::jsonb NOT NULL,
    source_name text,
    source_oid oid,
    target_oid oid,
    last_attnum smallint,
    exclude_attnums smallint[],
    lookups text DEFAULT 'all'::text NOT NULL
);


--
-- Name: TABLE registry; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.registry IS 'The archived tables. Kept by archive.enable() and archive.disable().';


--
-- Name: COLUMN registry.source; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.source IS 'The live table.';


--
-- Name: COLUMN registry.target; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.target IS 'Its archive.';


--
-- Name: COLUMN registry.exclude; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.exclude IS 'Columns that are never copied.';


--
-- Name: COLUMN registry.columns; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.columns IS 'The copied columns by name: attnum; copy and copy_attnum, the archive''s column; since, the archive_id from which on rows have it.';


--
-- Name: COLUMN registry.source_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.source_name IS 'The table''s name when archive.enable() was last called.';


--
-- Name: COLUMN registry.source_oid; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.source_oid IS 'The table''s oid as a number. After a dump and restore the table has another: then names hold, not attnums.';


--
-- Name: COLUMN registry.target_oid; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.target_oid IS 'The archive''s oid as a number, likewise.';


--
-- Name: COLUMN registry.last_attnum; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.last_attnum IS 'The last attnum that the capture function knows: columns beyond go to overflow.';


--
-- Name: COLUMN registry.exclude_attnums; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.exclude_attnums IS 'The attnums of the columns that are never copied.';


--
-- Name: COLUMN registry.lookups; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.registry.lookups IS 'Which indexes the archive has: all, or undo, the fewest with which everything works.';


--
-- Name: _archive_create(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_create(entry archive.registry) RETURNS regclass
    LANGUAGE plpgsql
    AS $$
declare
    v_schema  name;
    v_table   name;
    v_columns text;
    v_target  text;
begin
    select n.nspname, c.relname || '_archive'
      into v_schema, v_table
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = entry.source;
    v_target := format('%I.%I', v_schema, v_table);

    select string_agg(format(E'\n    %I %s%s', d.name, d.type, d.qualities), ',')
      into v_columns
      from (
          select m.name, m.type, case when m.not_null then ' not null' else '' end as qualities
            from archive._archive_metadata() m
          union all
          select c.wanted, c.archived_type, coalesce(' collate ' || c.collated, '')
            from archive._copies(entry) c
      ) d;

    execute format(
        E'create table %s (%s,\n    constraint %I primary key (archive_id, archived_at)\n)'
        ' partition by range (archived_at)', v_target, v_columns, v_table || '_pkey');
    return v_target::regclass;
end
$$;


--
-- Name: FUNCTION _archive_create(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_create(entry archive.registry) IS 'Creates <table>_archive.';


--
-- Name: _owner(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._owner() RETURNS oid
    LANGUAGE sql STABLE
    RETURN (SELECT pg_namespace.nspowner FROM pg_namespace WHERE (pg_namespace.nspname = 'archive'::name));


--
-- Name: FUNCTION _owner(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._owner() IS 'The owner of schema archive.';


--
-- Name: _tree(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._tree(relation regclass) RETURNS SETOF regclass
    LANGUAGE plpgsql STABLE ROWS 4
    AS $$
begin
    -- pg_partition_tree() would lock each partition until the transaction ends.
    return query
        with recursive tree (relid) as (
            select relation
            union all
            select i.inhrelid::regclass
              from tree
              join pg_inherits i on i.inhparent = tree.relid
              join pg_class c on c.oid = i.inhrelid and c.relispartition
        )
        select t.relid from tree t;
end
$$;


--
-- Name: FUNCTION _tree(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._tree(relation regclass) IS 'A table and its partitions, at every level.';


--
-- Name: _archive_grants(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_grants(target regclass) RETURNS TABLE(relation regclass, privilege text, grantee oid)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT c.oid,
     g.privilege_type,
     g.grantee
    FROM ((archive._tree(_archive_grants.target) t(relid)
      JOIN pg_class c ON ((c.oid = (t.relid)::oid)))
      CROSS JOIN LATERAL aclexplode(COALESCE(c.relacl, acldefault('r'::"char", c.relowner))) g(grantor, grantee, privilege_type, is_grantable))
   WHERE ((g.grantee <> archive._owner()) AND (g.grantee <> c.relowner))
 UNION ALL
  SELECT a.attrelid,
     g.privilege_type,
     g.grantee
    FROM ((archive._tree(_archive_grants.target) t(relid)
      JOIN pg_attribute a ON ((a.attrelid = (t.relid)::oid)))
      CROSS JOIN LATERAL aclexplode(a.attacl) g(grantor, grantee, privilege_type, is_grantable))
   WHERE (g.grantee <> archive._owner());
END;


--
-- Name: FUNCTION _archive_grants(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_grants(target regclass) IS 'The grants on an archive and its partitions to others than the owner; 0 stands for PUBLIC.';


--
-- Name: _archive_last_id(regclass, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_last_id(target regclass, everywhere boolean) RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_leaf  archive.leaf;
    v_last  bigint;
begin
    for v_leaf in
        select f.*
          from archive.registry r
         cross join lateral archive._leaves(array[r.source]) f
         where r.target = _archive_last_id.target
         order by f.month desc nulls first
    loop
        v_last := greatest(v_last, (
            select (l.result ->> 'max')::bigint
              from archive._read_leaves(array[v_leaf], 'select max(archive_id) from %s') l));
        exit when v_last is not null and v_leaf.month is not null and not everywhere;
    end loop;
    return v_last;
end
$$;


--
-- Name: FUNCTION _archive_last_id(target regclass, everywhere boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_last_id(target regclass, everywhere boolean) IS 'The highest archive_id of an archive: of the newest month that has rows, or of all.';


--
-- Name: _archive_metadata(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_metadata() RETURNS TABLE(name name, type text, not_null boolean, captured text, truncated text, description text)
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 VALUES ('archive_id'::name,'bigint'::text,true,'nextval(''archive.archive_id_seq'')'::text,NULL::text,'Names one archived row anywhere; the newest is the highest.'::text), ('transaction_id'::name,'xid8'::text,true,'pg_current_xact_id()'::text,NULL::text,'The deleting transaction: all rows of one deletion share it.'::text), ('archived_at'::name,'timestamp with time zone'::text,true,'now()'::text,NULL::text,'When that transaction began.'::text), ('archived_by'::name,'text'::text,false,'capture.actor'::text,NULL::text,'Who, as the application knows it: a user''s id or any label. Null where none was set.'::text), ('reason'::name,'text'::text,false,'capture.reason'::text,NULL::text,'Why, if given.'::text), ('session_role'::name,'text'::text,true,'session_user'::text,NULL::text,'The database login that did it.'::text), ('application_name'::name,'text'::text,false,'current_setting(''application_name'')'::text,NULL::text,'With what program, as it calls itself.'::text), ('client_addr'::name,'inet'::text,false,'inet_client_addr()'::text,NULL::text,'From where, as PostgreSQL sees it. Null over a Unix socket.'::text), ('cascaded'::name,'boolean'::text,true,'pg_trigger_depth() > 1'::text,'false'::text,'Whether a foreign key''s cascade or another trigger deleted the row.'::text), ('restored_at'::name,'timestamp with time zone'::text,false,NULL::text,NULL::text,'When it was restored. The row stays as history.'::text), ('restored_by'::name,'text'::text,false,NULL::text,NULL::text,'Who restored it.'::text), ('restore_reason'::name,'text'::text,false,NULL::text,NULL::text,'Why it was restored, if given.'::text), ('erased_at'::name,'timestamp with time zone'::text,false,NULL::text,NULL::text,'When archive.erase_subject() blanked it. The shell stays as history.'::text), ('restored_as'::name,'text'::text,false,NULL::text,NULL::text,'Where a copy was restored: its key.'::text), ('overflow'::name,'jsonb'::text,false,NULL::text,NULL::text,'Values of columns that archive.enable() has not seen yet, as text by name. Null otherwise.'::text);
END;


--
-- Name: FUNCTION _archive_metadata(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_metadata() IS 'The columns of an archive table that are not copied.';


--
-- Name: _archive_prepare(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_prepare(target regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if (select relowner from pg_class where oid = target) <> archive._owner() then
        execute format('alter table %s owner to %s', target, archive._owner()::regrole);
    end if;
    if not has_table_privilege(archive._role('runtime'), target, 'select')
       or not has_table_privilege(archive._role('auditor'), target, 'select') then
        execute format('grant select on %s to %I, %I', target, archive._role('runtime'), archive._role('auditor'));
    end if;
    perform archive._archive_add_metadata(target);
    perform archive._partition_make_missing(target);

    -- Default privileges may have let others in.
    perform archive._archive_revoke(p.partition, 'all')
       from archive._partitions(target) p
      where archive._fault_partition_grants(target) is not null;
    if archive._fault_writers(target) is not null then
        perform archive._archive_revoke(t.relid, 'insert, update, delete, truncate, references, trigger')
           from pg_partition_tree(target) t;
    end if;
end
$$;


--
-- Name: FUNCTION _archive_prepare(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_prepare(target regclass) IS 'Sets owner, grants, comments, later metadata and partitions of an archive table.';


--
-- Name: _archive_rename_column(regclass, name, name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_rename_column(target regclass, old_name name, new_name name) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('alter table %s rename column %I to %I', target, old_name, new_name);
    perform archive._seal_log_add('rename', target, null, old_name => old_name, new_name => new_name);
end
$$;


--
-- Name: FUNCTION _archive_rename_column(target regclass, old_name name, new_name name); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_rename_column(target regclass, old_name name, new_name name) IS 'Renames a column of an archive, and logs it: seals go by the first name.';


--
-- Name: _archive_revoke(regclass, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_revoke(relation regclass, privileges text) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_grantee text;
begin
    for v_grantee in
        select distinct archive._grantee(g.grantee)
          from (
              select c.relacl from pg_class c where c.oid = relation
              union all
              select a.attacl from pg_attribute a where a.attrelid = relation
          ) acl (items), aclexplode(acl.items) g
         where g.grantee <> archive._owner()
    loop
        execute format('revoke %s on %s from %s', privileges, relation, v_grantee);
    end loop;
end
$$;


--
-- Name: FUNCTION _archive_revoke(relation regclass, privileges text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_revoke(relation regclass, privileges text) IS 'Takes privileges on a relation from everybody but the archive''s owner.';


--
-- Name: _base_type(oid, integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._base_type(type oid, modifier integer) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_type     oid     := type;
    v_modifier integer := modifier;
    v_domain   pg_type;
    v_array    oid;
begin
    loop
        select t.* into v_domain from pg_type t where t.oid = v_type and t.typtype = 'd';
        if found then
            v_type := v_domain.typbasetype;
            v_modifier := case when v_domain.typtypmod = -1 then v_modifier else v_domain.typtypmod end;
            continue;
        end if;
        select d.*
          into v_domain
          from pg_type t
          join pg_type d on d.oid = t.typelem and d.typtype = 'd'
         where t.oid = v_type and t.typcategory = 'A';
        v_array := (select b.typarray from pg_type b where b.oid = v_domain.typbasetype);
        exit when not found or coalesce(v_array, 0) = 0;
        v_type := v_array;
        v_modifier := v_domain.typtypmod;
    end loop;
    return format_type(v_type, v_modifier);
end
$$;


--
-- Name: FUNCTION _base_type(type oid, modifier integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._base_type(type oid, modifier integer) IS 'A type as a copy has it: without domains.';


--
-- Name: _name(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._name(relation regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('%I.%I'::text, n.nspname, c.relname) AS format FROM (pg_class c JOIN pg_namespace n ON ((n.oid = c.relnamespace))) WHERE (c.oid = (_name.relation)::oid));


--
-- Name: FUNCTION _name(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._name(relation regclass) IS 'A table''s name, qualified and quoted.';


--
-- Name: _columns(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._columns(relation regclass) RETURNS SETOF archive.column_definition
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT a.attnum,
     a.attname,
     format_type(a.atttypid, a.atttypmod) AS format_type,
     base.type,
         CASE
             WHEN (a.attcollation <> base.default_collation) THEN ((a.attcollation)::regcollation)::text
             ELSE NULL::text
         END AS "case",
     (a.attgenerated <> ''::"char"),
     a.attnotnull,
         CASE
             WHEN (a.attidentity <> ''::"char") THEN format('pg_catalog.nextval(%L)'::text, pg_get_serial_sequence(archive._name(_columns.relation), (a.attname)::text))
             WHEN (a.attgenerated = ''::"char") THEN pg_get_expr(d.adbin, d.adrelid)
             ELSE NULL::text
         END AS "case"
    FROM ((((pg_attribute a
      JOIN pg_type t ON ((t.oid = a.atttypid)))
      LEFT JOIN pg_type e ON (((e.oid = t.typelem) AND (t.typcategory = 'A'::"char"))))
      CROSS JOIN LATERAL ( SELECT format_type(a.atttypid, a.atttypmod) AS format_type,
             t.typcollation
           WHERE ((t.typtype <> 'd'::"char") AND (e.typtype IS DISTINCT FROM 'd'::"char"))
         UNION ALL
          SELECT b.type,
             ( SELECT y.typcollation
                    FROM pg_type y
                   WHERE (y.oid = ((b.type)::regtype)::oid)) AS typcollation
            FROM archive._base_type(a.atttypid, a.atttypmod) b(type)
           WHERE ((t.typtype = 'd'::"char") OR (e.typtype = 'd'::"char"))) base(type, default_collation))
      LEFT JOIN pg_attrdef d ON (((d.adrelid = a.attrelid) AND (d.adnum = a.attnum))))
   WHERE ((a.attrelid = (_columns.relation)::oid) AND (a.attnum > 0) AND (NOT a.attisdropped) AND (a.attgenerated <> 'v'::"char"))
   ORDER BY a.attnum;
END;


--
-- Name: FUNCTION _columns(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._columns(relation regclass) IS 'The columns of a table that hold a value.';


--
-- Name: _archive_tables(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_tables() RETURNS SETOF regclass
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (c.oid)::regclass AS oid
    FROM pg_class c
   WHERE ((c.relkind = 'p'::"char") AND (c.relowner = archive._owner()) AND (c.relname ~~ '%\_archive'::text) AND (pg_get_partkeydef(c.oid) = 'RANGE (archived_at)'::text) AND (NOT (EXISTS ( SELECT
            FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description)
           WHERE (m.not_null AND (NOT (m.name IN ( SELECT a.name
                    FROM archive._columns((c.oid)::regclass) a(attnum, name, type, archived_type, collated, generated, not_null, default_value)))))))));
END;


--
-- Name: FUNCTION _archive_tables(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_tables() IS 'Every archive table, also of a table that is archived no more.';


--
-- Name: _attnames(regclass, smallint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._attnames(relation regclass, numbers smallint[]) RETURNS name[]
    LANGUAGE sql STABLE
    RETURN (SELECT array_agg(a.attname ORDER BY u."position") AS array_agg FROM (unnest(_attnames.numbers) WITH ORDINALITY u(number, "position") JOIN pg_attribute a ON (((a.attrelid = (_attnames.relation)::oid) AND (a.attnum = u.number)))));


--
-- Name: FUNCTION _attnames(relation regclass, numbers smallint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._attnames(relation regclass, numbers smallint[]) IS 'The names of columns, in the same order.';


--
-- Name: _attnum(regclass, name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._attnum(relation regclass, column_name name) RETURNS smallint
    LANGUAGE sql STABLE
    RETURN (SELECT a.attnum FROM pg_attribute a WHERE ((a.attrelid = (_attnum.relation)::oid) AND (a.attname = _attnum.column_name) AND (a.attnum > 0) AND (NOT a.attisdropped)));


--
-- Name: FUNCTION _attnum(relation regclass, column_name name); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._attnum(relation regclass, column_name name) IS 'The number of a column of that name; null where there is none.';


--
-- Name: _attnums(regclass, name[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._attnums(relation regclass, columns name[]) RETURNS smallint[]
    LANGUAGE sql STABLE
    RETURN (SELECT array_agg(archive._attnum(_attnums.relation, u.c) ORDER BY u.n) AS array_agg FROM unnest(_attnums.columns) WITH ORDINALITY u(c, n));


--
-- Name: FUNCTION _attnums(relation regclass, columns name[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._attnums(relation regclass, columns name[]) IS 'The numbers of columns, in the same order.';


--
-- Name: _foreign_keys_to(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._foreign_keys_to(relation regclass) RETURNS SETOF oid
    LANGUAGE plpgsql STABLE ROWS 2
    AS $$
begin
    return query
        select distinct c.oid
          from pg_trigger t
          join pg_constraint c on c.oid = t.tgconstraint
         where t.tgrelid = relation and t.tgisinternal and c.contype = 'f' and c.confrelid = relation;
end
$$;


--
-- Name: FUNCTION _foreign_keys_to(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._foreign_keys_to(relation regclass) IS 'The foreign keys that refer to a table.';


--
-- Name: _blanking_constraints(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._blanking_constraints(source regclass) RETURNS TABLE(constraint_name name, referring regclass, columns name[], blanked name[])
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT c.conname,
     (c.conrelid)::regclass AS conrelid,
     archive._attnames((c.conrelid)::regclass, c.conkey) AS _attnames,
     archive._attnames((c.conrelid)::regclass, COALESCE(NULLIF(c.confdelsetcols, '{}'::smallint[]), c.conkey)) AS _attnames
    FROM (archive._foreign_keys_to(_blanking_constraints.source) f(oid)
      JOIN pg_constraint c ON ((c.oid = f.oid)))
   WHERE ((c.confdeltype = ANY (ARRAY['n'::"char", 'd'::"char"])) AND (c.conparentid = (0)::oid))
   ORDER BY c.conrelid, c.conname;
END;


--
-- Name: FUNCTION _blanking_constraints(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._blanking_constraints(source regclass) IS 'The foreign keys to a table that blank references when its rows are ';


--
-- Name: _capture_columns(archive.registry, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_columns(entry archive.registry, pattern text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format(_capture_columns.pattern, c.key, (c.value ->> 'copy'::text), (c.value ->> 'type'::text)), ', '::text ORDER BY ((c.value ->> 'attnum'::text))::integer) AS string_agg FROM jsonb_each((_capture_columns.entry).columns) c(key, value));


--
-- Name: FUNCTION _capture_columns(entry archive.registry, pattern text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_columns(entry archive.registry, pattern text) IS 'The copied columns of a table, as archive.enable() last saw them, as a list, each in the pattern: its arguments are the name, the archive''s column and the type.';


--
-- Name: _capture_metadata(text, integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_metadata(pattern text, indentation integer) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT string_agg(format(_capture_metadata.pattern, m.name, m.captured, m.n, COALESCE(m.truncated, m.captured)), CASE (m.n % (5)::bigint) WHEN 1 THEN (',
'::text || repeat(' '::text, _capture_metadata.indentation)) ELSE ', '::text END ORDER BY m.n) AS string_agg FROM (SELECT a.name, a.captured, a.truncated, row_number() OVER (ORDER BY a."position") AS n FROM archive._archive_metadata() WITH ORDINALITY a(name, type, not_null, captured, truncated, description, "position") WHERE (a.captured IS NOT NULL)) m);


--
-- Name: FUNCTION _capture_metadata(pattern text, indentation integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_metadata(pattern text, indentation integer) IS 'The metadata that is captured, as a list, each in the pattern: its arguments are name, expression, position and the expression at a TRUNCATE.';


--
-- Name: _capture_insert(archive.registry, text, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_insert(entry archive.registry, expressions text, overflow text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
    insert into %1$s (
        %2$s%6$s,
        %3$s)
    values (
        %4$s%7$s,
        %5$s);'::text, archive._name((entry).target), archive._capture_metadata('%1$s'::text, 8), archive._capture_columns(entry, '%2$I'::text), archive._capture_metadata(expressions, 8), archive._capture_columns(entry, '"row seen by archive.enable()".%1$I'::text), CASE WHEN (overflow IS NOT NULL) THEN ', overflow'::text ELSE NULL::text END, (', '::text || overflow));


--
-- Name: FUNCTION _capture_insert(entry archive.registry, expressions text, overflow text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_insert(entry archive.registry, expressions text, overflow text) IS 'The INSERT of one row in a capture function; its metadata in the pattern of archive._capture_metadata().';


--
-- Name: _is_partitioned(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._is_partitioned(relation regclass) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM pg_class c WHERE ((c.oid = (_is_partitioned.relation)::oid) AND (c.relkind = 'p'::"char"))));


--
-- Name: FUNCTION _is_partitioned(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._is_partitioned(relation regclass) IS 'Whether a table has its rows in partitions.';


--
-- Name: _capture_relation(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_relation(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN archive._is_partitioned((entry).source) THEN 'root'::text ELSE 'tg_relid'::text END;


--
-- Name: FUNCTION _capture_relation(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_relation(entry archive.registry) IS 'What a capture function calls the oid of its table. Triggers of a partitioned table fire for its partitions.';


--
-- Name: _capture_unknown(archive.registry, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_unknown(entry archive.registry, expressions text) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
    <<kept>>
    declare
        unknown  record;
        value    text;
        overflow jsonb;
    begin
        if exists (
            select from pg_attribute a
              join unnest(%6$L::smallint[], %7$L::name[]) known (attnum, name) on known.attnum = a.attnum
             where a.attrelid = %4$s and %4$s = %1$s and not a.attisdropped and a.attname <> known.name)
        then
            raise exception ''columns of %% were renamed: call archive.enable()'', tg_relid::regclass
                using errcode = ''AR409'', hint = ''The row is not '';
        end if;
        perform set_config(''extra_float_digits'', ''1'', true), set_config(''intervalstyle'', ''postgres'', true);
        for unknown in
            select a.attname as name, t.typcategory = ''D'' as is_time
              from pg_attribute a
              join pg_type t on t.oid = a.atttypid
             where a.attrelid = %4$s and a.attnum > 0 and not a.attisdropped and a.attgenerated <> ''v''
               and case when %4$s = %1$s then a.attnum > %2$s else a.attname <> all (%3$L) end
        loop
            execute format(case when unknown.is_time then ''select to_jsonb(($1).%%I) #>> ''''{}''''''
                                else ''select ($1).%%I::text'' end, unknown.name)
               into value using "row seen by archive.enable()";
            overflow := coalesce(overflow, ''{}'') || jsonb_build_object(unknown.name, value);
        end loop;%5$s
    end;'::text, (entry).source_oid, (entry).last_attnum, (ARRAY(SELECT c.key FROM jsonb_each((_capture_unknown.entry).columns) c(key, value)) || (entry).exclude), archive._capture_relation(entry), archive._capture_insert(entry, expressions, 'kept.overflow'::text), ARRAY(SELECT ((c.value ->> 'attnum'::text))::smallint AS int2 FROM jsonb_each((_capture_unknown.entry).columns) c(key, value) ORDER BY c.key), ARRAY(SELECT (c.key)::name AS key FROM jsonb_each((_capture_unknown.entry).columns) c(key, value) ORDER BY c.key));


--
-- Name: FUNCTION _capture_unknown(entry archive.registry, expressions text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_unknown(entry archive.registry, expressions text) IS 'The part of a capture function that copies a row with the values of columns which it does not know, as text.';


--
-- Name: _capture_each_row(archive.registry, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_each_row(entry archive.registry, relation text) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
            -- As a whole: fields of a row that * has put together cannot be asked for by name.
            for found_row in
                execute format(''select "the row" as whole from only %%s "the row"'', %s::regclass)
            loop
                "row seen by archive.enable()" := found_row.whole;%s
            end loop;'::text, relation, archive._capture_unknown(entry, '%4$s'::text));


--
-- Name: FUNCTION _capture_each_row(entry archive.registry, relation text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_each_row(entry archive.registry, relation text) IS 'The part of a capture function that copies the rows of a table one by one, with columns that it does not know.';


--
-- Name: _capture_labels(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_labels(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
    if %7$s <> %2$s and %7$s is distinct from to_regclass(%1$L) then%8$s
        raise exception ''archive: this function captures %%, not %%'', %1$L, tg_relid::regclass
            using errcode = ''AR422'', hint = ''archive.enable() writes one for a table.'';
    end if;

    -- A label from the start-up options of a connection may be invalid in this encoding: keep its bytes, escaped.
    -- to_ascii() changes every byte that is not ASCII. So an unchanged label is valid, and spared the costly check.
    if octet_length(actor) > 200 or to_ascii(actor, ''LATIN1'') <> actor or to_ascii(reason, ''LATIN1'') <> reason then
        begin
            perform convert_to(actor, getdatabaseencoding()), convert_to(reason, getdatabaseencoding());
        exception when character_not_in_repertoire or untranslatable_character then
            actor := encode(replace(actor, ''\'', ''\\'')::bytea, ''escape'');
            reason := encode(replace(reason, ''\'', ''\\'')::bytea, ''escape'');
        end;
        actor := left(actor, 200);
    end if;

    -- Is there a column that this function does not know? Null for an attribute that does not exist, and for one that
    -- was dropped, so ask for four. It costs next to nothing, where a query would cost more than the INSERT.
    is_unknown := %7$s <> %2$s
        or has_column_privilege(%7$s, %3$s::smallint, ''select'') is not null
        or has_column_privilege(%7$s, %4$s::smallint, ''select'') is not null
        or has_column_privilege(%7$s, %5$s::smallint, ''select'') is not null
        or has_column_privilege(%7$s, %6$s::smallint, ''select'') is not null;
'::text, (entry).source_name, (entry).source_oid, ((entry).last_attnum + 1), ((entry).last_attnum + 2), ((entry).last_attnum + 3), ((entry).last_attnum + 4), archive._capture_relation(entry), CASE WHEN archive._is_partitioned((entry).source) THEN '
        if tg_op = ''TRUNCATE'' then
            return null;  -- a partition that was detached since
        end if;'::text ELSE NULL::text END);


--
-- Name: FUNCTION _capture_labels(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_labels(entry archive.registry) IS 'The part of a capture function that checks its table, the actor and the reason, and looks for new columns.';


--
-- Name: _capture_row(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_row(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('%5$s
    if is_unknown then%1$s
    else
    circumstances := row(
        %2$s);%3$s
    end if;
    if not found then
        raise exception ''a trigger or rule of %% kept a deleted row of %% from being archived'', %4$L, tg_relid::regclass
            using errcode = ''AR409'', hint = ''The row is not  select * from archive.health() names the trigger.'';
    end if;
    return old;
'::text, archive._capture_unknown(entry, '%2$s'::text), archive._capture_metadata('%2$s'::text, 8), archive._capture_insert(entry, 'circumstances.f%3$s'::text), archive._name((entry).target), CASE WHEN archive._is_partitioned((entry).source) THEN '
    if current_setting(''archive.moving'', true) = ''on'' then
        delete from archive.moves m
         where m.relation = tg_relid and m.place = old.ctid
           and m.transaction_id = pg_current_xact_id() and m.started_at = now();
        if found then
            return old;  -- an update moves it to another partition
        end if;
    end if;
'::text ELSE NULL::text END);


--
-- Name: FUNCTION _capture_row(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_row(entry archive.registry) IS 'The part of a capture function that copies one row before its DELETE.';


--
-- Name: _capture_truncate_partitions(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_truncate_partitions(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
        for partition in
            select t.relid
              from pg_partition_tree(tg_relid) t
             where t.isleaf
               and (t.relid = tg_relid or not exists (
                    select from pg_trigger g where g.tgrelid = t.relid and g.tgname = ''zz_archive_before_truncate''))
        loop%s
        end loop;
'::text, archive._capture_each_row(entry, 'partition.relid'::text));


--
-- Name: FUNCTION _capture_truncate_partitions(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_truncate_partitions(entry archive.registry) IS 'The part of a capture function that copies all rows of partitions.';


--
-- Name: _capture_truncate_table(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_truncate_table(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
        if is_unknown or tg_relid is distinct from to_regclass(%7$L) then%6$s
            return null;
        end if;
        insert into %1$s (
            %2$s,
            %3$s)
        select %4$s,
               %5$s
          from only %7$s as "rows seen by archive.enable()";
'::text, archive._name((entry).target), archive._capture_metadata('%1$s'::text, 12), archive._capture_columns(entry, '%2$I'::text), archive._capture_metadata('%4$s'::text, 15), archive._capture_columns(entry, '"rows seen by archive.enable()".%1$I'::text), archive._capture_each_row(entry, 'tg_relid'::text), (entry).source_name);


--
-- Name: FUNCTION _capture_truncate_table(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_truncate_table(entry archive.registry) IS 'The part of a capture function that copies all rows of a table without partitions.';


--
-- Name: _capture_truncate(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_truncate(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
    if tg_op = ''TRUNCATE'' then
    declare
        partition record;
        found_row record;
    begin
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting(''transaction_isolation'') not in (''read committed'', ''read uncommitted'') then
            raise exception ''TRUNCATE of %% at isolation level %% could lose rows'',
                tg_relid::regclass, current_setting(''transaction_isolation'')
                using errcode = ''AR409'', hint = ''Truncate at READ COMMITTED, or DELETE.'';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active(tg_relid) then
            raise exception ''TRUNCATE of %% could lose rows that row-level security hides from %%'',
                tg_relid::regclass, current_user
                using errcode = ''AR409'', hint = ''DELETE instead.'';
        end if;
%s        return null;
    end;
    end if;
'::text, CASE WHEN archive._is_partitioned((entry).source) THEN archive._capture_truncate_partitions(entry) ELSE archive._capture_truncate_table(entry) END);


--
-- Name: FUNCTION _capture_truncate(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_truncate(entry archive.registry) IS 'The part of a capture function that copies all rows before a TRUNCATE.';


--
-- Name: _capture_body(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_body(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies %s.
<<capture>>
declare
    actor  text := nullif(current_setting(''archive.actor'', true), '''');
    reason text := nullif(current_setting(''archive.reason'', true), '''');
    -- Who deleted the row, when and from where: fields f1, f2 and so on, in the order of the columns. One expression
    -- for all is prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
    -- PostgreSQL names it in its error where a column was renamed or dropped since.
    "row seen by archive.enable()" alias for old;
    is_unknown boolean;%s
begin%s%s%send
'::text, replace(archive._capture_columns(entry, '%1$I %3$s'::text), '
'::text, ' '::text), CASE WHEN archive._is_partitioned((entry).source) THEN '
    root       oid := coalesce(pg_partition_root(tg_relid), tg_relid);'::text ELSE NULL::text END, archive._capture_labels(entry), archive._capture_truncate(entry), archive._capture_row(entry));


--
-- Name: FUNCTION _capture_body(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_body(entry archive.registry) IS 'What the body of a table''s capture function has to be.';


--
-- Name: _capture_drop_unused(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_drop_unused() RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_function regprocedure;
begin
    for v_function in
        select p.oid
          from pg_proc p
         where p.pronamespace = 'archive'::regnamespace
           and p.prorettype = 'trigger'::regtype
           and p.proname <> 'keep_move'
           and not exists (select from pg_trigger t where t.tgfoid = p.oid)
    loop
        execute format('drop function %s', v_function);
    end loop;
end
$$;


--
-- Name: FUNCTION _capture_drop_unused(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_drop_unused() IS 'Drops the trigger functions that no trigger calls.';


--
-- Name: _capture_install(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_install(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_trigger record;
    v_later   name;
begin
    if archive._fault_capture(entry) is not null then
        perform archive._capture_write(entry);
    end if;
    for v_trigger in
        select distinct case when t.level = 'row' then entry.source else t.relation end as relation,
               t.name, t.event, t.level, t.condition, t.function, t.description
          from archive._capture_triggers(entry) t
         where t.fault is not null
    loop
        execute format('create or replace trigger %I before %s on %s for each %s%s execute function archive.%I()',
                       v_trigger.name, v_trigger.event, v_trigger.relation, v_trigger.level,
                       ' when (' || v_trigger.condition || ')', v_trigger.function);
        execute format('alter table %s enable %s trigger %I', v_trigger.relation,
                       case archive._capture_mode(entry) when 'A' then 'always' end, v_trigger.name);
        execute format('comment on trigger %I on %s is %L',
                       v_trigger.name, v_trigger.relation, v_trigger.description);
    end loop;

    v_later := archive._capture_later_trigger(entry.source);
    if v_later is not null then
        raise exception
            'trigger % of % would run after zz_archive_before_delete, and could cancel a delete already archived',
            v_later, entry.source
            using errcode = 'AR409', hint = 'Rename it, so that it sorts before.';
    end if;
end
$$;


--
-- Name: FUNCTION _capture_install(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_install(entry archive.registry) IS 'Puts the capture function and the triggers of a table in force. AR409 where a later trigger could cancel a delete.';


--
-- Name: _capture_later_trigger(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_later_trigger(source regclass) RETURNS name
    LANGUAGE sql STABLE
    RETURN (SELECT min((t.tgname)::text) AS min FROM pg_trigger t WHERE ((t.tgrelid IN (SELECT archive._tree(_capture_later_trigger.source) AS _tree)) AND (((t.tgtype)::integer & ((1 + 2) + 8)) = ((1 + 2) + 8)) AND (t.tgname > 'zz_archive_before_delete'::name) AND (NOT t.tgisinternal)));


--
-- Name: FUNCTION _capture_later_trigger(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_later_trigger(source regclass) IS 'The BEFORE DELETE trigger that would run after the archive''s and could cancel the delete; null without one.';


--
-- Name: _is_subscribed(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._is_subscribed(relation regclass) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM pg_subscription_rel s WHERE ((s.srrelid = (_is_subscribed.relation)::oid) OR ((pg_partition_root((s.srrelid)::regclass))::oid = (_is_subscribed.relation)::oid))));


--
-- Name: FUNCTION _is_subscribed(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._is_subscribed(relation regclass) IS 'Whether a subscription fills a table or a partition of it.';


--
-- Name: _capture_mode(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_mode(entry archive.registry) RETURNS "char"
    LANGUAGE sql STABLE
    RETURN (CASE WHEN (archive._is_subscribed((entry).source) AND archive._is_subscribed((entry).target)) THEN 'O'::text ELSE 'A'::text END)::"char";


--
-- Name: FUNCTION _capture_mode(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_mode(entry archive.registry) IS 'How a table''s triggers are to be enabled, as pg_trigger.tgenabled has it: ALWAYS; or ORIGIN, where a subscription brings both the table and its archive.';


--
-- Name: _capture_name(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_name(source_name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT (('capture_'::text || replace(parts.readable, '.'::text, '_'::text)) || CASE WHEN ((parts.readable ~ '[.]'::text) OR (parts.readable <> parts.unmistakable)) THEN ('_'::text || "left"(md5(_capture_name.source_name), 8)) ELSE ''::text END) FROM (parse_ident(_capture_name.source_name) n(name) CROSS JOIN LATERAL (SELECT (CASE WHEN (n.name[1] = 'public'::text) THEN ''::text ELSE (n.name[1] || '__'::text) END || n.name[2]) AS "?column?", (CASE WHEN (n.name[1] = 'public'::text) THEN ''::text ELSE (regexp_replace(n.name[1], '__|_$'::text, '.'::text) || '__'::text) END || regexp_replace(n.name[2], CASE WHEN (n.name[1] = 'public'::text) THEN '__'::text ELSE '__|^_'::text END, '.'::text)) AS "?column?") parts(readable, unmistakable)));


--
-- Name: FUNCTION _capture_name(source_name text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_name(source_name text) IS 'The name, in schema archive, of the capture function of a table with this qualified name.';


--
-- Name: _label(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._label(relation regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (CASE WHEN (n.nspname = 'public'::name) THEN ''::text ELSE ((n.nspname)::text || '.'::text) END || (c.relname)::text) FROM (pg_class c JOIN pg_namespace n ON ((n.oid = c.relnamespace))) WHERE (c.oid = (_label.relation)::oid));


--
-- Name: FUNCTION _label(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._label(relation regclass) IS 'A table''s name for people: unquoted, with its schema unless that is public.';


--
-- Name: _move_condition(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._move_condition(relation regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT CASE WHEN bool_or((a.attname IS NULL)) THEN '(old.* IS DISTINCT FROM new.*)'::text ELSE format(CASE WHEN (count(DISTINCT a.attname) > 1) THEN '(%s)'::text ELSE '%s'::text END, string_agg(DISTINCT format('(old.%1$I IS DISTINCT FROM new.%1$I)'::text, a.attname), ' OR '::text)) END AS format FROM (((archive._tree(_move_condition.relation) t(relid) JOIN pg_partitioned_table p ON ((p.partrelid = (t.relid)::oid))) CROSS JOIN LATERAL unnest(p.partattrs) k(attnum)) LEFT JOIN pg_attribute a ON (((a.attrelid = (t.relid)::oid) AND (a.attnum = k.attnum)))));


--
-- Name: FUNCTION _move_condition(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._move_condition(relation regclass) IS 'Under which condition an update may move a row of a partitioned table to another partition.';


--
-- Name: _capture_triggers(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_triggers(entry archive.registry) RETURNS TABLE(relation regclass, name name, event text, level text, condition text, function name, description text, fault text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (c.oid)::regclass AS oid,
     wanted.name,
     wanted.event,
     wanted.level,
     wanted.condition,
     wanted.function,
     wanted.description,
     (
         CASE
             WHEN (t.oid IS NULL) THEN 'is missing'::text
             WHEN (t.tgenabled = 'D'::"char") THEN 'is disabled'::text
             WHEN ((t.tgenabled <> mode.wanted) AND (mode.wanted = 'A'::"char")) THEN 'is not enabled ALWAYS: session_replication_role = replica would skip it'::text
             WHEN (t.tgenabled <> mode.wanted) THEN 'is enabled ALWAYS, and a subscription brings the archive too: deletions are archived twice'::text
             WHEN ((p.pronamespace <> ('archive'::regnamespace)::oid) OR (p.proname <> wanted.function)) THEN format('calls %s'::text, (t.tgfoid)::regprocedure)
             WHEN ((t.tgtype <> wanted.type) OR (t.tgnargs > 0) OR ((t.tgqual IS NULL) <> (wanted.condition IS NULL)) OR ((wanted.condition IS NOT NULL) AND (POSITION((format('WHEN (%s) '::text, wanted.condition)) IN (pg_get_triggerdef(t.oid))) = 0))) THEN 'is not for every row or statement of its kind'::text
             ELSE NULL::text
         END ||
         CASE
             WHEN (c.oid <> ((_capture_triggers.entry).source)::oid) THEN (' on '::text || archive._label((c.oid)::regclass))
             ELSE ''::text
         END)
    FROM (((((archive._tree((_capture_triggers.entry).source) tree(relation)
      JOIN pg_class c ON ((c.oid = (tree.relation)::oid)))
      CROSS JOIN archive._capture_mode(_capture_triggers.entry) mode(wanted))
      CROSS JOIN ( VALUES ('zz_archive_before_delete'::name,'delete'::text,'row'::text,((1 + 2) + 8),NULL::text,(archive._capture_name((_capture_triggers.entry).source_name))::name,'Copies each deleted row to the archive.'::text), ('zz_archive_before_update'::name,'update'::text,'row'::text,((1 + 2) + 16),archive._move_condition((_capture_triggers.entry).source),'keep_move'::name,'Notes that a row may move to another partition.'::text), ('zz_archive_before_truncate'::name,'truncate'::text,'statement'::text,(2 + 32),NULL::text,archive._capture_name((_capture_triggers.entry).source_name),'Copies all rows to the archive.'::text)) wanted(name, event, level, type, condition, function, description))
      LEFT JOIN pg_trigger t ON (((t.tgrelid = c.oid) AND (t.tgname = wanted.name) AND (NOT t.tgisinternal))))
      LEFT JOIN pg_proc p ON ((p.oid = t.tgfoid)))
   WHERE
         CASE wanted.event
             WHEN 'update'::text THEN archive._is_partitioned((_capture_triggers.entry).source)
             WHEN 'truncate'::text THEN ((c.relkind <> 'p'::"char") OR (c.oid = ((_capture_triggers.entry).source)::oid))
             ELSE true
         END;
END;


--
-- Name: FUNCTION _capture_triggers(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_triggers(entry archive.registry) IS 'The triggers that a table and its partitions need, and what is wrong with each; null if nothing is.';


--
-- Name: _capture_write(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_write(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_function text := format('archive.%I()', archive._capture_name((entry).source_name));
begin
    perform set_config('citus.enable_ddl_propagation', 'on', true);  -- with the table that it belongs to
    execute format(
        'create or replace function %s returns trigger language plpgsql security definer'
        ' set search_path = pg_catalog, pg_temp as %L',
        v_function, archive._capture_body(entry));
    execute format('alter function %s owner to %s', v_function, archive._owner()::regrole);
    execute format('revoke execute on function %s from public, %I, %I',
                   v_function, archive._role('runtime'), archive._role('auditor'));
    execute format(
        'comment on function %s is %L',
        v_function, format('Copies deleted rows of %s to %s.', entry.source_name, archive._name(entry.target)));
end
$$;


--
-- Name: FUNCTION _capture_write(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_write(entry archive.registry) IS 'Creates or replaces the capture function of a table.';


--
-- Name: _check_archived(archive.registry, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._check_archived(entry archive.registry, archive_ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $_$
declare
    v_missing bigint;
begin
    perform archive._check_ids(archive_ids);
    -- Lock the rows found, so that none is purged before the end of the transaction.
    execute format(
        'with found as ('
        'select a.archive_id from %s a where a.archive_id = any ($1) order by a.archive_id for key share'
        ')'
        ' select min(i) from unnest($1) i where i not in (select archive_id from found)',
        archive._name(entry.target)
    ) into v_missing using archive_ids;
    if v_missing is not null then
        raise exception 'no archived row % of %', v_missing, archive._label(entry.source) using errcode = 'AR404';
    end if;
    perform archive._check_unambiguous(entry, archive_ids);
end
$_$;


--
-- Name: FUNCTION _check_archived(entry archive.registry, archive_ids bigint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._check_archived(entry archive.registry, archive_ids bigint[]) IS 'AR404 unless these rows are archived, AR409 where an id names several. Locks them.';


--
-- Name: _check_ids(bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._check_ids(archive_ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if archive_ids is null or array_ndims(archive_ids) > 1 or array_position(archive_ids, null) is not null then
        perform archive._refuse('archive_ids is a plain list, which must not be null or contain null');
    end if;
end
$$;


--
-- Name: FUNCTION _check_ids(archive_ids bigint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._check_ids(archive_ids bigint[]) IS 'AR422 unless it is a list of numbers.';


--
-- Name: _check_read_committed(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._check_read_committed(missed text) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'not at isolation level %: % would be missed', current_setting('transaction_isolation'), missed
            using errcode = 'AR409', hint = 'Use READ COMMITTED.';
    end if;
end
$$;


--
-- Name: FUNCTION _check_read_committed(missed text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._check_read_committed(missed text) IS 'AR409 at an isolation level whose snapshot would miss what others commit.';


--
-- Name: _check_reason(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._check_reason(reason text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if trim(coalesce(reason, '')) = '' then
        perform archive._refuse('a reason must be given');
    end if;
end
$$;


--
-- Name: FUNCTION _check_reason(reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._check_reason(reason text) IS 'AR422 without a reason.';


--
-- Name: _check_unambiguous(archive.registry, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._check_unambiguous(entry archive.registry, archive_ids bigint[]) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_id    bigint;
    v_times timestamptz[];
begin
    execute format(
        'select a.archive_id, array_agg(a.archived_at order by a.archived_at)'
        '  from %s a where a.archive_id = any ($1) group by 1 having count(*) > 1 order by 1 limit 1',
        archive._name(entry.target)
    ) into v_id, v_times using archive_ids;
    if v_id is not null then
        raise exception 'archive_id % names several rows of %: archived at %', v_id, archive._label(entry.source),
            array_to_string(v_times, ' and ')
            using errcode = 'AR409', hint = 'Restore them by their transactions: archive.restore_transaction().';
    end if;
end
$_$;


--
-- Name: FUNCTION _check_unambiguous(entry archive.registry, archive_ids bigint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._check_unambiguous(entry archive.registry, archive_ids bigint[]) IS 'AR409 where one of these ids names several archived rows.';


--
-- Name: _code_digest(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._code_digest() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN (SELECT md5(string_agg(o.object, '
'::text ORDER BY (o.object COLLATE "C"))) AS md5 FROM (SELECT concat_ws(' '::text, pg_get_functiondef(p.oid), (p.proowner)::regrole, p.proacl) AS concat_ws FROM pg_proc p WHERE ((p.pronamespace = ('archive'::regnamespace)::oid) AND (p.proname !~ '^capture_'::text)) UNION ALL SELECT concat_ws(' '::text, n.nspname, (n.nspowner)::regrole, n.nspacl) AS concat_ws FROM pg_namespace n WHERE (n.nspname = 'archive'::name) UNION ALL SELECT concat_ws(' '::text, c.relname, c.relacl) AS concat_ws FROM pg_class c WHERE ((c.relnamespace = ('archive'::regnamespace)::oid) AND (c.relkind = ANY (ARRAY['r'::"char", 'S'::"char"])))) o(object));


--
-- Name: FUNCTION _code_digest(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._code_digest() IS 'A digest of the archive''s functions and grants as they are.';


--
-- Name: applied_code; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.applied_code (
    files text NOT NULL,
    catalogue text NOT NULL
);


--
-- Name: TABLE applied_code; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.applied_code IS 'What sql/archive was when it was last applied, so that it is not applied again for nothing.';


--
-- Name: COLUMN applied_code.files; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.applied_code.files IS 'A digest of the files.';


--
-- Name: COLUMN applied_code.catalogue; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.applied_code.catalogue IS 'A digest of the functions and grants in place since.';


--
-- Name: _code_is_applied(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._code_is_applied(files text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM archive.applied_code a WHERE ((a.files = _code_is_applied.files) AND (a.catalogue = archive._code_digest()))));


--
-- Name: FUNCTION _code_is_applied(files text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._code_is_applied(files text) IS 'Whether files with this digest made the functions and grants, and nobody has changed them since.';


--
-- Name: _code_note_applied(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._code_note_applied(files text) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 DELETE FROM archive.applied_code;
 INSERT INTO archive.applied_code (files, catalogue)
   VALUES (_code_note_applied.files, archive._code_digest());
END;


--
-- Name: FUNCTION _code_note_applied(files text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._code_note_applied(files text) IS 'Notes that files with this digest have been applied.';


--
-- Name: _copy_name(name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._copy_name(column_name name) RETURNS name
    LANGUAGE sql STABLE
    RETURN (((column_name)::text || CASE WHEN (column_name IN (SELECT m.name FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description))) THEN '_copied'::text ELSE ''::text END))::name;


--
-- Name: FUNCTION _copy_name(column_name name); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._copy_name(column_name name) IS 'What a column is called in the archive: otherwise where the archive has a column of that name for itself.';


--
-- Name: _is_registered_oid(regclass, oid); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._is_registered_oid(relation regclass, registered oid) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN (NOT ((relation)::oid IS DISTINCT FROM registered));


--
-- Name: FUNCTION _is_registered_oid(relation regclass, registered oid); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._is_registered_oid(relation regclass, registered oid) IS 'Whether attnums in the registry hold: not for a table that came from a dump.';


--
-- Name: _excluded(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._excluded(entry archive.registry) RETURNS text[]
    LANGUAGE sql STABLE
    RETURN CASE WHEN (((entry).exclude_attnums IS NULL) OR (NOT archive._is_registered_oid((entry).source, (entry).source_oid))) THEN (entry).exclude ELSE ARRAY(SELECT (a.attname)::text AS attname FROM pg_attribute a WHERE ((a.attrelid = ((_excluded.entry).source)::oid) AND (a.attnum = ANY ((_excluded.entry).exclude_attnums)) AND (NOT a.attisdropped)) ORDER BY a.attnum) END;


--
-- Name: FUNCTION _excluded(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._excluded(entry archive.registry) IS 'The columns of a table that are never copied, by their names now.';


--
-- Name: _copies(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._copies(entry archive.registry) RETURNS SETOF archive.copied_column
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH e AS MATERIALIZED (
          SELECT (_copies.entry).source AS source,
             (_copies.entry).target AS target,
             archive._excluded(_copies.entry) AS excluded,
             archive._is_registered_oid((_copies.entry).source, (_copies.entry).source_oid) AS same_source,
             archive._is_registered_oid((_copies.entry).target, (_copies.entry).target_oid) AS same_target,
             (_copies.entry).columns AS columns
         ), known AS MATERIALIZED (
          SELECT COALESCE(
                 CASE
                     WHEN e_1.same_source THEN ((k_1.value ->> 'attnum'::text))::smallint
                     ELSE NULL::smallint
                 END, archive._attnum(e_1.source, (k_1.key)::name)) AS attnum,
             COALESCE(
                 CASE
                     WHEN e_1.same_target THEN ((k_1.value ->> 'copy_attnum'::text))::smallint
                     ELSE NULL::smallint
                 END, archive._attnum(e_1.target, (COALESCE((k_1.value ->> 'copy'::text), k_1.key))::name)) AS copy_attnum,
             COALESCE(((k_1.value ->> 'since'::text))::bigint, ((k_1.value #>> '{}'::text[]))::bigint) AS since
            FROM (e e_1
              CROSS JOIN LATERAL jsonb_each(e_1.columns) k_1(key, value))
         )
  SELECT c.attnum,
     c.name,
     c.type,
     c.archived_type,
     c.collated,
     c.generated,
     c.default_value,
     t.name,
     archive._copy_name(c.name) AS _copy_name,
     t.type,
     t.collated,
     t.not_null,
     k.since
    FROM (((e
      CROSS JOIN LATERAL archive._columns(e.source) c(attnum, name, type, archived_type, collated, generated, not_null, default_value))
      LEFT JOIN known k ON ((k.attnum = c.attnum)))
      LEFT JOIN archive._columns((_copies.entry).target) t(attnum, name, type, archived_type, collated, generated, not_null, default_value) ON ((t.attnum =
         CASE
             WHEN (k.attnum IS NULL) THEN archive._attnum((_copies.entry).target, archive._copy_name(c.name))
             ELSE k.copy_attnum
         END)))
   WHERE (c.name <> ALL (e.excluded))
   ORDER BY c.attnum;
END;


--
-- Name: FUNCTION _copies(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._copies(entry archive.registry) IS 'The columns of a table that are copied, in its order, each with the archive''s column.';


--
-- Name: _deletion_address(timestamp with time zone, xid8); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_address(archived_at timestamp with time zone, transaction_id xid8) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN ((transaction_id || '.'::text) || ((EXTRACT(epoch FROM archived_at) * (1000000)::numeric))::bigint);


--
-- Name: FUNCTION _deletion_address(archived_at timestamp with time zone, transaction_id xid8); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_address(archived_at timestamp with time zone, transaction_id xid8) IS 'The cursor of the page after this deletion.';


--
-- Name: _deletion_conditions(archive.deletion_filter); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_conditions(filter archive.deletion_filter) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT COALESCE(string_agg((' and '::text || format(c.condition, c.value)), ''::text), ''::text) AS "coalesce" FROM (VALUES ('a.archived_by = any (%L)'::text,((_deletion_conditions.filter).archived_by)::text), ('a.session_role = %L'::text,(_deletion_conditions.filter).session_role), ('a.application_name = %L'::text,(_deletion_conditions.filter).application_name), ('a.application_name is distinct from %L'::text,(_deletion_conditions.filter).not_application_name), ('strpos(lower(a.reason), lower(%L)) > 0'::text,(_deletion_conditions.filter).reason), ('a.archived_at >= %L'::text,((_deletion_conditions.filter).archived_after)::text), ('a.archived_at < %L'::text,((_deletion_conditions.filter).archived_before)::text)) c(condition, value) WHERE (c.value IS NOT NULL));


--
-- Name: FUNCTION _deletion_conditions(filter archive.deletion_filter); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_conditions(filter archive.deletion_filter) IS 'What the filters demand of each row, as the end of a WHERE clause.';


--
-- Name: _read_leaves(archive.leaf[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._read_leaves(leaves archive.leaf[], pattern text) RETURNS TABLE(source regclass, partition regclass, result jsonb)
    LANGUAGE plpgsql STABLE
    AS $$
begin
    for source, partition in select l.source, l.partition from unnest(leaves) l loop
        continue when pg_relation_size(partition) = 0;
        begin
            for result in select * from archive._read(format(pattern, archive._name(partition))) loop
                return next;
            end loop;
        exception when undefined_table then
            if pg_relation_size(partition) is not null then
                raise;
            end if;  -- dropped since the partitions were listed
        end;
    end loop;
end
$$;


--
-- Name: FUNCTION _read_leaves(leaves archive.leaf[], pattern text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._read_leaves(leaves archive.leaf[], pattern text) IS 'The rows of a query on each of some partitions; the locks that it took are given back.';


--
-- Name: _deletion_count(archive.deletion_part[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_count(parts archive.deletion_part[]) RETURNS SETOF archive.deletion
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT t.transaction_id,
     t.archived_at,
     min(t.archived_by) AS min,
     min(t.reason) AS min,
     min(t.session_role) AS min,
     min(t.application_name) AS min,
     min(t.client_addr) AS min,
     jsonb_object_agg(archive._label(t.source), LEAST(t.row_count, (10000)::numeric)) AS jsonb_object_agg,
     bool_and((t.row_count <= (10000)::numeric)) AS bool_and,
     (sum(LEAST(t.restored, (10000)::numeric)))::bigint AS sum,
     archive._deletion_address(t.archived_at, t.transaction_id) AS _deletion_address
    FROM ( SELECT l.source,
             ((l.result ->> 'transaction_id'::text))::xid8 AS transaction_id,
             ((l.result ->> 'archived_at'::text))::timestamp with time zone AS archived_at,
             min((l.result ->> 'archived_by'::text)) AS archived_by,
             min((l.result ->> 'reason'::text)) AS reason,
             min((l.result ->> 'session_role'::text)) AS session_role,
             min((l.result ->> 'application_name'::text)) AS application_name,
             min(((l.result ->> 'client_addr'::text))::inet) AS client_addr,
             sum(((l.result ->> 'row_count'::text))::bigint) AS row_count,
             sum(((l.result ->> 'restored'::text))::bigint) AS restored
            FROM (( SELECT p.source,
                     p.partition,
                     jsonb_agg(to_jsonb(p.*)) AS deletions
                    FROM unnest(_deletion_count.parts) p(source, partition, archived_at, transaction_id, rows)
                   GROUP BY p.source, p.partition) g
              CROSS JOIN LATERAL archive._read_leaves(ARRAY[ROW(g.source, g.partition, NULL::timestamp with time zone)::archive.leaf], format('
                    select d.*, one.*, counted.*
                      from jsonb_to_recordset(%L) d (archived_at timestamptz, transaction_id xid8)
                     cross join lateral (
                          select archived_by, reason, session_role, application_name, client_addr from %%1$s a
                           where a.archived_at = d.archived_at and a.transaction_id = d.transaction_id limit 1) one
                     cross join lateral (
                          select count(*) as row_count, count(restored_at) as restored
                            from (select a.restored_at from %%1$s a
                                   where a.archived_at = d.archived_at and a.transaction_id = d.transaction_id
                                   limit 10001) s) counted
                    '::text, g.deletions)) l(source, partition, result))
           GROUP BY l.source, ((l.result ->> 'transaction_id'::text))::xid8, ((l.result ->> 'archived_at'::text))::timestamp with time zone) t
   GROUP BY t.transaction_id, t.archived_at
   ORDER BY t.archived_at DESC, t.transaction_id DESC;
END;


--
-- Name: FUNCTION _deletion_count(parts archive.deletion_part[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_count(parts archive.deletion_part[]) IS 'The deletions that these are parts of, newest first, with their rows counted.';


--
-- Name: _deletion_cursor(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_cursor(before text, OUT archived_at timestamp with time zone, OUT transaction_id xid8) RETURNS record
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_parts bigint[];
begin
    archived_at := 'infinity';
    if before is not null then
        v_parts := string_to_array(before, '.')::bigint[];
        archived_at := 'epoch'::timestamptz + v_parts[2] / 1000000 * interval '1 second'
                                            + v_parts[2] % 1000000 * interval '1 microsecond';
        transaction_id := v_parts[1]::text::xid8;
    end if;
    if archived_at is null or cardinality(v_parts) > 2 or v_parts[1] < 0 then
        raise invalid_text_representation;
    end if;
exception when data_exception then
    perform archive._refuse(format('%L is no cursor of archive.deletions()', before));
end
$$;


--
-- Name: FUNCTION _deletion_cursor(before text, OUT archived_at timestamp with time zone, OUT transaction_id xid8); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_cursor(before text, OUT archived_at timestamp with time zone, OUT transaction_id xid8) IS 'The deletion that a page begins after; for the first page, a time after all. AR422 if it is no cursor.';


--
-- Name: _deletion_filter(jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_filter(filters jsonb) RETURNS archive.deletion_filter
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_unknown text;
    v_filter  archive.deletion_filter;
begin
    if jsonb_typeof(filters) <> 'object' then
        perform archive._refuse('filters is an object: {"archived_by": "ada"}');
    end if;
    select string_agg(format('%I', k.name), ', ')
      into v_unknown
      from jsonb_object_keys(filters) k (name)
     where archive._attnum('archive.deletion_filter', k.name) is null;
    if v_unknown is not null then
        perform archive._refuse(format('archive.deletions() has no filter named %s', v_unknown));
    end if;
    begin
        if jsonb_typeof(filters -> 'archived_by') = 'string' then
            filters := filters || jsonb_build_object('archived_by', jsonb_build_array(filters -> 'archived_by'));
        end if;
        v_filter := jsonb_populate_record(null::archive.deletion_filter, filters);
    exception when data_exception then
        perform archive._refuse('filters: ' || sqlerrm);
    end;
    if archive._find(v_filter.table) is null and v_filter.table is not null then
        perform archive._refuse(format('%s is not archived', v_filter.table));
    end if;
    return v_filter;
end
$$;


--
-- Name: FUNCTION _deletion_filter(filters jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_filter(filters jsonb) IS 'The filters of archive.deletions(). AR422 if they are none.';


--
-- Name: _deletion_large(archive.deletion_part[], regclass, bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_large(parts archive.deletion_part[], source regclass, min_rows bigint) RETURNS SETOF archive.deletion_part
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT p.source,
     p.partition,
     p.archived_at,
     p.transaction_id,
     p.rows
    FROM ( SELECT u.source,
             u.partition,
             u.archived_at,
             u.transaction_id,
             u.rows,
             sum(u.rows) FILTER (WHERE ((_deletion_large.source IS NULL) OR ((u.source)::oid = (_deletion_large.source)::oid))) OVER (PARTITION BY u.archived_at, u.transaction_id) AS total
            FROM unnest(_deletion_large.parts) u(source, partition, archived_at, transaction_id, rows)) p
   WHERE (p.total >= (_deletion_large.min_rows)::numeric);
END;


--
-- Name: FUNCTION _deletion_large(parts archive.deletion_part[], source regclass, min_rows bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_large(parts archive.deletion_part[], source regclass, min_rows bigint) IS 'The parts of the deletions that have at least so many rows of a table, or of all.';


--
-- Name: _deletion_month(archive.leaf[], timestamp with time zone, timestamp with time zone, text, integer, archive.deletion_filter); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_month(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, filter archive.deletion_filter) RETURNS SETOF archive.deletion
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_source regclass       := archive._find((filter).table);
    v_leaves archive.leaf[] := array(select l from unnest(leaves) l where v_source is null or l.source = v_source);
    v_tables bigint         := (select count(distinct l.source) from unnest(v_leaves) l
                                 where pg_relation_size(l.partition) > 0);
    v_share  bigint         := ceil((filter).min_rows::numeric / greatest(v_tables, 1));
    v_size   integer        := case when v_share is null then max_rows else greatest(max_rows, 10000) end;
    v_left   integer        := max_rows;
    v_parts  archive.deletion_part[];
    v_last   record;
    v_one    archive.deletion;
begin
    loop
        v_parts := array(
            select p from archive._deletion_search(
                v_leaves, lower, upper, before, v_size, archive._deletion_conditions(filter), v_share) p);
        select count(distinct (p.archived_at, p.transaction_id)) as deletions,
               (array_agg(archive._deletion_address(p.archived_at, p.transaction_id)
                          order by p.archived_at, p.transaction_id))[1] as cursor
          into v_last
          from unnest(v_parts) p;
        if v_source is not null or v_share > 1 then
            v_parts := array(select p from archive._deletion_parts_of(v_parts, leaves) p);
        end if;
        if v_share is not null then
            v_parts := array(select p from archive._deletion_large(v_parts, v_source, (filter).min_rows) p);
        end if;
        for v_one in
            select * from archive._deletion_count(array(select p from archive._deletion_newest(v_parts, v_left) p))
        loop
            return next v_one;
            v_left := v_left - 1;
        end loop;
        exit when v_left = 0;
        exit when v_size is null or v_last.deletions < v_size;
        before := v_last.cursor;
    end loop;
end
$$;


--
-- Name: FUNCTION _deletion_month(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, filter archive.deletion_filter); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_month(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, filter archive.deletion_filter) IS 'The newest deletions from a time on until before another, after a cursor, in some partitions, that pass a filter.';


--
-- Name: _deletion_newest(archive.deletion_part[], integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_newest(parts archive.deletion_part[], max_rows integer) RETURNS SETOF archive.deletion_part
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 SELECT p.source,
     p.partition,
     p.archived_at,
     p.transaction_id,
     p.rows
    FROM ( SELECT u.source,
             u.partition,
             u.archived_at,
             u.transaction_id,
             u.rows,
             dense_rank() OVER (ORDER BY u.archived_at DESC, u.transaction_id DESC) AS rank
            FROM unnest(_deletion_newest.parts) u(source, partition, archived_at, transaction_id, rows)) p
   WHERE ((_deletion_newest.max_rows IS NULL) OR (p.rank <= _deletion_newest.max_rows));
END;


--
-- Name: FUNCTION _deletion_newest(parts archive.deletion_part[], max_rows integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_newest(parts archive.deletion_part[], max_rows integer) IS 'The parts of the newest deletions.';


--
-- Name: _leaves(regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._leaves(sources regclass[] DEFAULT NULL::regclass[]) RETURNS SETOF archive.leaf
    LANGUAGE sql STABLE
    SET "TimeZone" TO 'UTC'
    BEGIN ATOMIC
 SELECT r.source,
     (c.oid)::regclass AS oid,
         CASE
             WHEN (c.relname ~ '_y[0-9]{4}m(0[1-9]|1[0-2])$'::text) THEN to_timestamp("right"((c.relname)::text, 7), 'YYYY"m"MM'::text)
             ELSE NULL::timestamp with time zone
         END AS "case"
    FROM ((archive.registry r
      JOIN pg_inherits i ON ((i.inhparent = (r.target)::oid)))
      JOIN pg_class c ON ((c.oid = i.inhrelid)))
   WHERE ((_leaves.sources IS NULL) OR ((r.source)::oid = ANY ((_leaves.sources)::oid[])));
END;


--
-- Name: FUNCTION _leaves(sources regclass[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._leaves(sources regclass[]) IS 'The partitions of the archives of all tables, or of these.';


--
-- Name: _partition_month(timestamp with time zone, integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._partition_month(moment timestamp with time zone, later integer DEFAULT 0) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    RETURN ((date_trunc('month'::text, (moment AT TIME ZONE 'UTC'::text)) + make_interval(months => later)) AT TIME ZONE 'UTC'::text);


--
-- Name: FUNCTION _partition_month(moment timestamp with time zone, later integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._partition_month(moment timestamp with time zone, later integer) IS 'The start of the month of a moment, in UTC, or of a later month.';


--
-- Name: _deletion_parts(xid8, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_parts(transaction_id xid8, archived_at timestamp with time zone) RETURNS SETOF archive.deletion_part
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT l.source,
     l.partition,
     ((l.result ->> 'archived_at'::text))::timestamp with time zone AS timestamptz,
     _deletion_parts.transaction_id AS transaction_id,
     NULL::bigint AS int8
    FROM archive._read_leaves(ARRAY( SELECT f.*::archive.leaf AS f
            FROM archive._leaves() f(source, partition, month)
           WHERE ((_deletion_parts.archived_at IS NULL) OR COALESCE((f.month = archive._partition_month(_deletion_parts.archived_at)), true))), format('select distinct a.archived_at from %%s a where a.transaction_id = %L%s'::text, _deletion_parts.transaction_id, (' and a.archived_at = '::text || quote_literal((to_json(_deletion_parts.archived_at) #>> '{}'::text[]))))) l(source, partition, result);
END;


--
-- Name: FUNCTION _deletion_parts(transaction_id xid8, archived_at timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_parts(transaction_id xid8, archived_at timestamp with time zone) IS 'The partitions with rows of a transaction. Without its time, all partitions are searched.';


--
-- Name: _deletion_parts_of(archive.deletion_part[], archive.leaf[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_parts_of(parts archive.deletion_part[], leaves archive.leaf[]) RETURNS SETOF archive.deletion_part
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT l.source,
     l.partition,
     ((l.result ->> 'archived_at'::text))::timestamp with time zone AS timestamptz,
     ((l.result ->> 'transaction_id'::text))::xid8 AS xid8,
     ((l.result ->> 'rows'::text))::bigint AS int8
    FROM archive._read_leaves(_deletion_parts_of.leaves, format('select d.archived_at, d.transaction_id, count(*) as rows  from (select distinct archived_at, transaction_id          from jsonb_to_recordset(%L) r (archived_at timestamptz, transaction_id xid8)) d  join %%s a on a.archived_at = d.archived_at and a.transaction_id = d.transaction_id group by 1, 2'::text, ( SELECT COALESCE(jsonb_agg(to_jsonb(p.*)), '[]'::jsonb) AS "coalesce"
            FROM unnest(_deletion_parts_of.parts) p(source, partition, archived_at, transaction_id, rows)))) l(source, partition, result);
END;


--
-- Name: FUNCTION _deletion_parts_of(parts archive.deletion_part[], leaves archive.leaf[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_parts_of(parts archive.deletion_part[], leaves archive.leaf[]) IS 'All parts in these partitions of the deletions that some parts belong to.';


--
-- Name: _deletion_pattern(regclass, text, bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_pattern(source regclass, conditions text, min_rows bigint) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT CASE WHEN ((r.lookups = 'all'::text) AND (_deletion_pattern.conditions = ''::text) AND (_deletion_pattern.min_rows IS NULL)) THEN '
            with recursive deletions as (
                (select archived_at, transaction_id from %%1$s
                  where archived_at >= %1$L and archived_at < %2$L and (archived_at, transaction_id) < (%3$L, %4$L)
                  order by archived_at desc, transaction_id desc limit 1)
                union all
                select next.* from deletions d
                 cross join lateral (
                      select archived_at, transaction_id from %%1$s
                       where archived_at >= %1$L
                         and (archived_at, transaction_id) < (d.archived_at, d.transaction_id)
                       order by archived_at desc, transaction_id desc limit 1) next
            )
            select d.*, null as rows from deletions d limit %5$s
            '::text ELSE '
            select archived_at, transaction_id, count(*) as rows from %%1$s a
             where archived_at >= %1$L and archived_at < %2$L and (archived_at, transaction_id) < (%3$L, %4$L) %6$s
             group by archived_at, transaction_id having count(*) >= %7$s
             order by archived_at desc, transaction_id desc limit %5$s
            '::text END AS "case" FROM archive.registry r WHERE ((r.source)::oid = (_deletion_pattern.source)::oid));


--
-- Name: FUNCTION _deletion_pattern(source regclass, conditions text, min_rows bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_pattern(source regclass, conditions text, min_rows bigint) IS 'A query for the newest deletions in a partition: from a time on, before another, after a cursor, at most so many, with at least so many rows that pass the conditions; null does not count them.';


--
-- Name: _deletion_search(archive.leaf[], timestamp with time zone, timestamp with time zone, text, integer, text, bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._deletion_search(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, conditions text, min_rows bigint) RETURNS SETOF archive.deletion_part
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_after record := archive._deletion_cursor(before);
    v_leaf  archive.leaf;
    v_parts archive.deletion_part[] := '{}';
begin
    foreach v_leaf in array leaves loop
        v_parts := v_parts || array(
            select row(l.source, l.partition, (l.result ->> 'archived_at')::timestamptz,
                       (l.result ->> 'transaction_id')::xid8, (l.result ->> 'rows')::bigint)::archive.deletion_part
              from archive._read_leaves(array[v_leaf], format(
                  archive._deletion_pattern(v_leaf.source, conditions, min_rows), lower, upper, v_after.archived_at,
                  v_after.transaction_id, coalesce(max_rows::text, 'all'), replace(conditions, '%', '%%'),
                  coalesce(min_rows, 1))) l);
        if cardinality(v_parts) > 2 * max_rows then
            v_parts := array(select p from archive._deletion_newest(v_parts, max_rows) p);
            lower := (select min(p.archived_at) from unnest(v_parts) p);
        end if;
    end loop;
    return query select * from archive._deletion_newest(v_parts, max_rows);
end
$$;


--
-- Name: FUNCTION _deletion_search(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, conditions text, min_rows bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._deletion_search(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, conditions text, min_rows bigint) IS 'The parts of the newest deletions from a time on until before another, after a cursor, in some partitions, with at least so many rows there that pass the conditions.';


--
-- Name: _enable_add_copies(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_add_copies(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: FUNCTION _enable_add_copies(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_add_copies(entry archive.registry) IS 'Adds the columns that the archive lacks.';


--
-- Name: _enable_all(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_all() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    delete from archive.registry r where not exists (select from pg_class c where c.oid = r.source);
    delete from archive.disabled d where not exists (select from pg_class c where c.oid = d.source);
    perform archive.enable(r.source) from archive.registry r;
    perform archive._view_write_transactions();
end
$$;


--
-- Name: FUNCTION _enable_all(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_all() IS 'Brings every archived table up to date, and forgets those that were dropped.';


--
-- Name: _enable_archive(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_archive(entry archive.registry) RETURNS archive.registry
    LANGUAGE plpgsql
    AS $$
declare
    v_entry archive.registry := entry;
    v_owned regclass;
    v_fault text;
begin
    if v_entry.target is null then
        select c.oid
          into v_entry.target
          from pg_class s
          join pg_class c on c.relnamespace = s.relnamespace and c.relname = s.relname || '_archive'
         where s.oid = entry.source;
        v_owned := (select r.source from archive.registry r where r.target = v_entry.target);
        if v_owned is not null then
            raise exception '% is the archive of another table: %', v_entry.target, v_owned
                using errcode = 'AR409',
                      hint = format('Rename the archive after its table, or end that: archive.disable(%L).', v_owned);
        end if;
    end if;
    if v_entry.target is null then
        v_entry.target := archive._archive_create(entry);
    end if;

    v_fault := archive._fault_target(v_entry.target);
    if v_fault is not null then
        raise exception '% cannot be the archive of %: it %', v_entry.target, entry.source,
            concat_ws(', and does not match: ', v_fault, archive._fault_columns(v_entry)) using errcode = 'AR409';
    end if;
    return v_entry;
end
$$;


--
-- Name: FUNCTION _enable_archive(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_archive(entry archive.registry) IS 'The registry''s row with a table''s archive, found in the same schema or made. AR409 if it cannot be one.';


--
-- Name: _enable_check(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_check(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_fault    text := archive._fault_source(entry.source);
    v_excluded text;
    v_count    bigint;
begin
    if v_fault is not null then
        perform archive._refuse(format('%s cannot be archived: it %s', entry.source, v_fault));
    end if;

    v_count := (select count(*) from archive._copies(entry)) + (select count(*) from archive._archive_metadata());
    if v_count > 1600 then
        perform archive._refuse(format(
            '%s cannot be archived: with the archive''s own columns there would be %s, and a table has at most 1600;'
            ' exclude some', entry.source, v_count));
    end if;

    select string_agg(coalesce(quote_ident(e), 'null'), ', ')
      into v_excluded
      from unnest(entry.exclude) e
     where e is null
        or e not in (select c.name from archive._columns(entry.source) c)
        or e = any (archive._key(entry.source));
    if v_excluded is not null then
        perform archive._refuse(format(
            '%s cannot be excluded from the archive of %s: only its columns outside the primary key can',
            v_excluded, entry.source));
    end if;
end
$$;


--
-- Name: FUNCTION _enable_check(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_check(entry archive.registry) IS 'AR422 unless the table can be archived without the excluded columns.';


--
-- Name: _enable_check_columns(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_check_columns(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_fault text := archive._fault_columns(entry);
begin
    if v_fault is not null then
        raise exception '% and % do not match: %', entry.source, entry.target, v_fault
            using errcode = 'AR409',
                  hint = coalesce(archive._fault_columns_remedy(entry), 'Change the archive likewise.');
    end if;
end
$$;


--
-- Name: FUNCTION _enable_check_columns(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_check_columns(entry archive.registry) IS 'AR409 with the statements to run, unless the archive fits the table.';


--
-- Name: _enable_first_overflow(archive.registry, archive.copied_column); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_first_overflow(entry archive.registry, copied archive.copied_column) RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $$
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


--
-- Name: FUNCTION _enable_first_overflow(entry archive.registry, copied archive.copied_column); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_first_overflow(entry archive.registry, copied archive.copied_column) IS 'The first archived row that has a value of a new column in overflow; null without any.';


--
-- Name: _enable_follow(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_follow(entry archive.registry) RETURNS archive.registry
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: FUNCTION _enable_follow(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_follow(entry archive.registry) IS 'Renames and adds the archive''s columns as the table''s were, and returns the registry''s row that says so.';


--
-- Name: _enable_move_overflow(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_move_overflow(before archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $_$
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
$_$;


--
-- Name: FUNCTION _enable_move_overflow(before archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_move_overflow(before archive.registry) IS 'Moves values of columns that join from overflow to the archive''s columns for them.';


--
-- Name: _enable_new_columns(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_new_columns(entry archive.registry) RETURNS smallint[]
    LANGUAGE sql STABLE
    RETURN ARRAY(SELECT c.attnum FROM archive._copies(_enable_new_columns.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) WHERE ((c.since IS NULL) AND (((_enable_new_columns.entry).columns <> '{}'::jsonb) OR (c.copy IS NULL))));


--
-- Name: FUNCTION _enable_new_columns(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_new_columns(entry archive.registry) IS 'The columns, by attnum, that the rows archived until now have no value of.';


--
-- Name: _enable_register(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_register(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    insert into archive.registry as r select entry.*
        on conflict on constraint registry_pkey
        do update
           set target = excluded.target, exclude = excluded.exclude, columns = excluded.columns,
               source_name = excluded.source_name, source_oid = excluded.source_oid,
               target_oid = excluded.target_oid, last_attnum = excluded.last_attnum,
               exclude_attnums = excluded.exclude_attnums, lookups = excluded.lookups
         where (r.*) is distinct from (excluded.*);
    if found then
        perform archive._view_write_transactions();
    end if;
end
$$;


--
-- Name: FUNCTION _enable_register(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_register(entry archive.registry) IS 'Keeps the registry''s row of a table, and writes the views where it has changed.';


--
-- Name: _enable_rename_copies(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_rename_copies(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: FUNCTION _enable_rename_copies(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_rename_copies(entry archive.registry) IS 'Renames the archive''s columns as the table''s were renamed since.';


--
-- Name: _enable_sequence(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_sequence(target regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if archive._is_log_sequence_behind() then
        perform setval('archive.purge_log_log_id_seq', max(l.log_id)) from archive.purge_log l;
    end if;
    if archive._fault_sequence(target, true) is null then
        return;
    end if;
    alter sequence archive.archive_id_seq no cycle;
    if archive._fault_sequence(target, true) is not null then
        execute format('alter sequence archive.archive_id_seq restart with %s',
                       archive._archive_last_id(target, true) + 1);
    end if;
end
$$;


--
-- Name: FUNCTION _enable_sequence(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_sequence(target regclass) IS 'Moves the sequences of archive ids and of the purge log on, where they are behind.';


--
-- Name: _enable_since(archive.registry, smallint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_since(entry archive.registry, joining smallint[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
begin
    if joining = '{}' then
        return 0;
    end if;
    execute format('lock table %s in share row exclusive mode', entry.source);
    return nextval('archive.archive_id_seq');
end
$$;


--
-- Name: FUNCTION _enable_since(entry archive.registry, joining smallint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_since(entry archive.registry, joining smallint[]) IS 'The archive_id from which on rows have the columns that join; 0 without any.';


--
-- Name: _enable_strip_domains(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_strip_domains(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: FUNCTION _enable_strip_domains(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_strip_domains(entry archive.registry) IS 'Gives copies of a domain its base type, where an older version has left the domain.';


--
-- Name: _enable_warn(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_warn(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_warning text;
begin
    foreach v_warning in array array[
        archive._fault_children(entry.source), archive._fault_width(entry), archive._fault_secrets(entry),
        archive._fault_references(entry)
    ] loop
        if v_warning is not null then
            raise warning '%: %', archive._label(entry.source), v_warning;
        end if;
    end loop;
end
$$;


--
-- Name: FUNCTION _enable_warn(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_warn(entry archive.registry) IS 'Warns of what an undo of a table''s deletions lacks.';


--
-- Name: _key_index(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._key_index(relation regclass) RETURNS regclass
    LANGUAGE sql STABLE
    RETURN (SELECT i.indexrelid FROM pg_index i WHERE ((i.indrelid = (_key_index.relation)::oid) AND i.indisunique AND i.indisvalid AND (i.indpred IS NULL) AND (i.indexprs IS NULL) AND (i.indisprimary OR i.indimmediate) AND (NOT (EXISTS (SELECT FROM pg_attribute a WHERE ((a.attrelid = i.indrelid) AND (a.attnum = ANY (((i.indkey)::smallint[])[0:(i.indnkeyatts - 1)])) AND (NOT a.attnotnull)))))) ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1);


--
-- Name: FUNCTION _key_index(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._key_index(relation regclass) IS 'The index of a table''s primary key, or of a unique key of columns that are not null. Null without either.';


--
-- Name: _key(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._key(relation regclass) RETURNS name[]
    LANGUAGE sql STABLE
    RETURN (SELECT array_agg(a.attname ORDER BY k."position") AS array_agg FROM ((pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, "position")) JOIN pg_attribute a ON (((a.attrelid = i.indrelid) AND (a.attnum = k.attnum)))) WHERE ((i.indexrelid = (archive._key_index(_key.relation))::oid) AND (k."position" <= i.indnkeyatts)));


--
-- Name: FUNCTION _key(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._key(relation regclass) IS 'The columns of a table''s key, in its order. Null without one.';


--
-- Name: _erase_id_columns(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_id_columns(source regclass) RETURNS SETOF name
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT archive._copy_name(k.k) AS _copy_name
    FROM unnest(archive._key(_erase_id_columns.source)) k(k)
 UNION
  SELECT archive._copy_name(a.attname) AS _copy_name
    FROM (pg_constraint c
      JOIN pg_attribute a ON (((a.attrelid = c.conrelid) AND (a.attnum = ANY (c.conkey)))))
   WHERE ((c.conrelid = (_erase_id_columns.source)::oid) AND (c.contype = 'f'::"char"));
END;


--
-- Name: FUNCTION _erase_id_columns(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_id_columns(source regclass) IS 'The columns of an archive that identify rows: those of the table''s key and of its foreign keys.';


--
-- Name: _erase_assignments(regclass, regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_assignments(source regclass, target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(CASE WHEN (NOT (t.name IN (SELECT i.name FROM archive._erase_id_columns(_erase_assignments.source) i(name)))) THEN format('%I = null'::text, t.name) WHEN (y.typcategory = 'S'::"char") THEN format('%1$I = case when lower(a.%1$I) = any ($2) then $3 else a.%1$I end'::text, t.name) ELSE NULL::text END, ', '::text) AS string_agg FROM ((archive._columns(_erase_assignments.target) t(attnum, name, type, archived_type, collated, generated, not_null, default_value) JOIN pg_attribute a ON (((a.attrelid = (_erase_assignments.target)::oid) AND (a.attname = t.name)))) JOIN pg_type y ON ((y.oid = a.atttypid))) WHERE (NOT (t.name IN (SELECT m.name FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description)))));


--
-- Name: FUNCTION _erase_assignments(source regclass, target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_assignments(source regclass, target regclass) IS 'The SET list that blanks an archived row: $2 the person''s labels, $3 their pseudonym. Ids stay. Null where there is nothing to blank.';


--
-- Name: subjects; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.subjects (
    people regclass NOT NULL,
    labels text[] NOT NULL
);


--
-- Name: TABLE subjects; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.subjects IS 'Who is a person, for archive.erase_subject(). Kept by archive.declare_subject().';


--
-- Name: COLUMN subjects.people; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.subjects.people IS 'The table whose rows are people.';


--
-- Name: COLUMN subjects.labels; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.subjects.labels IS 'The columns by which people are known, such as their e-mail.';


--
-- Name: _erase_labels(archive.subjects, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_labels(declared archive.subjects, subject text) RETURNS text[]
    LANGUAGE plpgsql STABLE
    AS $$
begin
    if (declared).labels = '{}' then
        return '{}';
    end if;
    return archive._subject_values((declared).people, subject, (declared).labels);
exception when data_exception then
    perform archive._refuse(format('%s is no key of %s: %s', subject, (declared).people, sqlerrm));
end
$$;


--
-- Name: FUNCTION _erase_labels(declared archive.subjects, subject text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_labels(declared archive.subjects, subject text) IS 'By what a person is known, in lower case. AR422 where the text is no key of the table of people.';


--
-- Name: _erase_mentions(text, text[], text[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_mentions(relation text, columns text[], labels text[], pseudonym text) RETURNS void
    LANGUAGE plpgsql
    AS $_$
declare
    v_is_archive boolean := relation <> 'archive.holds' and relation <> 'archive.purge_log';
    v_pattern    text := archive._erase_pattern(labels);
    v_condition  text := (select string_agg(format('lower(a.%I) ~ $3', c), ' or ') from unnest(columns) c);
    v_ids        int8multirange;
    v_opened     jsonb;
begin
    if v_is_archive then
        v_condition := format(
            '(%s) and not exists (select from archive.holds h where h.archive_id = a.archive_id)', v_condition);
        execute archive._seal_ids(format('(select a.archive_id from %s a where %s)', relation,
                                         replace(v_condition, '$3', '$1'))) into v_ids using v_pattern;
        v_opened := archive._seal_open(relation::regclass, v_ids);
    end if;
    execute format(
        'update %s a set %s where %s', relation,
        (select string_agg(format('%1$I = archive._erase_text(a.%1$I, $1, $2)', c), ', ') from unnest(columns) c),
        v_condition
    ) using labels, pseudonym, v_pattern;
    if v_is_archive then
        perform archive._seal_close('pseudonym', relation::regclass, v_ids, v_opened);
    end if;
end
$_$;


--
-- Name: FUNCTION _erase_mentions(relation text, columns text[], labels text[], pseudonym text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_mentions(relation text, columns text[], labels text[], pseudonym text) IS 'Puts a person''s pseudonym for their labels where these columns name who did something, or why.';


--
-- Name: _erase_pattern(text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_pattern(labels text[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT string_agg(regexp_replace(l.l, '\W'::text, '\\\&'::text, 'g'::text), '|'::text) AS string_agg FROM unnest(_erase_pattern.labels) l(l));


--
-- Name: FUNCTION _erase_pattern(labels text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_pattern(labels text[]) IS 'The regular expression that matches a text with one of some labels.';


--
-- Name: _erase_rows(archive.registry, text, text, text[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_rows(entry archive.registry, condition text, subject text, labels text[], pseudonym text, OUT erased bigint, OUT held bigint) RETURNS record
    LANGUAGE plpgsql
    AS $_$
declare
    v_condition text := format(
        '(%s) and a.erased_at is null'
        ' and not exists (select from archive.holds h where h.archive_id = a.archive_id)', condition);
    v_ids       int8multirange;
    v_opened    jsonb;
begin
    execute format(
        'select count(*) from %s a join archive.holds h on h.archive_id = a.archive_id where (%s)',
        archive._name(entry.target), condition
    ) into held using subject;
    execute archive._seal_ids(format('(select a.archive_id from %s a where %s)',
                                     archive._name(entry.target), v_condition)) into v_ids using subject;
    v_opened := archive._seal_open(entry.target, v_ids);
    -- $2 and $3 are named also where no id is a text.
    execute format(
        'with erased as ('
        'update %s a set erased_at = now(), reason = null, restore_reason = null, overflow = null, restored_as = null%s'
        ' where %s and $2 is not null and $3 is not null returning a.archive_id) %s',
        archive._name(entry.target), coalesce(', ' || archive._erase_assignments(entry.source, entry.target), ''),
        v_condition, archive._seal_ids('erased')
    ) into v_ids, erased using subject, labels, pseudonym;
    perform archive._seal_close('erase', entry.target, v_ids, v_opened);
exception when data_exception then
    perform archive._refuse(format('%s is no key of a person: %s', subject, sqlerrm));
end
$_$;


--
-- Name: FUNCTION _erase_rows(entry archive.registry, condition text, subject text, labels text[], pseudonym text, OUT erased bigint, OUT held bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_rows(entry archive.registry, condition text, subject text, labels text[], pseudonym text, OUT erased bigint, OUT held bigint) IS 'Blanks the rows of an archive that belong to one person; counts them and those on hold.';


--
-- Name: _erase_text(text, text[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_text(value text, labels text[], pseudonym text) RETURNS text
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 WITH RECURSIVE replaced(value, n) AS (
          SELECT _erase_text.value AS value,
             0 AS "?column?"
         UNION ALL
          SELECT regexp_replace(r_1.value, (('(?<!\w)'::text || regexp_replace((_erase_text.labels)[(r_1.n + 1)], '\W'::text, '\\\&'::text, 'g'::text)) || '(?!\w)'::text), replace(_erase_text.pseudonym, '\'::text, '\\'::text), 'gi'::text) AS regexp_replace,
             (r_1.n + 1)
            FROM replaced r_1
           WHERE (r_1.n < cardinality(_erase_text.labels))
         )
  SELECT r.value
    FROM replaced r
   ORDER BY r.n DESC
  LIMIT 1;
END;


--
-- Name: FUNCTION _erase_text(value text, labels text[], pseudonym text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_text(value text, labels text[], pseudonym text) IS 'A text with a pseudonym for each of a person''s labels, whatever their case.';


--
-- Name: _export_content(regclass, timestamp with time zone, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._export_content(source regclass, month timestamp with time zone, columns text[]) RETURNS archive.month_content
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    AS $$
declare
    v_entry   archive.registry := archive._registry_entry(source);
    v_content archive.month_content;
begin
    execute format(
        'select count(*), min(a.archive_id), max(a.archive_id), coalesce(sum(%s), 0)::text from %s',
        archive._export_hash(v_entry.target, columns), archive._export_from(v_entry.target, month)
    ) into v_content;
    return v_content;
end
$$;


--
-- Name: FUNCTION _export_content(source regclass, month timestamp with time zone, columns text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._export_content(source regclass, month timestamp with time zone, columns text[]) IS 'What the archive has of a month now: rows, the range of their ids, and the sum of the hashes of these columns.';


--
-- Name: _export_fault(regclass, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._export_fault(source regclass, month timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_entry   archive.registry := archive._registry_entry(source);
    v_log     archive.export_log;
    v_now     archive.month_content;
    v_lacks   text[];
    v_later   text;
    v_is_late boolean := false;
begin
    select l.* into v_log
      from archive.export_log l
     where l.source = v_entry.source and l.month = _export_fault.month
     order by l.log_id desc limit 1;
    if not found then
        return 'it was never exported';
    end if;
    v_lacks := array(select unnest(v_log.columns) except select c.name from archive._columns(v_entry.target) c);
    if v_lacks <> '{}' then
        return format('the archive has lost or renamed columns since its export: %s', array_to_string(v_lacks, ', '));
    end if;

    v_later := (select string_agg(format('a.%I is not null', c.name), ' or ')
                  from archive._columns(v_entry.target) c where c.name <> all (v_log.columns));
    if v_later is not null then
        execute format('select exists (select from %s and (%s))',
                       archive._export_from(v_entry.target, month), v_later) into v_is_late;
    end if;
    v_now := archive._export_content(v_entry.source, month, v_log.columns);
    if v_is_late or (v_now).rows <> v_log.rows or (v_now).digest <> v_log.digest then
        return format('rows have changed since its export at %s: %s rows then, %s now',
                      v_log.exported_at, v_log.rows, (v_now).rows);
    end if;
    return null;
end
$$;


--
-- Name: FUNCTION _export_fault(source regclass, month timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._export_fault(source regclass, month timestamp with time zone) IS 'Why the rows that the archive of a table has of a month cannot be taken for exported: never exported, or changed since. Null where the latest export has every one of them as it is. A purge that wants an export first asks it.';


--
-- Name: _export_from(regclass, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._export_from(target regclass, month timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('%s a where a.archived_at >= timestamptz %L and a.archived_at < timestamptz %L'::text, archive._name(target), to_char((month AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T00:00:00Z"'::text), to_char((archive._partition_month(month, 1) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T00:00:00Z"'::text));


--
-- Name: FUNCTION _export_from(target regclass, month timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._export_from(target regclass, month timestamp with time zone) IS 'What follows FROM in a query of the archived rows, as a, of a month; the bounds as constants, for the planner.';


--
-- Name: _export_hash(regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._export_hash(target regclass, columns text[]) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('hash_record_extended(row(%s), 0)'::text, concat_ws(', '::text, string_agg(format('a.%I'::text, c.name), ', '::text ORDER BY c.n) FILTER (WHERE (c.is_exact AND (NOT c.is_text))), string_agg(format('a.%I::text collate "C"'::text, c.name), ', '::text ORDER BY c.n) FILTER (WHERE c.is_text), (('row('::text || string_agg(format('a.%I'::text, c.name), ', '::text ORDER BY c.n) FILTER (WHERE (NOT c.is_exact))) || ')::text'::text))) AS format FROM (SELECT a.attname AS name, w.n, (a.atttypid = ANY (ARRAY[('text'::regtype)::oid, ('character varying'::regtype)::oid])) AS is_text, (a.atttypid = ANY (('{text,"character varying",boolean,smallint,integer,bigint,xid8,uuid,"timestamp with time zone","timestamp without time zone",date}'::regtype[])::oid[])) AS is_exact FROM (unnest(_export_hash.columns) WITH ORDINALITY w(name, n) JOIN pg_attribute a ON (((a.attrelid = (_export_hash.target)::oid) AND (a.attname = w.name) AND (NOT a.attisdropped))))) c);


--
-- Name: FUNCTION _export_hash(target regclass, columns text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._export_hash(target regclass, columns text[]) IS 'The expression of a hash over these columns of an archived row, a: 64 bits.';


--
-- Name: _export_months(regclass, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._export_months(source regclass, archived_before timestamp with time zone) RETURNS SETOF timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    v_entry     archive.registry := archive._registry_entry(source);
    v_before    timestamptz      := least(archived_before, now() - interval '1 day');
    v_partition record;
    v_months    timestamptz[]    := '{}';
    v_found     timestamptz[];
begin
    for v_partition in
        select p.* from archive._partitions(v_entry.target) p where p.lower is null or p.lower < v_before
    loop
        execute format(
            case when v_partition.upper = archive._partition_month(v_partition.lower, 1)
                     then 'select array[$1] from %s limit 1'
                 else 'select array(select distinct archive._partition_month(a.archived_at) from %s a)'
            end, v_partition.partition) into v_found using v_partition.lower;
        v_months := v_months || v_found;
    end loop;
    return query
        select distinct m from unnest(v_months) m where archive._partition_month(m, 1) <= v_before order by 1;
end
$_$;


--
-- Name: FUNCTION _export_months(source regclass, archived_before timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._export_months(source regclass, archived_before timestamp with time zone) IS 'The closed months, by their start, that have archived rows of a table and ended before that time.';


--
-- Name: _subject_condition(regclass, regclass, regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._subject_condition(source regclass, people regclass, passed regclass[] DEFAULT '{}'::regclass[]) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_key        name := archive._copy_name((archive._key(people))[1]);
    v_person     text := (select format('$1::%s', c.type)
                            from archive._columns(people) c where c.name = (archive._key(people))[1]);
    v_conditions text[] := '{}';
    v_reference  record;
    v_referenced text;
begin
    if source = people then
        return format('a.%I = %s', v_key, v_person);
    end if;
    for v_reference in
        select f.confrelid::regclass as source,
               string_agg(format('a.%I', archive._copy_name(here.attname)), ', ' order by k.n) as columns,
               string_agg(format('a.%I', archive._copy_name(there.attname)), ', ' order by k.n) as referenced,
               f.confrelid = people and array_agg(archive._copy_name(there.attname)) = array[v_key] as is_direct
          from pg_constraint f
         cross join unnest(f.conkey, f.confkey) with ordinality k (here, there, n)
          join pg_attribute here on here.attrelid = f.conrelid and here.attnum = k.here
          join pg_attribute there on there.attrelid = f.confrelid and there.attnum = k.there
         where f.contype = 'f'
           and f.conrelid = source
           and f.confrelid <> all (passed || source)
           and f.confdeltype not in ('n', 'd')
         group by f.oid
    loop
        if v_reference.is_direct then
            v_conditions := v_conditions || format('%s = %s', v_reference.columns, v_person);
            continue;
        end if;
        v_referenced := archive._subject_condition(v_reference.source, people, passed || source);
        if v_referenced is not null then
            v_conditions := v_conditions || format(
                '(%s) in (select %s from (%s) a where %s)', v_reference.columns, v_reference.referenced,
                archive._subject_rows(v_reference.source), v_referenced);
        end if;
    end loop;
    return nullif(array_to_string(v_conditions, ' or '), '');
end
$_$;


--
-- Name: FUNCTION _subject_condition(source regclass, people regclass, passed regclass[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._subject_condition(source regclass, people regclass, passed regclass[]) IS 'The condition by which a row, as a, of a table or of its archive belongs to the person whose key is $1, as text. Null where no row of it can. passed: the tables on the way from it.';


--
-- Name: _export_of_subject(archive.registry, regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._export_of_subject(entry archive.registry, people regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('select array(select to_char(l.month at time zone ''UTC'', ''YYYY-MM'') || '' ('' || l.place || '')''  from (select distinct on (e.month, e.place) e.* from archive.export_log e where e.source = $3         order by e.month, e.place, e.log_id desc) l  left join lateral (select count(*), count(*) filter (where (a.erased_at is null or a.erased_at > l.exported_at) and (%s or lower(concat_ws('' '', a.archived_by, a.reason, a.restored_by, a.restore_reason)) ~ $2)) as theirs  from %s a where a.archived_at >= l.month and a.archived_at < archive._partition_month(l.month, 1)) here on true where here.count < l.rows or here.theirs > 0 order by 1)'::text, COALESCE((('('::text || archive._subject_condition((entry).source, people)) || ')'::text), '$1 is null'::text), archive._name((entry).target));


--
-- Name: FUNCTION _export_of_subject(entry archive.registry, people regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._export_of_subject(entry archive.registry, people regclass) IS 'A query of the exported months of a table that may hold a person: $1 their key, $2 a pattern of their labels, $3 the table.';


--
-- Name: _export_warn(regclass, text, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._export_warn(people regclass, subject text, labels text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_table record;
    v_found text[];
begin
    for v_table in
        select r.source, archive._export_of_subject(r, people) as query
          from archive.registry r
         where exists (select from archive.export_log l where l.source = r.source)
         order by r.source::oid
    loop
        execute v_table.query into v_found using subject, archive._erase_pattern(labels), v_table.source;
        if v_found <> '{}' then
            raise notice 'exported months of % that may hold this person: %',
                archive._label(v_table.source), array_to_string(v_found, ', ')
                using hint = 'An erasure cannot reach files. Erase them there, or export such a month again.';
        end if;
    end loop;
end
$$;


--
-- Name: FUNCTION _export_warn(people regclass, subject text, labels text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._export_warn(people regclass, subject text, labels text[]) IS 'A NOTICE for each table, naming the exported months that may hold a person about to be erased, and their files.';


--
-- Name: _fault_attached(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_attached(target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (string_agg(format('%s of %s'::text, h.hook, archive._name(h.relation)), ', '::text ORDER BY h.hook) || ' could keep deleted rows from being archived'::text) FROM (SELECT t.relid AS relation, ('rule '::text || quote_ident((r.rulename)::text)) AS hook FROM (archive._tree(_fault_attached.target) t(relid) JOIN pg_rewrite r ON (((r.ev_class = (t.relid)::oid) AND (r.ev_enabled <> 'D'::"char")))) UNION ALL SELECT t.relid, ('trigger '::text || quote_ident((g.tgname)::text)) FROM (archive._tree(_fault_attached.target) t(relid) JOIN pg_trigger g ON (((g.tgrelid = (t.relid)::oid) AND (NOT g.tgisinternal) AND (g.tgenabled <> 'D'::"char"))))) h);


--
-- Name: FUNCTION _fault_attached(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_attached(target regclass) IS 'Rules and triggers on an archive or its partitions; null without any.';


--
-- Name: _fault_capture(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_capture(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT ((('archive.'::text || expected.name) || '() '::text) || CASE WHEN (p.oid IS NULL) THEN 'is missing'::text WHEN (p.prosrc <> archive._capture_body(_fault_capture.entry)) THEN 'is not as archive.enable() writes it for this table'::text WHEN (p.proowner <> archive._owner()) THEN ('belongs to '::text || (p.proowner)::regrole) WHEN ((NOT p.prosecdef) OR (p.proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, pg_temp'::text])) THEN 'is not SECURITY DEFINER with a pinned search_path'::text WHEN (EXISTS (SELECT FROM aclexplode(COALESCE(p.proacl, acldefault('f'::"char", p.proowner))) g(grantor, grantee, privilege_type, is_grantable) WHERE ((g.privilege_type = 'EXECUTE'::text) AND (g.grantee <> p.proowner)))) THEN 'can be executed by others than its owner'::text ELSE NULL::text END) FROM ((VALUES (archive._capture_name((_fault_capture.entry).source_name))) expected(name) LEFT JOIN pg_proc p ON (((p.pronamespace = ('archive'::regnamespace)::oid) AND (p.proname = expected.name) AND (p.pronargs = 0)))));


--
-- Name: FUNCTION _fault_capture(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_capture(entry archive.registry) IS 'What is wrong with a table''s capture function; null if nothing is.';


--
-- Name: _fault_changed_columns(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_changed_columns(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN COALESCE((SELECT ('deletes fail until archive.enable() is called again: there is no column '::text || string_agg(CASE WHEN (a.attnum IS NULL) THEN format('%I in %s'::text, k.key, archive._name((_fault_changed_columns.entry).source)) ELSE format('%I in %s'::text, (k.value ->> 'copy'::text), archive._name((_fault_changed_columns.entry).target)) END, ', '::text)) FROM ((jsonb_each((_fault_changed_columns.entry).columns) k(key, value) LEFT JOIN pg_attribute a ON (((a.attrelid = ((_fault_changed_columns.entry).source)::oid) AND (a.attname = k.key) AND (NOT a.attisdropped)))) LEFT JOIN pg_attribute c ON (((c.attrelid = ((_fault_changed_columns.entry).target)::oid) AND (c.attname = (k.value ->> 'copy'::text)) AND (NOT c.attisdropped)))) WHERE ((a.attnum IS NULL) OR (c.attnum IS NULL))), (SELECT ('until archive.enable() is called again, values are archived under the names that these columns had: '::text || string_agg(format('%I in %s'::text, known.name, archive._name(known.relation)), ', '::text)) FROM ((jsonb_each((_fault_changed_columns.entry).columns) k(key, value) CROSS JOIN LATERAL (VALUES ((_fault_changed_columns.entry).source,(_fault_changed_columns.entry).source_oid,k.key,(k.value ->> 'attnum'::text)), ((_fault_changed_columns.entry).target,(_fault_changed_columns.entry).target_oid,(k.value ->> 'copy'::text),(k.value ->> 'copy_attnum'::text))) known(relation, oid, name, attnum)) JOIN pg_attribute a ON (((a.attrelid = (known.relation)::oid) AND (a.attnum = (known.attnum)::smallint)))) WHERE (archive._is_registered_oid(known.relation, known.oid) AND (NOT a.attisdropped) AND (a.attname <> known.name))));


--
-- Name: FUNCTION _fault_changed_columns(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_changed_columns(entry archive.registry) IS 'Columns that the capture function names and that were renamed or dropped since, or swapped their names; null without any.';


--
-- Name: _unarchived_children(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._unarchived_children(source regclass) RETURNS TABLE(child regclass, deleted boolean)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH RECURSIVE reached(relation, deleted) AS (
          SELECT _unarchived_children.source AS source,
             true AS "?column?"
         UNION
          SELECT (c.conrelid)::regclass AS conrelid,
             (r_1.deleted AND (c.confdeltype = 'c'::"char"))
            FROM ((reached r_1
              CROSS JOIN LATERAL archive._foreign_keys_to(r_1.relation) f(oid))
              JOIN pg_constraint c ON ((c.oid = f.oid)))
           WHERE (NOT (EXISTS ( SELECT
                    FROM pg_trigger t
                   WHERE ((t.tgrelid = c.conrelid) AND (t.tgname = 'zz_archive_before_delete'::name)))))
         )
  SELECT r.relation,
     bool_or(r.deleted) AS bool_or
    FROM reached r
   WHERE ((r.relation)::oid <> (_unarchived_children.source)::oid)
   GROUP BY r.relation;
END;


--
-- Name: FUNCTION _unarchived_children(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._unarchived_children(source regclass) IS 'The tables that lose rows with those of a table, and are not archived.';


--
-- Name: _fault_children(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_children(source regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format(CASE WHEN c.deleted THEN '%s is deleted with it and is not archived'::text ELSE '%s is emptied by TRUNCATE ... CASCADE of it and is not archived'::text END, archive._label(c.child)), '; '::text ORDER BY (archive._label(c.child))) AS string_agg FROM archive._unarchived_children(_fault_children.source) c(child, deleted));


--
-- Name: FUNCTION _fault_children(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_children(source regclass) IS 'What no undo of a table''s deletions brings back, for it is not archived; null without any.';


--
-- Name: _fault_columns(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_columns(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format('%I %s'::text, w.name, fault.description), '; '::text) AS string_agg FROM ((SELECT m.name, m.name AS copy, m.type, NULL::text AS collated, m.not_null, t.type AS copy_type, t.collated AS copy_collated, t.not_null AS copy_not_null FROM (archive._archive_metadata() m(name, type, not_null, captured, truncated, description) LEFT JOIN archive._columns((_fault_columns.entry).target) t(attnum, name, type, archived_type, collated, generated, not_null, default_value) ON ((t.name = m.name))) UNION ALL SELECT c.name, c.copy, c.archived_type, c.collated, false, c.copy_type, c.copy_collated, c.copy_not_null FROM archive._copies(_fault_columns.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) WHERE (c.since IS NOT NULL) UNION ALL SELECT t.name, t.name, NULL::text, NULL::text, false, t.type, t.collated, t.not_null FROM archive._columns((_fault_columns.entry).target) t(attnum, name, type, archived_type, collated, generated, not_null, default_value) WHERE (t.not_null AND (NOT (t.name IN (SELECT m.name FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description)))) AND (NOT (t.name IN (SELECT c.copy FROM archive._copies(_fault_columns.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) WHERE (c.copy IS NOT NULL)))))) w CROSS JOIN LATERAL (SELECT CASE WHEN (w.copy_type IS NULL) THEN ('is missing in '::text || archive._name((_fault_columns.entry).target)) WHEN (w.type IS NULL) THEN (('is not null in '::text || archive._name((_fault_columns.entry).target)) || ' and not copied'::text) WHEN (w.copy_type <> w.type) THEN format('is %s in %s and %s in %s'::text, w.type, archive._name((_fault_columns.entry).source), w.copy_type, archive._name((_fault_columns.entry).target)) WHEN (w.copy_collated IS DISTINCT FROM w.collated) THEN ('has another collation in '::text || archive._name((_fault_columns.entry).target)) WHEN (w.copy_not_null AND (NOT w.not_null)) THEN (('is not null in '::text || archive._name((_fault_columns.entry).target)) || ', where copies must be nullable'::text) ELSE NULL::text END AS description) fault) WHERE (fault.description IS NOT NULL));


--
-- Name: FUNCTION _fault_columns(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_columns(entry archive.registry) IS 'The columns in which an archive does not fit its table; null if it fits.';


--
-- Name: _fault_columns_remedy(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_columns_remedy(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT ((('alter table '::text || archive._name((_fault_columns_remedy.entry).target)) || string_agg(format(' alter column %I type %s%s'::text, c.copy, c.archived_type, COALESCE((' collate '::text || c.collated), ''::text)), ','::text ORDER BY c.attnum)) || '; then archive.enable() again.'::text) FROM archive._copies(_fault_columns_remedy.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) WHERE ((c.copy_type <> c.archived_type) OR ((c.copy_collated IS DISTINCT FROM c.collated) AND (c.copy IS NOT NULL))));


--
-- Name: FUNCTION _fault_columns_remedy(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_columns_remedy(entry archive.registry) IS 'The statement that changes the archive''s columns as the table''s were; null where none is needed.';


--
-- Name: _fault_default_partition(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_default_partition(target regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_default regclass := (select nullif(p.partdefid, 0) from pg_partitioned_table p where p.partrelid = target);
    v_filled  boolean;
begin
    if v_default is null then
        return 'there is none: a delete in a month without a partition would fail';
    end if;
    v_filled := pg_relation_size(v_default) > 0
                and exists (select from archive._read(format('select 1 from %s limit 1', archive._name(v_default))));
    return case when v_filled
                then v_default || ' has rows: ' || case
                         when archive._is_published_by_row(target) then 'they stay, since a publication copies rows'
                         else 'archive.maintain() moves closed months out of it' end
           end;
end
$$;


--
-- Name: FUNCTION _fault_default_partition(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_default_partition(target regclass) IS 'What is wrong with the default partition of an archive; null if nothing.';


--
-- Name: _fault_distribution(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_distribution(source regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_method "char";
begin
    if to_regclass('pg_catalog.pg_dist_partition') is null then
        return null;
    end if;
    execute 'select d.partmethod from pg_catalog.pg_dist_partition d where d.logicalrelid = $1'
       into v_method using source;
    return case when v_method <> 'n'
                then 'is distributed by row over a cluster, and its rows are deleted where there is no archive'
           end;
end
$_$;


--
-- Name: FUNCTION _fault_distribution(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_distribution(source regclass) IS 'Why a table that Citus has distributed cannot be archived; null for any other, and without Citus.';


--
-- Name: _fault_duplicate_ids(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_duplicate_ids(target regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_count bigint;
    v_first bigint;
begin
    select (f ->> 'count')::bigint, (f ->> 'min')::bigint
      into v_count, v_first
      from archive._read(format(
          'select count(*), min(d.archive_id)'
          '  from (select a.archive_id from %s a group by a.archive_id having count(*) > 1) d',
          archive._name(target))) f;
    return case when v_count > 0
                then format('%s ids name several rows, the first is %s: restore those by their transaction',
                            v_count, v_first)
           end;
end
$$;


--
-- Name: FUNCTION _fault_duplicate_ids(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_duplicate_ids(target regclass) IS 'Archive ids that are there more than once; null without any.';


--
-- Name: _fault_ghost_rows(archive.registry, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_ghost_rows(entry archive.registry, thorough boolean) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_count bigint;
    v_first bigint;
begin
    if archive._name(entry.source) is null or archive._name(entry.target) is null then
        return null;  -- a table was dropped: another check reports it
    end if;
    select sum((l.result ->> 'count')::bigint), min((l.result ->> 'min')::bigint)
      into v_count, v_first
      from archive._read_leaves(
          array(select f from archive._leaves(array[entry.source]) f
                 where thorough or coalesce(f.month >= archive._partition_month(now() - interval '1 day'), true)),
          format('select count(*), min(a.archive_id)'
                 '  from (select * from %%s'
                 '         where restored_at is null and (%L or archived_at >= now() - interval ''1 day'')'
                 '         order by archived_at desc limit %s) a'
                 '  join %s live on %s',
                 thorough, case when thorough then 'all' else '1000' end,
                 replace(archive._live(entry.source), '%', '%%'),
                 replace(archive._restore_key_condition(entry, false), '%', '%%'))) l;
    return case when v_count > 0
                then format('%s archived and not restored, yet live: archive_id %s%s',
                            v_count, v_first, case when v_count > 1 then ' and others' else '' end)
           end;
end
$$;


--
-- Name: FUNCTION _fault_ghost_rows(entry archive.registry, thorough boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_ghost_rows(entry archive.registry, thorough boolean) IS 'Archived rows, never restored, whose key is live: of the newest 1,000 of the last day, or of all.';


--
-- Name: _fault_index_expressions(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_index_expressions(source regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_index record;
begin
    for v_index in
        select i.indexrelid::regclass as name,
               concat_ws(', ', pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)) as expressions
          from pg_index i
         where i.indrelid = source and (i.indexprs is not null or i.indpred is not null)
    loop
        begin
            execute format('select %s from %s limit 0', v_index.expressions, archive._live(source));
        exception when others then
            return format('has the index %s, whose function works under some search paths only (%s):'
                          ' alter function ... set search_path = ...', v_index.name, sqlerrm);
        end;
    end loop;
    return null;
end
$$;


--
-- Name: FUNCTION _fault_index_expressions(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_index_expressions(source regclass) IS 'The index whose expression does not work under a pinned search path; null if all do.';


--
-- Name: _fault_kind(pg_class); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_kind(relation pg_class) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN (relation).relispartition THEN format('is a partition: archive %s'::text, archive._name(pg_partition_root(((relation).oid)::regclass))) WHEN ((relation).relkind = 'f'::"char") THEN 'is a foreign table'::text WHEN ((relation).relkind <> ALL (ARRAY['r'::"char", 'p'::"char"])) THEN 'is not a table'::text WHEN ((relation).relpersistence = 't'::"char") THEN 'is temporary'::text WHEN ((relation).relpersistence = 'u'::"char") THEN 'is unlogged: its rows would vanish in a crash, unarchived'::text WHEN (((relation).relkind = 'r'::"char") AND (EXISTS (SELECT FROM pg_inherits WHERE (((_fault_kind.relation).oid = pg_inherits.inhrelid) OR ((_fault_kind.relation).oid = pg_inherits.inhparent))))) THEN 'is part of an inheritance tree, where a delete through the parent loses columns'::text ELSE NULL::text END;


--
-- Name: FUNCTION _fault_kind(relation pg_class); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_kind(relation pg_class) IS 'Why a relation of its kind cannot be archived; null if it can.';


--
-- Name: _fault_later_trigger(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_later_trigger(source regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN ((archive._capture_later_trigger(source))::text || ' runs after it and could cancel a delete already archived'::text);


--
-- Name: FUNCTION _fault_later_trigger(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_later_trigger(source regclass) IS 'That a trigger runs after the archive''s; null if none does.';


--
-- Name: settings; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.settings (
    name text NOT NULL,
    value text NOT NULL
);


--
-- Name: TABLE settings; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.settings IS 'What holds for the whole installation, by name.';


--
-- Name: COLUMN settings.name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.settings.name IS 'version: of schema archive. roles: the prefix of its roles.';


--
-- Name: COLUMN settings.value; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.settings.value IS 'As text.';


--
-- Name: _role(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._role(purpose text) RETURNS name
    LANGUAGE sql STABLE
    RETURN (SELECT format('%s_%s'::text, s.value, _role.purpose) AS format FROM archive.settings s WHERE (s.name = 'roles'::text));


--
-- Name: FUNCTION _role(purpose text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._role(purpose text) IS 'The role of this installation for a purpose: runtime or auditor.';


--
-- Name: _fault_login_limits(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_login_limits() RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (string_agg(format('%I'::text, r.rolname), ', '::text ORDER BY r.rolname) || ' may take any time: alter role ... set statement_timeout, or one request can hold the database'::text) FROM pg_roles r WHERE (r.rolcanlogin AND (NOT r.rolsuper) AND pg_has_role(r.oid, archive._role('runtime'::text), 'member'::text) AND (NOT pg_has_role(r.oid, archive._owner(), 'member'::text)) AND (NOT (EXISTS (SELECT FROM (pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) setting(setting)) WHERE ((s.setrole = ANY (ARRAY[(0)::oid, r.oid])) AND (s.setdatabase = ANY (ARRAY[(0)::oid, (SELECT d.oid FROM pg_database d WHERE (d.datname = current_database()))])) AND (setting.setting ~~ 'statement_timeout=%'::text) AND (setting.setting <> 'statement_timeout=0'::text)))))));


--
-- Name: FUNCTION _fault_login_limits(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_login_limits() IS 'The logins of the API without a statement_timeout; null if all have one.';


--
-- Name: _key_copies(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._key_copies(entry archive.registry) RETURNS SETOF archive.copied_column
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT c.attnum,
     c.name,
     c.type,
     c.archived_type,
     c.collated,
     c.generated,
     c.default_value,
     c.copy,
     c.wanted,
     c.copy_type,
     c.copy_collated,
     c.copy_not_null,
     c.since
    FROM (unnest(archive._key((_key_copies.entry).source)) WITH ORDINALITY k(name, "position")
      JOIN archive._copies(_key_copies.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) ON ((c.name = k.name)))
   ORDER BY k."position";
END;


--
-- Name: FUNCTION _key_copies(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._key_copies(entry archive.registry) IS 'The columns of a table''s key, in its order, with their copies.';


--
-- Name: _lookup_indexes(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._lookup_indexes(entry archive.registry) RETURNS TABLE(definition text, needed boolean, found regclass[], valid boolean)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH wanted(lookups, definition) AS (
          VALUES ('undo'::text,'btree (transaction_id)'::text), ('all'::text,(('btree ('::text || ( SELECT string_agg(quote_ident((k.wanted)::text), ', '::text) AS string_agg
                    FROM archive._key_copies(_lookup_indexes.entry) k(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since))) || ')'::text)), ('all'::text,'btree (archived_at, transaction_id) INCLUDE (restored_at)'::text), ('all'::text,'btree (archived_by text_pattern_ops, archive_id)'::text), ('all'::text,'btree (archive_id) WHERE (restored_at IS NOT NULL)'::text)
         ), present AS (
          SELECT i.indexrelid,
             i.indisvalid,
             split_part(pg_get_indexdef(i.indexrelid), format('CREATE INDEX %I ON ONLY %s USING '::text, c.relname, archive._name((i.indrelid)::regclass)), 2) AS definition
            FROM (pg_index i
              JOIN pg_class c ON ((c.oid = i.indexrelid)))
           WHERE (i.indrelid = ((_lookup_indexes.entry).target)::oid)
         )
  SELECT w.definition,
     (w.lookups = ANY (ARRAY['undo'::text, (_lookup_indexes.entry).lookups])),
     array_remove(array_agg((p.indexrelid)::regclass), NULL::regclass) AS array_remove,
     COALESCE(bool_or(p.indisvalid), false) AS "coalesce"
    FROM (wanted w
      LEFT JOIN present p ON ((p.definition = w.definition)))
   GROUP BY w.lookups, w.definition;
END;


--
-- Name: FUNCTION _lookup_indexes(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._lookup_indexes(entry archive.registry) IS 'The indexes of an archive beside its primary key: whether its choice of look-ups needs them, and which of its indexes they are.';


--
-- Name: _fault_lookups(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_lookups(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('%s has no index %s: archive.enable(%L, lookups => %L) makes it'::text, archive._name((_fault_lookups.entry).target), string_agg(l.definition, ', '::text ORDER BY l.definition), archive._name((_fault_lookups.entry).source), (_fault_lookups.entry).lookups) AS format FROM archive._lookup_indexes(_fault_lookups.entry) l(definition, needed, found, valid) WHERE (l.needed AND (NOT l.valid)) HAVING (count(*) > 0));


--
-- Name: FUNCTION _fault_lookups(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_lookups(entry archive.registry) IS 'Which indexes an archive lacks that its look-ups need; null if none.';


--
-- Name: _fault_moves(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_moves(source regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('has the trigger %s, which could cancel a move between partitions that is noted already: %s'::text, string_agg(quote_ident((t.tgname)::text), ', '::text ORDER BY t.tgname), 'make it one AFTER the event, or name one BEFORE UPDATE so that it sorts before') AS format FROM pg_trigger t WHERE (archive._is_partitioned(_fault_moves.source) AND (t.tgrelid IN (SELECT archive._tree(_fault_moves.source) AS _tree)) AND (NOT t.tgisinternal) AND (((t.tgtype)::integer & (1 + 2)) = (1 + 2)) AND (((((t.tgtype)::integer & 8) = 8) AND (t.tgname <> 'zz_archive_before_delete'::name)) OR ((((t.tgtype)::integer & 16) = 16) AND (t.tgname > 'zz_archive_before_update'::name)))) HAVING (count(*) > 0));


--
-- Name: FUNCTION _fault_moves(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_moves(source regclass) IS 'Triggers of a partitioned table that could make a deletion pass for a move; null without any.';


--
-- Name: _fault_name(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_name(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN (archive._name((entry).source) <> (entry).source_name) THEN format('was %s when archive.enable() was last called: call it again%s'::text, (entry).source_name, CASE WHEN (NOT ((to_regclass((entry).source_name))::oid IN (SELECT r.source FROM archive.registry r))) THEN format(', and for the table that is called so now, which is not archived'::text) ELSE NULL::text END) ELSE NULL::text END;


--
-- Name: FUNCTION _fault_name(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_name(entry archive.registry) IS 'That a table has another name than its capture function knows, perhaps swapped with another; null if it has not.';


--
-- Name: _partitions(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._partitions(target regclass) RETURNS TABLE(partition regclass, lower timestamp with time zone, upper timestamp with time zone)
    LANGUAGE sql STABLE
    SET "DateStyle" TO 'ISO'
    SET "TimeZone" TO 'UTC'
    BEGIN ATOMIC
 SELECT (c.oid)::regclass AS oid,
     (bound.parts[1])::timestamp with time zone AS parts,
     (bound.parts[2])::timestamp with time zone AS parts
    FROM ((pg_inherits i
      JOIN pg_class c ON ((c.oid = i.inhrelid)))
      LEFT JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''(.+)''\) TO \(''(.+)''\)'::text) bound(parts) ON (true))
   WHERE (i.inhparent = (_partitions.target)::oid)
   ORDER BY (bound.parts[1])::timestamp with time zone;
END;


--
-- Name: FUNCTION _partitions(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._partitions(target regclass) IS 'The partitions of an archive table with their bounds; the default partition, without, is the last.';


--
-- Name: _fault_next_partition(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_next_partition(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('%s has no partition from %s on: archive.maintain() makes it'::text, archive._name((_fault_next_partition.entry).target), to_char((month.month AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD'::text)) AS format FROM unnest(ARRAY[archive._partition_month(now()), archive._partition_month(now(), 1)]) month(month) WHERE ((NOT (EXISTS (SELECT FROM archive._leaves(ARRAY[(_fault_next_partition.entry).source]) l(source, partition, month) WHERE (l.month = month.month)))) AND (NOT (EXISTS (SELECT FROM archive._partitions((_fault_next_partition.entry).target) p(partition, lower, upper) WHERE ((p.lower <= month.month) AND (p.upper > month.month)))))) ORDER BY month.month LIMIT 1);


--
-- Name: FUNCTION _fault_next_partition(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_next_partition(entry archive.registry) IS 'Which of this month and the next has no partition; null if both have one.';


--
-- Name: _fault_overflow(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_overflow(target regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_count bigint;
    v_first bigint;
begin
    select (f ->> 'count')::bigint, (f ->> 'min')::bigint
      into v_count, v_first
      from archive._read(format(
          'select count(*), min(a.archive_id) from %s a where a.overflow is not null', archive._name(target))) f;
    return case when v_count > 0
                then format('%s rows have values of columns that the table has not or archive.enable() has not seen,'
                            ' the first is %s', v_count, v_first)
           end;
end
$$;


--
-- Name: FUNCTION _fault_overflow(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_overflow(target regclass) IS 'Archived rows with values in overflow; null without any.';


--
-- Name: _grantee(oid); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._grantee(grantee oid) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE grantee WHEN 0 THEN 'PUBLIC'::text ELSE ((grantee)::regrole)::text END;


--
-- Name: FUNCTION _grantee(grantee oid); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._grantee(grantee oid) IS 'The name of a role that something is granted to, as SQL writes it; 0 stands for PUBLIC.';


--
-- Name: _fault_partition_grants(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_partition_grants(target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(DISTINCT format('%s on %s is granted to %s'::text, g.privilege, g.relation, archive._grantee(g.grantee)), '; '::text) AS string_agg FROM archive._archive_grants(_fault_partition_grants.target) g(relation, privilege, grantee) WHERE ((g.relation)::oid <> (_fault_partition_grants.target)::oid));


--
-- Name: FUNCTION _fault_partition_grants(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_partition_grants(target regclass) IS 'Grants on the partitions of an archive; null without any.';


--
-- Name: _fault_partition_names(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_partition_names(target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (string_agg(format('%s begins at %s'::text, p.partition, p.lower), ', '::text ORDER BY p.lower) || ': a restore looks for rows by the month in the name'::text) FROM (archive._partitions(_fault_partition_names.target) p(partition, lower, upper) CROSS JOIN LATERAL (SELECT (SELECT c_1.relname FROM pg_class c_1 WHERE (c_1.oid = (p.partition)::oid)) AS relname) c(relname)) WHERE ((c.relname ~ '_y[0-9]{4}m(0[1-9]|1[0-2])$'::text) AND ("right"((c.relname)::text, 8) IS DISTINCT FROM to_char((p.lower AT TIME ZONE 'UTC'::text), '"y"YYYY"m"MM'::text))));


--
-- Name: FUNCTION _fault_partition_names(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_partition_names(target regclass) IS 'Partitions of an archive that are named after another month than theirs; null without any.';


--
-- Name: _fault_partitions(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_partitions(source regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(((archive._name((c.oid)::regclass) || ' '::text) || fault.text), ', '::text ORDER BY c.oid) AS string_agg FROM (((archive._tree(_fault_partitions.source) t(relid) JOIN pg_class c ON ((c.oid = (t.relid)::oid))) JOIN pg_class root ON ((root.oid = (_fault_partitions.source)::oid))) CROSS JOIN LATERAL (SELECT CASE WHEN (c.relkind = 'f'::"char") THEN 'is a foreign table'::text WHEN (c.relpersistence <> 'p'::"char") THEN 'is not logged'::text WHEN (c.relowner <> root.relowner) THEN 'belongs to somebody else'::text ELSE NULL::text END AS "case") fault(text)) WHERE ((c.oid <> (_fault_partitions.source)::oid) AND (fault.text IS NOT NULL)));


--
-- Name: FUNCTION _fault_partitions(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_partitions(source regclass) IS 'Partitions that keep their table from being archived; null without any.';


--
-- Name: _fault_public_functions(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_public_functions() RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (string_agg(DISTINCT ((p.oid)::regprocedure)::text, ', '::text) || ' can be executed by PUBLIC'::text) FROM (pg_proc p CROSS JOIN LATERAL aclexplode(COALESCE(p.proacl, acldefault('f'::"char", p.proowner))) g(grantor, grantee, privilege_type, is_grantable)) WHERE ((p.pronamespace = ('archive'::regnamespace)::oid) AND (g.grantee = (0)::oid)));


--
-- Name: FUNCTION _fault_public_functions(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_public_functions() IS 'Functions of the archive that anybody may execute; null without any.';


--
-- Name: _fault_referring(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_referring(referring regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT CASE WHEN (archive._key(_fault_referring.referring) IS NULL) THEN 'has no key by which its rows could be found again'::text WHEN (c.relkind <> ALL (ARRAY['r'::"char", 'p'::"char"])) THEN 'is not a table'::text WHEN ((c.relowner <> archive._owner()) AND (NOT r.rolsuper)) THEN ('belongs to '::text || (c.relowner)::regrole) ELSE NULL::text END AS "case" FROM (pg_class c JOIN pg_roles r ON ((r.oid = c.relowner))) WHERE (c.oid = (_fault_referring.referring)::oid));


--
-- Name: FUNCTION _fault_referring(referring regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_referring(referring regclass) IS 'Why references of a table that a deletion blanks cannot be noted; null if they can.';


--
-- Name: _references_texts(text, name[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._references_texts(row_name text, columns name[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT string_agg(format('"%s row as archive.enable() saw it".%I::text'::text, _references_texts.row_name, u.c), ', '::text ORDER BY u.n) AS string_agg FROM unnest(_references_texts.columns) WITH ORDINALITY u(c, n));


--
-- Name: FUNCTION _references_texts(row_name text, columns name[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._references_texts(row_name text, columns name[]) IS 'Columns of the old or the new row, as a list of texts.';


--
-- Name: _references_note(regclass, regclass, name, name[], name[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._references_note(source regclass, referring regclass, constraint_name name, columns name[], blanked name[]) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('
    if %1$s and (%2$s) then
        insert into archive.blanked_references (
            transaction_id, archived_at, referenced, source, constraint_name, row_key, reference, blanked)
        values (
            pg_current_xact_id(), now(), coalesce(to_regclass(%3$L), %4$s::regclass),
            coalesce(pg_partition_root(tg_relid), tg_relid), %5$L, array[%6$s], array[%7$s], array[%8$s]);
    end if;'::text, (SELECT string_agg(format('"old row as archive.enable() saw it".%I is distinct from null'::text, c.c), ' and '::text) AS string_agg FROM unnest(_references_note.columns) c(c)), (SELECT string_agg(format('"old row as archive.enable() saw it".%1$I is distinct from "new row as archive.enable() saw it".%1$I'::text, c.c), ' or '::text) AS string_agg FROM unnest(_references_note.blanked) c(c)), archive._name(source), (source)::oid, constraint_name, archive._references_texts('old'::text, archive._key(referring)), archive._references_texts('old'::text, columns), archive._references_texts('new'::text, blanked)) AS format);


--
-- Name: FUNCTION _references_note(source regclass, referring regclass, constraint_name name, columns name[], blanked name[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._references_note(source regclass, referring regclass, constraint_name name, columns name[], blanked name[]) IS 'The part of such a function for one foreign key.';


--
-- Name: _references_body(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._references_body(referring regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('
-- Written by archive.enable(). Do not edit: change the table, then call it again.
declare
    -- PostgreSQL names them in its error where a column was renamed or dropped since.
    "old row as archive.enable() saw it" record := old;
    "new row as archive.enable() saw it" record := new;
begin%s
    return null;
end
'::text, string_agg(archive._references_note(r.source, c.referring, c.constraint_name, c.columns, c.blanked), ''::text ORDER BY c.constraint_name)) AS format FROM (archive.registry r CROSS JOIN LATERAL archive._blanking_constraints(r.source) c(constraint_name, referring, columns, blanked)) WHERE ((c.referring)::oid = (_references_body.referring)::oid) HAVING (count(*) > 0));


--
-- Name: FUNCTION _references_body(referring regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._references_body(referring regclass) IS 'What the body of a function that notes blanked references has to be; null where no function is needed.';


--
-- Name: _fault_references(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_references(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format('%s: %s'::text, archive._label(f.referring), f.fault), '; '::text) AS string_agg FROM (SELECT c.referring, COALESCE(('it '::text || archive._fault_referring(c.referring)), CASE WHEN ((p.prosrc IS DISTINCT FROM archive._references_body(c.referring)) OR (t.tgenabled = 'D'::"char") OR (NOT ((t.tgattr)::smallint[] @> archive._attnums(c.referring, c.blanked)))) THEN 'call archive.enable()'::text ELSE NULL::text END) AS fault FROM ((archive._blanking_constraints((_fault_references.entry).source) c(constraint_name, referring, columns, blanked) LEFT JOIN pg_trigger t ON (((t.tgrelid = (c.referring)::oid) AND (t.tgname = 'zz_archive_keep_references'::name)))) LEFT JOIN pg_proc p ON ((p.oid = t.tgfoid)))) f WHERE (f.fault IS NOT NULL));


--
-- Name: FUNCTION _fault_references(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_references(entry archive.registry) IS 'The tables whose references are blanked with a row, and not put back by an undo; null without any.';


--
-- Name: _fault_secrets(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_secrets(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (string_agg(format('%I'::text, c.name), ', '::text ORDER BY c.attnum) || ' joined the archive and looks like a secret: archive.enable(..., exclude => ...) ends that'::text) FROM archive._copies(_fault_secrets.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) WHERE ((COALESCE(c.since, (1)::bigint) > 0) AND (c.name ~* '(password|passwd|passphrase|secret|token|api_?key|private_?key|credential)'::text)));


--
-- Name: FUNCTION _fault_secrets(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_secrets(entry archive.registry) IS 'Columns that came later and whose names say that nobody should keep them; null without any.';


--
-- Name: archive_id_seq; Type: SEQUENCE; Schema: archive; Owner: -
--

CREATE SEQUENCE archive.archive_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: SEQUENCE archive_id_seq; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON SEQUENCE archive.archive_id_seq IS 'One for all archive tables: an archive_id names one archived row anywhere.';


--
-- Name: _fault_sequence(regclass, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_sequence(target regclass, thorough boolean) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('archive.archive_id_seq is at %s and %s has archive_id %s: rows would share ids, archive.enable() moves it on'::text, s.last_value, archive._name(_fault_sequence.target), a.last_id) AS format FROM (archive.archive_id_seq s CROSS JOIN archive._archive_last_id(_fault_sequence.target, _fault_sequence.thorough) a(last_id)) WHERE (a.last_id >= (s.last_value + (s.is_called)::integer)));


--
-- Name: FUNCTION _fault_sequence(target regclass, thorough boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_sequence(target regclass, thorough boolean) IS 'That the sequence of archive ids is behind the newest month of an archive, or any; null if it is not.';


--
-- Name: _fault_shared_login(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_shared_login() RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('%s is the only login with %I, and owns the archive: whoever takes over the application can rewrite history'::text, (archive._owner())::regrole, archive._role('runtime'::text)) AS format WHERE (NOT (EXISTS (SELECT FROM pg_roles r WHERE (r.rolcanlogin AND (NOT r.rolsuper) AND pg_has_role(r.oid, archive._role('runtime'::text), 'member'::text) AND (NOT pg_has_role(r.oid, archive._owner(), 'member'::text)))))));


--
-- Name: FUNCTION _fault_shared_login(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_shared_login() IS 'What it costs that one login both migrates and serves; null if there are two.';


--
-- Name: _role_other_databases(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._role_other_databases(prefix text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(DISTINCT (d.datname)::text, ', '::text) AS string_agg FROM ((pg_shdepend s JOIN pg_roles r ON (((s.refclassid = ('pg_authid'::regclass)::oid) AND (s.refobjid = r.oid)))) JOIN pg_database d ON ((d.oid = s.dbid))) WHERE ((r.rolname = ANY (ARRAY[((_role_other_databases.prefix || '_runtime'::text))::name, ((_role_other_databases.prefix || '_auditor'::text))::name])) AND (d.datname <> current_database()) AND d.datallowconn));


--
-- Name: FUNCTION _role_other_databases(prefix text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._role_other_databases(prefix text) IS 'The other databases of the cluster that grant something to the roles with this prefix; null without any.';


--
-- Name: _fault_shared_roles(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_shared_roles() RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('%1$s_runtime and %1$s_auditor are also those of database %2$s: a login of either application can act in both; archive-table install --roles PREFIX moves this one to roles of its own'::text, s.value, archive._role_other_databases(s.value)) AS format FROM archive.settings s WHERE ((s.name = 'roles'::text) AND (archive._role_other_databases(s.value) IS NOT NULL)));


--
-- Name: FUNCTION _fault_shared_roles(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_shared_roles() IS 'Which other databases of the cluster grant to the roles of this installation; null if none does.';


--
-- Name: _fault_source(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_source(source regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_table pg_class;
begin
    select * into v_table from pg_class where oid = source;

    return case
        when not found then
            'does not exist'
        when v_table.relnamespace::regnamespace::text ~ '^(pg_.*|information_schema|archive)$' then
            'is in a schema of the system''s or the archive''s own'
        when archive._fault_kind(v_table) is not null then
            archive._fault_kind(v_table)
        when exists (select from archive.registry r where r.target = _fault_source.source) then
            'is an archive itself'
        when v_table.relowner <> archive._owner()
             and not exists (select from pg_roles r where r.oid = v_table.relowner and r.rolsuper) then
            format('belongs to %1$s, whose policies and domains could run as the archive''s owner: install the archive'
                   ' as %1$s, or: alter table %2$s owner to %3$s',
                   v_table.relowner::regrole, archive._name(source), archive._owner()::regrole)
        when archive._fault_distribution(source) is not null then
            archive._fault_distribution(source)
        when archive._key(source) is null then
            'has no primary key and no unique key of columns that are not null, by which a row could be found again'
        when octet_length(v_table.relname) > 45 then
            'has a name of more than 45 bytes, to which nothing can be added'
        when octet_length(archive._capture_name(archive._name(source))) > 63 then
            'has, with its schema, too long a name for a capture function'
        when exists (select from pg_rewrite r where r.ev_class = _fault_source.source and r.ev_type = '3') then
            'has a rule ON INSERT, by which no row could be restored: use a trigger instead'
        when archive._fault_partitions(source) is not null then
            'has partitions of a kind that cannot be archived: ' || archive._fault_partitions(source)
        when archive._fault_moves(source) is not null then
            archive._fault_moves(source)
        else
            archive._fault_index_expressions(source)
    end;
end
$_$;


--
-- Name: FUNCTION _fault_source(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_source(source regclass) IS 'Why a table cannot be archived; null if it can.';


--
-- Name: _fault_subscribed_alone(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_subscribed_alone(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN (archive._is_subscribed((entry).source) AND (NOT archive._is_subscribed((entry).target))) THEN 'a subscription brings the table without its archive: what the publisher restores stays archived here as if it were deleted'::text ELSE NULL::text END;


--
-- Name: FUNCTION _fault_subscribed_alone(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_subscribed_alone(entry archive.registry) IS 'That restores on the publisher leave archived rows here which are live; null where a subscription brings both or neither.';


--
-- Name: _fault_subscribed_state(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_subscribed_state() RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (string_agg(((c.oid)::regclass)::text, ', '::text ORDER BY c.relname) || ' comes by subscription, and tells of the publisher: publish tables by name. FOR ALL TABLES needs a subscriber whose schema archive was empty, and the installation again after the switch-over'::text) FROM (pg_subscription_rel s JOIN pg_class c ON ((c.oid = s.srrelid))) WHERE ((c.relnamespace = ('archive'::regnamespace)::oid) AND (c.relname = ANY (ARRAY['registry'::name, 'disabled'::name, 'settings'::name, 'applied_code'::name]))));


--
-- Name: FUNCTION _fault_subscribed_state(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_subscribed_state() IS 'Tables with the state of this installation that a subscription fills; null without any.';


--
-- Name: _fault_subscription(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_subscription(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (('a subscription brings the archive by partitions, and not '::text || string_agg(lacking.name, ', '::text)) || ': archive.maintain() on both sides, then ALTER SUBSCRIPTION ... REFRESH PUBLICATION; or publish with publish_via_partition_root'::text) FROM (SELECT (p.partition)::text AS name FROM archive._partitions((_fault_subscription.entry).target) p(partition, lower, upper) WHERE (((p.lower IS NULL) OR (p.lower < archive._partition_month(now(), 2))) AND (NOT (EXISTS (SELECT FROM pg_subscription_rel s WHERE (s.srrelid = (p.partition)::oid))))) UNION ALL SELECT to_char((month.month AT TIME ZONE 'UTC'::text), '"the month "YYYY-MM'::text) AS to_char FROM unnest(ARRAY[archive._partition_month(now()), archive._partition_month(now(), 1)]) month(month) WHERE (NOT (EXISTS (SELECT FROM archive._partitions((_fault_subscription.entry).target) p(partition, lower, upper) WHERE (p.lower = month.month))))) lacking WHERE (archive._is_subscribed((_fault_subscription.entry).target) AND (NOT (EXISTS (SELECT FROM pg_subscription_rel s WHERE (s.srrelid = ((_fault_subscription.entry).target)::oid))))));


--
-- Name: FUNCTION _fault_subscription(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_subscription(entry archive.registry) IS 'The partitions that a subscription to single partitions lacks, to the end of next month; null without any.';


--
-- Name: _fault_target(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_target(target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((SELECT c.relkind FROM pg_class c WHERE (c.oid = (_fault_target.target)::oid)) <> 'p'::"char") THEN 'is not a partitioned table'::text WHEN (pg_get_partkeydef((target)::oid) <> 'RANGE (archived_at)'::text) THEN 'is not partitioned by range of archived_at'::text ELSE NULL::text END;


--
-- Name: FUNCTION _fault_target(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_target(target regclass) IS 'Why a table cannot be an archive, whatever its columns; null if it can.';


--
-- Name: _fault_transaction_ids(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_transaction_ids() RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_first text;
begin
    if archive._fault_views() is not null then
        return null;
    end if;
    select t ->> 'first'
      into v_first
      from archive._read(
          'select min(t.transaction_id::text) as first'
          '  from (select transaction_id from archive.transactions group by transaction_id having count(*) > 1) t'
          ' where not exists (select from archive.purge_log l'
          '                    where l.action = ''import'''
          '                      and l.scope ->> ''transaction_id'' = t.transaction_id::text)') t;
    return 'transaction ' || v_first || ' and perhaps others have several archived_at:'
           ' restore_transaction() asks for one';
end
$$;


--
-- Name: FUNCTION _fault_transaction_ids(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_transaction_ids() IS 'Transaction ids used twice, since the counter starts again after a dump and restore; null without any. An import has many times in one transaction, which is right.';


--
-- Name: _fault_trigger(archive.registry, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_trigger(entry archive.registry, event text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg((((t.name)::text || ' '::text) || t.fault), '; '::text ORDER BY t.relation) AS string_agg FROM archive._capture_triggers(_fault_trigger.entry) t(relation, name, event, level, condition, function, description, fault) WHERE (t.event = _fault_trigger.event));


--
-- Name: FUNCTION _fault_trigger(entry archive.registry, event text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_trigger(entry archive.registry, event text) IS 'What is wrong with a table''s triggers for that event; null if nothing is.';


--
-- Name: _fault_unknown_columns(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_unknown_columns(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (string_agg(format('%I'::text, c.name), ', '::text ORDER BY c.attnum) || ' joined since archive.enable() was last called: values are kept in overflow, call it again'::text) FROM archive._copies(_fault_unknown_columns.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) WHERE (c.since IS NULL));


--
-- Name: FUNCTION _fault_unknown_columns(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_unknown_columns(entry archive.registry) IS 'Columns of a table that its capture function does not know; null without any.';


--
-- Name: _fault_views(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_views() RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN (to_regclass('archive.transactions'::text) IS NULL) THEN 'archive.transactions went with a table that was dropped; archive.disable() it by its oid, as the registry has it'::text ELSE NULL::text END;


--
-- Name: FUNCTION _fault_views(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_views() IS 'That the view over all archives is gone; null if it is there.';


--
-- Name: _fault_width(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_width(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT 'a row with a value in each column may be too big for the archive, and then cannot be deleted: exclude columns of fixed length, or split the table'::text FROM ((SELECT count(*) AS columns, sum(CASE WHEN (t.typlen > 0) THEN (t.typlen)::integer ELSE 18 END) AS bytes FROM ((archive._copies(_fault_width.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) JOIN pg_attribute a ON (((a.attrelid = ((_fault_width.entry).source)::oid) AND (a.attnum = c.attnum)))) JOIN pg_type t ON ((t.oid = a.atttypid)))) copied CROSS JOIN (SELECT count(*) AS columns, sum(CASE WHEN (t.typlen > 0) THEN (t.typlen)::integer ELSE 18 END) AS bytes FROM (archive._archive_metadata() m(name, type, not_null, captured, truncated, description) JOIN pg_type t ON ((t.oid = ((m.type)::regtype)::oid)))) metadata) WHERE ((((32 + ((copied.columns + metadata.columns) / 8)) + copied.bytes) + metadata.bytes) > 8160));


--
-- Name: FUNCTION _fault_width(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_width(entry archive.registry) IS 'That rows of a table may fit it and not its archive; null if they always fit.';


--
-- Name: _fault_write_all(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_write_all() RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (string_agg(format('%I'::text, r.rolname), ', '::text ORDER BY r.rolname) || ' may write to every table, as pg_write_all_data'::text) FROM pg_roles r WHERE (r.rolcanlogin AND (NOT r.rolsuper) AND pg_has_role(r.oid, 'pg_write_all_data'::name, 'usage'::text) AND (NOT pg_has_role(r.oid, archive._owner(), 'member'::text))));


--
-- Name: FUNCTION _fault_write_all(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_write_all() IS 'Logins that may write to all archives without a grant; null without any.';


--
-- Name: _fault_writers(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_writers(target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(DISTINCT f.fault, '; '::text) AS string_agg FROM (SELECT format('%s on %s is granted to %s'::text, g.privilege, g.relation, archive._grantee(g.grantee)) AS format FROM archive._archive_grants(_fault_writers.target) g(relation, privilege, grantee) WHERE (g.privilege <> 'SELECT'::text) UNION ALL SELECT format('%s belongs to %s'::text, (c.oid)::regclass, (c.relowner)::regrole) AS format FROM (archive._tree(_fault_writers.target) t(relid) JOIN pg_class c ON ((c.oid = (t.relid)::oid))) WHERE (c.relowner <> archive._owner())) f(fault));


--
-- Name: FUNCTION _fault_writers(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_writers(target regclass) IS 'How others than the owner may change an archive or its partitions; null if they may not.';


--
-- Name: _find(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._find(address text) RETURNS regclass
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_parts text[];
begin
    v_parts := parse_ident(address);
    return (
        select r.source
          from archive.registry r
          join pg_class c on c.oid = r.source
          join pg_namespace n on n.oid = c.relnamespace
         where array[n.nspname, c.relname]::text[]
               = case cardinality(v_parts) when 1 then array['public'] end || v_parts
    );
exception when invalid_parameter_value then
    return null;  -- no name at all
end
$$;


--
-- Name: FUNCTION _find(address text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._find(address text) IS 'The archived table of this name; null where there is none.';


--
-- Name: _health_ask(text, boolean, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._health_ask(check_expression text, of_tables boolean, thorough boolean) RETURNS TABLE(source regclass, fault text)
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_query   text := format(case when of_tables
                                  then 'select r.source, %s from archive.registry r where coalesce(r.source = $2, true)'
                                  else 'select null::regclass, %s' end,
                             replace(replace(check_expression, '$1', 'r'), '$2', '$1'));
    v_sources regclass[];
    v_faults  text[];
begin
    -- Not returned at once: what a function has returned outlives an error.
    execute format('select array_agg(q.source), array_agg(q.fault) from (%s) q (source, fault)', v_query)
       into v_sources, v_faults using thorough, null::regclass;
    return query select * from unnest(v_sources, v_faults);
exception when others then
    if not of_tables then
        return query select null::regclass, archive._health_failed(sqlstate, sqlerrm);
        return;
    end if;
    for source in select r.source from archive.registry r loop
        begin
            execute v_query into source, fault using thorough, source;
        exception when others then
            fault := archive._health_failed(sqlstate, sqlerrm);
        end;
        return next;
    end loop;
end
$_$;


--
-- Name: FUNCTION _health_ask(check_expression text, of_tables boolean, thorough boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._health_ask(check_expression text, of_tables boolean, thorough boolean) IS 'What a check finds, of each table if it is about tables: null if all is well. An error is what it finds.';


--
-- Name: _health_checks(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._health_checks() RETURNS TABLE(check_name text, severity text, expression text, of_tables boolean, scans boolean)
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 VALUES ('source can be archived'::text,'error'::text,'archive._fault_source(($1).source)'::text,true,false), ('columns match'::text,'error'::text,'archive._fault_columns($1)'::text,true,false), ('columns are captured'::text,'error'::text,'archive._fault_changed_columns($1)'::text,true,false), ('columns are known'::text,'warning'::text,'archive._fault_unknown_columns($1)'::text,true,false), ('name is known'::text,'warning'::text,'archive._fault_name($1)'::text,true,false), ('function matches'::text,'error'::text,'archive._fault_capture($1)'::text,true,false), ('delete trigger in force'::text,'error'::text,'archive._fault_trigger($1, ''delete'')'::text,true,false), ('update trigger in force'::text,'error'::text,'archive._fault_trigger($1, ''update'')'::text,true,false), ('truncate trigger in force'::text,'error'::text,'archive._fault_trigger($1, ''truncate'')'::text,true,false), ('trigger is last'::text,'error'::text,'archive._fault_later_trigger(($1).source)'::text,true,false), ('partitions are named'::text,'error'::text,'archive._fault_partition_names(($1).target)'::text,true,false), ('only the owner writes'::text,'error'::text,'archive._fault_writers(($1).target)'::text,true,false), ('nothing hangs on it'::text,'error'::text,'archive._fault_attached(($1).target)'::text,true,false), ('partitions have no grants'::text,'error'::text,'archive._fault_partition_grants(($1).target)'::text,true,false), ('ids go on'::text,'error'::text,'case when not archive._is_subscribed(($1).target) then archive._fault_sequence(($1).target, $2) end'::text,true,false), ('subscription is whole'::text,'error'::text,'archive._fault_subscription($1)'::text,true,false), ('archive is subscribed too'::text,'warning'::text,'archive._fault_subscribed_alone($1)'::text,true,false), ('references are kept'::text,'warning'::text,'archive._fault_references($1)'::text,true,false), ('children are archived'::text,'warning'::text,'archive._fault_children(($1).source)'::text,true,false), ('rows fit the archive'::text,'warning'::text,'archive._fault_width($1)'::text,true,false), ('no secret joined'::text,'warning'::text,'archive._fault_secrets($1)'::text,true,false), ('next partition exists'::text,'warning'::text,'archive._fault_next_partition($1)'::text,true,false), ('default partition is empty'::text,'warning'::text,'archive._fault_default_partition(($1).target)'::text,true,false), ('look-ups are indexed'::text,'warning'::text,'archive._fault_lookups($1)'::text,true,false), ('no ghost rows'::text,'warning'::text,'archive._fault_ghost_rows($1, $2)'::text,true,false), ('ids are unique'::text,'error'::text,'archive._fault_duplicate_ids(($1).target)'::text,true,true), ('overflow is empty'::text,'warning'::text,'archive._fault_overflow(($1).target)'::text,true,true), ('functions are not public'::text,'error'::text,'archive._fault_public_functions()'::text,false,false), ('nobody writes everywhere'::text,'warning'::text,'archive._fault_write_all()'::text,false,false), ('views are in place'::text,'error'::text,'archive._fault_views()'::text,false,false), ('state is its own'::text,'warning'::text,'archive._fault_subscribed_state()'::text,false,false), ('separate runtime login'::text,'warning'::text,'archive._fault_shared_login()'::text,false,false), ('roles are not shared'::text,'warning'::text,'archive._fault_shared_roles()'::text,false,false), ('runtime login has limits'::text,'warning'::text,'archive._fault_login_limits()'::text,false,false), ('transaction ids are unique'::text,'warning'::text,'archive._fault_transaction_ids()'::text,false,true);
END;


--
-- Name: FUNCTION _health_checks(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._health_checks() IS 'The checks: of each table or of the archive as a whole, and whether one scans archives, which it does when asked.';


--
-- Name: _health_failed(text, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._health_failed(state text, message text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN format('this check failed: %s (SQLSTATE %s)'::text, message, state);


--
-- Name: FUNCTION _health_failed(state text, message text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._health_failed(state text, message text) IS 'What a check finds that ends in an error.';


--
-- Name: _import_batch(regclass, name, name, integer, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_batch(source regclass, deleted_at name, deleted_by name, batch integer, callers_path text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '10s'
    SET quote_all_identifiers TO 'off'
    AS $$
declare
    v_entry  archive.registry := archive._registry_entry(source);
    v_moment text             := archive._import_moment(v_entry, deleted_at, deleted_at);
    v_first  bigint           := nextval('archive.archive_id_seq');
    v_done   record;
    v_left   text;
begin
    perform archive._import_check(v_entry, deleted_by, batch);
    select * into v_done from archive._import_delete(source, v_moment, batch, callers_path);
    if v_done.deleted = 0 and v_done.moments is not null then
        raise exception 'a trigger of % keeps rows from being deleted', archive._label(source)
            using errcode = 'AR409',
                  hint = 'Disable a trigger that makes deletes into marks. If rows refer to them since, call again.';
    elsif v_done.deleted = 0 then
        v_left := archive._import_left(source, v_moment);
        if v_left is not null then
            raise warning 'rows marked as deleted stay in %: %', archive._label(source), v_left
                using hint = 'Import or delete what refers to them first, then call again.';
        end if;
        return 0;
    end if;
    perform archive._partition_make_month(v_entry.target, m.month)
       from (select distinct archive._partition_month(u) from unnest(v_done.moments) u order by 1) m (month);
    perform archive._import_rewrite(v_entry, deleted_at, deleted_by, v_first);
    perform archive._purge_log_add('import', source, v_done.deleted, 0, jsonb_build_object(
        'deleted_at', deleted_at, 'deleted_by', deleted_by, 'transaction_id', pg_current_xact_id()::text),
        archive._label_setting('archive.reason'));
    return v_done.deleted;
end
$$;


--
-- Name: FUNCTION _import_batch(source regclass, deleted_at name, deleted_by name, batch integer, callers_path text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_batch(source regclass, deleted_at name, deleted_by name, batch integer, callers_path text) IS 'archive.import_soft_deleted(), with the search path of its caller.';


--
-- Name: _import_check(archive.registry, name, integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_check(entry archive.registry, deleted_by name, batch integer) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
begin
    if deleted_by is not null then
        perform archive._import_check_column(entry, deleted_by, null);
    end if;
    if batch is null or batch < 1 then
        perform archive._refuse('batch must be at least 1');
    end if;
    perform archive._check_read_committed('a row that began meanwhile to refer to a marked one');

    -- The time of a mark moves an archived row to another partition: a publication copies that as DELETE and INSERT.
    if exists (select from archive._publications(entry.target) p where not p.pubdelete) then
        raise exception 'a publication of %''s archive copies no deletes: imported rows would be there twice',
            archive._label(entry.source)
            using errcode = 'AR409', hint = 'Import first, or let the publication copy deletes meanwhile.';
    end if;
end
$$;


--
-- Name: FUNCTION _import_check(entry archive.registry, deleted_by name, batch integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_check(entry archive.registry, deleted_by name, batch integer) IS 'AR422 for a bad argument, AR409 where an import cannot be made now.';


--
-- Name: _import_check_column(archive.registry, name, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_check_column(entry archive.registry, column_name name, types text[]) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_type text;
begin
    select regexp_replace(c.archived_type, '[(][0-9]+[)]', '')
      into v_type
      from archive._columns(entry.source) c
     where c.name = column_name;
    if v_type is null then
        perform archive._refuse(format(
            '%s has no column %s', archive._label(entry.source), coalesce(quote_ident(column_name), 'null')));
    elsif not exists (select from archive._copies(entry) c where c.name = column_name) then
        perform archive._refuse(format(
            'the archive of %s has no copy of column %I', archive._label(entry.source), column_name));
    elsif v_type <> all (types) then
        perform archive._refuse(format(
            'column %I of %s is of type %s, not one of %s', column_name, archive._label(entry.source), v_type,
            array_to_string(types, ', ')));
    end if;
    return v_type;
end
$$;


--
-- Name: FUNCTION _import_check_column(entry archive.registry, column_name name, types text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_check_column(entry archive.registry, column_name name, types text[]) IS 'The type of an archived column. AR422 if there is none, or of another type; null types allow any.';


--
-- Name: _import_counts(regclass, name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_counts(source regclass, deleted_at name, OUT marked bigint, OUT later bigint, OUT oldest timestamp with time zone, OUT newest timestamp with time zone) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $$
begin
    execute format(
        'select count(*) filter (where m.moment <= now()), count(*) filter (where m.moment > now()),'
        '       min(m.moment) filter (where m.moment <= now()), max(m.moment) filter (where m.moment <= now())'
        '  from (select %s as moment from %s) m',
        archive._import_moment(archive._registry_entry(source), deleted_at, deleted_at), archive._name(source)
    ) into marked, later, oldest, newest;
end
$$;


--
-- Name: FUNCTION _import_counts(source regclass, deleted_at name, OUT marked bigint, OUT later bigint, OUT oldest timestamp with time zone, OUT newest timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_counts(source regclass, deleted_at name, OUT marked bigint, OUT later bigint, OUT oldest timestamp with time zone, OUT newest timestamp with time zone) IS 'How many rows are marked as deleted, how many will be later than now, and the first and last time of a mark.';


--
-- Name: _import_delete(regclass, text, integer, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_delete(source regclass, moment text, batch integer, callers_path text, OUT moments timestamp with time zone[], OUT deleted integer) RETURNS record
    LANGUAGE plpgsql
    AS $_$
declare
    v_free   text := (select string_agg(' and not ' || r.condition, '') from archive._import_references(source) r);
    v_tables oid[];
    v_places tid[];
begin
    -- Locked first: no row can begin to refer to them. The second statement sees those that did meanwhile.
    execute format(
        'select array_agg(c.tableoid), array_agg(c.ctid), array_agg(c.moment)'
        '  from (select t.tableoid, t.ctid, %1$s as moment from %2$s t where %1$s <= now()%3$s'
        '         order by %1$s limit $1 for update) c', moment, archive._name(source), v_free)
       into v_tables, v_places, moments using batch;
    if moments[1] < '0001-01-01T00:00:00Z' then
        perform archive._refuse(format('a row of %s is marked as deleted at %s', archive._label(source), moments[1]));
    end if;

    -- The table's own triggers need the caller's path.
    perform set_config('search_path', callers_path, true);
    execute format(
        'delete from %s t using unnest($1, $2) c (relation, place)'
        ' where t.tableoid = c.relation and t.ctid = c.place%s', archive._name(source), v_free)
      using v_tables, v_places;
    get diagnostics deleted = row_count;
    perform set_config('search_path', 'pg_catalog, pg_temp', true);
end
$_$;


--
-- Name: FUNCTION _import_delete(source regclass, moment text, batch integer, callers_path text, OUT moments timestamp with time zone[], OUT deleted integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_delete(source regclass, moment text, batch integer, callers_path text, OUT moments timestamp with time zone[], OUT deleted integer) IS 'Deletes a batch of marked rows to which nothing refers, the oldest first.';


--
-- Name: _import_left(regclass, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_left(source regclass, moment text) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_reference record;
    v_count     bigint;
    v_left      text[] := '{}';
begin
    for v_reference in select * from archive._import_references(source) loop
        execute format('select count(*) from %s t where %s <= now() and %s',
                       archive._name(source), moment, v_reference.condition)
           into v_count;
        if v_count > 0 then
            v_left := v_left || format('%s to which %s refers (%I)',
                                       v_count, archive._label(v_reference.referring), v_reference.constraint_name);
        end if;
    end loop;
    return nullif(array_to_string(v_left, ', '), '');
end
$$;


--
-- Name: FUNCTION _import_left(source regclass, moment text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_left(source regclass, moment text) IS 'How many marked rows live rows refer to, by foreign key; null for none. The import leaves them where they are.';


--
-- Name: _import_moment(archive.registry, name, name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_moment(entry archive.registry, deleted_at name, copied_as name) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE archive._import_check_column(entry, deleted_at, '{"timestamp with time zone","timestamp without time zone",date,boolean}'::text[]) WHEN 'boolean'::text THEN format('case when %I then now() end'::text, copied_as) WHEN 'timestamp with time zone'::text THEN format('%I'::text, copied_as) ELSE format('(%I::timestamp at time zone ''UTC'')'::text, copied_as) END;


--
-- Name: FUNCTION _import_moment(entry archive.registry, deleted_at name, copied_as name); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_moment(entry archive.registry, deleted_at name, copied_as name) IS 'An expression: when a row was marked as deleted; null or in the future where it is not. copied_as: what the query calls the mark.';


--
-- Name: _import_references(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_references(source regclass) RETURNS TABLE(constraint_name name, referring regclass, condition text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT f.conname,
     (f.conrelid)::regclass AS conrelid,
     format('exists (select from %s referring where %s%s)'::text, archive._name((f.conrelid)::regclass), string_agg(format('t.%I operator(%I.%s) referring.%I'::text, k.attname, n.nspname, o.oprname, h.attname), ' and '::text),
         CASE
             WHEN (f.conrelid = f.confrelid) THEN ' and (referring.tableoid, referring.ctid) <> (t.tableoid, t.ctid)'::text
             ELSE NULL::text
         END) AS format
    FROM (((((pg_constraint f
      CROSS JOIN LATERAL UNNEST(f.conkey, f.confkey, f.conpfeqop) u(here, there, equality))
      JOIN pg_attribute h ON (((h.attrelid = f.conrelid) AND (h.attnum = u.here))))
      JOIN pg_attribute k ON (((k.attrelid = f.confrelid) AND (k.attnum = u.there))))
      JOIN pg_operator o ON ((o.oid = u.equality)))
      JOIN pg_namespace n ON ((n.oid = o.oprnamespace)))
   WHERE ((f.contype = 'f'::"char") AND (f.confrelid = (_import_references.source)::oid) AND (f.conparentid = (0)::oid))
   GROUP BY f.oid, f.conname, f.conrelid, f.confrelid
   ORDER BY f.conname;
END;


--
-- Name: FUNCTION _import_references(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_references(source regclass) IS 'The foreign keys that refer to a table, each with the condition that a live row refers to the row t.';


--
-- Name: _import_rewrite(archive.registry, name, name, bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._import_rewrite(entry archive.registry, deleted_at name, deleted_by name, first_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $_$
declare
    v_at text := (select c.copy from archive._copies(entry) c where c.name = deleted_at);
    v_by text := (select c.copy from archive._copies(entry) c where c.name = deleted_by);
begin
    execute format(
        'update %1$s set archived_at = %2$s, archived_by = %3$s, %4$I = %5$s%6$s'
        ' where archived_at = now() and transaction_id = pg_current_xact_id() and archive_id > $1'
        '   and not cascaded and %2$s <= now()',
        archive._name(entry.target),
        archive._import_moment(entry, deleted_at, v_at),
        case when v_by is null then 'archived_by' else format('left(nullif(%I::text, ''''), 200)', v_by) end,
        v_at,
        (select case when c.archived_type = 'boolean' then 'false' when c.not_null then '''infinity''' else 'null' end
           from archive._columns(entry.source) c where c.name = deleted_at),
        (select format(', %I = null', v_by)
           from archive._columns(entry.source) c where c.name = deleted_by and not c.not_null)
    ) using first_id;
end
$_$;


--
-- Name: FUNCTION _import_rewrite(entry archive.registry, deleted_at name, deleted_by name, first_id bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._import_rewrite(entry archive.registry, deleted_at name, deleted_by name, first_id bigint) IS 'Gives the rows just archived the time and person of their marks, and clears the copies of the marks.';


--
-- Name: purge_log; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.purge_log (
    log_id bigint NOT NULL,
    logged_at timestamp with time zone DEFAULT now() NOT NULL,
    action text NOT NULL,
    source text NOT NULL,
    rows bigint NOT NULL,
    held bigint NOT NULL,
    scope jsonb NOT NULL,
    reason text,
    actor text,
    session_role text DEFAULT SESSION_USER NOT NULL,
    application_name text DEFAULT current_setting('application_name'::text),
    client_addr inet DEFAULT inet_client_addr()
);


--
-- Name: TABLE purge_log; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.purge_log IS 'What was purged, erased, held and released. Written by the functions that do it.';


--
-- Name: COLUMN purge_log.log_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.log_id IS 'The order of entries.';


--
-- Name: COLUMN purge_log.logged_at; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.logged_at IS 'When that transaction began.';


--
-- Name: COLUMN purge_log.action; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.action IS 'purge, erase, hold, release or import.';


--
-- Name: COLUMN purge_log.source; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.source IS 'The live table''s name.';


--
-- Name: COLUMN purge_log.rows; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.rows IS 'How many rows were purged, erased, held, released or imported.';


--
-- Name: COLUMN purge_log.held; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.held IS 'How many more would have been, but for a legal hold.';


--
-- Name: COLUMN purge_log.scope; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.scope IS 'Which: archived_before, archive_ids or subject; for an import, the columns and the transaction.';


--
-- Name: COLUMN purge_log.reason; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.reason IS 'Why, if given.';


--
-- Name: COLUMN purge_log.actor; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.actor IS 'Who, as the application knows it: archive.actor.';


--
-- Name: COLUMN purge_log.session_role; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.session_role IS 'The database login that did it.';


--
-- Name: COLUMN purge_log.application_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.application_name IS 'With what program, as it calls itself.';


--
-- Name: COLUMN purge_log.client_addr; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.client_addr IS 'From where, as PostgreSQL sees it. Null over a Unix socket.';


--
-- Name: purge_log_log_id_seq; Type: SEQUENCE; Schema: archive; Owner: -
--

ALTER TABLE archive.purge_log ALTER COLUMN log_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME archive.purge_log_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: SEQUENCE purge_log_log_id_seq; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON SEQUENCE archive.purge_log_log_id_seq IS 'Numbers the entries.';


--
-- Name: _is_log_sequence_behind(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._is_log_sequence_behind() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((SELECT max(l.log_id) AS max FROM archive.purge_log l) >= (SELECT (s.last_value + (s.is_called)::integer) FROM archive.purge_log_log_id_seq s));


--
-- Name: FUNCTION _is_log_sequence_behind(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._is_log_sequence_behind() IS 'Whether the next entry of the purge log would find its id taken.';


--
-- Name: _publications(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._publications(target regclass) RETURNS TABLE(pubviaroot boolean, pubtruncate boolean, pubdelete boolean)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT p.pubviaroot,
     p.pubtruncate,
     p.pubdelete
    FROM pg_publication p
   WHERE (p.puballtables OR (EXISTS ( SELECT
            FROM pg_publication_rel r
           WHERE ((r.prpubid = p.oid) AND ((r.prrelid = (_publications.target)::oid) OR ((pg_partition_root((r.prrelid)::regclass))::oid = (_publications.target)::oid))))) OR (EXISTS ( SELECT
            FROM (pg_publication_namespace n
              JOIN pg_class c ON ((c.relnamespace = n.pnnspid)))
           WHERE ((n.pnpubid = p.oid) AND (c.oid = (_publications.target)::oid)))));
END;


--
-- Name: FUNCTION _publications(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._publications(target regclass) IS 'What the publications of an archive, or of a partition of it, copy.';


--
-- Name: _is_published_by_row(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._is_published_by_row(target regclass) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM archive._publications(_is_published_by_row.target) p(pubviaroot, pubtruncate, pubdelete) WHERE (p.pubviaroot OR (NOT p.pubtruncate) OR (NOT p.pubdelete))));


--
-- Name: FUNCTION _is_published_by_row(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._is_published_by_row(target regclass) IS 'Whether a publication copies an archive''s rows, and not each TRUNCATE of a partition and each DELETE.';


--
-- Name: _is_switched_over(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._is_switched_over(entry archive.registry) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((EXISTS (SELECT FROM pg_trigger t WHERE ((t.tgrelid = ((_is_switched_over.entry).source)::oid) AND (t.tgname = ANY (ARRAY['zz_archive_before_delete'::name, 'zz_archive_before_truncate'::name])) AND (t.tgenabled = ANY (ARRAY['A'::"char", 'O'::"char"])) AND (t.tgenabled <> archive._capture_mode(_is_switched_over.entry))))) OR ((NOT archive._is_subscribed((entry).target)) AND ((archive._fault_sequence((entry).target, false) IS NOT NULL) OR archive._is_log_sequence_behind())));


--
-- Name: FUNCTION _is_switched_over(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._is_switched_over(entry archive.registry) IS 'Whether the subscriptions of a table or its archive have changed since archive.enable() was last called.';


--
-- Name: _key_columns(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._key_columns(relation regclass) RETURNS TABLE(name name, attnum smallint, base text, archived_type text, ordinal bigint)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT c.name,
     c.attnum,
         CASE
             WHEN (c.type <> c.archived_type) THEN ('::'::text || c.archived_type)
             ELSE ''::text
         END AS "case",
     c.archived_type,
     k.ordinal
    FROM (unnest(archive._key(_key_columns.relation)) WITH ORDINALITY k(name, ordinal)
      JOIN archive._columns(_key_columns.relation) c(attnum, name, type, archived_type, collated, generated, not_null, default_value) ON ((c.name = k.name)));
END;


--
-- Name: FUNCTION _key_columns(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._key_columns(relation regclass) IS 'The columns of a table''s key, each with the cast that takes a domain away, and the type without it.';


--
-- Name: _label_setting(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._label_setting(name text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_label text := nullif(current_setting(name, true), '');
begin
    perform convert_to(v_label, getdatabaseencoding());
    return v_label;
exception when character_not_in_repertoire or untranslatable_character then
    return encode(replace(v_label, '\', '\\')::bytea, 'escape');  -- as the capture functions do
end
$$;


--
-- Name: FUNCTION _label_setting(name text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._label_setting(name text) IS 'The text of a setting that any session may set; null when unset.';


--
-- Name: _live(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._live(relation regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (CASE c.relkind WHEN 'p'::"char" THEN ''::text ELSE 'only '::text END || archive._name(_live.relation)) FROM pg_class c WHERE (c.oid = (_live.relation)::oid));


--
-- Name: FUNCTION _live(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._live(relation regclass) IS 'A table as the source of a query for its rows.';


--
-- Name: _lookups_apply(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._lookups_apply(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_index   record;
    v_dropped regclass;
begin
    for v_index in
        select l.* from archive._lookup_indexes(entry) l
    loop
        if v_index.needed and not v_index.valid then
            execute format('create index on %s using %s', archive._name(entry.target), v_index.definition);
        elsif not v_index.needed then
            foreach v_dropped in array v_index.found loop
                execute format('drop index %s', v_dropped);
            end loop;
        end if;
    end loop;
end
$$;


--
-- Name: FUNCTION _lookups_apply(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._lookups_apply(entry archive.registry) IS 'Makes the indexes that a choice of look-ups needs, and drops those it does not. Deletes wait meanwhile.';


--
-- Name: _lookups_check(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._lookups_check(lookups text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if lookups not in ('all', 'undo') then
        perform archive._refuse(format('lookups must be all or undo, not %L', lookups));
    end if;
end
$$;


--
-- Name: FUNCTION _lookups_check(lookups text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._lookups_check(lookups text) IS 'AR422 unless it is a choice of look-ups, or null.';


--
-- Name: _partition_bound(timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._partition_bound(lower timestamp with time zone, upper timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN (lower IS NULL) THEN 'default'::text ELSE format('for values from (%L) to (%L)'::text, to_char((lower AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T00:00:00Z"'::text), to_char((upper AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T00:00:00Z"'::text)) END;


--
-- Name: FUNCTION _partition_bound(lower timestamp with time zone, upper timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._partition_bound(lower timestamp with time zone, upper timestamp with time zone) IS 'The bound of a partition, as ATTACH PARTITION wants it; the default partition''s for null.';


--
-- Name: _partition_lock(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._partition_lock(relation regclass) RETURNS boolean
    LANGUAGE plpgsql
    SET lock_timeout TO '200ms'
    AS $$
begin
    for attempt in 1 .. 5 loop
        begin
            execute format('lock table only %s in access exclusive mode', relation);
            return true;
        exception when lock_not_available then
            null;  -- let those go first who queue behind this attempt
        end;
    end loop;
    return false;
end
$$;


--
-- Name: FUNCTION _partition_lock(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._partition_lock(relation regclass) IS 'Locks a partition exclusively and returns true, or false if that takes longer than a second.';


--
-- Name: _partition_make(regclass, text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._partition_make(target regclass, suffix text, lower timestamp with time zone, upper timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    AS $_$
declare
    v_name    text;
    v_default regclass;
    v_late    boolean;  -- whether rows of that month are in the default partition
begin
    select format('%I.%I', n.nspname, c.relname || '_' || suffix)
      into v_name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = target;
    v_default := (select p.partition from archive._partitions(target) p where p.lower is null);

    -- By its bound, not its name: the archive may have been renamed since.
    if exists (select from archive._partitions(target) p where p.lower is not distinct from _partition_make.lower)
       or to_regclass(v_name) is not null then
        return false;
    end if;
    if v_default is not null and not archive._partition_lock(v_default) then
        raise warning 'partition % was not made: % is in use', v_name, v_default
            using hint = 'Deletes go on meanwhile. Call archive.maintain() later.';
        return false;
    end if;

    if lower is not null then
        execute format('select exists (select from %s d where d.archived_at >= $1 and d.archived_at < $2)', v_default)
           into v_late using lower, upper;
        -- Rows of a month that goes on stay where they are: a delete under way into the default partition would fail.
        -- Where a publication copies rows, all stay: of a move it would copy one half.
        if v_late and (upper > now() - interval '1 day' or archive._is_published_by_row(target)) then
            return false;
        end if;
    end if;

    execute format('create table %s (like %s including all)', v_name, target);
    execute format('alter table %s owner to %s', v_name, archive._owner()::regrole);
    perform archive._archive_revoke(v_name::regclass, 'all');
    if v_late then
        execute format(
            'with moved as (delete from %s d where d.archived_at >= $1 and d.archived_at < $2 returning *)'
            ' insert into %s select * from moved', v_default, v_name) using lower, upper;
    end if;
    execute format('alter table %s attach partition %s %s', target, v_name, archive._partition_bound(lower, upper));
    return true;
end
$_$;


--
-- Name: FUNCTION _partition_make(target regclass, suffix text, lower timestamp with time zone, upper timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._partition_make(target regclass, suffix text, lower timestamp with time zone, upper timestamp with time zone) IS 'Makes one partition of an archive table, with the rows of it that are in the default partition. False where it is there already, or cannot be made now.';


--
-- Name: _partition_make_missing(regclass, integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._partition_make_missing(target regclass, ahead integer DEFAULT 2) RETURNS SETOF regclass
    LANGUAGE plpgsql
    AS $_$
declare
    v_before regclass[] := array(select p.partition from archive._partitions(target) p);
    v_late   timestamptz;
begin
    perform archive._partition_make(target, 'default', null, null);
    perform archive._partition_make_month(target, archive._partition_month(now(), later))
       from generate_series(0, ahead) later;

    -- Closed months, oldest first, leave the default partition.
    loop
        execute format('select min(d.archived_at) from %s d where d.archived_at < $1', (
            select p.partition from archive._partitions(target) p where p.lower is null
        )) into v_late using archive._partition_month(now() - interval '1 day');
        exit when v_late is null
               or not archive._partition_make_month(target, archive._partition_month(v_late));
    end loop;
    return query select p.partition from archive._partitions(target) p where p.partition <> all (v_before);
end
$_$;


--
-- Name: FUNCTION _partition_make_missing(target regclass, ahead integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._partition_make_missing(target regclass, ahead integer) IS 'Makes the default partition of an archive table, this month''s and those of the months ahead, where they are missing, and those of closed months that have rows in the default partition. Returns what it made.';


--
-- Name: _partition_make_month(regclass, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._partition_make_month(target regclass, month timestamp with time zone) RETURNS boolean
    LANGUAGE sql
    RETURN archive._partition_make(target, to_char((month AT TIME ZONE 'UTC'::text), '"y"YYYY"m"MM'::text), month, archive._partition_month(month, 1));


--
-- Name: FUNCTION _partition_make_month(target regclass, month timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._partition_make_month(target regclass, month timestamp with time zone) IS 'Makes the partition of the month that begins then.';


--
-- Name: _purge_count(archive.registry, timestamp with time zone, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_count(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[], OUT free bigint, OUT held bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    AS $_$
begin
    execute format(
        'select count(*) filter (where h.archive_id is null), count(h.archive_id)'
        '  from %s a'
        '  left join archive.holds h on h.archive_id = a.archive_id'
        ' where ($1 is null or a.archived_at < $1) and ($2 is null or a.archive_id = any ($2))',
        archive._name(entry.target)
    ) into free, held using archived_before, archive_ids;
end
$_$;


--
-- Name: FUNCTION _purge_count(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[], OUT free bigint, OUT held bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_count(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[], OUT free bigint, OUT held bigint) IS 'How many of the rows that a purge is for are free to go, and how many are on hold.';


--
-- Name: _purge_lock_holds(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_lock_holds() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    perform archive._check_read_committed('a hold made meanwhile');
    lock table archive.holds in share mode;
    perform archive._seal_lock();
end
$$;


--
-- Name: FUNCTION _purge_lock_holds(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_lock_holds() IS 'Waits for holds being made, and lets no other begin before the end of the transaction.';


--
-- Name: actor(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.actor() RETURNS text
    LANGUAGE sql STABLE
    RETURN archive._label_setting('archive.actor'::text);


--
-- Name: FUNCTION actor(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.actor() IS 'Who acts, as the application knows it: SET LOCAL archive.actor = ''...''. Null when unset.';


--
-- Name: _purge_log_add(text, regclass, bigint, bigint, jsonb, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_log_add(action text, source regclass, rows bigint, held bigint, scope jsonb, reason text) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 INSERT INTO archive.purge_log (action, source, rows, held, scope, reason, actor)
   VALUES (_purge_log_add.action, archive._label(_purge_log_add.source), _purge_log_add.rows, _purge_log_add.held, _purge_log_add.scope, _purge_log_add.reason, archive.actor());
END;


--
-- Name: FUNCTION _purge_log_add(action text, source regclass, rows bigint, held bigint, scope jsonb, reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_log_add(action text, source regclass, rows bigint, held bigint, scope jsonb, reason text) IS 'Adds a line to archive.purge_log.';


--
-- Name: _purge_partition(archive.registry, regclass, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_partition(entry archive.registry, partition regclass, dry_run boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    v_free   text := format(
        '(select a.archive_id from %s a'
        '  where not exists (select from archive.holds h where h.archive_id = a.archive_id))', partition);
    v_count  bigint;
    v_ids    int8multirange;
    v_opened jsonb;
begin
    if not dry_run and not archive._partition_lock(partition) then
        return 0;
    end if;
    if dry_run then
        execute format('select count(*) from %s a', v_free) into v_count;
        return v_count;
    end if;
    execute archive._seal_ids(v_free) into v_ids, v_count;
    if v_count = 0 then
        return 0;
    end if;

    v_opened := archive._seal_open(entry.target, v_ids, removes => true);
    execute format(
        'create temporary table pg_temp.archive_held as'
        ' select a.* from %s a join archive.holds h on h.archive_id = a.archive_id', partition);
    execute format('truncate only %s', partition);
    execute format('insert into %s select * from pg_temp.archive_held', partition);
    drop table pg_temp.archive_held;
    perform archive._seal_close('purge', entry.target, v_ids, v_opened, removes => true);
    return v_count;
end
$$;


--
-- Name: FUNCTION _purge_partition(entry archive.registry, partition regclass, dry_run boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_partition(entry archive.registry, partition regclass, dry_run boolean) IS 'Empties a partition but for rows on hold. Returns how many are gone, or would be: 0 while somebody reads it.';


--
-- Name: _purge_partitions(archive.registry, timestamp with time zone, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_partitions(entry archive.registry, archived_before timestamp with time zone, dry_run boolean) RETURNS archive.purge_result
    LANGUAGE plpgsql
    AS $$
declare
    v_result    archive.purge_result := (0, 0, 0);
    v_partition regclass;
    v_count     bigint;
begin
    for v_partition in
        select p.partition
          from archive._partitions(entry.target) p
         where p.upper <= archived_before and not archive._is_published_by_row(entry.target)
    loop
        v_count := archive._purge_partition(entry, v_partition, dry_run);
        v_result.purged := v_result.purged + v_count;
        v_result.emptied := v_result.emptied + (v_count > 0)::integer;
    end loop;
    return v_result;
end
$$;


--
-- Name: FUNCTION _purge_partitions(entry archive.registry, archived_before timestamp with time zone, dry_run boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_partitions(entry archive.registry, archived_before timestamp with time zone, dry_run boolean) IS 'Empties the partitions of an archive that end before that time; a dry run counts.';


--
-- Name: _purge_references(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_references(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $_$
begin
    execute format(
        'delete from archive.blanked_references b'
        ' where b.referenced = $1'
        '   and not exists ('
        '       select from %s a where a.transaction_id = b.transaction_id and a.archived_at = b.archived_at)',
        archive._name(entry.target)
    ) using entry.source;
end
$_$;


--
-- Name: FUNCTION _purge_references(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_references(entry archive.registry) IS 'Deletes what is noted of references to rows that are archived no more.';


--
-- Name: _purge_rows(archive.registry, timestamp with time zone, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_rows(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $_$
declare
    v_condition text := '($1 is null or a.archived_at < $1) and ($2 is null or a.archive_id = any ($2))'
                        ' and not exists (select from archive.holds h where h.archive_id = a.archive_id)';
    v_count     bigint;
    v_ids       int8multirange;
    v_opened    jsonb;
begin
    execute archive._seal_ids(format('(select a.archive_id from %s a where %s)',
                                     archive._name(entry.target), v_condition))
       into v_ids using archived_before, archive_ids;
    v_opened := archive._seal_open(entry.target, v_ids, removes => true);
    -- Rows that joined since are in no batch yet: while this goes on, none is closed.
    execute format('with gone as (delete from %s a where %s returning a.archive_id) %s',
                   archive._name(entry.target), v_condition, archive._seal_ids('gone'))
       into v_ids, v_count using archived_before, archive_ids;
    perform archive._seal_close('purge', entry.target, v_ids, v_opened, removes => true);
    return v_count;
end
$_$;


--
-- Name: FUNCTION _purge_rows(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_rows(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[]) IS 'Deletes archived rows that no hold keeps, and returns how many.';


--
-- Name: _purge_steps(timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_steps(archived_before timestamp with time zone) RETURNS TABLE(source regclass, archived_before timestamp with time zone)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT r.source,
     LEAST(p.upper, _purge_steps.archived_before) AS "least"
    FROM (archive.registry r
      CROSS JOIN LATERAL archive._partitions(r.target) p(partition, lower, upper))
   WHERE (p.lower < _purge_steps.archived_before)
 UNION
  SELECT r.source,
     _purge_steps.archived_before AS archived_before
    FROM archive.registry r
  ORDER BY 1, 2;
END;


--
-- Name: FUNCTION _purge_steps(archived_before timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_steps(archived_before timestamp with time zone) IS 'The calls of archive.purge() by which all tables are purged month by month.';


--
-- Name: _read(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._read(query text) RETURNS SETOF jsonb
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_rows jsonb[];
begin
    begin
        execute format('select array_agg(to_jsonb(q)) from (%s) q', query) into v_rows;
        raise exception using errcode = 'ARDRY';
    exception when sqlstate 'ARDRY' then
        null;
    end;
    return query select unnest(v_rows);
end
$$;


--
-- Name: FUNCTION _read(query text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._read(query text) IS 'The rows of a query; the locks that it took are given back.';


--
-- Name: _references_columns(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._references_columns(referring regclass) RETURNS name[]
    LANGUAGE sql STABLE
    RETURN ARRAY(SELECT DISTINCT b.b FROM ((archive.registry r CROSS JOIN LATERAL archive._blanking_constraints(r.source) c(constraint_name, referring, columns, blanked)) CROSS JOIN LATERAL unnest(c.blanked) b(b)) WHERE ((c.referring)::oid = (_references_columns.referring)::oid));


--
-- Name: FUNCTION _references_columns(referring regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._references_columns(referring regclass) IS 'The columns of a table that a deletion from an archived table blanks.';


--
-- Name: _references_follow(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._references_follow(source regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_referring regclass;
begin
    for v_referring in
        select distinct c.referring from archive._blanking_constraints(source) c
         where archive._fault_referring(c.referring) is null
    loop
        perform archive._references_install(v_referring);
    end loop;
end
$$;


--
-- Name: FUNCTION _references_follow(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._references_follow(source regclass) IS 'Has the references noted that are blanked when rows of a table are deleted, if that is archived.';


--
-- Name: _references_function(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._references_function(referring regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN COALESCE((SELECT ((t.tgfoid)::regprocedure)::text AS tgfoid FROM pg_trigger t WHERE ((t.tgrelid = (_references_function.referring)::oid) AND (t.tgname = 'zz_archive_keep_references'::name))), format('archive.%I()'::text, (((('references_'::text || "left"(md5(archive._name(referring)), 8)) || '_'::text) || replace(archive._label(referring), '.'::text, '_'::text)))::name));


--
-- Name: FUNCTION _references_function(referring regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._references_function(referring regclass) IS 'The function that notes blanked references of a table, with its parentheses, as SQL.';


--
-- Name: _references_install(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._references_install(referring regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_body    text   := archive._references_body(referring);
    v_columns name[] := archive._references_columns(referring);
    v_trigger record;
begin
    if v_body is null then
        execute format('drop trigger if exists zz_archive_keep_references on %s', referring);
        return;
    end if;
    select t.tgenabled, t.tgattr, p.prosrc
      into v_trigger
      from (values (1)) always
      left join pg_trigger t on t.tgrelid = referring and t.tgname = 'zz_archive_keep_references'
      left join pg_proc p on p.oid = t.tgfoid;

    if v_body is distinct from v_trigger.prosrc then
        perform archive._references_write(referring, v_body);
    end if;
    if v_trigger.tgenabled is null or v_trigger.tgenabled = 'D'
       or not archive._attnums(referring, v_columns) <@ v_trigger.tgattr::smallint[] then
        execute format(
            'create or replace trigger zz_archive_keep_references after update of %s on %s for each row'
            ' when (pg_catalog.pg_trigger_depth() > 0) execute function %s',
            (select string_agg(format('%I', c), ', ' order by c) from unnest(v_columns) c),
            referring, archive._references_function(referring));
        execute format('comment on trigger zz_archive_keep_references on %s is %L', referring,
                       'Notes the references that a deletion from an archived table blanks.');
    end if;
end
$$;


--
-- Name: FUNCTION _references_install(referring regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._references_install(referring regclass) IS 'Writes the function and the trigger that note blanked references of a table, or drops them.';


--
-- Name: _references_write(regclass, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._references_write(referring regclass, body text) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_function text := archive._references_function(referring);
begin
    execute format(
        'create or replace function %s returns trigger language plpgsql security definer'
        ' set search_path = pg_catalog, pg_temp set extra_float_digits = 1'
        ' set datestyle = ''ISO, YMD'' set intervalstyle = ''postgres'' as %L', v_function, body);
    execute format('alter function %s owner to %s', v_function, archive._owner()::regrole);
    execute format('revoke execute on function %s from public, %I, %I',
                   v_function, archive._role('runtime'), archive._role('auditor'));
    execute format('comment on function %s is %L', v_function,
                   format('Notes the references of %s that a deletion blanks.', archive._name(referring)));
end
$$;


--
-- Name: FUNCTION _references_write(referring regclass, body text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._references_write(referring regclass, body text) IS 'Writes the function that notes blanked references of a table.';


--
-- Name: _refuse(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._refuse(reason text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    raise exception '%', reason using errcode = 'AR422';
end
$$;


--
-- Name: FUNCTION _refuse(reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._refuse(reason text) IS 'Raises AR422: a bad argument.';


--
-- Name: _registry_entry(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._registry_entry(source regclass) RETURNS archive.registry
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_entry archive.registry;
begin
    select r.*
      into v_entry
      from archive.registry r
      join pg_catalog.pg_trigger t on t.tgrelid = r.source and t.tgname = 'zz_archive_before_delete'
      join pg_catalog.pg_proc p on p.oid = t.tgfoid
     where r.source = _registry_entry.source
       and p.pronamespace = 'archive'::regnamespace
       and p.proowner = archive._owner();

    if not found then
        raise exception '% is not archived', coalesce(source::text, 'null')
            using errcode = 'AR422', hint = 'select archive.enable(...) archives a table from then on.';
    end if;
    return v_entry;
end
$$;


--
-- Name: FUNCTION _registry_entry(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._registry_entry(source regclass) IS 'The registry''s row of an archived table. AR422 if it is not archived.';


--
-- Name: _restore_has_trigger(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_has_trigger(source regclass) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM pg_trigger t WHERE ((t.tgrelid IN (SELECT archive._tree(_restore_has_trigger.source) AS _tree)) AND (NOT t.tgisinternal) AND (((t.tgtype)::integer & 4) = 4) AND (t.tgenabled = ANY (ARRAY['O'::"char", 'A'::"char"])))));


--
-- Name: FUNCTION _restore_has_trigger(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_has_trigger(source regclass) IS 'Whether a trigger of the table fires at an INSERT.';


--
-- Name: _restore_any_trigger(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_any_trigger(source regclass) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((EXISTS (SELECT FROM pg_constraint c WHERE ((c.contype = 'f'::"char") AND (c.conrelid = (_restore_any_trigger.source)::oid) AND archive._restore_has_trigger((c.confrelid)::regclass)))) OR archive._restore_has_trigger(source));


--
-- Name: FUNCTION _restore_any_trigger(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_any_trigger(source regclass) IS 'Whether a trigger of the table, or of one it refers to, fires at an INSERT.';


--
-- Name: _restore_archived(archive.copied_column); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_archived(copied archive.copied_column) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((copied).copy IS NOT NULL) THEN format(CASE WHEN ((copied).copy_type <> (copied).archived_type) THEN 'a.%I::%s'::text ELSE 'a.%I'::text END, (copied).copy, (copied).archived_type) ELSE NULL::text END;


--
-- Name: FUNCTION _restore_archived(copied archive.copied_column); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_archived(copied archive.copied_column) IS 'An expression over the archived row a: the value of a column without a domain; null where there is no copy.';


--
-- Name: _restore_batch(archive.restore_selection, bigint[], oid[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_batch(selection archive.restore_selection, ids bigint[], sources oid[]) RETURNS archive.restore_selection
    LANGUAGE sql STABLE
    RETURN ROW(ARRAY(SELECT (u.s)::regclass AS s FROM unnest(_restore_batch.sources) WITH ORDINALITY u(s, n) GROUP BY u.s ORDER BY (min(u.n))), NULL::xid8, ids, (selection).first, (selection).last)::archive.restore_selection;


--
-- Name: FUNCTION _restore_batch(selection archive.restore_selection, ids bigint[], sources oid[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_batch(selection archive.restore_selection, ids bigint[], sources oid[]) IS 'Some rows of a selection.';


--
-- Name: _restore_blocking(regclass, bigint, jsonb, name, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_blocking(source regclass, archive_id bigint, overrides jsonb, violated name, is_key boolean, OUT row_id text, OUT origin text) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
    v_index    regclass;
    v_is_new   boolean;
    v_lookup   text;
begin
    origin := '';
    select coalesce(pg_partition_root(i.indexrelid), i.indexrelid) into v_index
      from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid in (select archive._tree(source)) and c.relname = violated;
    if v_index is null or is_key and not archive._restore_any_trigger(source) then
        return;
    end if;

    v_lookup := archive._restore_blocking_statement(source, v_index, overrides);
    perform archive._restore_enter_callers_path();
    execute v_lookup into row_id, v_is_new
      using archive_id, overrides, (pg_current_xact_id()::text::numeric % 4294967296)::bigint;
    perform archive._restore_leave_callers_path();
    if v_is_new then
        origin := '; this transaction inserted it, perhaps a trigger that this restore fired: such a trigger can tell'
                  ' by current_setting(''archive.restoring'', true) = ''on''';
    end if;
end
$$;


--
-- Name: FUNCTION _restore_blocking(source regclass, archive_id bigint, overrides jsonb, violated name, is_key boolean, OUT row_id text, OUT origin text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_blocking(source regclass, archive_id bigint, overrides jsonb, violated name, is_key boolean, OUT row_id text, OUT origin text) IS 'The key of the live row that is in the way of a unique index, null where it cannot be seen, and where it is from.';


--
-- Name: _restore_needs_text(regtype); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_needs_text(type regtype) RETURNS boolean
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH RECURSIVE parts(oid, depth) AS (
          SELECT (_restore_needs_text.type)::oid AS type,
             0 AS "?column?"
         UNION ALL
          SELECT part.oid,
             (parts.depth + 1)
            FROM ((parts
              JOIN pg_type t ON ((t.oid = parts.oid)))
              CROSS JOIN LATERAL ( SELECT t.typelem
                   WHERE ((t.typelem <> (0)::oid) AND (t.typcategory = 'A'::"char"))
                 UNION ALL
                  SELECT t.typbasetype
                   WHERE (t.typtype = 'd'::"char")
                 UNION ALL
                  SELECT a.atttypid
                    FROM pg_attribute a
                   WHERE ((a.attrelid = t.typrelid) AND (a.attnum > 0) AND (NOT a.attisdropped))) part(oid))
           WHERE (parts.depth < 8)
         )
  SELECT (EXISTS ( SELECT
            FROM (parts p
              JOIN pg_type t ON ((t.oid = p.oid)))
           WHERE ((t.typtype = 'd'::"char") AND (p.depth > 0)))) AS "exists";
END;


--
-- Name: FUNCTION _restore_needs_text(type regtype); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_needs_text(type regtype) IS 'Whether a value of a type has to be read from its text for the rules of domains within it to be checked.';


--
-- Name: _restore_value(archive.registry, archive.copied_column); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_value(entry archive.registry, copied archive.copied_column) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT CASE WHEN ((_restore_value.copied).since IS NULL) THEN format('case when a.overflow operator(pg_catalog.?) %1$L then (a.overflow operator(pg_catalog.->>) %1$L)::%2$s else %3$s end'::text, (_restore_value.copied).name, (_restore_value.copied).type, fallback.value) WHEN ((_restore_value.copied).since > 0) THEN format('case when a.archive_id < %s then %s else %s end'::text, (_restore_value.copied).since, fallback.value, copy.value) ELSE copy.value END AS value FROM ((VALUES (COALESCE(((('('::text || (_restore_value.copied).default_value) || ')::'::text) || (_restore_value.copied).type), 'null'::text))) fallback(value) CROSS JOIN LATERAL (SELECT CASE WHEN ((_restore_value.copied).copy IS NULL) THEN 'null'::text WHEN archive._restore_needs_text(((_restore_value.copied).type)::regtype) THEN format('a.%I::text::%s'::text, (_restore_value.copied).copy, (_restore_value.copied).type) WHEN ((_restore_value.copied).copy_type <> (_restore_value.copied).type) THEN format('a.%I::%s'::text, (_restore_value.copied).copy, (_restore_value.copied).type) ELSE format('a.%I'::text, (_restore_value.copied).copy) END AS format) copy(value)));


--
-- Name: FUNCTION _restore_value(entry archive.registry, copied archive.copied_column); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_value(entry archive.registry, copied archive.copied_column) IS 'An expression over the archived row a: the value of a column, of the column''s type.';


--
-- Name: _restore_columns(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_columns(entry archive.registry) RETURNS TABLE(name name, type text, value text, in_key boolean, default_value text, archived text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT d.name,
     d.type,
         CASE
             WHEN (c.attnum IS NOT NULL) THEN archive._restore_value(_restore_columns.entry, c.*)
             ELSE NULL::text
         END AS "case",
     (d.name = ANY (archive._key((_restore_columns.entry).source))),
     d.default_value,
     COALESCE(archive._restore_archived(c.*), 'null'::text) AS "coalesce"
    FROM (archive._columns((_restore_columns.entry).source) d(attnum, name, type, archived_type, collated, generated, not_null, default_value)
      LEFT JOIN archive._copies(_restore_columns.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) ON ((c.attnum = d.attnum)))
   WHERE (NOT d.generated);
END;


--
-- Name: FUNCTION _restore_columns(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_columns(entry archive.registry) IS 'The columns of a table that a restore writes, each with the expression that yields its archived value.';


--
-- Name: _restore_key(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_key(entry archive.registry) RETURNS TABLE(name name, archived text, live text, base_type text, attnum smallint, ordinal bigint)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT c.name,
     archive._restore_archived(c.*) AS _restore_archived,
     format(
         CASE
             WHEN (c.type <> c.archived_type) THEN 'live.%I::%s'::text
             ELSE 'live.%I'::text
         END, c.name, c.archived_type) AS format,
     c.archived_type,
     c.attnum,
     k.ordinal
    FROM (unnest(archive._key((_restore_key.entry).source)) WITH ORDINALITY k(name, ordinal)
      JOIN archive._copies(_restore_key.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) ON ((c.name = k.name)))
   ORDER BY k.ordinal;
END;


--
-- Name: FUNCTION _restore_key(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_key(entry archive.registry) IS 'The key''s columns, generated ones included, each with the expressions for its value without a domain: that of the archived row a, and of the row named live.';


--
-- Name: _restore_row_id(regclass, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_row_id(source regclass, alias text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT CASE count(*) WHEN 1 THEN min(e.key) ELSE format('pg_catalog.array_to_string(array[%s], '','')'::text, string_agg(e.key, ', '::text ORDER BY k.ordinal)) END AS format FROM (archive._restore_key(archive._registry_entry(_restore_row_id.source)) k(name, archived, live, base_type, attnum, ordinal) CROSS JOIN LATERAL format('(%s)::pg_catalog.text'::text, CASE _restore_row_id.alias WHEN 'a'::text THEN k.archived ELSE format('live.%I'::text, k.name) END) e(key)));


--
-- Name: FUNCTION _restore_row_id(source regclass, alias text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_row_id(source regclass, alias text) IS 'An expression for the key as text: of the archived row a, or of the live row.';


--
-- Name: _restore_blocking_statement(regclass, regclass, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_blocking_statement(source regclass, index regclass, overrides jsonb) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('select l.row_id, (l.xmin::pg_catalog.text::pg_catalog.int8 - $3 + 4294967296) operator(pg_catalog.%%) 4294967296 < 2147483648 from (select %1$s, %2$s as row_id, live.xmin from %3$s live%4$s) l, (select %1$s from (select %5$s from %6$s a%7$s where a.archive_id = $1) wanted) w where %8$s limit 1'::text, keys.expressions, archive._restore_row_id(entry.source, 'live'::text), archive._live(entry.source), (' where '::text || pg_get_expr(i.indpred, i.indrelid)), wanted."values", archive._name(entry.target), wanted.overrides, keys.equal) AS format FROM (((pg_index i CROSS JOIN archive._registry_entry(_restore_blocking_statement.source) entry(source, target, exclude, columns, source_name, source_oid, target_oid, last_attnum, exclude_attnums, lookups)) CROSS JOIN LATERAL (SELECT string_agg(format('(%s) as e%s'::text, pg_get_indexdef((_restore_blocking_statement.index)::oid, (k.n)::integer, false), k.n), ', '::text) AS string_agg, string_agg(format('l.e%1$s operator(%2$I.%3$s) w.e%1$s'::text, k.n, n.nspname, o.oprname), ' and '::text) AS string_agg FROM ((((unnest(i.indclass) WITH ORDINALITY k(opclass, n) JOIN pg_opclass class ON ((class.oid = k.opclass))) JOIN pg_amop amop ON (((amop.amopfamily = class.opcfamily) AND (amop.amoplefttype = class.opcintype) AND (amop.amoprighttype = class.opcintype) AND (amop.amopstrategy = 3) AND (amop.amoppurpose = 's'::"char")))) JOIN pg_operator o ON ((o.oid = amop.amopopr))) JOIN pg_namespace n ON ((n.oid = o.oprnamespace))) WHERE (k.n <= i.indnkeyatts)) keys(expressions, equal)) CROSS JOIN LATERAL (SELECT string_agg(format('%s as %I'::text, CASE WHEN (_restore_blocking_statement.overrides ? (c.name)::text) THEN format('o.%I'::text, c.name) ELSE COALESCE(c.value, ('null::'::text || c.type)) END, c.name), ', '::text) AS string_agg, ((' cross join pg_catalog.jsonb_to_record($2) as o ('::text || string_agg(format('%I %s'::text, c.name, c.type), ', '::text) FILTER (WHERE (_restore_blocking_statement.overrides ? (c.name)::text))) || ')'::text) AS "?column?" FROM archive._restore_columns(entry.*) c(name, type, value, in_key, default_value, archived)) wanted("values", overrides)) WHERE (i.indexrelid = (_restore_blocking_statement.index)::oid));


--
-- Name: FUNCTION _restore_blocking_statement(source regclass, index regclass, overrides jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_blocking_statement(source regclass, index regclass, overrides jsonb) IS 'The query for the live row that a unique index holds against an archived one: $1 its id, $2 the overrides.';


--
-- Name: _restore_by_ids(regclass, bigint[], jsonb, text, boolean, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_by_ids(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $$
begin
    perform set_config('archive.callers_path', callers_path, true);
    perform archive._check_ids(archive_ids);
    perform archive._restore_check_overrides(source, overrides);
    if on_conflict = 'copy' then
        perform archive._restore_check_new_key(source);
    end if;
    return query select *
                   from archive._restore_run(
                       archive._restore_select_ids(source, archive_ids), overrides, on_conflict, dry_run);
end
$$;


--
-- Name: FUNCTION _restore_by_ids(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_by_ids(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text) IS 'archive.restore() with the caller''s search path as an argument.';


--
-- Name: _restore_by_transaction(xid8, timestamp with time zone, text, boolean, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_by_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean, callers_path text) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $$
begin
    perform set_config('archive.callers_path', callers_path, true);
    return query select *
                   from archive._restore_run(
                       archive._restore_select_transaction(transaction_id, archived_at), '{}', on_conflict, dry_run);
end
$$;


--
-- Name: FUNCTION _restore_by_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean, callers_path text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_by_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean, callers_path text) IS 'archive.restore_transaction() with the caller''s search path as an argument.';


--
-- Name: _restore_changed(archive.registry, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_changed(entry archive.registry, overrides jsonb) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('''changed by a trigger of the table: '' || nullif(pg_catalog.array_to_string(array[%s], '', ''), '''')'::text, string_agg(format('case when %s(live.%I)::pg_catalog.text is distinct from (%s)::pg_catalog.text then %L end'::text, CASE WHEN (c.value ~~ 'case %'::text) THEN format('%s is distinct from null and '::text, c.archived) ELSE NULL::text END, c.name, c.archived, c.name), ', '::text)) AS format FROM archive._restore_columns(_restore_changed.entry) c(name, type, value, in_key, default_value, archived) WHERE ((c.value IS NOT NULL) AND (NOT (_restore_changed.overrides ? (c.name)::text)) AND has_column_privilege(((_restore_changed.entry).source)::oid, (c.name)::text, 'select'::text) AND archive._restore_has_trigger((_restore_changed.entry).source)) HAVING (count(*) > 0));


--
-- Name: FUNCTION _restore_changed(entry archive.registry, overrides jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_changed(entry archive.registry, overrides jsonb) IS 'An expression for the columns whose live value differs from the archived one. Null where no trigger could do it.';


--
-- Name: _restore_check_found(regclass, archive.restore_selection); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_check_found(source regclass, selection archive.restore_selection) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_missing bigint;
begin
    execute format(
        'select min(id) from (select unnest($1) as id except select a.archive_id from %s a where %s) m',
        archive._name((archive._registry_entry(source)).target), archive._restore_condition(selection)
    ) into v_missing using selection.ids, selection.first, selection.last;
    if v_missing is not null then
        raise exception 'no archived row % of %', v_missing, archive._label(source) using errcode = 'AR404';
    end if;
end
$_$;


--
-- Name: FUNCTION _restore_check_found(source regclass, selection archive.restore_selection); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_check_found(source regclass, selection archive.restore_selection) IS 'AR404 unless each row selected by its id is archived.';


--
-- Name: _restore_check_later(regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_check_later(sources regclass[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_constraints text := archive._restore_deferrable(sources, true);
begin
    if v_constraints is not null then
        execute format('set constraints %s deferred', v_constraints);
    end if;
end
$$;


--
-- Name: FUNCTION _restore_check_later(sources regclass[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_check_later(sources regclass[]) IS 'Defers again what was declared INITIALLY DEFERRED.';


--
-- Name: _restore_check_new_key(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_check_new_key(source regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if not exists (
        select
          from archive._columns(source) c
         where c.name = any (archive._key(source)) and c.default_value is not null
    ) then
        perform archive._refuse(format(
            '%s cannot be copied under a new key: no column of its primary key has a default', archive._label(source)));
    end if;
end
$$;


--
-- Name: FUNCTION _restore_check_new_key(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_check_new_key(source regclass) IS 'AR422 unless the table can make a new key by itself.';


--
-- Name: _restore_check_now(regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_check_now(sources regclass[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_constraints text := archive._restore_deferrable(sources, false);
begin
    if v_constraints is not null then
        execute format('set constraints %s immediate', v_constraints);
    end if;
exception when others then
    if not archive._restore_is_conflict(sqlstate) then
        raise;
    end if;
    raise exception 'this transaction already violates a deferred constraint of %: %',
        array_to_string(sources, ' or '), sqlerrm
        using errcode = 'AR409', hint = 'Mend or roll back what it did before the restore, and restore again.';
end
$$;


--
-- Name: FUNCTION _restore_check_now(sources regclass[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_check_now(sources regclass[]) IS 'Makes the deferrable constraints and constraint triggers of tables immediate. AR409 if one is violated already.';


--
-- Name: _restore_check_overrides(regclass, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_check_overrides(source regclass, overrides jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $_$
declare
    v_names text;
    v_types text;
    v_cast  text;
begin
    perform archive._registry_entry(source);
    if overrides = '{}' then
        return;
    end if;
    if jsonb_typeof(overrides) <> 'object' then
        perform archive._refuse('overrides is an object: {"column": value}');
    end if;

    select string_agg(format('%I', o.name), ', ')
      into v_names
      from jsonb_object_keys(overrides) o (name)
     where o.name not in (select c.name from archive._columns(source) c where not c.generated);
    if v_names is not null then
        perform archive._refuse(format('%s has no column to write to named %s', archive._label(source), v_names));
    end if;

    select string_agg(format('%I %s', c.name, c.type), ', ')
      into v_types
      from archive._columns(source) c
     where overrides ? c.name;
    if v_types is not null then
        begin
            v_cast := format('select from pg_catalog.jsonb_to_record($1) as o (%s)', v_types);
            perform archive._restore_enter_callers_path();
            execute v_cast using overrides;
            perform archive._restore_leave_callers_path();
        exception when data_exception or check_violation or not_null_violation then
            perform archive._refuse('overrides: ' || sqlerrm);
        end;
    end if;
end
$_$;


--
-- Name: FUNCTION _restore_check_overrides(source regclass, overrides jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_check_overrides(source regclass, overrides jsonb) IS 'AR422 unless each override is a value for a column of the table.';


--
-- Name: _restore_check_rules(regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_check_rules(sources regclass[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_source regclass;
begin
    select r.ev_class::regclass
      into v_source
      from pg_rewrite r
     where r.ev_class = any (sources) and r.ev_type = '3' and r.ev_enabled <> 'D';
    if found then
        raise exception 'a rule on INSERT into % hides what becomes of it', v_source
            using errcode = 'AR409', hint = 'Make the rule a trigger, or disable it for the restore.';
    end if;
end
$$;


--
-- Name: FUNCTION _restore_check_rules(sources regclass[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_check_rules(sources regclass[]) IS 'AR409 where a rule rewrites an INSERT.';


--
-- Name: _restore_check_seen(bigint, bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_check_seen(seen bigint, locked bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if seen < locked then
        raise exception 'a policy hides % of % archived rows from %', locked - seen, locked, current_user
            using errcode = 'AR409', hint = 'Who restores must see the archived rows.';
    end if;
end
$$;


--
-- Name: FUNCTION _restore_check_seen(seen bigint, locked bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_check_seen(seen bigint, locked bigint) IS 'AR409 unless the caller sees the rows locked.';


--
-- Name: _restore_condition(archive.restore_selection); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_condition(selection archive.restore_selection) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((selection).transaction_id IS NULL) THEN 'a.archive_id = any ($1) and a.archived_at between $2 and $3'::text ELSE 'a.transaction_id = $4 and a.archived_at between $2 and $3 and a.archive_id <> all ($1)'::text END;


--
-- Name: FUNCTION _restore_condition(selection archive.restore_selection); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_condition(selection archive.restore_selection) IS 'Which rows are selected: $1 to $4 are the selection''s ids, first, last and transaction_id.';


--
-- Name: _restore_constraint(regclass, name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_constraint(source regclass, violated name) RETURNS oid
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH RECURSIVE above(oid, parent, relation) AS (
          SELECT c.oid,
             c.conparentid,
             c.conrelid
            FROM pg_constraint c
           WHERE ((c.conname = _restore_constraint.violated) AND (c.conrelid IN ( SELECT archive._tree(_restore_constraint.source) AS _tree)))
         UNION ALL
          SELECT c.oid,
             c.conparentid,
             c.conrelid
            FROM (above a_1
              JOIN pg_constraint c ON ((c.oid = a_1.parent)))
         )
  SELECT a.oid
    FROM above a
   WHERE (a.relation = (_restore_constraint.source)::oid)
  LIMIT 1;
END;


--
-- Name: FUNCTION _restore_constraint(source regclass, violated name); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_constraint(source regclass, violated name) IS 'The constraint of a table that has this name on it or on one of its partitions; null if it is none.';


--
-- Name: _restore_deferrable(regclass[], boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_deferrable(sources regclass[], initially_deferred boolean) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(DISTINCT format('%I.%I'::text, n.nspname, c.conname), ', '::text) AS string_agg FROM (pg_constraint c JOIN pg_namespace n ON ((n.oid = c.connamespace))) WHERE ((c.conrelid = ANY ((_restore_deferrable.sources)::oid[])) AND c.condeferrable AND (c.condeferred OR (NOT _restore_deferrable.initially_deferred))));


--
-- Name: FUNCTION _restore_deferrable(sources regclass[], initially_deferred boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_deferrable(sources regclass[], initially_deferred boolean) IS 'The deferrable constraints of tables, or those INITIALLY DEFERRED, as a list.';


--
-- Name: _restore_done(archive.restore_selection, jsonb, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_done(selection archive.restore_selection, overrides jsonb, on_conflict text) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    AS $_$
declare
    v_source regclass;
begin
    foreach v_source in array coalesce(selection.sources, '{}') loop
        return query execute format(
            'select $5::pg_catalog.regclass, a.archive_id, %s, $6,'
            '       case when a.erased_at is not null then pg_catalog.format(''erased at %%s'', a.erased_at)'
            '            when a.restored_at is not null'
            '            then pg_catalog.format(''already restored by %%s at %%s'', a.restored_by, a.restored_at)'
            '            else %L end'
            '  from %s a'
            ' where %s and (a.restored_at is not null or a.erased_at is not null or %s) order by a.archive_id',
            archive._restore_row_id(v_source, 'a'),
            format('a live row has this %s', array_to_string(archive._key(v_source), ', ')),
            archive._name((archive._registry_entry(v_source)).target), archive._restore_condition(selection),
            archive._restore_lives(v_source, overrides, on_conflict))
        using selection.ids, selection.first, selection.last, selection.transaction_id,
              v_source, archive._restore_refused(on_conflict);
    end loop;
end
$_$;


--
-- Name: FUNCTION _restore_done(selection archive.restore_selection, overrides jsonb, on_conflict text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_done(selection archive.restore_selection, overrides jsonb, on_conflict text) IS 'The results of rows that are restored or erased already, or whose key lives.';


--
-- Name: _restore_each(archive.restore_selection, jsonb, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_each(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    AS $$
declare
    v_found   record := archive._restore_lock(selection);
    v_queue   record;
    v_result  archive.restore_result;
    v_done    archive.restore_result[];
    v_refused archive.restore_result[] := '{}';
begin
    v_done := array(select r from archive._restore_done(v_found.locked, overrides, on_conflict) r);
    perform archive._restore_fail(v_done, preview);
    v_queue := archive._restore_waiting(v_found.locked, overrides, on_conflict);
    perform archive._restore_check_seen(cardinality(v_done) + cardinality(v_queue.ids), v_found.row_count);

    for v_result in
        select *
          from archive._restore_passes(
              v_found.locked, v_queue.ids, v_queue.sources, overrides,
              case on_conflict when 'copy' then 'skip' else on_conflict end, preview and on_conflict <> 'copy')
    loop
        if on_conflict = 'copy' and v_result.outcome = 'skipped' then
            v_refused := v_refused || v_result;
        else
            return next v_result;
        end if;
    end loop;
    if v_refused <> '{}' then
        perform archive._restore_sequences(s) from unnest((v_found.locked).sources) s;
        v_queue := archive._restore_waiting(v_found.locked, overrides, on_conflict, v_refused);
        return query
            select *
              from archive._restore_passes(
                  v_found.locked, v_queue.ids, v_queue.sources, overrides, on_conflict, preview);
    end if;
    return query select * from unnest(v_done);
end
$$;


--
-- Name: FUNCTION _restore_each(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_each(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) IS 'Restores rows as many together as possible, and returns the outcome of each. A preview ends at 1000 conflicts.';


--
-- Name: _restore_written(regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_written(sources regclass[]) RETURNS jsonb
    LANGUAGE sql
    RETURN (SELECT COALESCE(jsonb_object_agg(w.relation, w.row_count), '{}'::jsonb) AS "coalesce" FROM (SELECT c.oid AS relation, ((pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid)) + CASE WHEN (c.oid = ANY ((ARRAY(SELECT archive._tree(s.s) AS _tree FROM unnest(_restore_written.sources) s(s)))::oid[])) THEN (0)::bigint ELSE pg_stat_get_xact_tuples_inserted(c.oid) END) AS row_count FROM pg_class c WHERE ((c.relkind = 'r'::"char") AND (c.relnamespace <> ('archive'::regnamespace)::oid))) w WHERE (w.row_count > 0));


--
-- Name: FUNCTION _restore_written(sources regclass[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_written(sources regclass[]) IS 'How many rows of each table this transaction has written so far, without the rows inserted into these tables.';


--
-- Name: _restore_effects(regclass[], jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_effects(sources regclass[], written_before jsonb) RETURNS text
    LANGUAGE sql
    RETURN (SELECT ('triggers of the table wrote to '::text || string_agg(archive._label(((w.relation)::oid)::regclass), ', '::text ORDER BY (w.relation)::oid)) FROM jsonb_each_text(archive._restore_written(_restore_effects.sources)) w(relation, row_count) WHERE (((w.row_count)::bigint > COALESCE(((_restore_effects.written_before ->> w.relation))::bigint, (0)::bigint)) AND (NOT (EXISTS (SELECT FROM unnest(_restore_effects.sources) s(s) WHERE (((pg_partition_root(((w.relation)::oid)::regclass))::oid = ((archive._registry_entry(s.s)).target)::oid) OR ((w.relation)::oid IN (SELECT c.referring FROM archive._blanking_constraints(s.s) c(constraint_name, referring, columns, blanked)))))))));


--
-- Name: FUNCTION _restore_effects(sources regclass[], written_before jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_effects(sources regclass[], written_before jsonb) IS 'To which tables more was written than the restore did; null if to none.';


--
-- Name: _restore_enter_callers_path(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_enter_callers_path() RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT set_config('search_path'::text, COALESCE(current_setting('archive.callers_path'::text, true), ''::text), true) AS set_config;
END;


--
-- Name: FUNCTION _restore_enter_callers_path(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_enter_callers_path() IS 'Sets the search path that archive.restore() was called with.';


--
-- Name: _restore_equality(regclass, smallint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_equality(source regclass, attnum smallint) RETURNS oid
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT amop.amopopr
    FROM (((pg_index i
      CROSS JOIN LATERAL UNNEST(i.indkey, i.indclass) k(attnum, opclass))
      JOIN pg_opclass class ON ((class.oid = k.opclass)))
      JOIN pg_amop amop ON (((amop.amopfamily = class.opcfamily) AND (amop.amoplefttype = class.opcintype) AND (amop.amoprighttype = class.opcintype) AND (amop.amopstrategy = 3) AND (amop.amoppurpose = 's'::"char"))))
   WHERE ((i.indrelid = (_restore_equality.source)::oid) AND i.indisunique AND i.indisvalid AND (k.attnum = _restore_equality.attnum))
   ORDER BY i.indisprimary DESC, i.indexrelid
  LIMIT 1;
END;


--
-- Name: FUNCTION _restore_equality(source regclass, attnum smallint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_equality(source regclass, attnum smallint) IS 'The operator by which the key''s index compares a column.';


--
-- Name: _restore_fail(archive.restore_result[], boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_fail(refused archive.restore_result[], preview boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_conflict archive.restore_result := refused[1];
begin
    if v_conflict.outcome = 'conflict' and not preview then
        raise exception 'archived row % of %: %',
            v_conflict.archive_id, archive._label(v_conflict.source), v_conflict.detail
            using errcode = 'AR409',
                  hint = 'Nothing was restored. on_conflict => ''skip'' or ''copy'' restores the others.';
    end if;
end
$$;


--
-- Name: FUNCTION _restore_fail(refused archive.restore_result[], preview boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_fail(refused archive.restore_result[], preview boolean) IS 'AR409 for the first conflict under ''fail'', unless it is a preview.';


--
-- Name: _restore_insert(text, archive.restore_selection, jsonb, bigint, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_insert(statement text, selection archive.restore_selection, overrides jsonb, row_count bigint, returning_key boolean DEFAULT false) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
declare
    v_before text := current_setting('archive.restoring', true);
    v_key    text[];
    v_count  bigint;
    v_marked bigint := 0;
    v_source regclass;
begin
    if statement is null then
        return null;
    end if;
    perform archive._restore_check_rules(selection.sources);
    perform set_config('archive.restoring', 'on', true);
    perform archive._restore_enter_callers_path();
    if returning_key then
        execute statement into v_key
          using selection.ids, selection.first, selection.last, selection.transaction_id, overrides;
        v_count := case when v_key is null then 0 else 1 end;
    else
        execute statement using selection.ids, selection.first, selection.last, selection.transaction_id, overrides;
        get diagnostics v_count = row_count;
    end if;
    perform archive._restore_leave_callers_path();

    if cardinality(selection.sources) = 1 and v_count <> row_count then
        raise exception 'a trigger of % refused it', selection.sources[1] using errcode = 'AR409';
    end if;
    foreach v_source in array coalesce(selection.sources, '{}') loop
        v_marked := v_marked + archive._restore_mark(v_source, selection, v_key);
    end loop;
    if v_marked <> row_count then
        raise exception '% of % rows came back', v_marked, row_count using errcode = 'AR409';
    end if;
    if v_key is null then
        foreach v_source in array coalesce(selection.sources, '{}') loop
            perform archive._restore_references(v_source, selection);
        end loop;
    end if;
    perform set_config('archive.restoring', coalesce(v_before, ''), true);
    return v_key;
end
$$;


--
-- Name: FUNCTION _restore_insert(statement text, selection archive.restore_selection, overrides jsonb, row_count bigint, returning_key boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_insert(statement text, selection archive.restore_selection, overrides jsonb, row_count bigint, returning_key boolean) IS 'Inserts the selected rows as the caller and marks them. With returning_key, returns the live key of the only row.';


--
-- Name: _restore_insert_statement(regclass, archive.restore_selection, jsonb, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_insert_statement(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT CASE WHEN (count(*) = 0) THEN format('insert into %s as live default values'::text, archive._name(_restore_insert_statement.source)) ELSE format('insert into %s as live (%s) overriding system value select %s from %s a%s where %s order by a.archive_id'::text, archive._name(_restore_insert_statement.source), string_agg(format('%I'::text, c.name), ', '::text), string_agg(CASE WHEN (_restore_insert_statement.overrides ? (c.name)::text) THEN format('o.%I'::text, c.name) ELSE c.value END, ', '::text), archive._name((archive._registry_entry(_restore_insert_statement.source)).target), ((' cross join pg_catalog.jsonb_to_record($5) as o ('::text || string_agg(format('%I %s'::text, c.name, c.type), ', '::text) FILTER (WHERE (_restore_insert_statement.overrides ? (c.name)::text))) || ')'::text), archive._restore_condition(_restore_insert_statement.selection)) END AS format FROM archive._restore_columns(archive._registry_entry(_restore_insert_statement.source)) c(name, type, value, in_key, default_value, archived) WHERE ((_restore_insert_statement.overrides ? (c.name)::text) OR ((c.value IS NOT NULL) AND (NOT (_restore_insert_statement.new_key AND c.in_key AND (c.default_value IS NOT NULL))))));


--
-- Name: FUNCTION _restore_insert_statement(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_insert_statement(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean) IS 'The part of that statement for one table.';


--
-- Name: _restore_is_conflict(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_is_conflict(state text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((state <> '42501'::text) AND ((state = 'AR409'::text) OR ("left"(state, 2) <> ALL (ARRAY['0A'::text, '25'::text, '40'::text, '53'::text, '54'::text, '55'::text, '57'::text, '58'::text, 'AR'::text, 'XX'::text]))));


--
-- Name: FUNCTION _restore_is_conflict(state text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_is_conflict(state text) IS 'Whether an error is about the row being restored; any other ends the restore.';


--
-- Name: _restore_key_condition(archive.registry, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_key_condition(entry archive.registry, new_key boolean) RETURNS text
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT string_agg(format('%s operator(%I.%s) %s'::text, k.live, n.nspname, o.oprname,
         CASE
             WHEN _restore_key_condition.new_key THEN format('($5)[%s]::%s'::text, k.ordinal, k.base_type)
             ELSE k.archived
         END), ' and '::text) AS string_agg
    FROM ((archive._restore_key(_restore_key_condition.entry) k(name, archived, live, base_type, attnum, ordinal)
      JOIN pg_operator o ON ((o.oid = archive._restore_equality((_restore_key_condition.entry).source, k.attnum))))
      JOIN pg_namespace n ON ((n.oid = o.oprnamespace)));
END;


--
-- Name: FUNCTION _restore_key_condition(entry archive.registry, new_key boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_key_condition(entry archive.registry, new_key boolean) IS 'That a live row has the archived key or, with new_key, the key that $5 holds as text.';


--
-- Name: _restore_leave_callers_path(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_leave_callers_path() RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT set_config('search_path'::text, 'pg_catalog, pg_temp'::text, true) AS set_config;
END;


--
-- Name: FUNCTION _restore_leave_callers_path(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_leave_callers_path() IS 'Sets the archive''s own search path again.';


--
-- Name: _restore_lives(regclass, jsonb, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_lives(source regclass, overrides jsonb, on_conflict text) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((on_conflict = 'copy'::text) OR archive._restore_has_trigger(source) OR (overrides ?| (archive._key(source))::text[])) THEN 'false'::text ELSE format('exists (select from %s live where %s)'::text, archive._live(source), archive._restore_key_condition(archive._registry_entry(source), false)) END;


--
-- Name: FUNCTION _restore_lives(source regclass, overrides jsonb, on_conflict text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_lives(source regclass, overrides jsonb, on_conflict text) IS 'A condition: a live row has the archived row''s key, and is in the way.';


--
-- Name: _restore_lock(archive.restore_selection); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_lock(selection archive.restore_selection, OUT locked archive.restore_selection, OUT row_count bigint, OUT blocked boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_source  regclass;
    v_found   record;
    v_older   bigint[];
begin
    locked := selection;
    row_count := 0;
    blocked := false;
    foreach v_source in array coalesce(selection.sources, '{}') loop
        execute format(
            'select count(*) as rows, coalesce(bool_or(l.blocked), false) as blocked'
            '  from (select a.restored_at is not null or a.erased_at is not null as blocked'
            '          from %s a where %s order by a.archive_id for update) l',
            archive._name((archive._registry_entry(v_source)).target), archive._restore_condition(selection)
        ) into v_found using selection.ids, selection.first, selection.last, selection.transaction_id;
        row_count := row_count + v_found.rows;
        blocked := blocked or v_found.blocked;

        if selection.transaction_id is not null then
            v_older := archive._restore_superseded(v_source, selection);
            locked.ids := locked.ids || v_older;
            row_count := row_count - cardinality(v_older);
        elsif cardinality(selection.sources) = 1 and v_found.rows < cardinality(selection.ids) then
            perform archive._restore_check_found(v_source, selection);
        end if;
    end loop;
    if selection.transaction_id is not null and row_count = 0 then
        raise exception 'no archived row of transaction %', selection.transaction_id using errcode = 'AR404';
    end if;
end
$$;


--
-- Name: FUNCTION _restore_lock(selection archive.restore_selection, OUT locked archive.restore_selection, OUT row_count bigint, OUT blocked boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_lock(selection archive.restore_selection, OUT locked archive.restore_selection, OUT row_count bigint, OUT blocked boolean) IS 'Locks archived rows, and returns how many, and whether any is restored or erased already.';


--
-- Name: _restore_lost(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_lost(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (('nullif(pg_catalog.array_to_string(array['::text || concat_ws(', '::text, string_agg(format('case when %sa.%2$I is distinct from null then %2$L end'::text, lost.condition, lost.name), ', '::text), format('case when a.overflow is not null then (select pg_catalog.string_agg(o.name, '', '') from pg_catalog.jsonb_object_keys(a.overflow) o (name) where o.name operator(pg_catalog.<>) all (%L)) end'::text, ARRAY(SELECT (c.name)::text AS name FROM archive._columns((_restore_lost.entry).source) c(attnum, name, type, archived_type, collated, generated, not_null, default_value))))) || '], '', ''), '''')'::text) FROM (SELECT ''::text AS condition, t.name FROM archive._columns((_restore_lost.entry).target) t(attnum, name, type, archived_type, collated, generated, not_null, default_value) WHERE ((NOT (t.name IN (SELECT m.name FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description)))) AND (NOT (t.name IN (SELECT c.copy FROM archive._copies(_restore_lost.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) WHERE (c.copy IS NOT NULL))))) UNION ALL SELECT format('a.archive_id < %s and '::text, c.since) AS format, c.copy FROM archive._copies(_restore_lost.entry) c(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) WHERE ((c.since > 0) AND (c.copy IS NOT NULL))) lost);


--
-- Name: FUNCTION _restore_lost(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_lost(entry archive.registry) IS 'An expression for the names of the columns that hold a value and that the table no longer has.';


--
-- Name: _restore_lost_detail(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_lost_detail(entry archive.registry) RETURNS text
    LANGUAGE sql STABLE
    RETURN (format('%L || '::text, format('left out, for %s has no such column now: '::text, archive._label((entry).source))) || archive._restore_lost(entry));


--
-- Name: FUNCTION _restore_lost_detail(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_lost_detail(entry archive.registry) IS 'An expression for what a restore of a row leaves in the archive; its value is null if nothing.';


--
-- Name: _restore_mark(regclass, archive.restore_selection, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_mark(source regclass, selection archive.restore_selection, new_key text[] DEFAULT NULL::text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    v_entry     archive.registry := archive._registry_entry(source);
    v_condition text             := archive._restore_condition(selection)
                                    || ' and a.restored_at is null and a.erased_at is null';
    v_rows      bigint;
    v_live      bigint;
    v_marked    bigint;
    v_ids       int8multirange;
begin
    execute format(
        'select count(*), count(distinct %s)'
        '  from %s a'
        '  join %s live on %s'
        ' where %s'
        -- Inserted by this transaction or since: the ids of subtransactions are later than its own.
        '   and (live.xmin::text::bigint - $6 + 4294967296) %% 4294967296 < 2147483648',
        -- Within one table, the place of a row tells it.
        case when archive._live(source) = archive._name(source) then '(live.tableoid, live.ctid)' else 'live.ctid' end,
        archive._name(v_entry.target), archive._live(source),
        archive._restore_key_condition(v_entry, new_key is not null), v_condition
    ) into v_rows, v_live
    using selection.ids, selection.first, selection.last, selection.transaction_id, new_key,
          (pg_current_xact_id()::text::numeric % 4294967296)::bigint;

    execute format(
        'with marked as (update %s a set restored_at = now(), restored_by = $5%s where %s returning a.archive_id) %s',
        archive._name(v_entry.target), archive._restore_mark_more(v_entry.target), v_condition,
        archive._seal_ids('marked'))
       into v_ids, v_marked
    using selection.ids, selection.first, selection.last, selection.transaction_id,
          coalesce(archive.actor(), session_user), archive._label_setting('archive.reason'),
          array_to_string(new_key, ',');
    perform archive._seal_log_add('restore', v_entry.target, v_ids);

    if v_marked <> v_rows or v_live <> v_rows then
        raise exception
            'not every archived row named has a live row of its own in % that was inserted just now', source
            using errcode = 'AR409';
    end if;
    return v_marked;
end
$_$;


--
-- Name: FUNCTION _restore_mark(source regclass, selection archive.restore_selection, new_key text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_mark(source regclass, selection archive.restore_selection, new_key text[]) IS 'Marks archived rows as restored, after a look at the live rows, and returns how many.';


--
-- Name: _restore_mark_more(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_mark_more(target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format(', %s = %s'::text, m.name, m.value), ''::text) AS string_agg FROM ((VALUES ('restore_reason'::text,'$6'::text), ('restored_as'::text,'$7'::text)) m(name, value) JOIN archive._columns(_restore_mark_more.target) c(attnum, name, type, archived_type, collated, generated, not_null, default_value) ON ((c.name = m.name))));


--
-- Name: FUNCTION _restore_mark_more(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_mark_more(target regclass) IS 'What the mark of a restored row says besides: why, and under which new key.';


--
-- Name: _restore_may_refer(archive.noted_constraint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_may_refer(noted archive.noted_constraint) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (has_table_privilege(((noted).referring)::oid, 'select'::text) AND (NOT (EXISTS (SELECT FROM unnest((_restore_may_refer.noted).blanked) c(c) WHERE (NOT has_column_privilege(((_restore_may_refer.noted).referring)::oid, (c.c)::text, 'update'::text))))));


--
-- Name: FUNCTION _restore_may_refer(noted archive.noted_constraint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_may_refer(noted archive.noted_constraint) IS 'Whether the caller may put references of that foreign key back.';


--
-- Name: _restore_not_archived(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_not_archived(source regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_child record;
    v_empty boolean;
    v_lost  text[] := '{}';
begin
    for v_child in
        select * from archive._unarchived_children(source) c where has_table_privilege(c.child, 'select') or c.deleted
         order by c.child
    loop
        if v_child.deleted then
            v_lost := v_lost || format('rows of %s that were deleted with it are not archived and do not come back',
                                       archive._label(v_child.child));
            continue;
        end if;
        execute format('select not exists (select from %s)', archive._name(v_child.child)) into v_empty;
        if v_empty then
            v_lost := v_lost || format('%s is empty and not archived: rows that a TRUNCATE ... CASCADE took with it'
                                       ' do not come back', archive._label(v_child.child));
        end if;
    end loop;
    return format('%L', nullif(array_to_string(v_lost, '; '), ''));
end
$$;


--
-- Name: FUNCTION _restore_not_archived(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_not_archived(source regclass) IS 'A literal that names the tables that are not archived and lost rows with one of this table; NULL without any.';


--
-- Name: blanked_references; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.blanked_references (
    transaction_id xid8 NOT NULL,
    archived_at timestamp with time zone NOT NULL,
    referenced regclass NOT NULL,
    source regclass NOT NULL,
    constraint_name name NOT NULL,
    row_key text[] NOT NULL,
    reference text[] NOT NULL,
    blanked text[] NOT NULL
);

ALTER TABLE ONLY archive.blanked_references REPLICA IDENTITY FULL;


--
-- Name: TABLE blanked_references; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.blanked_references IS 'References that ON DELETE SET NULL or SET DEFAULT blanked when a row of an archived table was ';


--
-- Name: COLUMN blanked_references.transaction_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.blanked_references.transaction_id IS 'The deleting transaction, as in the archive.';


--
-- Name: COLUMN blanked_references.archived_at; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.blanked_references.archived_at IS 'Its timestamp, as in the archive.';


--
-- Name: COLUMN blanked_references.referenced; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.blanked_references.referenced IS 'The table from which the row was ';


--
-- Name: COLUMN blanked_references.source; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.blanked_references.source IS 'The table whose row referred to it.';


--
-- Name: COLUMN blanked_references.constraint_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.blanked_references.constraint_name IS 'The foreign key.';


--
-- Name: COLUMN blanked_references.row_key; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.blanked_references.row_key IS 'The key of the row that referred.';


--
-- Name: COLUMN blanked_references.reference; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.blanked_references.reference IS 'The foreign key''s columns before.';


--
-- Name: COLUMN blanked_references.blanked; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.blanked_references.blanked IS 'The columns that were blanked, after.';


--
-- Name: _restore_noted(regclass, archive.restore_selection); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_noted(source regclass, selection archive.restore_selection) RETURNS SETOF archive.noted_constraint
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT c.constraint_name,
     c.referring,
     c.columns,
     c.blanked,
     refers.referenced_is,
     ( SELECT string_agg(format('live.%I%s operator(%I.%s) (b.row_key[%s])::%s'::text, k.name, k.base, n.nspname, o.oprname, k.ordinal, k.archived_type), ' and '::text) AS string_agg
            FROM ((archive._key_columns(c.referring) k(name, attnum, base, archived_type, ordinal)
              JOIN pg_operator o ON ((o.oid = archive._restore_equality(c.referring, k.attnum))))
              JOIN pg_namespace n ON ((n.oid = o.oprnamespace)))) AS string_agg,
     refers.refers
    FROM (((archive._blanking_constraints(_restore_noted.source) c(constraint_name, referring, columns, blanked)
      JOIN pg_constraint f ON (((f.conrelid = (c.referring)::oid) AND (f.conname = c.constraint_name))))
      CROSS JOIN archive._registry_entry(_restore_noted.source) entry(source, target, exclude, columns, source_name, source_oid, target_oid, last_attnum, exclude_attnums, lookups))
      CROSS JOIN LATERAL ( SELECT string_agg(format('%s operator(%I.%s) (b.reference[%s])::%s'::text, archive._restore_archived(p.*), pn.nspname, pf.oprname, u.n, r.archived_type), ' and '::text) AS string_agg,
             string_agg(format('live.%I%s operator(%I.%s) (b.reference[%s])::%s'::text, r.name,
                 CASE
                     WHEN (r.type <> r.archived_type) THEN ('::'::text || r.archived_type)
                     ELSE ''::text
                 END, fn.nspname, ff.oprname, u.n, r.archived_type), ' and '::text) AS string_agg
            FROM ((((((UNNEST(f.conkey, f.confkey, f.conpfeqop, f.conffeqop) WITH ORDINALITY u(referring, referenced, pf, ff, n)
              JOIN archive._columns(c.referring) r(attnum, name, type, archived_type, collated, generated, not_null, default_value) ON ((r.attnum = u.referring)))
              JOIN archive._copies(entry.*) p(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since) ON ((p.attnum = u.referenced)))
              JOIN pg_operator pf ON ((pf.oid = u.pf)))
              JOIN pg_namespace pn ON ((pn.oid = pf.oprnamespace)))
              JOIN pg_operator ff ON ((ff.oid = u.ff)))
              JOIN pg_namespace fn ON ((fn.oid = ff.oprnamespace)))) refers(referenced_is, refers))
   WHERE ((archive._key(c.referring) IS NOT NULL) AND (EXISTS ( SELECT
            FROM archive.blanked_references b
           WHERE (((b.referenced)::oid = (_restore_noted.source)::oid) AND ((b.source)::oid = (c.referring)::oid) AND (b.constraint_name = c.constraint_name) AND (((_restore_noted.selection).transaction_id IS NULL) OR (b.transaction_id = (_restore_noted.selection).transaction_id))))));
END;


--
-- Name: FUNCTION _restore_noted(source regclass, selection archive.restore_selection); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_noted(source regclass, selection archive.restore_selection) IS 'The foreign keys whose references a deletion blanked when it deleted rows of a table.';


--
-- Name: _restore_outcomes(regclass, archive.restore_selection, jsonb, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_outcomes(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_entry   archive.registry := archive._registry_entry(source);
    v_changed text    := case when not new_key then archive._restore_changed(v_entry, overrides) end;
    v_missing record  := archive._restore_references_missing(source, selection);
    v_hints   text    := concat_ws(', ', archive._restore_lost_detail(v_entry), v_changed,
                                   case when not new_key then v_missing.details end,
                                   archive._restore_not_archived(source));
begin
    return format(
        'select %L::pg_catalog.regclass, a.archive_id, %s, ''restored''::pg_catalog.text, %s'
        '  from %s a%s where %s order by a.archive_id',
        source, archive._restore_row_id(source, 'a'),
        case when v_hints = '' then 'null::pg_catalog.text'
             else format('nullif(pg_catalog.concat_ws(''; '', %s), '''')', v_hints) end,
        archive._name(v_entry.target),
        case when v_changed is null then ''
             else format(' left join %s live on %s',
                         archive._live(source), archive._restore_key_condition(v_entry, false)) end
            || coalesce(v_missing.joins, ''),
        archive._restore_condition(selection));
end
$$;


--
-- Name: FUNCTION _restore_outcomes(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_outcomes(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean) IS 'The query for the results of rows that are restored.';


--
-- Name: _restore_parents_first(regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_parents_first(sources regclass[]) RETURNS regclass[]
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH RECURSIVE levels(source, level) AS (
          SELECT s_1.s,
             0 AS "?column?"
            FROM unnest(_restore_parents_first.sources) s_1(s)
         UNION
          SELECT (c.conrelid)::regclass AS conrelid,
             (l.level + 1)
            FROM ((levels l
              CROSS JOIN LATERAL archive._foreign_keys_to(l.source) f(oid))
              JOIN pg_constraint c ON ((c.oid = f.oid)))
           WHERE ((c.conrelid <> c.confrelid) AND (c.conrelid = ANY ((_restore_parents_first.sources)::oid[])) AND (l.level < cardinality(_restore_parents_first.sources)))
         )
  SELECT array_agg(s.source ORDER BY s.level, (s.source)::oid) AS array_agg
    FROM ( SELECT l.source,
             max(l.level) AS max
            FROM levels l
           GROUP BY l.source) s(source, level);
END;


--
-- Name: FUNCTION _restore_parents_first(sources regclass[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_parents_first(sources regclass[]) IS 'Tables, those referred to before those that refer.';


--
-- Name: _restore_pass(archive.restore_selection, bigint[], oid[], jsonb, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_pass(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean) RETURNS SETOF archive.restore_attempt
    LANGUAGE plpgsql
    AS $$
declare
    v_size      integer := case on_conflict when 'copy' then 1 else cardinality(ids) end;
    v_at        integer := 1;
    v_end       integer;
    v_conflicts integer := 0;
    v_batch     archive.restore_selection;
    v_source    regclass;
    v_inserts   text[];
    v_attempt   archive.restore_attempt;
begin
    while v_at <= cardinality(ids) and not (preview and v_conflicts = 1000) loop
        v_size := least(v_size, cardinality(ids) - v_at + 1);
        v_end := v_at + v_size - 1;
        v_batch := archive._restore_batch(selection, ids[v_at:v_end], sources[v_at:v_end]);
        if v_size > 1 then
            v_batch := archive._restore_together(v_batch, overrides);
            if v_batch.sources is not null then
                return query select r, false from archive._restore_results(v_batch, overrides) r;
                v_at := v_end + 1;
            end if;
            v_size := case when v_batch.sources is null then greatest(v_size / 8, 1) else v_size * 2 end;
            continue;
        end if;

        if v_source is distinct from v_batch.sources[1] then
            v_source := v_batch.sources[1];  -- its statements serve all its rows
            v_inserts := archive._restore_row_statements(v_batch, overrides, on_conflict);
        end if;
        v_attempt := archive._restore_row(v_batch, v_inserts, overrides, on_conflict);
        return next v_attempt;
        v_at := v_end + 1;
        if (v_attempt.result).outcome in ('restored', 'copied') then
            v_size := case on_conflict when 'copy' then 1 else 2 end;
        else
            v_conflicts := v_conflicts + 1;
            exit when on_conflict = 'fail' and not (preview or v_attempt.again);
        end if;
    end loop;
end
$$;


--
-- Name: FUNCTION _restore_pass(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_pass(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean) IS 'Tries each row once, in batches that shrink at a conflict and grow again after it.';


--
-- Name: _restore_passes(archive.restore_selection, bigint[], oid[], jsonb, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_passes(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    AS $$
declare
    v_queue    record;
    v_attempt  archive.restore_attempt;
    v_refused  archive.restore_result[] := '{}';
    v_waiting  archive.restore_result[];
    v_progress boolean;
    v_tried    bigint;
begin
    select _restore_passes.ids, _restore_passes.sources into v_queue;
    loop
        select '{}', false, 0 into v_waiting, v_progress, v_tried;
        for v_attempt in
            select *
              from archive._restore_pass(selection, v_queue.ids, v_queue.sources, overrides, on_conflict, preview)
        loop
            v_tried := v_tried + 1;
            if (v_attempt.result).outcome in ('restored', 'copied') then
                v_progress := true;
                return next v_attempt.result;
            elsif v_attempt.again then
                v_waiting := v_waiting || v_attempt.result;
            else
                v_refused := v_refused || v_attempt.result;
            end if;
        end loop;
        perform archive._restore_fail(v_refused, preview);
        exit when not v_progress or v_waiting = '{}' or v_tried < cardinality(v_queue.ids);
        v_queue := archive._restore_waiting(selection, overrides, on_conflict, v_waiting);
    end loop;

    v_refused := v_refused || v_waiting;
    perform archive._restore_fail(v_refused, preview);
    return query
        select r.source, r.archive_id, r.row_id, r.outcome,
               case when n = cardinality(v_refused) and v_tried < cardinality(v_queue.ids)
                    then format('%s; the preview ends here, after %s conflicts', r.detail, n)
                    else r.detail end
          from unnest(v_refused) with ordinality r (source, archive_id, row_id, outcome, detail, n);
end
$$;


--
-- Name: FUNCTION _restore_passes(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_passes(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean) IS 'Restores rows of a selection in passes; then returns those that stay archived.';


--
-- Name: _restore_period(regclass, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone, OUT row_count bigint) RETURNS record
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT min(((l.result ->> 'first'::text))::timestamp with time zone) AS min,
     max(((l.result ->> 'last'::text))::timestamp with time zone) AS max,
     COALESCE(sum(((l.result ->> 'count'::text))::bigint), (0)::numeric) AS "coalesce"
    FROM archive._read_leaves(ARRAY( SELECT f.*::archive.leaf AS f
            FROM archive._leaves(ARRAY[_restore_period.source]) f(source, partition, month)), format('select min(a.archived_at) as first, max(a.archived_at) as last, count(*)  from %%s a where a.archive_id = any (%L)'::text, _restore_period.archive_ids)) l(source, partition, result);
END;


--
-- Name: FUNCTION _restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone, OUT row_count bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone, OUT row_count bigint) IS 'When the first and the last of some archived rows were deleted, and how many there are.';


--
-- Name: _restore_reason(regclass, bigint, jsonb, archive.restore_error); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_reason(source regclass, archive_id bigint, overrides jsonb, error archive.restore_error) RETURNS text
    LANGUAGE plpgsql
    AS $_$
declare
    v_constraint pg_constraint;
    v_columns    text;
    v_row_id     text;
    v_origin     text;
begin
    select c.* into v_constraint
      from pg_constraint c
     where c.oid = archive._restore_constraint(source, error.violated);
    select string_agg(a.attname, ', ' order by k.position)
      into v_columns
      from unnest(v_constraint.conkey) with ordinality k (attnum, position)
      join pg_attribute a on a.attrelid = source and a.attnum = k.attnum;
    if error.state = '23505' then
        select b.row_id, b.origin into v_row_id, v_origin
          from archive._restore_blocking(
              source, archive_id, overrides, error.violated, coalesce(v_constraint.contype = 'p', false)) b;
    end if;

    return case
        when error.state = '23505' and v_constraint.contype = 'p' then
            format('a live row has this %s', v_columns) || v_origin
        when error.state = '23505' then
            'unique value taken: ' || trim(trailing '.' from coalesce(nullif(error.detail, ''), error.message))
                || coalesce(' in row ' || v_row_id, '') || v_origin
        when error.state = '23503' and v_constraint.contype = 'f' then
            format('its %s no longer exists: %s',
                   regexp_replace(v_columns, '_id$', ''), coalesce(nullif(error.detail, ''), error.message))
        when error.state = '23502' then
            format('%s must not be null now, and has no value in the archive', error.violated_column)
        else
            error.message
    end;
end
$_$;


--
-- Name: FUNCTION _restore_reason(source regclass, archive_id bigint, overrides jsonb, error archive.restore_error); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_reason(source regclass, archive_id bigint, overrides jsonb, error archive.restore_error) IS 'Why a row could not be inserted, in terms of the row.';


--
-- Name: _restore_references(regclass, archive.restore_selection); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_references(source regclass, selection archive.restore_selection) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_noted     archive.noted_constraint;
    v_statement text;
begin
    for v_noted in select n.* from archive._restore_noted(source, selection) n where archive._restore_may_refer(n)
    loop
        v_statement := archive._restore_references_statement(source, selection, v_noted);
        begin
            perform archive._restore_enter_callers_path();
            execute v_statement using selection.ids, selection.first, selection.last, selection.transaction_id;
            perform archive._restore_leave_callers_path();
        exception when others then
            if not archive._restore_is_conflict(sqlstate) then
                raise;
            end if;  -- the result of the row names what stays blank
        end;
    end loop;
end
$$;


--
-- Name: FUNCTION _restore_references(source regclass, selection archive.restore_selection); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_references(source regclass, selection archive.restore_selection) IS 'Puts references to restored rows back, as the caller, where they are still as the deletion left them.';


--
-- Name: _restore_references_missing(regclass, archive.restore_selection); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_references_missing(source regclass, selection archive.restore_selection, OUT joins text, OUT details text) RETURNS record
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT string_agg(format(' left join (select b.transaction_id, b.archived_at, b.reference, pg_catalog.array_to_string((pg_catalog.array_agg(pg_catalog.array_to_string(b.row_key, '','') order by b.row_key))[1:3], '', '') || case when pg_catalog.count(*) > 3 then pg_catalog.format('' and %%s more'', pg_catalog.count(*) - 3) else '''' end as keys from archive.blanked_references b where b.referenced = %s::pg_catalog.oid and b.source = %s::pg_catalog.oid and b.constraint_name = %L%s group by 1, 2, 3) noted%s on noted%5$s.transaction_id = a.transaction_id and noted%5$s.archived_at = a.archived_at and %6$s'::text, (_restore_references_missing.source)::oid, (n.referring)::oid, n.constraint_name,
         CASE
             WHEN archive._restore_may_refer(n.noted) THEN format(' and not exists (select from %s live where %s and %s)'::text, archive._name(n.referring), n.live_is, n.refers)
             ELSE NULL::text
         END, n.number, replace(n.referenced_is, '(b.'::text, format('(noted%s.'::text, n.number))), ''::text) AS string_agg,
     string_agg(format('''references not put back: %s of %s '' || noted%s.keys'::text, replace(array_to_string(n.columns, ', '::text), ''''::text, ''''''::text), replace(archive._label(n.referring), ''''::text, ''''''::text), n.number), ', '::text) AS string_agg
    FROM ( SELECT c.constraint_name,
             c.referring,
             c.columns,
             c.blanked,
             c.referenced_is,
             c.live_is,
             c.refers,
             c.*::archive.noted_constraint AS noted,
             row_number() OVER (ORDER BY c.referring, c.constraint_name) AS number
            FROM archive._restore_noted(_restore_references_missing.source, _restore_references_missing.selection) c(constraint_name, referring, columns, blanked, referenced_is, live_is, refers)) n;
END;


--
-- Name: FUNCTION _restore_references_missing(source regclass, selection archive.restore_selection, OUT joins text, OUT details text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_references_missing(source regclass, selection archive.restore_selection, OUT joins text, OUT details text) IS 'What joins a restored row a to the references that were not put back, and expressions that name them.';


--
-- Name: _restore_references_statement(regclass, archive.restore_selection, archive.noted_constraint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_references_statement(source regclass, selection archive.restore_selection, noted archive.noted_constraint) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('update %s live set %s from archive.blanked_references b, %s a where b.referenced = %s::pg_catalog.oid and b.source = %s::pg_catalog.oid and b.constraint_name = %L and a.restored_at is not null and %s and a.transaction_id = b.transaction_id and a.archived_at = b.archived_at and %s and %s and %s'::text, archive._name((_restore_references_statement.noted).referring), string_agg(format('%I = (b.reference[%s])::%s'::text, c.name, u.n, c.type), ', '::text), archive._name((archive._registry_entry(_restore_references_statement.source)).target), (_restore_references_statement.source)::oid, ((_restore_references_statement.noted).referring)::oid, (_restore_references_statement.noted).constraint_name, archive._restore_condition(_restore_references_statement.selection), (_restore_references_statement.noted).referenced_is, (_restore_references_statement.noted).live_is, (SELECT string_agg(format('live.%I::pg_catalog.text is not distinct from b.blanked[%s]'::text, w.b, w.n), ' and '::text) AS string_agg FROM unnest((_restore_references_statement.noted).blanked) WITH ORDINALITY w(b, n))) AS format FROM (unnest((_restore_references_statement.noted).columns) WITH ORDINALITY u(name, n) JOIN archive._columns((_restore_references_statement.noted).referring) c(attnum, name, type, archived_type, collated, generated, not_null, default_value) ON ((c.name = u.name))) WHERE (c.name = ANY ((_restore_references_statement.noted).blanked)));


--
-- Name: FUNCTION _restore_references_statement(source regclass, selection archive.restore_selection, noted archive.noted_constraint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_references_statement(source regclass, selection archive.restore_selection, noted archive.noted_constraint) IS 'The update that does it: $1 to $4 as in _restore_condition().';


--
-- Name: _restore_refused(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_refused(on_conflict text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE on_conflict WHEN 'fail'::text THEN 'conflict'::text ELSE 'skipped'::text END;


--
-- Name: FUNCTION _restore_refused(on_conflict text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_refused(on_conflict text) IS 'The outcome of a row that is not restored.';


--
-- Name: _restore_results(archive.restore_selection, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_results(selection archive.restore_selection, overrides jsonb) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    AS $$
declare
    v_source regclass;
begin
    foreach v_source in array coalesce(selection.sources, '{}') loop
        return query execute archive._restore_outcomes(v_source, selection, overrides)
            using selection.ids, selection.first, selection.last, selection.transaction_id;
    end loop;
end
$$;


--
-- Name: FUNCTION _restore_results(selection archive.restore_selection, overrides jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_results(selection archive.restore_selection, overrides jsonb) IS 'The results of restored rows.';


--
-- Name: _restore_row(archive.restore_selection, text[], jsonb, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_row(selection archive.restore_selection, statements text[], overrides jsonb, on_conflict text) RETURNS archive.restore_attempt
    LANGUAGE plpgsql
    AS $$
declare
    v_source  regclass := selection.sources[1];
    v_key     text[];
    v_why     text;
    v_instead text;
    v_result  archive.restore_result;
    v_again   boolean;
    v_error   archive.restore_error;
begin
    for n in 2 .. coalesce(cardinality(statements), 0) loop
        begin
            v_key := archive._restore_insert(
                statements[n], selection, overrides, 1, n = 3 or overrides ?| archive._key(v_source)::text[]);
            v_result := archive._restore_row_result(selection, overrides, v_key is not null);
            v_result.outcome := case n when 2 then 'restored' else 'copied' end;
            v_result.row_id := coalesce(array_to_string(v_key, ','), v_result.row_id);
            v_result.detail := nullif(concat_ws('; ', v_instead, v_result.detail), '');
            return row(v_result, false)::archive.restore_attempt;
        exception when others then
            if not archive._restore_is_conflict(sqlstate) then
                raise;
            end if;
            get stacked diagnostics
                v_error.state             = returned_sqlstate,
                v_error.message           = message_text,
                v_error.detail            = pg_exception_detail,
                v_error.violated          = constraint_name,
                v_error.violated_column   = column_name;
            v_why := archive._restore_reason(v_source, selection.ids[1], overrides, v_error);
            v_instead := coalesce(v_instead, v_why);
            v_again := v_error.state not in ('23502', '23505', '23514', '23P01');
        end;
    end loop;
    if statements is not null then
        execute statements[1] into v_result.row_id using selection.ids, selection.first, selection.last;
    end if;
    return row(row(v_source, selection.ids[1], v_result.row_id, archive._restore_refused(on_conflict), v_why),
               v_again)::archive.restore_attempt;
end
$$;


--
-- Name: FUNCTION _restore_row(selection archive.restore_selection, statements text[], overrides jsonb, on_conflict text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_row(selection archive.restore_selection, statements text[], overrides jsonb, on_conflict text) IS 'Restores one archived row, or says why it cannot be.';


--
-- Name: _restore_row_result(archive.restore_selection, jsonb, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_row_result(selection archive.restore_selection, overrides jsonb, new_key boolean) RETURNS archive.restore_result
    LANGUAGE plpgsql
    AS $$
declare
    v_result archive.restore_result;
begin
    execute archive._restore_outcomes(selection.sources[1], selection, overrides, new_key) into v_result
      using selection.ids, selection.first, selection.last;
    return v_result;
end
$$;


--
-- Name: FUNCTION _restore_row_result(selection archive.restore_selection, overrides jsonb, new_key boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_row_result(selection archive.restore_selection, overrides jsonb, new_key boolean) IS 'The result of one row, as if it were restored.';


--
-- Name: _restore_statement(archive.restore_selection, jsonb, boolean, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_statement(selection archive.restore_selection, overrides jsonb, new_key boolean DEFAULT false, returning_key boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_source    regclass;
    v_others    text[] := '{}';
    v_statement text;
begin
    foreach v_source in array coalesce(selection.sources, '{}') loop
        if v_statement is not null then
            v_others := v_others || format('t%s as (%s)', cardinality(v_others), v_statement);
        end if;
        v_statement := archive._restore_insert_statement(v_source, selection, overrides, new_key);
    end loop;
    return concat(
        'with ' || nullif(array_to_string(v_others, ', '), '') || ' ', v_statement,
        case when returning_key then (
            select format(' returning array[%s]', string_agg(format('live.%I::pg_catalog.text', k), ', '))
              from unnest(archive._key(v_source)) k)
        end);
end
$$;


--
-- Name: FUNCTION _restore_statement(selection archive.restore_selection, overrides jsonb, new_key boolean, returning_key boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_statement(selection archive.restore_selection, overrides jsonb, new_key boolean, returning_key boolean) IS 'The statement that inserts the selected rows: $1 to $4 as in _restore_condition(), $5 the overrides.';


--
-- Name: _restore_row_statements(archive.restore_selection, jsonb, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_row_statements(selection archive.restore_selection, overrides jsonb, on_conflict text) RETURNS text[]
    LANGUAGE sql STABLE
    RETURN (ARRAY[format('select %s from %s a where a.archive_id = any ($1) and a.archived_at between $2 and $3'::text, archive._restore_row_id((selection).sources[1], 'a'::text), archive._name((archive._registry_entry((selection).sources[1])).target)), archive._restore_statement(selection, overrides, false, (overrides ?| (archive._key((selection).sources[1]))::text[]))] || CASE WHEN (on_conflict = 'copy'::text) THEN ARRAY[archive._restore_statement(selection, overrides, true, true)] ELSE '{}'::text[] END);


--
-- Name: FUNCTION _restore_row_statements(selection archive.restore_selection, overrides jsonb, on_conflict text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_row_statements(selection archive.restore_selection, overrides jsonb, on_conflict text) IS 'The query for a row''s key, and the inserts to try: under its own key and, for a copy, under a new one.';


--
-- Name: _restore_rows(archive.restore_selection, jsonb, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_rows(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    AS $$
declare
    v_selection archive.restore_selection;
    v_source    regclass;
begin
    v_selection := archive._restore_together(selection, overrides);
    if v_selection.sources is not null then
        return query select * from archive._restore_results(v_selection, overrides);
    else
        return query select * from archive._restore_each(selection, overrides, on_conflict, preview);
    end if;
    foreach v_source in array coalesce(selection.sources, '{}') loop
        perform archive._restore_sequences(v_source);
    end loop;
end
$$;


--
-- Name: FUNCTION _restore_rows(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_rows(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) IS 'Restores the selected rows and returns the outcome of each: restored, copied, skipped or, in a preview, conflict.';


--
-- Name: _restore_rows_and_effects(archive.restore_selection, jsonb, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_rows_and_effects(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    AS $$
declare
    v_with_triggers regclass[];
    v_written       jsonb;
    v_effects       text;
    v_result        archive.restore_result;
begin
    v_with_triggers := array(select s from unnest(selection.sources) s where archive._restore_has_trigger(s));
    if v_with_triggers = '{}' then
        return query select * from archive._restore_rows(selection, overrides, on_conflict, preview);
        return;
    end if;
    v_written := archive._restore_written(selection.sources);
    for v_result in select * from archive._restore_rows(selection, overrides, on_conflict, preview) loop
        v_effects := coalesce(v_effects, archive._restore_effects(selection.sources, v_written), '');
        if v_result.source = any (v_with_triggers) and v_result.outcome in ('restored', 'copied') then
            v_result.detail := nullif(concat_ws('; ', v_result.detail, nullif(v_effects, '')), '');
        end if;
        return next v_result;
    end loop;
end
$$;


--
-- Name: FUNCTION _restore_rows_and_effects(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_rows_and_effects(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) IS 'Restores the selected rows; the result of each says to which other tables triggers wrote.';


--
-- Name: _restore_run(archive.restore_selection, jsonb, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_run(selection archive.restore_selection, overrides jsonb, on_conflict text, dry_run boolean) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    AS $$
begin
    if on_conflict is null or on_conflict not in ('fail', 'skip', 'copy') then
        perform archive._refuse(format('on_conflict is fail, skip or copy, not %L', on_conflict));
    end if;

    perform archive._restore_check_now(selection.sources);
    if dry_run then
        begin
            return query
                select r.source, r.archive_id, r.row_id,
                       case r.outcome when 'restored' then 'would_restore'
                                      when 'copied'   then 'would_copy'
                                      when 'skipped'  then 'would_skip'
                                      else r.outcome end,
                       r.detail
                  from archive._restore_rows_and_effects(selection, overrides, on_conflict, preview => true) r;
            raise exception using errcode = 'ARDRY';
        exception when sqlstate 'ARDRY' then
            null;
        end;
    else
        return query
            select * from archive._restore_rows_and_effects(selection, overrides, on_conflict, preview => false);
    end if;
    perform archive._restore_check_later(selection.sources);
end
$$;


--
-- Name: FUNCTION _restore_run(selection archive.restore_selection, overrides jsonb, on_conflict text, dry_run boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_run(selection archive.restore_selection, overrides jsonb, on_conflict text, dry_run boolean) IS 'Restores the selected rows, or rehearses it. AR409, and nothing restored, on a conflict under ''fail''.';


--
-- Name: _restore_select_ids(regclass, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_select_ids(source regclass, archive_ids bigint[]) RETURNS archive.restore_selection
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_selection archive.restore_selection;
    v_period    record;
begin
    perform archive._registry_entry(source);
    v_period := archive._restore_period(source, archive_ids);
    v_selection.sources := array[source];
    v_selection.ids := array(select distinct i from unnest(archive_ids) i order by i);
    v_selection.first := v_period.first;
    v_selection.last := v_period.last;
    if v_period.row_count < cardinality(v_selection.ids) then
        perform archive._restore_check_found(source, v_selection);
    elsif v_period.row_count > cardinality(v_selection.ids) then
        perform archive._check_unambiguous(archive._registry_entry(source), archive_ids);
    end if;
    return v_selection;
end
$$;


--
-- Name: FUNCTION _restore_select_ids(source regclass, archive_ids bigint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_select_ids(source regclass, archive_ids bigint[]) IS 'Archived rows of one table, by id.';


--
-- Name: _restore_select_transaction(xid8, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_select_transaction(transaction_id xid8, archived_at timestamp with time zone) RETURNS archive.restore_selection
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_selection archive.restore_selection;
begin
    select array_agg(distinct p.source), min(p.archived_at), max(p.archived_at)
      into v_selection.sources, v_selection.first, v_selection.last
      from archive._deletion_parts(transaction_id, archived_at) p;
    if v_selection.sources is null then
        raise exception 'no archived row of transaction %', transaction_id using errcode = 'AR404';
    end if;
    if v_selection.first <> v_selection.last then
        raise exception
            'transaction % is ambiguous: rows were archived under this id at different times', transaction_id
            using errcode = 'AR409', hint = 'Name one with archived_at.';
    end if;
    v_selection.sources := archive._restore_parents_first(v_selection.sources);
    v_selection.transaction_id := transaction_id;
    v_selection.ids := '{}';
    return v_selection;
end
$$;


--
-- Name: FUNCTION _restore_select_transaction(transaction_id xid8, archived_at timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_select_transaction(transaction_id xid8, archived_at timestamp with time zone) IS 'What one transaction deleted from all archived tables.';


--
-- Name: _restore_sequences(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_sequences(source regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    v_sequence record;
    v_next     numeric;
    v_last     numeric;
begin
    perform archive._registry_entry(source);
    for v_sequence in
        select archive._name(s.seqrelid) as name, a.attname as column, s.seqincrement, s.seqmin, s.seqmax
          from pg_depend d
          join pg_sequence s on s.seqrelid = d.objid
          join pg_class c on c.oid = s.seqrelid
          join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
         where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = source
           and d.deptype in ('a', 'i') and pg_has_role(c.relowner, 'usage')
           and a.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
           and exists (select from pg_index i where i.indrelid = source and i.indkey[0] = a.attnum)
    loop
        execute format('select last_value::numeric + case when is_called then $1 else 0 end from %s', v_sequence.name)
           into v_next using v_sequence.seqincrement;
        execute format('select %s(%I) from %s', case when v_sequence.seqincrement > 0 then 'max' else 'min' end,
                       v_sequence.column, archive._live(source))
           into v_last;
        if (v_last - v_next) * sign(v_sequence.seqincrement) >= 0
           and v_last + v_sequence.seqincrement between v_sequence.seqmin and v_sequence.seqmax then
            execute format('alter sequence %s restart with %s', v_sequence.name, v_last + v_sequence.seqincrement);
        end if;
    end loop;
end
$_$;


--
-- Name: FUNCTION _restore_sequences(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_sequences(source regclass) IS 'Moves the sequences of a table on, where a live row is ahead of them.';


--
-- Name: _restore_superseded(regclass, archive.restore_selection); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_superseded(source regclass, selection archive.restore_selection) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_target text := archive._name((archive._registry_entry(source)).target);
    v_key    text;
    v_twice  boolean;
    v_older  bigint[] := '{}';
begin
    select string_agg(k.archived, ', ') into v_key from archive._restore_key(archive._registry_entry(source)) k;
    execute format('select exists (select from %s a where %s group by %s having count(*) > 1)',
                   v_target, archive._restore_condition(selection), v_key)
       into v_twice using selection.ids, selection.first, selection.last, selection.transaction_id;
    if v_twice then
        execute format(
            'select coalesce(array_agg(archive_id), ''{}'')'
            '  from (select a.archive_id, lead(a.archive_id) over (partition by %s order by a.archive_id) as next'
            '          from %s a where %s) r'
            ' where next is not null',
            v_key, v_target, archive._restore_condition(selection)
        ) into v_older using selection.ids, selection.first, selection.last, selection.transaction_id;
    end if;
    return v_older;
end
$$;


--
-- Name: FUNCTION _restore_superseded(source regclass, selection archive.restore_selection); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_superseded(source regclass, selection archive.restore_selection) IS 'The archived rows whose key the same transaction deleted again later.';


--
-- Name: _restore_together(archive.restore_selection, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_together(selection archive.restore_selection, overrides jsonb) RETURNS archive.restore_selection
    LANGUAGE plpgsql
    AS $$
declare
    v_found record;
begin
    if exists (select from unnest(selection.sources) s where overrides ?| archive._key(s)::text[]) then
        return null;
    end if;
    v_found := archive._restore_lock(selection);
    if v_found.blocked then
        return null;
    end if;
    perform archive._restore_insert(
        archive._restore_statement(v_found.locked, overrides), v_found.locked, overrides, v_found.row_count);
    return v_found.locked;
exception when others then
    if not archive._restore_is_conflict(sqlstate) then
        raise;
    end if;
    return null;
end
$$;


--
-- Name: FUNCTION _restore_together(selection archive.restore_selection, overrides jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_together(selection archive.restore_selection, overrides jsonb) IS 'Restores all rows in one statement and returns the selection as locked; null, and nothing done, on a conflict.';


--
-- Name: _restore_waiting(archive.restore_selection, jsonb, text, archive.restore_result[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_waiting(selection archive.restore_selection, overrides jsonb, on_conflict text, among archive.restore_result[] DEFAULT NULL::archive.restore_result[], OUT ids bigint[], OUT sources oid[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
    v_source regclass;
    v_ids    bigint[];
begin
    ids := '{}';
    sources := '{}';
    foreach v_source in array coalesce(selection.sources, '{}') loop
        if among is not null then
            v_ids := array(select r.archive_id from unnest(among) r where r.source = v_source order by r.archive_id);
        else
            execute format(
                'select coalesce(array_agg(a.archive_id order by a.archive_id), ''{}'')'
                '  from %s a where %s and a.restored_at is null and a.erased_at is null and not %s',
                archive._name((archive._registry_entry(v_source)).target), archive._restore_condition(selection),
                archive._restore_lives(v_source, overrides, on_conflict)
            ) into v_ids using selection.ids, selection.first, selection.last, selection.transaction_id;
        end if;
        ids := ids || v_ids;
        sources := sources || array_fill(v_source::oid, array[cardinality(v_ids)]);
    end loop;
end
$$;


--
-- Name: FUNCTION _restore_waiting(selection archive.restore_selection, overrides jsonb, on_conflict text, among archive.restore_result[], OUT ids bigint[], OUT sources oid[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_waiting(selection archive.restore_selection, overrides jsonb, on_conflict text, among archive.restore_result[], OUT ids bigint[], OUT sources oid[]) IS 'The rows of a selection that nothing seen is in the way of, parents first, each with its table.';


--
-- Name: _role_choose(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._role_choose(prefix text) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_before  text := (select s.value from archive.settings s where s.name = 'roles');
    v_prefix  text := coalesce(nullif(prefix, ''), v_before, 'archive');
    v_others  text := archive._role_other_databases(v_prefix);
    v_purpose text;
begin
    if octet_length(v_prefix) > 55 or v_prefix ~ '^pg_' then
        perform archive._refuse(format('%s is no prefix for roles: at most 55 bytes, and not pg_', v_prefix));
    end if;
    -- An installation that shares its roles already goes on as it is: archive.health() warns.
    if v_others is not null and v_before is distinct from v_prefix then
        raise exception 'the roles %_runtime and %_auditor are those of another database of this cluster: %',
            v_prefix, v_prefix, v_others
            using errcode = 'AR409', hint = 'Choose a prefix of your own: --roles PREFIX, or ARCHIVE_ROLES=PREFIX.';
    end if;

    foreach v_purpose in array array['runtime', 'auditor'] loop
        perform archive._role_make(format('%s_%s', v_prefix, v_purpose));
        if v_before <> v_prefix then
            perform archive._role_move_grants(
                format('%s_%s', v_before, v_purpose), format('%s_%s', v_prefix, v_purpose));
        end if;
    end loop;
    insert into archive.settings as s (name, value) values ('roles', v_prefix)
        on conflict on constraint settings_pkey do update set value = excluded.value where s.value <> v_prefix;
end
$$;


--
-- Name: FUNCTION _role_choose(prefix text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._role_choose(prefix text) IS 'Makes the roles with this prefix, and moves the installation''s grants to them. Null: those that it has, or archive. AR409 where another database of the cluster has them.';


--
-- Name: _role_make(name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._role_make(role name) RETURNS void
    LANGUAGE plpgsql
    AS $_$
begin
    if to_regrole(quote_ident(role)) is null then
        begin
            execute format('create role %I nologin', role);
        exception when duplicate_object or unique_violation then
            null;  -- another database of this cluster was first
        end;
    end if;
    -- Since 16, whoever makes a role administers it, and may still not take it.
    if not pg_has_role(current_user, role,
                       case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end)
    then
        execute format('grant %I to %I', role, current_user);
    end if;
exception when insufficient_privilege then
    raise exception '% may not make role %: %', current_user, role, sqlerrm
        using errcode = 'insufficient_privilege',
              hint = format('Somebody with CREATEROLE can: create role %1$I nologin; grant %1$I to %2$I;'
                            ' or run db/roles.sql.', role, current_user);
end
$_$;


--
-- Name: FUNCTION _role_make(role name); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._role_make(role name) IS 'Makes a role if it is missing, and lets the current user take it.';


--
-- Name: _role_move_grants(name, name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._role_move_grants(old_role name, new_role name) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_grant record;
begin
    for v_grant in
        select g.privilege_type || acl.columns as privilege, acl.object
          from (
              select '' as columns, 'table ' || c.oid::regclass as object, c.relacl as items
                from pg_class c where c.relkind <> 'S'
              union all
              select '', 'sequence ' || c.oid::regclass, c.relacl from pg_class c where c.relkind = 'S'
              union all
              select format(' (%I)', a.attname), 'table ' || a.attrelid::regclass, a.attacl from pg_attribute a
              union all
              select '', 'routine ' || p.oid::regprocedure, p.proacl from pg_proc p
              union all
              select '', 'type ' || t.oid::regtype, t.typacl from pg_type t
              union all
              select '', 'schema ' || n.oid::regnamespace, n.nspacl from pg_namespace n
          ) acl
         cross join aclexplode(acl.items) g
         where g.grantee = to_regrole(quote_ident(old_role))
    loop
        begin
            execute format('grant %s on %s to %I', v_grant.privilege, v_grant.object, new_role);
            execute format('revoke %s on %s from %I', v_grant.privilege, v_grant.object, old_role);
        exception when insufficient_privilege then
            raise warning '% on % stays granted to %: the owner has to move it to %',
                v_grant.privilege, v_grant.object, old_role, new_role;
        end;
    end loop;
end
$$;


--
-- Name: FUNCTION _role_move_grants(old_role name, new_role name); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._role_move_grants(old_role name, new_role name) IS 'Moves every grant in this database from one role to another.';


--
-- Name: seal_batch; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.seal_batch (
    batch bigint NOT NULL,
    origin text NOT NULL,
    sealed_at timestamp with time zone DEFAULT now() NOT NULL,
    sealed_below xid8,
    digest bytea NOT NULL
);


--
-- Name: TABLE seal_batch; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.seal_batch IS 'Seals: each closes the archived rows that were in none. Written by archive.seal(), checked by archive.verify().';


--
-- Name: COLUMN seal_batch.batch; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_batch.batch IS 'Numbers the batches.';


--
-- Name: COLUMN seal_batch.origin; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_batch.origin IS 'The cluster and installation: transaction ids start again after a dump and restore.';


--
-- Name: COLUMN seal_batch.sealed_at; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_batch.sealed_at IS 'When.';


--
-- Name: COLUMN seal_batch.sealed_below; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_batch.sealed_below IS 'Every row whose transaction_id is below it is sealed. Null while rows are left from before the first seal here.';


--
-- Name: COLUMN seal_batch.digest; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_batch.digest IS 'SHA-256 over the batch, the digests of its chunks, and the digest of the batch before.';


--
-- Name: _seal(bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal(max_rows bigint) RETURNS archive.seal_batch
    LANGUAGE plpgsql
    AS $$
declare
    v_last   archive.seal_batch;
    v_batch  archive.seal_batch;
    v_target regclass;
    v_chunk  bigint := 0;
    v_left   bigint := max_rows;
    v_rows   bigint;
begin
    perform archive._seal_lock();
    if exists (select from archive._seal_targets() t where archive._is_subscribed(t)) then
        raise exception 'a subscription brings archived rows, whose transaction ids are the publisher''s'
            using errcode = 'AR409', hint = 'Seal and verify on the publisher.';
    end if;
    select b.* into v_last from archive.seal_batch b order by b.batch desc limit 1;
    v_batch.batch := coalesce(v_last.batch, 0) + 1;
    v_batch.origin := archive._seal_origin();
    v_batch.sealed_at := now();
    v_batch.sealed_below := pg_snapshot_xmin(pg_current_snapshot());
    if v_last.origin is distinct from v_batch.origin then
        v_last.sealed_below := null;
    end if;
    for v_target in select t from archive._seal_targets() t loop
        select s.last_chunk, s.rows
          into v_chunk, v_rows
          from archive._seal_target(
                   v_target, v_batch.batch,
                   archive._seal_condition(v_target, v_batch.sealed_below, v_last.sealed_below), v_left, v_chunk) s;
        v_left := v_left - v_rows;
    end loop;
    if v_last.batch is null then
        perform archive._seal_note_holds();
    end if;
    if v_chunk = 0 then
        return v_last;
    elsif v_left <= 0 then
        v_batch.sealed_below := v_last.sealed_below;  -- the next batch goes on
    end if;
    v_batch.digest := archive._seal_batch_digest(v_batch, v_last.digest);
    insert into archive.seal_batch select v_batch.*;
    return v_batch;
end
$$;


--
-- Name: FUNCTION _seal(max_rows bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal(max_rows bigint) IS 'Closes a batch of at most so many rows, if there are any.';


--
-- Name: _seal_aggregates(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_aggregates() RETURNS text
    LANGUAGE sql STABLE
    RETURN format('min(archive_id) as first_id, max(archive_id) as last_id, count(archive_id) as rows,
           coalesce(range_agg(int8range(archive_id, archive_id, ''[]'')) filter (where archive_id is not null), ''{}'')
               as ids,
           coalesce(range_agg(int8range(archive_id, archive_id, ''[]'')) filter (where restored), ''{}'') as restored,
           coalesce(range_agg(int8range(archive_id, archive_id, ''[]'')) filter (where erased), ''{}'') as erased,
           convert_to(coalesce(string_agg(content, E''\n'' order by archive_id, archived_at), ''''), %L) as content'::text, CASE WHEN (getdatabaseencoding() = 'SQL_ASCII'::name) THEN 'SQL_ASCII'::text ELSE 'UTF8'::text END);


--
-- Name: FUNCTION _seal_aggregates(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_aggregates() IS 'The SELECT list of a query of chunks, from first_id on.';


--
-- Name: seal_chunk; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.seal_chunk (
    batch bigint NOT NULL,
    chunk bigint NOT NULL,
    target regclass NOT NULL,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL,
    ids int8multirange NOT NULL,
    remaining int8multirange NOT NULL,
    salt bytea NOT NULL,
    sealed_digest bytea NOT NULL,
    digest bytea NOT NULL
);


--
-- Name: TABLE seal_chunk; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.seal_chunk IS 'Up to 1,000 rows of one archive, or lines of the log, in a batch.';


--
-- Name: COLUMN seal_chunk.batch; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.batch IS 'The batch.';


--
-- Name: COLUMN seal_chunk.chunk; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.chunk IS 'Numbers the chunks of a batch.';


--
-- Name: COLUMN seal_chunk.target; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.target IS 'The archive, or archive.seal_log.';


--
-- Name: COLUMN seal_chunk.first_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.first_id IS 'The first archive_id, or log_id.';


--
-- Name: COLUMN seal_chunk.last_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.last_id IS 'The last one.';


--
-- Name: COLUMN seal_chunk.ids; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.ids IS 'Which rows were sealed.';


--
-- Name: COLUMN seal_chunk.remaining; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.remaining IS 'Which of them have not been purged.';


--
-- Name: COLUMN seal_chunk.salt; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.salt IS 'Random bytes before the rows in the digest. An erasure and a purge replace them: the old digest tells nothing.';


--
-- Name: COLUMN seal_chunk.sealed_digest; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.sealed_digest IS 'SHA-256 when the batch was closed: the batch''s digest covers it.';


--
-- Name: COLUMN seal_chunk.digest; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_chunk.digest IS 'SHA-256 since the last lawful change.';


--
-- Name: _seal_batch_digest(archive.seal_batch, bytea); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_batch_digest(entry archive.seal_batch, previous bytea) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN (SELECT sha256(convert_to(((concat_ws(' '::text, (_seal_batch_digest.entry).batch, (_seal_batch_digest.entry).origin, EXTRACT(epoch FROM (_seal_batch_digest.entry).sealed_at), COALESCE(((_seal_batch_digest.entry).sealed_below)::text, '-'::text), encode(_seal_batch_digest.previous, 'hex'::text)) || '
'::text) || COALESCE(string_agg(concat_ws(' '::text, c.chunk, c.ids, encode(c.sealed_digest, 'hex'::text)), '
'::text ORDER BY c.chunk), ''::text)), 'UTF8'::name)) AS sha256 FROM archive.seal_chunk c WHERE (c.batch = (_seal_batch_digest.entry).batch));


--
-- Name: FUNCTION _seal_batch_digest(entry archive.seal_batch, previous bytea); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_batch_digest(entry archive.seal_batch, previous bytea) IS 'The digest of a batch after one with the previous digest.';


--
-- Name: _seal_close(text, regclass, int8multirange, jsonb, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_close(action text, target regclass, ids int8multirange, opened jsonb, removes boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_digests jsonb;
begin
    if removes then
        update archive.seal_chunk c
           set remaining = c.remaining - _seal_close.ids,
               salt = case when c.remaining <@ _seal_close.ids then '' else c.salt end
         where c.target = _seal_close.target and c.remaining && _seal_close.ids
           and c.last_id >= lower(_seal_close.ids) and c.first_id <= upper(_seal_close.ids);
    end if;
    update archive.seal_chunk c
       set salt = uuid_send(gen_random_uuid())
      from jsonb_to_recordset(opened) o (batch bigint, chunk bigint)
     where c.batch = o.batch and c.chunk = o.chunk;
    with resealed as (
        update archive.seal_chunk c
           set digest = r.digest
          from archive._seal_read_chunks(_seal_close.target, format(
                   '(c.batch, c.chunk) in (select o.batch, o.chunk'
                   ' from jsonb_to_recordset(%L) o (batch bigint, chunk bigint))', coalesce(opened, '[]'))) r
         where c.batch = r.batch and c.chunk = r.chunk
        returning c.batch, c.chunk, c.digest
    )
    select jsonb_agg(o.value || jsonb_build_object('new', encode(r.digest, 'hex')) order by o.ordinality)
      into v_digests
      from jsonb_array_elements(opened) with ordinality o
      join resealed r on r.batch = (o.value ->> 'batch')::bigint and r.chunk = (o.value ->> 'chunk')::bigint;
    perform archive._seal_log_add(action, target, ids, v_digests);
end
$$;


--
-- Name: FUNCTION _seal_close(action text, target regclass, ids int8multirange, opened jsonb, removes boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_close(action text, target regclass, ids int8multirange, opened jsonb, removes boolean) IS 'After sealed rows were changed: seals their chunks anew, and adds a line to archive.seal_log.';


--
-- Name: _seal_condition(regclass, xid8, xid8); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_condition(target regclass, below xid8, sealed_below xid8) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN (sealed_below IS NULL) THEN 'true'::text ELSE format('a.transaction_id >= %L and a.transaction_id < %L'::text, sealed_below, below) END;


--
-- Name: FUNCTION _seal_condition(target regclass, below xid8, sealed_below xid8); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_condition(target regclass, below xid8, sealed_below xid8) IS 'Which rows, a, may have to be sealed.';


--
-- Name: seal_log; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.seal_log (
    log_id bigint NOT NULL,
    logged_at timestamp with time zone DEFAULT now() NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    action text NOT NULL,
    target regclass NOT NULL,
    target_name text NOT NULL,
    ids int8multirange,
    old_name text,
    new_name text,
    digests jsonb
);


--
-- Name: TABLE seal_log; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.seal_log IS 'Lawful changes of archived rows, sealed like the rows: written by the functions that make them.';


--
-- Name: COLUMN seal_log.log_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.log_id IS 'The order of lines.';


--
-- Name: COLUMN seal_log.logged_at; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.logged_at IS 'When that transaction began.';


--
-- Name: COLUMN seal_log.transaction_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.transaction_id IS 'The transaction that made the change.';


--
-- Name: COLUMN seal_log.action; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.action IS 'restore, purge, hold, release, erase, pseudonym (of a person who is erased), overflow (moved to a column) or rename.';


--
-- Name: COLUMN seal_log.target; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.target IS 'The archive.';


--
-- Name: COLUMN seal_log.target_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.target_name IS 'Its name then.';


--
-- Name: COLUMN seal_log.ids; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.ids IS 'The archive ids of the rows.';


--
-- Name: COLUMN seal_log.old_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.old_name IS 'What a renamed column was called.';


--
-- Name: COLUMN seal_log.new_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.new_name IS 'What it is called from then on.';


--
-- Name: COLUMN seal_log.digests; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.seal_log.digests IS 'The chunks that were sealed anew: their digest before, as it was found then, and after.';


--
-- Name: _seal_is_covered(regclass, name); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_is_covered(target regclass, name name) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((target)::oid = ('archive.seal_log'::regclass)::oid) THEN (name <> 'target'::name) ELSE (name <> ALL (ARRAY['restored_at'::name, 'restored_by'::name, 'restore_reason'::name, 'restored_as'::name, 'erased_at'::name, 'overflow'::name])) END;


--
-- Name: FUNCTION _seal_is_covered(target regclass, name name); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_is_covered(target regclass, name name) IS 'Whether a column is covered by seals.';


--
-- Name: _seal_labels(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_labels(target regclass) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_labels jsonb := '{}';
    v_rename archive.seal_log;
begin
    for v_rename in
        select l.*
          from archive.seal_log l
         where l.action = 'rename' and l.target = _seal_labels.target
         order by l.log_id
    loop
        v_labels := jsonb_set(v_labels, array[v_rename.new_name],
                              coalesce(v_labels -> v_rename.old_name, to_jsonb(v_rename.old_name)));
        -- Another column may take the name that is free now.
        v_labels := jsonb_set(v_labels, array[v_rename.old_name],
                              to_jsonb(format('%s@%s', v_rename.old_name, v_rename.log_id)));
    end loop;
    return v_labels;
end
$$;


--
-- Name: FUNCTION _seal_labels(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_labels(target regclass) IS 'The names under which renamed columns of an archive are sealed, by their names now.';


--
-- Name: _seal_value(name, oid, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_value(name name, type oid, cast_to text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT CASE WHEN ((y.oid = ANY ((('{smallint,integer,bigint,numeric,boolean,uuid,xid8,date,inet}'::regtype[] || '{"timestamp without time zone","timestamp with time zone"}'::regtype[]))::oid[])) AND (_seal_value.cast_to IS NULL)) THEN format('a.%I::text'::text, _seal_value.name) WHEN ((y.typnamespace = ('pg_catalog'::regnamespace)::oid) AND (_seal_value.cast_to IS NULL)) THEN format('quote_literal(a.%I::text)'::text, _seal_value.name) ELSE format('case when num_nonnulls(a.%1$I) > 0 then quote_literal(concat(a.%1$I%2$s)) end'::text, _seal_value.name, ('::'::text || _seal_value.cast_to)) END AS format FROM pg_type y WHERE (y.oid = _seal_value.type));


--
-- Name: FUNCTION _seal_value(name name, type oid, cast_to text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_value(name name, type oid, cast_to text) IS 'The SQL expression of a column''s value as text, null for null. cast_to: the type that it had.';


--
-- Name: _seal_content(regclass, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_content(target regclass, former_types jsonb DEFAULT '{}'::jsonb) RETURNS text
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH parts(part, n) AS (
          SELECT format('%L || %s'::text, ((' '::text || quote_literal(c.label)) || '='::text), c.value) AS format,
             (row_number() OVER (ORDER BY (c.label COLLATE "C")) - 1) AS "?column?"
            FROM ( SELECT COALESCE((l.labels ->> (a.attname)::text), (a.attname)::text) AS label,
                     archive._seal_value(a.attname, a.atttypid, (_seal_content.former_types ->> (a.attname)::text)) AS value
                    FROM (archive._seal_labels(_seal_content.target) l(labels)
                      JOIN pg_attribute a ON (((a.attrelid = (_seal_content.target)::oid) AND (a.attnum > 0) AND (NOT a.attisdropped))))
                   WHERE archive._seal_is_covered(_seal_content.target, a.attname)) c
         ), groups(part, n) AS (
          SELECT format('concat(%s)'::text, string_agg(p.part, ', '::text ORDER BY p.n)) AS format,
             (p.n / 90) AS "?column?"
            FROM parts p
           GROUP BY (p.n / 90)
         )
  SELECT format('concat(%s)'::text, string_agg(g.part, ', '::text ORDER BY g.n)) AS format
    FROM groups g;
END;


--
-- Name: FUNCTION _seal_content(target regclass, former_types jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_content(target regclass, former_types jsonb) IS 'The SQL expression of what is sealed of an archived row, a, as text. former_types: types that columns had when they were sealed, by name.';


--
-- Name: _seal_digests(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_digests(query text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (('select g.batch, g.chunk, g.first_id, g.last_id, g.rows, g.ids, g.restored, g.erased, s.salt, sha256(s.salt || g.content) from ('::text || query) || ') g cross join lateral (select coalesce(g.salt, uuid_send(gen_random_uuid())) as salt offset 0) s'::text);


--
-- Name: FUNCTION _seal_digests(query text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_digests(query text) IS 'The query of chunks with their digests, of one with their contents. A chunk without a salt is given one.';


--
-- Name: _seal_ids(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_ids(query text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN format('select coalesce(range_agg(int8range(r.first, r.last, ''[]'')), ''{}'') as ids,       coalesce(sum(r.rows), 0)::bigint as rows  from (select min(i.archive_id) as first, max(i.archive_id) as last, count(*) as rows          from (select q.archive_id,                       q.archive_id - dense_rank() over (order by q.archive_id) as run from %s q) i         group by i.run) r'::text, query);


--
-- Name: FUNCTION _seal_ids(query text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_ids(query text) IS 'The query of the archive ids that another returns, and of how many rows it has.';


--
-- Name: _seal_lock(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_lock() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    perform archive._check_read_committed('a row sealed meanwhile');
    lock table archive.seal_chunk in share row exclusive mode;
end
$$;


--
-- Name: FUNCTION _seal_lock(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_lock() IS 'Waits for seals and changes of sealed rows under way; no other begins before the end of the transaction.';


--
-- Name: _seal_log_add(text, regclass, int8multirange, jsonb, text, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_log_add(action text, target regclass, ids int8multirange, digests jsonb DEFAULT NULL::jsonb, old_name text DEFAULT NULL::text, new_name text DEFAULT NULL::text) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 INSERT INTO archive.seal_log (action, target, target_name, ids, digests, old_name, new_name)  SELECT _seal_log_add.action AS action,
             _seal_log_add.target AS target,
             archive._name(_seal_log_add.target) AS _name,
             _seal_log_add.ids AS ids,
             _seal_log_add.digests AS digests,
             _seal_log_add.old_name AS old_name,
             _seal_log_add.new_name AS new_name
           WHERE ((_seal_log_add.ids IS NULL) OR (NOT isempty(_seal_log_add.ids)));
END;


--
-- Name: FUNCTION _seal_log_add(action text, target regclass, ids int8multirange, digests jsonb, old_name text, new_name text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_log_add(action text, target regclass, ids int8multirange, digests jsonb, old_name text, new_name text) IS 'Adds a line to archive.seal_log; none where it is about no row.';


--
-- Name: _seal_note_holds(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_note_holds() RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_hold record;
begin
    for v_hold in
        select h.source, h.archive_id
          from archive.holds h
         where not exists (select from archive.seal_log l where l.action = 'hold' and l.ids @> h.archive_id)
           for share
    loop
        perform archive._seal_log_add(
                    'hold', r.target, int8multirange(int8range(v_hold.archive_id, v_hold.archive_id, '[]')))
           from archive.registry r
          where r.source = v_hold.source;
    end loop;
end
$$;


--
-- Name: FUNCTION _seal_note_holds(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_note_holds() IS 'Adds a line for each hold of which no line says so.';


--
-- Name: _seal_note_marks(text, regclass, int8multirange); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_note_marks(action text, target regclass, marked int8multirange) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT archive._seal_log_add(action, target, (marked - COALESCE(( SELECT range_agg(l.ids) AS range_agg
            FROM archive.seal_log l
           WHERE ((l.action = _seal_note_marks.action) AND ((l.target)::oid = (_seal_note_marks.target)::oid))), '{}'::int8multirange))) AS _seal_log_add
   WHERE (NOT isempty(marked));
END;


--
-- Name: FUNCTION _seal_note_marks(action text, target regclass, marked int8multirange); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_note_marks(action text, target regclass, marked int8multirange) IS 'Adds a line for rows that are marked as restored or erased, and of which no line says so.';


--
-- Name: _seal_read(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_read(query text) RETURNS SETOF archive.seal_reading
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET quote_all_identifiers TO 'off'
    SET work_mem TO '64MB'
    SET jit TO 'off'
    AS $$
declare
    v_readings archive.seal_reading[];
begin
    begin
        execute format('select array_agg(q::archive.seal_reading) from (%s) q', query) into v_readings;
        raise exception using errcode = 'ARDRY';
    exception when sqlstate 'ARDRY' then
        null;
    end;
    return query select * from unnest(v_readings);
end
$$;


--
-- Name: FUNCTION _seal_read(query text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_read(query text) IS 'Runs a query of chunks under fixed settings.';


--
-- Name: _seal_relation(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_relation(target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((target)::oid = ('archive.seal_log'::regclass)::oid) THEN '(select l.*, l.log_id as archive_id, l.logged_at as archived_at, null::timestamptz as restored_at, null::timestamptz as erased_at from archive.seal_log l)'::text ELSE archive._name(target) END;


--
-- Name: FUNCTION _seal_relation(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_relation(target regclass) IS 'What is sealed as the source of a query.';


--
-- Name: _seal_rows(regclass, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_rows(target regclass, former_types jsonb DEFAULT '{}'::jsonb) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('select a.archive_id, a.archived_at, a.restored_at is not null as restored, a.erased_at is not null as erased, %s as content from %s a'::text, archive._seal_content(target, former_types), archive._seal_relation(target));


--
-- Name: FUNCTION _seal_rows(target regclass, former_types jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_rows(target regclass, former_types jsonb) IS 'The query of a table''s rows as they are sealed.';


--
-- Name: _seal_read_chunks(regclass, text, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_read_chunks(target regclass, condition text, former_types jsonb DEFAULT '{}'::jsonb) RETURNS SETOF archive.seal_reading
    LANGUAGE sql STABLE
    RETURN archive._seal_read(archive._seal_digests(format('select c.batch, c.chunk, c.salt, %s  from (select * from archive.seal_chunk c where c.target = %s and %s) c  left join lateral (%s where a.archive_id between c.first_id and c.last_id                          and c.remaining @> a.archive_id) r on true group by c.batch, c.chunk, c.salt'::text, archive._seal_aggregates(), (target)::oid, condition, archive._seal_rows(target, former_types))));


--
-- Name: FUNCTION _seal_read_chunks(target regclass, condition text, former_types jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_read_chunks(target regclass, condition text, former_types jsonb) IS 'The sealed chunks, c, of a table for which a condition holds, as they are found now.';


--
-- Name: _seal_open(regclass, int8multirange, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_open(target regclass, ids int8multirange, removes boolean DEFAULT false) RETURNS jsonb
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT jsonb_agg(jsonb_build_object('batch', c.batch, 'chunk', c.chunk, 'old', encode(c.digest, 'hex'::text), 'found', encode(r.digest, 'hex'::text)) ORDER BY c.batch, c.chunk) AS jsonb_agg
    FROM (archive._seal_read_chunks(_seal_open.target, format('c.last_id >= %s and c.first_id <= %s and c.remaining && %L and (c.remaining <@ %3$L) is not %s'::text, COALESCE(lower(_seal_open.ids), (0)::bigint), COALESCE(upper(_seal_open.ids), (0)::bigint), _seal_open.ids,
         CASE
             WHEN _seal_open.removes THEN 'true'::text
             ELSE 'null'::text
         END)) r(batch, chunk, first_id, last_id, rows, ids, restored, erased, salt, digest)
      JOIN archive.seal_chunk c ON (((c.batch = r.batch) AND (c.chunk = r.chunk))))
   WHERE (NOT isempty(_seal_open.ids));
END;


--
-- Name: FUNCTION _seal_open(target regclass, ids int8multirange, removes boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_open(target regclass, ids int8multirange, removes boolean) IS 'Before sealed rows are changed: compares their chunks with their digests, for archive._seal_close().';


--
-- Name: _seal_origin(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_origin() RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_system text := '';
begin
    if has_function_privilege('pg_control_system()', 'execute') then
        select s.system_identifier::text into v_system from pg_control_system() s;
    end if;
    return format('%s/%s', v_system, 'archive.seal_batch'::regclass::oid);
end
$$;


--
-- Name: FUNCTION _seal_origin(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_origin() IS 'Within what the transaction ids of a batch can be compared.';


--
-- Name: _seal_page(regclass, text, bigint, bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_page(target regclass, condition text, after_id bigint, max_rows bigint) RETURNS SETOF archive.seal_reading
    LANGUAGE sql STABLE
    RETURN archive._seal_read(archive._seal_digests(format('with page as materialized (    %s where %s and a.archive_id > %L and not %L::int8multirange @> a.archive_id     order by a.archive_id fetch first %s rows with ties), numbered as materialized (    select p.*, (dense_rank() over (order by p.archive_id) - 1) / 1000 as chunk from page p) select null::bigint as batch, row_number() over (order by n.chunk, n.archive_id / 100000) as chunk,        null::bytea as salt, %s   from numbered n group by n.chunk, n.archive_id / 100000'::text, archive._seal_rows(target), condition, after_id, (SELECT COALESCE(range_agg(c.ids), '{}'::int8multirange) AS "coalesce" FROM archive.seal_chunk c WHERE (((c.target)::oid = (_seal_page.target)::oid) AND (c.last_id > _seal_page.after_id))), max_rows, archive._seal_aggregates())));


--
-- Name: FUNCTION _seal_page(target regclass, condition text, after_id bigint, max_rows bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_page(target regclass, condition text, after_id bigint, max_rows bigint) IS 'The next rows of an archive that are in no batch, as chunks.';


--
-- Name: _seal_target(regclass, bigint, text, bigint, bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_target(target regclass, batch bigint, condition text, max_rows bigint, INOUT last_chunk bigint, OUT rows bigint) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
    v_after    bigint;
    v_readings archive.seal_reading[];
begin
    rows := 0;
    execute format('select min(a.archive_id) - 1 from %s a where %s', archive._seal_relation(target), condition)
       into v_after;
    while v_after is not null and rows < max_rows loop
        select array_agg(p), max(p.last_id), _seal_target.rows + coalesce(sum(p.rows), 0)
          into v_readings, v_after, rows
          from archive._seal_page(target, condition, v_after, least(50000, max_rows - rows)) p;
        insert into archive.seal_chunk
        select _seal_target.batch, last_chunk + r.chunk, target, r.first_id, r.last_id, r.ids, r.ids, r.salt, r.digest,
               r.digest
          from unnest(v_readings) r;
        last_chunk := last_chunk + coalesce(cardinality(v_readings), 0);
        perform archive._seal_note_marks('restore', target, range_agg(r.restored)),
                archive._seal_note_marks('erase', target, range_agg(r.erased))
           from unnest(v_readings) r
         where target <> 'archive.seal_log'::regclass;
    end loop;
end
$$;


--
-- Name: FUNCTION _seal_target(target regclass, batch bigint, condition text, max_rows bigint, INOUT last_chunk bigint, OUT rows bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_target(target regclass, batch bigint, condition text, max_rows bigint, INOUT last_chunk bigint, OUT rows bigint) IS 'Seals rows of one archive that are in no batch; last_chunk: the last chunk of the batch before and after.';


--
-- Name: disabled; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.disabled (
    source regclass NOT NULL,
    target regclass NOT NULL,
    exclude text[] NOT NULL,
    columns jsonb NOT NULL,
    source_name text,
    source_oid oid,
    target_oid oid,
    last_attnum smallint,
    exclude_attnums smallint[],
    lookups text DEFAULT 'all'::text NOT NULL
);


--
-- Name: TABLE disabled; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.disabled IS 'What the registry had of a table until archive.disable(): archive.enable() goes on from there.';


--
-- Name: COLUMN disabled.source; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.source IS 'The live table.';


--
-- Name: COLUMN disabled.target; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.target IS 'Its archive.';


--
-- Name: COLUMN disabled.exclude; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.exclude IS 'Columns that are never copied.';


--
-- Name: COLUMN disabled.columns; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.columns IS 'The copied columns by name: attnum; copy and copy_attnum, the archive''s column; since, the archive_id from which on rows have it.';


--
-- Name: COLUMN disabled.source_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.source_name IS 'The table''s name when archive.enable() was last called.';


--
-- Name: COLUMN disabled.source_oid; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.source_oid IS 'The table''s oid as a number. After a dump and restore the table has another: then names hold, not attnums.';


--
-- Name: COLUMN disabled.target_oid; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.target_oid IS 'The archive''s oid as a number, likewise.';


--
-- Name: COLUMN disabled.last_attnum; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.last_attnum IS 'The last attnum that the capture function knows: columns beyond go to overflow.';


--
-- Name: COLUMN disabled.exclude_attnums; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.exclude_attnums IS 'The attnums of the columns that are never copied.';


--
-- Name: COLUMN disabled.lookups; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.disabled.lookups IS 'Which indexes the archive has: all, or undo, the fewest with which everything works.';


--
-- Name: _seal_targets(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_targets() RETURNS SETOF regclass
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (c.oid)::regclass AS oid
    FROM (( SELECT 'archive.seal_log'::regclass AS regclass
         UNION
          SELECT r.target
            FROM archive.registry r
         UNION
          SELECT d.target
            FROM archive.disabled d) t(target)
      JOIN pg_class c ON ((c.oid = (t.target)::oid)))
   ORDER BY ((t.target)::oid <> ('archive.seal_log'::regclass)::oid), c.oid;
END;


--
-- Name: FUNCTION _seal_targets(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_targets() IS 'What is sealed: the log of changes, and every archive.';


--
-- Name: _seal_without_waiting(bigint); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._seal_without_waiting(max_rows bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    lock table archive.seal_chunk in share row exclusive mode nowait;
    perform archive._seal(max_rows);
exception when lock_not_available or sqlstate 'AR409' then
    null;
end
$$;


--
-- Name: FUNCTION _seal_without_waiting(max_rows bigint); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._seal_without_waiting(max_rows bigint) IS 'Closes a batch of at most so many rows, unless that has to wait or archive.seal() would refuse.';


--
-- Name: _search_columns(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._search_columns(relation regclass) RETURNS TABLE(attnum smallint, expression text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT a.attnum,
         CASE
             WHEN (a.atttypid = ('character'::regtype)::oid) THEN format('(%I::text collate pg_catalog."default")'::text, a.attname)
             WHEN (a.attcollation <> ('"default"'::regcollation)::oid) THEN format('%I collate pg_catalog."default"'::text, a.attname)
             ELSE quote_ident((a.attname)::text)
         END AS quote_ident
    FROM (pg_attribute a
      JOIN pg_type t ON (((t.oid = a.atttypid) AND (t.typcategory = 'S'::"char"))))
   WHERE ((a.attrelid = (_search_columns.relation)::oid) AND (a.attnum > 0) AND (NOT (a.attname IN ( SELECT m.name
            FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description)))) AND ((a.atttypid = ANY (ARRAY[('text'::regtype)::oid, ('character'::regtype)::oid])) OR (EXISTS ( SELECT
            FROM pg_cast c
           WHERE ((c.castsource = a.atttypid) AND (c.casttarget = ('text'::regtype)::oid) AND (c.castmethod = 'b'::"char") AND (c.castcontext = 'i'::"char"))))));
END;


--
-- Name: FUNCTION _search_columns(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._search_columns(relation regclass) IS 'The copied columns of text in an archive''s partition, as an index has them.';


--
-- Name: _search_drop_invalid(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._search_drop_invalid(partition regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_index regclass;
begin
    -- While another call makes an index, it is invalid too. That call has a lock on the partition.
    if not exists (select from archive._search_indexes(partition) i where not i.valid)
       or not archive._partition_lock(partition) then
        return;
    end if;
    for v_index in
        select i.index from archive._search_indexes(partition) i where not i.valid
    loop
        execute format('drop index %s', v_index);
    end loop;
end
$$;


--
-- Name: FUNCTION _search_drop_invalid(partition regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._search_drop_invalid(partition regclass) IS 'Drops the indexes of a partition that a cancelled CREATE INDEX CONCURRENTLY left.';


--
-- Name: _search_indexes(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._search_indexes(relation regclass) RETURNS TABLE(index regclass, valid boolean, attnums smallint[])
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (i.indexrelid)::regclass AS indexrelid,
     i.indisvalid,
     array_agg((d.refobjsubid)::smallint) AS array_agg
    FROM ((pg_index i
      JOIN pg_class c ON (((c.oid = i.indexrelid) AND (c.relname ~~ 'archive_search_%'::text))))
      JOIN pg_depend d ON (((d.classid = ('pg_class'::regclass)::oid) AND (d.objid = i.indexrelid) AND (d.refclassid = ('pg_class'::regclass)::oid) AND (d.refobjid = i.indrelid) AND (d.refobjsubid > 0))))
   WHERE (i.indrelid = (_search_indexes.relation)::oid)
   GROUP BY i.indexrelid, i.indisvalid;
END;


--
-- Name: FUNCTION _search_indexes(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._search_indexes(relation regclass) IS 'The trigram indexes of a partition, and the columns that each is of.';


--
-- Name: _search_install(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._search_install() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if archive._search_operator_class() is null
       and to_regnamespace('public') is not null
       and has_database_privilege(current_database(), 'create')
       and exists (select from pg_available_extension_versions v where v.name = 'pg_trgm' and v.trusted)
       and exists (select from archive._search_missing_indexes()) then
        create extension if not exists pg_trgm schema public;
    end if;
exception
    when insufficient_privilege or feature_not_supported or undefined_file then null;
    when duplicate_object or unique_violation or lock_not_available then null; -- another call installs it
end
$$;


--
-- Name: FUNCTION _search_install(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._search_install() IS 'Installs pg_trgm where a closed month could use it, and the caller may.';


--
-- Name: _search_make_indexes(integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._search_make_indexes(max_indexes integer) RETURNS TABLE(source regclass, partition regclass)
    LANGUAGE plpgsql
    SET lock_timeout TO '1s'
    AS $$
declare
    v_index record;
begin
    if max_indexes <= 0 then
        return;
    end if;
    perform archive._search_install();
    for v_index in
        select m.*
          from archive._search_missing_indexes() m
         where archive._search_operator_class() is not null
         limit max_indexes
    loop
        begin
            perform archive._search_drop_invalid(v_index.partition);
            execute format('create index %I on %s using gin (%s)', v_index.name, v_index.partition, v_index.definition);
            source := v_index.source;
            partition := v_index.partition;
            return next;
        exception
            when lock_not_available or duplicate_table then null;
            when query_canceled then return;
        end;
    end loop;
end
$$;


--
-- Name: FUNCTION _search_make_indexes(max_indexes integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._search_make_indexes(max_indexes integer) IS 'Makes the trigram indexes that closed months lack, and returns one row for each.';


--
-- Name: _search_operator_class(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._search_operator_class() RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('%I.gin_trgm_ops'::text, n.nspname) AS format FROM (pg_extension e JOIN pg_namespace n ON ((n.oid = e.extnamespace))) WHERE ((e.extname = 'pg_trgm'::name) AND has_schema_privilege(archive._owner(), n.oid, 'usage'::text)));


--
-- Name: FUNCTION _search_operator_class(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._search_operator_class() IS 'The operator class of pg_trgm for GIN, qualified; null where the extension is not installed.';


--
-- Name: _search_missing_indexes(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._search_missing_indexes() RETURNS TABLE(source regclass, partition regclass, name text, definition text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT r.source,
     p.partition,
     ('archive_search_'::text || md5((((p.partition)::oid || ' '::text) || min(c.attnum)))),
     string_agg(((c.expression || ' '::text) || COALESCE(archive._search_operator_class(), ''::text)), ', '::text ORDER BY c.attnum) AS string_agg
    FROM ((archive.registry r
      CROSS JOIN LATERAL archive._partitions(r.target) p(partition, lower, upper))
      CROSS JOIN LATERAL ( SELECT c_1.attnum,
             c_1.expression,
             ((row_number() OVER (ORDER BY c_1.attnum) - 1) / 32) AS nth
            FROM archive._search_columns(p.partition) c_1(attnum, expression)
           WHERE (NOT (c_1.attnum IN ( SELECT unnest(i.attnums) AS unnest
                    FROM archive._search_indexes(p.partition) i(index, valid, attnums)
                   WHERE i.valid)))) c)
   WHERE ((p.upper <= (now() - '1 day'::interval)) AND (pg_relation_size(p.partition) >= 1048576))
   GROUP BY r.source, p.partition, p.lower, c.nth
   ORDER BY p.lower DESC, r.source, c.nth;
END;


--
-- Name: FUNCTION _search_missing_indexes(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._search_missing_indexes() IS 'The trigram indexes that closed months lack, the newest first.';


--
-- Name: _subject_find(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._subject_find(subject text) RETURNS regclass
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_people regclass;
    v_found  regclass[] := '{}';
    v_all    regclass[] := array(select s.people from archive.subjects s join pg_class c on c.oid = s.people);
begin
    if v_all = '{}' then
        perform archive._refuse('nobody has said who is a person: archive.declare_subject() names the table of people');
    elsif cardinality(v_all) = 1 then
        return v_all[1];
    end if;
    foreach v_people in array v_all loop
        begin
            if archive._subject_values(v_people, subject, archive._key(v_people)::text[]) <> '{}' then
                v_found := v_found || v_people;
            end if;
        exception when data_exception then
            null;  -- a key of another type
        end;
    end loop;
    if cardinality(v_found) <> 1 then
        perform archive._refuse(format(
            '%s of %s know %s: name the table with archive.erase_subject(people, subject, reason)',
            case when v_found = '{}' then 'none' else 'several' end, array_to_string(v_all, ', '), subject));
    end if;
    return v_found[1];
end
$$;


--
-- Name: FUNCTION _subject_find(subject text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._subject_find(subject text) IS 'The table of people that has this person. AR422 where none or several have.';


--
-- Name: _subject_rows(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._subject_rows(source regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (format('select %s from %s'::text, string_agg(format('%I as %I'::text, c.name, archive._copy_name(c.name)), ', '::text), archive._live(_subject_rows.source)) || COALESCE((SELECT format(' union all select %s from %s'::text, string_agg(format('%I'::text, archive._copy_name(c.name)), ', '::text), archive._name(r.target)) AS format FROM archive.registry r WHERE ((r.source)::oid = (_subject_rows.source)::oid) GROUP BY r.target), ''::text)) FROM archive._columns(_subject_rows.source) c(attnum, name, type, archived_type, collated, generated, not_null, default_value) WHERE (NOT (c.name IN (SELECT unnest(archive._excluded(r.*)) AS unnest FROM archive.registry r WHERE ((r.source)::oid = (_subject_rows.source)::oid)))));


--
-- Name: FUNCTION _subject_rows(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._subject_rows(source regclass) IS 'A query of a table''s rows, live and archived.';


--
-- Name: _subject_values(regclass, text, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._subject_values(people regclass, subject text, columns text[]) RETURNS text[]
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_values text[];
begin
    execute format(
        'select array(select lower(v.value) from (%s) a cross join unnest(array[%s]::text[]) v (value)'
        '              where %s and trim(v.value) <> '''' group by 1 order by max(length(v.value)) desc)',
        archive._subject_rows(people),
        (select string_agg(format('a.%I::text', archive._copy_name(c)), ', ') from unnest(columns) c),
        archive._subject_condition(people, people)
    ) into v_values using subject;
    return v_values;
end
$$;


--
-- Name: FUNCTION _subject_values(people regclass, subject text, columns text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._subject_values(people regclass, subject text, columns text[]) IS 'What these columns say of a person, live or archived, in lower case, the longest first: one may contain another.';


--
-- Name: _verify_against(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_against(against text) RETURNS SETOF archive.verification
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT b.batch,
     NULL::regclass AS regclass,
     NULL::bigint AS int8,
     NULL::bigint AS int8,
     (b.batch IS NOT NULL),
         CASE
             WHEN (b.batch IS NULL) THEN format('no batch has the published digest %s'::text, d.digest)
             ELSE format('the published digest %s is that of batch %s'::text, d.digest, b.batch)
         END AS format
    FROM (( SELECT DISTINCT (regexp_matches(_verify_against.against, '\y[0-9a-f]{64}\y'::text, 'g'::text))[1] AS regexp_matches) d(digest)
      LEFT JOIN archive.seal_batch b ON ((b.digest = decode(d.digest, 'hex'::text))))
   ORDER BY b.batch NULLS FIRST;
END;


--
-- Name: FUNCTION _verify_against(against text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_against(against text) IS 'Whether published digests are in the chain.';


--
-- Name: _verify_batches(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_batches() RETURNS SETOF archive.verification
    LANGUAGE sql STABLE
    SET "TimeZone" TO 'UTC'
    BEGIN ATOMIC
 SELECT b.batch,
     NULL::regclass AS regclass,
     NULL::bigint AS int8,
     NULL::bigint AS int8,
     false,
     'the digest of the batch is another: the batch, one of its chunks or the batch before was changed, removed or inserted'::text
    FROM ( SELECT b_1.*::archive.seal_batch AS batch_row,
             b_1.batch,
             b_1.digest,
             lag(b_1.digest) OVER (ORDER BY b_1.batch) AS previous
            FROM archive.seal_batch b_1) b
   WHERE (b.digest <> archive._seal_batch_digest(b.batch_row, b.previous));
END;


--
-- Name: FUNCTION _verify_batches(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_batches() IS 'The batches whose digest is not that of their chunks.';


--
-- Name: _verify_ids(int8multirange); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_ids(ids int8multirange) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (length((ids)::text) > 100) THEN ("left"((ids)::text, 100) || '...'::text) ELSE (ids)::text END;


--
-- Name: FUNCTION _verify_ids(ids int8multirange); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_ids(ids int8multirange) IS 'Archive ids in a message.';


--
-- Name: _verify_mark(text, int8multirange, int8multirange); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_mark(name text, marked int8multirange, logged int8multirange) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN concat_ws('; '::text, ((('marked as '::text || name) || ' without a line in archive.seal_log: '::text) || archive._verify_ids(NULLIF((marked - logged), '{}'::int8multirange))), ((('no longer marked as '::text || name) || ': '::text) || archive._verify_ids(NULLIF((logged - marked), '{}'::int8multirange))));


--
-- Name: FUNCTION _verify_mark(name text, marked int8multirange, logged int8multirange); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_mark(name text, marked int8multirange, logged int8multirange) IS 'What is wrong with a mark; empty if nothing.';


--
-- Name: _verify_chunk(archive.seal_chunk, archive.seal_reading, int8multirange, int8multirange); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_chunk(sealed archive.seal_chunk, found archive.seal_reading, restored int8multirange, erased int8multirange) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN concat_ws('; '::text, ('removed: '::text || archive._verify_ids(NULLIF(((sealed).remaining - (found).ids), '{}'::int8multirange))), CASE WHEN (((sealed).remaining = (found).ids) AND ((sealed).digest <> (found).digest)) THEN 'a row was altered, or one inserted under an id of another'::text ELSE NULL::text END, NULLIF(archive._verify_mark('restored'::text, (found).restored, ((found).ids * restored)), ''::text), NULLIF(archive._verify_mark('erased'::text, (found).erased, ((found).ids * erased)), ''::text));


--
-- Name: FUNCTION _verify_chunk(sealed archive.seal_chunk, found archive.seal_reading, restored int8multirange, erased int8multirange); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_chunk(sealed archive.seal_chunk, found archive.seal_reading, restored int8multirange, erased int8multirange) IS 'What is wrong with the rows of a chunk; empty if nothing.';


--
-- Name: _verify_holds(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_holds() RETURNS SETOF archive.verification
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_line   record;
    v_logged int8multirange := '{}';
    v_held   int8multirange := (
        select coalesce(range_agg(int8range(h.archive_id, h.archive_id, '[]')), '{}') from archive.holds h);
    v_fault  text;
begin
    for v_line in
        select l.action, l.ids from archive.seal_log l where l.action in ('hold', 'release') order by l.log_id
    loop
        v_logged := case v_line.action when 'hold' then v_logged + v_line.ids else v_logged - v_line.ids end;
    end loop;
    v_fault := archive._verify_mark('held', v_held, v_logged);
    if v_fault <> '' then
        return next (null, 'archive.holds'::regclass, null, null, false, v_fault)::archive.verification;
    end if;
end
$$;


--
-- Name: FUNCTION _verify_holds(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_holds() IS 'Holds that no line of the log tells of, and those that are gone.';


--
-- Name: _verify_inserted(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_inserted(target regclass) RETURNS SETOF archive.verification
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT r.batch,
     _verify_inserted.target AS target,
     r.first_id,
     r.last_id,
     false,
     ('inserted after the seal: '::text || archive._verify_ids(r.ids))
    FROM (( SELECT n.batch,
             n.origin,
             n.sealed_at,
             n.sealed_below,
             n.digest
            FROM archive.seal_batch n
           ORDER BY n.batch DESC
          LIMIT 1) newest
      CROSS JOIN LATERAL archive._seal_read(format('select x.batch, null::bigint, min(x.archive_id), max(x.archive_id), count(*), range_agg(int8range(x.archive_id, x.archive_id, ''[]'')), null::int8multirange, null::int8multirange, null::bytea, null::bytea  from (select a.archive_id, (select min(b.batch) from archive.seal_batch b                               where b.origin = %L and b.sealed_below > a.transaction_id) as batch          from %s a         where a.transaction_id < %L and not %L::int8multirange @> a.archive_id) x group by x.batch'::text, newest.origin, archive._seal_relation(_verify_inserted.target), newest.sealed_below, ( SELECT COALESCE(range_agg(c.remaining), '{}'::int8multirange) AS "coalesce"
            FROM archive.seal_chunk c
           WHERE ((c.target)::oid = (_verify_inserted.target)::oid)))) r(batch, chunk, first_id, last_id, rows, ids, restored, erased, salt, digest))
   WHERE ((newest.sealed_below IS NOT NULL) AND (newest.origin = archive._seal_origin()));
END;


--
-- Name: FUNCTION _verify_inserted(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_inserted(target regclass) IS 'Archived rows that a batch should have, and none has.';


--
-- Name: _verify_log(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_log(target regclass) RETURNS TABLE(batch bigint, chunk bigint, fault text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH changes AS (
          SELECT d.batch,
             d.chunk,
             d.old,
             d.found,
             d.new,
             l.log_id,
             l.action,
             lag(d.new) OVER (PARTITION BY d.batch, d.chunk ORDER BY l.log_id) AS previous
            FROM (archive.seal_log l
              CROSS JOIN LATERAL jsonb_to_recordset(l.digests) d(batch bigint, chunk bigint, old text, found text, new text))
           WHERE ((l.target)::oid = (_verify_log.target)::oid)
         ), chunks AS (
          SELECT c_1.batch,
             c_1.chunk,
             encode(c_1.digest, 'hex'::text) AS digest,
             encode(c_1.sealed_digest, 'hex'::text) AS sealed_digest
            FROM archive.seal_chunk c_1
           WHERE (((c_1.target)::oid = (_verify_log.target)::oid) AND (c_1.digest <> c_1.sealed_digest))
         UNION
          SELECT d.batch,
             d.chunk,
             encode(c_1.digest, 'hex'::text) AS encode,
             encode(c_1.sealed_digest, 'hex'::text) AS encode
            FROM (changes d
              JOIN archive.seal_chunk c_1 ON (((c_1.batch = d.batch) AND (c_1.chunk = d.chunk))))
         )
  SELECT c.batch,
     c.chunk,
     f.fault
    FROM (chunks c
      CROSS JOIN LATERAL ( SELECT
                 CASE
                     WHEN (COALESCE(bool_or((d.old <> COALESCE(d.previous, c.sealed_digest))), true) OR ((array_agg(d.new ORDER BY d.log_id DESC))[1] <> c.digest)) THEN 'sealed anew without a line in archive.seal_log'::text
                     WHEN bool_or((d.found <> d.old)) THEN (('a row had been altered, inserted or removed already when '::text || string_agg(format('line %s (%s)'::text, d.log_id, d.action), ', '::text ORDER BY d.log_id) FILTER (WHERE (d.found <> d.old))) || ' of archive.seal_log sealed the chunk anew'::text)
                     ELSE NULL::text
                 END AS "case"
            FROM changes d
           WHERE ((d.batch = c.batch) AND (d.chunk = c.chunk))) f(fault))
   WHERE (f.fault IS NOT NULL);
END;


--
-- Name: FUNCTION _verify_log(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_log(target regclass) IS 'What is wrong with the digests of chunks that were sealed anew.';


--
-- Name: _verify_logged(regclass, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_logged(target regclass, action text) RETURNS int8multirange
    LANGUAGE sql STABLE
    RETURN (SELECT COALESCE(range_agg(l.ids), '{}'::int8multirange) AS "coalesce" FROM archive.seal_log l WHERE (((l.target)::oid = (_verify_logged.target)::oid) AND (l.action = _verify_logged.action)));


--
-- Name: FUNCTION _verify_logged(target regclass, action text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_logged(target regclass, action text) IS 'The ids for which the log has an action.';


--
-- Name: _verify_purged(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_purged(target regclass) RETURNS TABLE(batch bigint, chunk bigint, fault text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH unlogged(ids) AS MATERIALIZED (
          SELECT (range_agg((c_1.ids - c_1.remaining)) - archive._verify_logged(_verify_purged.target, 'purge'::text)) AS "?column?"
            FROM archive.seal_chunk c_1
           WHERE ((c_1.target)::oid = (_verify_purged.target)::oid)
         )
  SELECT c.batch,
     c.chunk,
     ('removed without a line in archive.seal_log: '::text || archive._verify_ids(((c.ids - c.remaining) * u.ids)))
    FROM (unlogged u
      JOIN archive.seal_chunk c ON ((((c.target)::oid = (_verify_purged.target)::oid) AND ((c.ids - c.remaining) && u.ids))));
END;


--
-- Name: FUNCTION _verify_purged(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_purged(target regclass) IS 'The chunks that lost rows of which no line of the log says so.';


--
-- Name: _verify_rows(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_rows(target regclass) RETURNS TABLE(batch bigint, chunk bigint, fault text)
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_restored int8multirange := archive._verify_logged(target, 'restore');
    v_erased   int8multirange := archive._verify_logged(target, 'erase');
    v_last     bigint[]       := '{-1,0,0}';
    v_page     record;
begin
    loop
        select array_agg(array[p.last_id, p.batch, p.chunk] order by p.last_id, p.batch, p.chunk) as keys,
               count(*) as chunks
          into v_page
          from (
              select c.last_id, c.batch, c.chunk
                from archive.seal_chunk c
               where c.target = _verify_rows.target and not isempty(c.remaining)
                 and c.last_id >= v_last[1] and (c.last_id, c.batch, c.chunk) > (v_last[1], v_last[2], v_last[3])
               order by c.last_id, c.batch, c.chunk
               limit 50
          ) p;
        exit when v_page.chunks = 0;
        return query
            select c.batch, c.chunk, nullif(archive._verify_chunk(c, r, v_restored, v_erased), '')
              from archive._seal_read_chunks(target, format(
                       'not isempty(c.remaining) and c.last_id between %1$s and %4$s'
                       ' and (c.last_id, c.batch, c.chunk) > (%1$s, %2$s, %3$s)'
                       ' and (c.last_id, c.batch, c.chunk) <= (%4$s, %5$s, %6$s)',
                       v_last[1], v_last[2], v_last[3], v_page.keys[v_page.chunks][1],
                       v_page.keys[v_page.chunks][2], v_page.keys[v_page.chunks][3])) r
              join archive.seal_chunk c on c.batch = r.batch and c.chunk = r.chunk;
        v_last := array[v_page.keys[v_page.chunks][1], v_page.keys[v_page.chunks][2], v_page.keys[v_page.chunks][3]];
    end loop;
end
$_$;


--
-- Name: FUNCTION _verify_rows(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_rows(target regclass) IS 'Every chunk with rows, and what is wrong with it; null if nothing.';


--
-- Name: _verify_source(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_source(target regclass) RETURNS regclass
    LANGUAGE sql STABLE
    RETURN COALESCE((SELECT r.source FROM archive.registry r WHERE ((r.target)::oid = (_verify_source.target)::oid)), (SELECT d.source FROM archive.disabled d WHERE ((d.target)::oid = (_verify_source.target)::oid) LIMIT 1), target);


--
-- Name: FUNCTION _verify_source(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_source(target regclass) IS 'The table of an archive; the archive where it has none now.';


--
-- Name: _verify_target(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._verify_target(target regclass) RETURNS SETOF archive.verification
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_source regclass := archive._verify_source(target);
begin
    if not exists (select from pg_class c where c.oid = target) then
        return query
            select c.batch, v_source, min(c.first_id), max(c.last_id), false, 'the archive was dropped'
              from archive.seal_chunk c where c.target = _verify_target.target group by c.batch order by c.batch;
        return;
    end if;
    return query
        with faults as materialized (
            select f.batch, f.chunk, string_agg(f.fault, '; ') as fault
              from (
                  select * from archive._verify_rows(target)
                  union all
                  select * from archive._verify_log(target)
                  union all
                  select * from archive._verify_purged(target)
              ) f
             where f.fault is not null
             group by f.batch, f.chunk
        )
        select c.batch, v_source, c.first_id, c.last_id, false, format('chunk %s: %s', c.chunk, f.fault)
          from faults f
          join archive.seal_chunk c on c.batch = f.batch and c.chunk = f.chunk
        union all
        select c.batch, v_source, min(c.first_id), max(c.last_id), true, format('%s chunks', count(*))
          from archive.seal_chunk c
         where c.target = _verify_target.target and c.batch not in (select f.batch from faults f)
         group by c.batch
        union all
        select i.batch, v_source, i.first_id, i.last_id, i.ok, i.detail from archive._verify_inserted(target) i
         order by 1, 3;
end
$$;


--
-- Name: FUNCTION _verify_target(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._verify_target(target regclass) IS 'What is found of the sealed rows of one archive, or of the log.';


--
-- Name: _view_daily(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_daily() RETURNS TABLE(day date, row_count bigint, exact boolean)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    BEGIN ATOMIC
 SELECT ((l.result ->> 'day'::text))::date AS date,
     ((l.result ->> 'rows'::text))::bigint AS int8,
     ((l.result ->> 'exact'::text))::boolean AS bool
    FROM archive._read_leaves(ARRAY( SELECT f.*::archive.leaf AS f
            FROM archive._leaves() f(source, partition, month)
           WHERE COALESCE((f.month >= archive._partition_month((now() - '29 days'::interval))), true)), '
          select d.day::date,
                 case when c.seen <= 1000 then c.seen
                      else greatest(c.seen, archive._view_estimate(%1$L, d.day, d.day + interval ''1 day'')) end as rows,
                 c.seen <= 1000 as exact
            from generate_series(date_trunc(''day'', now()) - interval ''29 days'', now(), interval ''1 day'') d (day)
           cross join lateral (
                select count(*) as seen
                  from (select from %1$s a
                         where a.archived_at >= d.day and a.archived_at < d.day + interval ''1 day''
                         limit 1001) s
                ) c
           where c.seen > 0
          '::text) l(source, partition, result);
END;


--
-- Name: FUNCTION _view_daily(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_daily() IS 'How many rows each partition has of each of the last 30 days, in UTC, where it has any.';


--
-- Name: _view_estimate(regclass, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_estimate(partition regclass, since timestamp with time zone, until timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    v_plan json;
begin
    execute format('explain (format json) select from %s where archived_at >= %L and archived_at < %L',
                   archive._name(partition), since, until) into v_plan;
    return v_plan -> 0 -> 'Plan' ->> 'Plan Rows';
end
$$;


--
-- Name: FUNCTION _view_estimate(partition regclass, since timestamp with time zone, until timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_estimate(partition regclass, since timestamp with time zone, until timestamp with time zone) IS 'How many rows of a partition the planner expects from that time on until before the other.';


--
-- Name: _view_period(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_period(source regclass, OUT oldest timestamp with time zone, OUT newest timestamp with time zone) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT min(((l.result ->> 'min'::text))::timestamp with time zone) AS min,
     max(((l.result ->> 'max'::text))::timestamp with time zone) AS max
    FROM archive._read_leaves(ARRAY( SELECT f.*::archive.leaf AS f
            FROM archive._leaves(ARRAY[_view_period.source]) f(source, partition, month)), 'select min(archived_at), max(archived_at) from %s'::text) l(source, partition, result);
END;


--
-- Name: FUNCTION _view_period(source regclass, OUT oldest timestamp with time zone, OUT newest timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_period(source regclass, OUT oldest timestamp with time zone, OUT newest timestamp with time zone) IS 'When the first and the last archived row of a table was ';


--
-- Name: _view_rows(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_rows(source regclass) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN (SELECT COALESCE(sum(((l.result ->> 'count'::text))::bigint), (0)::numeric) AS "coalesce" FROM archive._read_leaves(ARRAY(SELECT f.*::archive.leaf AS f FROM archive._leaves(ARRAY[_view_rows.source]) f(source, partition, month)), 'select count(*) from %s'::text) l(source, partition, result));


--
-- Name: FUNCTION _view_rows(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_rows(source regclass) IS 'How many rows of a table are archived.';


--
-- Name: _view_transactions_query(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_transactions_query() RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('
    select transaction_id, archived_at,
           min(archived_by) as archived_by, min(reason) as reason, min(session_role) as session_role,
           min(application_name) as application_name, min(client_addr) as client_addr,
           (select jsonb_object_agg(archive._label(t.source), t.count)
              from unnest(array[%s], array[%s]) t (source, count) where t.count > 0) as rows,
           count(restored_at) as restored
      from (%s) deleted
     group by archived_at, transaction_id
     order by archived_at desc, transaction_id desc'::text, string_agg(format('%L::regclass'::text, r.name), ', '::text ORDER BY r.archive), string_agg(format('count(*) filter (where source = %L::regclass)'::text, r.name), ', '::text ORDER BY r.archive), string_agg(format('
        select %L::regclass as source, transaction_id, archived_at, archived_by, reason, session_role, application_name, client_addr, restored_at from %s'::text, r.name, r.archive), '
         union all'::text ORDER BY r.archive)) AS format FROM (SELECT archive._name(e.source) AS _name, archive._name(e.target) AS _name FROM archive.registry e) r(name, archive));


--
-- Name: FUNCTION _view_transactions_query(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_transactions_query() IS 'The query of the view archive.transactions over all archives.';


--
-- Name: _view_write_transactions(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_write_transactions() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute 'create or replace view archive.transactions as' || case
        when (select count(*) between 1 and 50 from archive.registry) then archive._view_transactions_query()
        else ' select transaction_id, archived_at, archived_by, reason, session_role, application_name, client_addr,'
             ' rows, restored from archive.deletions(null, null)' end;
    comment on view archive.transactions is
        'One row per deletion, newest first: who, when, whence, why, rows of each table,'
        ' how many of them are restored. Of more than 50 tables, ask archive.deletions() instead.';
    execute format('grant select on archive.transactions to %I, %I',
                   archive._role('runtime'), archive._role('auditor'));
end
$$;


--
-- Name: FUNCTION _view_write_transactions(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_write_transactions() IS 'Creates or replaces the view archive.transactions.';


--
-- Name: capture_item(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.capture_item() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies id uuid, title character varying(255), description character varying(255), owner_id uuid.
<<capture>>
declare
    actor  text := nullif(current_setting('archive.actor', true), '');
    reason text := nullif(current_setting('archive.reason', true), '');
    -- Who deleted the row, when and from where: fields f1, f2 and so on, in the order of the columns. One expression
    -- for all is prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
    -- PostgreSQL names it in its error where a column was renamed or dropped since.
    "row seen by archive.enable()" alias for old;
    is_unknown boolean;
begin
    if tg_relid <> 0 and tg_relid is distinct from to_regclass('public.item') then
        raise exception 'archive: this function captures %, not %', 'public.item', tg_relid::regclass
            using errcode = 'AR422', hint = 'archive.enable() writes one for a table.';
    end if;

    -- A label from the start-up options of a connection may be invalid in this encoding: keep its bytes, escaped.
    -- to_ascii() changes every byte that is not ASCII. So an unchanged label is valid, and spared the costly check.
    if octet_length(actor) > 200 or to_ascii(actor, 'LATIN1') <> actor or to_ascii(reason, 'LATIN1') <> reason then
        begin
            perform convert_to(actor, getdatabaseencoding()), convert_to(reason, getdatabaseencoding());
        exception when character_not_in_repertoire or untranslatable_character then
            actor := encode(replace(actor, '\', '\\')::bytea, 'escape');
            reason := encode(replace(reason, '\', '\\')::bytea, 'escape');
        end;
        actor := left(actor, 200);
    end if;

    -- Is there a column that this function does not know? Null for an attribute that does not exist, and for one that
    -- was dropped, so ask for four. It costs next to nothing, where a query would cost more than the INSERT.
    is_unknown := tg_relid <> 0
        or has_column_privilege(tg_relid, 5::smallint, 'select') is not null
        or has_column_privilege(tg_relid, 6::smallint, 'select') is not null
        or has_column_privilege(tg_relid, 7::smallint, 'select') is not null
        or has_column_privilege(tg_relid, 8::smallint, 'select') is not null;

    if tg_op = 'TRUNCATE' then
    declare
        partition record;
        found_row record;
    begin
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
            raise exception 'TRUNCATE of % at isolation level % could lose rows',
                tg_relid::regclass, current_setting('transaction_isolation')
                using errcode = 'AR409', hint = 'Truncate at READ COMMITTED, or DELETE.';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active(tg_relid) then
            raise exception 'TRUNCATE of % could lose rows that row-level security hides from %',
                tg_relid::regclass, current_user
                using errcode = 'AR409', hint = 'DELETE instead.';
        end if;

        if is_unknown or tg_relid is distinct from to_regclass('public.item') then
            -- As a whole: fields of a row that * has put together cannot be asked for by name.
            for found_row in
                execute format('select "the row" as whole from only %s "the row"', tg_relid::regclass)
            loop
                "row seen by archive.enable()" := found_row.whole;
    <<kept>>
    declare
        unknown  record;
        value    text;
        overflow jsonb;
    begin
        if exists (
            select from pg_attribute a
              join unnest('{3,1,4,2}'::smallint[], '{description,id,owner_id,title}'::name[]) known (attnum, name) on known.attnum = a.attnum
             where a.attrelid = tg_relid and tg_relid = 0 and not a.attisdropped and a.attname <> known.name)
        then
            raise exception 'columns of % were renamed: call archive.enable()', tg_relid::regclass
                using errcode = 'AR409', hint = 'The row is not ';
        end if;
        perform set_config('extra_float_digits', '1', true), set_config('intervalstyle', 'postgres', true);
        for unknown in
            select a.attname as name, t.typcategory = 'D' as is_time
              from pg_attribute a
              join pg_type t on t.oid = a.atttypid
             where a.attrelid = tg_relid and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
               and case when tg_relid = 0 then a.attnum > 4 else a.attname <> all ('{id,title,owner_id,description}') end
        loop
            execute format(case when unknown.is_time then 'select to_jsonb(($1).%I) #>> ''{}'''
                                else 'select ($1).%I::text' end, unknown.name)
               into value using "row seen by archive.enable()";
            overflow := coalesce(overflow, '{}') || jsonb_build_object(unknown.name, value);
        end loop;
    insert into public.item_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded, overflow,
        id, title, description, owner_id)
    values (
        nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), capture.actor, capture.reason,
        session_user, current_setting('application_name'), inet_client_addr(), false, kept.overflow,
        "row seen by archive.enable()".id, "row seen by archive.enable()".title, "row seen by archive.enable()".description, "row seen by archive.enable()".owner_id);
    end;
            end loop;
            return null;
        end if;
        insert into public.item_archive (
            archive_id, transaction_id, archived_at, archived_by, reason,
            session_role, application_name, client_addr, cascaded,
            id, title, description, owner_id)
        select nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), capture.actor, capture.reason,
               session_user, current_setting('application_name'), inet_client_addr(), false,
               "rows seen by archive.enable()".id, "rows seen by archive.enable()".title, "rows seen by archive.enable()".description, "rows seen by archive.enable()".owner_id
          from only public.item as "rows seen by archive.enable()";
        return null;
    end;
    end if;

    if is_unknown then
    <<kept>>
    declare
        unknown  record;
        value    text;
        overflow jsonb;
    begin
        if exists (
            select from pg_attribute a
              join unnest('{3,1,4,2}'::smallint[], '{description,id,owner_id,title}'::name[]) known (attnum, name) on known.attnum = a.attnum
             where a.attrelid = tg_relid and tg_relid = 0 and not a.attisdropped and a.attname <> known.name)
        then
            raise exception 'columns of % were renamed: call archive.enable()', tg_relid::regclass
                using errcode = 'AR409', hint = 'The row is not ';
        end if;
        perform set_config('extra_float_digits', '1', true), set_config('intervalstyle', 'postgres', true);
        for unknown in
            select a.attname as name, t.typcategory = 'D' as is_time
              from pg_attribute a
              join pg_type t on t.oid = a.atttypid
             where a.attrelid = tg_relid and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
               and case when tg_relid = 0 then a.attnum > 4 else a.attname <> all ('{id,title,owner_id,description}') end
        loop
            execute format(case when unknown.is_time then 'select to_jsonb(($1).%I) #>> ''{}'''
                                else 'select ($1).%I::text' end, unknown.name)
               into value using "row seen by archive.enable()";
            overflow := coalesce(overflow, '{}') || jsonb_build_object(unknown.name, value);
        end loop;
    insert into public.item_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded, overflow,
        id, title, description, owner_id)
    values (
        nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), capture.actor, capture.reason,
        session_user, current_setting('application_name'), inet_client_addr(), pg_trigger_depth() > 1, kept.overflow,
        "row seen by archive.enable()".id, "row seen by archive.enable()".title, "row seen by archive.enable()".description, "row seen by archive.enable()".owner_id);
    end;
    else
    circumstances := row(
        nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), capture.actor, capture.reason,
        session_user, current_setting('application_name'), inet_client_addr(), pg_trigger_depth() > 1);
    insert into public.item_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded,
        id, title, description, owner_id)
    values (
        circumstances.f1, circumstances.f2, circumstances.f3, circumstances.f4, circumstances.f5,
        circumstances.f6, circumstances.f7, circumstances.f8, circumstances.f9,
        "row seen by archive.enable()".id, "row seen by archive.enable()".title, "row seen by archive.enable()".description, "row seen by archive.enable()".owner_id);
    end if;
    if not found then
        raise exception 'a trigger or rule of % kept a deleted row of % from being archived', 'public.item_archive', tg_relid::regclass
            using errcode = 'AR409', hint = 'The row is not  select * from archive.health() names the trigger.';
    end if;
    return old;
end
$_$;


--
-- Name: FUNCTION capture_item(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.capture_item() IS 'Copies deleted rows of public.item to public.item_archive.';


--
-- Name: capture_user(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.capture_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies id uuid, email character varying(255), is_active boolean, is_superuser boolean, full_name character varying(255).
<<capture>>
declare
    actor  text := nullif(current_setting('archive.actor', true), '');
    reason text := nullif(current_setting('archive.reason', true), '');
    -- Who deleted the row, when and from where: fields f1, f2 and so on, in the order of the columns. One expression
    -- for all is prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
    -- PostgreSQL names it in its error where a column was renamed or dropped since.
    "row seen by archive.enable()" alias for old;
    is_unknown boolean;
begin
    if tg_relid <> 0 and tg_relid is distinct from to_regclass('public."user"') then
        raise exception 'archive: this function captures %, not %', 'public."user"', tg_relid::regclass
            using errcode = 'AR422', hint = 'archive.enable() writes one for a table.';
    end if;

    -- A label from the start-up options of a connection may be invalid in this encoding: keep its bytes, escaped.
    -- to_ascii() changes every byte that is not ASCII. So an unchanged label is valid, and spared the costly check.
    if octet_length(actor) > 200 or to_ascii(actor, 'LATIN1') <> actor or to_ascii(reason, 'LATIN1') <> reason then
        begin
            perform convert_to(actor, getdatabaseencoding()), convert_to(reason, getdatabaseencoding());
        exception when character_not_in_repertoire or untranslatable_character then
            actor := encode(replace(actor, '\', '\\')::bytea, 'escape');
            reason := encode(replace(reason, '\', '\\')::bytea, 'escape');
        end;
        actor := left(actor, 200);
    end if;

    -- Is there a column that this function does not know? Null for an attribute that does not exist, and for one that
    -- was dropped, so ask for four. It costs next to nothing, where a query would cost more than the INSERT.
    is_unknown := tg_relid <> 0
        or has_column_privilege(tg_relid, 9::smallint, 'select') is not null
        or has_column_privilege(tg_relid, 10::smallint, 'select') is not null
        or has_column_privilege(tg_relid, 11::smallint, 'select') is not null
        or has_column_privilege(tg_relid, 12::smallint, 'select') is not null;

    if tg_op = 'TRUNCATE' then
    declare
        partition record;
        found_row record;
    begin
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
            raise exception 'TRUNCATE of % at isolation level % could lose rows',
                tg_relid::regclass, current_setting('transaction_isolation')
                using errcode = 'AR409', hint = 'Truncate at READ COMMITTED, or DELETE.';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active(tg_relid) then
            raise exception 'TRUNCATE of % could lose rows that row-level security hides from %',
                tg_relid::regclass, current_user
                using errcode = 'AR409', hint = 'DELETE instead.';
        end if;

        if is_unknown or tg_relid is distinct from to_regclass('public."user"') then
            -- As a whole: fields of a row that * has put together cannot be asked for by name.
            for found_row in
                execute format('select "the row" as whole from only %s "the row"', tg_relid::regclass)
            loop
                "row seen by archive.enable()" := found_row.whole;
    <<kept>>
    declare
        unknown  record;
        value    text;
        overflow jsonb;
    begin
        if exists (
            select from pg_attribute a
              join unnest('{2,5,1,3,4}'::smallint[], '{email,full_name,id,is_active,is_superuser}'::name[]) known (attnum, name) on known.attnum = a.attnum
             where a.attrelid = tg_relid and tg_relid = 0 and not a.attisdropped and a.attname <> known.name)
        then
            raise exception 'columns of % were renamed: call archive.enable()', tg_relid::regclass
                using errcode = 'AR409', hint = 'The row is not ';
        end if;
        perform set_config('extra_float_digits', '1', true), set_config('intervalstyle', 'postgres', true);
        for unknown in
            select a.attname as name, t.typcategory = 'D' as is_time
              from pg_attribute a
              join pg_type t on t.oid = a.atttypid
             where a.attrelid = tg_relid and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
               and case when tg_relid = 0 then a.attnum > 8 else a.attname <> all ('{id,email,full_name,is_active,is_superuser,hashed_password,tokens_valid_from,kept_token}') end
        loop
            execute format(case when unknown.is_time then 'select to_jsonb(($1).%I) #>> ''{}'''
                                else 'select ($1).%I::text' end, unknown.name)
               into value using "row seen by archive.enable()";
            overflow := coalesce(overflow, '{}') || jsonb_build_object(unknown.name, value);
        end loop;
    insert into public.user_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded, overflow,
        id, email, is_active, is_superuser, full_name)
    values (
        nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), capture.actor, capture.reason,
        session_user, current_setting('application_name'), inet_client_addr(), false, kept.overflow,
        "row seen by archive.enable()".id, "row seen by archive.enable()".email, "row seen by archive.enable()".is_active, "row seen by archive.enable()".is_superuser, "row seen by archive.enable()".full_name);
    end;
            end loop;
            return null;
        end if;
        insert into public.user_archive (
            archive_id, transaction_id, archived_at, archived_by, reason,
            session_role, application_name, client_addr, cascaded,
            id, email, is_active, is_superuser, full_name)
        select nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), capture.actor, capture.reason,
               session_user, current_setting('application_name'), inet_client_addr(), false,
               "rows seen by archive.enable()".id, "rows seen by archive.enable()".email, "rows seen by archive.enable()".is_active, "rows seen by archive.enable()".is_superuser, "rows seen by archive.enable()".full_name
          from only public."user" as "rows seen by archive.enable()";
        return null;
    end;
    end if;

    if is_unknown then
    <<kept>>
    declare
        unknown  record;
        value    text;
        overflow jsonb;
    begin
        if exists (
            select from pg_attribute a
              join unnest('{2,5,1,3,4}'::smallint[], '{email,full_name,id,is_active,is_superuser}'::name[]) known (attnum, name) on known.attnum = a.attnum
             where a.attrelid = tg_relid and tg_relid = 0 and not a.attisdropped and a.attname <> known.name)
        then
            raise exception 'columns of % were renamed: call archive.enable()', tg_relid::regclass
                using errcode = 'AR409', hint = 'The row is not ';
        end if;
        perform set_config('extra_float_digits', '1', true), set_config('intervalstyle', 'postgres', true);
        for unknown in
            select a.attname as name, t.typcategory = 'D' as is_time
              from pg_attribute a
              join pg_type t on t.oid = a.atttypid
             where a.attrelid = tg_relid and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
               and case when tg_relid = 0 then a.attnum > 8 else a.attname <> all ('{id,email,full_name,is_active,is_superuser,hashed_password,tokens_valid_from,kept_token}') end
        loop
            execute format(case when unknown.is_time then 'select to_jsonb(($1).%I) #>> ''{}'''
                                else 'select ($1).%I::text' end, unknown.name)
               into value using "row seen by archive.enable()";
            overflow := coalesce(overflow, '{}') || jsonb_build_object(unknown.name, value);
        end loop;
    insert into public.user_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded, overflow,
        id, email, is_active, is_superuser, full_name)
    values (
        nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), capture.actor, capture.reason,
        session_user, current_setting('application_name'), inet_client_addr(), pg_trigger_depth() > 1, kept.overflow,
        "row seen by archive.enable()".id, "row seen by archive.enable()".email, "row seen by archive.enable()".is_active, "row seen by archive.enable()".is_superuser, "row seen by archive.enable()".full_name);
    end;
    else
    circumstances := row(
        nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), capture.actor, capture.reason,
        session_user, current_setting('application_name'), inet_client_addr(), pg_trigger_depth() > 1);
    insert into public.user_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded,
        id, email, is_active, is_superuser, full_name)
    values (
        circumstances.f1, circumstances.f2, circumstances.f3, circumstances.f4, circumstances.f5,
        circumstances.f6, circumstances.f7, circumstances.f8, circumstances.f9,
        "row seen by archive.enable()".id, "row seen by archive.enable()".email, "row seen by archive.enable()".is_active, "row seen by archive.enable()".is_superuser, "row seen by archive.enable()".full_name);
    end if;
    if not found then
        raise exception 'a trigger or rule of % kept a deleted row of % from being archived', 'public.user_archive', tg_relid::regclass
            using errcode = 'AR409', hint = 'The row is not  select * from archive.health() names the trigger.';
    end if;
    return old;
end
$_$;


--
-- Name: FUNCTION capture_user(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.capture_user() IS 'Copies deleted rows of public."user" to public.user_archive.';


--
-- Name: declare_subject(regclass, name[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.declare_subject(people regclass, labels name[] DEFAULT '{}'::name[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_unknown text;
begin
    if people is null or coalesce(cardinality(archive._key(people)), 0) <> 1 then
        perform archive._refuse(format(
            '%s cannot be a table of people: it needs a primary key of one column', coalesce(people::text, 'null')));
    end if;
    select string_agg(coalesce(quote_ident(l), 'null'), ', ')
      into v_unknown
      from unnest(labels) l
     where l is null or l not in (select c.name from archive._columns(people) c);
    if v_unknown is not null then
        perform archive._refuse(format('%s has no column %s', people, v_unknown));
    end if;

    insert into archive.subjects as s (people, labels)
    values (declare_subject.people, coalesce(declare_subject.labels::text[], '{}'))
        on conflict on constraint subjects_pkey do update set labels = excluded.labels
           where s.labels <> excluded.labels;
end
$$;


--
-- Name: FUNCTION declare_subject(people regclass, labels name[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.declare_subject(people regclass, labels name[]) IS 'Declares that the rows of a table are people, for archive.erase_subject(). Its key has one column, of any type. labels: the columns by which people are known elsewhere, such as their e-mail. AR422 bad argument.';


--
-- Name: deletion(xid8, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.deletion(transaction_id xid8, archived_at timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS SETOF archive.deletion
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    BEGIN ATOMIC
 SELECT c.transaction_id,
     c.archived_at,
     c.archived_by,
     c.reason,
     c.session_role,
     c.application_name,
     c.client_addr,
     c.rows,
     c.rows_exact,
     c.restored,
     c.cursor
    FROM archive._deletion_count(ARRAY( SELECT p.*::archive.deletion_part AS p
            FROM archive._deletion_parts(deletion.transaction_id, deletion.archived_at) p(source, partition, archived_at, transaction_id, rows))) c(transaction_id, archived_at, archived_by, reason, session_role, application_name, client_addr, rows, rows_exact, restored, cursor);
END;


--
-- Name: FUNCTION deletion(transaction_id xid8, archived_at timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.deletion(transaction_id xid8, archived_at timestamp with time zone) IS 'The deletion of a transaction id; several where only the time distinguishes them, since an id is unique within one cluster. With its time it is found at once; without, all partitions are searched.';


--
-- Name: deletions(text, integer, jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.deletions(before text DEFAULT NULL::text, max_rows integer DEFAULT 100, filters jsonb DEFAULT '{}'::jsonb) RETURNS SETOF archive.deletion
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO'
    SET "TimeZone" TO 'UTC'
    AS $$
declare
    v_filter archive.deletion_filter := archive._deletion_filter(coalesce(filters, '{}'));
    v_last   timestamptz             := least((archive._deletion_cursor(before)).archived_at, v_filter.archived_before);
    v_leaves archive.leaf[]          := array(select l from archive._leaves() l);
    v_upper  timestamptz             := 'infinity';
    v_left   integer                 := max_rows;
    v_lower  timestamptz;
    v_one    archive.deletion;
begin
    if max_rows < 0 then
        perform archive._refuse(format('max_rows is a number of rows, not %s', max_rows));
    end if;
    for v_lower in
        select distinct coalesce(l.month, '-infinity') from unnest(v_leaves) l
         where coalesce(l.month <= v_last and l.month + interval '1 month' > coalesce(v_filter.archived_after, l.month),
                        true)
         order by 1 desc
    loop
        exit when v_left = 0;
        for v_one in
            select *
              from archive._deletion_month(
                  array(select l from unnest(v_leaves) l where coalesce(l.month, v_lower) = v_lower),
                  v_lower, v_upper, before, v_left, v_filter)
        loop
            return next v_one;
            v_left := v_left - 1;
        end loop;
        v_upper := v_lower;
    end loop;
end
$$;


--
-- Name: FUNCTION deletions(before text, max_rows integer, filters jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.deletions(before text, max_rows integer, filters jsonb) IS 'One row per deletion, newest first, of any number of tables; before is the cursor of the last row of a page. filters: {"archived_by", "session_role", "application_name", "not_application_name", "reason" (a part of it), "archived_after", "archived_before", "table", "min_rows"}.';


--
-- Name: describe(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.describe(address text DEFAULT NULL::text, OUT source regclass, OUT schema regnamespace, OUT name text, OUT archive text, OUT columns jsonb, OUT key text[]) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    BEGIN ATOMIC
 SELECT r.source,
     s.relnamespace,
     archive._address(r.source) AS _address,
     archive._name(r.target) AS _name,
     c.columns,
     (ARRAY( SELECT k.wanted
            FROM archive._key_copies(r.*) k(attnum, name, type, archived_type, collated, generated, default_value, copy, wanted, copy_type, copy_collated, copy_not_null, since)))::text[] AS "array"
    FROM ((archive.registry r
      JOIN pg_class s ON ((s.oid = (r.source)::oid)))
      CROSS JOIN LATERAL ( SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'category', t.typcategory, 'copied', (m.name IS NULL)) ORDER BY a.attnum) AS jsonb_agg
            FROM ((pg_attribute a
              JOIN pg_type t ON ((t.oid = a.atttypid)))
              LEFT JOIN archive._archive_metadata() m(name, type, not_null, captured, truncated, description) ON ((m.name = a.attname)))
           WHERE ((a.attrelid = (r.target)::oid) AND (a.attnum > 0) AND (NOT a.attisdropped))) c(columns))
   WHERE ((describe.address IS NULL) OR ((r.source)::oid = (( SELECT archive._find(describe.address) AS _find))::oid));
END;


--
-- Name: FUNCTION describe(address text, OUT source regclass, OUT schema regnamespace, OUT name text, OUT archive text, OUT columns jsonb, OUT key text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.describe(address text, OUT source regclass, OUT schema regnamespace, OUT name text, OUT archive text, OUT columns jsonb, OUT key text[]) IS 'The archived tables, or the one of this name: their archives; the columns of these, each with its type, the type''s category, and whether it is copied from the table; which of them are the key''s.';


--
-- Name: disable(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.disable(source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $$
declare
    v_trigger record;
begin
    if exists (select from pg_class c where c.oid = source) then
        perform archive._registry_entry(source);
        for v_trigger in
            select case when t.level = 'row' then source else t.relation end as relation, t.name
              from archive._capture_triggers(archive._registry_entry(source)) t
        loop
            execute format('drop trigger if exists %I on %s', v_trigger.name, v_trigger.relation);
        end loop;
    end if;
    delete from archive.disabled d where d.source = disable.source;
    with ended as (delete from archive.registry r where r.source = disable.source returning *)
    insert into archive.disabled select * from ended;
    if not found then
        perform archive._registry_entry(source);
    end if;
    perform archive._references_follow(source);
    perform archive._capture_drop_unused();
    perform archive._view_write_transactions();
end
$$;


--
-- Name: FUNCTION disable(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.disable(source regclass) IS 'Stops archiving a table. What is archived stays; archive.enable() goes on with it. A table that was dropped is named by its oid.';


--
-- Name: enable(regclass, name[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.enable(source regclass, exclude name[] DEFAULT NULL::name[], lookups text DEFAULT NULL::text) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $$
declare
    v_entry  archive.registry;
    v_before archive.registry;
begin
    perform archive._lookups_check(lookups);
    lock table archive.registry in share row exclusive mode;  -- one at a time; an advisory lock could be anybody's
    lock table archive.seal_chunk in share row exclusive mode;  -- before any archive, as a seal does
    select * into v_entry from archive.registry r where r.source = enable.source;
    if not found then
        select * into v_entry
          from archive.disabled d
         where d.source = enable.source and d.source_oid = enable.source and d.target_oid = d.target::oid
           and exists (select from pg_class c where c.oid = d.target);
    end if;
    v_entry.source := enable.source;
    v_entry.exclude := coalesce(enable.exclude::text[], archive._excluded(v_entry), '{}');
    v_entry.exclude_attnums := null;
    v_entry.columns := coalesce(v_entry.columns, '{}');
    v_entry.lookups := coalesce(enable.lookups, v_entry.lookups, 'all');
    perform archive._enable_check(v_entry);
    v_before := archive._enable_archive(v_entry);
    v_entry := archive._enable_follow(v_before);
    if enable.lookups is not null or v_before.columns = '{}' then
        perform archive._lookups_apply(v_entry);
    end if;
    perform archive._archive_prepare(v_entry.target);
    perform archive._enable_check_columns(v_entry);

    perform archive._enable_register(v_entry);
    perform archive._enable_move_overflow(v_before);
    perform archive._capture_install(v_entry);
    perform archive._references_follow(source);
    perform archive._capture_drop_unused();
    perform archive._enable_sequence(v_entry.target);
    perform archive._enable_warn(v_entry);
    return v_entry.target;
end
$$;


--
-- Name: FUNCTION enable(source regclass, exclude name[], lookups text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.enable(source regclass, exclude name[], lookups text) IS 'Archives a table from now on: makes <table>_archive if missing, writes the capture function and the triggers. Call it again after any change of the table: the archive follows columns that were added or renamed. exclude: columns never to be copied; null leaves that as it was. lookups: ''all'' indexes, or ''undo'', the fewest with which everything works; null leaves that as it was.';


--
-- Name: erase_subject(regclass, text, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.erase_subject(people regclass, subject text, reason text) RETURNS TABLE(source regclass, erased bigint, held bigint)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '10s'
    AS $$
declare
    v_declared  archive.subjects;
    v_labels    text[];
    v_pseudonym text := subject;
    v_table     record;
begin
    if subject is null then
        perform archive._refuse('subject must not be null');
    end if;
    perform archive._check_reason(reason);
    select s.* into v_declared from archive.subjects s where s.people = erase_subject.people;
    if not found then
        perform archive._refuse(format('%s is not declared as a table of people', coalesce(people::text, 'null')));
    end if;
    perform archive._purge_lock_holds();
    v_labels := archive._erase_labels(v_declared, subject);
    if (archive._key(people))[1] = any (v_declared.labels) then
        v_pseudonym := 'erased-' || gen_random_uuid();
    end if;

    perform archive._export_warn(people, subject, v_labels);
    -- The longest way to the person first: it leads through archives whose ids may be replaced next.
    for v_table in
        select r, archive._subject_condition(r.source, people) as condition
          from archive.registry r
         order by length(archive._subject_condition(r.source, people)) desc nulls last, r.source::oid
    loop
        source := (v_table.r).source;
        if v_table.condition is not null then
            select e.erased, e.held
              into erased, held
              from archive._erase_rows(v_table.r, v_table.condition, subject, v_labels, v_pseudonym) e;
            perform archive._purge_log_add(
                'erase', source, erased, held, jsonb_build_object('subject', v_pseudonym), reason);
            return next;
        end if;
        perform archive._erase_mentions(archive._name((v_table.r).target),
                                        '{archived_by,reason,restored_by,restore_reason}', v_labels, v_pseudonym);
    end loop;
    delete from archive.blanked_references b
     where exists (select from unnest(b.row_key || b.reference) v where lower(v) = any (v_labels));
    perform archive._erase_mentions('archive.holds', '{held_by,reason}', v_labels, v_pseudonym);
    perform archive._erase_mentions('archive.purge_log', '{actor,reason}', v_labels, v_pseudonym);
end
$$;


--
-- Name: FUNCTION erase_subject(people regclass, subject text, reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.erase_subject(people regclass, subject text, reason text) IS 'Blanks the content and identity of one person in every archive: their own row, rows they own, and rows that hang from those by foreign keys. Their labels give way to their id wherever the archive names who did something, or why. Ids, times and the fact of the erasure stay; such a row cannot be restored. people: the table that has them. Returns how many rows of each table were erased, and how many a legal hold kept. A NOTICE names the exported months that may hold the person. AR422 bad argument.';


--
-- Name: erase_subject(text, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.erase_subject(subject text, reason text) RETURNS TABLE(source regclass, erased bigint, held bigint)
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT erase_subject.source,
     erase_subject.erased,
     erase_subject.held
    FROM archive.erase_subject(archive._subject_find(erase_subject.subject), erase_subject.subject, erase_subject.reason) erase_subject(source, erased, held);
END;


--
-- Name: FUNCTION erase_subject(subject text, reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.erase_subject(subject text, reason text) IS 'The same for a person whose key is this text, in whichever table of people has them.';


--
-- Name: erase_subject(uuid, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.erase_subject(user_id uuid, reason text) RETURNS TABLE(source regclass, erased bigint, held bigint)
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT erase_subject.source,
     erase_subject.erased,
     erase_subject.held
    FROM archive.erase_subject((erase_subject.user_id)::text, erase_subject.reason) erase_subject(source, erased, held);
END;


--
-- Name: FUNCTION erase_subject(user_id uuid, reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.erase_subject(user_id uuid, reason text) IS 'The same for a person whose key is this UUID.';


--
-- Name: health(boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.health(thorough boolean DEFAULT false) RETURNS TABLE(source regclass, check_name text, ok boolean, severity text, detail text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    BEGIN ATOMIC
 WITH answers(source, check_name, severity, fault) AS (
          SELECT a_1.source,
             c.check_name,
             c.severity,
             a_1.fault
            FROM (archive._health_checks() c(check_name, severity, expression, of_tables, scans)
              CROSS JOIN LATERAL archive._health_ask(c.expression, c.of_tables, COALESCE(health.thorough, false)) a_1(source, fault))
           WHERE (COALESCE(health.thorough, false) OR (NOT c.scans))
         )
  SELECT a.source,
     a.check_name,
     (a.fault IS NULL),
     a.severity,
     a.fault
    FROM answers a
   ORDER BY (a.fault IS NULL), (a.source)::text, a.check_name;
END;


--
-- Name: FUNCTION health(thorough boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.health(thorough boolean) IS 'Whether the archive is in force, a row for each table and check; what is wrong comes first. thorough: also what must scan the archives.';


--
-- Name: hold(regclass, bigint[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.hold(source regclass, archive_ids bigint[], reason text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '10s'
    AS $$
declare
    v_entry archive.registry := archive._registry_entry(source);
    v_count bigint;
    v_ids   int8multirange;
begin
    perform archive._check_reason(reason);
    lock table archive.holds in row exclusive mode;  -- waits for a purge under way, before the rows are looked up
    perform archive._check_archived(v_entry, archive_ids);
    with held as (
        insert into archive.holds (archive_id, source, reason, held_by)
        select distinct i, v_entry.source, hold.reason, coalesce(archive.actor(), session_user)
          from unnest(archive_ids) i
            on conflict on constraint holds_pkey do nothing
        returning archive_id
    )
    select count(*), range_agg(int8range(h.archive_id, h.archive_id, '[]')) into v_count, v_ids from held h;
    perform archive._seal_log_add('hold', v_entry.target, coalesce(v_ids, '{}'));
    perform archive._purge_log_add(
        'hold', source, v_count, 0, jsonb_build_object('archive_ids', archive_ids), reason);
    return v_count;
end
$$;


--
-- Name: FUNCTION hold(source regclass, archive_ids bigint[], reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.hold(source regclass, archive_ids bigint[], reason text) IS 'Places a legal hold on archived rows: no purge and no erasure touches them. Returns how many were not held before. AR404 no such row, AR422 no reason.';


--
-- Name: import_soft_deleted(regclass, name, name, integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.import_soft_deleted(source regclass, deleted_at name, deleted_by name DEFAULT NULL::name, batch integer DEFAULT 10000) RETURNS integer
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT archive._import_batch(source, deleted_at, deleted_by, batch, current_setting('search_path'::text)) AS _import_batch;
END;


--
-- Name: FUNCTION import_soft_deleted(source regclass, deleted_at name, deleted_by name, batch integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.import_soft_deleted(source regclass, deleted_at name, deleted_by name, batch integer) IS 'Moves a batch of rows marked as deleted into the archive, the oldest first, with the time and person of the mark. deleted_at: a timestamp, a date, both read as UTC where they have no zone, or a boolean. deleted_by: any column. Returns how many; 0 when done. Rows to which live rows refer stay, and a warning counts them. A restored row is not marked any more. AR409 a trigger interferes, AR422 bad argument.';


--
-- Name: keep_move(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.keep_move() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    insert into archive.moves (transaction_id, started_at, relation, place)
    values (pg_current_xact_id(), now(), tg_relid, old.ctid);
    perform set_config('archive.moving', 'on', true);
    return new;
end
$$;


--
-- Name: FUNCTION keep_move(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.keep_move() IS 'Notes that a row of a partitioned table may move to another partition.';


--
-- Name: maintain(integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.maintain(max_search_indexes integer DEFAULT NULL::integer) RETURNS TABLE(source regclass, done text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    begin
        lock table archive.registry in share row exclusive mode nowait;
    exception when lock_not_available then
        return;
    end;
    delete from archive.moves m where m.transaction_id < pg_snapshot_xmin(pg_current_snapshot());
    for source, done in
        select r.source,
               case when not (archive._is_registered_oid(r.source, r.source_oid)
                              and archive._is_registered_oid(r.target, r.target_oid))
                        then 'registered anew, since it came from a dump'
                    when exists (
                        select from archive._capture_triggers(r) t
                         where t.relation <> r.source and t.fault like 'is missing%')
                        then 'triggers made for new partitions'
                    when archive._is_switched_over(r) then 'set right after a change of subscriptions'
               end
          from archive.registry r
    loop
        begin
            if done is not null then
                perform archive.enable(source);
                return next;
            end if;
        exception when sqlstate 'AR409' or sqlstate 'AR422' then
            null;  -- health says why
        end;
    end loop;
    return query
        select r.source, 'partition ' || made.partition || ' made'
          from archive.registry r
         cross join lateral archive._partition_make_missing(r.target) made (partition)
         order by 1;
    return query
        select made.source, 'search index of ' || made.partition || ' made'
          from archive._search_make_indexes(max_search_indexes) made;
    perform archive._seal_without_waiting(1000000);  -- some seconds; the next call goes on
end
$$;


--
-- Name: FUNCTION maintain(max_search_indexes integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.maintain(max_search_indexes integer) IS 'Does what has to happen daily: makes the archives'' partitions for this month and the two after, moves closed months out of the default partition, calls archive.enable() after a restore of a dump or a switch-over, and makes the indexes for the search of texts in closed months, where pg_trgm is installed or the owner may install it. max_search_indexes: how many of them in this call; null for all. Restores from a month wait for its index. Seals archived rows, up to a million, where archive.seal() could. Returns a row for each thing done; none where another call is under way.';


--
-- Name: note_export(regclass, timestamp with time zone, text[], archive.month_content, text, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.note_export(source regclass, month timestamp with time zone, columns text[], content archive.month_content, place text, file_digest text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_entry archive.registry := archive._registry_entry(source);
    v_id    bigint;
begin
    if month is distinct from archive._partition_month(month) then
        perform archive._refuse(format('%s is no start of a month in UTC', coalesce(month::text, 'null')));
    elsif archive._partition_month(month, 1) > now() - interval '1 day' then
        perform archive._refuse(format('the month that begins at %s is not closed', month));
    elsif content is null or columns is null or place is null or file_digest is null then
        perform archive._refuse('an export has columns, content, a place and a digest of its file');
    end if;
    insert into archive.export_log (
        source, source_name, month, columns, rows, first_id, last_id, digest, place, file_digest, actor)
    values (v_entry.source, archive._label(v_entry.source), month, columns, (content).rows, (content).first_id,
            (content).last_id, (content).digest, place, file_digest, archive.actor())
    returning log_id into v_id;
    return v_id;
end
$$;


--
-- Name: FUNCTION note_export(source regclass, month timestamp with time zone, columns text[], content archive.month_content, place text, file_digest text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.note_export(source regclass, month timestamp with time zone, columns text[], content archive.month_content, place text, file_digest text) IS 'Notes in archive.export_log that a closed month was written to a file, whose content was compared with the archive. Returns the entry''s number. AR422 bad argument.';


--
-- Name: purge(regclass, timestamp with time zone, bigint[], text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.purge(source regclass, archived_before timestamp with time zone DEFAULT NULL::timestamp with time zone, archive_ids bigint[] DEFAULT NULL::bigint[], reason text DEFAULT NULL::text, dry_run boolean DEFAULT true) RETURNS archive.purge_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '10s'
    AS $$
declare
    v_entry  archive.registry     := archive._registry_entry(source);
    v_result archive.purge_result := (0, 0, 0);
    v_scope  jsonb;
begin
    dry_run := coalesce(dry_run, true);
    if archived_before is null and archive_ids is null then
        perform archive._refuse('archived_before or archive_ids must say what to purge');
    elsif archived_before > now() then
        perform archive._refuse(format('archived_before is later than now: %s', archived_before));
    end if;
    perform archive._purge_lock_holds();
    if archive_ids is not null then
        perform archive._check_archived(v_entry, archive_ids);
    else
        v_result := archive._purge_partitions(v_entry, archived_before, dry_run);
    end if;

    if dry_run then
        select c.free, c.held
          into v_result.purged, v_result.held
          from archive._purge_count(v_entry, archived_before, archive_ids) c;
        return v_result;
    end if;
    -- What is left: rows named one by one, the month of archived_before, a partition that somebody reads, everything
    -- where a publication copies rows.
    v_result.purged := v_result.purged + archive._purge_rows(v_entry, archived_before, archive_ids);
    select c.held into v_result.held from archive._purge_count(v_entry, archived_before, archive_ids) c;
    perform archive._purge_references(v_entry);
    if v_result.purged > 0 or v_result.held > 0 then
        v_scope := jsonb_build_object('archived_before', archived_before, 'archive_ids', archive_ids);
        perform archive._purge_log_add(
            'purge', source, v_result.purged, v_result.held, jsonb_strip_nulls(v_scope), reason);
    end if;
    return v_result;
end
$$;


--
-- Name: FUNCTION purge(source regclass, archived_before timestamp with time zone, archive_ids bigint[], reason text, dry_run boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.purge(source regclass, archived_before timestamp with time zone, archive_ids bigint[], reason text, dry_run boolean) IS 'Destroys archived rows, restored and erased ones too, but those on legal hold. archived_before: all deleted before. archive_ids: these. dry_run, the default: only counts. AR404 no such row, AR422 bad argument, a date in the future included.';


--
-- Name: release(regclass, bigint[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.release(source regclass, archive_ids bigint[], reason text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '10s'
    AS $$
declare
    v_entry archive.registry := archive._registry_entry(source);
    v_count bigint;
    v_ids   int8multirange;
begin
    lock table archive.holds in row exclusive mode;
    perform archive._check_archived(v_entry, archive_ids);
    with released as (
        delete from archive.holds h where h.source = v_entry.source and h.archive_id = any (archive_ids)
        returning archive_id
    )
    select count(*), range_agg(int8range(h.archive_id, h.archive_id, '[]')) into v_count, v_ids from released h;
    perform archive._seal_log_add('release', v_entry.target, coalesce(v_ids, '{}'));
    perform archive._purge_log_add(
        'release', source, v_count, 0, jsonb_build_object('archive_ids', archive_ids), reason);
    return v_count;
end
$$;


--
-- Name: FUNCTION release(source regclass, archive_ids bigint[], reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.release(source regclass, archive_ids bigint[], reason text) IS 'Ends the legal hold on archived rows. Returns how many were held. AR404 no such row.';


--
-- Name: restore(regclass, bigint[], jsonb, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.restore(source regclass, archive_ids bigint[], overrides jsonb DEFAULT '{}'::jsonb, on_conflict text DEFAULT 'fail'::text, dry_run boolean DEFAULT false) RETURNS SETOF archive.restore_result
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT _restore_by_ids.source,
     _restore_by_ids.archive_id,
     _restore_by_ids.row_id,
     _restore_by_ids.outcome,
     _restore_by_ids.detail
    FROM archive._restore_by_ids(restore.source, restore.archive_ids, COALESCE(restore.overrides, '{}'::jsonb), restore.on_conflict, restore.dry_run, current_setting('search_path'::text)) _restore_by_ids(source, archive_id, row_id, outcome, detail);
END;


--
-- Name: FUNCTION restore(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.restore(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean) IS 'Restores archived rows. overrides: column values for all of them. on_conflict: fail (all or nothing), skip, or copy (under a new key). dry_run: says what would happen. AR404 no such row, AR409 cannot be restored, AR422 bad argument.';


--
-- Name: restore_transaction(xid8, timestamp with time zone, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.restore_transaction(transaction_id xid8, archived_at timestamp with time zone DEFAULT NULL::timestamp with time zone, on_conflict text DEFAULT 'fail'::text, dry_run boolean DEFAULT false) RETURNS SETOF archive.restore_result
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT _restore_by_transaction.source,
     _restore_by_transaction.archive_id,
     _restore_by_transaction.row_id,
     _restore_by_transaction.outcome,
     _restore_by_transaction.detail
    FROM archive._restore_by_transaction(restore_transaction.transaction_id, restore_transaction.archived_at, restore_transaction.on_conflict, restore_transaction.dry_run, current_setting('search_path'::text)) _restore_by_transaction(source, archive_id, row_id, outcome, detail);
END;


--
-- Name: FUNCTION restore_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.restore_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean) IS 'Undoes one deletion: restores, in one statement, the rows that a transaction deleted from all archived tables. archived_at: which one, where a dump and restore has made the id ambiguous. AR404 nothing was deleted, AR409 cannot be restored.';


--
-- Name: seal(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.seal() RETURNS text
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT encode(b.digest, 'hex'::text) AS encode
    FROM archive._seal('9223372036854775807'::bigint) b(batch, origin, sealed_at, sealed_below, digest);
END;


--
-- Name: FUNCTION seal(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.seal() IS 'Closes a batch of the archived rows that are in none, and returns the newest digest, which stands for all batches. Keep it where whoever could change the archive cannot: archive.verify(against => ...) tells whether it holds.';


--
-- Name: uninstall(boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.uninstall(drop_archives boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '10s'
    AS $$
declare
    v_tables regclass[] := case when drop_archives then array(select archive._archive_tables()) else '{}' end;
    v_grant  record;
    v_table  regclass;
begin
    perform archive.disable(r.source) from archive.registry r;
    foreach v_table in array v_tables loop
        execute format('drop table %s', v_table);
    end loop;
    for v_grant in
        select c.oid::regclass as relation, g.grantee::regrole as role
          from archive._archive_tables() a (oid)
          join pg_class c on c.oid = a.oid
         cross join aclexplode(c.relacl) g
         where g.grantee in (to_regrole(quote_ident(archive._role('runtime'))),
                             to_regrole(quote_ident(archive._role('auditor'))))
    loop
        execute format('revoke all on %s from %s', v_grant.relation, v_grant.role);
    end loop;
    drop schema archive cascade;
end
$$;


--
-- Name: FUNCTION uninstall(drop_archives boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.uninstall(drop_archives boolean) IS 'Ends archiving and drops schema archive. The archive tables stay, readable by their owner alone, unless drop_archives. The roles stay: they belong to the cluster.';


--
-- Name: verify(text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.verify(against text DEFAULT NULL::text) RETURNS TABLE(batch bigint, source regclass, first_id bigint, last_id bigint, ok boolean, detail text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_target regclass;
begin
    if against !~ '\y[0-9a-f]{64}\y' then
        perform archive._refuse('against is a digest that archive.seal() returned, or a text with such digests');
    end if;
    return query select * from archive._verify_against(against);
    if not exists (select from archive.seal_batch) then
        return query select null::bigint, null::regclass, null::bigint, null::bigint, true, 'nothing is sealed yet';
        return;
    end if;
    return query select * from archive._verify_batches();
    for v_target in
        select t from archive._seal_targets() t
        union
        select c.target from archive.seal_chunk c
         order by 1
    loop
        return query select * from archive._verify_target(v_target);
    end loop;
    return query select * from archive._verify_holds();
end
$$;


--
-- Name: FUNCTION verify(against text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.verify(against text) IS 'Compares the archive with its seals: a row for each batch and archive that is as it was sealed, one for each chunk that is not, with what is wrong. against: digests published earlier, which must be in the chain.';


--
-- Name: version(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.version() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN (SELECT s.value FROM archive.settings s WHERE (s.name = 'version'::text));


--
-- Name: FUNCTION version(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.version() IS 'The version of schema archive.';


--
-- Name: daily; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive.daily AS
 SELECT (d.day)::date AS day,
    (COALESCE(sum(c.row_count), (0)::numeric))::bigint AS rows,
    COALESCE(bool_and(c.exact), true) AS exact
   FROM (generate_series(((((now() AT TIME ZONE 'UTC'::text))::date - 29))::timestamp with time zone, (((now() AT TIME ZONE 'UTC'::text))::date)::timestamp with time zone, '1 day'::interval) d(day)
     LEFT JOIN archive._view_daily() c(day, row_count, exact) ON ((c.day = (d.day)::date)))
  GROUP BY d.day
  ORDER BY d.day;


--
-- Name: VIEW daily; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON VIEW archive.daily IS 'How many rows of all tables were deleted on each of the last 30 days, in UTC; exact says whether they were counted or estimated.';


--
-- Name: export_log; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.export_log (
    log_id bigint NOT NULL,
    exported_at timestamp with time zone DEFAULT now() NOT NULL,
    source regclass NOT NULL,
    source_name text NOT NULL,
    month timestamp with time zone NOT NULL,
    columns text[] NOT NULL,
    rows bigint NOT NULL,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL,
    digest text NOT NULL,
    place text NOT NULL,
    file_digest text NOT NULL,
    actor text,
    session_role text DEFAULT SESSION_USER NOT NULL,
    application_name text DEFAULT current_setting('application_name'::text),
    client_addr inet DEFAULT inet_client_addr()
);


--
-- Name: TABLE export_log; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.export_log IS 'Closed months that were exported to files. Written by archive.note_export().';


--
-- Name: COLUMN export_log.log_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.log_id IS 'The order of entries.';


--
-- Name: COLUMN export_log.exported_at; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.exported_at IS 'When that transaction began.';


--
-- Name: COLUMN export_log.source; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.source IS 'The live table.';


--
-- Name: COLUMN export_log.source_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.source_name IS 'The live table''s name then.';


--
-- Name: COLUMN export_log.month; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.month IS 'The start of the month, in UTC.';


--
-- Name: COLUMN export_log.columns; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.columns IS 'The archive''s columns that were exported.';


--
-- Name: COLUMN export_log.rows; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.rows IS 'How many rows.';


--
-- Name: COLUMN export_log.first_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.first_id IS 'The lowest archive_id.';


--
-- Name: COLUMN export_log.last_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.last_id IS 'The highest archive_id.';


--
-- Name: COLUMN export_log.digest; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.digest IS 'Of the rows'' content, as archive._export_content() computes it.';


--
-- Name: COLUMN export_log.place; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.place IS 'Where the file was written.';


--
-- Name: COLUMN export_log.file_digest; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.file_digest IS 'The file''s SHA-256.';


--
-- Name: COLUMN export_log.actor; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.actor IS 'Who, as the application knows it: archive.actor.';


--
-- Name: COLUMN export_log.session_role; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.session_role IS 'The database login that did it.';


--
-- Name: COLUMN export_log.application_name; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.application_name IS 'With what program, as it calls itself.';


--
-- Name: COLUMN export_log.client_addr; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.export_log.client_addr IS 'From where, as PostgreSQL sees it. Null over a Unix socket.';


--
-- Name: export_log_log_id_seq; Type: SEQUENCE; Schema: archive; Owner: -
--

ALTER TABLE archive.export_log ALTER COLUMN log_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME archive.export_log_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: SEQUENCE export_log_log_id_seq; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON SEQUENCE archive.export_log_log_id_seq IS 'Numbers the entries.';


--
-- Name: holds; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.holds (
    archive_id bigint NOT NULL,
    source regclass NOT NULL,
    reason text NOT NULL,
    held_at timestamp with time zone DEFAULT now() NOT NULL,
    held_by text NOT NULL
);


--
-- Name: TABLE holds; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.holds IS 'Legal holds: no purge and no erasure touches these rows. Kept by archive.hold() and archive.release().';


--
-- Name: COLUMN holds.archive_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.holds.archive_id IS 'The row held.';


--
-- Name: COLUMN holds.source; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.holds.source IS 'The live table it was deleted from.';


--
-- Name: COLUMN holds.reason; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.holds.reason IS 'Why: the case, the court.';


--
-- Name: COLUMN holds.held_at; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.holds.held_at IS 'When the hold was placed.';


--
-- Name: COLUMN holds.held_by; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.holds.held_by IS 'Who placed it.';


--
-- Name: moves; Type: TABLE; Schema: archive; Owner: -
--

CREATE UNLOGGED TABLE archive.moves (
    transaction_id xid8 NOT NULL,
    started_at timestamp with time zone NOT NULL,
    relation oid NOT NULL,
    place tid NOT NULL
);


--
-- Name: TABLE moves; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TABLE archive.moves IS 'Rows of partitioned tables that an update under way may move to another partition.';


--
-- Name: COLUMN moves.transaction_id; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.moves.transaction_id IS 'The updating transaction.';


--
-- Name: COLUMN moves.started_at; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.moves.started_at IS 'Its timestamp: ids start again after a dump and restore.';


--
-- Name: COLUMN moves.relation; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.moves.relation IS 'The partition.';


--
-- Name: COLUMN moves.place; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.moves.place IS 'The row''s version in it.';


--
-- Name: partition_sizes; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive.partition_sizes AS
 SELECT r.source,
    p.partition,
    p.lower,
    p.upper,
    (NULLIF(c.reltuples, ('-1'::integer)::double precision))::bigint AS rows,
    pg_total_relation_size(p.partition) AS bytes
   FROM ((archive.registry r
     CROSS JOIN LATERAL archive._partitions(r.target) p(partition, lower, upper))
     JOIN pg_class c ON ((c.oid = (p.partition)::oid)));


--
-- Name: VIEW partition_sizes; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON VIEW archive.partition_sizes IS 'One row per partition: its bounds, none for the default partition; about how many rows, null before the first ANALYZE; bytes on disk with indexes.';


--
-- Name: seal_log_log_id_seq; Type: SEQUENCE; Schema: archive; Owner: -
--

ALTER TABLE archive.seal_log ALTER COLUMN log_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME archive.seal_log_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: SEQUENCE seal_log_log_id_seq; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON SEQUENCE archive.seal_log_log_id_seq IS 'Numbers the lines.';


--
-- Name: tables; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive.tables AS
 SELECT r.source,
    r.target,
    archive._view_rows(r.source) AS rows,
    ( SELECT (sum(pg_total_relation_size(t.t)))::bigint AS sum
           FROM archive._tree(r.target) t(t)) AS bytes,
    (archive._view_period(r.source)).oldest AS oldest,
    (archive._view_period(r.source)).newest AS newest,
    p.count AS partitions,
    ( SELECT count(*) AS count
           FROM archive.holds h
          WHERE ((h.source)::oid = (r.source)::oid)) AS held
   FROM (archive.registry r
     CROSS JOIN LATERAL ( SELECT count(*) AS count
           FROM pg_inherits i
          WHERE (i.inhparent = (r.target)::oid)) p);


--
-- Name: VIEW tables; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON VIEW archive.tables IS 'One row per archived table: rows, bytes on disk with indexes, times of the oldest and the newest deletion, partitions, rows on legal hold.';


--
-- Name: item; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.item (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    title character varying(255) NOT NULL,
    description character varying(255),
    owner_id uuid NOT NULL,
    CONSTRAINT item_title_check CHECK ((char_length((title)::text) >= 1))
);


--
-- Name: TABLE item; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.item IS 'What users own. Deleted rows are in item_archive.';


--
-- Name: COLUMN item.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item.id IS 'UUID; version 7, hence by time, where the application made it.';


--
-- Name: COLUMN item.title; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item.title IS '1 to 255 characters.';


--
-- Name: COLUMN item.description; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item.description IS 'Up to 255 characters, or null.';


--
-- Name: COLUMN item.owner_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item.owner_id IS 'Whose it is.';


--
-- Name: item_archive; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.item_archive (
    archive_id bigint NOT NULL,
    transaction_id xid8 NOT NULL,
    archived_at timestamp with time zone NOT NULL,
    archived_by text,
    reason text,
    session_role text NOT NULL,
    application_name text,
    client_addr inet,
    cascaded boolean NOT NULL,
    restored_at timestamp with time zone,
    restored_by text,
    id uuid,
    title character varying(255),
    description character varying(255),
    owner_id uuid,
    erased_at timestamp with time zone,
    restore_reason text,
    restored_as text,
    overflow jsonb
)
PARTITION BY RANGE (archived_at);


--
-- Name: TABLE item_archive; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.item_archive IS 'The deleted rows of item, by month of their deletion. Written by its trigger alone.';


--
-- Name: COLUMN item_archive.archive_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.archive_id IS 'Names one archived row anywhere; the newest is the highest.';


--
-- Name: COLUMN item_archive.transaction_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.transaction_id IS 'The deleting transaction: all rows of one deletion share it.';


--
-- Name: COLUMN item_archive.archived_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.archived_at IS 'When that transaction began.';


--
-- Name: COLUMN item_archive.archived_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.archived_by IS 'Who, as the application knows it: a user''s id or any label. Null where none was set.';


--
-- Name: COLUMN item_archive.reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.reason IS 'Why, if given.';


--
-- Name: COLUMN item_archive.session_role; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.session_role IS 'The database login that did it.';


--
-- Name: COLUMN item_archive.application_name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.application_name IS 'With what program, as it calls itself.';


--
-- Name: COLUMN item_archive.client_addr; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.client_addr IS 'From where, as PostgreSQL sees it. Null over a Unix socket.';


--
-- Name: COLUMN item_archive.cascaded; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.cascaded IS 'Whether a foreign key''s cascade or another trigger deleted the row.';


--
-- Name: COLUMN item_archive.restored_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.restored_at IS 'When it was restored. The row stays as history.';


--
-- Name: COLUMN item_archive.restored_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.restored_by IS 'Who restored it.';


--
-- Name: COLUMN item_archive.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.id IS 'item.id; not unique here: a restored row can be deleted again.';


--
-- Name: COLUMN item_archive.title; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.title IS 'item.title';


--
-- Name: COLUMN item_archive.description; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.description IS 'item.description';


--
-- Name: COLUMN item_archive.owner_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.owner_id IS 'item.owner_id; no foreign key: the owner may be gone.';


--
-- Name: COLUMN item_archive.erased_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.erased_at IS 'When archive.erase_subject() blanked it. The shell stays as history.';


--
-- Name: COLUMN item_archive.restore_reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.restore_reason IS 'Why it was restored, if given.';


--
-- Name: COLUMN item_archive.restored_as; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.restored_as IS 'Where a copy was restored: its key.';


--
-- Name: COLUMN item_archive.overflow; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.item_archive.overflow IS 'Values of columns that archive.enable() has not seen yet, as text by name. Null otherwise.';


--
-- Name: user; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."user" (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    email character varying(255) NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    is_superuser boolean DEFAULT false NOT NULL,
    full_name character varying(255),
    hashed_password text DEFAULT '!'::text NOT NULL,
    tokens_valid_from timestamp with time zone DEFAULT now() NOT NULL,
    kept_token character varying(36)
);


--
-- Name: TABLE "user"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public."user" IS 'Those who sign in. Deleting one deletes their items. Deleted rows are in user_archive.';


--
-- Name: COLUMN "user".id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public."user".id IS 'UUID; version 7, hence by time, where the application made it.';


--
-- Name: COLUMN "user".email; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public."user".email IS 'Unique without regard to case.';


--
-- Name: COLUMN "user".is_active; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public."user".is_active IS 'Whether they may sign in.';


--
-- Name: COLUMN "user".is_superuser; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public."user".is_superuser IS 'Whether they may do everything, browse the archive and restore from it.';


--
-- Name: COLUMN "user".full_name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public."user".full_name IS 'As they want to be called.';


--
-- Name: COLUMN "user".hashed_password; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public."user".hashed_password IS 'Argon2id, or bcrypt until the next sign-in; ''!'' matches no password.';


--
-- Name: COLUMN "user".tokens_valid_from; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public."user".tokens_valid_from IS 'Tokens issued before this moment are invalid.';


--
-- Name: COLUMN "user".kept_token; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public."user".kept_token IS 'The jti of the one older token that stays valid: it changed the password.';


--
-- Name: user_archive; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.user_archive (
    archive_id bigint NOT NULL,
    transaction_id xid8 NOT NULL,
    archived_at timestamp with time zone NOT NULL,
    archived_by text,
    reason text,
    session_role text NOT NULL,
    application_name text,
    client_addr inet,
    cascaded boolean NOT NULL,
    restored_at timestamp with time zone,
    restored_by text,
    id uuid,
    email character varying(255),
    is_active boolean,
    is_superuser boolean,
    full_name character varying(255),
    erased_at timestamp with time zone,
    restore_reason text,
    restored_as text,
    overflow jsonb
)
PARTITION BY RANGE (archived_at);


--
-- Name: TABLE user_archive; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.user_archive IS 'The deleted rows of user, without passwords, by month. Written by its trigger alone.';


--
-- Name: COLUMN user_archive.archive_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.archive_id IS 'Names one archived row anywhere; the newest is the highest.';


--
-- Name: COLUMN user_archive.transaction_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.transaction_id IS 'The deleting transaction: all rows of one deletion share it.';


--
-- Name: COLUMN user_archive.archived_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.archived_at IS 'When that transaction began.';


--
-- Name: COLUMN user_archive.archived_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.archived_by IS 'Who, as the application knows it: a user''s id or any label. Null where none was set.';


--
-- Name: COLUMN user_archive.reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.reason IS 'Why, if given.';


--
-- Name: COLUMN user_archive.session_role; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.session_role IS 'The database login that did it.';


--
-- Name: COLUMN user_archive.application_name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.application_name IS 'With what program, as it calls itself.';


--
-- Name: COLUMN user_archive.client_addr; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.client_addr IS 'From where, as PostgreSQL sees it. Null over a Unix socket.';


--
-- Name: COLUMN user_archive.cascaded; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.cascaded IS 'Whether a foreign key''s cascade or another trigger deleted the row.';


--
-- Name: COLUMN user_archive.restored_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.restored_at IS 'When it was restored. The row stays as history.';


--
-- Name: COLUMN user_archive.restored_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.restored_by IS 'Who restored it.';


--
-- Name: COLUMN user_archive.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.id IS 'user.id; not unique here: a restored row can be deleted again.';


--
-- Name: COLUMN user_archive.email; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.email IS 'user.email';


--
-- Name: COLUMN user_archive.is_active; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.is_active IS 'user.is_active';


--
-- Name: COLUMN user_archive.is_superuser; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.is_superuser IS 'user.is_superuser';


--
-- Name: COLUMN user_archive.full_name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.full_name IS 'user.full_name';


--
-- Name: COLUMN user_archive.erased_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.erased_at IS 'When archive.erase_subject() blanked it. The shell stays as history.';


--
-- Name: COLUMN user_archive.restore_reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.restore_reason IS 'Why it was restored, if given.';


--
-- Name: COLUMN user_archive.restored_as; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.restored_as IS 'Where a copy was restored: its key.';


--
-- Name: COLUMN user_archive.overflow; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.user_archive.overflow IS 'Values of columns that archive.enable() has not seen yet, as text by name. Null otherwise.';


--
-- Name: transactions; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive.transactions AS
 SELECT transaction_id,
    archived_at,
    min(archived_by) AS archived_by,
    min(reason) AS reason,
    min(session_role) AS session_role,
    min(application_name) AS application_name,
    min(client_addr) AS client_addr,
    ( SELECT jsonb_object_agg(archive._label(t.source), t.count) AS jsonb_object_agg
           FROM UNNEST(ARRAY['public.item'::regclass, 'public."user"'::regclass], ARRAY[count(*) FILTER (WHERE ((source)::oid = ('public.item'::regclass)::oid)), count(*) FILTER (WHERE ((source)::oid = ('public."user"'::regclass)::oid))]) t(source, count)
          WHERE (t.count > 0)) AS rows,
    count(restored_at) AS restored
   FROM ( SELECT 'public.item'::regclass AS source,
            item_archive.transaction_id,
            item_archive.archived_at,
            item_archive.archived_by,
            item_archive.reason,
            item_archive.session_role,
            item_archive.application_name,
            item_archive.client_addr,
            item_archive.restored_at
           FROM public.item_archive
        UNION ALL
         SELECT 'public."user"'::regclass AS source,
            user_archive.transaction_id,
            user_archive.archived_at,
            user_archive.archived_by,
            user_archive.reason,
            user_archive.session_role,
            user_archive.application_name,
            user_archive.client_addr,
            user_archive.restored_at
           FROM public.user_archive) deleted
  GROUP BY archived_at, transaction_id
  ORDER BY archived_at DESC, transaction_id DESC;


--
-- Name: VIEW transactions; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON VIEW archive.transactions IS 'One row per deletion, newest first: who, when, whence, why, rows of each table, how many of them are restored. Of more than 50 tables, ask archive.deletions() instead.';


--
-- Name: archive_table_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.archive_table_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: attempt; Type: TABLE; Schema: public; Owner: -
--

CREATE UNLOGGED TABLE public.attempt (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    account character varying(64),
    address character varying(45) NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: TABLE attempt; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.attempt IS 'Failed sign-ins, sign-ups, recoveries and resets of the last hour.';


--
-- Name: COLUMN attempt.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.attempt.id IS 'Identity.';


--
-- Name: COLUMN attempt.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.attempt.kind IS 'sign_in, sign_up, recovery, mail or reset.';


--
-- Name: COLUMN attempt.account; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.attempt.account IS 'A digest of the e-mail as typed; null where there is none.';


--
-- Name: COLUMN attempt.address; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.attempt.address IS 'The client''s address.';


--
-- Name: COLUMN attempt.made_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.attempt.made_at IS 'When. Rows older than an hour go when one is added.';


--
-- Name: attempt_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.attempt ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: ended_token; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ended_token (
    jti character varying(36) NOT NULL,
    expires_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE ended_token; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.ended_token IS 'Tokens that ended before their time: sign-outs from the console.';


--
-- Name: COLUMN ended_token.jti; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ended_token.jti IS 'The token''s id.';


--
-- Name: COLUMN ended_token.expires_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.ended_token.expires_at IS 'When it would have ended anyway. Older rows go when one is added.';


--
-- Name: export_log export_log_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.export_log
    ADD CONSTRAINT export_log_pkey PRIMARY KEY (log_id);


--
-- Name: holds holds_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (archive_id);


--
-- Name: purge_log purge_log_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.purge_log
    ADD CONSTRAINT purge_log_pkey PRIMARY KEY (log_id);


--
-- Name: registry registry_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.registry
    ADD CONSTRAINT registry_pkey PRIMARY KEY (source);


--
-- Name: seal_batch seal_batch_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.seal_batch
    ADD CONSTRAINT seal_batch_pkey PRIMARY KEY (batch);


--
-- Name: seal_chunk seal_chunk_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.seal_chunk
    ADD CONSTRAINT seal_chunk_pkey PRIMARY KEY (batch, chunk);


--
-- Name: seal_log seal_log_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.seal_log
    ADD CONSTRAINT seal_log_pkey PRIMARY KEY (log_id);


--
-- Name: settings settings_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);


--
-- Name: subjects subjects_pkey; Type: CONSTRAINT; Schema: archive; Owner: -
--

ALTER TABLE ONLY archive.subjects
    ADD CONSTRAINT subjects_pkey PRIMARY KEY (people);


--
-- Name: archive_table_version archive_table_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.archive_table_version
    ADD CONSTRAINT archive_table_version_pkc PRIMARY KEY (version_num);


--
-- Name: attempt attempt_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (id);


--
-- Name: ended_token ended_token_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ended_token
    ADD CONSTRAINT ended_token_pkey PRIMARY KEY (jti);


--
-- Name: item_archive item_archive_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item_archive
    ADD CONSTRAINT item_archive_pkey PRIMARY KEY (archive_id, archived_at);


--
-- Name: item item_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (id);


--
-- Name: user_archive user_archive_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_archive
    ADD CONSTRAINT user_archive_pkey PRIMARY KEY (archive_id, archived_at);


--
-- Name: user user_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."user"
    ADD CONSTRAINT user_pkey PRIMARY KEY (id);


--
-- Name: blanked_references_referenced; Type: INDEX; Schema: archive; Owner: -
--

CREATE INDEX blanked_references_referenced ON archive.blanked_references USING btree (referenced, transaction_id);


--
-- Name: export_log_month; Type: INDEX; Schema: archive; Owner: -
--

CREATE INDEX export_log_month ON archive.export_log USING btree (source, month);


--
-- Name: moves_place; Type: INDEX; Schema: archive; Owner: -
--

CREATE INDEX moves_place ON archive.moves USING btree (relation, place);


--
-- Name: seal_chunk_ids; Type: INDEX; Schema: archive; Owner: -
--

CREATE INDEX seal_chunk_ids ON archive.seal_chunk USING btree (target, last_id);


--
-- Name: attempt_account_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX attempt_account_idx ON public.attempt USING btree (kind, account, made_at);


--
-- Name: attempt_address_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX attempt_address_idx ON public.attempt USING btree (kind, address, made_at);


--
-- Name: item_archive_archived_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_archive_archived_at_idx ON ONLY public.item_archive USING btree (archived_at, transaction_id) INCLUDE (restored_at);


--
-- Name: item_archive_archived_by_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_archive_archived_by_idx ON ONLY public.item_archive USING btree (archived_by text_pattern_ops, archive_id);


--
-- Name: item_archive_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_archive_id_idx ON ONLY public.item_archive USING btree (id);


--
-- Name: item_archive_owner_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_archive_owner_id_idx ON ONLY public.item_archive USING btree (owner_id, archive_id);


--
-- Name: item_archive_restored_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_archive_restored_idx ON ONLY public.item_archive USING btree (archive_id) WHERE (restored_at IS NOT NULL);


--
-- Name: item_archive_transaction_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_archive_transaction_id_idx ON ONLY public.item_archive USING btree (transaction_id);


--
-- Name: item_owner_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_owner_id_idx ON public.item USING btree (owner_id, id);


--
-- Name: user_archive_archived_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX user_archive_archived_at_idx ON ONLY public.user_archive USING btree (archived_at, transaction_id) INCLUDE (restored_at);


--
-- Name: user_archive_archived_by_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX user_archive_archived_by_idx ON ONLY public.user_archive USING btree (archived_by text_pattern_ops, archive_id);


--
-- Name: user_archive_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX user_archive_id_idx ON ONLY public.user_archive USING btree (id);


--
-- Name: user_archive_restored_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX user_archive_restored_idx ON ONLY public.user_archive USING btree (archive_id) WHERE (restored_at IS NOT NULL);


--
-- Name: user_archive_transaction_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX user_archive_transaction_id_idx ON ONLY public.user_archive USING btree (transaction_id);


--
-- Name: user_email_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX user_email_key ON public."user" USING btree (lower((email)::text));


--
-- Name: item zz_archive_before_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER zz_archive_before_delete BEFORE DELETE ON public.item FOR EACH ROW EXECUTE FUNCTION archive.capture_item();

ALTER TABLE public.item ENABLE ALWAYS TRIGGER zz_archive_before_delete;


--
-- Name: TRIGGER zz_archive_before_delete ON item; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER zz_archive_before_delete ON public.item IS 'Copies each deleted row to the archive.';


--
-- Name: user zz_archive_before_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER zz_archive_before_delete BEFORE DELETE ON public."user" FOR EACH ROW EXECUTE FUNCTION archive.capture_user();

ALTER TABLE public."user" ENABLE ALWAYS TRIGGER zz_archive_before_delete;


--
-- Name: TRIGGER zz_archive_before_delete ON "user"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER zz_archive_before_delete ON public."user" IS 'Copies each deleted row to the archive.';


--
-- Name: item zz_archive_before_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER zz_archive_before_truncate BEFORE TRUNCATE ON public.item FOR EACH STATEMENT EXECUTE FUNCTION archive.capture_item();

ALTER TABLE public.item ENABLE ALWAYS TRIGGER zz_archive_before_truncate;


--
-- Name: TRIGGER zz_archive_before_truncate ON item; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER zz_archive_before_truncate ON public.item IS 'Copies all rows to the archive.';


--
-- Name: user zz_archive_before_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER zz_archive_before_truncate BEFORE TRUNCATE ON public."user" FOR EACH STATEMENT EXECUTE FUNCTION archive.capture_user();

ALTER TABLE public."user" ENABLE ALWAYS TRIGGER zz_archive_before_truncate;


--
-- Name: TRIGGER zz_archive_before_truncate ON "user"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER zz_archive_before_truncate ON public."user" IS 'Copies all rows to the archive.';


--
-- Name: item item_owner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public."user"(id) ON DELETE CASCADE;


--
-- Name: SCHEMA archive; Type: ACL; Schema: -; Owner: -
--

GRANT USAGE ON SCHEMA archive TO archive_runtime;
GRANT USAGE ON SCHEMA archive TO archive_auditor;


--
-- Name: FUNCTION _address(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._address(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._address(relation regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._address(relation regclass) TO archive_auditor;


--
-- Name: FUNCTION _archive_add_metadata(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_add_metadata(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _archive_create(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_create(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _owner(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._owner() FROM PUBLIC;


--
-- Name: FUNCTION _tree(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._tree(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._tree(relation regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._tree(relation regclass) TO archive_auditor;


--
-- Name: FUNCTION _archive_grants(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_grants(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _archive_last_id(target regclass, everywhere boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_last_id(target regclass, everywhere boolean) FROM PUBLIC;


--
-- Name: FUNCTION _archive_metadata(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_metadata() FROM PUBLIC;
GRANT ALL ON FUNCTION archive._archive_metadata() TO archive_auditor;
GRANT ALL ON FUNCTION archive._archive_metadata() TO archive_runtime;


--
-- Name: FUNCTION _archive_prepare(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_prepare(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _archive_rename_column(target regclass, old_name name, new_name name); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_rename_column(target regclass, old_name name, new_name name) FROM PUBLIC;


--
-- Name: FUNCTION _archive_revoke(relation regclass, privileges text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_revoke(relation regclass, privileges text) FROM PUBLIC;


--
-- Name: FUNCTION _base_type(type oid, modifier integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._base_type(type oid, modifier integer) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._base_type(type oid, modifier integer) TO archive_runtime;


--
-- Name: FUNCTION _name(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._name(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._name(relation regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._name(relation regclass) TO archive_auditor;


--
-- Name: FUNCTION _columns(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._columns(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._columns(relation regclass) TO archive_runtime;


--
-- Name: FUNCTION _archive_tables(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_tables() FROM PUBLIC;


--
-- Name: FUNCTION _attnames(relation regclass, numbers smallint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._attnames(relation regclass, numbers smallint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._attnames(relation regclass, numbers smallint[]) TO archive_runtime;


--
-- Name: FUNCTION _attnum(relation regclass, column_name name); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._attnum(relation regclass, column_name name) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._attnum(relation regclass, column_name name) TO archive_runtime;


--
-- Name: FUNCTION _attnums(relation regclass, columns name[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._attnums(relation regclass, columns name[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._attnums(relation regclass, columns name[]) TO archive_runtime;


--
-- Name: FUNCTION _foreign_keys_to(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._foreign_keys_to(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._foreign_keys_to(relation regclass) TO archive_runtime;


--
-- Name: FUNCTION _blanking_constraints(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._blanking_constraints(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._blanking_constraints(source regclass) TO archive_runtime;


--
-- Name: FUNCTION _capture_columns(entry archive.registry, pattern text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_columns(entry archive.registry, pattern text) FROM PUBLIC;


--
-- Name: FUNCTION _capture_metadata(pattern text, indentation integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_metadata(pattern text, indentation integer) FROM PUBLIC;


--
-- Name: FUNCTION _capture_insert(entry archive.registry, expressions text, overflow text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_insert(entry archive.registry, expressions text, overflow text) FROM PUBLIC;


--
-- Name: FUNCTION _is_partitioned(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._is_partitioned(relation regclass) FROM PUBLIC;


--
-- Name: FUNCTION _capture_relation(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_relation(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_unknown(entry archive.registry, expressions text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_unknown(entry archive.registry, expressions text) FROM PUBLIC;


--
-- Name: FUNCTION _capture_each_row(entry archive.registry, relation text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_each_row(entry archive.registry, relation text) FROM PUBLIC;


--
-- Name: FUNCTION _capture_labels(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_labels(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_row(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_row(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_truncate_partitions(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_truncate_partitions(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_truncate_table(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_truncate_table(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_truncate(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_truncate(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_body(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_body(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_drop_unused(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_drop_unused() FROM PUBLIC;


--
-- Name: FUNCTION _capture_install(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_install(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_later_trigger(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_later_trigger(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _is_subscribed(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._is_subscribed(relation regclass) FROM PUBLIC;


--
-- Name: FUNCTION _capture_mode(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_mode(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_name(source_name text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_name(source_name text) FROM PUBLIC;


--
-- Name: FUNCTION _label(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._label(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._label(relation regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._label(relation regclass) TO archive_auditor;


--
-- Name: FUNCTION _move_condition(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._move_condition(relation regclass) FROM PUBLIC;


--
-- Name: FUNCTION _capture_triggers(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_triggers(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _capture_write(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_write(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _check_archived(entry archive.registry, archive_ids bigint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._check_archived(entry archive.registry, archive_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION _check_ids(archive_ids bigint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._check_ids(archive_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._check_ids(archive_ids bigint[]) TO archive_runtime;


--
-- Name: FUNCTION _check_read_committed(missed text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._check_read_committed(missed text) FROM PUBLIC;


--
-- Name: FUNCTION _check_reason(reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._check_reason(reason text) FROM PUBLIC;


--
-- Name: FUNCTION _check_unambiguous(entry archive.registry, archive_ids bigint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._check_unambiguous(entry archive.registry, archive_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION _code_digest(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._code_digest() FROM PUBLIC;


--
-- Name: FUNCTION _code_is_applied(files text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._code_is_applied(files text) FROM PUBLIC;


--
-- Name: FUNCTION _code_note_applied(files text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._code_note_applied(files text) FROM PUBLIC;


--
-- Name: FUNCTION _copy_name(column_name name); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._copy_name(column_name name) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._copy_name(column_name name) TO archive_runtime;


--
-- Name: FUNCTION _is_registered_oid(relation regclass, registered oid); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._is_registered_oid(relation regclass, registered oid) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._is_registered_oid(relation regclass, registered oid) TO archive_runtime;


--
-- Name: FUNCTION _excluded(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._excluded(entry archive.registry) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._excluded(entry archive.registry) TO archive_runtime;


--
-- Name: FUNCTION _copies(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._copies(entry archive.registry) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._copies(entry archive.registry) TO archive_runtime;


--
-- Name: FUNCTION _deletion_address(archived_at timestamp with time zone, transaction_id xid8); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_address(archived_at timestamp with time zone, transaction_id xid8) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_conditions(filter archive.deletion_filter); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_conditions(filter archive.deletion_filter) FROM PUBLIC;


--
-- Name: FUNCTION _read_leaves(leaves archive.leaf[], pattern text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._read_leaves(leaves archive.leaf[], pattern text) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_count(parts archive.deletion_part[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_count(parts archive.deletion_part[]) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_cursor(before text, OUT archived_at timestamp with time zone, OUT transaction_id xid8); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_cursor(before text, OUT archived_at timestamp with time zone, OUT transaction_id xid8) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_filter(filters jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_filter(filters jsonb) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_large(parts archive.deletion_part[], source regclass, min_rows bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_large(parts archive.deletion_part[], source regclass, min_rows bigint) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_month(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, filter archive.deletion_filter); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_month(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, filter archive.deletion_filter) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_newest(parts archive.deletion_part[], max_rows integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_newest(parts archive.deletion_part[], max_rows integer) FROM PUBLIC;


--
-- Name: FUNCTION _leaves(sources regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._leaves(sources regclass[]) FROM PUBLIC;


--
-- Name: FUNCTION _partition_month(moment timestamp with time zone, later integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partition_month(moment timestamp with time zone, later integer) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_parts(transaction_id xid8, archived_at timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_parts(transaction_id xid8, archived_at timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_parts_of(parts archive.deletion_part[], leaves archive.leaf[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_parts_of(parts archive.deletion_part[], leaves archive.leaf[]) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_pattern(source regclass, conditions text, min_rows bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_pattern(source regclass, conditions text, min_rows bigint) FROM PUBLIC;


--
-- Name: FUNCTION _deletion_search(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, conditions text, min_rows bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._deletion_search(leaves archive.leaf[], lower timestamp with time zone, upper timestamp with time zone, before text, max_rows integer, conditions text, min_rows bigint) FROM PUBLIC;


--
-- Name: FUNCTION _enable_add_copies(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_add_copies(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_all(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_all() FROM PUBLIC;


--
-- Name: FUNCTION _enable_archive(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_archive(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_check(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_check(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_check_columns(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_check_columns(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_first_overflow(entry archive.registry, copied archive.copied_column); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_first_overflow(entry archive.registry, copied archive.copied_column) FROM PUBLIC;


--
-- Name: FUNCTION _enable_follow(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_follow(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_move_overflow(before archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_move_overflow(before archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_new_columns(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_new_columns(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_register(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_register(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_rename_copies(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_rename_copies(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_sequence(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_sequence(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _enable_since(entry archive.registry, joining smallint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_since(entry archive.registry, joining smallint[]) FROM PUBLIC;


--
-- Name: FUNCTION _enable_strip_domains(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_strip_domains(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _enable_warn(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_warn(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _key_index(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._key_index(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._key_index(relation regclass) TO archive_runtime;


--
-- Name: FUNCTION _key(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._key(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._key(relation regclass) TO archive_runtime;


--
-- Name: FUNCTION _erase_id_columns(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_id_columns(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _erase_assignments(source regclass, target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_assignments(source regclass, target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _erase_labels(declared archive.subjects, subject text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_labels(declared archive.subjects, subject text) FROM PUBLIC;


--
-- Name: FUNCTION _erase_mentions(relation text, columns text[], labels text[], pseudonym text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_mentions(relation text, columns text[], labels text[], pseudonym text) FROM PUBLIC;


--
-- Name: FUNCTION _erase_pattern(labels text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_pattern(labels text[]) FROM PUBLIC;


--
-- Name: FUNCTION _erase_rows(entry archive.registry, condition text, subject text, labels text[], pseudonym text, OUT erased bigint, OUT held bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_rows(entry archive.registry, condition text, subject text, labels text[], pseudonym text, OUT erased bigint, OUT held bigint) FROM PUBLIC;


--
-- Name: FUNCTION _erase_text(value text, labels text[], pseudonym text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_text(value text, labels text[], pseudonym text) FROM PUBLIC;


--
-- Name: FUNCTION _export_content(source regclass, month timestamp with time zone, columns text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._export_content(source regclass, month timestamp with time zone, columns text[]) FROM PUBLIC;


--
-- Name: FUNCTION _export_fault(source regclass, month timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._export_fault(source regclass, month timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _export_from(target regclass, month timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._export_from(target regclass, month timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _export_hash(target regclass, columns text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._export_hash(target regclass, columns text[]) FROM PUBLIC;


--
-- Name: FUNCTION _export_months(source regclass, archived_before timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._export_months(source regclass, archived_before timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _subject_condition(source regclass, people regclass, passed regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._subject_condition(source regclass, people regclass, passed regclass[]) FROM PUBLIC;


--
-- Name: FUNCTION _export_of_subject(entry archive.registry, people regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._export_of_subject(entry archive.registry, people regclass) FROM PUBLIC;


--
-- Name: FUNCTION _export_warn(people regclass, subject text, labels text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._export_warn(people regclass, subject text, labels text[]) FROM PUBLIC;


--
-- Name: FUNCTION _fault_attached(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_attached(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_capture(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_capture(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_changed_columns(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_changed_columns(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _unarchived_children(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._unarchived_children(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._unarchived_children(source regclass) TO archive_runtime;


--
-- Name: FUNCTION _fault_children(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_children(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_columns(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_columns(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_columns_remedy(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_columns_remedy(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_default_partition(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_default_partition(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_distribution(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_distribution(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_duplicate_ids(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_duplicate_ids(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_ghost_rows(entry archive.registry, thorough boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_ghost_rows(entry archive.registry, thorough boolean) FROM PUBLIC;


--
-- Name: FUNCTION _fault_index_expressions(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_index_expressions(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_kind(relation pg_class); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_kind(relation pg_class) FROM PUBLIC;


--
-- Name: FUNCTION _fault_later_trigger(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_later_trigger(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _role(purpose text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._role(purpose text) FROM PUBLIC;


--
-- Name: FUNCTION _fault_login_limits(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_login_limits() FROM PUBLIC;


--
-- Name: FUNCTION _key_copies(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._key_copies(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _lookup_indexes(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._lookup_indexes(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_lookups(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_lookups(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_moves(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_moves(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_name(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_name(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _partitions(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partitions(target regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._partitions(target regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._partitions(target regclass) TO archive_auditor;


--
-- Name: FUNCTION _fault_next_partition(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_next_partition(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_overflow(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_overflow(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _grantee(grantee oid); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._grantee(grantee oid) FROM PUBLIC;


--
-- Name: FUNCTION _fault_partition_grants(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_partition_grants(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_partition_names(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_partition_names(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_partitions(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_partitions(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_public_functions(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_public_functions() FROM PUBLIC;


--
-- Name: FUNCTION _fault_referring(referring regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_referring(referring regclass) FROM PUBLIC;


--
-- Name: FUNCTION _references_texts(row_name text, columns name[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._references_texts(row_name text, columns name[]) FROM PUBLIC;


--
-- Name: FUNCTION _references_note(source regclass, referring regclass, constraint_name name, columns name[], blanked name[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._references_note(source regclass, referring regclass, constraint_name name, columns name[], blanked name[]) FROM PUBLIC;


--
-- Name: FUNCTION _references_body(referring regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._references_body(referring regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_references(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_references(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_secrets(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_secrets(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_sequence(target regclass, thorough boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_sequence(target regclass, thorough boolean) FROM PUBLIC;


--
-- Name: FUNCTION _fault_shared_login(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_shared_login() FROM PUBLIC;


--
-- Name: FUNCTION _role_other_databases(prefix text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._role_other_databases(prefix text) FROM PUBLIC;


--
-- Name: FUNCTION _fault_shared_roles(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_shared_roles() FROM PUBLIC;


--
-- Name: FUNCTION _fault_source(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_source(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_subscribed_alone(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_subscribed_alone(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_subscribed_state(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_subscribed_state() FROM PUBLIC;


--
-- Name: FUNCTION _fault_subscription(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_subscription(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_target(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_target(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_transaction_ids(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_transaction_ids() FROM PUBLIC;


--
-- Name: FUNCTION _fault_trigger(entry archive.registry, event text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_trigger(entry archive.registry, event text) FROM PUBLIC;


--
-- Name: FUNCTION _fault_unknown_columns(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_unknown_columns(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_views(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_views() FROM PUBLIC;


--
-- Name: FUNCTION _fault_width(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_width(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _fault_write_all(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_write_all() FROM PUBLIC;


--
-- Name: FUNCTION _fault_writers(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_writers(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _find(address text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._find(address text) FROM PUBLIC;


--
-- Name: FUNCTION _health_ask(check_expression text, of_tables boolean, thorough boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._health_ask(check_expression text, of_tables boolean, thorough boolean) FROM PUBLIC;


--
-- Name: FUNCTION _health_checks(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._health_checks() FROM PUBLIC;


--
-- Name: FUNCTION _health_failed(state text, message text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._health_failed(state text, message text) FROM PUBLIC;


--
-- Name: FUNCTION _import_batch(source regclass, deleted_at name, deleted_by name, batch integer, callers_path text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_batch(source regclass, deleted_at name, deleted_by name, batch integer, callers_path text) FROM PUBLIC;


--
-- Name: FUNCTION _import_check(entry archive.registry, deleted_by name, batch integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_check(entry archive.registry, deleted_by name, batch integer) FROM PUBLIC;


--
-- Name: FUNCTION _import_check_column(entry archive.registry, column_name name, types text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_check_column(entry archive.registry, column_name name, types text[]) FROM PUBLIC;


--
-- Name: FUNCTION _import_counts(source regclass, deleted_at name, OUT marked bigint, OUT later bigint, OUT oldest timestamp with time zone, OUT newest timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_counts(source regclass, deleted_at name, OUT marked bigint, OUT later bigint, OUT oldest timestamp with time zone, OUT newest timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _import_delete(source regclass, moment text, batch integer, callers_path text, OUT moments timestamp with time zone[], OUT deleted integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_delete(source regclass, moment text, batch integer, callers_path text, OUT moments timestamp with time zone[], OUT deleted integer) FROM PUBLIC;


--
-- Name: FUNCTION _import_left(source regclass, moment text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_left(source regclass, moment text) FROM PUBLIC;


--
-- Name: FUNCTION _import_moment(entry archive.registry, deleted_at name, copied_as name); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_moment(entry archive.registry, deleted_at name, copied_as name) FROM PUBLIC;


--
-- Name: FUNCTION _import_references(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_references(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _import_rewrite(entry archive.registry, deleted_at name, deleted_by name, first_id bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._import_rewrite(entry archive.registry, deleted_at name, deleted_by name, first_id bigint) FROM PUBLIC;


--
-- Name: TABLE purge_log; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.purge_log TO archive_runtime;
GRANT SELECT ON TABLE archive.purge_log TO archive_auditor;


--
-- Name: FUNCTION _is_log_sequence_behind(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._is_log_sequence_behind() FROM PUBLIC;


--
-- Name: FUNCTION _publications(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._publications(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _is_published_by_row(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._is_published_by_row(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _is_switched_over(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._is_switched_over(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _key_columns(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._key_columns(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._key_columns(relation regclass) TO archive_runtime;


--
-- Name: FUNCTION _label_setting(name text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._label_setting(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._label_setting(name text) TO archive_runtime;
GRANT ALL ON FUNCTION archive._label_setting(name text) TO archive_auditor;


--
-- Name: FUNCTION _live(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._live(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._live(relation regclass) TO archive_runtime;


--
-- Name: FUNCTION _lookups_apply(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._lookups_apply(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _lookups_check(lookups text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._lookups_check(lookups text) FROM PUBLIC;


--
-- Name: FUNCTION _partition_bound(lower timestamp with time zone, upper timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partition_bound(lower timestamp with time zone, upper timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _partition_lock(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partition_lock(relation regclass) FROM PUBLIC;


--
-- Name: FUNCTION _partition_make(target regclass, suffix text, lower timestamp with time zone, upper timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partition_make(target regclass, suffix text, lower timestamp with time zone, upper timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _partition_make_missing(target regclass, ahead integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partition_make_missing(target regclass, ahead integer) FROM PUBLIC;


--
-- Name: FUNCTION _partition_make_month(target regclass, month timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partition_make_month(target regclass, month timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _purge_count(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[], OUT free bigint, OUT held bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_count(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[], OUT free bigint, OUT held bigint) FROM PUBLIC;


--
-- Name: FUNCTION _purge_lock_holds(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_lock_holds() FROM PUBLIC;


--
-- Name: FUNCTION actor(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.actor() FROM PUBLIC;
GRANT ALL ON FUNCTION archive.actor() TO archive_runtime;
GRANT ALL ON FUNCTION archive.actor() TO archive_auditor;


--
-- Name: FUNCTION _purge_log_add(action text, source regclass, rows bigint, held bigint, scope jsonb, reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_log_add(action text, source regclass, rows bigint, held bigint, scope jsonb, reason text) FROM PUBLIC;


--
-- Name: FUNCTION _purge_partition(entry archive.registry, partition regclass, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_partition(entry archive.registry, partition regclass, dry_run boolean) FROM PUBLIC;


--
-- Name: FUNCTION _purge_partitions(entry archive.registry, archived_before timestamp with time zone, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_partitions(entry archive.registry, archived_before timestamp with time zone, dry_run boolean) FROM PUBLIC;


--
-- Name: FUNCTION _purge_references(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_references(entry archive.registry) FROM PUBLIC;


--
-- Name: FUNCTION _purge_rows(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_rows(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION _purge_steps(archived_before timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_steps(archived_before timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _read(query text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._read(query text) FROM PUBLIC;


--
-- Name: FUNCTION _references_columns(referring regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._references_columns(referring regclass) FROM PUBLIC;


--
-- Name: FUNCTION _references_follow(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._references_follow(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _references_function(referring regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._references_function(referring regclass) FROM PUBLIC;


--
-- Name: FUNCTION _references_install(referring regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._references_install(referring regclass) FROM PUBLIC;


--
-- Name: FUNCTION _references_write(referring regclass, body text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._references_write(referring regclass, body text) FROM PUBLIC;


--
-- Name: FUNCTION _refuse(reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._refuse(reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._refuse(reason text) TO archive_runtime;


--
-- Name: FUNCTION _registry_entry(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._registry_entry(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._registry_entry(source regclass) TO archive_runtime;


--
-- Name: FUNCTION _restore_has_trigger(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_has_trigger(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_has_trigger(source regclass) TO archive_runtime;


--
-- Name: FUNCTION _restore_any_trigger(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_any_trigger(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_any_trigger(source regclass) TO archive_runtime;


--
-- Name: FUNCTION _restore_archived(copied archive.copied_column); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_archived(copied archive.copied_column) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_archived(copied archive.copied_column) TO archive_runtime;


--
-- Name: FUNCTION _restore_batch(selection archive.restore_selection, ids bigint[], sources oid[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_batch(selection archive.restore_selection, ids bigint[], sources oid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_batch(selection archive.restore_selection, ids bigint[], sources oid[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_blocking(source regclass, archive_id bigint, overrides jsonb, violated name, is_key boolean, OUT row_id text, OUT origin text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_blocking(source regclass, archive_id bigint, overrides jsonb, violated name, is_key boolean, OUT row_id text, OUT origin text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_blocking(source regclass, archive_id bigint, overrides jsonb, violated name, is_key boolean, OUT row_id text, OUT origin text) TO archive_runtime;


--
-- Name: FUNCTION _restore_needs_text(type regtype); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_needs_text(type regtype) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_needs_text(type regtype) TO archive_runtime;


--
-- Name: FUNCTION _restore_value(entry archive.registry, copied archive.copied_column); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_value(entry archive.registry, copied archive.copied_column) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_value(entry archive.registry, copied archive.copied_column) TO archive_runtime;


--
-- Name: FUNCTION _restore_columns(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_columns(entry archive.registry) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_columns(entry archive.registry) TO archive_runtime;


--
-- Name: FUNCTION _restore_key(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_key(entry archive.registry) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_key(entry archive.registry) TO archive_runtime;


--
-- Name: FUNCTION _restore_row_id(source regclass, alias text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_row_id(source regclass, alias text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_row_id(source regclass, alias text) TO archive_runtime;


--
-- Name: FUNCTION _restore_blocking_statement(source regclass, index regclass, overrides jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_blocking_statement(source regclass, index regclass, overrides jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_blocking_statement(source regclass, index regclass, overrides jsonb) TO archive_runtime;


--
-- Name: FUNCTION _restore_by_ids(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_by_ids(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_by_ids(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text) TO archive_runtime;


--
-- Name: FUNCTION _restore_by_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean, callers_path text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_by_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean, callers_path text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_by_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean, callers_path text) TO archive_runtime;


--
-- Name: FUNCTION _restore_changed(entry archive.registry, overrides jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_changed(entry archive.registry, overrides jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_changed(entry archive.registry, overrides jsonb) TO archive_runtime;


--
-- Name: FUNCTION _restore_check_found(source regclass, selection archive.restore_selection); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_found(source regclass, selection archive.restore_selection) FROM PUBLIC;


--
-- Name: FUNCTION _restore_check_later(sources regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_later(sources regclass[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_check_later(sources regclass[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_check_new_key(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_new_key(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_check_new_key(source regclass) TO archive_runtime;


--
-- Name: FUNCTION _restore_check_now(sources regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_now(sources regclass[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_check_now(sources regclass[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_check_overrides(source regclass, overrides jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_overrides(source regclass, overrides jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_check_overrides(source regclass, overrides jsonb) TO archive_runtime;


--
-- Name: FUNCTION _restore_check_rules(sources regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_rules(sources regclass[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_check_rules(sources regclass[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_check_seen(seen bigint, locked bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_seen(seen bigint, locked bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_check_seen(seen bigint, locked bigint) TO archive_runtime;


--
-- Name: FUNCTION _restore_condition(selection archive.restore_selection); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_condition(selection archive.restore_selection) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_condition(selection archive.restore_selection) TO archive_runtime;


--
-- Name: FUNCTION _restore_constraint(source regclass, violated name); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_constraint(source regclass, violated name) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_constraint(source regclass, violated name) TO archive_runtime;


--
-- Name: FUNCTION _restore_deferrable(sources regclass[], initially_deferred boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_deferrable(sources regclass[], initially_deferred boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_deferrable(sources regclass[], initially_deferred boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_done(selection archive.restore_selection, overrides jsonb, on_conflict text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_done(selection archive.restore_selection, overrides jsonb, on_conflict text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_done(selection archive.restore_selection, overrides jsonb, on_conflict text) TO archive_runtime;


--
-- Name: FUNCTION _restore_each(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_each(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_each(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_written(sources regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_written(sources regclass[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_written(sources regclass[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_effects(sources regclass[], written_before jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_effects(sources regclass[], written_before jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_effects(sources regclass[], written_before jsonb) TO archive_runtime;


--
-- Name: FUNCTION _restore_enter_callers_path(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_enter_callers_path() FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_enter_callers_path() TO archive_runtime;


--
-- Name: FUNCTION _restore_equality(source regclass, attnum smallint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_equality(source regclass, attnum smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_equality(source regclass, attnum smallint) TO archive_runtime;


--
-- Name: FUNCTION _restore_fail(refused archive.restore_result[], preview boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_fail(refused archive.restore_result[], preview boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_fail(refused archive.restore_result[], preview boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_insert(statement text, selection archive.restore_selection, overrides jsonb, row_count bigint, returning_key boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_insert(statement text, selection archive.restore_selection, overrides jsonb, row_count bigint, returning_key boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_insert(statement text, selection archive.restore_selection, overrides jsonb, row_count bigint, returning_key boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_insert_statement(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_insert_statement(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_insert_statement(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_is_conflict(state text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_is_conflict(state text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_is_conflict(state text) TO archive_runtime;


--
-- Name: FUNCTION _restore_key_condition(entry archive.registry, new_key boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_key_condition(entry archive.registry, new_key boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_key_condition(entry archive.registry, new_key boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_leave_callers_path(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_leave_callers_path() FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_leave_callers_path() TO archive_runtime;


--
-- Name: FUNCTION _restore_lives(source regclass, overrides jsonb, on_conflict text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_lives(source regclass, overrides jsonb, on_conflict text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_lives(source regclass, overrides jsonb, on_conflict text) TO archive_runtime;


--
-- Name: FUNCTION _restore_lock(selection archive.restore_selection, OUT locked archive.restore_selection, OUT row_count bigint, OUT blocked boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_lock(selection archive.restore_selection, OUT locked archive.restore_selection, OUT row_count bigint, OUT blocked boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_lock(selection archive.restore_selection, OUT locked archive.restore_selection, OUT row_count bigint, OUT blocked boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_lost(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_lost(entry archive.registry) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_lost(entry archive.registry) TO archive_runtime;


--
-- Name: FUNCTION _restore_lost_detail(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_lost_detail(entry archive.registry) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_lost_detail(entry archive.registry) TO archive_runtime;


--
-- Name: FUNCTION _restore_mark(source regclass, selection archive.restore_selection, new_key text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_mark(source regclass, selection archive.restore_selection, new_key text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_mark(source regclass, selection archive.restore_selection, new_key text[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_mark_more(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_mark_more(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _restore_may_refer(noted archive.noted_constraint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_may_refer(noted archive.noted_constraint) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_may_refer(noted archive.noted_constraint) TO archive_runtime;


--
-- Name: FUNCTION _restore_not_archived(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_not_archived(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_not_archived(source regclass) TO archive_runtime;


--
-- Name: TABLE blanked_references; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.blanked_references TO archive_runtime;


--
-- Name: FUNCTION _restore_noted(source regclass, selection archive.restore_selection); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_noted(source regclass, selection archive.restore_selection) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_noted(source regclass, selection archive.restore_selection) TO archive_runtime;


--
-- Name: FUNCTION _restore_outcomes(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_outcomes(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_outcomes(source regclass, selection archive.restore_selection, overrides jsonb, new_key boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_parents_first(sources regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_parents_first(sources regclass[]) FROM PUBLIC;


--
-- Name: FUNCTION _restore_pass(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_pass(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_pass(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_passes(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_passes(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_passes(selection archive.restore_selection, ids bigint[], sources oid[], overrides jsonb, on_conflict text, preview boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone, OUT row_count bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone, OUT row_count bigint) FROM PUBLIC;


--
-- Name: FUNCTION _restore_reason(source regclass, archive_id bigint, overrides jsonb, error archive.restore_error); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_reason(source regclass, archive_id bigint, overrides jsonb, error archive.restore_error) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_reason(source regclass, archive_id bigint, overrides jsonb, error archive.restore_error) TO archive_runtime;


--
-- Name: FUNCTION _restore_references(source regclass, selection archive.restore_selection); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_references(source regclass, selection archive.restore_selection) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_references(source regclass, selection archive.restore_selection) TO archive_runtime;


--
-- Name: FUNCTION _restore_references_missing(source regclass, selection archive.restore_selection, OUT joins text, OUT details text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_references_missing(source regclass, selection archive.restore_selection, OUT joins text, OUT details text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_references_missing(source regclass, selection archive.restore_selection, OUT joins text, OUT details text) TO archive_runtime;


--
-- Name: FUNCTION _restore_references_statement(source regclass, selection archive.restore_selection, noted archive.noted_constraint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_references_statement(source regclass, selection archive.restore_selection, noted archive.noted_constraint) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_references_statement(source regclass, selection archive.restore_selection, noted archive.noted_constraint) TO archive_runtime;


--
-- Name: FUNCTION _restore_refused(on_conflict text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_refused(on_conflict text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_refused(on_conflict text) TO archive_runtime;


--
-- Name: FUNCTION _restore_results(selection archive.restore_selection, overrides jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_results(selection archive.restore_selection, overrides jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_results(selection archive.restore_selection, overrides jsonb) TO archive_runtime;


--
-- Name: FUNCTION _restore_row(selection archive.restore_selection, statements text[], overrides jsonb, on_conflict text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_row(selection archive.restore_selection, statements text[], overrides jsonb, on_conflict text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_row(selection archive.restore_selection, statements text[], overrides jsonb, on_conflict text) TO archive_runtime;


--
-- Name: FUNCTION _restore_row_result(selection archive.restore_selection, overrides jsonb, new_key boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_row_result(selection archive.restore_selection, overrides jsonb, new_key boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_row_result(selection archive.restore_selection, overrides jsonb, new_key boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_statement(selection archive.restore_selection, overrides jsonb, new_key boolean, returning_key boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_statement(selection archive.restore_selection, overrides jsonb, new_key boolean, returning_key boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_statement(selection archive.restore_selection, overrides jsonb, new_key boolean, returning_key boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_row_statements(selection archive.restore_selection, overrides jsonb, on_conflict text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_row_statements(selection archive.restore_selection, overrides jsonb, on_conflict text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_row_statements(selection archive.restore_selection, overrides jsonb, on_conflict text) TO archive_runtime;


--
-- Name: FUNCTION _restore_rows(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_rows(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_rows(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_rows_and_effects(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_rows_and_effects(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_rows_and_effects(selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_run(selection archive.restore_selection, overrides jsonb, on_conflict text, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_run(selection archive.restore_selection, overrides jsonb, on_conflict text, dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_run(selection archive.restore_selection, overrides jsonb, on_conflict text, dry_run boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_select_ids(source regclass, archive_ids bigint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_select_ids(source regclass, archive_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_select_ids(source regclass, archive_ids bigint[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_select_transaction(transaction_id xid8, archived_at timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_select_transaction(transaction_id xid8, archived_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_select_transaction(transaction_id xid8, archived_at timestamp with time zone) TO archive_runtime;


--
-- Name: FUNCTION _restore_sequences(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_sequences(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_sequences(source regclass) TO archive_runtime;


--
-- Name: FUNCTION _restore_superseded(source regclass, selection archive.restore_selection); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_superseded(source regclass, selection archive.restore_selection) FROM PUBLIC;


--
-- Name: FUNCTION _restore_together(selection archive.restore_selection, overrides jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_together(selection archive.restore_selection, overrides jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_together(selection archive.restore_selection, overrides jsonb) TO archive_runtime;


--
-- Name: FUNCTION _restore_waiting(selection archive.restore_selection, overrides jsonb, on_conflict text, among archive.restore_result[], OUT ids bigint[], OUT sources oid[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_waiting(selection archive.restore_selection, overrides jsonb, on_conflict text, among archive.restore_result[], OUT ids bigint[], OUT sources oid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_waiting(selection archive.restore_selection, overrides jsonb, on_conflict text, among archive.restore_result[], OUT ids bigint[], OUT sources oid[]) TO archive_runtime;


--
-- Name: FUNCTION _role_choose(prefix text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._role_choose(prefix text) FROM PUBLIC;


--
-- Name: FUNCTION _role_make(role name); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._role_make(role name) FROM PUBLIC;


--
-- Name: FUNCTION _role_move_grants(old_role name, new_role name); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._role_move_grants(old_role name, new_role name) FROM PUBLIC;


--
-- Name: FUNCTION _seal(max_rows bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal(max_rows bigint) FROM PUBLIC;


--
-- Name: FUNCTION _seal_aggregates(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_aggregates() FROM PUBLIC;


--
-- Name: FUNCTION _seal_batch_digest(entry archive.seal_batch, previous bytea); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_batch_digest(entry archive.seal_batch, previous bytea) FROM PUBLIC;


--
-- Name: FUNCTION _seal_close(action text, target regclass, ids int8multirange, opened jsonb, removes boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_close(action text, target regclass, ids int8multirange, opened jsonb, removes boolean) FROM PUBLIC;


--
-- Name: FUNCTION _seal_condition(target regclass, below xid8, sealed_below xid8); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_condition(target regclass, below xid8, sealed_below xid8) FROM PUBLIC;


--
-- Name: FUNCTION _seal_is_covered(target regclass, name name); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_is_covered(target regclass, name name) FROM PUBLIC;


--
-- Name: FUNCTION _seal_labels(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_labels(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _seal_value(name name, type oid, cast_to text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_value(name name, type oid, cast_to text) FROM PUBLIC;


--
-- Name: FUNCTION _seal_content(target regclass, former_types jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_content(target regclass, former_types jsonb) FROM PUBLIC;


--
-- Name: FUNCTION _seal_digests(query text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_digests(query text) FROM PUBLIC;


--
-- Name: FUNCTION _seal_ids(query text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_ids(query text) FROM PUBLIC;


--
-- Name: FUNCTION _seal_lock(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_lock() FROM PUBLIC;


--
-- Name: FUNCTION _seal_log_add(action text, target regclass, ids int8multirange, digests jsonb, old_name text, new_name text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_log_add(action text, target regclass, ids int8multirange, digests jsonb, old_name text, new_name text) FROM PUBLIC;


--
-- Name: FUNCTION _seal_note_holds(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_note_holds() FROM PUBLIC;


--
-- Name: FUNCTION _seal_note_marks(action text, target regclass, marked int8multirange); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_note_marks(action text, target regclass, marked int8multirange) FROM PUBLIC;


--
-- Name: FUNCTION _seal_read(query text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_read(query text) FROM PUBLIC;


--
-- Name: FUNCTION _seal_relation(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_relation(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _seal_rows(target regclass, former_types jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_rows(target regclass, former_types jsonb) FROM PUBLIC;


--
-- Name: FUNCTION _seal_read_chunks(target regclass, condition text, former_types jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_read_chunks(target regclass, condition text, former_types jsonb) FROM PUBLIC;


--
-- Name: FUNCTION _seal_open(target regclass, ids int8multirange, removes boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_open(target regclass, ids int8multirange, removes boolean) FROM PUBLIC;


--
-- Name: FUNCTION _seal_origin(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_origin() FROM PUBLIC;


--
-- Name: FUNCTION _seal_page(target regclass, condition text, after_id bigint, max_rows bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_page(target regclass, condition text, after_id bigint, max_rows bigint) FROM PUBLIC;


--
-- Name: FUNCTION _seal_target(target regclass, batch bigint, condition text, max_rows bigint, INOUT last_chunk bigint, OUT rows bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_target(target regclass, batch bigint, condition text, max_rows bigint, INOUT last_chunk bigint, OUT rows bigint) FROM PUBLIC;


--
-- Name: FUNCTION _seal_targets(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_targets() FROM PUBLIC;


--
-- Name: FUNCTION _seal_without_waiting(max_rows bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._seal_without_waiting(max_rows bigint) FROM PUBLIC;


--
-- Name: FUNCTION _search_columns(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._search_columns(relation regclass) FROM PUBLIC;


--
-- Name: FUNCTION _search_drop_invalid(partition regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._search_drop_invalid(partition regclass) FROM PUBLIC;


--
-- Name: FUNCTION _search_indexes(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._search_indexes(relation regclass) FROM PUBLIC;


--
-- Name: FUNCTION _search_install(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._search_install() FROM PUBLIC;


--
-- Name: FUNCTION _search_make_indexes(max_indexes integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._search_make_indexes(max_indexes integer) FROM PUBLIC;


--
-- Name: FUNCTION _search_operator_class(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._search_operator_class() FROM PUBLIC;


--
-- Name: FUNCTION _search_missing_indexes(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._search_missing_indexes() FROM PUBLIC;


--
-- Name: FUNCTION _subject_find(subject text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._subject_find(subject text) FROM PUBLIC;


--
-- Name: FUNCTION _subject_rows(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._subject_rows(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _subject_values(people regclass, subject text, columns text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._subject_values(people regclass, subject text, columns text[]) FROM PUBLIC;


--
-- Name: FUNCTION _verify_against(against text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_against(against text) FROM PUBLIC;


--
-- Name: FUNCTION _verify_batches(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_batches() FROM PUBLIC;


--
-- Name: FUNCTION _verify_ids(ids int8multirange); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_ids(ids int8multirange) FROM PUBLIC;


--
-- Name: FUNCTION _verify_mark(name text, marked int8multirange, logged int8multirange); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_mark(name text, marked int8multirange, logged int8multirange) FROM PUBLIC;


--
-- Name: FUNCTION _verify_chunk(sealed archive.seal_chunk, found archive.seal_reading, restored int8multirange, erased int8multirange); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_chunk(sealed archive.seal_chunk, found archive.seal_reading, restored int8multirange, erased int8multirange) FROM PUBLIC;


--
-- Name: FUNCTION _verify_holds(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_holds() FROM PUBLIC;


--
-- Name: FUNCTION _verify_inserted(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_inserted(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _verify_log(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_log(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _verify_logged(target regclass, action text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_logged(target regclass, action text) FROM PUBLIC;


--
-- Name: FUNCTION _verify_purged(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_purged(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _verify_rows(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_rows(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _verify_source(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_source(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _verify_target(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._verify_target(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _view_daily(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_daily() FROM PUBLIC;
GRANT ALL ON FUNCTION archive._view_daily() TO archive_runtime;
GRANT ALL ON FUNCTION archive._view_daily() TO archive_auditor;


--
-- Name: FUNCTION _view_estimate(partition regclass, since timestamp with time zone, until timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_estimate(partition regclass, since timestamp with time zone, until timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _view_period(source regclass, OUT oldest timestamp with time zone, OUT newest timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_period(source regclass, OUT oldest timestamp with time zone, OUT newest timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._view_period(source regclass, OUT oldest timestamp with time zone, OUT newest timestamp with time zone) TO archive_runtime;
GRANT ALL ON FUNCTION archive._view_period(source regclass, OUT oldest timestamp with time zone, OUT newest timestamp with time zone) TO archive_auditor;


--
-- Name: FUNCTION _view_rows(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_rows(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._view_rows(source regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._view_rows(source regclass) TO archive_auditor;


--
-- Name: FUNCTION _view_transactions_query(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_transactions_query() FROM PUBLIC;


--
-- Name: FUNCTION _view_write_transactions(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_write_transactions() FROM PUBLIC;


--
-- Name: FUNCTION capture_item(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.capture_item() FROM PUBLIC;


--
-- Name: FUNCTION capture_user(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.capture_user() FROM PUBLIC;


--
-- Name: FUNCTION declare_subject(people regclass, labels name[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.declare_subject(people regclass, labels name[]) FROM PUBLIC;


--
-- Name: FUNCTION deletion(transaction_id xid8, archived_at timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.deletion(transaction_id xid8, archived_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION archive.deletion(transaction_id xid8, archived_at timestamp with time zone) TO archive_runtime;
GRANT ALL ON FUNCTION archive.deletion(transaction_id xid8, archived_at timestamp with time zone) TO archive_auditor;


--
-- Name: FUNCTION deletions(before text, max_rows integer, filters jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.deletions(before text, max_rows integer, filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive.deletions(before text, max_rows integer, filters jsonb) TO archive_runtime;
GRANT ALL ON FUNCTION archive.deletions(before text, max_rows integer, filters jsonb) TO archive_auditor;


--
-- Name: FUNCTION describe(address text, OUT source regclass, OUT schema regnamespace, OUT name text, OUT archive text, OUT columns jsonb, OUT key text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.describe(address text, OUT source regclass, OUT schema regnamespace, OUT name text, OUT archive text, OUT columns jsonb, OUT key text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive.describe(address text, OUT source regclass, OUT schema regnamespace, OUT name text, OUT archive text, OUT columns jsonb, OUT key text[]) TO archive_runtime;
GRANT ALL ON FUNCTION archive.describe(address text, OUT source regclass, OUT schema regnamespace, OUT name text, OUT archive text, OUT columns jsonb, OUT key text[]) TO archive_auditor;


--
-- Name: FUNCTION disable(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.disable(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION enable(source regclass, exclude name[], lookups text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.enable(source regclass, exclude name[], lookups text) FROM PUBLIC;


--
-- Name: FUNCTION erase_subject(people regclass, subject text, reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.erase_subject(people regclass, subject text, reason text) FROM PUBLIC;


--
-- Name: FUNCTION erase_subject(subject text, reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.erase_subject(subject text, reason text) FROM PUBLIC;


--
-- Name: FUNCTION erase_subject(user_id uuid, reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.erase_subject(user_id uuid, reason text) FROM PUBLIC;


--
-- Name: FUNCTION health(thorough boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.health(thorough boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive.health(thorough boolean) TO archive_runtime;
GRANT ALL ON FUNCTION archive.health(thorough boolean) TO archive_auditor;


--
-- Name: FUNCTION hold(source regclass, archive_ids bigint[], reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.hold(source regclass, archive_ids bigint[], reason text) FROM PUBLIC;


--
-- Name: FUNCTION import_soft_deleted(source regclass, deleted_at name, deleted_by name, batch integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.import_soft_deleted(source regclass, deleted_at name, deleted_by name, batch integer) FROM PUBLIC;


--
-- Name: FUNCTION keep_move(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.keep_move() FROM PUBLIC;


--
-- Name: FUNCTION maintain(max_search_indexes integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.maintain(max_search_indexes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION archive.maintain(max_search_indexes integer) TO archive_runtime;


--
-- Name: FUNCTION note_export(source regclass, month timestamp with time zone, columns text[], content archive.month_content, place text, file_digest text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.note_export(source regclass, month timestamp with time zone, columns text[], content archive.month_content, place text, file_digest text) FROM PUBLIC;


--
-- Name: FUNCTION purge(source regclass, archived_before timestamp with time zone, archive_ids bigint[], reason text, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.purge(source regclass, archived_before timestamp with time zone, archive_ids bigint[], reason text, dry_run boolean) FROM PUBLIC;


--
-- Name: FUNCTION release(source regclass, archive_ids bigint[], reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.release(source regclass, archive_ids bigint[], reason text) FROM PUBLIC;


--
-- Name: FUNCTION restore(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.restore(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive.restore(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean) TO archive_runtime;


--
-- Name: FUNCTION restore_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.restore_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive.restore_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean) TO archive_runtime;


--
-- Name: FUNCTION seal(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.seal() FROM PUBLIC;


--
-- Name: FUNCTION uninstall(drop_archives boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.uninstall(drop_archives boolean) FROM PUBLIC;


--
-- Name: FUNCTION verify(against text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.verify(against text) FROM PUBLIC;


--
-- Name: FUNCTION version(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.version() FROM PUBLIC;
GRANT ALL ON FUNCTION archive.version() TO archive_runtime;
GRANT ALL ON FUNCTION archive.version() TO archive_auditor;


--
-- Name: TABLE daily; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.daily TO archive_runtime;
GRANT SELECT ON TABLE archive.daily TO archive_auditor;


--
-- Name: TABLE export_log; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.export_log TO archive_auditor;


--
-- Name: TABLE holds; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.holds TO archive_runtime;
GRANT SELECT ON TABLE archive.holds TO archive_auditor;


--
-- Name: TABLE partition_sizes; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.partition_sizes TO archive_runtime;
GRANT SELECT ON TABLE archive.partition_sizes TO archive_auditor;


--
-- Name: TABLE tables; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.tables TO archive_runtime;
GRANT SELECT ON TABLE archive.tables TO archive_auditor;


--
-- Name: TABLE item; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.item TO archive_runtime;


--
-- Name: TABLE item_archive; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.item_archive TO archive_runtime;
GRANT SELECT ON TABLE public.item_archive TO archive_auditor;


--
-- Name: TABLE "user"; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public."user" TO archive_runtime;


--
-- Name: TABLE user_archive; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.user_archive TO archive_runtime;
GRANT SELECT ON TABLE public.user_archive TO archive_auditor;


--
-- Name: TABLE transactions; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.transactions TO archive_runtime;
GRANT SELECT ON TABLE archive.transactions TO archive_auditor;


--
-- Name: TABLE archive_table_version; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.archive_table_version TO archive_runtime;


--
-- Name: TABLE attempt; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE ON TABLE public.attempt TO archive_runtime;


--
-- Name: TABLE ended_token; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE ON TABLE public.ended_token TO archive_runtime;


--
-- PostgreSQL database dump complete
--

\unrestrict archive

