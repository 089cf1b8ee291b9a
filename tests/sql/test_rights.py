"""What the two roles are for, and that a restore needs the caller's own rights on the table.

What the roles cannot do is in test_hostile_statements.py and test_hostile_calls.py.
"""

import pytest
from psycopg.errors import InsufficientPrivilege

from tests.conftest import AUDITOR, RUNTIME, connect
from tests.sql.conftest import DENIED, sqlstate


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


@pytest.mark.parametrize("role", ["archive_runtime", "archive_auditor"])
def test_the_owner_may_take_both_roles(db, role):
    db.execute(f"set role {role}")

    assert db.execute("select current_user").fetchone() == (role,)


@pytest.mark.application
def test_every_object_has_a_comment(db):
    bare = db.execute(
        """
        with tables (oid) as (
            select c.oid
              from pg_class c
             where c.relnamespace in ('archive'::regnamespace, 'public'::regnamespace)
               and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'archive_table_version'
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


def test_a_restore_needs_the_right_to_insert(db, archived, attackers):
    db.execute("revoke insert on item from archive_runtime")

    for options in ["", ", on_conflict => 'skip'", ", on_conflict => 'copy'", ", dry_run => true"]:
        with connect(RUNTIME) as attacker:
            call = f"select * from archive.restore('item', %s{options})"
            assert sqlstate(attacker, call, [archived]) == DENIED


def test_a_restore_writes_no_column_that_the_caller_may_not(db, archived, attackers):
    db.execute(
        "revoke insert on item from archive_runtime; grant insert (id, title, owner_id) on item to archive_runtime"
    )

    with connect(RUNTIME) as attacker:
        assert sqlstate(attacker, "select * from archive.restore('item', %s)", [archived]) == DENIED


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ("create policy p on item using (true) with check (title = 'live')", {DENIED}),
        ("create policy p on item for select using (true)", {DENIED}),
        (
            "create policy p on item using (true); alter table item_archive enable row level security",
            {"AR404", "AR409"},
        ),
    ],
)
def test_a_policy_holds_for_a_restore(db, runtime, archived, attackers, policies, expected):
    db.execute("alter table item enable row level security")
    db.execute(policies)

    answer = sqlstate(runtime, "select * from archive.restore('item', %s)", [archived])

    assert answer in expected
    assert db.execute("select title from item").fetchall() == [("live",)]


def test_a_policy_hides_no_deleted_row_from_the_archive(db, runtime, items):
    db.execute("alter table item enable row level security, force row level security")
    db.execute("create policy see on item for select using (title <> 'item 1')")
    db.execute("create policy del on item for delete using (true)")

    runtime.execute("delete from item")
    db.execute('delete from "user"')  # its cascade does not ask the policy

    assert db.execute("select count(*) from item_archive").fetchone() == (3,)
