"""Undoing deletions, or previewing that: all rows of one transaction, whatever their tables."""

from datetime import datetime

from app.archive.outcomes import By, context, long_transaction, note_restore, select_outcomes
from app.core.pool import Row

_outcomes = select_outcomes(
    "archive.restore_transaction(cast(:transaction_id as xid8), cast(:archived_at as timestamptz),"
    " dry_run => context.dry_run)"
)

MAX_NOTES = 20


async def restore_transaction(transaction_id: str, *, by: By | None, archived_at: datetime | None = None) -> list[Row]:
    """Undo one deletion, all or nothing; without `by`, only say what would become of each row.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where it deleted nothing, AR409 where several deletions have this id and
            `archived_at` must say which one. AR409 where it cannot be undone; in a preview, that is an outcome.
        MissingGrant: the API's login lacks a right on a table.
        TooLarge: it takes longer than a request may.

    """
    when = f", '{archived_at.isoformat()}'" if archived_at else ""
    otherwise = f"Undo it in psql, as the owner: select * from archive.restore_transaction('{transaction_id}'{when})"
    async with long_transaction(otherwise) as own:
        rows = await _outcomes.rows(own, transaction_id=transaction_id, archived_at=archived_at, **context(by))
        if by and rows:
            await note_restore(own)
    return rows


def notes(outcomes: list[Row]) -> list[str]:
    """Say what an undo does not bring back: what the details of its rows say, each once, with the table."""
    found = dict.fromkeys(
        f"{outcome['table']}: {note}"
        for outcome in outcomes
        if outcome["outcome"] in ("restored", "would_restore") and outcome["detail"]
        for note in outcome["detail"].split("; ")
    )
    more = [f"and {len(found) - MAX_NOTES} more"] if len(found) > MAX_NOTES else []
    return [*found][:MAX_NOTES] + more
