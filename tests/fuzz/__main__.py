"""Find a fault again: `python -m tests.fuzz --find rename` looks for it as if it were not known.

Prints the smallest input that shows it, as SQL that can be typed into a fresh database. `--list` names the faults.
"""

import argparse
import os
import sys

import pytest

from tests.fuzz.known import KNOWN

TEST = "tests/fuzz/test_tables.py"


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
    os.environ |= {"FUZZ_RUNS": str(arguments.runs), "FUZZ_WITHOUT_KNOWN": arguments.find or ""}
    return pytest.main(["-q", "-p", "no:randomly", TEST])


if __name__ == "__main__":
    sys.exit(main())
