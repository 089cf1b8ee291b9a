"""Any number of archived tables, of any age: deletions are listed page by page, and no lock on an archive is kept."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.conftest import OWNER, connect, until
from tests.sql.conftest import WAITING, sqlstate

pytestmark = pytest.mark.alone

VIEW = "select transaction_id::text, archived_at, archived_by, reason, rows, restored from archive.transactions"
DELETIONS = "select transaction_id::text, archived_at, archived_by, reason, rows, restored from archive.deletions"


@pytest.fixture
def shop(db: psycopg.Connection) -> psycopg.Connection:
    """Two tables, and deletions of one row or of several, of one table or of both, in three months and in none."""
    for table in ("note", "line"):
        db.execute(f"create table {table} (id int primary key); select archive.enable('{table}')")
        db.execute(f"select archive._partition_make_month('{table}_archive', archive._partition_month(now(), -2))")
        db.execute(f"insert into {table} select generate_series(1, 20)")
    for moment in ("now() - interval '3 years'", "archive._partition_month(now(), -2)", "now() - interval '1 minute'"):
        for n in range(3):
            db.execute("begin; set local archive.actor = 'ann'; delete from note where id = (select min(id) from note)")
            if n:
                db.execute("delete from line where id in (select id from line order by id limit 2)")
            db.execute("commit")
        with db.transaction():
            for table in ("note", "line"):
                db.execute(
                    f"update {table}_archive set archived_at = {moment} + transaction_id::text::int * interval '1 ms'"
                    " where archived_at > now() - interval '1 hour'"
                )
    return db


@pytest.mark.parametrize("lookups", ["all", "undo"])
def test_a_page_of_deletions_is_what_the_view_shows(shop, lookups):
    shop.execute("select archive.enable('note', lookups => %s)", [lookups])
    shown = shop.execute(VIEW).fetchall()

    assert len(shown) == 9
    assert shop.execute(f"{DELETIONS}()").fetchall() == shown
    assert shop.execute(f"{DELETIONS}(max_rows => 2)").fetchall() == shown[:2]


def test_pages_follow_each_other_through_months_and_partitions_without_one(shop):
    pages, before = [], None
    while page := shop.execute(
        "select transaction_id::text, cursor from archive.deletions(%s, 2)", [before]
    ).fetchall():
        pages.append(page)
        before = page[-1][1]

    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    assert [id for page in pages for id, _ in page] == [id for id, *_ in shop.execute(VIEW).fetchall()]


def test_a_deletion_is_found_by_its_transaction_with_and_without_its_time(shop):
    for id, archived_at, *rest in shop.execute(VIEW).fetchall():
        found = "select transaction_id::text, archived_at, archived_by, reason, rows, restored from archive.deletion"
        assert shop.execute(f"{found}(%s::text::xid8)", [id]).fetchall() == [(id, archived_at, *rest)]
        assert shop.execute(f"{found}(%s::text::xid8, %s)", [id, archived_at]).fetchall() == [(id, archived_at, *rest)]
        assert shop.execute(f"{found}(%s::text::xid8, now() + interval '1 day')", [id]).fetchall() == []


def test_rows_are_counted_to_ten_thousand(shop):
    shop.execute("insert into note select generate_series(100, 10100); delete from note where id >= 100")

    newest = "select rows, rows_exact, restored from archive.deletions(max_rows => 1)"
    assert shop.execute(newest).fetchall() == [({"note": 10_000}, False, 0)]
    shop.execute("delete from note where id = 19")
    assert shop.execute(newest).fetchall() == [({"note": 1}, True, 0)]


@pytest.mark.parametrize(
    "before", ["", "x", "1", "1.x", "x.1", "-1.5", "1.2.3", "1.99999999999999999999", f"{2**64}.1"]
)
def test_what_is_no_cursor_is_refused(shop, before):
    assert sqlstate(shop, "select * from archive.deletions(%(before)s)", {"before": before}) == "AR422"


def test_a_negative_number_of_rows_is_refused(shop):
    assert sqlstate(shop, "select * from archive.deletions(max_rows => -1)") == "AR422"


@pytest.mark.parametrize(
    "query",
    [
        "select * from archive.deletions()",
        "select * from archive.deletion('3')",
        "select * from archive.health()",
        "select * from archive.health(thorough => true)",
        "select * from archive.tables",
        "select * from archive.daily",
    ],
)
def test_a_look_at_all_archives_keeps_no_lock_on_their_partitions(shop, query):
    shop.execute("begin")
    shop.execute(query)

    assert (
        shop.execute(
            "select distinct l.relation::regclass from pg_locks l join pg_inherits i on i.inhrelid = l.relation"
            " where l.pid = pg_backend_pid() and i.inhparent in (select target from archive.registry)"
        ).fetchall()
        == []
    )


def test_more_tables_than_a_view_can_read_are_archived_listed_and_restored(db):
    for n in range(51):
        db.execute(
            f"create table t{n} (id int primary key); insert into t{n} values (1); select archive.enable('t{n}')"
        )
    db.execute("begin")
    for n in range(51):
        db.execute(f"delete from t{n}")
    db.execute("commit")

    everything = {f"t{n}": 1 for n in range(51)}
    assert db.execute("select rows from archive.deletions()").fetchall() == [(everything,)]
    assert db.execute("select rows, restored from archive.transactions").fetchall() == [(everything, 0)]
    ((id,),) = db.execute("select transaction_id::text from archive.deletions()").fetchall()
    outcomes = f"select outcome, count(*) from archive.restore_transaction('{id}') group by 1"
    assert db.execute(outcomes).fetchall() == [("restored", 51)]
    assert db.execute("select sum(rows), sum(partitions) > 51 from archive.tables").fetchall() == [(51, True)]
    assert db.execute("select check_name from archive.health() where not ok and severity = 'error'").fetchall() == []

    db.execute("select archive.disable('t0')")
    assert db.execute("select rows, restored from archive.transactions").fetchall() == [
        ({f"t{n}": 1 for n in range(1, 51)}, 50)
    ]


def test_a_partition_named_after_another_month_is_an_error_of_health(shop):
    shop.execute("create table note_archive_y2001m01 (like note_archive including all)")
    shop.execute(
        "alter table note_archive attach partition note_archive_y2001m01"
        " for values from ('2001-02-01Z') to ('2001-03-01Z')"
    )

    ((detail,),) = shop.execute(
        "select detail from archive.health() where check_name = 'partitions are named' and not ok"
    ).fetchall()
    assert detail.startswith("public.note_archive_y2001m01 begins at 2001-02-01")


def test_restores_and_listings_go_on_when_an_archived_table_was_dropped(shop):
    ((id, _, _, _, rows, _), *_) = shop.execute(VIEW).fetchall()
    shop.execute("drop table line cascade; drop table line_archive cascade")

    assert rows == {"note": 1, "line": 2}
    assert shop.execute("select rows from archive.deletions(max_rows => 1)").fetchall() == [({"note": 1},)]
    restored = "select outcome from archive.restore_transaction(%s::text::xid8)"
    assert shop.execute(restored, [id]).fetchall() == [("restored",)]
    ((detail,),) = shop.execute(
        "select detail from archive.health() where not ok and check_name = 'views are in place'"
    ).fetchall()
    assert "archive.disable()" in detail


def test_a_partition_that_is_dropped_while_deletions_are_read_has_none(shop):
    (leaf,) = shop.execute(
        "select partition::text from archive._partitions('note_archive') where lower = archive._partition_month(now())"
    ).fetchone()
    gone = shop.execute(f"select distinct transaction_id::text from {leaf}").fetchall()

    with connect(OWNER) as reader, ThreadPoolExecutor() as threads:
        with shop.transaction():
            shop.execute(f"drop table {leaf}")
            page = threads.submit(reader.execute, "select transaction_id::text, rows from archive.deletions()")
            until(lambda: shop.execute(WAITING, [reader.info.backend_pid]).fetchall())
        rows = dict(page.result().fetchall())

    assert len(gone) == 3
    assert all("note" not in rows.get(id, {}) for (id,) in gone)
