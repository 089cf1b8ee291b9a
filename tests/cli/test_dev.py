"""archive-table dev: it serves until it is interrupted, and stops what it started."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from app.core import embedded

from tests.cli.conftest import COMMAND, DEADLINE, assert_fails_with, environment, postmaster, run
from tests.conftest import PASSWORD, until


@contextmanager
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`archive-table dev`, and where it says that it serves."""
    errors = data.with_name("errors")
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            [COMMAND, "dev"], env=environment(data), stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as it,
    ):
        try:
            url = next((m[0] for line in it.stdout if (m := re.search(r"http://127\.0\.0\.1:\d+", line))), "")
            assert url, errors.read_text()
            yield it, url
        finally:
            it.kill()
    assert "Traceback" not in errors.read_text()


def ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_dev_serves_until_interrupted_and_a_restart_ends_no_sign_in(data):
    login = {"username": "admin@example.com", "password": PASSWORD}

    with serving(data) as (server, url):
        assert httpx2.get(f"{url}/api/v1/utils/health-check/").json() is True
        token = httpx2.post(f"{url}/api/v1/login/access-token", data=login).json()["access_token"]
        database = postmaster(data)
        server.send_signal(signal.SIGINT)
        assert server.wait(DEADLINE) == 0
    assert ended(database)

    with serving(data) as (server, url):
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx2.post(f"{url}/api/v1/login/test-token", headers=headers).json()["email"] == login["username"]
        database = postmaster(data)
        server.send_signal(signal.SIGTERM)
        assert server.wait(DEADLINE) == 0
    assert ended(database)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_dev_can_be_stopped_while_it_starts(data, number):
    with subprocess.Popen([COMMAND, "dev"], env=environment(data), stderr=subprocess.PIPE, text=True) as starting:
        until(data.with_name("postgres.draft").exists)
        starting.send_signal(number)
        _, errors = starting.communicate(timeout=DEADLINE)

    assert starting.returncode == 0
    assert "Traceback" not in errors
    assert not data.exists() or not (data / "postmaster.pid").exists()
    assert run(data, "psql", "-Atc", "select 1").stdout == "1\n"  # and nothing is broken


def test_dev_stops_only_after_the_last_user_of_its_database(data):
    with embedded.Server(data), serving(data) as (server, _):
        server.terminate()
        assert server.wait(DEADLINE) == 0
        assert not ended(postmaster(data))


def test_dev_refuses_a_port_in_use_before_it_touches_the_database(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(data, "dev", PORT=str(port))

    assert_fails_with(result, f"Port {port} cannot be used")
    assert not data.exists()


@pytest.mark.parametrize("port", ["http", "70000", "-1"])
def test_dev_refuses_what_is_no_port(data, port):
    assert_fails_with(run(data, "dev", PORT=port), f'PORT is "{port}"')


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_uvicorn_stops_the_database_that_it_started(data, number):
    assert run(data, "migrate").returncode == 0
    command = [COMMAND.with_name("uvicorn"), "app.main:app", "--port", "0"]
    with subprocess.Popen(command, env=environment(data), stderr=subprocess.PIPE, text=True) as server:
        assert any("Uvicorn running" in line for line in server.stderr)
        database = postmaster(data)
        server.send_signal(number)
        errors = server.communicate(timeout=DEADLINE)[1]

    assert "Traceback" not in errors
    assert ended(database)
