"""`archive-table install`, `uninstall`, `bundle` and `maintain`: schema `archive` in any database."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from app.cli.usage import UsageError
from app.core import install, upkeep


@contextmanager
def connect(database: str) -> Iterator[psycopg.Connection]:
    """Connect to a libpq URI or connection string; where it is empty, libpq's PG… variables count."""
    try:
        # Named, or a database in SQL_ASCII would return bytes.
        connection = psycopg.connect(
            database, autocommit=True, application_name="archive-table", client_encoding="utf8"
        )
    except (psycopg.OperationalError, psycopg.ProgrammingError, UnicodeError) as error:
        raise UsageError(f"Cannot connect: {error}") from error
    with connection:
        yield connection


def print_bundle(roles: str | None) -> None:
    """Print everything that `install` would run, as one script."""
    sys.stdout.write(_bundle(roles))


def _bundle(roles: str | None) -> str:
    try:
        return install.bundle(roles)
    except ValueError as error:
        raise UsageError(str(error)) from error


def install_archive(database: str, roles: str | None) -> None:
    """Install the archive, or upgrade it, and say what was done and what to type next."""
    _bundle(roles)
    with connect(database) as connection:
        done = install.install(connection, roles)
        name = connection.info.dbname
    if done.before is None:
        print(f"Schema archive, version {done.version}, is installed in database {name}. It belongs to {done.owner}.")
    elif done.before == done.version:
        print(f"Schema archive in database {name} is of version {done.version} already; nothing is lost or missing.")
    else:
        print(f"Schema archive in database {name} is upgraded from version {done.before} to {done.version}.")
    print(f"Its roles are {done.roles}_runtime, for applications, and {done.roles}_auditor, for those who read.")
    if done.tables:
        print(f"Archived: {', '.join(done.tables)}.")
    print(
        "\nNext, in psql:\n"
        "  select archive.enable('your_table');           -- archives its deleted rows from now on\n"
        f"  grant {done.roles}_runtime to your_login;      -- who may restore rows into tables it may insert into\n"
        "  select * from archive.health() where not ok;   -- whether all is in force\n"
        "Before a delete, in its transaction, if you like:\n"
        "  set local archive.actor = 'who';  set local archive.reason = 'why';\n"
        "Afterwards:\n"
        "  select * from archive.transactions limit 10;   -- who deleted what\n"
        "  select * from archive.restore_transaction('their transaction_id');"
    )


def uninstall_archive(database: str, *, drop_archives: bool, yes: bool) -> None:
    """End archiving and drop schema `archive`, after asking."""
    with connect(database) as connection:
        if install.version(connection) is None:
            raise UsageError(f"There is no archive in database {connection.info.dbname}.")
        tables = connection.execute("select cast(t as text) from archive._archive_tables() t order by 1").fetchall()
        archives = ", ".join(name for (name,) in tables) or "none"
        fate = "dropped with every deleted row in them" if drop_archives else "kept"
        print(f"Schema archive in database {connection.info.dbname} is dropped. Archive tables, {fate}: {archives}.")
        if not yes and not _is_confirmed():
            raise UsageError("Nothing was changed.")
        connection.execute("select archive.uninstall(%s)", [drop_archives])
    print("Done. The roles stay: they belong to the whole cluster.")


def _is_confirmed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to be asked: add --yes. Nothing was changed.")
    return typer.confirm("Go on?")


def maintain_archive(database: str) -> None:
    """Do what has to happen daily, and print what was done."""
    with connect(database) as connection:
        rows = upkeep.maintain(connection)
    if not rows:
        print("Nothing had to be done.")
        return
    table = Table("table", "done", box=None)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
