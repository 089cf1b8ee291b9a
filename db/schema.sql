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
-- Name: locked_row; Type: TYPE; Schema: archive; Owner: -
--

CREATE TYPE archive.locked_row AS (
	source regclass,
	archive_id bigint,
	archived_at timestamp with time zone,
	key jsonb,
	restored_at timestamp with time zone,
	restored_by text,
	erased_at timestamp with time zone,
	lost text
);


--
-- Name: TYPE locked_row; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON TYPE archive.locked_row IS 'An archived row that this transaction has locked.';


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


--
-- Name: _archive_create(regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_create(source regclass, exclude text[]) RETURNS regclass
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
     where c.oid = source;
    v_target := format('%I.%I', v_schema, v_table);

    select string_agg(format(E'\n    %I %s%s', d.name, d.type, d.qualities), ',')
      into v_columns
      from (
          select m.name, m.type, case when m.not_null then ' not null' else '' end as qualities
            from archive._archive_metadata() m
          union all
          select c.name, c.archived_type, coalesce(' collate ' || c.collated, '')
            from archive._columns(source) c
           where c.name <> all (exclude)
      ) d;

    execute format(
        E'create table %s (%s,\n    constraint %I primary key (archive_id, archived_at)\n)'
        ' partition by range (archived_at)', v_target, v_columns, v_table || '_pkey');
    execute format('create index on %s (%s)', v_target, (
        select string_agg(format('%I', k), ', ') from unnest(archive._key(source)) k));
    execute format('create index on %s (transaction_id)', v_target);
    execute format('create index on %s (archived_at, transaction_id) include (restored_at)', v_target);
    execute format('create index on %s (archived_by text_pattern_ops, archive_id)', v_target);
    execute format('create index on %s (archive_id) where restored_at is not null', v_target);
    return v_target::regclass;
end
$$;


--
-- Name: FUNCTION _archive_create(source regclass, exclude text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_create(source regclass, exclude text[]) IS 'Creates <table>_archive.';


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
-- Name: _archive_grants(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_grants(target regclass) RETURNS TABLE(relation regclass, privilege text, grantee oid)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT c.oid,
     g.privilege_type,
     g.grantee
    FROM ((pg_partition_tree(_archive_grants.target) t(relid, parentrelid, isleaf, level)
      JOIN pg_class c ON ((c.oid = (t.relid)::oid)))
      CROSS JOIN LATERAL aclexplode(COALESCE(c.relacl, acldefault('r'::"char", c.relowner))) g(grantor, grantee, privilege_type, is_grantable))
   WHERE ((g.grantee <> archive._owner()) AND (g.grantee <> c.relowner))
 UNION ALL
  SELECT a.attrelid,
     g.privilege_type,
     g.grantee
    FROM ((pg_partition_tree(_archive_grants.target) t(relid, parentrelid, isleaf, level)
      JOIN pg_attribute a ON ((a.attrelid = (t.relid)::oid)))
      CROSS JOIN LATERAL aclexplode(a.attacl) g(grantor, grantee, privilege_type, is_grantable))
   WHERE (g.grantee <> archive._owner());
END;


--
-- Name: FUNCTION _archive_grants(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_grants(target regclass) IS 'The grants on an archive and its partitions to others than the owner; 0 stands for PUBLIC.';


--
-- Name: _archive_metadata(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._archive_metadata() RETURNS TABLE(name name, type text, not_null boolean, captured text, truncated text, description text)
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 VALUES ('archive_id'::name,'bigint'::text,true,'nextval(''archive.archive_id_seq'')'::text,NULL::text,'Names one archived row anywhere; the newest is the highest.'::text), ('transaction_id'::name,'xid8'::text,true,'pg_current_xact_id()'::text,NULL::text,'The deleting transaction: all rows of one deletion share it.'::text), ('archived_at'::name,'timestamp with time zone'::text,true,'now()'::text,NULL::text,'When that transaction began.'::text), ('archived_by'::name,'text'::text,false,'actor'::text,NULL::text,'Who, as the application knows it: a user''s id or any label. Null where none was set.'::text), ('reason'::name,'text'::text,false,'reason'::text,NULL::text,'Why, if given.'::text), ('session_role'::name,'text'::text,true,'session_user'::text,NULL::text,'The database login that did it.'::text), ('application_name'::name,'text'::text,false,'current_setting(''application_name'')'::text,NULL::text,'With what program, as it calls itself.'::text), ('client_addr'::name,'inet'::text,false,'inet_client_addr()'::text,NULL::text,'From where, as PostgreSQL sees it. Null over a Unix socket.'::text), ('cascaded'::name,'boolean'::text,true,'pg_trigger_depth() > 1'::text,'false'::text,'Whether a foreign key''s cascade or another trigger deleted the row.'::text), ('restored_at'::name,'timestamp with time zone'::text,false,NULL::text,NULL::text,'When it was restored. The row stays as history.'::text), ('restored_by'::name,'text'::text,false,NULL::text,NULL::text,'Who restored it.'::text), ('erased_at'::name,'timestamp with time zone'::text,false,NULL::text,NULL::text,'When archive.erase_subject() blanked it. The shell stays as history.'::text);
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
-- Name: _nullable_type(oid, integer); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._nullable_type(type oid, modifier integer) RETURNS text
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH RECURSIVE chain(type, modifier, refuses_null) AS (
          SELECT t.oid,
             _nullable_type.modifier AS modifier,
             false AS "?column?"
            FROM pg_type t
           WHERE (t.oid = _nullable_type.type)
         UNION ALL
          SELECT t.typbasetype,
                 CASE
                     WHEN (t.typtypmod = '-1'::integer) THEN chain.modifier
                     ELSE t.typtypmod
                 END AS typtypmod,
             t.typnotnull
            FROM (chain
              JOIN pg_type t ON (((t.oid = chain.type) AND (t.typtype = 'd'::"char"))))
         )
  SELECT
         CASE
             WHEN bool_or(c.refuses_null) THEN ( SELECT format_type(base.type, base.modifier) AS format_type
                FROM (chain base
                  JOIN pg_type t ON (((t.oid = base.type) AND (t.typtype <> 'd'::"char")))))
             ELSE format_type(_nullable_type.type, _nullable_type.modifier)
         END AS format_type
    FROM chain c;
END;


--
-- Name: FUNCTION _nullable_type(type oid, modifier integer); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._nullable_type(type oid, modifier integer) IS 'A type as a copy has it: the same, or the base type of a domain that refuses null.';


--
-- Name: _columns(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._columns(relation regclass) RETURNS SETOF archive.column_definition
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT a.attname,
     format_type(a.atttypid, a.atttypmod) AS format_type,
     archive._nullable_type(a.atttypid, a.atttypmod) AS _nullable_type,
         CASE
             WHEN (a.attcollation <> t.typcollation) THEN ((a.attcollation)::regcollation)::text
             ELSE NULL::text
         END AS "case",
     (a.attgenerated <> ''::"char"),
     a.attnotnull,
         CASE
             WHEN (a.attidentity <> ''::"char") THEN format('pg_catalog.nextval(%L)'::text, pg_get_serial_sequence(archive._name(_columns.relation), (a.attname)::text))
             WHEN (a.attgenerated = ''::"char") THEN pg_get_expr(d.adbin, d.adrelid)
             ELSE NULL::text
         END AS "case"
    FROM ((pg_attribute a
      JOIN pg_type t ON ((t.oid = a.atttypid)))
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
                    FROM archive._columns((c.oid)::regclass) a(name, type, archived_type, collated, generated, not_null, default_value)))))))));
END;


--
-- Name: FUNCTION _archive_tables(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._archive_tables() IS 'Every archive table, also of a table that is archived no more.';


--
-- Name: _capture_columns(regclass, text[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_columns(source regclass, exclude text[], pattern text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format(_capture_columns.pattern, c.name, c.type), ', '::text ORDER BY c.ordinality) AS string_agg FROM archive._columns(_capture_columns.source) WITH ORDINALITY c(name, type, archived_type, collated, generated, not_null, default_value, ordinality) WHERE (c.name <> ALL (_capture_columns.exclude)));


--
-- Name: FUNCTION _capture_columns(source regclass, exclude text[], pattern text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_columns(source regclass, exclude text[], pattern text) IS 'The copied columns of a table as a list, each in the pattern: its arguments are the name and the type.';


--
-- Name: _capture_labels(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_labels(source regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
    -- Anybody may attach a function to a table of their own; this one copies the rows of its table only.
    if tg_relid <> %1$L::regclass then
        raise exception ''archive: this function captures %%, not %%'', %1$L, tg_relid::regclass
            using errcode = ''AR422'';
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
'::text, archive._name(source));


--
-- Name: FUNCTION _capture_labels(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_labels(source regclass) IS 'The part of a capture function that checks its table, the actor and the reason.';


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
-- Name: _capture_row(regclass, regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_row(source regclass, target regclass, exclude text[]) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
    circumstances := row(
        %5$s);
    insert into %1$s (
        %2$s,
        %3$s)
    values (
        %4$s,
        %6$s);
    return old;
'::text, archive._name(target), archive._capture_metadata('%1$s'::text, 8), archive._capture_columns(source, exclude, '%I'::text), archive._capture_metadata('circumstances.f%3$s'::text, 8), archive._capture_metadata('%2$s'::text, 8), archive._capture_columns(source, exclude, 'old.%I'::text));


--
-- Name: FUNCTION _capture_row(source regclass, target regclass, exclude text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_row(source regclass, target regclass, exclude text[]) IS 'The part of a capture function that copies one row before its DELETE.';


--
-- Name: _capture_truncate(regclass, regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_truncate(source regclass, target regclass, exclude text[]) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
    if tg_op = ''TRUNCATE'' then
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting(''transaction_isolation'') not in (''read committed'', ''read uncommitted'') then
            raise exception ''TRUNCATE of %% at isolation level %% could lose rows'',
                %1$L, current_setting(''transaction_isolation'')
                using errcode = ''AR409'', hint = ''Truncate at READ COMMITTED, or DELETE.'';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active(%1$L::regclass) then
            raise exception ''TRUNCATE of %% could lose rows that row-level security hides from %%'', %1$L, current_user
                using errcode = ''AR409'', hint = ''DELETE instead.'';
        end if;
        insert into %2$s (
            %3$s,
            %4$s)
        select %5$s,
               %6$s
          from only %1$s as live;
        return null;
    end if;
'::text, archive._name(source), archive._name(target), archive._capture_metadata('%1$s'::text, 12), archive._capture_columns(source, exclude, '%I'::text), archive._capture_metadata('%4$s'::text, 15), archive._capture_columns(source, exclude, 'live.%I'::text));


--
-- Name: FUNCTION _capture_truncate(source regclass, target regclass, exclude text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_truncate(source regclass, target regclass, exclude text[]) IS 'The part of a capture function that copies all rows before a TRUNCATE.';


--
-- Name: _capture_body(regclass, regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_body(source regclass, target regclass, exclude text[]) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies %s.
declare
    actor  text := nullif(current_setting(''archive.actor'', true), '''');
    reason text := nullif(current_setting(''archive.reason'', true), '''');
    -- Who deleted the row, when and from where: fields f1 to f9, in the order of the columns. One expression for all is
    -- prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
begin%s%s%send
'::text, replace(archive._capture_columns(source, exclude, '%I %s'::text), '
'::text, ' '::text), archive._capture_labels(source), archive._capture_truncate(source, target, exclude), archive._capture_row(source, target, exclude));


--
-- Name: FUNCTION _capture_body(source regclass, target regclass, exclude text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_body(source regclass, target regclass, exclude text[]) IS 'What the body of a table''s capture function has to be.';


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
           and not exists (select from pg_trigger t where t.tgfoid = p.oid)
    loop
        execute format('drop function %s', v_function);
    end loop;
end
$$;


--
-- Name: FUNCTION _capture_drop_unused(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_drop_unused() IS 'Drops the capture functions that no trigger calls.';


--
-- Name: _capture_install(regclass, regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_install(source regclass, target regclass, exclude text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_trigger record;
    v_later   name;
begin
    if archive._fault_capture(source, target, exclude) is not null then
        perform archive._capture_write(source, target, exclude);
    end if;
    for v_trigger in
        select * from archive._capture_triggers(source) t where t.fault is not null
    loop
        execute format('create or replace trigger %I before %s on %s for each %s execute function archive.%I()',
                       v_trigger.name, v_trigger.event, source, v_trigger.level, archive._capture_name(source));
        execute format('alter table %s enable always trigger %I', source, v_trigger.name);
        execute format('comment on trigger %I on %s is %L', v_trigger.name, source, v_trigger.description);
    end loop;

    v_later := archive._capture_later_trigger(source);
    if v_later is not null then
        raise exception
            'trigger % of % would run after zz_archive_before_delete, and could cancel a delete already archived',
            v_later, source
            using errcode = 'AR409', hint = 'Rename it, so that it sorts before.';
    end if;
end
$$;


--
-- Name: FUNCTION _capture_install(source regclass, target regclass, exclude text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_install(source regclass, target regclass, exclude text[]) IS 'Puts the capture function and the triggers of a table in force. AR409 where a later trigger could cancel a delete.';


--
-- Name: _capture_later_trigger(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_later_trigger(source regclass) RETURNS name
    LANGUAGE sql STABLE
    RETURN (SELECT min((t.tgname)::text) AS min FROM pg_trigger t WHERE ((t.tgrelid = (_capture_later_trigger.source)::oid) AND (((t.tgtype)::integer & ((1 + 2) + 8)) = ((1 + 2) + 8)) AND (t.tgname > 'zz_archive_before_delete'::name) AND (NOT t.tgisinternal)));


--
-- Name: FUNCTION _capture_later_trigger(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_later_trigger(source regclass) IS 'The BEFORE DELETE trigger that would run after the archive''s and could cancel the delete; null without one.';


--
-- Name: _capture_name(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_name(source regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (('capture_'::text || replace(parts.readable, '.'::text, '_'::text)) || CASE WHEN ((parts.readable ~ '[.]'::text) OR (parts.readable <> parts.unmistakable)) THEN ('_'::text || "left"(md5(archive._name(_capture_name.source)), 8)) ELSE ''::text END) FROM ((pg_class c JOIN pg_namespace n ON ((n.oid = c.relnamespace))) CROSS JOIN LATERAL (SELECT (CASE WHEN (n.nspname = 'public'::name) THEN ''::text ELSE ((n.nspname)::text || '__'::text) END || (c.relname)::text) AS "?column?", (CASE WHEN (n.nspname = 'public'::name) THEN ''::text ELSE (regexp_replace((n.nspname)::text, '__|_$'::text, '.'::text) || '__'::text) END || regexp_replace((c.relname)::text, CASE WHEN (n.nspname = 'public'::name) THEN '__'::text ELSE '__|^_'::text END, '.'::text)) AS "?column?") parts(readable, unmistakable)) WHERE (c.oid = (_capture_name.source)::oid));


--
-- Name: FUNCTION _capture_name(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_name(source regclass) IS 'The name of a table''s capture function in schema archive.';


--
-- Name: _capture_triggers(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_triggers(source regclass) RETURNS TABLE(name name, event text, level text, description text, fault text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT wanted.name,
     wanted.event,
     wanted.level,
     wanted.description,
         CASE
             WHEN (t.oid IS NULL) THEN 'is missing'::text
             WHEN (t.tgenabled = 'D'::"char") THEN 'is disabled'::text
             WHEN (t.tgenabled <> 'A'::"char") THEN 'is not enabled ALWAYS: session_replication_role = replica would skip it'::text
             WHEN ((p.pronamespace <> ('archive'::regnamespace)::oid) OR (p.proname <> archive._capture_name(_capture_triggers.source))) THEN format('calls %s'::text, (t.tgfoid)::regprocedure)
             WHEN ((t.tgtype <> wanted.type) OR (t.tgqual IS NOT NULL) OR (t.tgnargs > 0)) THEN 'is not for every row or statement of its kind'::text
             ELSE NULL::text
         END AS "case"
    FROM ((( VALUES ('zz_archive_before_delete'::name,'delete'::text,'row'::text,((1 + 2) + 8),'Copies each deleted row to the archive.'::text), ('zz_archive_before_truncate'::name,'truncate'::text,'statement'::text,(2 + 32),'Copies all rows to the archive.'::text)) wanted(name, event, level, type, description)
      LEFT JOIN pg_trigger t ON (((t.tgrelid = (_capture_triggers.source)::oid) AND (t.tgname = wanted.name) AND (NOT t.tgisinternal))))
      LEFT JOIN pg_proc p ON ((p.oid = t.tgfoid)));
END;


--
-- Name: FUNCTION _capture_triggers(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_triggers(source regclass) IS 'The triggers that a table needs, and what is wrong with each; null if nothing is.';


--
-- Name: _capture_write(regclass, regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._capture_write(source regclass, target regclass, exclude text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_function text := format('archive.%I()', archive._capture_name(source));
begin
    perform set_config('citus.enable_ddl_propagation', 'on', true);  -- with the table that it belongs to
    execute format(
        'create or replace function %s returns trigger language plpgsql security definer'
        ' set search_path = pg_catalog, pg_temp as %L',
        v_function, archive._capture_body(source, target, exclude));
    execute format('alter function %s owner to %s', v_function, archive._owner()::regrole);
    execute format('revoke execute on function %s from public, %I, %I',
                   v_function, archive._role('runtime'), archive._role('auditor'));
    execute format(
        'comment on function %s is %L',
        v_function, format('Copies deleted rows of %s to %s.', archive._name(source), archive._name(target)));
end
$$;


--
-- Name: FUNCTION _capture_write(source regclass, target regclass, exclude text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._capture_write(source regclass, target regclass, exclude text[]) IS 'Creates or replaces the capture function of a table.';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: registry; Type: TABLE; Schema: archive; Owner: -
--

CREATE TABLE archive.registry (
    source regclass NOT NULL,
    target regclass NOT NULL,
    exclude text[] NOT NULL,
    columns jsonb DEFAULT '{}'::jsonb NOT NULL
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

COMMENT ON COLUMN archive.registry.columns IS 'The copied columns, each with the archive_id from which on rows have it.';


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
end
$_$;


--
-- Name: FUNCTION _check_archived(entry archive.registry, archive_ids bigint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._check_archived(entry archive.registry, archive_ids bigint[]) IS 'AR404 unless these rows are archived. Locks them.';


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
-- Name: _enable_all(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_all() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    delete from archive.registry r where not exists (select from pg_class c where c.oid = r.source);
    perform archive.enable(r.source) from archive.registry r;
    perform archive._view_write_all();
end
$$;


--
-- Name: FUNCTION _enable_all(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_all() IS 'Brings every archived table up to date, and forgets those that were dropped.';


--
-- Name: _enable_archive(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_archive(entry archive.registry) RETURNS regclass
    LANGUAGE plpgsql
    AS $$
declare
    v_target regclass := entry.target;
    v_fault  text;
begin
    if v_target is null then
        select c.oid
          into v_target
          from pg_class s
          join pg_class c on c.relnamespace = s.relnamespace and c.relname = s.relname || '_archive'
         where s.oid = entry.source;
    end if;
    if v_target is null then
        v_target := archive._archive_create(entry.source, entry.exclude);
    end if;

    v_fault := archive._fault_target(v_target);
    if v_fault is not null then
        raise exception '% cannot be the archive of %: it %', v_target, entry.source,
            concat_ws(', and does not match: ', v_fault, archive._fault_columns(entry.source, v_target, entry.exclude))
            using errcode = 'AR409';
    end if;
    perform archive._archive_prepare(v_target);

    v_fault := archive._fault_columns(entry.source, v_target, entry.exclude);
    if v_fault is not null then
        raise exception '% and % do not match: %', entry.source, v_target, v_fault
            using errcode = 'AR409', hint = 'Add, alter or drop the column in both, in one migration.';
    end if;
    return v_target;
end
$$;


--
-- Name: FUNCTION _enable_archive(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_archive(entry archive.registry) IS 'Finds or makes a table''s archive, in the same schema, and prepares it. AR409 if it does not fit.';


--
-- Name: _enable_check(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_check(entry archive.registry) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_fault    text := archive._fault_source(entry.source);
    v_excluded text;
begin
    if v_fault is not null then
        perform archive._refuse(format('%s cannot be archived: it %s', entry.source, v_fault));
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
-- Name: _enable_columns(archive.registry); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._enable_columns(entry archive.registry) RETURNS jsonb
    LANGUAGE plpgsql
    AS $$
declare
    v_since bigint := 0;
begin
    if entry.columns <> '{}' and exists (
        select from archive._columns(entry.source) c where c.name <> all (entry.exclude) and not entry.columns ? c.name
    ) then
        execute format('lock table %s in share row exclusive mode', entry.source);
        v_since := nextval('archive.archive_id_seq');
    end if;
    return (
        select jsonb_object_agg(c.name, coalesce(entry.columns -> c.name, to_jsonb(v_since)))
          from archive._columns(entry.source) c
         where c.name <> all (entry.exclude)
    );
end
$$;


--
-- Name: FUNCTION _enable_columns(entry archive.registry); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._enable_columns(entry archive.registry) IS 'The copied columns of a table, each with the archive_id from which on rows have it.';


--
-- Name: _erase_id_columns(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_id_columns(source regclass) RETURNS SETOF name
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT DISTINCT a.attname
    FROM (pg_constraint c
      JOIN pg_attribute a ON (((a.attrelid = c.conrelid) AND (a.attnum = ANY (c.conkey)))))
   WHERE ((c.conrelid = (_erase_id_columns.source)::oid) AND (c.contype = ANY (ARRAY['p'::"char", 'f'::"char"])));
END;


--
-- Name: FUNCTION _erase_id_columns(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_id_columns(source regclass) IS 'The columns of a table that identify rows: of its primary key and its foreign keys.';


--
-- Name: _erase_assignments(regclass, regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_assignments(source regclass, target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(CASE WHEN (NOT (t.name IN (SELECT i.i AS name FROM archive._erase_id_columns(_erase_assignments.source) i(i)))) THEN format('%I = null'::text, t.name) WHEN (y.typcategory = 'S'::"char") THEN format('%1$I = case when lower(a.%1$I) = any ($2) then $3 else a.%1$I end'::text, t.name) ELSE NULL::text END, ', '::text) AS string_agg FROM ((archive._columns(_erase_assignments.target) t(name, type, archived_type, collated, generated, not_null, default_value) JOIN pg_attribute a ON (((a.attrelid = (_erase_assignments.target)::oid) AND (a.attname = t.name)))) JOIN pg_type y ON ((y.oid = a.atttypid))) WHERE (NOT (t.name IN (SELECT m.name FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description)))));


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
begin
    execute format(
        'update %s a set %s where (%s)%s', relation,
        (select string_agg(format('%1$I = archive._erase_text(a.%1$I, $1, $2)', c), ', ') from unnest(columns) c),
        (select string_agg(format('lower(a.%I) ~ $3', c), ' or ') from unnest(columns) c),
        case when relation <> 'archive.holds' and relation <> 'archive.purge_log'
             then ' and not exists (select from archive.holds h where h.archive_id = a.archive_id)' else '' end
    ) using labels, pseudonym,
        (select string_agg(regexp_replace(l, '\W', '\\\&', 'g'), '|') from unnest(labels) l);
end
$_$;


--
-- Name: FUNCTION _erase_mentions(relation text, columns text[], labels text[], pseudonym text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._erase_mentions(relation text, columns text[], labels text[], pseudonym text) IS 'Puts a person''s pseudonym for their labels where these columns name who did something, or why.';


--
-- Name: _erase_rows(archive.registry, text, text, text[], text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._erase_rows(entry archive.registry, condition text, subject text, labels text[], pseudonym text, OUT erased bigint, OUT held bigint) RETURNS record
    LANGUAGE plpgsql
    AS $_$
begin
    execute format(
        'select count(*) from %s a join archive.holds h on h.archive_id = a.archive_id where (%s)',
        archive._name(entry.target), condition
    ) into held using subject;
    -- $2 and $3 are named also where no id is a text.
    execute format(
        'update %s a set erased_at = now(), reason = null%s'
        ' where (%s) and a.erased_at is null and $2 is not null and $3 is not null'
        '   and not exists (select from archive.holds h where h.archive_id = a.archive_id)',
        archive._name(entry.target), coalesce(', ' || archive._erase_assignments(entry.source, entry.target), ''),
        condition
    ) using subject, labels, pseudonym;
    get diagnostics erased = row_count;
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
-- Name: _fault_capture(regclass, regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_capture(source regclass, target regclass, exclude text[]) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT CASE WHEN (p.oid IS NULL) THEN 'is missing'::text WHEN (p.prosrc <> archive._capture_body(_fault_capture.source, _fault_capture.target, _fault_capture.exclude)) THEN 'is not as archive.enable() writes it for this table'::text WHEN (p.proowner <> archive._owner()) THEN ('belongs to '::text || (p.proowner)::regrole) WHEN ((NOT p.prosecdef) OR (p.proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, pg_temp'::text])) THEN 'is not SECURITY DEFINER with a pinned search_path'::text WHEN (EXISTS (SELECT FROM aclexplode(COALESCE(p.proacl, acldefault('f'::"char", p.proowner))) g(grantor, grantee, privilege_type, is_grantable) WHERE ((g.privilege_type = 'EXECUTE'::text) AND (g.grantee <> p.proowner)))) THEN 'can be executed by others than its owner'::text ELSE NULL::text END AS "case" FROM ((VALUES (archive._capture_name(_fault_capture.source))) expected(name) LEFT JOIN pg_proc p ON (((p.pronamespace = ('archive'::regnamespace)::oid) AND (p.proname = expected.name) AND (p.pronargs = 0)))));


--
-- Name: FUNCTION _fault_capture(source regclass, target regclass, exclude text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_capture(source regclass, target regclass, exclude text[]) IS 'What is wrong with a table''s capture function; null if nothing is.';


--
-- Name: _fault_column_names(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_column_names(source regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT ('has columns with names that the archive uses for itself: '::text || string_agg(format('%I'::text, c.name), ', '::text)) FROM archive._columns(_fault_column_names.source) c(name, type, archived_type, collated, generated, not_null, default_value) WHERE (c.name IN (SELECT m.name FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description))));


--
-- Name: FUNCTION _fault_column_names(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_column_names(source regclass) IS 'Columns of a table that have the name of an archive''s own; null without any.';


--
-- Name: _fault_columns(regclass, regclass, text[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_columns(source regclass, target regclass, exclude text[]) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format('%I %s'::text, COALESCE(wanted.name, present.name), fault.description), '; '::text) AS string_agg FROM (((SELECT m.name, m.type, NULL::text AS collated, m.not_null FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description) UNION ALL SELECT c.name, c.archived_type, c.collated, false FROM archive._columns(_fault_columns.source) c(name, type, archived_type, collated, generated, not_null, default_value) WHERE (c.name <> ALL (_fault_columns.exclude))) wanted FULL JOIN archive._columns(_fault_columns.target) present(name, type, archived_type, collated, generated, not_null, default_value) ON ((present.name = wanted.name))) CROSS JOIN LATERAL (SELECT CASE WHEN (present.name IS NULL) THEN ('is missing in '::text || archive._name(_fault_columns.target)) WHEN ((wanted.name IS NULL) AND present.not_null) THEN (('is not null in '::text || archive._name(_fault_columns.target)) || ' and not copied'::text) WHEN (present.type <> wanted.type) THEN format('is %s in %s and %s in %s'::text, wanted.type, archive._name(_fault_columns.source), present.type, archive._name(_fault_columns.target)) WHEN ((present.collated IS DISTINCT FROM wanted.collated) AND (wanted.name IS NOT NULL)) THEN ('has another collation in '::text || archive._name(_fault_columns.target)) WHEN (present.not_null AND (NOT wanted.not_null)) THEN (('is not null in '::text || archive._name(_fault_columns.target)) || ', where copies must be nullable'::text) ELSE NULL::text END AS description) fault) WHERE (fault.description IS NOT NULL));


--
-- Name: FUNCTION _fault_columns(source regclass, target regclass, exclude text[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_columns(source regclass, target regclass, exclude text[]) IS 'The columns in which an archive does not fit its table; null if it fits.';


--
-- Name: _fault_default_partition(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_default_partition(target regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
declare
    v_default regclass := (select p.partition from archive._partitions(target) p where p.lower is null);
    v_filled  boolean;
begin
    if v_default is null then
        return 'there is none: a delete in a month without a partition would fail';
    end if;
    execute format('select exists (select from %s)', v_default) into v_filled;
    return case when v_filled
                then v_default || ' has rows: archive.maintain() moves closed months out of it'
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
-- Name: _fault_ghost_rows(archive.registry, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_ghost_rows(entry archive.registry, thorough boolean) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_count bigint;
    v_first bigint;
begin
    if archive._name(entry.source) is null or archive._name(entry.target) is null then
        return null;  -- a table was dropped: another check reports it
    end if;
    execute format(
        'select count(*), min(a.archive_id)'
        '  from (select * from %s where restored_at is null and ($1 or archived_at >= now() - interval ''1 day'')'
        '         order by archived_at desc limit case when not $1 then 1000 end) a'
        '  join only %s live on %s',
        archive._name(entry.target), archive._name(entry.source),
        (select string_agg(format('live.%1$I = a.%1$I', k), ' and ') from unnest(archive._key(entry.source)) k)
    ) into v_count, v_first using thorough;
    return case when v_count > 0
                then format('%s archived and not restored, yet live: archive_id %s%s',
                            v_count, v_first, case when v_count > 1 then ' and others' else '' end)
           end;
end
$_$;


--
-- Name: FUNCTION _fault_ghost_rows(entry archive.registry, thorough boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_ghost_rows(entry archive.registry, thorough boolean) IS 'Archived rows, never restored, whose key is live: of the newest 1,000 of the last day, or of all.';


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
-- Name: _fault_next_partition(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_next_partition(target regclass) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('%s has no partition from %s on: archive.maintain() makes it'::text, archive._name(_fault_next_partition.target), to_char((month.month AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD'::text)) AS format FROM unnest(ARRAY[archive._partition_month(now()), archive._partition_month(now(), 1)]) month(month) WHERE (NOT (EXISTS (SELECT FROM archive._partitions(_fault_next_partition.target) p(partition, lower, upper) WHERE ((p.lower <= month.month) AND (p.upper > month.month))))) ORDER BY month.month LIMIT 1);


--
-- Name: FUNCTION _fault_next_partition(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_next_partition(target regclass) IS 'Which of this month and the next has no partition; null if both have one.';


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
        when v_table.relkind = 'p' or v_table.relispartition then
            'is partitioned: a row moved between partitions would count as deleted'
        when v_table.relkind = 'f' then
            'is a foreign table'
        when v_table.relkind <> 'r' then
            'is not a table'
        when v_table.relpersistence = 't' then
            'is temporary'
        when v_table.relpersistence = 'u' then
            'is unlogged: its rows would vanish in a crash, unarchived'
        when exists (select from pg_inherits where _fault_source.source in (inhrelid, inhparent)) then
            'is part of an inheritance tree, where a delete through the parent loses columns'
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
            'has no primary key, by which a row could be found again'
        when octet_length(v_table.relname) > 45 then
            'has a name of more than 45 bytes, to which nothing can be added'
        when octet_length(archive._capture_name(source)) > 63 then
            'has, with its schema, too long a name for a capture function'
        else
            archive._fault_column_names(source)
    end;
end
$_$;


--
-- Name: FUNCTION _fault_source(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_source(source regclass) IS 'Why a table cannot be archived; null if it can.';


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
    -- Dynamic: the view is written after this function is created.
    execute 'select min(t.transaction_id::text)'
            '  from (select transaction_id from archive.transactions group by transaction_id having count(*) > 1) t'
       into v_first;
    return 'transaction ' || v_first || ' and perhaps others have several archived_at:'
           ' restore_transaction() asks for one';
end
$$;


--
-- Name: FUNCTION _fault_transaction_ids(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_transaction_ids() IS 'Transaction ids used twice, since the counter starts again after a dump and restore; null without any.';


--
-- Name: _fault_views(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._fault_views() RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((to_regclass('archive._archived_rows'::text) IS NULL) OR ((to_regclass('archive.transactions'::text) IS NULL) AND (EXISTS (SELECT FROM archive.registry)))) THEN 'no restore works: they went with a table that was dropped; archive.disable() it by its oid, as the registry has it'::text ELSE NULL::text END;


--
-- Name: FUNCTION _fault_views(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_views() IS 'What it means that the views over all archives are gone; null if they are there.';


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
    RETURN (SELECT string_agg(DISTINCT f.fault, '; '::text) AS string_agg FROM (SELECT format('%s on %s is granted to %s'::text, g.privilege, g.relation, archive._grantee(g.grantee)) AS format FROM archive._archive_grants(_fault_writers.target) g(relation, privilege, grantee) WHERE (g.privilege <> 'SELECT'::text) UNION ALL SELECT format('%s belongs to %s'::text, (c.oid)::regclass, (c.relowner)::regrole) AS format FROM (pg_partition_tree(_fault_writers.target) t(relid, parentrelid, isleaf, level) JOIN pg_class c ON ((c.oid = (t.relid)::oid))) WHERE (c.relowner <> archive._owner())) f(fault));


--
-- Name: FUNCTION _fault_writers(target regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._fault_writers(target regclass) IS 'How others than the owner may change an archive or its partitions; null if they may not.';


--
-- Name: _key(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._key(relation regclass) RETURNS name[]
    LANGUAGE sql STABLE
    RETURN (SELECT array_agg(a.attname ORDER BY k."position") AS array_agg FROM ((pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, "position")) JOIN pg_attribute a ON (((a.attrelid = i.indrelid) AND (a.attnum = k.attnum)))) WHERE ((i.indrelid = (_key.relation)::oid) AND i.indisprimary));


--
-- Name: FUNCTION _key(relation regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._key(relation regclass) IS 'The columns of a table''s primary key, in its order. Null without one.';


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
    select format('%I.%I', n.nspname, c.relname || '_' || suffix),
           to_regclass(format('%I.%I', n.nspname, c.relname || '_default'))
      into v_name, v_default
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = target;

    if to_regclass(v_name) is not null then
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
        if v_late and upper > now() - interval '1 day' then
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
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'not at isolation level %: a hold made meanwhile would be missed',
            current_setting('transaction_isolation')
            using errcode = 'AR409', hint = 'Use READ COMMITTED.';
    end if;
    lock table archive.holds in share mode;
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
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_actor text := nullif(current_setting('archive.actor', true), '');
begin
    perform convert_to(v_actor, getdatabaseencoding());
    return v_actor;
exception when character_not_in_repertoire or untranslatable_character then
    return encode(replace(v_actor, '\', '\\')::bytea, 'escape');  -- as the capture functions do
end
$$;


--
-- Name: FUNCTION actor(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.actor() IS 'Who acts, as the application knows it: SET LOCAL archive.actor = ''...''. Null when unset.';


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

COMMENT ON COLUMN archive.purge_log.action IS 'purge, erase, hold or release.';


--
-- Name: COLUMN purge_log.source; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.source IS 'The live table''s name.';


--
-- Name: COLUMN purge_log.rows; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.rows IS 'How many rows were purged, erased, held or released.';


--
-- Name: COLUMN purge_log.held; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.held IS 'How many more would have been, but for a legal hold.';


--
-- Name: COLUMN purge_log.scope; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON COLUMN archive.purge_log.scope IS 'Which: archived_before, archive_ids or subject.';


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
-- Name: _purge_partition(regclass, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_partition(partition regclass, dry_run boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    v_count bigint;
begin
    if not dry_run and not archive._partition_lock(partition) then
        return 0;
    end if;
    execute format(
        'select count(*) from %s a where not exists (select from archive.holds h where h.archive_id = a.archive_id)',
        partition
    ) into v_count;
    if v_count = 0 or dry_run then
        return v_count;
    end if;

    execute format(
        'create temporary table pg_temp.archive_held as'
        ' select a.* from %s a join archive.holds h on h.archive_id = a.archive_id', partition);
    execute format('truncate only %s', partition);
    execute format('insert into %s select * from pg_temp.archive_held', partition);
    drop table pg_temp.archive_held;
    return v_count;
end
$$;


--
-- Name: FUNCTION _purge_partition(partition regclass, dry_run boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._purge_partition(partition regclass, dry_run boolean) IS 'Empties a partition but for rows on hold. Returns how many are gone, or would be: 0 while somebody reads it.';


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
        select p.partition from archive._partitions(entry.target) p where p.upper <= archived_before
    loop
        v_count := archive._purge_partition(v_partition, dry_run);
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
-- Name: _purge_rows(archive.registry, timestamp with time zone, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._purge_rows(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $_$
declare
    v_count bigint;
begin
    execute format(
        'delete from %1$s a where ($1 is null or a.archived_at < $1) and ($2 is null or a.archive_id = any ($2))'
        '   and not exists (select from archive.holds h where h.archive_id = a.archive_id)',
        archive._name(entry.target)
    ) using archived_before, archive_ids;
    get diagnostics v_count = row_count;
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
-- Name: _restore_blocking_key(archive.locked_row, jsonb, regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_blocking_key(locked archive.locked_row, overrides jsonb, index regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_values    text;
    v_condition text;
    v_wanted    jsonb;
    v_key       jsonb;
    v_statement text;
    v_lookup    text;
begin
    select string_agg(d.expression, ', ' order by a.attnum),
           string_agg(format('%s = ($1 ->> %s)::%s',
                             d.expression, a.attnum - 1, format_type(a.atttypid, a.atttypmod)), ' and ')
               || coalesce(' and ' || pg_get_expr(i.indpred, i.indrelid), '')
      into v_values, v_condition
      from pg_index i
      join pg_attribute a on a.attrelid = i.indexrelid and a.attnum <= i.indnkeyatts
     cross join lateral pg_get_indexdef(i.indexrelid, a.attnum, false) as d (expression)
     where i.indexrelid = index
     group by i.indpred, i.indrelid;

    v_statement := format(
        'select pg_catalog.jsonb_build_array(%s)'
        '  from (select (pg_catalog.jsonb_populate_record(null::%s, pg_catalog.to_jsonb(a) || $2)).*'
        '          from %s a where a.archive_id = $1) wanted',
        v_values, archive._name(locked.source), archive._name((archive._registry_entry(locked.source)).target));
    v_lookup := format(
        'select pg_catalog.jsonb_build_array(%s) from only %s where %s limit 1',
        (select string_agg(format('%I', k), ', ') from unnest(archive._key(locked.source)) k),
        archive._name(locked.source), v_condition);
    perform archive._restore_enter_callers_path();
    execute v_statement into v_wanted using locked.archive_id, overrides;
    execute v_lookup into v_key using v_wanted;
    perform archive._restore_leave_callers_path();
    return archive._restore_row_id(v_key);
end
$_$;


--
-- Name: FUNCTION _restore_blocking_key(locked archive.locked_row, overrides jsonb, index regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_blocking_key(locked archive.locked_row, overrides jsonb, index regclass) IS 'The key of the live row that is in the way of a unique index; null where it cannot be seen.';


--
-- Name: _restore_by_ids(regclass, bigint[], jsonb, text, boolean, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_by_ids(source regclass, archive_ids bigint[], overrides jsonb, on_conflict text, dry_run boolean, callers_path text) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_rows    archive.locked_row[];
    v_missing bigint;
begin
    perform set_config('archive.callers_path', callers_path, true);
    perform archive._check_ids(archive_ids);
    perform archive._restore_check_overrides(source, overrides);
    if on_conflict = 'copy' then
        perform archive._restore_check_new_key(source);
    end if;

    v_rows := array(select l from archive._restore_lock(source, archive_ids) l);
    select min(i) into v_missing
      from unnest(archive_ids) i
     where i not in (select r.archive_id from unnest(v_rows) r);
    if v_missing is not null then
        raise exception 'no archived row % of %', v_missing, archive._label(source) using errcode = 'AR404';
    end if;
    return query select * from archive._restore_run(v_rows, overrides, on_conflict, dry_run);
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
    AS $$
declare
    v_rows archive.locked_row[];
begin
    perform set_config('archive.callers_path', callers_path, true);
    v_rows := array(select l from archive._restore_lock_transaction(transaction_id, archived_at) l);
    if v_rows = '{}' then
        raise exception 'no archived row of transaction %', transaction_id using errcode = 'AR404';
    end if;
    return query select * from archive._restore_run(v_rows, '{}', on_conflict, dry_run);
end
$$;


--
-- Name: FUNCTION _restore_by_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean, callers_path text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_by_transaction(transaction_id xid8, archived_at timestamp with time zone, on_conflict text, dry_run boolean, callers_path text) IS 'archive.restore_transaction() with the caller''s search path as an argument.';


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
-- Name: _restore_halves(archive.locked_row[], jsonb, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_halves(locked archive.locked_row[], overrides jsonb, on_conflict text) RETURNS archive.restore_result[]
    LANGUAGE plpgsql
    AS $$
declare
    v_half integer := cardinality(locked) / 2;
begin
    if not exists (
        select from unnest(locked) r where r.restored_at is not null or r.erased_at is not null
    ) and (overrides = '{}' or not exists (
        select from unnest(locked) r where overrides ?| archive._key(r.source)::text[]
    )) then
        begin
            perform archive._restore_insert(locked, overrides);
            return array(
                select row(r.source, r.archive_id,
                           -- The usual key has one column: spare it a function call for each row.
                           case when jsonb_array_length(r.key) = 1 then r.key ->> 0
                                else archive._restore_row_id(r.key) end,
                           'restored', archive._restore_omission(r))::archive.restore_result
                  from unnest(locked) r);
        exception when others then
            if not archive._restore_is_conflict(sqlstate) then
                raise;
            end if;
        end;
    end if;

    if v_half = 0 then
        return array[archive._restore_row(locked[1], overrides, on_conflict)];
    end if;
    return archive._restore_halves(locked[:v_half], overrides, on_conflict)
        || archive._restore_halves(locked[v_half + 1:], overrides, on_conflict);
end
$$;


--
-- Name: FUNCTION _restore_halves(locked archive.locked_row[], overrides jsonb, on_conflict text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_halves(locked archive.locked_row[], overrides jsonb, on_conflict text) IS 'Restores locked rows, as many together as possible.';


--
-- Name: _restore_insert(archive.locked_row[], jsonb, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_insert(locked archive.locked_row[], overrides jsonb, new_key boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql
    AS $$
declare
    v_ids       bigint[]   := array(select r.archive_id from unnest(locked) r);
    v_tables    regclass[] := array(select distinct r.source from unnest(locked) r);
    v_table     regclass;
    v_inserts   text[]     := '{}';
    v_keys      text[]     := '{}';
    v_key       jsonb;
    v_count     bigint;
    v_first     timestamptz;
    v_last      timestamptz;
    v_statement text;
begin
    if v_tables = '{}' then
        return null;
    end if;
    select min(r.archived_at), max(r.archived_at) into v_first, v_last from unnest(locked) r;
    perform archive._restore_set_constraints(v_tables);

    foreach v_table in array v_tables loop
        v_inserts := v_inserts || format('t%s as (%s)', v_table::oid,
            archive._restore_insert_statement(archive._registry_entry(v_table), overrides, new_key));
        v_keys := v_keys || format('select key from t%s', v_table::oid);
    end loop;
    v_statement := format(
        'with %s select (pg_catalog.array_agg(key))[1], pg_catalog.count(*) from (%s) restored',
        array_to_string(v_inserts, ', '), array_to_string(v_keys, ' union all '));
    perform archive._restore_enter_callers_path();
    execute v_statement into v_key, v_count using v_ids, overrides, v_first, v_last;
    perform archive._restore_leave_callers_path();

    if v_count <> cardinality(locked) then
        raise exception 'a trigger of % refused it', array_to_string(v_tables, ' or ') using errcode = 'AR409';
    end if;
    foreach v_table in array v_tables loop
        perform archive._restore_mark(
            v_table, array_agg(r.archive_id), array_agg(case when v_count = 1 then v_key else r.key end),
            v_first, v_last)
           from unnest(locked) r
          where r.source = v_table;
    end loop;
    return v_key;
end
$$;


--
-- Name: FUNCTION _restore_insert(locked archive.locked_row[], overrides jsonb, new_key boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_insert(locked archive.locked_row[], overrides jsonb, new_key boolean) IS 'Inserts archived rows into their tables as the caller, and marks them as restored. Returns the live key of one of them: the only one, where there is one.';


--
-- Name: _restore_insert_statement(archive.registry, jsonb, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_insert_statement(entry archive.registry, overrides jsonb, new_key boolean) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('insert into %s as live (%s) overriding system value select %s from %s a%s where a.archive_id = any ($1) and a.archived_at between $3 and $4 order by a.archive_id returning pg_catalog.jsonb_build_array(%s) as key'::text, archive._name((_restore_insert_statement.entry).source), string_agg(format('%I'::text, c.name), ', '::text), string_agg(CASE WHEN (_restore_insert_statement.overrides ? (c.name)::text) THEN format('o.%I'::text, c.name) WHEN (since.id > 0) THEN format('case when a.archive_id < %s then %s else a.%I%s end'::text, since.id, COALESCE(c.default_value, 'null'::text), c.name, conversion.suffix) ELSE format('a.%I%s'::text, c.name, conversion.suffix) END, ', '::text), archive._name((_restore_insert_statement.entry).target), ((' cross join pg_catalog.jsonb_to_record($2) as o ('::text || string_agg(format('%I %s'::text, c.name, c.type), ', '::text) FILTER (WHERE (_restore_insert_statement.overrides ? (c.name)::text))) || ')'::text), (SELECT string_agg(format('live.%I'::text, k.k), ', '::text) AS string_agg FROM unnest(archive._key((_restore_insert_statement.entry).source)) k(k))) AS format FROM (((archive._columns((_restore_insert_statement.entry).source) c(name, type, archived_type, collated, generated, not_null, default_value) LEFT JOIN archive._columns((_restore_insert_statement.entry).target) copy(name, type, archived_type, collated, generated, not_null, default_value) ON ((copy.name = c.name))) CROSS JOIN LATERAL (SELECT (((_restore_insert_statement.entry).columns ->> (c.name)::text))::bigint AS int8) since(id)) CROSS JOIN LATERAL (SELECT CASE WHEN (copy.type <> c.type) THEN ('::'::text || c.type) ELSE ''::text END AS "case") conversion(suffix)) WHERE ((NOT c.generated) AND ((_restore_insert_statement.overrides ? (c.name)::text) OR ((c.name <> ALL ((_restore_insert_statement.entry).exclude)) AND (copy.name IS NOT NULL) AND (NOT (_restore_insert_statement.new_key AND (c.default_value IS NOT NULL) AND (c.name = ANY (archive._key((_restore_insert_statement.entry).source)))))))));


--
-- Name: FUNCTION _restore_insert_statement(entry archive.registry, overrides jsonb, new_key boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_insert_statement(entry archive.registry, overrides jsonb, new_key boolean) IS 'The statement that restores rows of one table: $1 their archive_ids, $2 the overrides, $3 and $4 the times of the first and last deletion.';


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
-- Name: _restore_lock(regclass, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_lock(source regclass, archive_ids bigint[]) RETURNS SETOF archive.locked_row
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    v_entry  archive.registry := archive._registry_entry(source);
    v_period record           := archive._restore_period(source, archive_ids);
begin
    return query execute archive._restore_lock_statement(
        v_entry, 'a.archive_id = any ($1) and a.archived_at between $2 and $3', newest => false
    ) using archive_ids, v_period.first, v_period.last;
end
$_$;


--
-- Name: FUNCTION _restore_lock(source regclass, archive_ids bigint[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_lock(source regclass, archive_ids bigint[]) IS 'Locks archived rows by id.';


--
-- Name: _restore_lock_statement(archive.registry, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_lock_statement(entry archive.registry, condition text, newest boolean) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT format('with locked as (select a.* from %1$s a where %2$s order by a.archive_id for update) select %3$L::regclass, a.archive_id, a.archived_at, jsonb_build_array(%4$s),        a.restored_at, a.restored_by, a.erased_at, %5$s  from (select l.*, %6$s as superseded from locked l) a where not superseded order by a.archive_id'::text, archive._name((_restore_lock_statement.entry).target), _restore_lock_statement.condition, archive._name((_restore_lock_statement.entry).source), key.names, COALESCE(lost.names, 'null'::text), CASE WHEN _restore_lock_statement.newest THEN format('lead(archive_id) over (partition by %s order by archive_id) is not null'::text, key.locked_names) ELSE 'false'::text END) AS format FROM ((SELECT string_agg(format('a.%I'::text, k.k), ', '::text) AS string_agg, string_agg(format('l.%I'::text, k.k), ', '::text) AS string_agg FROM unnest(archive._key((_restore_lock_statement.entry).source)) k(k)) key(names, locked_names) LEFT JOIN (SELECT format('nullif(concat_ws('', '', %s), '''')'::text, string_agg(format('case when a.%1$I is not null then %1$L end'::text, c.name), ', '::text)) AS format FROM archive._columns((_restore_lock_statement.entry).target) c(name, type, archived_type, collated, generated, not_null, default_value) WHERE ((NOT (c.name IN (SELECT m.name FROM archive._archive_metadata() m(name, type, not_null, captured, truncated, description)))) AND (NOT (c.name IN (SELECT live.name FROM archive._columns((_restore_lock_statement.entry).source) live(name, type, archived_type, collated, generated, not_null, default_value))))) HAVING (count(*) > 0)) lost(names) ON (true)));


--
-- Name: FUNCTION _restore_lock_statement(entry archive.registry, condition text, newest boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_lock_statement(entry archive.registry, condition text, newest boolean) IS 'The statement that locks archived rows of one table and returns them as archive.locked_row.';


--
-- Name: _restore_lock_transaction(xid8, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_lock_transaction(transaction_id xid8, archived_at timestamp with time zone) RETURNS SETOF archive.locked_row
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    v_table       record;
    v_archived_at timestamptz := archived_at;
begin
    for v_table in
        select * from archive._restore_tables(transaction_id, archived_at) t order by t.source::oid
    loop
        v_archived_at := coalesce(v_archived_at, v_table.first);
        if v_table.first <> v_archived_at or v_table.last <> v_archived_at then
            raise exception
                'transaction % is ambiguous: rows were archived under this id at different times', transaction_id
                using errcode = 'AR409', hint = 'Name one with archived_at.';
        end if;
        return query execute archive._restore_lock_statement(
            archive._registry_entry(v_table.source), 'a.transaction_id = $1 and a.archived_at = $2', newest => true
        ) using transaction_id, v_archived_at;
    end loop;
end
$_$;


--
-- Name: FUNCTION _restore_lock_transaction(transaction_id xid8, archived_at timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_lock_transaction(transaction_id xid8, archived_at timestamp with time zone) IS 'Locks what one transaction deleted from all archived tables.';


--
-- Name: _restore_mark(regclass, bigint[], jsonb[], timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_mark(source regclass, archive_ids bigint[], keys jsonb[], first timestamp with time zone DEFAULT '-infinity'::timestamp with time zone, last timestamp with time zone DEFAULT 'infinity'::timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    v_entry archive.registry := archive._registry_entry(source);
    v_count bigint;
    v_live  bigint;
begin
    execute format(
        'with marked as ('
        'update %s a'
        '   set restored_at = now(), restored_by = $3'
        '  from unnest($1, $2) as m (archive_id, key)'
        '  join only %s live on %s'
        ' where a.archive_id = m.archive_id and a.archived_at between $5 and $6'
        '   and a.restored_at is null and a.erased_at is null'
        -- Inserted by this transaction or since: the ids of subtransactions are later than its own.
        '   and (live.xmin::text::bigint - $4 + 4294967296) %% 4294967296 < 2147483648'
        ' returning live.ctid'
        ') select count(*), count(distinct ctid) from marked',
        archive._name(v_entry.target), archive._name(source),
        (select string_agg(format('live.%I = (m.key ->> %s)::%s', c.name, k.position - 1, c.type), ' and ')
           from unnest(archive._key(source)) with ordinality k (name, position)
           join archive._columns(source) c on c.name = k.name)
    ) into v_count, v_live using archive_ids, keys, coalesce(archive.actor(), session_user),
        (pg_current_xact_id()::text::numeric % 4294967296)::bigint, first, last;

    if v_count <> cardinality(archive_ids) or v_live <> v_count then
        raise exception
            'not every archived row named has a live row of its own in % that was inserted just now', source
            using errcode = 'AR409';
    end if;
end
$_$;


--
-- Name: FUNCTION _restore_mark(source regclass, archive_ids bigint[], keys jsonb[], first timestamp with time zone, last timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_mark(source regclass, archive_ids bigint[], keys jsonb[], first timestamp with time zone, last timestamp with time zone) IS 'Marks archived rows as restored, after a look at the live rows.';


--
-- Name: _restore_omission(archive.locked_row); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_omission(locked archive.locked_row) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((locked).lost IS NOT NULL) THEN format('left out, for %s has no such column now: %s'::text, archive._label((locked).source), (locked).lost) ELSE NULL::text END;


--
-- Name: FUNCTION _restore_omission(locked archive.locked_row); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_omission(locked archive.locked_row) IS 'What a restore of the row leaves in the archive; null if nothing.';


--
-- Name: _restore_passes(archive.locked_row[], jsonb, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_passes(locked archive.locked_row[], overrides jsonb, on_conflict text) RETURNS archive.restore_result[]
    LANGUAGE plpgsql
    AS $$
declare
    v_rows    archive.locked_row[]     := locked;
    v_tried   archive.restore_result[];
    v_results archive.restore_result[] := '{}';
begin
    loop
        v_tried := archive._restore_halves(v_rows, overrides, on_conflict);
        v_results := v_results || array(select r from unnest(v_tried) r where r.outcome in ('restored', 'copied'));
        v_tried := array(select r from unnest(v_tried) r where r.outcome not in ('restored', 'copied'));
        exit when cardinality(v_tried) in (0, cardinality(v_rows));
        v_rows := array(
            select l
              from unnest(v_rows) l
              join unnest(v_tried) t on t.source = l.source and t.archive_id = l.archive_id);
    end loop;
    return v_results || v_tried;
end
$$;


--
-- Name: FUNCTION _restore_passes(locked archive.locked_row[], overrides jsonb, on_conflict text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_passes(locked archive.locked_row[], overrides jsonb, on_conflict text) IS 'Restores locked rows and returns the outcome of each: restored, copied, skipped or, under ''fail'', conflict.';


--
-- Name: _restore_period(regclass, bigint[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone) RETURNS record
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
begin
    select min(found.archived_at), max(found.archived_at)
      into first, last
      from (
          select r.archived_at
            from archive._archived_rows r
           where r.source = _restore_period.source and r.archive_id = any (archive_ids)
          offset 0  -- or the planner would walk the indexes on archived_at for the minimum and the maximum
      ) found;
end
$$;


--
-- Name: FUNCTION _restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone) IS 'When the first and the last of some archived rows were ';


--
-- Name: _restore_reason(archive.locked_row, jsonb, text, text, text, text, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_reason(locked archive.locked_row, overrides jsonb, state text, message text, detail text, violated text, violated_column text) RETURNS text
    LANGUAGE plpgsql
    AS $_$
declare
    v_constraint pg_constraint;
    v_columns    text;
begin
    select c.* into v_constraint from pg_constraint c where c.conrelid = locked.source and c.conname = violated;
    select string_agg(a.attname, ', ' order by k.position)
      into v_columns
      from unnest(v_constraint.conkey) with ordinality k (attnum, position)
      join pg_attribute a on a.attrelid = locked.source and a.attnum = k.attnum;

    return case
        when state = '23505' and v_constraint.contype = 'p' then
            format('a live row has this %s', v_columns)
        when state = '23505' then
            'unique value taken: ' || trim(trailing '.' from coalesce(nullif(detail, ''), message)) || coalesce((
                select ' in row ' || archive._restore_blocking_key(locked, overrides, i.indexrelid)
                  from pg_index i
                  join pg_class c on c.oid = i.indexrelid
                 where i.indrelid = locked.source and c.relname = violated), '')
        when state = '23503' and v_constraint.contype = 'f' then
            format('its %s no longer exists: %s',
                   regexp_replace(v_columns, '_id$', ''), coalesce(nullif(detail, ''), message))
        when state = '23502' then
            format('%s must not be null now, and has no value in the archive', violated_column)
        else
            message
    end;
end
$_$;


--
-- Name: FUNCTION _restore_reason(locked archive.locked_row, overrides jsonb, state text, message text, detail text, violated text, violated_column text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_reason(locked archive.locked_row, overrides jsonb, state text, message text, detail text, violated text, violated_column text) IS 'Why a row could not be inserted, in terms of the row.';


--
-- Name: _restore_row(archive.locked_row, jsonb, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_row(locked archive.locked_row, overrides jsonb, on_conflict text) RETURNS archive.restore_result
    LANGUAGE plpgsql
    AS $$
declare
    v_outcomes   text[] := case on_conflict when 'copy' then '{restored,copied}' else '{restored}' end::text[];
    v_result     archive.restore_result;
    v_state      text;
    v_message    text;
    v_detail     text;
    v_constraint text;
    v_column     text;
begin
    v_result.source := locked.source;
    v_result.archive_id := locked.archive_id;
    v_result.row_id := archive._restore_row_id(locked.key);

    if locked.erased_at is not null then
        v_result.detail := format('erased at %s', locked.erased_at);
    elsif locked.restored_at is not null then
        v_result.detail := format('already restored by %s at %s', locked.restored_by, locked.restored_at);
    else
        foreach v_result.outcome in array v_outcomes loop
            begin
                v_result.row_id := archive._restore_row_id(
                    archive._restore_insert(array[locked], overrides, new_key => v_result.outcome = 'copied'));
                v_result.detail := nullif(concat_ws('; ', v_result.detail, archive._restore_omission(locked)), '');
                return v_result;
            exception when others then
                if not archive._restore_is_conflict(sqlstate) then
                    raise;
                end if;
                get stacked diagnostics
                    v_state      = returned_sqlstate,
                    v_message    = message_text,
                    v_detail     = pg_exception_detail,
                    v_constraint = constraint_name,
                    v_column     = column_name;
                v_result.detail := archive._restore_reason(
                    locked, overrides, v_state, v_message, v_detail, v_constraint, v_column);
            end;
        end loop;
    end if;
    v_result.outcome := case on_conflict when 'fail' then 'conflict' else 'skipped' end;
    return v_result;
end
$$;


--
-- Name: FUNCTION _restore_row(locked archive.locked_row, overrides jsonb, on_conflict text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_row(locked archive.locked_row, overrides jsonb, on_conflict text) IS 'Restores one archived row, or says why it cannot be.';


--
-- Name: _restore_row_id(jsonb); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_row_id(key jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT string_agg(e.v, ','::text ORDER BY e.n) AS string_agg FROM jsonb_array_elements_text(_restore_row_id.key) WITH ORDINALITY e(v, n));


--
-- Name: FUNCTION _restore_row_id(key jsonb); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_row_id(key jsonb) IS 'A key as text.';


--
-- Name: _restore_run(archive.locked_row[], jsonb, text, boolean); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_run(locked archive.locked_row[], overrides jsonb, on_conflict text, dry_run boolean) RETURNS SETOF archive.restore_result
    LANGUAGE plpgsql
    AS $$
declare
    v_results  archive.restore_result[];
    v_conflict archive.restore_result;
begin
    if on_conflict is null or on_conflict not in ('fail', 'skip', 'copy') then
        perform archive._refuse(format('on_conflict is fail, skip or copy, not %L', on_conflict));
    end if;

    if dry_run then
        begin
            v_results := archive._restore_passes(locked, overrides, on_conflict);
            raise exception using errcode = 'ARDRY';
        exception when sqlstate 'ARDRY' then
            null;
        end;
        return query
            select r.source, r.archive_id, r.row_id,
                   case r.outcome when 'restored' then 'would_restore'
                                  when 'copied'   then 'would_copy'
                                  when 'skipped'  then 'would_skip'
                                  else r.outcome end,
                   r.detail
              from unnest(v_results) r;
        return;
    end if;

    v_results := archive._restore_passes(locked, overrides, on_conflict);
    select * into v_conflict from unnest(v_results) r where r.outcome = 'conflict' limit 1;
    if found then
        raise exception 'archived row % of %: %',
            v_conflict.archive_id, archive._label(v_conflict.source), v_conflict.detail
            using errcode = 'AR409',
                  hint = 'Nothing was restored. on_conflict => ''skip'' or ''copy'' restores the others.';
    end if;
    return query select * from unnest(v_results);
end
$$;


--
-- Name: FUNCTION _restore_run(locked archive.locked_row[], overrides jsonb, on_conflict text, dry_run boolean); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_run(locked archive.locked_row[], overrides jsonb, on_conflict text, dry_run boolean) IS 'Restores locked rows, or rehearses it. AR409, and nothing restored, on a conflict under ''fail''.';


--
-- Name: _restore_set_constraints(regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_set_constraints(tables regclass[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    v_constraints text;
begin
    select string_agg(format('%I.%I', n.nspname, c.conname), ', ')
      into v_constraints
      from pg_constraint c
      join pg_namespace n on n.oid = c.connamespace
     where c.conrelid = any (tables) and c.condeferrable and c.contype in ('p', 'u', 'x');
    if v_constraints is not null then
        execute 'set constraints ' || v_constraints || ' immediate';
    end if;
end
$$;


--
-- Name: FUNCTION _restore_set_constraints(tables regclass[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_set_constraints(tables regclass[]) IS 'Makes the deferrable keys and exclusions of tables immediate.';


--
-- Name: _restore_tables(xid8, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._restore_tables(transaction_id xid8, archived_at timestamp with time zone) RETURNS TABLE(source regclass, first timestamp with time zone, last timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
begin
    return query
        select r.source, min(r.archived_at), max(r.archived_at)
          from archive._archived_rows r
         where r.transaction_id = _restore_tables.transaction_id
           and (_restore_tables.archived_at is null or r.archived_at = _restore_tables.archived_at)
         group by r.source;
end
$$;


--
-- Name: FUNCTION _restore_tables(transaction_id xid8, archived_at timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._restore_tables(transaction_id xid8, archived_at timestamp with time zone) IS 'The tables from which a transaction deleted rows, with the times of the first and the last row.';


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
-- Name: _subject_condition(regclass, regclass, regclass[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._subject_condition(source regclass, people regclass, passed regclass[] DEFAULT '{}'::regclass[]) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    v_key        name := (archive._key(people))[1];
    v_person     text := (select format('$1::%s', c.type) from archive._columns(people) c where c.name = v_key);
    v_conditions text[] := '{}';
    v_reference  record;
    v_referenced text;
begin
    if source = people then
        return format('a.%I = %s', v_key, v_person);
    end if;
    for v_reference in
        select f.confrelid::regclass as source,
               string_agg(format('a.%I', here.attname), ', ' order by k.n) as columns,
               string_agg(format('a.%I', there.attname), ', ' order by k.n) as referenced,
               f.confrelid = people and array_agg(there.attname) = array[v_key] as is_direct
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
    RETURN (SELECT format('select %1$s from only %2$s%3$s'::text, columns.list, archive._name(_subject_rows.source), (SELECT format(' union all select %s from %s'::text, columns.list, archive._name(r.target)) AS format FROM archive.registry r WHERE ((r.source)::oid = (_subject_rows.source)::oid))) AS format FROM (SELECT string_agg(format('%I'::text, c.name), ', '::text) AS string_agg FROM archive._columns(_subject_rows.source) c(name, type, archived_type, collated, generated, not_null, default_value) WHERE (NOT (c.name IN (SELECT unnest(r.exclude) AS unnest FROM archive.registry r WHERE ((r.source)::oid = (_subject_rows.source)::oid))))) columns(list));


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
        (select string_agg(format('a.%I::text', c), ', ') from unnest(columns) c),
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
-- Name: _view_estimate(regclass, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_estimate(target regclass, since timestamp with time zone, until timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    v_plan json;
begin
    if target is null then
        return null;
    end if;
    execute format('explain (format json) select from %s where archived_at >= %L and archived_at < %L',
                   archive._name(target), since, until) into v_plan;
    return v_plan -> 0 -> 'Plan' ->> 'Plan Rows';
end
$$;


--
-- Name: FUNCTION _view_estimate(target regclass, since timestamp with time zone, until timestamp with time zone); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_estimate(target regclass, since timestamp with time zone, until timestamp with time zone) IS 'How many rows of an archive the planner expects from that time on until before the other.';


--
-- Name: _view_for_each(text, text); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_for_each(pattern text, separator text DEFAULT '
     union all'::text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format(_view_for_each.pattern, archive._name(r.source), archive._name(r.target), archive._label(r.source)), _view_for_each.separator ORDER BY (archive._name(r.target))) AS string_agg FROM archive.registry r);


--
-- Name: FUNCTION _view_for_each(pattern text, separator text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_for_each(pattern text, separator text) IS 'A part of a view for each archived table. The pattern''s arguments: the table, its archive, the table''s label.';


--
-- Name: _view_write_all(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_write_all() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    perform archive._view_write_archived_rows();
    if not exists (select from archive.registry) then
        drop view if exists archive.transactions, archive.tables, archive.daily;
        return;
    end if;
    perform archive._view_write_transactions();
    perform archive._view_write_tables();
    perform archive._view_write_daily();
    execute format('grant select on archive.transactions, archive.tables, archive.daily to %I, %I',
                   archive._role('runtime'), archive._role('auditor'));
end
$$;


--
-- Name: FUNCTION _view_write_all(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_write_all() IS 'Creates or replaces the views over all archived tables.';


--
-- Name: _view_write_archived_rows(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_write_archived_rows() RETURNS void
    LANGUAGE plpgsql
    AS $_$
begin
    execute 'create or replace view archive._archived_rows as' || coalesce(
        archive._view_for_each(
            E'\n    select %1$L::regclass as source, archive_id, transaction_id, archived_at from %2$s'),
        E'\n    select source, null::bigint as archive_id, null::xid8 as transaction_id,'
        ' null::timestamptz as archived_at from archive.registry where false');
    comment on view archive._archived_rows is 'Every archived row: from which table, deleted when.';
end
$_$;


--
-- Name: FUNCTION _view_write_archived_rows(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_write_archived_rows() IS 'Creates or replaces the view archive._archived_rows.';


--
-- Name: _view_write_daily(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_write_daily() RETURNS void
    LANGUAGE plpgsql
    AS $_$
begin
    execute format($view$
create or replace view archive.daily as
    select day::date as day,
           sum(case when count <= 1000 then count
                    else greatest(count, archive._view_estimate(target, since, until)) end)::bigint as rows,
           bool_and(count <= 1000) as exact
      from generate_series(0, 29) back
     cross join lateral (select date_trunc('day', now() at time zone 'UTC') - make_interval(days => back) as day) d
     cross join lateral (select day at time zone 'UTC' as since, (day + interval '1 day') at time zone 'UTC' as until) b
     cross join lateral (%s) deleted
     group by day
     order by day
$view$, archive._view_for_each(
            E'\n        select count(*), %2$L::regclass as target'
            '\n          from (select from %2$s where archived_at >= since and archived_at < until limit 1001) seen',
            E'\n         union all'));
    comment on view archive.daily is
        'How many rows of all tables were deleted on each of the last 30 days, in UTC;'
        ' exact says whether they were counted or estimated.';
end
$_$;


--
-- Name: FUNCTION _view_write_daily(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_write_daily() IS 'Creates or replaces the view archive.daily.';


--
-- Name: _view_write_tables(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_write_tables() RETURNS void
    LANGUAGE plpgsql
    AS $_$
begin
    execute 'create or replace view archive.tables as' || archive._view_for_each(
        E'\n    select %1$L::regclass as source, %2$L::regclass as target,'
        '\n           (select count(*) from %2$s) as rows,'
        '\n           (select sum(pg_total_relation_size(p.relid))::bigint from pg_partition_tree(%2$L) p) as bytes,'
        '\n           (select min(archived_at) from %2$s) as oldest,'
        '\n           (select max(archived_at) from %2$s) as newest,'
        '\n           (select count(*) from pg_inherits where inhparent = %2$L::regclass) as partitions,'
        '\n           (select count(*) from archive.holds h where h.source = %1$L::regclass) as held');
    comment on view archive.tables is
        'One row per archived table: rows, bytes on disk with indexes, times of the oldest and the newest deletion,'
        ' partitions, rows on legal hold.';
end
$_$;


--
-- Name: FUNCTION _view_write_tables(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive._view_write_tables() IS 'Creates or replaces the view archive.tables.';


--
-- Name: _view_write_transactions(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive._view_write_transactions() RETURNS void
    LANGUAGE plpgsql
    AS $_$
begin
    execute format($view$
create or replace view archive.transactions as
    select transaction_id, archived_at,
           min(archived_by) as archived_by, min(reason) as reason, min(session_role) as session_role,
           min(application_name) as application_name, min(client_addr) as client_addr,
           jsonb_strip_nulls(jsonb_build_object(%s)) as rows,
           count(restored_at) as restored
      from (%s) deleted
     group by archived_at, transaction_id
     order by archived_at desc, transaction_id desc
$view$,
        archive._view_for_each('%3$L, nullif(count(*) filter (where source = %3$L), 0)', ', '),
        archive._view_for_each(
            E'\n        select %3$L as source, transaction_id, archived_at, archived_by, reason,'
            ' session_role, application_name, client_addr, restored_at from %2$s', E'\n         union all'));
    comment on view archive.transactions is
        'One row per deletion, newest first: who, when, whence, why, rows of each table,'
        ' how many of them are restored.';
end
$_$;


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
    AS $$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies id uuid, title character varying(255), description character varying(255), owner_id uuid.
declare
    actor  text := nullif(current_setting('archive.actor', true), '');
    reason text := nullif(current_setting('archive.reason', true), '');
    -- Who deleted the row, when and from where: fields f1 to f9, in the order of the columns. One expression for all is
    -- prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
begin
    -- Anybody may attach a function to a table of their own; this one copies the rows of its table only.
    if tg_relid <> 'public.item'::regclass then
        raise exception 'archive: this function captures %, not %', 'public.item', tg_relid::regclass
            using errcode = 'AR422';
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

    if tg_op = 'TRUNCATE' then
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
            raise exception 'TRUNCATE of % at isolation level % could lose rows',
                'public.item', current_setting('transaction_isolation')
                using errcode = 'AR409', hint = 'Truncate at READ COMMITTED, or DELETE.';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active('public.item'::regclass) then
            raise exception 'TRUNCATE of % could lose rows that row-level security hides from %', 'public.item', current_user
                using errcode = 'AR409', hint = 'DELETE instead.';
        end if;
        insert into public.item_archive (
            archive_id, transaction_id, archived_at, archived_by, reason,
            session_role, application_name, client_addr, cascaded,
            id, title, description, owner_id)
        select nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), actor, reason,
               session_user, current_setting('application_name'), inet_client_addr(), false,
               live.id, live.title, live.description, live.owner_id
          from only public.item as live;
        return null;
    end if;

    circumstances := row(
        nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), actor, reason,
        session_user, current_setting('application_name'), inet_client_addr(), pg_trigger_depth() > 1);
    insert into public.item_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded,
        id, title, description, owner_id)
    values (
        circumstances.f1, circumstances.f2, circumstances.f3, circumstances.f4, circumstances.f5,
        circumstances.f6, circumstances.f7, circumstances.f8, circumstances.f9,
        old.id, old.title, old.description, old.owner_id);
    return old;
end
$$;


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
    AS $$
-- Written by archive.enable(). Do not edit: change the table, then call it again.
-- It copies id uuid, email character varying(255), is_active boolean, is_superuser boolean, full_name character varying(255).
declare
    actor  text := nullif(current_setting('archive.actor', true), '');
    reason text := nullif(current_setting('archive.reason', true), '');
    -- Who deleted the row, when and from where: fields f1 to f9, in the order of the columns. One expression for all is
    -- prepared once a transaction; the same calls within the INSERT would be prepared for each row.
    circumstances record;
begin
    -- Anybody may attach a function to a table of their own; this one copies the rows of its table only.
    if tg_relid <> 'public."user"'::regclass then
        raise exception 'archive: this function captures %, not %', 'public."user"', tg_relid::regclass
            using errcode = 'AR422';
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

    if tg_op = 'TRUNCATE' then
        -- An older snapshot would miss the rows committed since it was taken, and TRUNCATE removes those too.
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
            raise exception 'TRUNCATE of % at isolation level % could lose rows',
                'public."user"', current_setting('transaction_isolation')
                using errcode = 'AR409', hint = 'Truncate at READ COMMITTED, or DELETE.';
        end if;
        -- TRUNCATE removes also what a policy would hide from the copy.
        if row_security_active('public."user"'::regclass) then
            raise exception 'TRUNCATE of % could lose rows that row-level security hides from %', 'public."user"', current_user
                using errcode = 'AR409', hint = 'DELETE instead.';
        end if;
        insert into public.user_archive (
            archive_id, transaction_id, archived_at, archived_by, reason,
            session_role, application_name, client_addr, cascaded,
            id, email, is_active, is_superuser, full_name)
        select nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), actor, reason,
               session_user, current_setting('application_name'), inet_client_addr(), false,
               live.id, live.email, live.is_active, live.is_superuser, live.full_name
          from only public."user" as live;
        return null;
    end if;

    circumstances := row(
        nextval('archive.archive_id_seq'), pg_current_xact_id(), now(), actor, reason,
        session_user, current_setting('application_name'), inet_client_addr(), pg_trigger_depth() > 1);
    insert into public.user_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded,
        id, email, is_active, is_superuser, full_name)
    values (
        circumstances.f1, circumstances.f2, circumstances.f3, circumstances.f4, circumstances.f5,
        circumstances.f6, circumstances.f7, circumstances.f8, circumstances.f9,
        old.id, old.email, old.is_active, old.is_superuser, old.full_name);
    return old;
end
$$;


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
-- Name: disable(regclass); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.disable(source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if exists (select from pg_class c where c.oid = source) then
        perform archive._registry_entry(source);
        execute format('drop trigger if exists zz_archive_before_delete on %s', source);
        execute format('drop trigger if exists zz_archive_before_truncate on %s', source);
    end if;
    delete from archive.registry r where r.source = disable.source;
    if not found then
        perform archive._registry_entry(source);
    end if;
    perform archive._capture_drop_unused();
    perform archive._view_write_all();
end
$$;


--
-- Name: FUNCTION disable(source regclass); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.disable(source regclass) IS 'Stops archiving a table. What is archived stays; archive.enable() goes on with it. A table that was dropped is named by its oid.';


--
-- Name: enable(regclass, name[]); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.enable(source regclass, exclude name[] DEFAULT NULL::name[]) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_entry   archive.registry;
    v_changed boolean;
begin
    lock table archive.registry in share row exclusive mode;  -- one at a time; an advisory lock could be anybody's
    select * into v_entry from archive.registry r where r.source = enable.source;
    v_entry.source := enable.source;
    v_entry.exclude := coalesce(enable.exclude::text[], v_entry.exclude, '{}');
    perform archive._enable_check(v_entry);
    v_entry.target := archive._enable_archive(v_entry);
    v_entry.columns := archive._enable_columns(v_entry);

    insert into archive.registry as r (source, target, exclude, columns)
    values (v_entry.source, v_entry.target, v_entry.exclude, v_entry.columns)
        on conflict on constraint registry_pkey
        do update
           set target = excluded.target, exclude = excluded.exclude, columns = excluded.columns
         where (r.target, r.exclude, r.columns) is distinct from (excluded.target, excluded.exclude, excluded.columns);
    v_changed := found;

    perform archive._capture_install(v_entry.source, v_entry.target, v_entry.exclude);
    perform archive._capture_drop_unused();
    if v_changed then
        perform archive._view_write_all();
    end if;
    return v_entry.target;
end
$$;


--
-- Name: FUNCTION enable(source regclass, exclude name[]); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.enable(source regclass, exclude name[]) IS 'Archives a table from now on: makes <table>_archive if missing, writes the capture function and the triggers. Call it again after any change of the table. exclude: columns never to be copied; null leaves that as it was.';


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
        perform archive._erase_mentions(archive._name((v_table.r).target), '{archived_by,restored_by,reason}',
                                        v_labels, v_pseudonym);
    end loop;
    perform archive._erase_mentions('archive.holds', '{held_by,reason}', v_labels, v_pseudonym);
    perform archive._erase_mentions('archive.purge_log', '{actor,reason}', v_labels, v_pseudonym);
end
$$;


--
-- Name: FUNCTION erase_subject(people regclass, subject text, reason text); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.erase_subject(people regclass, subject text, reason text) IS 'Blanks the content and identity of one person in every archive: their own row, rows they own, and rows that hang from those by foreign keys. Their labels give way to their id wherever the archive names who did something, or why. Ids, times and the fact of the erasure stay; such a row cannot be restored. people: the table that has them. Returns how many rows of each table were erased, and how many a legal hold kept. AR422 bad argument.';


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
    BEGIN ATOMIC
 WITH checks(source, check_name, severity, fault) AS (
          SELECT r.source,
             c_1.check_name,
             c_1.severity,
             c_1.fault
            FROM (archive.registry r
              CROSS JOIN LATERAL ( VALUES ('source can be archived'::text,'error'::text,archive._fault_source(r.source)), ('columns match'::text,'error'::text,archive._fault_columns(r.source, r.target, r.exclude)), ('function matches'::text,'error'::text,((('archive.'::text || archive._capture_name(r.source)) || '() '::text) || archive._fault_capture(r.source, r.target, r.exclude))), ('trigger is last'::text,'error'::text,((archive._capture_later_trigger(r.source))::text || ' runs after it and could cancel a delete already archived'::text)), ('only the owner writes'::text,'error'::text,archive._fault_writers(r.target)), ('partitions have no grants'::text,'error'::text,archive._fault_partition_grants(r.target)), ('next partition exists'::text,'warning'::text,archive._fault_next_partition(r.target)), ('default partition is empty'::text,'warning'::text,archive._fault_default_partition(r.target)), ('no ghost rows'::text,'warning'::text,archive._fault_ghost_rows(r.*, COALESCE(health.thorough, false)))) c_1(check_name, severity, fault))
         UNION ALL
          SELECT r.source,
             (t.event || ' trigger in force'::text),
             'error'::text,
             (((t.name)::text || ' '::text) || t.fault)
            FROM (archive.registry r
              CROSS JOIN LATERAL archive._capture_triggers(r.source) t(name, event, level, description, fault))
         UNION ALL
          SELECT NULL::regclass,
             'functions are not public'::text,
             'error'::text,
             archive._fault_public_functions() AS _fault_public_functions
         UNION ALL
          SELECT NULL::regclass,
             'nobody writes everywhere'::text,
             'warning'::text,
             archive._fault_write_all() AS _fault_write_all
         UNION ALL
          SELECT NULL::regclass,
             'views are in place'::text,
             'error'::text,
             archive._fault_views() AS _fault_views
         UNION ALL
          SELECT NULL::regclass,
             'separate runtime login'::text,
             'warning'::text,
             archive._fault_shared_login() AS _fault_shared_login
         UNION ALL
          SELECT NULL::regclass,
             'roles are not shared'::text,
             'warning'::text,
             archive._fault_shared_roles() AS _fault_shared_roles
         UNION ALL
          SELECT NULL::regclass,
             'runtime login has limits'::text,
             'warning'::text,
             archive._fault_login_limits() AS _fault_login_limits
         UNION ALL
          SELECT NULL::regclass,
             'transaction ids are unique'::text,
             'warning'::text,
             archive._fault_transaction_ids() AS _fault_transaction_ids
           WHERE health.thorough
         )
  SELECT c.source,
     c.check_name,
     (c.fault IS NULL),
     c.severity,
     c.fault
    FROM checks c
   ORDER BY (c.fault IS NULL), (c.source)::text, c.check_name;
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
begin
    perform archive._check_reason(reason);
    lock table archive.holds in row exclusive mode;  -- waits for a purge under way, before the rows are looked up
    perform archive._check_archived(v_entry, archive_ids);
    insert into archive.holds (archive_id, source, reason, held_by)
    select distinct i, v_entry.source, hold.reason, coalesce(archive.actor(), session_user)
      from unnest(archive_ids) i
        on conflict on constraint holds_pkey do nothing;
    get diagnostics v_count = row_count;
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
-- Name: maintain(); Type: FUNCTION; Schema: archive; Owner: -
--

CREATE FUNCTION archive.maintain() RETURNS TABLE(source regclass, done text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    begin
        lock table archive.registry in share row exclusive mode nowait;
    exception when lock_not_available then
        return;
    end;
    return query
        select r.source, 'partition ' || made.partition || ' made'
          from archive.registry r
         cross join lateral archive._partition_make_missing(r.target) made (partition)
         order by 1;
end
$$;


--
-- Name: FUNCTION maintain(); Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON FUNCTION archive.maintain() IS 'Does what has to happen daily: makes the archives'' partitions for this month and the two after, and moves closed months out of the default partition. Returns a row for each thing done; none where another call is under way.';


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
    -- What is left: rows named one by one, the month of archived_before, a partition that somebody reads.
    v_result.purged := v_result.purged + archive._purge_rows(v_entry, archived_before, archive_ids);
    select c.held into v_result.held from archive._purge_count(v_entry, archived_before, archive_ids) c;
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
begin
    lock table archive.holds in row exclusive mode;
    perform archive._check_archived(v_entry, archive_ids);
    delete from archive.holds h where h.source = v_entry.source and h.archive_id = any (archive_ids);
    get diagnostics v_count = row_count;
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
    erased_at timestamp with time zone
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
    erased_at timestamp with time zone
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
-- Name: _archived_rows; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive._archived_rows AS
 SELECT 'public.item'::regclass AS source,
    item_archive.archive_id,
    item_archive.transaction_id,
    item_archive.archived_at
   FROM public.item_archive
UNION ALL
 SELECT 'public."user"'::regclass AS source,
    user_archive.archive_id,
    user_archive.transaction_id,
    user_archive.archived_at
   FROM public.user_archive;


--
-- Name: VIEW _archived_rows; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON VIEW archive._archived_rows IS 'Every archived row: from which table, deleted when.';


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
-- Name: daily; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive.daily AS
 SELECT (d.day)::date AS day,
    (sum(
        CASE
            WHEN (count <= 1000) THEN count
            ELSE GREATEST(count, archive._view_estimate(target, b.since, b.until))
        END))::bigint AS rows,
    bool_and((count <= 1000)) AS exact
   FROM (((generate_series(0, 29) back(back)
     CROSS JOIN LATERAL ( SELECT (date_trunc('day'::text, (now() AT TIME ZONE 'UTC'::text)) - make_interval(days => back.back)) AS day) d)
     CROSS JOIN LATERAL ( SELECT (d.day AT TIME ZONE 'UTC'::text) AS since,
            ((d.day + '1 day'::interval) AT TIME ZONE 'UTC'::text) AS until) b)
     CROSS JOIN LATERAL ( SELECT count(*) AS count,
            'public.item_archive'::regclass AS target
           FROM ( SELECT
                   FROM public.item_archive
                  WHERE ((item_archive.archived_at >= b.since) AND (item_archive.archived_at < b.until))
                 LIMIT 1001) seen
        UNION ALL
         SELECT count(*) AS count,
            'public.user_archive'::regclass AS target
           FROM ( SELECT
                   FROM public.user_archive
                  WHERE ((user_archive.archived_at >= b.since) AND (user_archive.archived_at < b.until))
                 LIMIT 1001) seen) deleted)
  GROUP BY d.day
  ORDER BY ((d.day)::date);


--
-- Name: VIEW daily; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON VIEW archive.daily IS 'How many rows of all tables were deleted on each of the last 30 days, in UTC; exact says whether they were counted or estimated.';


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
-- Name: tables; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive.tables AS
 SELECT 'public.item'::regclass AS source,
    'public.item_archive'::regclass AS target,
    ( SELECT count(*) AS count
           FROM public.item_archive) AS rows,
    ( SELECT (sum(pg_total_relation_size(p.relid)))::bigint AS sum
           FROM pg_partition_tree('public.item_archive'::regclass) p(relid, parentrelid, isleaf, level)) AS bytes,
    ( SELECT min(item_archive.archived_at) AS min
           FROM public.item_archive) AS oldest,
    ( SELECT max(item_archive.archived_at) AS max
           FROM public.item_archive) AS newest,
    ( SELECT count(*) AS count
           FROM pg_inherits
          WHERE (pg_inherits.inhparent = ('public.item_archive'::regclass)::oid)) AS partitions,
    ( SELECT count(*) AS count
           FROM archive.holds h
          WHERE ((h.source)::oid = ('public.item'::regclass)::oid)) AS held
UNION ALL
 SELECT 'public."user"'::regclass AS source,
    'public.user_archive'::regclass AS target,
    ( SELECT count(*) AS count
           FROM public.user_archive) AS rows,
    ( SELECT (sum(pg_total_relation_size(p.relid)))::bigint AS sum
           FROM pg_partition_tree('public.user_archive'::regclass) p(relid, parentrelid, isleaf, level)) AS bytes,
    ( SELECT min(user_archive.archived_at) AS min
           FROM public.user_archive) AS oldest,
    ( SELECT max(user_archive.archived_at) AS max
           FROM public.user_archive) AS newest,
    ( SELECT count(*) AS count
           FROM pg_inherits
          WHERE (pg_inherits.inhparent = ('public.user_archive'::regclass)::oid)) AS partitions,
    ( SELECT count(*) AS count
           FROM archive.holds h
          WHERE ((h.source)::oid = ('public."user"'::regclass)::oid)) AS held;


--
-- Name: VIEW tables; Type: COMMENT; Schema: archive; Owner: -
--

COMMENT ON VIEW archive.tables IS 'One row per archived table: rows, bytes on disk with indexes, times of the oldest and the newest deletion, partitions, rows on legal hold.';


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
    jsonb_strip_nulls(jsonb_build_object('item', NULLIF(count(*) FILTER (WHERE (source = 'item'::text)), 0), 'user', NULLIF(count(*) FILTER (WHERE (source = 'user'::text)), 0))) AS rows,
    count(restored_at) AS restored
   FROM ( SELECT 'item'::text AS source,
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
         SELECT 'user'::text AS source,
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

COMMENT ON VIEW archive.transactions IS 'One row per deletion, newest first: who, when, whence, why, rows of each table, how many of them are restored.';


--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
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
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


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
-- Name: FUNCTION _archive_add_metadata(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_add_metadata(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _archive_create(source regclass, exclude text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_create(source regclass, exclude text[]) FROM PUBLIC;


--
-- Name: FUNCTION _owner(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._owner() FROM PUBLIC;


--
-- Name: FUNCTION _archive_grants(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_grants(target regclass) FROM PUBLIC;


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
-- Name: FUNCTION _archive_revoke(relation regclass, privileges text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._archive_revoke(relation regclass, privileges text) FROM PUBLIC;


--
-- Name: FUNCTION _name(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._name(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._name(relation regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._name(relation regclass) TO archive_auditor;


--
-- Name: FUNCTION _nullable_type(type oid, modifier integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._nullable_type(type oid, modifier integer) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._nullable_type(type oid, modifier integer) TO archive_runtime;


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
-- Name: FUNCTION _capture_columns(source regclass, exclude text[], pattern text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_columns(source regclass, exclude text[], pattern text) FROM PUBLIC;


--
-- Name: FUNCTION _capture_labels(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_labels(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _capture_metadata(pattern text, indentation integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_metadata(pattern text, indentation integer) FROM PUBLIC;


--
-- Name: FUNCTION _capture_row(source regclass, target regclass, exclude text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_row(source regclass, target regclass, exclude text[]) FROM PUBLIC;


--
-- Name: FUNCTION _capture_truncate(source regclass, target regclass, exclude text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_truncate(source regclass, target regclass, exclude text[]) FROM PUBLIC;


--
-- Name: FUNCTION _capture_body(source regclass, target regclass, exclude text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_body(source regclass, target regclass, exclude text[]) FROM PUBLIC;


--
-- Name: FUNCTION _capture_drop_unused(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_drop_unused() FROM PUBLIC;


--
-- Name: FUNCTION _capture_install(source regclass, target regclass, exclude text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_install(source regclass, target regclass, exclude text[]) FROM PUBLIC;


--
-- Name: FUNCTION _capture_later_trigger(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_later_trigger(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _capture_name(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_name(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _capture_triggers(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_triggers(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _capture_write(source regclass, target regclass, exclude text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._capture_write(source regclass, target regclass, exclude text[]) FROM PUBLIC;


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
-- Name: FUNCTION _check_reason(reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._check_reason(reason text) FROM PUBLIC;


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
-- Name: FUNCTION _enable_columns(entry archive.registry); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._enable_columns(entry archive.registry) FROM PUBLIC;


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
-- Name: FUNCTION _erase_rows(entry archive.registry, condition text, subject text, labels text[], pseudonym text, OUT erased bigint, OUT held bigint); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_rows(entry archive.registry, condition text, subject text, labels text[], pseudonym text, OUT erased bigint, OUT held bigint) FROM PUBLIC;


--
-- Name: FUNCTION _erase_text(value text, labels text[], pseudonym text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._erase_text(value text, labels text[], pseudonym text) FROM PUBLIC;


--
-- Name: FUNCTION _fault_capture(source regclass, target regclass, exclude text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_capture(source regclass, target regclass, exclude text[]) FROM PUBLIC;


--
-- Name: FUNCTION _fault_column_names(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_column_names(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_columns(source regclass, target regclass, exclude text[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_columns(source regclass, target regclass, exclude text[]) FROM PUBLIC;


--
-- Name: FUNCTION _fault_default_partition(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_default_partition(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_distribution(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_distribution(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_ghost_rows(entry archive.registry, thorough boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_ghost_rows(entry archive.registry, thorough boolean) FROM PUBLIC;


--
-- Name: FUNCTION _role(purpose text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._role(purpose text) FROM PUBLIC;


--
-- Name: FUNCTION _fault_login_limits(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_login_limits() FROM PUBLIC;


--
-- Name: FUNCTION _partition_month(moment timestamp with time zone, later integer); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partition_month(moment timestamp with time zone, later integer) FROM PUBLIC;


--
-- Name: FUNCTION _partitions(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._partitions(target regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._partitions(target regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._partitions(target regclass) TO archive_auditor;


--
-- Name: FUNCTION _fault_next_partition(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_next_partition(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _grantee(grantee oid); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._grantee(grantee oid) FROM PUBLIC;


--
-- Name: FUNCTION _fault_partition_grants(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_partition_grants(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_public_functions(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_public_functions() FROM PUBLIC;


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
-- Name: FUNCTION _fault_target(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_target(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _fault_transaction_ids(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_transaction_ids() FROM PUBLIC;


--
-- Name: FUNCTION _fault_views(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_views() FROM PUBLIC;


--
-- Name: FUNCTION _fault_write_all(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_write_all() FROM PUBLIC;


--
-- Name: FUNCTION _fault_writers(target regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._fault_writers(target regclass) FROM PUBLIC;


--
-- Name: FUNCTION _key(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._key(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._key(relation regclass) TO archive_runtime;


--
-- Name: FUNCTION _label(relation regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._label(relation regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._label(relation regclass) TO archive_runtime;
GRANT ALL ON FUNCTION archive._label(relation regclass) TO archive_auditor;


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
-- Name: TABLE purge_log; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.purge_log TO archive_auditor;
GRANT SELECT ON TABLE archive.purge_log TO archive_runtime;


--
-- Name: FUNCTION _purge_log_add(action text, source regclass, rows bigint, held bigint, scope jsonb, reason text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_log_add(action text, source regclass, rows bigint, held bigint, scope jsonb, reason text) FROM PUBLIC;


--
-- Name: FUNCTION _purge_partition(partition regclass, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_partition(partition regclass, dry_run boolean) FROM PUBLIC;


--
-- Name: FUNCTION _purge_partitions(entry archive.registry, archived_before timestamp with time zone, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_partitions(entry archive.registry, archived_before timestamp with time zone, dry_run boolean) FROM PUBLIC;


--
-- Name: FUNCTION _purge_rows(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_rows(entry archive.registry, archived_before timestamp with time zone, archive_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION _purge_steps(archived_before timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._purge_steps(archived_before timestamp with time zone) FROM PUBLIC;


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
-- Name: FUNCTION _restore_blocking_key(locked archive.locked_row, overrides jsonb, index regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_blocking_key(locked archive.locked_row, overrides jsonb, index regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_blocking_key(locked archive.locked_row, overrides jsonb, index regclass) TO archive_runtime;


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
-- Name: FUNCTION _restore_check_new_key(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_new_key(source regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_check_new_key(source regclass) TO archive_runtime;


--
-- Name: FUNCTION _restore_check_overrides(source regclass, overrides jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_check_overrides(source regclass, overrides jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_check_overrides(source regclass, overrides jsonb) TO archive_runtime;


--
-- Name: FUNCTION _restore_enter_callers_path(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_enter_callers_path() FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_enter_callers_path() TO archive_runtime;


--
-- Name: FUNCTION _restore_halves(locked archive.locked_row[], overrides jsonb, on_conflict text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_halves(locked archive.locked_row[], overrides jsonb, on_conflict text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_halves(locked archive.locked_row[], overrides jsonb, on_conflict text) TO archive_runtime;


--
-- Name: FUNCTION _restore_insert(locked archive.locked_row[], overrides jsonb, new_key boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_insert(locked archive.locked_row[], overrides jsonb, new_key boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_insert(locked archive.locked_row[], overrides jsonb, new_key boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_insert_statement(entry archive.registry, overrides jsonb, new_key boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_insert_statement(entry archive.registry, overrides jsonb, new_key boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_insert_statement(entry archive.registry, overrides jsonb, new_key boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_is_conflict(state text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_is_conflict(state text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_is_conflict(state text) TO archive_runtime;


--
-- Name: FUNCTION _restore_leave_callers_path(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_leave_callers_path() FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_leave_callers_path() TO archive_runtime;


--
-- Name: FUNCTION _restore_lock(source regclass, archive_ids bigint[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_lock(source regclass, archive_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_lock(source regclass, archive_ids bigint[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_lock_statement(entry archive.registry, condition text, newest boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_lock_statement(entry archive.registry, condition text, newest boolean) FROM PUBLIC;


--
-- Name: FUNCTION _restore_lock_transaction(transaction_id xid8, archived_at timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_lock_transaction(transaction_id xid8, archived_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_lock_transaction(transaction_id xid8, archived_at timestamp with time zone) TO archive_runtime;


--
-- Name: FUNCTION _restore_mark(source regclass, archive_ids bigint[], keys jsonb[], first timestamp with time zone, last timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_mark(source regclass, archive_ids bigint[], keys jsonb[], first timestamp with time zone, last timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_mark(source regclass, archive_ids bigint[], keys jsonb[], first timestamp with time zone, last timestamp with time zone) TO archive_runtime;


--
-- Name: FUNCTION _restore_omission(locked archive.locked_row); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_omission(locked archive.locked_row) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_omission(locked archive.locked_row) TO archive_runtime;


--
-- Name: FUNCTION _restore_passes(locked archive.locked_row[], overrides jsonb, on_conflict text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_passes(locked archive.locked_row[], overrides jsonb, on_conflict text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_passes(locked archive.locked_row[], overrides jsonb, on_conflict text) TO archive_runtime;


--
-- Name: FUNCTION _restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_period(source regclass, archive_ids bigint[], OUT first timestamp with time zone, OUT last timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION _restore_reason(locked archive.locked_row, overrides jsonb, state text, message text, detail text, violated text, violated_column text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_reason(locked archive.locked_row, overrides jsonb, state text, message text, detail text, violated text, violated_column text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_reason(locked archive.locked_row, overrides jsonb, state text, message text, detail text, violated text, violated_column text) TO archive_runtime;


--
-- Name: FUNCTION _restore_row(locked archive.locked_row, overrides jsonb, on_conflict text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_row(locked archive.locked_row, overrides jsonb, on_conflict text) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_row(locked archive.locked_row, overrides jsonb, on_conflict text) TO archive_runtime;


--
-- Name: FUNCTION _restore_row_id(key jsonb); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_row_id(key jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_row_id(key jsonb) TO archive_runtime;


--
-- Name: FUNCTION _restore_run(locked archive.locked_row[], overrides jsonb, on_conflict text, dry_run boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_run(locked archive.locked_row[], overrides jsonb, on_conflict text, dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_run(locked archive.locked_row[], overrides jsonb, on_conflict text, dry_run boolean) TO archive_runtime;


--
-- Name: FUNCTION _restore_set_constraints(tables regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_set_constraints(tables regclass[]) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._restore_set_constraints(tables regclass[]) TO archive_runtime;


--
-- Name: FUNCTION _restore_tables(transaction_id xid8, archived_at timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._restore_tables(transaction_id xid8, archived_at timestamp with time zone) FROM PUBLIC;


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
-- Name: FUNCTION _subject_condition(source regclass, people regclass, passed regclass[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._subject_condition(source regclass, people regclass, passed regclass[]) FROM PUBLIC;


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
-- Name: FUNCTION _view_estimate(target regclass, since timestamp with time zone, until timestamp with time zone); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_estimate(target regclass, since timestamp with time zone, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION archive._view_estimate(target regclass, since timestamp with time zone, until timestamp with time zone) TO archive_runtime;
GRANT ALL ON FUNCTION archive._view_estimate(target regclass, since timestamp with time zone, until timestamp with time zone) TO archive_auditor;


--
-- Name: FUNCTION _view_for_each(pattern text, separator text); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_for_each(pattern text, separator text) FROM PUBLIC;


--
-- Name: FUNCTION _view_write_all(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_write_all() FROM PUBLIC;


--
-- Name: FUNCTION _view_write_archived_rows(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_write_archived_rows() FROM PUBLIC;


--
-- Name: FUNCTION _view_write_daily(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_write_daily() FROM PUBLIC;


--
-- Name: FUNCTION _view_write_tables(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive._view_write_tables() FROM PUBLIC;


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
-- Name: FUNCTION disable(source regclass); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.disable(source regclass) FROM PUBLIC;


--
-- Name: FUNCTION enable(source regclass, exclude name[]); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.enable(source regclass, exclude name[]) FROM PUBLIC;


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
-- Name: FUNCTION maintain(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.maintain() FROM PUBLIC;
GRANT ALL ON FUNCTION archive.maintain() TO archive_runtime;


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
-- Name: FUNCTION uninstall(drop_archives boolean); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.uninstall(drop_archives boolean) FROM PUBLIC;


--
-- Name: FUNCTION version(); Type: ACL; Schema: archive; Owner: -
--

REVOKE ALL ON FUNCTION archive.version() FROM PUBLIC;
GRANT ALL ON FUNCTION archive.version() TO archive_runtime;
GRANT ALL ON FUNCTION archive.version() TO archive_auditor;


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
-- Name: TABLE daily; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.daily TO archive_runtime;
GRANT SELECT ON TABLE archive.daily TO archive_auditor;


--
-- Name: TABLE holds; Type: ACL; Schema: archive; Owner: -
--

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
-- Name: TABLE transactions; Type: ACL; Schema: archive; Owner: -
--

GRANT SELECT ON TABLE archive.transactions TO archive_runtime;
GRANT SELECT ON TABLE archive.transactions TO archive_auditor;


--
-- Name: TABLE alembic_version; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.alembic_version TO archive_runtime;


--
-- Name: TABLE ended_token; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE ON TABLE public.ended_token TO archive_runtime;


--
-- PostgreSQL database dump complete
--

\unrestrict archive

