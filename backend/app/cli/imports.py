"""`archive-table import`: rows that an application only marks as deleted move into the archive."""

import psycopg
from rich.console import Console
from rich.progress import Progress

from app.cli.install import connect
from app.cli.tables import find_table


def import_marked(table: str, deleted_at: str, deleted_by: str | None, database: str, *, dry_run: bool) -> None:
    """Count the rows of a table that a column marks as deleted, and move them in batches; each batch is a transaction.

    Raises:
        UsageError: There is no such table, or the login may not import.

    """
    with connect(database) as connection:
        connection.execute("set client_min_messages = warning")
        source = find_table(connection, table, "import")
        marked, later, oldest, newest = _count(connection, source, deleted_at)
        span = f", from {oldest} to {newest}" if oldest else ""
        print(f"{marked:,} rows of {table} are marked as deleted{span}.")
        if later:
            print(f"{later:,} rows are marked for a later time: they stay.")
        if dry_run:
            print("--yes would move them into the archive.")
            return
        connection.add_notice_handler(lambda notice: print(f"{notice.message_primary}. {notice.message_hint or ''}"))
        moved = _move(connection, source, deleted_at, deleted_by, marked)
        left = _count(connection, source, deleted_at)[0]
    print(f"{moved:,} rows were moved into the archive; {left:,} marked rows are left.")


def _count(connection: psycopg.Connection, source: int, deleted_at: str) -> tuple[int, int, str | None, str | None]:
    statement = (
        "select marked, later, left(to_json(oldest at time zone 'UTC') #>> '{}', 10),"
        "       left(to_json(newest at time zone 'UTC') #>> '{}', 10)"
        "  from archive._import_counts(%s::oid::regclass, %s)"
    )
    return connection.execute(statement, [source, deleted_at]).fetchone() or (0, 0, None, None)


def _move(connection: psycopg.Connection, source: int, deleted_at: str, deleted_by: str | None, marked: int) -> int:
    console, moved = Console(stderr=True), 0
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Importing", total=marked)
        while count := _move_batch(connection, source, deleted_at, deleted_by):
            moved += count
            progress.update(task, completed=moved)
    return moved


def _move_batch(connection: psycopg.Connection, source: int, deleted_at: str, deleted_by: str | None) -> int:
    statement = "select archive.import_soft_deleted(%s::oid::regclass, %s, %s)"
    done = connection.execute(statement, [source, deleted_at, deleted_by]).fetchone()
    return done[0] if done else 0
