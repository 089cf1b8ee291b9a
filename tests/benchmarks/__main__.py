"""`python -m tests.benchmarks [name …] [--quick]`."""

import argparse
import importlib
from pathlib import Path

from tests.benchmarks import database
from tests.benchmarks.report import RESULTS

NAMES = ["delete", "lookups", "http", "growth", "export", "archive", "cold", "console", "tables"]


def main() -> None:
    """Run the benchmarks that are asked for; print and save what they find."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure what Archive Table costs.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"which of {', '.join(NAMES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="on so few rows that the figures mean nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write Markdown and charts")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")

    with database.server():
        for name in options.names or NAMES:
            module = importlib.import_module(f"tests.benchmarks.{name}")
            scale = module.QUICK if options.quick else module.FULL
            report = module.run(scale)
            report.show()
            report.save(options.results)


if __name__ == "__main__":
    main()
