"""Deletions, each one transaction's: listed newest first, page by page."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from pydantic import TypeAdapter
from sqlmodel import text

from app.core.statements import Statement
from app.models import Deletion, Deletions, TransactionId

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_TRANSACTION_ID: TypeAdapter[str] = TypeAdapter(TransactionId)


class Cursor(NamedTuple):
    """The last deletion of a page: the next page begins after it. Opaque to clients, as text."""

    transaction_id: str
    archived_at: datetime

    def __str__(self) -> str:
        """Write it, exact to the microsecond."""
        return f"{self.transaction_id}.{(self.archived_at - _EPOCH) // _MICROSECOND}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str` has written.

        Raises:
            ValueError: `str` has not written this.

        """
        transaction_id, microseconds = text.split(".")
        try:
            archived_at = _EPOCH + int(microseconds) * _MICROSECOND
        except OverflowError as error:
            raise ValueError("No such time") from error
        return cls(_TRANSACTION_ID.validate_python(transaction_id), archived_at)


def _select_where(condition: str) -> Statement:
    return Statement(
        text(
            "select t.transaction_id::text, archived_at, archived_by, reason, session_role, application_name,"
            "       client_addr, rows, restored"
            f" from archive.transactions t where {condition}"
            " order by archived_at desc, t.transaction_id desc limit :limit"
        ),
        planned_each_time=True,  # for the limit
    )


_newest = _select_where("true")
_after_cursor = _select_where(
    "(archived_at, t.transaction_id) < (cast(:archived_at as timestamptz), cast(:transaction_id as xid8))"
)
_by_id = _select_where("t.transaction_id = cast(:transaction_id as xid8)")
_by_id_and_time = _select_where(
    "t.transaction_id = cast(:transaction_id as xid8) and archived_at = cast(:archived_at as timestamptz)"
)


async def list_deletions(*, limit: int, before: Cursor | None = None) -> Deletions:
    """Return a page of deletions, newest first, after the cursor."""
    statement, values = (_after_cursor, before._asdict()) if before else (_newest, {})
    # One row beyond the limit tells whether there is a next page.
    rows = await statement.rows(limit=limit + 1, **values)
    data = [Deletion.model_validate(row) for row in rows[:limit]]
    has_next = len(rows) > limit
    next_before = str(Cursor(data[-1].transaction_id, data[-1].archived_at)) if has_next else None
    return Deletions(data=data, next_before=next_before)


async def find_deletions(transaction_id: str, *, archived_at: datetime | None = None) -> list[Deletion]:
    """Return the deletion with this transaction id; several where only `archived_at` distinguishes them."""
    statement = _by_id_and_time if archived_at else _by_id
    rows = await statement.rows(transaction_id=transaction_id, archived_at=archived_at, limit=100)
    return [Deletion.model_validate(row) for row in rows]
