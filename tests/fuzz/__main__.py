"""Find a fault again: `python -m tests.fuzz --find rename` looks for it as if it were not known.

Prints the smallest input that shows it, as SQL that can be typed into a fresh database. `--list` names the faults.
"""

import argparse
import os
import sys

import pytest

from tests.fuzz.known import KNOWN
from tests.fuzz.test_tables import SHARDS

SHARD = "tests/fuzz/test_tables.py::test_what_is_deleted_from_any_table_comes_back_as_it_was[0]"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "--find", choices=[fault.name for fault in KNOWN], metavar="FAULT", help="a fault from known.py"
    )
    parser.add_argument("--list", action="store_true", help="the faults that are known")
    parser.add_argument("--runs", type=int, default=2000, help="at most so many histories (2000)")
    arguments = parser.parse_args()
    if arguments.list:
        for fault in KNOWN:
            print(f"{fault.name:18} {fault.reason}")
        return 0
    os.environ |= {"FUZZ_RUNS": str(arguments.runs * SHARDS), "FUZZ_WITHOUT_KNOWN": arguments.find or ""}
    return pytest.main(["-q", "-p", "no:randomly", SHARD])


if __name__ == "__main__":
    sys.exit(main())
