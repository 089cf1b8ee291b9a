"""What archive.health() finds: triggers, columns and rights that are not as they should be, and ghosts."""

import pytest

from tests.conftest import RUNTIME, SUPERUSER, connect
from tests.sql.conftest import HEALTH


@pytest.mark.parametrize(
    "harm",
    [
        "alter table item add column colour text",
        "alter table item rename title to name",
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
    faults = HEALTH
    db.execute(harm)

    assert db.execute(faults).fetchall() != []

    db.execute("select archive.enable('item')")
    assert db.execute(faults).fetchall() == []


@pytest.mark.parametrize(
    ("harm", "check", "detail"),
    [
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

    faults = dict(db.execute(HEALTH).fetchall())
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

        faults = dict(superuser.execute(HEALTH).fetchall())

    assert faults["source can be archived"].startswith("belongs to test_api")
    assert faults["only the owner writes"] == "public.item_archive_default belongs to test_api"


def test_health_says_what_one_login_for_all_costs(db):
    with db.transaction(force_rollback=True):
        db.execute(f"revoke archive_runtime from {RUNTIME}")
        faults = db.execute("select severity, detail from archive.health() where not ok").fetchall()

    assert [severity for severity, _ in faults] == ["warning"]
    assert "can rewrite history" in faults[0][1]


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


def test_a_login_that_may_write_everywhere_is_reported(db, server):
    server.execute(f"grant pg_write_all_data to {RUNTIME}")
    try:
        faults = db.execute(HEALTH).fetchall()
    finally:
        server.execute(f"revoke pg_write_all_data from {RUNTIME}")

    assert faults == [("nobody writes everywhere", f"{RUNTIME} may write to every table, as pg_write_all_data")]


def test_a_login_without_a_limit_is_reported(db, server):
    server.execute(f"alter role {RUNTIME} reset statement_timeout")
    try:
        unwell = db.execute("select check_name, severity, detail from archive.health() where not ok").fetchall()
    finally:
        server.execute(f"alter role {RUNTIME} set statement_timeout = '30s'")

    ((check, severity, detail),) = unwell
    assert (check, severity) == ("runtime login has limits", "warning")
    assert RUNTIME in detail
