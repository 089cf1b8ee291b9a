"""Partitions of an archive: made ahead, bounded in UTC, and closed months moved out of the default one."""

from tests.conftest import RUNTIME, connect
from tests.sql.conftest import COUNTS, HEALTH, NOTE, month, partition


def test_a_partition_has_no_grants_of_its_own(db):
    db.execute("alter default privileges grant insert on tables to archive_runtime")
    db.execute(NOTE)
    db.execute("select archive.enable('note')")

    assert db.execute(HEALTH).fetchall() == []


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
    for (relation,) in months:
        db.execute(f"drop table {relation}")
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


def test_no_lock_of_somebodys_own_keeps_partitions_from_being_made(db, runtime):
    db.execute("drop table item_archive_default")
    with runtime.transaction():
        runtime.execute("select pg_advisory_xact_lock(hashtext('archive.enable'))")
        db.execute("select archive.maintain()")

    assert db.execute("select to_regclass('item_archive_default') is not null").fetchone() == (True,)


def test_a_closed_month_is_moved_out_of_the_default_partition(db, archived):
    db.execute("update item_archive set archived_at = archive._partition_month(now(), -2)")
    assert partition(db) == "item_archive_default"

    db.execute("select archive.maintain()")

    assert partition(db) != "item_archive_default"
    assert db.execute(COUNTS).fetchone() == (3, 1)
    assert health(db, "default partition is empty")[0]


def test_partitions_are_made_while_deletes_go_on(db, items, runtime):
    db.execute("drop table " + month(db, 2))

    with db.transaction():
        db.execute("select archive.maintain()")
        runtime.execute("set lock_timeout = '1s'")
        runtime.execute("delete from item")

    assert db.execute(COUNTS).fetchone() == (3, 1)
    assert month(db, 2)


def test_a_reader_postpones_a_partition_and_deletes_go_on(db, items, runtime):
    db.execute("drop table " + month(db, 1))
    with connect(RUNTIME, autocommit=False) as reader:
        reader.execute("select count(*) from item_archive")

        db.execute("select archive.maintain()")  # warns
        runtime.execute("delete from item")

        assert health(db, "next partition exists")[0] is False

    db.execute("select archive.maintain()")
    assert health(db, "next partition exists")[0]


def test_the_runtime_login_may_make_partitions(db, runtime):
    """As the API does at its start."""
    db.execute("drop table " + month(db, 1))

    runtime.execute("select archive.maintain()")

    assert health(db, "next partition exists")[0]
    assert health(db, "partitions have no grants")[0]


def health(db, check):
    return db.execute(
        "select bool_and(ok), min(detail), min(severity) from archive.health() where check_name = %s", [check]
    ).fetchone()
