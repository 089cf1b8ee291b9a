"""Archiving a table: what archive.enable() makes and what it leaves alone."""

import psycopg
import pytest

from tests.conftest import SUPERUSER, connect
from tests.sql.conftest import NOTE


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


def test_a_session_that_quotes_all_identifiers_archives_and_restores(db, restore):
    """The setting changes the text of each name and type, by which archives are compared with their tables."""
    db.execute("set quote_all_identifiers = on")
    db.execute("create table plain (id int primary key, at timestamptz(3)); select archive.enable('plain')")
    db.execute("insert into plain values (1, now()); delete from plain; select archive.enable('plain')")

    assert db.execute("select detail from archive.health() where not ok and severity = 'error'").fetchall() == []
    assert restore([id for (id,) in db.execute("select archive_id from plain_archive")], source="plain") == [
        ("restored", None)
    ]
