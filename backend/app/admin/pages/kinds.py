"""What the pages of deleted items and of deleted users have in common, and what differs between them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg

from app import queries
from app.api.errors import explain
from app.archive import archives, browse
from app.archive.archives import Archive
from app.core.pool import Row

ROWS = 50
"""Rows on one page of a list."""


class Kind(NamedTuple):
    """What differs between deleted items, deleted users and deleted rows of any other table."""

    name: str
    """What several are called; `one` is what one is."""
    one: str
    archive: Archive
    address: str
    """Of its list, below the console's."""
    id_filter: str
    title: str
    """The column that a row is known by, where it is one."""

    def name_of(self, row: Row) -> str:
        """Return what a row is called: its key, the values of several columns separated by commas."""
        return ",".join("" if row[name] is None else str(row[name]) for name in self.archive.key)


ITEMS = Kind("items", "item", archives.ITEMS, "items", "item_id", "title")
USERS = Kind("users", "user", archives.USERS, "users", "user_id", "email")
KINDS = {"item": ITEMS, "user": USERS}
"""By the names of their tables. Rows of other tables have pages of their own."""


def of_table(archive: Archive) -> Kind:
    """Return the kind of rows of any table."""
    return Kind("rows", "row", archive, f"tables/{quote(archive.name, safe='')}", "key", archive.key[0])


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


async def ids_for_emails(filters: dict[str, str]) -> dict[str, str]:
    """Return the filters with the ids of owner and actor where an e-mail of somebody, live or deleted, stands."""
    emails = {name: value for name, value in filters.items() if name in {"owner_id", "archived_by"} and "@" in value}
    found = {name: await queries.users.find_person(email) for name, email in emails.items() if "\0" not in email}
    return filters | {name: id_ for name, id_ in found.items() if id_}


def conflict_reason(error: psycopg.Error) -> str:
    """Return why something cannot be restored.

    Raises:
        psycopg.Error: the error itself, where it is no conflict.

    """
    answer = explain(error)
    if answer.status_code != 409:
        raise error
    return answer.detail
