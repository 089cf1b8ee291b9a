"""Who deletes a row and why: a part of the deleting statement, for the capture trigger to read."""

import uuid

from sqlalchemy import ARRAY, CTE, ColumnElement, Text, Uuid, bindparam, cast
from sqlmodel import func, select

from app.core import trace
from app.core.pool import Connection, Row
from app.core.statements import Statement


def _of(ids: ColumnElement[uuid.UUID]) -> CTE:
    return select(
        ids.label("id"),
        func.set_config("archive.actor", bindparam("actor"), True),
        func.set_config("archive.reason", bindparam("reason"), True),
    ).cte("deletion")


deletion = _of(bindparam("row_id", type_=Uuid))
"""A CTE with the id of the row to delete. A DELETE that takes the id from it has set actor and reason before.

Both settings end with the statement's transaction, so nothing leaks to the next user of a pooled connection, not even
through a transaction-mode pooler."""

deletion_of_many = _of(func.unnest(cast(bindparam("row_id"), ARRAY(Uuid))))
"""The same with the ids of many rows."""

deleting_transaction = cast(func.pg_current_xact_id(), Text).label("transaction_id")
"""What such a DELETE returns: the request's log line names its transaction, as the archived row does."""


async def run_deletion(
    delete: Statement,
    row_id: uuid.UUID | list[uuid.UUID],
    *,
    actor: uuid.UUID,
    reason: str | None = None,
    on: Connection | None = None,
    **values: object,
) -> list[Row]:
    """Run the DELETE of one row, or of many, and return what it returns of those that it deleted."""
    rows = await delete.rows(on, row_id=row_id, actor=str(actor), reason=reason or "", **values)
    if rows:
        trace.note_deletion(rows[0]["transaction_id"])
    return rows
