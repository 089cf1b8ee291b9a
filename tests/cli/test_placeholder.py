"""Outside local, no database is served while a superuser's password is the one that everybody knows."""

import subprocess

import pytest
from app.core import embedded

from tests.cli.conftest import COMMAND, DEADLINE, environment, run

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "a secret key for tests, long enough for HMAC",
    "POSTGRES_USER": "archive_api",
    "MIGRATION_USER": "archive_owner",
}
REFUSAL = 'The superuser admin@example.com still has the password "changethis"'


@pytest.fixture
def production(data):
    """The settings of a production server on a database that was made for trying out."""
    with embedded.Server(data):
        assert run(data, "migrate", FIRST_SUPERUSER_PASSWORD="changethis").returncode == 0
        yield PRODUCTION | {"POSTGRES_SERVER": str(embedded.socket_directory(data))}


def serve(data, variables):
    """Start uvicorn, which is expected to end by itself."""
    command = [COMMAND.with_name("uvicorn"), "app.main:app", "--port", "0"]
    return subprocess.run(
        command, env=environment(data, **variables), capture_output=True, text=True, timeout=DEADLINE, check=False
    )


def test_the_placeholder_as_a_superusers_password_is_refused_until_it_is_changed(data, production):
    migrated, served = run(data, "migrate", **production), serve(data, production)

    assert (migrated.returncode, migrated.stderr.count("\n")) == (1, 1)
    assert REFUSAL in migrated.stderr
    assert served.returncode != 0
    assert REFUSAL in served.stderr

    changed = run(data, "password", "admin@example.com", stdin="a better password\n", **production)

    assert (changed.returncode, changed.stderr) == (0, "")
    assert run(data, "migrate", **production).returncode == 0


def test_any_superuser_counts_and_nobody_else(data, production):
    add = """insert into "user" (email, is_superuser, hashed_password)
             select '{}@example.com', {}, hashed_password from "user" where email = 'admin@example.com'"""
    run(data, "psql", "-c", add.format("second", True), "-c", add.format("ordinary", False), **production)
    run(data, "password", "admin@example.com", stdin="a better password\n", **production)

    refused = run(data, "migrate", **production)
    run(data, "psql", "-c", """delete from "user" where email = 'second@example.com'""", **production)

    assert "The superuser second@example.com" in refused.stderr
    assert run(data, "migrate", **production).returncode == 0


def test_in_local_the_placeholder_is_served(data):
    assert run(data, "migrate", FIRST_SUPERUSER_PASSWORD="changethis").returncode == 0
    assert run(data, "migrate").returncode == 0
