"""Reads of the live table, on what years of use leave behind.

The rows come in generations; nine in ten are deleted, at random, and the space is vacuumed before the next, which may
use it again.
"""

from functools import partial
from typing import NamedTuple

import psycopg

from tests.benchmarks.designs import PROJECT, SOFT, SOFT_PLAIN, Design
from tests.benchmarks.measure import by_turns, stopwatch
from tests.benchmarks.report import Bars, Report, Table, number
from tests.benchmarks.rows import COLUMNS, DELETED, empty, insert, size

READING = [PROJECT, SOFT, SOFT_PLAIN]

GENERATIONS = 10
PAGE = 100


class Read(NamedTuple):
    """A query of live rows, by a value of one of them."""

    name: str
    by: str
    query: str
    slower: int = 1
    """How many times fewer of them are asked in one measurement."""


READS = [
    Read("one row by its key", "id", f"select {COLUMNS} from item where id = %s and {{live}}"),
    Read(
        f"an owner's newest {PAGE}",
        "owner_id",
        f"select {COLUMNS} from item where owner_id = %s and {{live}} order by id desc limit {PAGE}",
    ),
    Read("count of an owner's", "owner_id", "select count(*) from item where owner_id = %s and {live}"),
    Read("search in all titles", "title", "select count(*) from item where title like %s || '%%' and {live}", 50),
]


def measure(
    report: Report, owner: psycopg.Connection, api: psycopg.Connection, *, made: int, lookups: int, rounds: int
) -> None:
    """Report what reads take and what is on disk, once most of the rows ever made are deleted."""
    for design in READING:
        _live_through(owner, api, design, made)
    microseconds = {read.name: _time_read(read, owner, api, made, lookups, rounds) for read in READS}
    sizes = {design.name: _sizes(owner, design) for design in READING}
    header = ["", *(design.name for design in READING)]
    report.tables += [
        Table(
            f"µs to read the live table, {DELETED:.0%} of {made:,} rows deleted",
            header,
            [[name, *map(number, found.values())] for name, found in microseconds.items()],
        ),
        Table(
            "MB on disk then",
            header,
            [[part, *(number(size[part] / 1e6) for size in sizes.values())] for part in sizes[PROJECT.name]],
        ),
    ]
    ratios = {
        design.name: {name: found[design.name] / found[PROJECT.name] for name, found in microseconds.items()}
        for design in READING
    }
    report.charts.append(
        Bars(
            "reads",
            f"Reading the live table, {DELETED:.0%} deleted",
            "times this project's time, less is better",
            ratios,
        )
    )


def _live_through(owner: psycopg.Connection, api: psycopg.Connection, design: Design, made: int) -> None:
    """Make and delete all rows as years would, each generation vacuumed as autovacuum does in time."""
    empty(owner, design)
    design.enter(api)
    generation = made // GENERATIONS
    for before in range(0, made, generation):
        insert(owner, before, generation)
        doomed = f"select id from made where doomed and n > {before} and n <= {before + generation}"
        api.execute(design.delete(f"where id in ({doomed})"))
        owner.execute("vacuum analyze item")


def _time_read(
    read: Read, owner: psycopg.Connection, api: psycopg.Connection, made: int, lookups: int, rounds: int
) -> dict[str, float]:
    """Return the microseconds that it takes in each design, whose answers must be the same."""
    asked = max(1, lookups // read.slower)
    values = owner.execute(
        f"select {read.by} from made where not doomed and n <= %s order by hashint8(n) limit %s", [made, asked]
    ).fetchall()
    answers = {}

    def seconds(design: Design) -> float:
        design.enter(api)
        query = read.query.format(live=design.live)
        api.execute(query, values[0], prepare=True)
        with stopwatch() as watch:
            answers[design.name] = [api.execute(query, value, prepare=True).fetchall() for value in values]
        return watch.seconds

    found = by_turns({design.name: partial(seconds, design) for design in READING}, rounds)
    assert all(answer == answers[PROJECT.name] for answer in answers.values())
    return {name: s / len(values) * 1e6 for name, s in found.items()}


def _sizes(owner: psycopg.Connection, design: Design) -> dict[str, float]:
    """Return the bytes of what a design keeps, by its parts."""
    design.enter(owner)
    (table, indexes) = owner.execute("select pg_table_size('item'), pg_indexes_size('item')").fetchone()
    archive = size(owner, design.archive) if design.archive else 0
    return {"live table": table, "its indexes": indexes, "archive": archive}
