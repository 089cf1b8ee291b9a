"""Many archived tables: three hundred, each with an archive of 28 monthly partitions, on PostgreSQL's default settings.

With that many partitions, a statement that plans for all of them takes more locks than PostgreSQL has room for. So each
figure here is measured with its locks, on a warm connection and on a new one, and with the memory that the new
connection's backend has to itself afterwards.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psycopg

from tests.benchmarks import database
from tests.benchmarks.measure import stopwatch
from tests.benchmarks.report import Report, Table, Verdict, at_most, number, postgres_version


class Scale(NamedTuple):
    tables: int
    months: int
    rows: int
    """Deletions of each table, evenly over the months."""
    rounds: int


FULL = Scale(tables=300, months=28, rows=200, rounds=7)
QUICK = Scale(tables=12, months=3, rows=6, rounds=1)

READERS = 8
"""Connections that list deletions at once."""

MEGABYTE = 2**20


class Limits(NamedTuple):
    """In milliseconds, and how many locks."""

    warm: float
    new: float
    locks: int = 1_000


QUICKLY = Limits(warm=200, new=1_000)

STEPS: dict[str, tuple[str, Limits]] = {
    "first page of deletions": ("select * from archive.deletions()", QUICKLY),
    "read of one row": ("select * from {table}_archive where archive_id = {archive_id}", QUICKLY),
    "preview of one row": ("select * from archive.restore('{table}', '{{{archive_id}}}', dry_run => true)", QUICKLY),
    "restore of one row": ("select * from archive.restore('{table}', '{{{archive_id}}}')", QUICKLY),
    "undo of a deletion, with its time": (
        "select * from archive.restore_transaction('{transaction_id}', '{archived_at}')",
        QUICKLY,
    ),
    "undo of a deletion, by its id alone": (
        "select * from archive.restore_transaction('{transaction_id}')",
        Limits(warm=3_000, new=3_000),
    ),
    "archive.health()": ("select * from archive.health()", Limits(warm=2_000, new=2_000)),
    "archive.daily": ("select * from archive.daily", Limits(warm=500, new=1_000)),
}
"""What is measured, as the owner, each time on another archived row."""


def run(scale: Scale) -> Report:
    with database.database("tables") as db, db.connect() as owner:
        enabling = _make_tables(owner, scale)
        report = Report(
            "tables",
            "Many archived tables",
            postgres_version(owner),
            f"{scale.tables} tables, archives of {scale.months} months each, with {scale.rows} rows; default settings;"
            f" medians of {scale.rounds}.",
        )
        _judge_enable(report, enabling)
        steps = {name: _measure(db, owner, name, scale) for name in STEPS}
        _judge_steps(report, steps)
        _judge_readers(report, db)
    return report


def _make_tables(owner: psycopg.Connection, scale: Scale) -> list[float]:
    """Make and fill the tables' archives; return the seconds that each call of archive.enable() took."""
    seconds = []
    for n in range(scale.tables):
        table = _name(n)
        owner.execute(f"create table {table} (id bigint primary key, label text, quantity integer)")
        with stopwatch() as watch:
            owner.execute("select archive.enable(%s)", [table])
        seconds.append(watch.seconds)
        owner.execute(
            "select archive._partition_make_month(%s, archive._partition_month(now(), -back))"
            "  from generate_series(1, %s) back",
            [f"{table}_archive", scale.months - 3],
        )
        owner.execute(
            f"""
            insert into {table}_archive (
                archive_id, transaction_id, archived_at, archived_by, session_role, application_name, cascaded,
                id, label, quantity)
            select nextval('archive.archive_id_seq'), (1000 * (%(rows)s * {n} + row))::text::xid8,
                   now() - (row + {n} / 1000.0) * (make_interval(months => %(months)s - 3) / %(rows)s),
                   'somebody', session_user, 'psql', false, row, 'row ' || row, row
              from generate_series(0, %(rows)s - 1) row
            """,
            {"rows": scale.rows, "months": scale.months},
        )
    owner.execute("vacuum analyze")
    return seconds


def _name(n: int) -> str:
    return f"part_{n:03}"


def _judge_enable(report: Report, seconds: list[float]) -> None:
    size = min(10, len(seconds) // 2)
    tenth, last = median(seconds[size // 2 : size + size // 2]), median(seconds[-size:])
    report.tables.append(
        Table(
            "archive.enable()",
            ["table", "ms"],
            [["about the 10th", number(tenth * 1000)], [f"the last of {len(seconds)}", number(last * 1000)]],
        )
    )
    report.verdicts.append(at_most("archive.enable(), the last tables", last * 1000, 500, " ms"))
    report.verdicts.append(at_most("archive.enable(), the last to the 10th", last / tenth, 1.5))


class Measured(NamedTuple):
    warm: float
    new: float
    locks: int
    memory: float
    """Bytes."""


def _measure(db: database.Database, owner: psycopg.Connection, name: str, scale: Scale) -> Measured:
    statement, _ = STEPS[name]
    numbers = iter(range(1, 3 * scale.rounds + 3))

    def prepare() -> str:
        table = _name(3 + next(numbers) % (scale.tables - 3))
        row = owner.execute(
            f"select archive_id, transaction_id::text, archived_at::text from {table}_archive"
            " where restored_at is null order by archive_id offset 2 limit 1"
        ).fetchone()
        assert row is not None
        return statement.format(table=table, archive_id=row[0], transaction_id=row[1], archived_at=row[2])

    new, memory, locks = [], [], []
    for _ in range(scale.rounds):
        query = prepare()
        with db.connect() as connection:
            before = _private_memory(connection)
            new.append(_time(connection, query))
            memory.append(_private_memory(connection) - before)
    with db.connect() as connection:
        connection.execute(prepare())
        warm = [_time(connection, prepare()) for _ in range(scale.rounds)]
        connection.execute("begin")
        connection.execute(prepare())
        locks = connection.execute("select count(*) from pg_locks where pid = pg_backend_pid()").fetchone()
        connection.execute("rollback")
    assert locks is not None
    return Measured(median(warm), median(new), locks[0], median(memory))


def _time(connection: psycopg.Connection, query: str) -> float:
    with stopwatch() as watch:
        connection.execute(query.encode()).fetchall()
    return watch.seconds


def _private_memory(connection: psycopg.Connection) -> int:
    """Return the bytes that the backend shares with no other process."""
    status = Path(f"/proc/{connection.info.backend_pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon"))


def _judge_steps(report: Report, steps: dict[str, Measured]) -> None:
    report.tables.append(
        Table(
            "What one step takes",
            ["", "ms, warm", "ms, new connection", "locks kept", "MB, new connection"],
            [
                [name, number(m.warm * 1000), number(m.new * 1000), number(m.locks), number(m.memory / MEGABYTE)]
                for name, m in steps.items()
            ],
        )
    )
    for name, (_, limits) in STEPS.items():
        measured = steps[name]
        report.verdicts += [
            at_most(f"{name}, warm", measured.warm * 1000, limits.warm, " ms"),
            at_most(f"{name}, on a new connection", measured.new * 1000, limits.new, " ms"),
            at_most(f"{name}, locks", measured.locks, limits.locks),
        ]
        if limits == QUICKLY:
            report.verdicts.append(at_most(f"{name}, memory", measured.memory / MEGABYTE, 30, " MB"))


def _judge_readers(report: Report, db: database.Database) -> None:
    """Have several connections list deletions at once: none may run out of room for locks."""

    def read(_: int) -> str | None:
        try:
            with db.connect(database.RUNTIME) as connection:
                connection.execute("select * from archive.deletions()").fetchall()
        except psycopg.Error as error:
            return str(error)
        return None

    with ThreadPoolExecutor(READERS) as readers:
        failures = [failure for failure in readers.map(read, range(READERS)) if failure]
    report.verdicts.append(Verdict(f"{READERS} readers at once", f"{len(failures)} failed", "0 failed", not failures))
