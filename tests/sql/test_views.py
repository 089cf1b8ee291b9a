"""The views that the console draws: rows deleted each day, and what each partition takes."""

import pytest

from tests.conftest import AUDITOR, connect

DAILY = "select day::text, rows, exact from archive.daily order by day"


def test_each_of_the_last_thirty_days_has_a_row(db, archived):
    *before, (today, rows, exact) = db.execute(DAILY).fetchall()

    assert (len(before), {tuple(rest) for _, *rest in before}) == (29, {(0, True)})
    assert db.execute("select (now() at time zone 'UTC')::date::text").fetchone() == (today,)
    assert (rows, exact) == (3, True)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_utc_whatever_the_clients_zone(db, archived, zone):
    db.execute("update item_archive set archived_at = date_trunc('day', now(), 'UTC') - interval '1 microsecond'")
    db.execute("select set_config('timezone', %s, false)", [zone])

    assert [rows for _, rows, _ in db.execute(DAILY).fetchall()][-3:] == [0, 3, 0]


def test_rows_of_all_archived_tables_are_counted_together(db, archived, owner):
    db.execute('delete from "user" where id = %s', [owner])
    db.execute("create table note (id int primary key)")
    db.execute("select archive.enable('note')")
    db.execute("insert into note values (1); delete from note")

    assert db.execute(DAILY).fetchall()[-1][1:] == (5, True)

    db.execute("select archive.disable('note')")
    assert db.execute(DAILY).fetchall()[-1][1:] == (4, True)


def test_partitions_have_bounds_and_sizes(db, archived):
    db.execute("analyze item_archive")

    rows = db.execute(
        "select lower is null, sum(rows), bool_and(bytes > 0), bool_and(upper > lower) from archive.partition_sizes"
        " where source = 'item'::regclass group by 1 order by 1"
    ).fetchall()
    assert rows[0] == (False, 3, True, True)
    assert rows[1][0] is True  # the default partition


@pytest.mark.parametrize("table", ["item", "note"])
def test_rows_that_were_not_restored_are_counted_without_reading_them(db, table):
    db.execute("create table note (id int primary key); select archive.enable('note')")
    db.execute("set enable_seqscan = off; set enable_bitmapscan = off")

    plan = db.execute(f"explain select from {table}_archive where restored_at is null").fetchall()
    assert {words.split("->")[-1].split(" using ")[0].strip() for (words,) in plan if " using " in words} == {
        "Index Only Scan"
    }


def test_an_auditor_reads_them(db, archived):
    with connect(AUDITOR) as auditor:
        for view in ["daily", "partition_sizes"]:
            assert auditor.execute(f"select count(*) > 0 from archive.{view}").fetchone() == (True,)
