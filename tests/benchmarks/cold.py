"""What an export to Parquet costs: a closed month of a million archived rows, against COPY of the same rows.

The command is measured from its start to its end: it reads the rows, writes the file, reads that back, compares it and
notes the export. COPY is read by a script that throws the rows away.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import psycopg

from tests.benchmarks import database, fill
from tests.benchmarks.database import Database
from tests.benchmarks.measure import by_turns, stopwatch
from tests.benchmarks.report import Report, Table, at_least, at_most, number, postgres_version

COMMAND = Path(sys.executable).with_name("archive-table")
MEMORY, RATE = 200, 0.5
"""Targets: at most so many megabytes, at least that part of what COPY alone delivers."""


class Scale(NamedTuple):
    rows: int
    rounds: int


FULL = Scale(rows=1_000_000, rounds=5)
QUICK = Scale(rows=1_000, rounds=1)


def run(scale: Scale) -> Report:
    with database.database("cold") as db, db.connect() as owner, tempfile.TemporaryDirectory() as folder:
        fill.users(owner, 1_000)
        fill.archive(owner, scale.rows, months=1)
        owner.execute("select archive._partition_make_month('item_archive', '2020-01-01T00:00:00Z')")
        owner.execute("update item_archive set archived_at = '2020-01-15T12:00:00Z'")
        owner.execute("vacuum full item_archive")
        owner.execute("vacuum analyze")
        report = Report(
            "cold",
            "What an export to Parquet costs",
            postgres_version(owner),
            f"A month of {scale.rows:,} archived rows; medians of {scale.rounds}, by turns.",
        )
        _compare(report, owner, Exports(db, Path(folder)), scale)
    return report


class Exports:
    """Runs of the command, each to a directory of its own."""

    def __init__(self, db: Database, folder: Path) -> None:
        self._environment = db.environment | {"PGUSER": database.OWNER}
        self._folder = folder
        self._count = 0
        self.peak_memory = 0.0

    def __call__(self) -> float:
        self._count += 1
        command = [COMMAND, "export", "item", "--older-than", "1y", "--to", self.directory]
        with stopwatch() as watch:
            process = subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        self.peak_memory = max(self.peak_memory, usage.ru_maxrss * 1024 / 1e6)
        return watch.seconds

    @property
    def directory(self) -> Path:
        return self._folder / str(self._count)

    @property
    def megabytes(self) -> float:
        return sum(file.stat().st_size for file in self.directory.glob("*.parquet")) / 1e6


def _compare(report: Report, owner: psycopg.Connection, export: Exports, scale: Scale) -> None:
    size = 0

    def copy() -> float:
        nonlocal size
        size = 0
        with stopwatch() as watch, owner.cursor().copy("copy item_archive_y2020m01 to stdout") as rows:
            for row in rows:
                size += len(row)
        return watch.seconds

    seconds = by_turns({"archive-table export": export, "copy … to stdout": copy}, scale.rounds)
    megabytes = dict(zip(seconds, [export.megabytes, size / 1e6], strict=True))
    rows = [
        [name, number(seconds[name]), number(scale.rows / seconds[name] / 1e3), number(megabytes[name])]
        for name in seconds
    ]
    report.tables.append(Table(f"{scale.rows:,} rows", ["", "s", "thousand rows/s", "MB written"], rows))
    ours, plain = seconds.values()
    report.verdicts.append(at_least("rate / copy … to stdout", plain / ours, RATE))
    report.verdicts.append(at_most("peak memory of the command", export.peak_memory, MEMORY, " MB"))
