"""Lawful changes of sealed rows: archive.verify() passes over them, and finds what is changed otherwise."""

import random

import pytest

from tests.conftest import until
from tests.sql.conftest import FAULTS, RENAME, faults, seal

pytestmark = pytest.mark.alone

LAWFUL = {
    "restore": "select archive.restore('shelf', '{1,2,1500}')",
    "undo": "select archive.restore_transaction((select max(transaction_id) from shelf_archive))",
    "preview": "select archive.restore('shelf', '{1}', dry_run => true)",
    "hold": "select archive.hold('shelf', '{1,2}', 'case'), archive.release('shelf', '{2}')",
    "purge some": "select archive.purge('shelf', archive_ids => '{1,1000,1001}', dry_run => false)",
    "purge all": "select archive.purge('shelf', now(), dry_run => false)",
    "purge but one": "select archive.hold('shelf', '{1500}', 'x');"
    " select archive.purge('shelf', now(), dry_run => false)",
    "erase": "select archive.declare_subject('shelf', '{label}'); select archive.erase_subject('shelf', '7', 'asked')",
    "rename": "alter table shelf rename label to title; alter table shelf rename qty to label;"
    " alter table shelf add qty int; select archive.enable('shelf')",
    "add": "alter table shelf add colour text; select archive.enable('shelf')",
    "overflow": "alter table shelf add colour text; insert into shelf values (1, 'a', 1, 'red'); delete from shelf",
    "rename table": "alter table shelf rename to rack; select archive.enable('rack'); alter table rack rename to shelf",
    "settings": "set quote_all_identifiers = on; set datestyle = 'SQL, DMY'; set timezone = 'Asia/Kolkata';"
    " set extra_float_digits = -3; set search_path = ''",
    "disable": "select archive.disable('shelf')",
}


@pytest.mark.parametrize("act", LAWFUL)
def test_a_lawful_change_is_no_fault(sealed, act):
    sealed.execute(LAWFUL[act])
    assert faults(sealed) == []

    sealed.execute("reset search_path")
    seal(sealed)

    assert faults(sealed) == []


def test_values_that_leave_overflow_are_sealed_anew(sealed):
    sealed.execute("alter table shelf add colour text; insert into shelf values (1, 'a', 1, 'red'); delete from shelf")
    seal(sealed)

    sealed.execute("select archive.enable('shelf')")

    assert sealed.execute("select colour from shelf_archive where archive_id = 2501").fetchone() == ("red",)
    assert faults(sealed) == []
    assert sealed.execute("select action, ids::text from archive.seal_log").fetchall() == [
        ("overflow", "{[2501,2502)}")
    ]


def test_a_month_is_purged_with_one_line(sealed):
    sealed.execute("update shelf_archive set archived_at = '2020-01-10'")  # before any seal
    sealed.execute("delete from archive.seal_chunk; delete from archive.seal_batch")
    seal(sealed)
    sealed.execute("select archive.maintain()")

    purged = sealed.execute("select * from archive.purge('shelf', '2020-03-01', dry_run => false)").fetchone()

    assert purged == (2500, 0, 1)
    assert sealed.execute("select action, ids::text from archive.seal_log").fetchall() == [("purge", "{[1,2501)}")]
    assert faults(sealed) == []
    assert sealed.execute("select bool_and(salt = '') from archive.seal_chunk").fetchone() == (True,)


def test_what_was_altered_before_a_lawful_change_stays_found(sealed, intruder):
    intruder.execute("update shelf_archive set qty = 0 where archive_id = 5")

    sealed.execute("select archive.purge('shelf', archive_ids => '{7}', dry_run => false)")

    assert faults(sealed) == [
        (
            "shelf",
            "chunk 1: a row had been altered, inserted or removed already when line 1 (purge)"
            " of archive.seal_log sealed the chunk anew",
        )
    ]


def test_a_row_removed_before_a_purge_of_all_stays_found(sealed, intruder):
    intruder.execute("delete from shelf_archive where archive_id = 5")

    sealed.execute("select archive.purge('shelf', now(), dry_run => false)")

    assert "removed: {[5,6)}" in str(faults(sealed))


def test_marks_and_holds_from_before_the_first_seal_are_no_faults(shelf, intruder):
    shelf.execute("insert into shelf values (1, 'a', 1), (2, 'b', 2); delete from shelf")
    intruder.execute("update shelf_archive set restored_at = now() where archive_id = 1")
    intruder.execute("insert into archive.holds values (2, 'shelf', 'x', now(), 'x')")

    seal(shelf)

    assert faults(shelf) == []
    shelf.execute("select archive.release('shelf', '{2}')")
    assert faults(shelf) == []


def test_a_column_that_takes_the_name_of_a_renamed_one_is_another(sealed, intruder):
    sealed.execute(
        RENAME.format("shelf", "shelf") + "; alter table shelf add label text; select archive.enable('shelf')"
    )
    seal(sealed)

    intruder.execute("update shelf_archive set label = title, title = null where archive_id = 1")

    assert faults(sealed) == [("shelf", "chunk 1: a row was altered, or one inserted under an id of another")]


def test_maintain_seals(shelf):
    shelf.execute("insert into shelf values (1, 'a', 1); delete from shelf")
    until(
        lambda: (
            shelf.execute("select archive.maintain()")
            and shelf.execute("select exists (select from archive.seal_batch)").fetchone()[0]
        )
    )

    assert faults(shelf) == []


FORGERIES = [
    "update shelf_archive set label = label || 'x', reason = 'x' where archive_id = {id}",
    "update shelf_archive set qty = coalesce(qty, 0) + 1 where archive_id = {id}",
    "delete from shelf_archive where archive_id = {id}",
    "update shelf_archive set archived_by = coalesce(archived_by, '') || 'x' where archive_id = {id}",
    "insert into shelf_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id)"
    " select {id} + 1000000, transaction_id, archived_at, 'x', false, 1 from shelf_archive where archive_id = {id}",
    "update shelf_archive set restored_at = case when restored_at is null then now() end where archive_id = {id}",
]
ACTS = [
    "select archive.purge('shelf', archive_ids => array[{id}], dry_run => false)",
    "select archive.restore('shelf', array[{id}], on_conflict => 'skip')",
    "select archive.hold('shelf', array[{id}], 'x')",
    "select archive.release('shelf', array[{id}], 'x')",
    "select archive.erase_subject('shelf', {id}::text, 'x')",
    "insert into shelf values ({id} + 100000, 'x', 1); delete from shelf",
    "select archive.seal()",
]


@pytest.mark.parametrize("runs", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_of_random_acts_each_forgery_is_found_and_no_lawful_one(shelf, intruder, runs):
    chance = random.Random(runs)
    shelf.execute("select archive.declare_subject('shelf', '{label}')")
    shelf.execute("insert into shelf select n, 'label ' || n, n from generate_series(1, 1500) n; delete from shelf")
    seal(shelf)

    for run in range(runs):
        act = chance.choice(ACTS)
        ids = [
            id for (id,) in shelf.execute("select archive_id from shelf_archive where archive_id <= 1500 order by 1")
        ]
        shelf.execute(act.format(id=chance.choice(ids)))
        assert faults(shelf) == [], (run, act)
        forgery = chance.choice(FORGERIES).format(id=chance.choice(ids))
        with intruder.transaction(force_rollback=True):
            if intruder.execute(forgery).rowcount:
                assert intruder.execute(FAULTS).fetchall() != [], (run, forgery)
