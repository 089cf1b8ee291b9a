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
    def connect(user: str, dbname: str = "shop", password: str | None = None) -> psycopg.Connection:
        return psycopg.connect(host=server, user=user, dbname=dbname, password=password, autocommit=True)

    return connect


@pytest.fixture
def migrate(server: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    def migrate(**settings: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"POSTGRES_SERVER": server, "POSTGRES_DB": "shop", "POSTGRES_USER": "api"} | settings
        run = [sys.executable, "-c", "from app.cli import main; main()", "migrate"]
        return subprocess.run(run, env=environment, capture_output=True, text=True, check=False)

    return migrate


@pytest.fixture
def passwords_count(data: Path, connect: Callable[..., psycopg.Connection]) -> None:
    """A server that lets nobody in without a password but its superuser, and an owner who has one."""
    rules = f"local all {SUPERUSER} trust\nlocal all all scram-sha-256\n"
    with connect(SUPERUSER, "postgres") as superuser:
        superuser.execute("create role keeper login createrole password 'first owner'")
        superuser.execute("create database shop owner keeper")
        (data / "pg_hba.conf").write_text(rules)
        superuser.execute("select pg_reload_conf()")


FIRST = {"MIGRATION_USER": "keeper", "MIGRATION_PASSWORD": "first owner", "POSTGRES_PASSWORD": "first api"}


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


@pytest.mark.usefixtures("passwords_count")
def test_a_new_password_of_the_api_holds_after_the_next_migration(connect, migrate):
    assert migrate(**FIRST).returncode == 0
    connect("api", password="first api").close()

    done = migrate(**FIRST | {"POSTGRES_PASSWORD": "it's the % second"})

    assert done.returncode == 0, done.stderr
    connect("api", password="it's the % second").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect("api", password="first api")


@pytest.mark.usefixtures("passwords_count")
def test_a_new_password_of_the_owner_holds_after_a_migration_that_is_told_the_old_one(connect, migrate):
    assert migrate(**FIRST).returncode == 0
    new = FIRST | {"MIGRATION_PASSWORD": "it's the % second"}

    refused = migrate(**new)
    done = migrate(**new, MIGRATION_PASSWORD_OLD="first owner")
    again = migrate(**new, MIGRATION_PASSWORD_OLD="first owner")

    assert refused.returncode == 1
    assert "MIGRATION_PASSWORD_OLD" in refused.stderr
    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    connect("keeper", password="it's the % second").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect("keeper", password="first owner")


@pytest.mark.usefixtures("passwords_count")
def test_one_login_for_both_gets_its_new_password_alike(connect, migrate):
    one = {"POSTGRES_USER": "keeper", "MIGRATION_USER": ""}
    assert migrate(**one, POSTGRES_PASSWORD="first owner").returncode == 0

    done = migrate(**one, POSTGRES_PASSWORD="second", MIGRATION_PASSWORD_OLD="first owner")

    assert done.returncode == 0, done.stderr
    connect("keeper", password="second").close()


@pytest.mark.usefixtures("passwords_count")
def test_an_owner_who_may_not_change_the_apis_password_is_told_who_has_to(connect, migrate):
    with connect(SUPERUSER) as superuser:
        superuser.execute("create role api login password 'made by somebody else'")
        superuser.execute("alter role keeper nocreaterole")
        superuser.execute("set archive.owner = 'keeper'; set archive.runtime_login = 'api'")
        superuser.execute((REPOSITORY / "db" / "roles.sql").read_bytes())

    done = migrate(**FIRST)

    assert done.returncode == 1
    assert "keeper may not change" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("passwords_count")
def test_a_second_login_of_the_api_works_beside_the_first_until_that_is_dropped(connect, migrate):
    assert migrate(**FIRST).returncode == 0

    assert migrate(**FIRST | {"POSTGRES_USER": "api_2", "POSTGRES_PASSWORD": "second"}).returncode == 0

    with connect("api", password="first api") as first, connect("api_2", password="second") as second:
        assert unwell(first) == unwell(second) == []
    with connect("keeper", password="first owner") as keeper:
        keeper.execute("drop role api")
