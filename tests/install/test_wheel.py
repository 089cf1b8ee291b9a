"""The package as pip installs it, elsewhere: every command works without the repository."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest
from app.core.resources import REPOSITORY

from tests.conftest import SCRATCH
from tests.install.conftest import BUNDLE, check_that_it_works

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def command():
    """The command of a wheel in an environment of its own, with the dependencies of this one, but not its project."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        source, wheels, venv = Path(folder) / "source", Path(folder) / "wheels", Path(folder) / "venv"
        shutil.copytree(REPOSITORY, source, ignore=shutil.ignore_patterns(".*", "build", "docs", "tests"))
        build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, source]
        subprocess.run([sys.executable, *build], check=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
        (wheel,) = wheels.iterdir()
        install = ["-m", "pip", "--python", venv / "bin/python", "install", "--quiet", "--no-deps", "--no-index", wheel]
        subprocess.run([sys.executable, *install], check=True)
        # A path in a .pth file is searched, but its own .pth files, such as that of an editable install, are not read.
        (packages,) = venv.glob("lib/python*/site-packages")
        (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
        yield venv / "bin/archive-table"


@pytest.fixture
def archive_table(command, tmp_path):
    """Run it in an empty directory, which becomes the home of the embedded database."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as data:
        settings = {"EMBEDDED_PGDATA": f"{data}/postgres", "FIRST_SUPERUSER_PASSWORD": "a long password"}

        def archive_table(*arguments, **variables):
            environment = {"PATH": os.environ["PATH"]} | settings | variables
            done = subprocess.run(
                [command, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120
            )
            return done.returncode, done.stdout + done.stderr

        yield archive_table


def test_the_archive_is_installed_and_taken_away(archive_table, shop, host):
    where = f"host={host} user=keeper dbname=shop"

    assert archive_table("bundle") == (0, BUNDLE)
    assert archive_table("install", where)[0] == 0
    check_that_it_works(shop)
    assert archive_table("maintain", where) == (0, "Nothing had to be done.\n")
    assert archive_table("uninstall", where, "--yes")[0] == 0
    assert archive_table("--version")[0] == archive_table("--help")[0] == 0


def test_the_backend_runs(archive_table):
    status, told = archive_table("migrate")
    assert (status, told.strip()[-1]) == (0, "."), told
    assert archive_table("psql", "-Atc", "select count(*) from item")[1].strip() == "0"
    assert archive_table("demo")[0] == 0
    assert archive_table("health")[0] == 0
    assert archive_table("purge", "--older-than", "1d")[0] == 0
    status, told = archive_table("revision", "-m", "colour")
    assert (status, "in a checkout" in told) == (1, True)
