"""Find a fault again: `python -m tests.fuzz --find rename` looks for it as if it were not known.

Prints the smallest input that shows it, as SQL that can be typed into a fresh database. `--list` names the faults.
"""

import argparse
import os
import subprocess
import sys

from tests.fuzz.known import KNOWN
from tests.fuzz.runs import SHARDS

SHARD = "tests/fuzz/test_tables.py::test_what_is_deleted_from_any_table_comes_back_as_it_was[0]"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "--find", choices=[fault.name for fault in KNOWN], metavar="FAULT", help="a fault from known.py"
    )
    parser.add_argument("--list", action="store_true", help="the faults that are known")
    parser.add_argument("--runs", type=int, default=2000, help="at most so many histories (2000)")
    parser.add_argument("--seed", type=int, default=0, help="which histories (0)")
    arguments = parser.parse_args()
    if arguments.list:
        for fault in KNOWN:
            print(f"{fault.name:18} {fault.reason}")
        return 0
    environment = os.environ | {
        "FUZZ_RUNS": str(arguments.runs * SHARDS),
        "FUZZ_SEED": str(arguments.seed),
        "FUZZ_WITHOUT_KNOWN": arguments.find or "",
    }
    return subprocess.call([sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", SHARD], env=environment)


if __name__ == "__main__":
    sys.exit(main())
