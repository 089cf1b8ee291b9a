"""Retention: purges, legal holds, and the end of archived rows."""

import psycopg
import pytest

from tests.conftest import AUDITOR, RUNTIME, connect
from tests.sql.conftest import COUNTS, partition


@pytest.fixture
def old(db, archived):
    """Move the archived rows a year back, into a partition of that month, and return their archive ids."""
    db.execute("select archive._partition_make_month('item_archive', archive._partition_month(now(), -12))")
    db.execute("update item_archive set archived_at = archive._partition_month(now(), -12) + interval '1 day'")
    return archived


@pytest.fixture
def purge(db):
    def purge(connection=db, *, source="item", **options):
        """Purge what is older than a month, unless told otherwise; return rows gone, rows held, partitions emptied."""
        if not {"archived_before", "archive_ids"} & options.keys():
            options["archived_before"] = db.execute("select now() - interval '30 days'").fetchone()[0]
        arguments = "".join(f", {name} => %({name})s" for name in {"dry_run": False} | options)
        return connection.execute(
            f"select purged, held, emptied from archive.purge(%(source)s{arguments})",
            {"source": source, "dry_run": False} | options,
        ).fetchone()

    return purge


# Purging


def test_a_purge_only_counts_unless_told_otherwise(db, old):
    result = db.execute("select * from archive.purge('item', now() - interval '30 days')").fetchone()

    assert result == (3, 0, 1)
    assert db.execute(COUNTS).fetchone() == (3, 1)
    assert db.execute("select count(*) from archive.purge_log").fetchone() == (0,)


def test_a_closed_month_is_emptied_as_a_whole(db, old, purge):
    (before,) = db.execute("select relfilenode from pg_class where oid = %s::regclass", [partition(db)]).fetchone()

    assert purge(reason="a year is over") == (3, 0, 1)

    assert db.execute(COUNTS).fetchone() == (0, 0)
    (after,) = db.execute("select relfilenode from pg_class where oid = %s::regclass", [partition(db)]).fetchone()
    assert after != before  # truncated
    logged = db.execute("select action, source, rows, held, reason, session_role from archive.purge_log").fetchall()
    assert logged == [("purge", "item", 3, 0, "a year is over", "test_owner")]


def test_within_a_month_rows_are_deleted_by_their_time(db, archived, purge):
    db.execute("update item_archive set archived_at = now() - interval '1 minute' where title = 'item 1'")

    assert purge(archived_before=db.execute("select now() - interval '30 seconds'").fetchone()[0]) == (1, 0, 0)

    assert db.execute(COUNTS).fetchone() == (2, 0)


def test_rows_can_be_purged_by_id_restored_ones_too(db, archived, purge, restore):
    restore(archived[:1])

    assert purge(archive_ids=archived[:2]) == (2, 0, 0)

    assert [id for (id,) in db.execute("select archive_id from item_archive")] == archived[2:]


def test_a_reader_makes_a_purge_delete_instead_of_truncating(db, old, purge):
    """An open reader would keep TRUNCATE waiting, and everybody else behind it."""
    with connect(RUNTIME, autocommit=False) as reader:
        reader.execute("select count(*) from item_archive")

        assert purge() == (3, 0, 0)


def test_deletes_go_on_during_a_purge(db, old, owner, runtime, purge):
    with db.transaction():
        purge()
        runtime.execute("set lock_timeout = '1s'")
        runtime.execute("insert into item (title, owner_id) values ('fresh', %s)", [owner])
        runtime.execute("delete from item")

    assert db.execute("select title from item_archive").fetchall() == [("fresh",)]


@pytest.mark.parametrize(
    ("arguments", "state", "message"),
    [
        ("'item'", "AR422", "archived_before or archive_ids"),
        ("'item', now() + interval '1 s'", "AR422", "later than now"),
        ("'item', 'infinity'", "AR422", "later than now"),
        ("'item', archive_ids => '{1,null}'", "AR422", "null"),
        ("'item', archive_ids => '{{1},{2}}'", "AR422", "plain list"),
        ("'item', archive_ids => '{987654321}'", "AR404", "no archived row 987654321 of item"),
        ("'item_archive', now()", "AR422", "is not archived"),
        ("null, now()", "AR422", "is not archived"),
    ],
)
def test_bad_arguments_are_refused(db, archived, arguments, state, message):
    with pytest.raises(psycopg.Error, match=message) as error:
        db.execute(f"select archive.purge({arguments}, dry_run => false)")

    assert error.value.sqlstate == state
    assert db.execute(COUNTS).fetchone() == (3, 1)


def test_a_purge_with_an_old_snapshot_is_refused(db, old, purge):
    """It would not see a hold made since."""
    db.execute("set default_transaction_isolation = 'repeatable read'")

    with pytest.raises(psycopg.Error, match="hold made meanwhile") as error:
        purge()

    assert error.value.sqlstate == "AR409"


@pytest.mark.parametrize("login", [RUNTIME, AUDITOR])
@pytest.mark.parametrize(
    "call",
    [
        "archive.purge('item', now())",
        "archive.hold('item', '{1}', 'mine')",
        "archive.release('item', '{1}')",
        "archive.erase_subject(gen_random_uuid(), 'mine')",
    ],
)
def test_only_the_owner_purges_holds_and_erases(db, login, call):
    with connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"select {call}")


# Legal holds


def test_held_rows_survive_a_purge_and_are_reported(db, old, purge):
    db.execute("select archive.hold('item', %s, 'case 7')", [old[:1]])

    assert purge() == (2, 1, 1)

    assert db.execute(COUNTS).fetchone() == (1, 1)
    assert purge(archive_ids=old[:1]) == (0, 1, 0)


def test_a_released_row_can_be_purged(db, old, purge):
    db.execute("select archive.hold('item', %s, 'case 7')", [old])

    assert db.execute("select archive.release('item', %s, 'case closed')", [old]).fetchone() == (3,)

    assert purge() == (3, 0, 1)
    actions = db.execute("select action, rows, held, reason from archive.purge_log order by log_id").fetchall()
    assert actions == [("hold", 3, 0, "case 7"), ("release", 3, 0, "case closed"), ("purge", 3, 0, None)]


def test_a_hold_is_kept_as_it_was_first_made(db, archived):
    db.execute("select archive.hold('item', %s, 'case 7')", [archived[:2]])

    assert db.execute("select archive.hold('item', %s, 'case 8')", [archived]).fetchone() == (1,)

    reasons = db.execute("select reason from archive.holds order by archive_id").fetchall()
    assert reasons == [("case 7",), ("case 7",), ("case 8",)]


@pytest.mark.parametrize("reason", [None, " "])
def test_a_hold_needs_a_reason(db, archived, reason):
    with pytest.raises(psycopg.Error, match="a reason must be given") as error:
        db.execute("select archive.hold('item', %s, %s)", [archived, reason])

    assert error.value.sqlstate == "AR422"


@pytest.mark.parametrize("function", ["hold", "release"])
def test_what_is_not_archived_cannot_be_held(db, archived, function):
    with pytest.raises(psycopg.Error) as error:
        db.execute(f"select archive.{function}('user', %s, 'case 7')", [archived])

    assert error.value.sqlstate == "AR404"
