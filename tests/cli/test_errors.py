"""What a user can put right: each is one line, and no traceback."""

import re
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import assert_fails_with, run


def test_a_database_of_another_version_is_left_alone(data):
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")

    assert_fails_with(run(data, "migrate"), "is of PostgreSQL 15")


def test_a_directory_of_something_else_is_left_alone(data):
    data.mkdir()
    (data / "thesis.txt").write_text("the only copy")

    assert_fails_with(run(data, "migrate"), "holds something else")

    assert [file.name for file in data.iterdir()] == ["thesis.txt"]


def test_an_unreachable_server_is_named(data):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        port = str(closed.getsockname()[1])
        result = run(data, "migrate", POSTGRES_SERVER="127.0.0.1", POSTGRES_PORT=port)

    assert_fails_with(result, f"port {port} failed: Connection refused")


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD"])
def test_production_refuses_each_placeholder(data, name):
    secrets = {"SECRET_KEY": "x" * 32, "POSTGRES_PASSWORD": "x" * 32, name: "changethis"}

    assert_fails_with(run(data, "migrate", ENVIRONMENT="production", **secrets), f'{name} is "changethis"')


def test_a_setting_that_cannot_be_read_is_named(data):
    assert_fails_with(run(data, "migrate", SMTP_PORT="smtp"), "SMTP_PORT")


def test_a_placeholder_is_a_warning_of_one_line_in_local(archive_table):
    result = archive_table("health", FIRST_SUPERUSER_PASSWORD="changethis")

    assert result.returncode == 0
    assert re.fullmatch(r'warning: FIRST_SUPERUSER_PASSWORD is "changethis".*\n', result.stderr)


@pytest.mark.parametrize("command", [["migrate"], ["dev"], ["psql", "-c", "select 1"]])
def test_a_place_that_cannot_be_written_is_named_with_the_setting_that_chooses_another(command):
    data = Path("/proc/archive-table/postgres")  # nobody can make a directory there, root neither

    assert_fails_with(run(data, *command), f"{data} cannot be used")
    assert_fails_with(run(data, *command), "set EMBEDDED_PGDATA to a directory that can be written")
