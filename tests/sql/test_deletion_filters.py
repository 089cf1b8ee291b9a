"""The filters of archive.deletions(): who, when, with what program, why, of which table, how many rows."""

import pytest

from tests.sql.conftest import sqlstate

pytestmark = pytest.mark.alone

DELETIONS = [
    # actor, reason, program, rows of note, rows of line
    ("ann", "Moving OUT", "archive-table api", 1, 0),
    ("bob", None, "psql", 30, 0),
    ("ann", "100% sure", "psql", 1, 3),
    (None, None, "cron", 0, 7),
    ("bob", "moving in", "archive-table api", 2, 2),
]


@pytest.fixture
def shop(db):
    """The deletions above, two months ago, last month and now."""
    for table in ("note", "line"):
        db.execute(f"create table {table} (id int primary key); select archive.enable('{table}')")
        db.execute(f"select archive._partition_make_month('{table}_archive', archive._partition_month(now(), -2))")
        db.execute(f"insert into {table} select generate_series(1, 100)")
    for n, (actor, reason, program, notes, lines) in enumerate(DELETIONS):
        db.execute("begin")
        for name, value in [("archive.actor", actor), ("archive.reason", reason), ("application_name", program)]:
            db.execute("select set_config(%s, %s, true)", [name, value or ""])
        for table, rows in [("note", notes), ("line", lines)]:
            db.execute(f"delete from {table} where id in (select id from {table} order by id limit {rows})")
        db.execute("commit")
        moment = f"archive._partition_month(now(), {[-2, -1, 0, 0, 0][n]}) + interval '{n} ms'"
        for table in ("note", "line"):
            db.execute(
                f"update {table}_archive set archived_at = {moment} where archived_at > now() - interval '1 minute'"
            )
    return db


def found(db, filters, max_rows=100, before=None):
    """The numbers of the deletions found, newest first."""
    rows = db.execute(
        "select rows, cursor from archive.deletions(%s, %s, %s::jsonb)", [before, max_rows, filters]
    ).fetchall()
    numbers = [
        n
        for counted, _ in rows
        for n, (*_, notes, lines) in enumerate(DELETIONS)
        if counted == {name: count for name, count in [("note", notes), ("line", lines)] if count}
    ]
    assert len(numbers) == len(rows)
    return numbers


FILTERS = {
    "none": ("{}", [4, 3, 2, 1, 0]),
    "null": (None, [4, 3, 2, 1, 0]),
    "actor": ('{"archived_by": "ann"}', [2, 0]),
    "actors": ('{"archived_by": ["bob", "eve"]}', [4, 1]),
    "nobody": ('{"archived_by": "eve"}', []),
    "login": ('{"session_role": "nobody"}', []),
    "program": ('{"application_name": "psql"}', [2, 1]),
    "any other program": ('{"not_application_name": "archive-table api"}', [3, 2, 1]),
    "reason": ('{"reason": "MOVING"}', [4, 0]),
    "a reason with a percent sign": ('{"reason": "00% s"}', [2]),
    "a reason with a quote": ('{"reason": "\'"}', []),
    "table": ('{"table": "line"}', [4, 3, 2]),
    "table, with its schema": ('{"table": "public.note"}', [4, 2, 1, 0]),
    "many rows": ('{"min_rows": 30}', [1]),
    "many rows of several tables": ('{"min_rows": 4}', [4, 3, 2, 1]),
    "many rows of one table": ('{"min_rows": 3, "table": "line"}', [3, 2]),
    "more rows than are counted otherwise": ('{"min_rows": 10001}', []),
    "null, which is none": ('{"min_rows": null}', [4, 3, 2, 1, 0]),
    "several": ('{"archived_by": "ann", "application_name": "psql", "min_rows": 2}', [2]),
}


@pytest.mark.parametrize(("filters", "numbers"), FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("lookups", ["all", "undo"])
def test_filters(shop, filters, numbers, lookups):
    shop.execute("select archive.enable('note', lookups => %s)", [lookups])

    assert found(shop, filters) == numbers
    assert found(shop, filters, max_rows=2) == numbers[:2]


def test_times(shop):
    (month,) = shop.execute("select archive._partition_month(now(), -1)::text").fetchone()
    (second,) = shop.execute("select (archive._partition_month(now(), -1) + interval '1 ms')::text").fetchone()

    assert found(shop, f'{{"archived_after": "{month}"}}') == [4, 3, 2, 1]
    assert found(shop, f'{{"archived_after": "{second}"}}') == [4, 3, 2, 1]
    assert found(shop, f'{{"archived_before": "{second}"}}') == [0]
    assert found(shop, f'{{"archived_before": "{month}", "archived_after": "{month}"}}') == []


def test_pages_of_what_passes_follow_each_other(shop):
    for filters, numbers in FILTERS.values():
        pages, before = [], None
        while page := shop.execute(
            "select cursor from archive.deletions(%s, 1, %s::jsonb)", [before, filters]
        ).fetchall():
            pages += found(shop, filters, 1, before)
            ((before,),) = page
        assert pages == numbers


def test_more_candidates_than_one_batch_are_searched(db):
    for table in ("note", "line"):
        db.execute(f"create table {table} (id int primary key); select archive.enable('{table}')")
    db.execute("""
        insert into note_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id)
        select n, n::text::xid8, now() - n * interval '1 s' - n / 12200 * interval '1 s', 'x', false, n
          from generate_series(1, 12500) n;
        insert into line_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id)
        select 50000, transaction_id, archived_at, 'x', false, 1 from note_archive where archive_id = 12400;
    """)

    found = "select transaction_id::text, rows from archive.deletions(filters => '{\"min_rows\": 2}')"
    assert db.execute(found).fetchall() == [("12400", {"note": 1, "line": 1})]
    assert db.execute(found.replace("filters", "max_rows => null, filters")).fetchall() == [
        ("12400", {"note": 1, "line": 1})
    ]


@pytest.mark.parametrize(
    "filters",
    ["[]", '"x"', '{"who": "ann"}', '{"min_rows": "many"}', '{"archived_after": "soon"}', '{"table": "nothing"}'],
)
def test_what_is_no_filter_is_ar422(shop, filters):
    assert sqlstate(shop, "select * from archive.deletions(filters => %(f)s::jsonb)", {"f": filters}) == "AR422"
