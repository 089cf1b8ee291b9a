"""Restoring: back as it was, once, by who may insert, and with a reason where it cannot be."""

import json
import uuid

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege

from tests.conftest import RUNTIME, STRANGER, connect

MARK = """
    select archive._restore_mark(
        {0!r}, row(array[{0!r}::regclass], null, %s, '-infinity', 'infinity')::archive.restore_selection, %s)
"""
LIVE = "select id, title, description, owner_id from item order by id"


def test_a_restored_row_is_as_it_was(db, items, restore):
    before = db.execute(LIVE).fetchall()
    db.execute("delete from item")
    ids = [id for (id,) in db.execute("select archive_id from item_archive")]

    assert restore(ids) == [("restored", None)] * 3
    assert db.execute(LIVE).fetchall() == before


def test_the_archive_remembers_who_restored_when_and_why(db, runtime, archived, restore):
    with runtime.transaction():
        runtime.execute("set local archive.actor = 'ada'; set local archive.reason = 'deleted by mistake'")
        restore(archived[:1], connection=runtime)
        (now,) = runtime.execute("select now()").fetchone()
    restore(archived[1:2], connection=runtime)

    rows = db.execute(
        "select restored_by, restore_reason, restored_at is not null from item_archive order by archive_id"
    ).fetchall()
    assert rows == [("ada", "deleted by mistake", True), (RUNTIME, None, True), (None, None, False)]
    assert db.execute("select min(restored_at) from item_archive").fetchone() == (now,)


def test_a_row_is_restored_once(archived, restore):
    restore(archived[:1])

    with pytest.raises(psycopg.Error, match="already restored by") as error:
        restore(archived[:1])

    assert error.value.sqlstate == "AR409"


def test_an_unknown_row_is_ar404(archived, restore):
    with pytest.raises(psycopg.Error, match="no archived row 987654321") as error:
        restore([*archived, 987654321], on_conflict="skip")

    assert error.value.sqlstate == "AR404"


def test_fail_restores_all_or_nothing(db, archived, restore):
    restore(archived[1:2])

    with pytest.raises(psycopg.Error):
        restore(archived)

    assert db.execute("select count(*) from item").fetchone() == (1,)


def test_skip_restores_the_others_and_says_why(archived, restore):
    restore(archived[1:2])

    (first, second, third) = restore(archived, on_conflict="skip")

    assert (first, third) == (("restored", None), ("restored", None))
    assert second[0] == "skipped"
    assert "already restored" in second[1]


def test_copy_restores_under_a_new_id_where_the_old_one_lives(db, archived, owner, restore):
    (taken,) = db.execute("select id from item_archive where archive_id = %s", [archived[0]]).fetchone()
    db.execute("insert into item (id, title, owner_id) values (%s, 'the new one', %s)", [taken, owner])

    outcomes = restore(archived, on_conflict="copy")

    assert outcomes == [("copied", "a live row has this id"), ("restored", None), ("restored", None)]
    assert db.execute("select count(distinct id), count(*) filter (where title = 'item 1') from item").fetchone() == (
        4,
        1,
    )


def test_a_live_row_with_the_id_is_a_conflict(db, archived, owner, restore):
    (taken,) = db.execute("select id from item_archive where archive_id = %s", [archived[0]]).fetchone()
    db.execute("insert into item (id, title, owner_id) values (%s, 'the new one', %s)", [taken, owner])

    with pytest.raises(psycopg.Error, match="a live row has this id") as error:
        restore(archived[:1])

    assert error.value.sqlstate == "AR409"


def test_without_its_owner_a_row_is_restored_to_another_only(db, archived, owner, restore):
    db.execute('delete from "user" where id = %s', [owner])
    (other,) = db.execute("insert into \"user\" (email) values ('other@example.com') returning id").fetchone()

    with pytest.raises(psycopg.Error, match="its owner no longer exists") as error:
        restore(archived)

    assert error.value.sqlstate == "AR409"
    assert restore(archived, overrides=json.dumps({"owner_id": str(other)})) == [("restored", None)] * 3
    assert db.execute("select distinct owner_id from item").fetchall() == [(other,)]


@pytest.mark.parametrize(
    "options",
    [
        {"overrides": '{"colour": "red"}'},
        {"overrides": '{"owner_id": "nobody"}'},
        {"overrides": '{"title": "' + "x" * 256 + '"}'},
        {"overrides": "[]"},
        {"on_conflict": "overwrite"},
        {"on_conflict": None},
    ],
)
def test_a_bad_argument_is_ar422(archived, restore, options):
    with pytest.raises(psycopg.Error) as error:
        restore(archived, **options)

    assert error.value.sqlstate == "AR422"


@pytest.mark.parametrize("ids", [None, [None]])
def test_null_ids_are_ar422(restore, ids):
    with pytest.raises(psycopg.Error) as error:
        restore(ids)

    assert error.value.sqlstate == "AR422"


def test_rows_deleted_months_apart_are_restored_together(db, archived, restore):
    db.execute(
        "update item_archive set archived_at = archived_at - interval '3 months' where archive_id = %s", [archived[2]]
    )
    db.execute(
        "update item_archive set archived_at = archived_at - interval '1 year' where archive_id = %s", [archived[0]]
    )

    assert restore(archived) == [("restored", None)] * 3


def test_restoring_nothing_is_fine(restore):
    assert restore([]) == []


def test_an_id_named_twice_is_restored_once(archived, restore):
    assert restore([archived[0], archived[0]]) == [("restored", None)]


def test_a_dry_run_changes_nothing_and_says_what_would_happen(db, archived, restore):
    restore(archived[1:2])

    outcomes = restore(archived, dry_run=True)

    assert [outcome for outcome, _ in outcomes] == ["would_restore", "conflict", "would_restore"]
    assert db.execute("select count(*) from item").fetchone() == (1,)
    assert db.execute("select count(*) from item_archive where restored_at is not null").fetchone() == (1,)


def test_a_trigger_that_refuses_the_row_is_a_conflict(db, archived, restore):
    db.execute(
        "create function refuse() returns trigger language plpgsql as 'begin return null; end';"
        "create trigger refuse before insert on item for each row execute function refuse()"
    )

    with pytest.raises(psycopg.Error, match="refused it") as error:
        restore(archived)

    assert error.value.sqlstate == "AR409"


def test_the_tables_own_triggers_see_the_callers_search_path(db, archived, restore):
    db.execute(
        "create function note() returns trigger language plpgsql as"
        " $$ begin new.description := current_setting('search_path'); return new; end $$;"
        "create trigger note before insert on item for each row execute function note()"
    )

    restore(archived[:1])

    assert db.execute("select description from item").fetchone() == ('"$user", public',)


def test_who_may_not_insert_cannot_restore(db, archived, restore):
    db.execute(f"grant usage on schema archive to {STRANGER}; grant select on item_archive to {STRANGER}")
    db.execute(f"grant execute on all routines in schema archive to {STRANGER}")

    with connect(STRANGER) as stranger, pytest.raises(InsufficientPrivilege):
        restore(archived, connection=stranger)

    assert db.execute("select count(*) from item").fetchone() == (0,)


@pytest.mark.parametrize("new_key", [None, [str(uuid.uuid4())]])
def test_a_row_without_its_live_row_cannot_be_marked_as_restored(db, runtime, archived, new_key):
    with pytest.raises(psycopg.Error) as error:
        runtime.execute(MARK.format("item"), [archived[:1], new_key])

    assert error.value.sqlstate == "AR409"
    assert db.execute("select count(*) from item_archive where restored_at is not null").fetchone() == (0,)


def test_a_temporary_look_alike_cannot_be_restored_into(runtime, archived, restore):
    runtime.execute("create temp table item (like public.item)")
    runtime.execute("set search_path = pg_temp, public")

    with pytest.raises(psycopg.Error, match="is not archived") as error:
        restore(archived, connection=runtime)

    assert error.value.sqlstate == "AR422"


def test_an_override_to_somebody_unknown_is_a_conflict(archived, restore):
    with pytest.raises(psycopg.Error, match="its owner no longer exists") as error:
        restore(archived, overrides=json.dumps({"owner_id": str(uuid.uuid4())}))

    assert error.value.sqlstate == "AR409"
    assert not isinstance(error.value, ForeignKeyViolation)


def test_a_row_is_not_marked_as_restored_for_another_that_lives(db, runtime, archived, owner):
    (other,) = db.execute("insert into item (title, owner_id) values ('x', %s) returning id", [owner]).fetchone()

    with pytest.raises(psycopg.Error) as error:
        runtime.execute(MARK.format("item"), [archived[:1], [str(other)]])

    assert error.value.sqlstate == "AR409"
    assert db.execute("select count(*) from item_archive where restored_at is not null").fetchone() == (0,)


def test_several_rows_are_not_marked_as_restored_for_one_that_was_inserted(db, runtime):
    db.execute("create table slot (id int primary key)")
    db.execute("grant select, insert on slot to archive_runtime; select archive.enable('slot')")
    db.execute("insert into slot values (1), (2); delete from slot")
    ids = [id for (id,) in db.execute("select archive_id from slot_archive")]

    with pytest.raises(psycopg.Error, match="a live row of its own") as error, runtime.transaction():
        runtime.execute("insert into slot values (1)")
        runtime.execute(MARK.format("slot"), [ids, ["1"]])

    assert error.value.sqlstate == "AR409"
    assert db.execute("select count(*) from slot_archive where restored_at is not null").fetchone() == (0,)


def test_a_deferred_key_conflicts_at_once(db, restore):
    db.execute("create table slot (id int primary key deferrable initially deferred)")
    db.execute(
        "select archive.enable('slot'); insert into slot values (1); delete from slot; insert into slot values (1)"
    )
    ids = [id for (id,) in db.execute("select archive_id from slot_archive")]

    assert restore(ids, source="slot", dry_run=True) == [("conflict", "a live row has this id")]
    assert restore(ids, source="slot", on_conflict="skip") == [("skipped", "a live row has this id")]
