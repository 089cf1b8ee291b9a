"""`python -m tests.faults --minutes 60`: faults under load.

Exit status 1 on any finding, 2 if the checker is broken.
"""

import argparse
import gc
import os
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from app.core import embedded

from tests.faults import planted
from tests.faults.journal import Journal
from tests.faults.report import Tally, write
from tests.faults.rounds import Rounds, measure_starts, say
from tests.faults.server import Cluster
from tests.faults.service import Service


def _stop(number: int, _frame: object) -> NoReturn:
    """Leave by an exception, which stops what was started; once is enough."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def main() -> int:
    """Run, report, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Faults under load, and a check of the whole history after each."
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--short", action="store_true", help="instead, each fault of the short form once")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--report", type=Path, help="write the report into this file as well")
    parser.add_argument("--keep", action="store_true", help="keep the journal and the logs, and say where they are")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    gc.disable()  # a history is a million tuples, none of them in a cycle

    programs = Path(os.environ.get("TEST_POSTGRES_BIN") or embedded.binaries())
    scratch = Path(tempfile.mkdtemp(prefix="archive-table-faults-"))
    scratch.chmod(0o711)  # PostgreSQL runs as somebody else where this runs as root
    command = f"python -m tests.faults {'--short' if options.short else f'--minutes {options.minutes:g}'}"
    tally = Tally(command, options.seed)
    say(f"{command} --seed {options.seed}, in {scratch}")
    try:
        with Cluster(scratch, programs) as cluster, Service(cluster, scratch) as service:
            tally.postgres = cluster.version()
            tally.starts = measure_starts(cluster, service)
            overlooked = planted.plant(cluster, scratch, options.seed)
            with Journal(scratch / "journal.jsonl") as journal:
                rounds = Rounds(cluster, service, journal, tally)
                rounds.work(options.minutes * 60, short=options.short)
            overlooked += planted.plant(cluster, scratch, options.seed + 1)
    finally:
        if options.keep or sys.exc_info()[0] or tally.findings:
            say(f"The journal and the logs are in {scratch}.")
        else:
            shutil.rmtree(scratch, ignore_errors=True)

    report = write(tally, rounds.gauge)
    print(report)
    if options.report:
        options.report.write_text(report)
    for fault in overlooked:
        say(f"The checker is broken: it did not find what was planted: {fault}")
    return 2 if overlooked else 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
