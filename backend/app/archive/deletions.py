"""Deletions, each one transaction's: listed newest first, page by page."""

import json
from datetime import datetime

import psycopg
from sqlmodel import text

from app.archive.archives import find_archive
from app.core.statements import Statement
from app.errors import InvalidFilter
from app.models import Deletion, DeletionFilter, Deletions

_COLUMNS = (
    "transaction_id::text, archived_at, archived_by, reason, session_role, application_name, client_addr,"
    " rows, rows_exact, restored, cursor"
)
_page = Statement(text(f"select {_COLUMNS} from archive.deletions(:before, :max_rows, cast(:filters as jsonb))"))
_deletion = Statement(
    text(
        f"select {_COLUMNS} from archive.deletion("
        "    cast(cast(:transaction_id as text) as xid8), cast(:archived_at as timestamptz))"
    )
)

ALL = DeletionFilter()


async def list_deletions(
    filters: DeletionFilter = ALL, *, limit: int, before: str | None = None, by: list[str] | None = None
) -> Deletions:
    """Return a page of the deletions that pass the filters, newest first, after that whose cursor is `before`.

    `by` takes the place of the filter `archived_by`: any of these did it.

    Raises:
        InvalidFilter: the table is not archived, or `before` is no cursor.

    """
    if filters.table and not await find_archive(filters.table):
        raise InvalidFilter("query", "table", "No such table is archived")
    known = set(DeletionFilter.model_fields)
    values = filters.model_dump(mode="json", include=known, exclude_none=True) | ({"archived_by": by} if by else {})
    conditions = json.dumps({"reason" if name == "q" else name: value for name, value in values.items()})
    # One row beyond the limit tells whether there is a next page.
    try:
        rows = await _page.rows(before=before, max_rows=limit + 1, filters=conditions)
    except psycopg.Error as error:
        if error.sqlstate != "AR422":
            raise
        raise InvalidFilter("query", "before", "No page begins there") from error
    data = [Deletion.model_validate(row) for row in rows[:limit]]
    return Deletions(data=data, next_before=rows[limit - 1]["cursor"] if len(rows) > limit else None)


async def find_deletions(transaction_id: str, *, archived_at: datetime | None = None) -> list[Deletion]:
    """Return the deletion with this transaction id; several where only `archived_at` distinguishes them."""
    rows = await _deletion.rows(transaction_id=transaction_id, archived_at=archived_at)
    return [Deletion.model_validate(row) for row in rows]
