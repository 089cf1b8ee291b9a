"""What a delete costs: this project's trigger against the other ways to delete.

In bulk: 200,000 rows in one statement. One by one: each row in a transaction of its own, by eight clients at once, once
as deletes alone, and once with each delete's insert before it, in a transaction of its own.
Nothing is tuned, and every commit waits for the disk. Before each measurement the tables are emptied and filled with
the same rows, vacuumed and analysed, and a checkpoint is made: WAL therefore has the images of pages that a first
change after a checkpoint writes, for all alike.

The JSONB audit trigger is judged as such scripts are installed. A leaner one beside it, without the query's text
and with fewer indexes, shows how much of its cost is that; one with more, what it costs where it is to find the rows of
an owner, a transaction, a time and a person as this project's archive does.

A log trigger in E-Maj's manner keeps what an undo needs and no more. It is compared with this project's archive under
`lookups => 'undo'`.

The floor is one statement that deletes and copies what it deleted. No row trigger can do as little: the executor
starts once for each row.
"""

from collections import defaultdict
from functools import partial
from statistics import median
from typing import NamedTuple

import psycopg

from tests.benchmarks import database, fill, reads
from tests.benchmarks.designs import (
    AUDIT,
    BARE,
    FINDABLE_AUDIT,
    FLOOR,
    FOR_UNDO,
    HAND_WRITTEN,
    LEAN_AUDIT,
    LOG,
    NOTHING,
    PROJECT,
    SOFT,
    THROUGH_EXECUTE,
    Design,
)
from tests.benchmarks.measure import by_turns, stopwatch
from tests.benchmarks.report import Bars, Report, Table, at_least, at_most, number, postgres_version
from tests.benchmarks.rows import ACTOR, CLIENTS, COLUMNS, ONE, make_rows, prepare, single_rate, size

DELETING = [
    *[BARE, NOTHING, SOFT, FLOOR, HAND_WRITTEN, PROJECT, FOR_UNDO, LOG],
    *[AUDIT, LEAN_AUDIT, FINDABLE_AUDIT, THROUGH_EXECUTE],
]
SINGLE = [BARE, NOTHING, SOFT, FLOOR, PROJECT, FOR_UNDO, LOG, AUDIT, THROUGH_EXECUTE]

AT_MOST = 2.4
"""How many times as long as the set-wise copy a bulk delete may take."""


class Scale(NamedTuple):
    users: int
    bulk: int
    single: int
    """Rows deleted by each client."""
    made: int
    """Rows ever made, where the live table is read."""
    lookups: int
    """In one measurement of a read."""
    rounds: int


FULL = Scale(users=200, bulk=200_000, single=1_000, made=500_000, lookups=500, rounds=5)
QUICK = Scale(users=5, bulk=500, single=5, made=500, lookups=2, rounds=1)


def run(scale: Scale) -> Report:
    with database.database("delete") as db, db.connect() as owner, db.connect(database.RUNTIME) as api:
        fill.users(owner, scale.users)
        make_rows(owner, max(scale.bulk, scale.made, CLIENTS * scale.single))
        for design in {*DELETING, *reads.READING} - {PROJECT}:
            design.create(owner)
        api.execute("select set_config('archive.actor', %s, false)", [ACTOR])
        api.execute("set statement_timeout = 0")  # a request has thirty seconds; what is slower is measured too
        report = Report(
            "delete",
            "What a delete costs",
            postgres_version(owner),
            f"{scale.bulk:,} rows in one statement; {CLIENTS} clients that delete {scale.single:,} rows each, one by"
            f" one; reads after {scale.made:,} rows were made. Medians of {scale.rounds}.",
        )
        _bulk(report, owner, api, scale)
        _single(report, owner, db, scale)
        reads.measure(report, owner, api, made=scale.made, lookups=scale.lookups, rounds=scale.rounds)
    return report


def _bulk(report: Report, owner: psycopg.Connection, api: psycopg.Connection, scale: Scale) -> None:
    wal, kept = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)

    def delete(design: Design) -> float:
        prepare(owner, design, scale.bulk)
        design.enter(api)
        start = _wal_position(owner)
        with stopwatch() as watch:
            done = api.execute(design.delete())
        assert done.rowcount == scale.bulk
        wal[design.name].append(_wal_position(owner) - start)
        kept[design.name].append(size(owner, design.archive) if design.archive else 0)
        return watch.seconds

    seconds = by_turns({design.name: partial(delete, design) for design in DELETING}, scale.rounds)
    microseconds = {name: s / scale.bulk * 1e6 for name, s in seconds.items()}
    per_row = {
        "WAL": {name: median(found) / scale.bulk for name, found in wal.items()},
        "archive": {name: median(found) / scale.bulk for name, found in kept.items() if any(found)},
    }
    header = ["", "µs a row", f"/ {FLOOR.name}", "WAL bytes a row", "archive bytes a row"]
    rows = [
        [
            name,
            number(cost),
            number(cost / microseconds[FLOOR.name]),
            number(per_row["WAL"][name]),
            number(per_row["archive"].get(name, 0)),
        ]
        for name, cost in microseconds.items()
    ]
    report.tables.append(Table(f"{scale.bulk:,} rows in one statement", header, rows))
    report.charts += [
        Bars("bulk", f"Deleting {scale.bulk:,} rows in one statement", "µs a row, less is better", {"": microseconds}),
        Bars("bytes", "What is written for a deleted row", "bytes, less is better", per_row),
    ]
    for design, other, limit in [(PROJECT, FLOOR, AT_MOST), (PROJECT, FINDABLE_AUDIT, 0.8), (FOR_UNDO, LOG, 1.4)]:
        ratio = microseconds[design.name] / microseconds[other.name]
        report.verdicts.append(at_most(f"bulk delete: {design.name} / {other.name}", ratio, limit))


def _single(report: Report, owner: psycopg.Connection, db: database.Database, scale: Scale) -> None:
    def rate(design: Design, present: int, *statements: str) -> float:
        prepare(owner, design, present)
        return single_rate(db, design, scale.single, statements)

    insert = f"insert into item ({COLUMNS}) select {COLUMNS} from made where n = :n"
    rows = CLIENTS * scale.single
    rates = {
        "deletes": by_turns({d.name: partial(rate, d, rows, d.delete(ONE)) for d in SINGLE}, scale.rounds),
        "inserts and deletes": by_turns(
            {d.name: partial(rate, d, 0, insert, d.delete(ONE)) for d in SINGLE}, scale.rounds
        ),
    }
    header = ["a second"]
    for what in rates:
        header += [what, f"/ {BARE.name}"]
    table = Table(f"One row a transaction, {CLIENTS} clients", header, [])
    for design in SINGLE:
        cells = [(found[design.name], found[design.name] / found[BARE.name]) for found in rates.values()]
        table.rows.append([design.name, *(number(figure) for cell in cells for figure in cell)])
    report.tables.append(table)
    report.charts.append(Bars("single", f"One row a transaction, {CLIENTS} clients", "a second, more is better", rates))
    deletes = rates["deletes"]
    ratio = deletes[PROJECT.name] / deletes[FLOOR.name]
    report.verdicts.append(at_least(f"rate of single deletes: {PROJECT.name} / {FLOOR.name}", ratio, 0.85))


def _wal_position(owner: psycopg.Connection) -> float:
    (position,) = owner.execute("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
    return float(position)
