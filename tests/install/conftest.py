"""Databases that no application of this project has touched, on a server of their own, since roles are a server's."""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from app.core import embedded, install
from app.core.resources import SQL
from psycopg import sql

from tests.cli.conftest import COMMAND, DEADLINE
from tests.conftest import BINARIES, SCRATCH, SUPERUSER

KEEPER = "keeper"
"""An ordinary login that may make roles and databases."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        data = Path(folder) / "postgres"
        with embedded.Server(data, BINARIES):
            host = str(embedded.socket_directory(data))
            with psycopg.connect(host=host, user=SUPERUSER, dbname="postgres", autocommit=True) as superuser:
                superuser.execute(f"create role {KEEPER} login createrole createdb; create role stranger login")
            yield host


@pytest.fixture
def connect(host: str) -> Callable[..., psycopg.Connection]:
    def connect(dbname: str, user: str = KEEPER) -> psycopg.Connection:
        return psycopg.connect(host=host, user=user, dbname=dbname, autocommit=True, client_encoding="utf8")

    return connect


@pytest.fixture
def make_database(host: str, connect: Callable[..., psycopg.Connection]) -> Iterator[Callable[..., str]]:
    """Make a database, and drop it with the roles that its archive had."""
    made = []

    def make_database(name: str = "shop", options: str = "", owner: str = KEEPER) -> str:
        with connect("postgres", SUPERUSER) as superuser:
            superuser.execute(f"create database {name} owner {owner} {options}")
        made.append(name)
        return name

    yield make_database
    with connect("postgres", SUPERUSER) as superuser:
        for name in made:
            superuser.execute(f"drop database {name} with (force)")
        roles = superuser.execute(r"select rolname from pg_roles where rolname ~ '_(runtime|auditor)$'").fetchall()
        for (role,) in roles:
            superuser.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


@pytest.fixture
def shop(make_database: Callable[..., str], connect: Callable[..., psycopg.Connection]) -> Iterator[psycopg.Connection]:
    """Somebody's database, as its owner."""
    with connect(make_database()) as connection:
        yield connection


@pytest.fixture
def archive_table(host: str) -> Run:
    """Run the command with libpq's variables alone."""

    def archive_table(*arguments: str, dbname: str = "shop", **variables: str) -> subprocess.CompletedProcess[str]:
        libpq = {"PGHOST": host, "PGUSER": KEEPER, "PGDATABASE": dbname}
        return subprocess.run(
            [COMMAND, *arguments],
            env={"PATH": os.environ["PATH"]} | libpq | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    return archive_table


@pytest.fixture
def migrate(host: str) -> Run:
    """Run `archive-table migrate` on the database shop, with these settings besides."""

    def migrate(**settings: str) -> subprocess.CompletedProcess[str]:
        where = {"POSTGRES_SERVER": host, "POSTGRES_DB": "shop", "POSTGRES_USER": "shop_api", "MIGRATION_USER": KEEPER}
        environment = {"PATH": os.environ["PATH"], "FIRST_SUPERUSER_PASSWORD": "a password"} | where | settings
        return subprocess.run([COMMAND, "migrate"], env=environment, capture_output=True, text=True, check=False)

    return migrate


@pytest.fixture
def note(shop):
    """Three rows deleted in January 2020, one in March, whose month has no partition, and one today."""
    install.install(shop)
    shop.execute(
        """
        create table note (id int primary key, text text);
        select archive.enable('note');
        select archive._partition_make_month('note_archive', '2020-01-01T00:00:00Z');
        insert into note values (1, 'one'), (2, 'two'), (3, null), (4, ''), (5, 'five');
        delete from note;
        update note_archive set archived_at = '2020-01-31T23:59:59Z' where id < 4;
        update note_archive set archived_at = '2020-03-01T00:00:00Z' where id = 4;
        """
    )
    return shop


@pytest.fixture
def export(archive_table, tmp_path):
    """Export to a directory of the test's own, by default what is older than five years."""

    def export(table, *options, age="5y", **environment):
        where = ["--older-than", age, "--to", str(tmp_path / "cold")]
        return archive_table("export", table, *where, *options, **environment)

    return export


@pytest.fixture
def cold(tmp_path):
    return tmp_path / "cold"


def psql(connection: psycopg.Connection, *arguments: str, script: str | None = None) -> str:
    """Run psql where a connection leads."""
    info = connection.info
    where = {"PGHOST": info.host, "PGUSER": info.user, "PGDATABASE": info.dbname}
    done = subprocess.run(
        [embedded.binaries() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *arguments],
        env=os.environ | where,
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def dump(connection: psycopg.Connection) -> str:
    """Everything in a database."""
    info = connection.info
    program = [embedded.binaries() / "pg_dump", "--restrict-key=x", "-h", info.host, "-U", info.user, info.dbname]
    text = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    # PostgreSQL 15.20 numbers its columns' versions, in each database from another start.
    return re.sub(r"ALTER TABLE ONLY .* SET \(pg_attver=\d+\);\n", "", text)


def faults(connection: psycopg.Connection) -> list[Any]:
    return connection.execute("select check_name, detail from archive.health() where not ok").fetchall()


def check_that_it_works(connection: psycopg.Connection, schema: str = "public") -> None:
    """Archive a table, delete from it, undo that."""
    connection.execute(f"create table {schema}.note (id int primary key, text text)")
    connection.execute("select archive.enable(%s)", [f"{schema}.note"])
    connection.execute(f"insert into {schema}.note values (1, 'one'), (2, 'two'); delete from {schema}.note")

    (deletion,) = connection.execute("select transaction_id::text from archive.transactions limit 1").fetchone()
    rows = connection.execute("select outcome from archive.restore_transaction(%s::text::xid8)", [deletion]).fetchall()

    assert rows == [("restored",), ("restored",)]
    assert connection.execute(f"select id, text from {schema}.note order by id").fetchall() == [(1, "one"), (2, "two")]
    assert [name for name, _ in faults(connection)] in ([], ["separate runtime login"])


BUNDLE, FILES = install.bundle(), sorted(SQL.glob("a[rp]*/*.sql"))
