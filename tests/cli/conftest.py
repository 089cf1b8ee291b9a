"""The commands, as a user runs them: real processes, each on a database of the test's own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from app.core import embedded

from tests.conftest import PASSWORD, SCRATCH

COMMAND = Path(sys.executable).with_name("archive-table")
DEADLINE = 30

Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(data: Path, **variables: str) -> dict[str, str]:
    """Nothing of the surroundings but what a program needs to run."""
    kept = {name: os.environ[name] for name in ["PATH", "HOME", "TMPDIR"] if name in os.environ}
    return kept | {"EMBEDDED_PGDATA": str(data), "FIRST_SUPERUSER_PASSWORD": PASSWORD, "PORT": "0"} | variables


def run(data: Path, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        env=environment(data, **variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def assert_fails_with(result: subprocess.CompletedProcess[str], sentence: str) -> None:
    """One line for the user, and no traceback."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("error: ")
    assert sentence in result.stderr


def postmaster(data: Path) -> psutil.Process:
    """The process that serves an embedded database."""
    return psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """A migrated database, kept running."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder, embedded.Server(data := Path(folder) / "postgres"):
        assert run(data, "migrate").returncode == 0
        yield data


@pytest.fixture
def archive_table(migrated: Path) -> Run:
    """The command, on the migrated database."""

    def archive_table(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
        return run(migrated, *arguments, **options)

    return archive_table
