"""Seals: batches of archived rows with a chained digest, and what archive.verify() finds of them."""

import pytest

from tests.conftest import connect
from tests.sql.conftest import faults, seal, sqlstate

pytestmark = pytest.mark.alone

COLUMNS = {
    "archive_id": "archive_id + 1000000",
    "transaction_id": "'1'::xid8",
    "archived_at": "archived_at - interval '1 second'",
    "archived_by": "'somebody else'",
    "reason": "'another'",
    "session_role": "'mallory'",
    "application_name": "'x'",
    "client_addr": "'10.0.0.1'",
    "cascaded": "not cascaded",
    "id": "id + 1000000",
    "label": "label || ' '",
    "qty": "null",
}


def test_what_was_sealed_is_as_it_was(sealed):
    assert sealed.execute(
        "select batch, source::text, first_id, last_id, ok, detail from archive.verify()"
    ).fetchall() == [(1, "shelf", 1, 2500, True, "3 chunks")]


def test_nothing_is_said_of_a_database_that_never_sealed(shelf):
    assert shelf.execute("select ok, detail from archive.verify()").fetchall() == [(True, "nothing is sealed yet")]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("archive_id", [1, 1000, 1001, 2500])
def test_an_altered_column_is_found_in_its_chunk(sealed, intruder, column, archive_id):
    intruder.execute(f"update shelf_archive set {column} = {COLUMNS[column]} where archive_id = %s", [archive_id])

    found = faults(sealed)

    assert [source for source, _ in found] == ["shelf"] * len(found)
    assert f"chunk {(archive_id - 1) // 1000 + 1}: " in str(found)


@pytest.mark.parametrize("archive_id", [1, 1000, 1001, 2500])
def test_a_removed_row_is_named(sealed, intruder, archive_id):
    intruder.execute("delete from shelf_archive where archive_id = %s", [archive_id])

    assert faults(sealed) == [
        ("shelf", f"chunk {(archive_id - 1) // 1000 + 1}: removed: {{[{archive_id},{archive_id + 1})}}")
    ]


@pytest.mark.parametrize("archive_id", [0, 500, 2501])
def test_a_row_inserted_under_a_sealed_transaction_is_found(sealed, intruder, archive_id):
    intruder.execute(
        "insert into shelf_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id)"
        " select %s, transaction_id, archived_at - interval '1 s', 'x', false, 1"
        "   from shelf_archive where archive_id = 500",
        [archive_id],
    )

    assert len(faults(sealed)) == 1


@pytest.mark.parametrize("column", ["restored_at", "erased_at"])
def test_a_mark_without_a_line_is_found(sealed, intruder, column):
    intruder.execute(f"update shelf_archive set {column} = now() where archive_id = 7")

    assert faults(sealed) == [
        ("shelf", f"chunk 1: marked as {column[:-3]} without a line in archive.seal_log: {{[7,8)}}")
    ]


def test_a_mark_that_was_taken_away_is_found(sealed, intruder):
    sealed.execute("select archive.restore('shelf', '{7}')")
    intruder.execute("update shelf_archive set restored_at = null where archive_id = 7")

    assert faults(sealed) == [("shelf", "chunk 1: no longer marked as restored: {[7,8)}")]


def test_a_hold_without_a_line_and_one_that_is_gone_are_found(sealed, intruder):
    sealed.execute("select archive.hold('shelf', '{1,2}', 'case')")
    intruder.execute("delete from archive.holds where archive_id = 2")
    intruder.execute("insert into archive.holds values (3, 'shelf', 'x', now(), 'x')")

    assert faults(sealed) == [
        (
            "archive.holds",
            "marked as held without a line in archive.seal_log: {[3,4)}; no longer marked as held: {[2,3)}",
        )
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "update archive.seal_chunk set remaining = '{}' where chunk = 1",
        "update archive.seal_chunk set ids = ids - '{[5,6)}', remaining = remaining - '{[5,6)}' where chunk = 1",
        "update archive.seal_chunk set digest = sha256('x') where chunk = 2",
        "update archive.seal_chunk set digest = sha256('x'), sealed_digest = sha256('x') where chunk = 2",
        "update archive.seal_chunk set salt = 'x' where chunk = 2",
        "delete from archive.seal_chunk where chunk = 3",
        "update archive.seal_batch set sealed_at = now()",
        "update archive.seal_batch set sealed_below = '1'",
    ],
)
def test_a_change_of_the_seals_themselves_is_found(sealed, intruder, statement):
    intruder.execute(statement)

    assert faults(sealed) != []


@pytest.mark.parametrize(
    "statement",
    [
        "update archive.seal_log set ids = '{[1,9)}' where action = 'purge'",
        "delete from archive.seal_log where action = 'purge'",
        "update archive.seal_log set action = 'hold' where action = 'restore'",
    ],
)
def test_a_sealed_line_of_the_log_that_was_changed_is_found(sealed, intruder, statement):
    sealed.execute("select archive.restore('shelf', '{7}')")
    sealed.execute("select archive.purge('shelf', archive_ids => '{1,2}', dry_run => false)")
    seal(sealed)
    assert faults(sealed) == []

    intruder.execute(statement)

    assert "archive.seal_log" in [source for source, _ in faults(sealed)]


def test_rows_of_a_transaction_under_way_are_sealed_when_it_has_ended(sealed):
    sealed.execute("insert into shelf values (1, 'early', 1), (2, 'late', 2)")
    with connect(sealed.info.user) as early:
        early.execute("begin; delete from shelf where id = 1")
        sealed.execute("delete from shelf where id = 2")
        sealed.execute("select archive.seal()")
        before = sealed.execute("select count(*) from archive.seal_chunk").fetchone()
        early.execute("commit")

    assert before == (3,)
    assert faults(sealed) == []
    seal(sealed)
    assert sealed.execute("select sum(upper(ids) - lower(ids)) from archive.seal_chunk").fetchone() == (2502,)
    assert faults(sealed) == []


def test_a_published_digest_is_in_the_chain_until_batches_are_taken_away(sealed, intruder):
    sealed.execute("insert into shelf values (1, 'a', 1); delete from shelf")
    published = seal(sealed)
    assert sealed.execute("select bool_and(ok) from archive.verify(%s)", [published]).fetchone() == (True,)

    intruder.execute("delete from shelf_archive where archive_id = 2501")
    intruder.execute("delete from archive.seal_batch where batch = 2; delete from archive.seal_chunk where batch = 2")

    assert faults(sealed) == []
    assert sealed.execute("select detail from archive.verify(%s) where not ok", [published]).fetchall() == [
        (f"no batch has the published digest {published}",)
    ]
    assert sqlstate(sealed, "select archive.verify('nonsense')") == "AR422"
