"""archive-table psql: psql with its arguments untouched, in one of three roles."""

import os
import signal
import subprocess

import pytest

from tests.cli.conftest import COMMAND, DEADLINE, assert_fails_with, environment, run
from tests.conftest import until


def test_psql_prints_the_answer_only(archive_table):
    result = archive_table("psql", "-c", "select 1", "-At", FIRST_SUPERUSER_PASSWORD="changethis")

    assert (result.stdout, result.stderr, result.returncode) == ("1\n", "", 0)


def test_psql_starts_the_database_if_need_be(data):
    assert run(data, "psql", "-Atc", "select 1").stdout == "1\n"

    assert not (data / "postmaster.pid").exists()


@pytest.mark.parametrize(
    ("arguments", "stdin", "printed"),
    [
        (["--csv", "-c", "select 1 as one, 2 as two"], "", "one,two\n1,2\n"),
        (["-At", "-v", "x=7"], "select :x", "7\n"),
        (["-At", "-f", "-"], "select 1", "1\n"),
        (["-At", "--", "archive_table", "archive_owner"], "select current_user", "archive_owner\n"),
        (["-Atc", "--as"], "", ""),  # psql's now: a comment in SQL
        (["--as", "runtime", "-Atc", "select current_user"], "", "archive_api\n"),
        (["--version"], "", "psql (PostgreSQL) 18"),
        (["--help"], "", "psql is the PostgreSQL interactive terminal"),
    ],
)
def test_psql_gets_its_arguments_untouched(archive_table, arguments, stdin, printed):
    result = archive_table("psql", *arguments, stdin=stdin)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(printed)


@pytest.mark.parametrize(
    ("arguments", "stdin", "status"),
    [(["-c", "select 1/0"], "", 1), (["-v", "ON_ERROR_STOP=1"], "select 1/0", 3), (["-d", "nowhere"], "", 2)],
)
def test_psql_returns_its_own_exit_status(archive_table, arguments, stdin, status):
    assert archive_table("psql", *arguments, stdin=stdin).returncode == status


@pytest.mark.parametrize(
    ("role", "users"),
    [
        ("owner", "archive_owner|archive_owner"),
        ("runtime", "archive_api|archive_api"),
        ("auditor", "archive_owner|archive_auditor"),
    ],
)
def test_psql_takes_three_roles(archive_table, role, users):
    result = archive_table("psql", "--as", role, "-Atc", "select session_user, current_user")

    assert result.stdout == f"{users}\n"


def test_psql_refuses_another_role(archive_table):
    assert_fails_with(archive_table("psql", "--as", "god"), '--as takes owner, runtime or auditor, not "god"')


def test_ctrl_c_in_psql_cancels_the_query_and_not_the_command(archive_table, migrated):
    arguments = [COMMAND, "psql", "-At"]
    script = "\\set ON_ERROR_STOP 0\nselect 'asleep' from pg_sleep(60);\nselect 'awake';\n"
    asleep = ["psql", "-Atc", "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"]
    with subprocess.Popen(
        arguments,
        env=environment(migrated),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as shell:
        shell.stdin.write(script)
        shell.stdin.flush()
        until(lambda: archive_table(*asleep).stdout == "1\n")
        os.killpg(shell.pid, signal.SIGINT)
        _, errors = shell.communicate(timeout=DEADLINE)

    assert "canceling statement due to user request" in errors
    assert "Traceback" not in errors
    assert shell.returncode >= 0


@pytest.mark.parametrize(
    ("version", "at_a_terminal", "used"),
    [(99, True, True), (9, True, False), (99, False, False), ("none", True, False)],
)
def test_psql_on_path_serves_who_types_unless_it_is_older(data, tmp_path, version, at_a_terminal, used):
    """The embedded server's own edits no lines."""
    program = tmp_path / "psql"
    program.write_text(f"#!/bin/sh\ntest \"$1\" = --version && echo 'psql (PostgreSQL) {version}.1' || echo mine\n")
    program.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    terminal, stdin = os.openpty() if at_a_terminal else os.pipe()[::-1]
    try:
        answer = subprocess.run(
            [COMMAND, "psql", "-Atc", "select 'own'"],
            stdin=stdin,
            env=environment(data) | path,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    finally:
        os.close(terminal)
        os.close(stdin)

    assert answer.stdout == ("mine\n" if used else "own\n"), answer.stderr
