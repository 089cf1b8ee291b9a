"""What is known of the request that is being answered: its id, and who did what in which transaction."""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass

from app.core import metrics


@dataclass(slots=True)
class Trace:
    """One request. Worker threads that work for it see it too."""

    request_id: str
    client: str
    """The address from which it came."""
    user_id: uuid.UUID | None = None
    transaction_id: str | None = None
    """The transaction that deleted or restored rows: `transaction_id` in the archive, or that of the restore."""


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def begin(request_id: str, client: str) -> Trace:
    """Begin the trace of a request, in the task that answers it."""
    trace = Trace(request_id, client)
    _current.set(trace)
    return trace


def current() -> Trace | None:
    """Return the trace of this request; None outside any."""
    return _current.get()


def note_user(user_id: uuid.UUID) -> None:
    """Note who is signed in."""
    if trace := _current.get():
        trace.user_id = user_id


def note_deletion(transaction_id: str) -> None:
    """Note, and count, the transaction that has deleted rows."""
    metrics.count_deletion()
    _note_transaction(transaction_id)


def note_restore(transaction_id: str) -> None:
    """Note, and count, the transaction that has restored rows."""
    metrics.count_restore()
    _note_transaction(transaction_id)


def _note_transaction(transaction_id: str) -> None:
    if trace := _current.get():
        trace.transaction_id = transaction_id
