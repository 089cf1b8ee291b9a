"""What tests that speak SQL need: people, items and archived rows, made in SQL."""

import uuid
from collections.abc import Callable

import psycopg
import pytest


@pytest.fixture
def owner(db: psycopg.Connection) -> uuid.UUID:
    """The id of somebody who owns items."""
    return db.execute('insert into "user" (email) values (%s) returning id', ["owner@example.com"]).fetchone()[0]


@pytest.fixture
def items(db: psycopg.Connection, owner: uuid.UUID) -> list[uuid.UUID]:
    """The ids of three items."""
    rows = db.execute(
        "insert into item (title, owner_id) select 'item ' || n, %s from generate_series(1, 3) n returning id", [owner]
    )
    return [id for (id,) in rows]


@pytest.fixture
def archived(db: psycopg.Connection, items: list[uuid.UUID]) -> list[int]:
    """The archive ids of three deleted items, in order."""
    db.execute("delete from item")
    return [id for (id,) in db.execute("select archive_id from item_archive order by archive_id")]


@pytest.fixture
def restore(db: psycopg.Connection) -> Callable[..., list[tuple[str, str | None]]]:
    """Call archive.restore and return outcome and detail of each row."""

    def restore(archive_ids, source="item", connection=db, **options):
        arguments = "".join(f", {name} => %({name})s" for name in options)
        return connection.execute(
            f"select outcome, detail from archive.restore(%(source)s, %(ids)s{arguments}) order by archive_id",
            {"source": source, "ids": archive_ids} | options,
        ).fetchall()

    return restore
