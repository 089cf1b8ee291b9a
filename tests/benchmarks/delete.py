"""What a delete costs: this project's trigger against the other ways to delete.

In bulk: 200,000 rows in one statement. One by one: each row in a transaction of its own, by eight clients at once, once
as deletes alone, and once with each delete's insert before it, in a transaction of its own.
Nothing is tuned, and every commit waits for the disk. Before each measurement the tables are emptied and filled with
the same rows, vacuumed and analysed, and a checkpoint is made: WAL therefore has the images of pages that a first
change after a checkpoint writes, for all alike.

The JSONB audit trigger is judged as such scripts are installed. A leaner one beside it, without the query's text
and with fewer indexes, shows how much of its cost is that; one with more, what it costs where it is to find the rows of
an owner, a transaction, a time and a person as this project's archive does.

The floor is one statement that deletes and copies what it deleted. No row trigger can do as little: the executor
starts once for each row.

Reads are measured on what years of use leave behind. The rows come in generations; nine in ten are deleted, at random,
and the space is vacuumed before the next, which may use it again.
"""

import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from statistics import median
from typing import NamedTuple

import psycopg
from app.core import embedded

from tests.benchmarks import database, fill
from tests.benchmarks.designs import (
    AUDIT,
    BARE,
    FINDABLE_AUDIT,
    FLOOR,
    HAND_WRITTEN,
    LEAN_AUDIT,
    NOTHING,
    PROJECT,
    SOFT,
    SOFT_PLAIN,
    THROUGH_EXECUTE,
    Design,
)
from tests.benchmarks.measure import by_turns, stopwatch
from tests.benchmarks.report import Bars, Report, Table, at_least, at_most, number, postgres_version

DELETING = [BARE, NOTHING, SOFT, FLOOR, HAND_WRITTEN, PROJECT, AUDIT, LEAN_AUDIT, FINDABLE_AUDIT, THROUGH_EXECUTE]
SINGLE = [BARE, NOTHING, SOFT, FLOOR, PROJECT, AUDIT, THROUGH_EXECUTE]
READING = [PROJECT, SOFT, SOFT_PLAIN]

CLIENTS = 8
ACTOR = "0199c0de-0000-7000-8000-000000000001"
"""Who deletes, as the API says it: a user's id."""
DELETED = 0.9
"""Of the rows that the live table is read without."""
GENERATIONS = 10
PAGE = 100
COLUMNS = "id, title, description, owner_id"
ONE = "where id = (select id from made where n = :n)"
"""The row that a client of pgbench deletes."""
AT_MOST, AT_LEAST = 2.1, 1.3
"""How many times as long as the set-wise copy a bulk delete may take; how many times as long the audit trigger must."""


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
        for design in {*DELETING, *READING} - {PROJECT}:
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
        _reads(report, owner, api, scale)
    return report


def make_rows(owner: psycopg.Connection, count: int) -> None:
    """Make the rows that every design gets: numbered, and with which of them are to be deleted."""
    owner.execute(
        f"""
        create table public.made (
            like public.item,
            n      bigint generated always as identity primary key,
            doomed boolean not null default random() < {DELETED}
        );
        grant select on public.made to archive_runtime
        """
    )
    fill.items(owner, count, "public.made")
    owner.execute("vacuum analyze public.made")


def prepare(owner: psycopg.Connection, design: Design, rows: int) -> None:
    """Give a design's table the first rows, and empty its archive."""
    _empty(owner, design)
    _insert(owner, 0, rows)
    owner.execute("vacuum analyze item")
    owner.execute("checkpoint")


def _empty(owner: psycopg.Connection, design: Design) -> None:
    design.enter(owner)
    owner.execute("truncate item")
    if design.archive:
        owner.execute(f"truncate {design.archive}")  # afterwards: this project archives what a TRUNCATE removes


def _insert(owner: psycopg.Connection, after: int, count: int) -> None:
    owner.execute(
        f"insert into item ({COLUMNS})"
        f" select {COLUMNS} from made where n > %(after)s and n <= %(after)s + %(count)s order by n",
        {"after": after, "count": count},
    )


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
        kept[design.name].append(_size(owner, design.archive) if design.archive else 0)
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
    to_floor = microseconds[PROJECT.name] / microseconds[FLOOR.name]
    to_audit = microseconds[AUDIT.name] / microseconds[PROJECT.name]
    report.verdicts += [
        at_most(f"bulk delete / {FLOOR.name} with the same columns and indexes", to_floor, AT_MOST),
        at_least(f"bulk delete: {AUDIT.name} / {PROJECT.name}", to_audit, AT_LEAST),
    ]


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
    for what, found in rates.items():
        ratio = found[PROJECT.name] / found[BARE.name]
        report.verdicts.append(at_least(f"rate of single {what} / without the trigger", ratio, 0.8))


def single_rate(db: database.Database, design: Design, each: int, statements: Iterable[str]) -> float:
    """Return how often a second all clients get the statements done for a row, each a transaction of its own.

    Each client has rows of its own, `each` of them.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(f"\\set row :row + 1\n\\set n :client_id * {each} + :row\n")
        file.writelines(f"{statement};\n" for statement in statements)
        file.flush()
        options = f"--no-vacuum --protocol=prepared --define=row=0 --client={CLIENTS} --jobs=2 --transactions={each}"
        done = subprocess.run(
            [embedded.binaries() / "pgbench", *options.split(), "--file", file.name],
            env=db.environment | {"PGOPTIONS": f"-c search_path={design.schema},public -c archive.actor={ACTOR}"},
            check=True,
            capture_output=True,
            text=True,
        )
    return float(re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)[1])


def _reads(report: Report, owner: psycopg.Connection, api: psycopg.Connection, scale: Scale) -> None:
    for design in READING:
        _live_through(owner, api, design, scale.made)
    microseconds = {read.name: _time_read(read, owner, api, scale) for read in READS}
    sizes = {design.name: _sizes(owner, design) for design in READING}
    header = ["", *(design.name for design in READING)]
    report.tables += [
        Table(
            f"µs to read the live table, {DELETED:.0%} of {scale.made:,} rows deleted",
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
    _empty(owner, design)
    design.enter(api)
    generation = made // GENERATIONS
    for before in range(0, made, generation):
        _insert(owner, before, generation)
        doomed = f"select id from made where doomed and n > {before} and n <= {before + generation}"
        api.execute(design.delete(f"where id in ({doomed})"))
        owner.execute("vacuum analyze item")


def _time_read(read: Read, owner: psycopg.Connection, api: psycopg.Connection, scale: Scale) -> dict[str, float]:
    """Return the microseconds that it takes in each design, whose answers must be the same."""
    asked = max(1, scale.lookups // read.slower)
    values = owner.execute(
        f"select {read.by} from made where not doomed and n <= %s order by hashint8(n) limit %s", [scale.made, asked]
    ).fetchall()
    answers = {}

    def seconds(design: Design) -> float:
        design.enter(api)
        query = read.query.format(live=design.live)
        api.execute(query, values[0], prepare=True)
        with stopwatch() as watch:
            answers[design.name] = [api.execute(query, value, prepare=True).fetchall() for value in values]
        return watch.seconds

    found = by_turns({design.name: partial(seconds, design) for design in READING}, scale.rounds)
    assert all(answer == answers[PROJECT.name] for answer in answers.values())
    return {name: s / len(values) * 1e6 for name, s in found.items()}


def _sizes(owner: psycopg.Connection, design: Design) -> dict[str, float]:
    """Return the bytes of what a design keeps, by its parts."""
    design.enter(owner)
    (table, indexes) = owner.execute("select pg_table_size('item'), pg_indexes_size('item')").fetchone()
    archive = _size(owner, design.archive) if design.archive else 0
    return {"live table": table, "its indexes": indexes, "archive": archive}


def _wal_position(owner: psycopg.Connection) -> float:
    (position,) = owner.execute("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
    return float(position)


def _size(owner: psycopg.Connection, table: str) -> float:
    """Return the bytes of a table, its partitions and all their indexes."""
    (size,) = owner.execute(
        "select coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size(%(table)s::regclass))"
        "  from pg_partition_tree(%(table)s::regclass)",
        {"table": table},
    ).fetchone()
    return float(size)
