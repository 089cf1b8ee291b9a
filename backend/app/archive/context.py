"""Who deletes a row and why: a part of the deleting statement, for the capture trigger to read."""

import uuid

from sqlalchemy import Text, Uuid, bindparam, cast
from sqlmodel import func, select

from app.core import trace
from app.core.pool import Connection
from app.core.statements import Statement

deletion = select(
    bindparam("row_id", type_=Uuid).label("id"),
    func.set_config("archive.actor", bindparam("actor"), True),
    func.set_config("archive.reason", bindparam("reason"), True),
).cte("deletion")
"""A CTE with the id of the row to delete. A DELETE that takes the id from it has set actor and reason before.

Both settings end with the statement's transaction, so nothing leaks to the next user of a pooled connection, not even
through a transaction-mode pooler."""


deleting_transaction = cast(func.pg_current_xact_id(), Text).label("transaction_id")
"""What such a DELETE returns: the request's log line names its transaction, as the archived row does."""


async def run_deletion(
    delete: Statement,
    row_id: uuid.UUID,
    *,
    actor: uuid.UUID,
    reason: str | None = None,
    on: Connection | None = None,
    **values: object,
) -> bool:
    """Run the DELETE of one row, and return whether it deleted the row."""
    row = await delete.row(on, row_id=row_id, actor=str(actor), reason=reason or "", **values)
    if row:
        trace.note_deletion(row["transaction_id"])
    return row is not None
