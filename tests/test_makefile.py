"""The set-up of `.venv`, with programs that only note how they are called in the place of Python."""

import os
import re
import shutil
import subprocess
import time

import pytest
from app.core.resources import REPOSITORY

NOTING = """#!/bin/sh
echo "$@" >>"{log}"
case "$*" in
  *ensurepip*) exit {without_venv} ;;
  "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ["Makefile", "requirements.lock", "requirements-tools.lock", "pyproject.toml"]:
        shutil.copy(REPOSITORY / name, folder)
    return folder


@pytest.fixture
def make(tmp_path):
    """Run `make setup`; return its exit status, its words, and how Python was called."""

    def make(folder, target="setup", without_venv=0):
        log, python = tmp_path / "log", tmp_path / "python"
        log.write_text("")
        python.write_text(NOTING.format(log=log, without_venv=without_venv))
        python.chmod(0o755)
        command = ["make", target, f"PYTHON={python}"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr, log.read_text()

    return make


def test_a_python_without_venv_gets_one_sentence_and_leaves_nothing(checkout, make):
    status, said, _ = make(checkout, without_venv=1)

    assert status == 2
    assert said.count("Archive Table needs Python's modules venv and ensurepip: install them") == 1
    assert "Traceback" not in said
    assert not (checkout / ".venv").exists()
    assert make(checkout)[0] == 0


def test_it_is_set_up_once(checkout, make):
    status, said, calls = make(checkout)

    assert (status, "Setting up .venv, once" in said) == (0, True)
    assert "-m venv --clear .venv\n" in calls
    assert "--require-hashes -r requirements.lock" in calls
    assert "requirements-tools.lock" not in calls
    assert make(checkout) == (0, "make: Nothing to be done for 'setup'.\n", "")


def test_another_lock_file_is_installed_into_the_same_place(checkout, make):
    make(checkout)
    later = time.time() + 10
    os.utime(checkout / "requirements.lock", (later, later))

    _, _, calls = make(checkout)

    assert "--require-hashes" in calls
    assert "-m venv" not in calls


def test_after_the_checkout_was_moved_it_is_set_up_anew(checkout, make):
    make(checkout)
    moved = checkout.rename(checkout.parent / "moved")

    assert "-m venv --clear .venv\n" in make(moved)[2]
    assert make(moved)[2] == ""


def test_what_a_failed_set_up_left_is_replaced(checkout, make):
    make(checkout)
    (checkout / ".venv" / ".installed").unlink()
    (checkout / ".venv" / "bin" / "python").unlink()

    assert "-m venv --clear .venv\n" in make(checkout)[2]


def test_tools_are_installed_beside_what_serves_once(checkout, make):
    make(checkout)

    _, _, calls = make(checkout, "tools")

    assert "--require-hashes -r requirements-tools.lock" in calls
    assert "-r requirements.lock" not in calls
    assert make(checkout, "tools")[2] == ""


def test_both_lock_files_have_one_version_of_what_both_have():
    serving, tools = (
        dict(re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", (REPOSITORY / name).read_text(), re.MULTILINE))
        for name in ["requirements.lock", "requirements-tools.lock"]
    )

    assert serving.keys() & tools.keys()
    assert {name for name in serving.keys() & tools.keys() if serving[name] != tools[name]} == set()
    assert not serving.keys() & {"pytest", "mypy", "playwright", "matplotlib", "django"}
