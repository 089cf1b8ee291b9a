"""Installing schema `archive` into any database: the files of `sql/archive` as one script."""

import hashlib
from dataclasses import dataclass

import psycopg
from psycopg import sql

from app.core.resources import SQL

ARCHIVE = SQL / "archive"


@dataclass(frozen=True)
class Installation:
    """What `install` found and did."""

    before: str | None
    """The version that was there; None where there was none."""
    version: str
    owner: str
    roles: str
    """The prefix of the roles."""
    tables: list[str]
    """The tables that are archived."""


def code() -> list[str]:
    """Return what makes the archive's state, functions, views and grants, file by file."""
    return [file.read_text(encoding="ascii") for file in sorted(ARCHIVE.glob("*.sql")) if file.name < "95"]


def tables() -> str:
    """Return what brings every archived table up to date."""
    (file,) = ARCHIVE.glob("95*.sql")
    return file.read_text(encoding="ascii")


def _digest() -> str:
    return hashlib.sha256("".join(code()).encode()).hexdigest()


def bundle(roles: str | None = None) -> str:
    """Return everything as one script for `psql -f`, in ASCII, a transaction of its own.

    `roles` is the prefix of the roles; with None, an installation keeps the roles that it has, and a new one gets
    `archive_runtime` and `archive_auditor`.

    Raises:
        ValueError: the prefix is not in ASCII.

    """
    if roles and not roles.isascii():
        raise ValueError("The prefix of the roles has to be in ASCII")
    choice = f"set local archive.roles = {sql.Literal(roles).as_string()};\n" if roles else ""
    noted = f"select archive._code_note_applied('{_digest()}');\n"
    return "".join([f"begin;\n{choice}", *code(), noted, tables(), "commit;\n"])


def install(connection: psycopg.Connection, roles: str | None = None) -> Installation:
    """Run the bundle on an autocommit connection. Done again, it upgrades.

    Raises:
        psycopg.Error: with SQLSTATE AR409 where it cannot be installed, the reason and what to do instead.

    """
    before = version(connection)
    connection.execute(bundle(roles).encode())
    row = connection.execute(
        "select archive.version(), (select n.nspowner::regrole::text from pg_namespace n where n.nspname = 'archive'),"
        "       (select s.value from archive.settings s where s.name = 'roles'),"
        "       array(select archive._label(r.source) from archive.registry r order by 1)"
    ).fetchone()
    assert row  # noqa: S101, for mypy: a query without FROM has one row
    return Installation(before, *row)


def version(connection: psycopg.Connection) -> str | None:
    """Return the version of the archive in a database; None without one, `unknown` where it is older than versions."""
    tables = connection.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'archive'"
        "   and c.relname in ('registry', 'settings') and has_table_privilege(c.oid, 'select')"
    ).fetchall()
    if ("settings",) not in tables:
        return "unknown" if tables else None
    row = connection.execute("select s.value from archive.settings s where s.name = 'version'").fetchone()
    return str(row[0]) if row else None


def apply_code(connection: psycopg.Connection, roles: str) -> None:
    """Make the archive's code what the files say, where it is not, in the caller's transaction."""
    path = connection.execute(
        "select current_setting('search_path'), set_config('archive.roles', %s, true)", [roles]
    ).fetchone()
    if not _is_applied(connection, roles):
        for file in code():
            connection.execute(file.encode())
        connection.execute("select archive._code_note_applied(%s)", [_digest()])
    # Alembic's statements are for the path that the login has.
    connection.execute("select set_config('search_path', %s, true)", path[:1] if path else None)


def _is_applied(connection: psycopg.Connection, roles: str) -> bool:
    row = connection.execute("select to_regprocedure('archive.version()') is not null").fetchone()
    return row == (True,) and connection.execute(
        "select archive._code_is_applied(%s) and exists ("
        "    select from archive.settings s where s.name = 'roles' and s.value = %s)",
        [_digest(), roles],
    ).fetchone() == (True,)
