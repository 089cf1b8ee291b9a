"""What an archive needs daily, done by its owner: also what cannot be done in a transaction."""

from contextlib import suppress

import psycopg
from psycopg import sql

LOCK_TIMEOUT = "60s"
"""How long CREATE INDEX CONCURRENTLY waits for transactions that use the partition. Then the next run does it."""


def maintain(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Do what has to happen daily; return a table and what was done for it. The connection commits by itself.

    The owner makes search indexes while restores go on; others have `archive.maintain()` make them.
    """
    owner = "select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = 'archive'"
    if connection.execute(owner).fetchone() != (True,):
        return connection.execute("select cast(source as text), done from archive.maintain()").fetchall()
    done = connection.execute("select cast(source as text), done from archive.maintain(0)").fetchall()
    return done + _make_search_indexes(connection)


def _make_search_indexes(connection: psycopg.Connection) -> list[tuple[str, str]]:
    connection.execute("select archive._search_install()")
    missing = connection.execute(
        "select cast(source as text), cast(partition as text), name, definition"
        "  from archive._search_missing_indexes() where archive._search_operator_class() is not null"
    ).fetchall()
    connection.execute(f"set lock_timeout = '{LOCK_TIMEOUT}'")
    made = []
    for source, partition, name, definition in missing:
        connection.execute("select archive._search_drop_invalid(%s)", [partition])
        # Of two runs at once, the second waits for the first, and finds the index.
        create = sql.SQL("create index concurrently if not exists {} on {} using gin ({})").format(
            sql.Identifier(name), sql.SQL(partition), sql.SQL(definition)
        )
        with suppress(psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            connection.execute(create)
            made.append((source, f"search index of {partition} made"))
    return made
