"""What a download costs: a million items as CSV, by one client, against COPY without a server in between.

What it is compared with is a script that reads the same rows, in the same order and with the same login, straight from
PostgreSQL; it gets the same bytes, which is checked. The server's memory is the most that its process ever had.
"""

from typing import NamedTuple

import psycopg

from tests.benchmarks import database, fill
from tests.benchmarks.load import Answer, Connection, WrongAnswer
from tests.benchmarks.measure import by_turns, stopwatch
from tests.benchmarks.report import Report, Table, Verdict, at_least, at_most, number, postgres_version
from tests.benchmarks.requests import Rows
from tests.benchmarks.servers import Server, serving

COPY = (
    "copy (select id, title, description, owner_id from item order by id desc)"
    " to stdout (format csv, header, force_quote (title, description))"
)

MEMORY, FIRST_BYTE, RATE = 150, 0.2, 0.5
"""Targets: at most so many megabytes and seconds, at least that part of what COPY alone delivers."""


class Scale(NamedTuple):
    items: int
    rounds: int


FULL = Scale(items=1_000_000, rounds=5)
QUICK = Scale(items=1_000, rounds=1)


def run(scale: Scale) -> Report:
    with (
        database.database("export") as db,
        db.connect() as owner,
        db.connect(database.RUNTIME) as api,
        serving("app.main:app", db) as (server,),
    ):
        fill.users(owner, 1_000)
        fill.items(owner, scale.items)
        owner.execute("vacuum analyze")
        request = Rows(owner).admin.asks("GET", "/items/export/csv")
        report = Report(
            "export",
            "What a download costs",
            postgres_version(owner),
            f"{scale.items:,} items, one worker, one client; medians of {scale.rounds}, by turns.",
        )
        before = server.peak_memory
        _compare(report, server, request, api, scale)
        _judge_memory(report, before, server.peak_memory)
    return report


def _compare(report: Report, server: Server, request: bytes, api: psycopg.Connection, scale: Scale) -> None:
    first_bytes = []

    def download() -> float:
        answer = _download(server, request)
        first_bytes.append(answer.first_byte)
        return answer.seconds

    def copy() -> float:
        with stopwatch() as watch, api.cursor().copy(COPY) as rows:
            for _ in rows:
                pass
        return watch.seconds

    with api.cursor().copy(COPY) as rows:
        expected = b"".join(rows)
    if _download(server, request).body != expected:
        raise WrongAnswer("The download is not what COPY writes")
    first_bytes.clear()
    seconds = by_turns({"GET /items/export/csv": download, "copy … to stdout": copy}, scale.rounds)

    megabytes = len(expected) / 1e6
    rates = {name: megabytes / s for name, s in seconds.items()}
    rows = [
        [name, number(seconds[name]), number(rate), number(scale.items / seconds[name] / 1e3)]
        for name, rate in rates.items()
    ]
    report.tables.append(Table(f"{megabytes:,.0f} MB of CSV", ["", "s", "MB/s", "thousand rows/s"], rows))
    ours, plain = rates.values()
    report.verdicts.append(at_most("first byte, the slowest", max(first_bytes), FIRST_BYTE, " s"))
    report.verdicts.append(at_least("rate / copy … to stdout", ours / plain, RATE))


def _download(server: Server, request: bytes) -> Answer:
    with Connection(server.port) as connection:
        answer = connection.ask(request)
    if answer.status != 200:
        raise WrongAnswer(f"{answer.status} {answer.body[:2000]!r}")
    return answer


def _judge_memory(report: Report, before: float | None, peak: float | None) -> None:
    what = "peak memory of the server's process"
    if before is None or peak is None:
        report.verdicts.append(Verdict(what, "unknown", f"≤ {MEMORY} MB", None))
        return
    report.verdicts.append(at_most(what, peak, MEMORY, " MB"))
    report.notes.append(f"Before the first request the server's process had {number(before)} MB.")
