"""Setting up an external database: by an owner who may make roles, and by one for whom somebody else made them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from app.core import embedded
from app.core.resources import REPOSITORY

from tests.conftest import BINARIES, SUPERUSER


@pytest.fixture
def server(data: Path) -> Iterator[str]:
    """A server of its own, since roles belong to the whole of one; where it listens."""
    with embedded.Server(data, BINARIES):
        yield str(embedded.socket_directory(data))


@pytest.fixture
def connect(server: str) -> Callable[..., psycopg.Connection]:
    def connect(user: str, dbname: str = "shop") -> psycopg.Connection:
        return psycopg.connect(host=server, user=user, dbname=dbname, autocommit=True)

    return connect


@pytest.fixture
def migrate(server: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    def migrate(**settings: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"POSTGRES_SERVER": server, "POSTGRES_DB": "shop", "POSTGRES_USER": "api"} | settings
        run = [sys.executable, "-c", "from app.cli import main; main()", "migrate"]
        return subprocess.run(run, env=environment, capture_output=True, text=True, check=False)

    return migrate


def unwell(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute("select check_name, severity from archive.health() where not ok").fetchall()


def test_an_owner_who_may_make_roles_needs_nothing_beforehand(connect, migrate):
    with connect(SUPERUSER, "postgres") as superuser:
        superuser.execute("create role keeper login createrole")
        superuser.execute("create database shop owner keeper")

    done = migrate(MIGRATION_USER="keeper", POSTGRES_PASSWORD="it's a % secret")

    assert done.returncode == 0, done.stderr
    with connect("api") as api, connect("keeper") as keeper, connect(SUPERUSER) as superuser:
        assert unwell(api) == []
        assert keeper.execute("set role archive_auditor").statusmessage == "SET"
        (secret,) = superuser.execute("select rolpassword from pg_authid where rolname = 'api'").fetchone()
        assert secret.startswith("SCRAM-SHA-256$")


def test_an_owner_who_may_not_uses_roles_made_beforehand(connect, migrate):
    with connect(SUPERUSER, "postgres") as superuser:
        superuser.execute("create role keeper login; create role api login")
        superuser.execute("create database shop owner keeper")
        superuser.execute("set archive.owner = 'keeper'; set archive.runtime_login = 'api'")
        superuser.execute((REPOSITORY / "db" / "roles.sql").read_bytes())

    done = migrate(MIGRATION_USER="keeper")

    assert done.returncode == 0, done.stderr
    with connect("api") as api:
        assert unwell(api) == []


def test_without_either_the_error_says_what_is_missing(connect, migrate):
    with connect(SUPERUSER, "postgres") as superuser:
        superuser.execute("create role keeper login")
        superuser.execute("create database shop owner keeper")

    done = migrate(MIGRATION_USER="keeper")

    assert done.returncode == 1
    assert "db/roles.sql" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_login_for_both_works_and_health_says_what_that_costs(connect, migrate):
    with connect(SUPERUSER, "postgres") as superuser:
        superuser.execute("create role api login createrole")
        superuser.execute("create database shop owner api")

    done = migrate(MIGRATION_USER="")

    assert done.returncode == 0, done.stderr
    with connect("api") as api:
        assert unwell(api) == [("separate runtime login", "warning")]
