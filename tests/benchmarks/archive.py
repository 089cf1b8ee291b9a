"""What working with a large archive costs: undoing a deletion, browsing deletions, purging a month.

The archive holds a million rows over 36 months. An undo is compared with the least that it must do: inserting the same
rows into the table again by one plain statement, which locks nothing, checks nothing and marks nothing as restored.
A purge is compared with deleting the month's rows from the archive table.
"""

from functools import partial
from typing import NamedTuple

import psycopg

from tests.benchmarks import database, fill
from tests.benchmarks.measure import by_turns, stopwatch
from tests.benchmarks.report import Report, Table, at_most, number, postgres_version

PAGE = 100


class Scale(NamedTuple):
    archived: int
    deletion: int  # rows
    rounds: int


FULL = Scale(archived=1_000_000, deletion=10_000, rounds=7)
QUICK = Scale(archived=2_000, deletion=50, rounds=1)


def run(scale: Scale) -> Report:
    with database.database("archive") as db, db.connect() as owner, db.connect(database.RUNTIME) as api:
        fill.users(owner, 1_000)
        fill.archive(owner, scale.archived)
        fill.items(owner, scale.deletion)
        owner.execute("vacuum analyze")
        report = Report(
            "archive",
            "What working with a large archive costs",
            postgres_version(owner),
            f"{scale.archived:,} archived rows over {fill.MONTHS} months; medians of {scale.rounds}.",
        )
        _browse(report, api, scale, "of one row each")
        _undo(report, owner, api, scale)
        _browse(report, api, scale, f"with some of {scale.deletion:,} rows")
        _purge(report, owner, scale)
    return report


def _undo(report: Report, owner: psycopg.Connection, api: psycopg.Connection, scale: Scale) -> None:
    def restore() -> float:
        deletion = _delete_all_items(owner, api)
        with stopwatch() as watch:
            rows = api.execute("select * from archive.restore_transaction(%s, %s)", deletion).fetchall()
        assert len(rows) == scale.deletion
        return watch.seconds

    def plain_insert() -> float:
        deletion = _delete_all_items(owner, api)
        with stopwatch() as watch:
            inserted = api.execute(
                "insert into item (id, title, description, owner_id) select id, title, description, owner_id"
                "  from item_archive where transaction_id = %s and archived_at = %s",
                deletion,
            )
        assert inserted.rowcount == scale.deletion
        return watch.seconds

    seconds = by_turns({"archive.restore_transaction()": restore, "insert … select": plain_insert}, scale.rounds)
    _compare(report, f"Bringing back {scale.deletion:,} rows", seconds)
    ratio = seconds["archive.restore_transaction()"] / seconds["insert … select"]
    report.verdicts.append(at_most(f"undo of {scale.deletion:,} rows / insert … select", ratio, 5))


def _delete_all_items(owner: psycopg.Connection, api: psycopg.Connection) -> tuple[str, object]:
    """Delete the live items in one transaction; return what names it."""
    owner.execute("vacuum item")  # what the last round left
    with api.transaction():
        deletion = api.execute("select pg_current_xact_id(), now()").fetchone()
        api.execute("delete from item")
    assert deletion
    return deletion


def _browse(report: Report, api: psycopg.Connection, scale: Scale, kind: str) -> None:
    """Read the newest deletions. Their rows are counted on the page, so what is on it decides."""
    newest = f"select * from archive.transactions order by archived_at desc, transaction_id desc limit {PAGE}"
    on_page = 0

    def page() -> float:
        nonlocal on_page
        with stopwatch() as watch:
            deletions = api.execute(newest).fetchall()
        on_page = sum(sum(rows.values()) for (*_, rows, _) in deletions)
        return watch.seconds

    page()  # the first on a connection also reads the catalogue
    milliseconds = by_turns({"page": page}, scale.rounds)["page"] * 1e3
    limit = 50 + 0.3e-3 * on_page
    title = f"newest {PAGE} deletions, {kind} ({on_page:,} rows)"
    report.verdicts.append(at_most(title, milliseconds, limit, " ms"))


def _purge(report: Report, owner: psycopg.Connection, scale: Scale) -> None:
    what = "archive.purge() of a whole month"

    months = iter(range(2 - fill.MONTHS, 0))

    def on_oldest_month(statement: str) -> float:
        before = owner.execute("select archive._partition_month(now(), %s)", [next(months)]).fetchone()
        owner.execute("checkpoint")
        with stopwatch() as watch:
            owner.execute(statement, before)
        return watch.seconds

    subjects = {
        "archive.purge()": partial(
            on_oldest_month,
            "select archive.purge('item', archived_before => %s, reason => 'benchmark', dry_run => false)",
        ),
        "delete from item_archive": partial(on_oldest_month, "delete from item_archive where archived_at < %s"),
    }
    seconds = by_turns(subjects, scale.rounds)
    _compare(report, f"Destroying a month of {scale.archived // fill.MONTHS:,} rows", seconds)
    report.verdicts.append(at_most(what, seconds["archive.purge()"], 1, " s"))


def _compare(report: Report, title: str, seconds: dict[str, float]) -> None:
    least = list(seconds.values())[-1]
    rows = [[name, number(s * 1e3), number(s / least)] for name, s in seconds.items()]
    report.tables.append(Table(title, ["", "ms", "ratio"], rows))
