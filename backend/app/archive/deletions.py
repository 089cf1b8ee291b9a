"""Deletions, each one transaction's: listed newest first, page by page."""

from datetime import datetime

from sqlmodel import text

from app.core.statements import Statement
from app.models import Deletion, Deletions

_COLUMNS = (
    "transaction_id::text, archived_at, archived_by, reason, session_role, application_name, client_addr,"
    " rows, rows_exact, restored, cursor"
)
_page = Statement(text(f"select {_COLUMNS} from archive.deletions(:before, :max_rows)"))
_deletion = Statement(
    text(
        f"select {_COLUMNS} from archive.deletion("
        "    cast(cast(:transaction_id as text) as xid8), cast(:archived_at as timestamptz))"
    )
)


async def list_deletions(*, limit: int, before: str | None = None) -> Deletions:
    """Return a page of deletions, newest first, after that whose cursor is `before`.

    Raises:
        psycopg.Error: with SQLSTATE AR422 where `before` is no cursor.

    """
    # One row beyond the limit tells whether there is a next page.
    rows = await _page.rows(before=before, max_rows=limit + 1)
    data = [Deletion.model_validate(row) for row in rows[:limit]]
    return Deletions(data=data, next_before=rows[limit - 1]["cursor"] if len(rows) > limit else None)


async def find_deletions(transaction_id: str, *, archived_at: datetime | None = None) -> list[Deletion]:
    """Return the deletion with this transaction id; several where only `archived_at` distinguishes them."""
    rows = await _deletion.rows(transaction_id=transaction_id, archived_at=archived_at)
    return [Deletion.model_validate(row) for row in rows]
