"""The two roles, and what a login with the API's rights cannot do."""

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from tests.conftest import AUDITOR, RUNTIME, STRANGER, connect


@pytest.mark.parametrize(
    "statement",
    [
        "insert into item_archive select * from item_archive",
        "update item_archive set title = 'forged'",
        "delete from item_archive",
        "truncate item_archive",
        "truncate item",
        "drop table item_archive",
        "insert into item_archive_default select * from item_archive",
        "select * from item_archive_default",
        "alter table item disable trigger zz_archive_before_delete",
        "alter table item disable trigger all",
        "alter table item_archive add column x int",
        "drop trigger zz_archive_before_delete on item",
        "create trigger a before delete on item for each row execute function archive.capture_item()",
        "set session_replication_role = replica",
        "select archive.enable('item')",
        "select archive.disable('item')",
        "select archive._write_capture('item', 'item_archive', '{}')",
        "select * from archive.registry",
        "update archive.registry set source = 'user'",
        "select setval('archive.archive_id_seq', 1)",
        "create table archive.mine ()",
        "create table public.mine ()",
        "create or replace function archive.capture_item() returns trigger language plpgsql as 'begin return old; end'",
        "set role test_owner",
        "set session authorization test_owner",
    ],
)
@pytest.mark.parametrize("login", [RUNTIME, AUDITOR, STRANGER])
def test_the_archive_cannot_be_rewritten(db, archived, login, statement):
    with connect(login) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement)

    assert db.execute("select count(*) from archive.health() where not ok").fetchone() == (0,)


def test_the_api_can_do_what_it_must(runtime, owner):
    runtime.execute("insert into item (title, owner_id) values ('x', %s)", [owner])
    runtime.execute("update item set title = 'y'")
    runtime.execute("delete from item")

    assert runtime.execute("select title from item_archive").fetchall() == [("y",)]
    assert runtime.execute("select count(*) from archive.health() where not ok").fetchone() == (0,)


def test_an_auditor_reads_the_archive_and_nothing_else(archived):
    with connect(AUDITOR) as auditor:
        assert auditor.execute("select count(*) from item_archive").fetchone() == (3,)
        assert auditor.execute("select count(*) from archive.health() where not ok").fetchone() == (0,)
        for forbidden in ["select * from item", 'select * from "user"', "delete from item"]:
            with pytest.raises(InsufficientPrivilege):
                auditor.execute(forbidden)
        with pytest.raises(InsufficientPrivilege):
            auditor.execute("select * from archive.restore('item', %s)", [archived])


def test_the_recorded_login_cannot_be_forged(db, runtime, items):
    with pytest.raises(psycopg.Error):
        runtime.execute("set session_authorization = postgres")
    runtime.execute("select set_config('session_authorization', 'test_api', false)")
    runtime.execute("delete from item")

    assert db.execute("select distinct session_role from item_archive").fetchall() == [(RUNTIME,)]


@pytest.mark.parametrize("role", ["archive_runtime", "archive_auditor"])
def test_the_owner_may_take_both_roles(db, role):
    db.execute(f"set role {role}")

    assert db.execute("select current_user").fetchone() == (role,)


def test_every_function_of_the_archive_is_closed_to_the_public(db):
    open_to_all = db.execute(
        "select p.oid::regprocedure from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g"
        " where p.pronamespace = 'archive'::regnamespace and g.grantee = 0"
    ).fetchall()
    assert open_to_all == []


def test_every_object_has_a_comment(db):
    bare = db.execute(
        """
        with tables (oid) as (
            select unnest(array['archive.registry', 'item', '"user"', 'item_archive']::regclass[])
        )
        select oid::regprocedure::text from pg_proc
         where pronamespace = 'archive'::regnamespace and obj_description(oid, 'pg_proc') is null
        union all
        select oid::regclass::text from pg_class
         where (oid in (select oid from tables) or relnamespace = 'archive'::regnamespace and relkind in ('v', 'S'))
           and obj_description(oid, 'pg_class') is null
        union all
        select attrelid::regclass || '.' || attname from pg_attribute
         where attrelid in (select oid from tables) and attnum > 0 and col_description(attrelid, attnum) is null
        union all
        select tgname from pg_trigger where not tgisinternal and obj_description(oid, 'pg_trigger') is null
        """
    ).fetchall()

    assert bare == []
