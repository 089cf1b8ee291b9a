"""What a delete pays for each way to look up what was deleted: the archive's indexes, one after another.

With each index more, rows are deleted in bulk by one statement that copies them set-wise, and under this project's
trigger; and one by one, by eight clients at once, under that trigger. The JSONB audit trigger beside them has the
indexes that it always has.

The fewer indexes, the less a row trigger takes than the audit trigger, and the more it takes than the set-wise copy,
since what it costs by itself stays.
"""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import psycopg
from psycopg import sql

from tests.benchmarks import database, fill
from tests.benchmarks.delete import AT_MOST
from tests.benchmarks.designs import AUDIT, BARE, FLOOR, PROJECT, Design
from tests.benchmarks.measure import by_turns, stopwatch
from tests.benchmarks.report import Report, Table, at_most, number, postgres_version
from tests.benchmarks.rows import ACTOR, CLIENTS, ONE, make_rows, prepare, single_rate

INDEXES = {
    "and an item's": "id",
    "and an owner's": "owner_id",
    "and a deletion's": "transaction_id",
    "and a time's": "archived_at",
    "and what a person deleted": "archived_by",
    "and what was restored": "archive_id",
}
"""What is looked up, and the column that its index begins with."""

TRIGGER = Design(PROJECT.name, "project", FLOOR.files, archive=FLOOR.archive)
"""This project's, on a table and an archive of its own."""


class Scale(NamedTuple):
    users: int
    bulk: int
    single: int
    """Rows deleted by each client."""
    rounds: int


FULL = Scale(users=200, bulk=100_000, single=1_000, rounds=5)
QUICK = Scale(users=5, bulk=500, single=5, rounds=1)


def run(scale: Scale) -> Report:
    with database.database("lookups") as db, db.connect() as owner, db.connect(database.RUNTIME) as api:
        fill.users(owner, scale.users)
        make_rows(owner, max(scale.bulk, CLIENTS * scale.single))
        for design in (BARE, AUDIT):
            design.create(owner)
        counts = range(len(INDEXES) + 1)
        copies = [_indexed(owner, FLOOR, n) for n in counts]
        triggers = [_indexed(owner, TRIGGER, n) for n in counts]
        for design in triggers:
            _capture(owner, design)
        api.execute("select set_config('archive.actor', %s, false)", [ACTOR])

        def bulk(design: Design) -> float:
            prepare(owner, design, scale.bulk)
            design.enter(api)
            with stopwatch() as watch:
                api.execute(design.delete())
            return watch.seconds / scale.bulk * 1e6

        def single(design: Design) -> float:
            prepare(owner, design, CLIENTS * scale.single)
            return single_rate(db, design, scale.single, [design.delete(ONE)])

        report = Report(
            "lookups",
            "What a delete pays for each way to look up what was deleted",
            postgres_version(owner),
            f"{scale.bulk:,} rows in one statement; {CLIENTS} clients that delete {scale.single:,} rows each, one by"
            f" one. Medians of {scale.rounds}.",
        )
        microseconds = by_turns({d.name: partial(bulk, d) for d in [AUDIT, *copies, *triggers]}, scale.rounds)
        rates = by_turns({d.name: partial(single, d) for d in [BARE, *triggers]}, scale.rounds)

    header = [
        "looked up",
        FLOOR.name,
        PROJECT.name,
        "/ set-wise copy",
        f"{AUDIT.name} / it",
        "single rate / bare",
    ]
    table = Table("µs a row in one statement, and the rate of single deletes", header, [])
    for name, copy, trigger in zip(["by its key", *INDEXES], copies, triggers, strict=True):
        floor, cost = microseconds[copy.name], microseconds[trigger.name]
        to_floor, to_audit = cost / floor, microseconds[AUDIT.name] / cost
        figures = [floor, cost, to_floor, to_audit, rates[trigger.name] / rates[BARE.name]]
        table.rows.append([name, *map(number, figures)])
    report.tables.append(table)
    report.verdicts.append(at_most(f"bulk delete with all indexes: {PROJECT.name} / {FLOOR.name}", to_floor, AT_MOST))
    return report


def _indexed(owner: psycopg.Connection, design: Design, count: int) -> Design:
    """Make the design with the first of the indexes alone."""
    some = replace(design, name=f"{design.name}, {count}", schema=f"{design.schema}_{count}")
    some.create(owner)
    kept = list(INDEXES.values())[:count]
    others = owner.execute(
        "select indexrelid::regclass::text from pg_index where indrelid = %s::regclass and not indisprimary"
        "   and pg_get_indexdef(indexrelid, 1, true) <> all(%s)",
        [design.archive, kept],
    ).fetchall()
    for (index,) in others:
        owner.execute(f"drop index {index}")
    return some


def _capture(owner: psycopg.Connection, design: Design) -> None:
    """Give a design's table this project's trigger, with a function of its own."""
    design.enter(owner)
    query = "select replace(prosrc, 'public.item', %s) from pg_proc where oid = 'archive.capture_item'::regproc"
    (body,) = owner.execute(query, [f"{design.schema}.item"]).fetchone()
    owner.execute(
        sql.SQL(
            "create function capture() returns trigger language plpgsql security definer"
            " set search_path = pg_catalog, pg_temp as {}"
        ).format(body)
    )
    owner.execute("create trigger capture before delete on item for each row execute function capture()")
