"""Who deletes a row and why: a part of the deleting statement, for the capture trigger to read."""

import uuid

from sqlalchemy import Uuid, bindparam
from sqlmodel import func, select

deletion = select(
    bindparam("row_id", type_=Uuid).label("id"),
    func.set_config("archive.actor", bindparam("actor"), True),
    func.set_config("archive.reason", bindparam("reason"), True),
).cte("deletion")
"""A CTE with the id of the row to delete. A DELETE that takes the id from it has set actor and reason before.

Both settings end with the statement's transaction, so nothing leaks to the next user of a pooled connection, not even
through a transaction-mode pooler. `deletion_values` returns its parameters."""


def deletion_values(row_id: uuid.UUID, actor: uuid.UUID, reason: str | None = None) -> dict[str, object]:
    """Return the parameters of `deletion`."""
    return {"row_id": row_id, "actor": str(actor), "reason": reason or ""}
