"""What the pages of deleted items and of deleted users have in common, and what differs between them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from app import queries
from app.api.errors import explain
from app.archive import archives, browse
from app.archive.archives import Archive
from app.core.pool import Row

ROWS = 50
"""Rows on one page of a list."""


class Kind(NamedTuple):
    """What differs between deleted items and deleted users."""

    name: str
    archive: Archive
    id_filter: str
    title: str
    """The column that a row is known by."""


ITEMS = Kind("items", archives.ITEMS, "item_id", "title")
USERS = Kind("users", archives.USERS, "user_id", "email")
KINDS = {"item": ITEMS, "user": USERS}
"""By the names of their tables. Rows of other archived tables have no page, but are counted and can be undone."""


async def list_deleted_by(kind: Kind, transaction_id: str, archived_at: datetime) -> browse.Page[Row]:
    """Return the rows of one kind that a deletion deleted, and how many there are."""
    filters = kind.archive.filter(
        state="any",
        transaction_id=transaction_id,
        archived_after=archived_at,
        archived_before=archived_at + timedelta(microseconds=1),
    )
    return await browse.list_rows(kind.archive, filters, limit=ROWS)


async def get_people(*lists: Iterable[Any]) -> dict[str, Row]:
    """Return the live users that rows or deletions name, by id."""
    rows = [row if isinstance(row, dict) else row.model_dump() for rows in lists for row in rows]
    ids = {row.get(name) for row in rows for name in ("archived_by", "restored_by", "owner_id")}
    return await queries.users.get_names(filter(None, ids))


def conflict_reason(error: psycopg.Error) -> str:
    """Return why something cannot be restored.

    Raises:
        psycopg.Error: the error itself, where it is no conflict.

    """
    answer = explain(error)
    if answer.status_code != 409:
        raise error
    return answer.detail
