"""Bringing a database up to date: its logins, its tables (Alembic, `db/`) and its code (`sql/`)."""

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy import Connection
from sqlmodel import Session

from app.core import embedded, install, logins, superusers
from app.core.config import settings
from app.core.db import connect, engine, init_db
from app.core.resources import IS_CHECKOUT, MIGRATIONS, REPOSITORY, SQL

ROLES = MIGRATIONS / "roles.sql"

VERSION_TABLE = "archive_table_version"
"""Alembic's table of the revision. `alembic_version`, its usual name, may be another program's in the same database."""


def upgrade() -> None:
    """Bring the configured database up to date and make the first superuser. Done twice, it changes nothing.

    Raises:
        psycopg.OperationalError: the database cannot be reached.
        LoginRefused: a login has another password than in the settings, and it cannot be changed.
        PlaceholderPassword: outside local, a superuser has the password that everybody knows. All else is done.
        sqlalchemy.exc.DBAPIError: a table and its archive do not match (SQLSTATE AR409), or a login lacks a right.

    """
    logins.renew_owner_password()
    command.upgrade(config(), "head")
    logins.renew_runtime_password()
    with Session(engine) as session:
        init_db(session)
    superusers.refuse_placeholder()


def revision(message: str) -> Path:
    """Write the revision that leads from the configured database's tables to the models'.

    Raises:
        alembic.util.CommandError: today's revision has this name already, the database is not at the newest one, or the
            program is installed without its repository.

    """
    if not IS_CHECKOUT:
        raise CommandError("A revision is a file of the repository: write it in a checkout")
    slug = "_".join(re.findall(r"\w+", message.lower()))
    name = f"{datetime.now(UTC):%Y%m%d}_{slug}"[:32].rstrip("_")  # the version table has room for no more
    if name in [known.revision for known in ScriptDirectory.from_config(config()).walk_revisions()]:
        raise CommandError(f"There is a revision {name} already: name this one otherwise")
    script = command.revision(config(), message, autogenerate=True, rev_id=name)
    return Path(script.path)  # type: ignore[union-attr]  # it makes one: no hook of ours makes more


@cache
def head() -> str | None:
    """Return the newest revision in `db/`."""
    return ScriptDirectory.from_config(config()).get_current_head()


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the database; None where it has not been migrated."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def is_served(revision: str | None) -> bool:
    """Return whether this program serves a database at that revision: the newest that it knows, or a later one.

    A newer program migrates before it serves, and meanwhile the older one goes on. Revisions are named by their day.
    """
    newest = head()
    if revision is None or newest is None or revision == newest:
        return revision == newest
    known = {known.revision for known in ScriptDirectory.from_config(config()).walk_revisions()}
    return revision not in known and re.match(r"\d{8}_", revision) is not None and revision[:8] >= newest[:8]


def rename_version_table(connection: psycopg.Connection) -> None:
    """Give the version table of an older installation its name. An `alembic_version` of another program stays."""
    connection.execute((MIGRATIONS / "version_table.sql").read_bytes())


def provision() -> None:
    """Make the embedded server's owner login and database, if it is used and they are missing."""
    if not settings.embedded:
        return
    embedded.ensure(settings.EMBEDDED_PGDATA)
    owner, database = sql.Identifier(settings.owner), sql.Identifier(settings.POSTGRES_DB)
    with psycopg.connect(
        host=settings.host, port=settings.POSTGRES_PORT, user=embedded.SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("select pg_advisory_lock(hashtext('archive-table provision'))")
        if not connection.execute("select 1 from pg_roles where rolname = %s", [settings.owner]).fetchone():
            connection.execute(sql.SQL("create role {} login createrole").format(owner))
        if not connection.execute("select 1 from pg_database where datname = %s", [settings.POSTGRES_DB]).fetchone():
            connection.execute(sql.SQL("create database {} owner {}").format(database, owner))


def connect_owner(application_name: str = "archive-table migrate") -> psycopg.Connection:
    """Open a connection as the owner, who migrates and purges."""
    return connect(settings.owner, settings.owner_password, application_name=application_name)


def make_roles(connection: psycopg.Connection) -> None:
    """Make the archive's roles and the runtime login, and grant the one to the other, where that is not yet so."""
    password = settings.POSTGRES_PASSWORD
    if password:
        password = logins.encrypted(connection, settings.POSTGRES_USER, password)
    connection.execute(
        "select set_config('archive.runtime_login', %s, true), set_config('archive.runtime_password', %s, true),"
        "       set_config('archive.roles', %s, true)",
        [settings.POSTGRES_USER, password, settings.ARCHIVE_ROLES],
    )
    connection.execute(ROLES.read_bytes())


def apply_archive(connection: psycopg.Connection) -> None:
    """Make schema `archive` what `sql/archive` says, where it is not."""
    install.apply_code(connection, settings.ARCHIVE_ROLES)


def apply_application(connection: psycopg.Connection) -> None:
    """Bring every archived table up to date, and apply `sql/app`, what the application adds to the archive."""
    connection.execute(install.tables().encode())
    for file in sorted((SQL / "app").glob("*.sql")):
        connection.execute(file.read_bytes())


def config() -> Config:
    """Return Alembic's configuration, from anywhere."""
    if IS_CHECKOUT:
        return Config(toml_file=str(REPOSITORY / "pyproject.toml"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
