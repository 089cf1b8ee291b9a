"""Archiving a table: what archive.enable() makes, leaves alone, and refuses."""

import psycopg
import pytest

from tests.conftest import RUNTIME, SUPERUSER, connect

NOTE = "create table note (id bigint generated always as identity primary key, text varchar(20) not null)"


def test_a_table_of_ones_own_is_archived_and_restored(db, restore):
    db.execute(NOTE)

    (target,) = db.execute("select archive.enable('note')").fetchone()
    db.execute("insert into note (text) values ('remember')")
    db.execute("delete from note")

    assert target == "note_archive"
    ids = [id for (id,) in db.execute("select archive_id from note_archive")]
    assert restore(ids, source="note") == [("restored", None)]
    assert db.execute("select id, text from note").fetchall() == [(1, "remember")]


def test_archive_ids_come_from_one_sequence(db, archived):
    db.execute(NOTE)
    db.execute("select archive.enable('note'); insert into note (text) values ('x'); delete from note")

    assert db.execute("select archive_id > %s from note_archive", [max(archived)]).fetchone() == (True,)


def test_enabling_again_issues_no_ddl(db):
    """A writer's lock would make DDL wait, and with it everybody who comes later."""
    with connect(SUPERUSER, autocommit=False) as writer:
        writer.execute("insert into item_archive select from item_archive limit 0")
        writer.execute("update item set title = title")

        db.execute("set lock_timeout = '1s'")
        db.execute("select archive.enable('item')")


@pytest.mark.parametrize(
    "harm",
    [
        "alter table item disable trigger zz_archive_before_delete",
        "alter table item enable trigger zz_archive_before_delete",
        "alter table item enable replica trigger zz_archive_before_delete",
        "drop trigger zz_archive_before_delete on item",
        "drop trigger zz_archive_before_truncate on item",
        "drop function archive.capture_item() cascade",
        "create or replace function archive.capture_item() returns trigger language plpgsql as 'begin return old; end'",
        "alter function archive.capture_item() security invoker",
        "alter function archive.capture_item() reset search_path",
        "grant execute on function archive.capture_item() to public",
        "create function other() returns trigger language plpgsql as 'begin return old; end';"
        "create or replace trigger zz_archive_before_delete before delete on item"
        " for each row execute function other()",
    ],
)
def test_health_reports_what_someone_broke_and_enabling_again_mends_it(db, harm):
    faults = "select check_name, detail from archive.health() where not ok"
    db.execute(harm)

    assert db.execute(faults).fetchall() != []

    db.execute("select archive.enable('item')")
    assert db.execute(faults).fetchall() == []


@pytest.mark.parametrize(
    ("harm", "check", "detail"),
    [
        ("alter table item add column colour text", "columns match", "colour is missing in public.item_archive"),
        (
            "alter table item alter title type text",
            "columns match",
            "title is text in public.item and character varying",
        ),
        ("alter table item_archive alter title set not null", "columns match", "copies must be nullable"),
        ("grant insert on item_archive to archive_runtime", "only the owner writes", "archive_runtime"),
        ("grant update (title) on item_archive_default to public", "only the owner writes", "PUBLIC"),
        (
            "create function f() returns trigger language plpgsql as 'begin return old; end';"
            "create trigger zzz before delete on item for each row execute function f()",
            "trigger is last",
            "zzz",
        ),
        ("create table child () inherits (item)", "source can be archived", "inheritance"),
        ("grant select on item_archive_default to archive_runtime", "partitions have no grants", "archive_runtime"),
        ("grant execute on function archive.purge to public", "functions are not public", "archive.purge"),
        ("drop table item_archive_default", "default partition is empty", "there is none"),
        (
            "do $$ begin execute 'drop table ' || (select p.partition from archive._partitions('item_archive') p"
            " where p.lower > now() order by p.lower limit 1); end $$",
            "next partition exists",
            "public.item_archive has no partition from",
        ),
        (
            "insert into \"user\" (email) values ('a@example.com'); delete from \"user\" where email = 'a@example.com';"
            'insert into "user" (id, email) select id, email from user_archive',
            "no ghost rows",
            "1 archived and not restored, yet live: archive_id 1",
        ),
    ],
)
def test_health_reports_what_enabling_cannot_mend(db, harm, check, detail):
    db.execute(harm)

    faults = dict(db.execute("select check_name, detail from archive.health() where not ok").fetchall())
    assert detail in faults[check]


def test_health_is_well_on_a_new_database(db):
    assert db.execute("select check_name, detail from archive.health(thorough => true) where not ok").fetchall() == []


def test_an_old_ghost_is_found_by_a_thorough_look(db, items):
    db.execute("delete from item")
    db.execute("update item_archive set archived_at = now() - interval '2 days'")
    db.execute("insert into item (id, title, owner_id) select id, title, owner_id from item_archive")
    query = "select ok from archive.health(%s) where check_name = 'no ghost rows' and source = 'item'::regclass"

    assert db.execute(query, [False]).fetchone() == (True,)
    assert db.execute(query, [True]).fetchone() == (False,)


def test_transaction_ids_of_two_clusters_are_found_by_a_thorough_look(db, items):
    db.execute("delete from item")
    db.execute("update item_archive set archived_at = now() - interval '2 days' where id = %s", items[:1])

    faults = db.execute("select check_name, severity from archive.health(true) where not ok").fetchall()

    assert faults == [("transaction ids are unique", "warning")]


def test_a_table_that_changed_hands_is_reported(db):
    """Its new owner could disable the trigger, or have code run as the archive's owner."""
    with connect(SUPERUSER) as superuser:
        superuser.execute("alter table item owner to test_api; alter table item_archive_default owner to test_api")

        faults = dict(superuser.execute("select check_name, detail from archive.health() where not ok").fetchall())

    assert faults["source can be archived"].startswith("belongs to test_api")
    assert faults["only the owner writes"] == "public.item_archive_default belongs to test_api"


def test_health_says_what_one_login_for_all_costs(db):
    with db.transaction(force_rollback=True):
        db.execute(f"revoke archive_runtime from {RUNTIME}")
        faults = db.execute("select severity, detail from archive.health() where not ok").fetchall()

    assert [severity for severity, _ in faults] == ["warning"]
    assert "can rewrite history" in faults[0][1]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("create table t (id int)", "no primary key"),
        ("create unlogged table t (id int primary key)", "unlogged"),
        ("create temp table t (id int primary key)", "system|temporary"),
        ("create table t (id int primary key) partition by range (id)", "partitioned"),
        ("create view t as select 1 as id", "not a table"),
        (
            "create table p (id int primary key); create table t () inherits (p); alter table t add primary key (id)",
            "inheritance",
        ),
        ("create table t (id int primary key, reason text, cascaded text)", "reason, cascaded"),
        (f"create table {'t' * 46} (id int primary key)", "45 bytes"),
    ],
)
def test_what_cannot_be_archived_is_refused_with_a_reason(db, table, reason):
    db.execute(table)

    with pytest.raises(psycopg.Error, match=reason) as error:
        db.execute("select archive.enable(%s)", ["t" * 46 if "tttt" in table else "t"])

    assert error.value.sqlstate == "AR422"


@pytest.mark.parametrize("source", ["item_archive", "pg_class", "archive.registry"])
def test_neither_catalogues_nor_archives_are_archived(db, source):
    with pytest.raises(psycopg.Error) as error:
        db.execute("select archive.enable(%s)", [source])

    assert error.value.sqlstate == "AR422"


def test_a_column_of_one_table_only_is_named(db):
    db.execute("alter table item add column colour text")

    with pytest.raises(psycopg.Error, match="colour is missing in public.item_archive") as error:
        db.execute("select archive.enable('item')")

    assert error.value.sqlstate == "AR409"


def test_a_column_of_both_tables_is_captured_after_enabling_again(db, items, restore):
    db.execute("alter table item add column colour text; alter table item_archive add column colour text")
    db.execute("select archive.enable('item'); update item set colour = 'red'; delete from item")

    assert db.execute("select distinct colour from item_archive").fetchall() == [("red",)]


def test_a_changed_type_does_not_break_deletes_on_open_connections(db, runtime, items):
    runtime.execute("delete from item where id = %s", [items[0]])  # its plan is cached now
    for table in ["item", "item_archive"]:
        db.execute(f"alter table {table} alter title type text")
    db.execute("select archive.enable('item')")

    runtime.execute("delete from item where id = %s", [items[1]])

    assert db.execute("select count(*) from item_archive").fetchone() == (2,)


def test_excluded_columns_are_never_copied(db, restore):
    db.execute("create table account (id int primary key, name text, secret text default 'none')")
    db.execute("select archive.enable('account', exclude => '{secret}')")
    db.execute("insert into account values (1, 'ada', 'pssst')")
    db.execute("select archive.enable('account')")  # the exclusion is remembered
    db.execute("delete from account")

    columns = db.execute("select attname from pg_attribute where attrelid = 'account_archive'::regclass").fetchall()
    assert ("secret",) not in columns
    restore([id for (id,) in db.execute("select archive_id from account_archive")], source="account")
    assert db.execute("select * from account").fetchall() == [(1, "ada", "none")]


@pytest.mark.parametrize("exclude", ["{id}", "{nonsense}", "{null}"])
def test_neither_the_key_nor_unknown_columns_can_be_excluded(db, exclude):
    with pytest.raises(psycopg.Error, match="cannot be excluded") as error:
        db.execute("select archive.enable('item', exclude => %s)", [exclude])

    assert error.value.sqlstate == "AR422"


def test_tables_of_the_same_name_do_not_collide(db):
    db.execute("create schema shop; create table shop.item (id int primary key, price int)")
    db.execute("select archive.enable('shop.item'); insert into shop.item values (1, 5); delete from shop.item")

    assert db.execute("select price from shop.item_archive").fetchall() == [(5,)]
    assert db.execute("select count(*) from item_archive").fetchone() == (0,)


def test_disabling_keeps_the_rows_and_enabling_goes_on(db, archived, restore):
    db.execute("select archive.disable('item')")
    with pytest.raises(psycopg.Error, match="is not archived"):
        restore(archived)

    db.execute("select archive.enable('item')")

    assert restore(archived) == [("restored", None)] * 3


def test_mixed_case_composite_keys_and_generated_columns(db, restore):
    db.execute(
        'create table "Odd Table" ("Left" int, "right" text, "group" text[], doc jsonb,'
        ' twice int generated always as ("Left" * 2) stored, primary key ("Left", "right"))'
    )
    db.execute("""select archive.enable('"Odd Table"')""")
    db.execute("""insert into "Odd Table" values (1, 'a,b', '{x,NULL}', '{"k": [1.50]}')""")
    before = db.execute('select * from "Odd Table"').fetchall()
    db.execute('delete from "Odd Table"')

    ids = [id for (id,) in db.execute('select archive_id from "Odd Table_archive"')]
    assert restore(ids, source='"Odd Table"') == [("restored", None)]
    assert db.execute('select * from "Odd Table"').fetchall() == before


def test_copying_where_nothing_makes_a_new_key_is_ar422(db, restore):
    db.execute("create table fixed (id int primary key)")
    db.execute("select archive.enable('fixed')")

    with pytest.raises(psycopg.Error, match="cannot be copied") as error:
        restore([], source="fixed", on_conflict="copy")

    assert error.value.sqlstate == "AR422"


def test_a_partition_has_no_grants_of_its_own(db):
    db.execute("alter default privileges grant insert on tables to archive_runtime")
    db.execute(NOTE)
    db.execute("select archive.enable('note')")

    assert db.execute("select check_name, detail from archive.health() where not ok").fetchall() == []


def test_partitions_are_bounded_in_utc_whatever_the_clients_zone(db):
    db.execute("set timezone = 'Pacific/Auckland'")
    db.execute(NOTE)
    db.execute("select archive.enable('note')")

    db.execute("set timezone = 'UTC'")
    bounds = db.execute(
        "select pg_get_expr(c.relpartbound, c.oid) from pg_partition_tree('note_archive') t"
        " join pg_class c on c.oid = t.relid where t.isleaf and c.relname !~ 'default'"
    ).fetchall()
    assert len(bounds) == 3
    assert all(bound.count("-01 00:00:00+00'") == 2 for (bound,) in bounds)


def test_a_month_that_began_in_the_default_partition_stays_there(db, items):
    """As after months without a migration: enabling must not fail for it."""
    months = db.execute("select relid::text from pg_partition_tree('item_archive') where relid::text ~ '_y'").fetchall()
    for (month,) in months:
        db.execute(f"drop table {month}")
    db.execute("delete from item")

    db.execute("select archive.enable('item')")

    assert db.execute("select count(*) from item_archive_default").fetchone() == (3,)
    later = db.execute("select count(*) from pg_partition_tree('item_archive') where relid::text ~ '_y'").fetchone()
    assert later == (2,)


def test_bounds_are_in_utc_whatever_the_style_of_dates(db):
    db.execute("set datestyle = 'SQL, DMY'; set timezone = 'Asia/Kolkata'")
    db.execute(NOTE)
    db.execute("select archive.enable('note')")

    db.execute("set datestyle = 'ISO'; set timezone = 'UTC'")
    bounds = db.execute(
        "select pg_get_expr(c.relpartbound, c.oid) from pg_partition_tree('note_archive') t"
        " join pg_class c on c.oid = t.relid where t.isleaf and c.relname !~ 'default'"
    ).fetchall()
    assert all(bound.count("-01 00:00:00+00'") == 2 for (bound,) in bounds)


def test_a_table_that_was_dropped_is_reported_and_its_end_told_by_its_oid(db, archived, restore):
    db.execute("create table slot (id int primary key); select archive.enable('slot')")
    (oid,) = db.execute("select 'slot'::regclass::oid::int").fetchone()
    db.execute("insert into slot values (1); delete from slot; drop table slot cascade")

    faults = db.execute("select source::oid::int, check_name, detail from archive.health(true) where not ok").fetchall()
    assert (oid, "source can be archived", "does not exist") in faults
    assert "views are in place" in [check for _, check, _ in faults]

    db.execute("select archive.disable(%s::oid::regclass)", [oid])
    assert db.execute("select * from archive.health(true) where not ok").fetchall() == []
    assert db.execute("select to_regprocedure('archive.capture_slot()')").fetchone() == (None,)
    assert db.execute("select count(*) from slot_archive").fetchone() == (1,)
    restore(archived)


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        ("create table slot_archive (archive_id bigint)", "is not a partitioned table.*id is missing"),
        ("create view slot_archive as select 1 as id", "is not a partitioned table"),
        ("create table slot_archive (id int) partition by list (id)", "is not partitioned by range of archived_at"),
    ],
)
def test_another_relation_of_the_archives_name_is_refused_with_a_reason(db, archive, reason):
    db.execute(f"create table slot (id int primary key); {archive}")

    with pytest.raises(psycopg.Error, match=reason) as error:
        db.execute("select archive.enable('slot')")

    assert error.value.sqlstate == "AR409"


def test_a_login_that_may_write_everywhere_is_reported(db, server):
    server.execute(f"grant pg_write_all_data to {RUNTIME}")
    try:
        faults = db.execute("select check_name, detail from archive.health() where not ok").fetchall()
    finally:
        server.execute(f"revoke pg_write_all_data from {RUNTIME}")

    assert faults == [("nobody writes everywhere", f"{RUNTIME} may write to every table, as pg_write_all_data")]


def test_no_lock_of_somebodys_own_keeps_partitions_from_being_made(db, runtime):
    db.execute("drop table item_archive_default")
    with runtime.transaction():
        runtime.execute("select pg_advisory_xact_lock(hashtext('archive.enable'))")
        db.execute("select archive.make_partitions()")

    assert db.execute("select to_regclass('item_archive_default') is not null").fetchone() == (True,)
