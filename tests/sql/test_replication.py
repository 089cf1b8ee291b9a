"""Archives that are published: what is copied row by row must not be truncated, nor moved. And after a switch-over."""

import psycopg
import pytest

from tests.conftest import OWNER, SUPERUSER, connect

pytestmark = pytest.mark.alone

OLD_MONTH = "select archive._partition_make_month('note_archive', '2020-01-01Z')"


@pytest.fixture
def note(db):
    """Three rows that were archived in 2020, in a partition of their own."""
    db.execute("create table note (id int primary key); select archive.enable('note')")
    db.execute(OLD_MONTH)
    archive_in_2020(db, 1, 3)


def archive_in_2020(db, first, last):
    db.execute("insert into note select generate_series(%s::int, %s::int)", [first, last])
    db.execute("delete from note")
    db.execute("update note_archive set archived_at = '2020-01-15Z' where id between %s and %s", [first, last])


def purge(db):
    return db.execute(
        "select p.purged, p.emptied from archive.purge('note', '2020-03-01Z', dry_run => false) p"
    ).fetchone()


BY_ROW = [
    "for table note_archive with (publish_via_partition_root = true)",
    "for table note_archive with (publish = 'insert, update')",
    "for table note_archive_y2020m01 with (publish = 'insert, update, delete')",
]


@pytest.mark.parametrize("publication", BY_ROW)
def test_a_purge_deletes_rows_where_a_publication_copies_rows(db, note, publication):
    db.execute(f"create publication copies {publication}")

    assert purge(db) == (3, 0)
    assert db.execute("select count(*) from note_archive").fetchone() == (0,)


@pytest.mark.parametrize("publication", ["for table note", "for table note_archive"])
def test_a_purge_empties_partitions_where_truncate_is_published_too_or_nothing(db, note, publication):
    db.execute(f"create publication copies {publication}")

    assert purge(db) == (3, 1)


def test_rows_of_the_default_partition_stay_where_a_publication_copies_rows(db, note):
    db.execute("drop table note_archive_y2020m01")
    archive_in_2020(db, 4, 5)
    db.execute(f"create publication copies {BY_ROW[0]}")

    db.execute("select archive.maintain()")

    assert db.execute("select count(*) from note_archive_default").fetchone() == (2,)
    detail = "select detail from archive.health() where check_name = 'default partition is empty'"
    assert "they stay, since a publication copies rows" in db.execute(detail).fetchone()[0]
    db.execute("drop publication copies; select archive.maintain()")
    assert db.execute("select count(*) from note_archive_y2020m01").fetchone() == (2,)


@pytest.mark.parametrize("set_right", ["archive.maintain()", "archive.enable('note')"])
def test_sequences_and_triggers_are_set_right_after_a_switch_over(db, note, set_right):
    purge(db)
    archive_in_2020(db, 4, 5)
    db.execute("select setval('archive.archive_id_seq', 1, false), setval('archive.purge_log_log_id_seq', 1, false)")
    db.execute("alter table note enable trigger zz_archive_before_delete")
    errors = "select check_name from archive.health() where not ok and severity = 'error' order by 1"
    assert db.execute(errors).fetchall() == [("delete trigger in force",), ("ids go on",)]

    db.execute(f"select {set_right}")

    assert db.execute(errors).fetchall() == []
    assert purge(db) == (2, 1)
    db.execute("insert into note values (6); delete from note")
    assert db.execute("select archive_id from note_archive").fetchall() == [(6,)]


def test_maintain_leaves_a_trigger_alone_that_somebody_disabled(db, note):
    db.execute("alter table note disable trigger zz_archive_before_delete")

    db.execute("select archive.maintain()")

    enabled = (
        "select tgenabled from pg_trigger where tgrelid = 'note'::regclass and tgname = 'zz_archive_before_delete'"
    )
    assert db.execute(enabled).fetchone() == ("D",)


@pytest.fixture
def subscribed(db, note):
    """A subscription that fills the archive, as the catalogue has it; no publisher is asked."""
    with connect(SUPERUSER) as superuser:
        superuser.execute("create subscription audit connection '' publication audit with (connect = false)")
        superuser.execute("set allow_system_table_mods = on")
        superuser.execute(
            "insert into pg_subscription_rel (srsubid, srrelid, srsubstate)"
            " select oid, 'note_archive'::regclass, 'r' from pg_subscription"
        )
        yield
        superuser.execute("alter subscription audit set (slot_name = none); drop subscription audit")


def test_rows_that_a_subscription_brings_are_not_sealed(db, subscribed):
    with pytest.raises(psycopg.Error, match="brings archived rows") as error:
        db.execute("select archive.seal()")
    db.execute("select archive.maintain()")

    assert error.value.sqlstate == "AR409"
    assert db.execute("select count(*) from archive.seal_batch").fetchone() == (0,)


def test_maintain_does_not_wait_for_what_changes_sealed_rows(db, note):
    db.execute("drop table note_archive_default; set lock_timeout = '5s'")
    (id,) = db.execute("select min(archive_id) from note_archive").fetchone()
    with connect(OWNER) as purging, purging.transaction():
        purging.execute("select archive.purge('note', archive_ids => array[%s::bigint], dry_run => false)", [id])

        done = db.execute("select done from archive.maintain()").fetchall()

    assert done == [("partition public.note_archive_default made",)]
    assert db.execute("select count(*) from archive.seal_batch").fetchone() == (0,)


def test_maintain_goes_on_at_an_isolation_level_that_allows_no_seal(db, note):
    with db.transaction():
        db.execute("set transaction isolation level repeatable read")
        db.execute("select archive.maintain()")

    assert db.execute("select count(*) from archive.seal_batch").fetchone() == (0,)
