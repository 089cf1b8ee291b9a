"""The databases that are measured: on a PostgreSQL from the wheel, with its default settings.

Nothing is tuned: fsync and autovacuum are on, as whoever installs PostgreSQL finds it. Two logins work on it, as in
production: the owner migrates and fills, the API's login serves.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from app.core import embedded
from psycopg import sql

OWNER, RUNTIME = "bench_owner", "bench_api"
ADMIN, PASSWORD = "admin@example.com", "a password for benchmarks"


@contextlib.contextmanager
def server() -> Iterator[None]:
    """Run a PostgreSQL in a directory of its own, removed at the end, and lead the application's settings to it."""
    scratch = Path(tempfile.mkdtemp(prefix="archive-table-bench-"))
    scratch.chmod(0o711)  # PostgreSQL runs as somebody else where the benchmarks run as root
    postgres = embedded.Server(scratch / "postgres")
    try:
        with postgres:
            pass  # makes the cluster
        _advance_transaction_ids(postgres)
        with postgres:
            _point_settings_at(postgres)
            with _connect(embedded.SUPERUSER, "postgres") as connection:
                connection.execute(f"create role {OWNER} login createrole")
                connection.execute(f"grant pg_checkpoint to {OWNER}")
            yield
    finally:
        shutil.rmtree(scratch)


def _advance_transaction_ids(postgres: embedded.Server) -> None:
    """Go on counting transactions from 2³², so that rows made up for the past can have ids of the past."""
    subprocess.run(
        [postgres.bin / "pg_resetwal", "--epoch=1", postgres.data],
        check=True,
        stdout=subprocess.DEVNULL,
        user=postgres.data.stat().st_uid if os.geteuid() == 0 else None,
    )


def _point_settings_at(postgres: embedded.Server) -> None:
    """Set what the application reads when it is first imported; nothing of a developer's own .env may count."""
    os.environ |= {
        "ENVIRONMENT": "local",
        "POSTGRES_SERVER": str(embedded.socket_directory(postgres.data)),
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": RUNTIME,
        "POSTGRES_PASSWORD": "unused",
        "MIGRATION_USER": OWNER,
        "FIRST_SUPERUSER": ADMIN,
        "FIRST_SUPERUSER_PASSWORD": PASSWORD,
        "SECRET_KEY": "a secret key for benchmarks, long enough for HMAC",
    }


def _connect(login: str, dbname: str) -> psycopg.Connection:
    return psycopg.connect(
        host=os.environ["POSTGRES_SERVER"], port=os.environ["POSTGRES_PORT"], user=login, dbname=dbname, autocommit=True
    )


@dataclass(frozen=True)
class Database:
    """A migrated database."""

    name: str

    def connect(self, login: str = OWNER) -> psycopg.Connection:
        """Open an autocommit connection."""
        return _connect(login, self.name)

    @property
    def environment(self) -> dict[str, str]:
        """What leads a program to it: this project's processes and PostgreSQL's own."""
        return os.environ | {
            "POSTGRES_DB": self.name,
            "PGHOST": os.environ["POSTGRES_SERVER"],
            "PGPORT": os.environ["POSTGRES_PORT"],
            "PGUSER": RUNTIME,
            "PGDATABASE": self.name,
        }


@contextlib.contextmanager
def database(name: str) -> Iterator[Database]:
    """Make and migrate a database, dropped at the end."""
    from app.core import migrations
    from app.core.config import settings
    from app.core.db import engine

    identifier = sql.Identifier(name)
    with _connect(embedded.SUPERUSER, "postgres") as postgres:
        postgres.execute(sql.SQL("create database {} owner {}").format(identifier, sql.Identifier(OWNER)))
        settings.POSTGRES_DB = name
        migrations.upgrade()
        engine.dispose()
        try:
            yield Database(name)
        finally:
            postgres.execute(sql.SQL("drop database {} with (force)").format(identifier))


@contextlib.contextmanager
def copy(original: Database, name: str) -> Iterator[Database]:
    """Make a copy of a database that nobody is connected to, dropped at the end."""
    identifier = sql.Identifier(name)
    with _connect(embedded.SUPERUSER, "postgres") as postgres:
        postgres.execute(
            sql.SQL("create database {} template {} owner {}").format(
                identifier, sql.Identifier(original.name), sql.Identifier(OWNER)
            )
        )
        try:
            yield Database(name)
        finally:
            postgres.execute(sql.SQL("drop database {} with (force)").format(identifier))
