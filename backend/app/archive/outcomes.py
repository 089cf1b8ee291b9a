"""The statements by which archived rows are restored: what became of each row, as the archive's functions say it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import psycopg
from sqlmodel import text

from app.archive.access import explained
from app.core import trace
from app.core.pool import Connection, connection
from app.core.statements import Statement
from app.errors import TooLarge

SECONDS = 300
"""The time limit of an undo, of a restore of many rows, and of their previews. Within the statement timeout of the
API's login, 30 seconds, it can delete more rows than it could restore."""

MAX_LISTED = 1000
"""How many rows a restore of many lists: first those that were not restored, then those with a detail."""


class By(NamedTuple):
    """Who restores, and why."""

    actor: uuid.UUID
    reason: str | None = None


def select_outcomes(call: str) -> Statement:
    """Select the outcome of each row that a call restores or would restore.

    The call takes `dry_run` from the CTE, so PostgreSQL has set actor and reason before it runs.
    """
    return Statement(text(_outcomes(call)))


def sum_up_outcomes(call: str) -> Statement:
    """Select, in one row, how many rows have each outcome, and the first of them."""
    return Statement(
        text(
            f"with outcomes as materialized ({_outcomes(call)}), listed as ("
            "    select * from outcomes"
            "     order by outcome in ('restored', 'would_restore'), detail is null, archive_id desc"
            f"    limit {MAX_LISTED}"
            ")"
            " select (select coalesce(jsonb_agg(l), '[]') from listed l) as data,"
            "        coalesce(jsonb_object_agg(c.outcome, c.count), '{}') as outcomes,"
            "        cast(coalesce(sum(c.count), 0) as bigint) as count"
            "   from (select outcome, count(*) from outcomes group by outcome) c"
        )
    )


def _outcomes(call: str) -> str:
    return (
        "with context as materialized ("
        "    select set_config('archive.actor', :actor, true), set_config('archive.reason', :reason, true),"
        "           cast(:dry_run as boolean) as dry_run)"
        ' select archive._label(source) as "table", archive_id, row_id, outcome, detail'
        f"  from context, lateral {call}"
    )


def context(by: By | None) -> dict[str, object]:
    """Return the values of such a statement's context. None is for a preview."""
    return {"actor": str(by.actor) if by else "", "reason": (by and by.reason) or "", "dry_run": by is None}


@asynccontextmanager
async def long_transaction(otherwise: str) -> AsyncIterator[Connection]:
    """Open a transaction in which a statement may take `SECONDS`.

    Raises:
        MissingGrant: the API's login lacks a right.
        TooLarge: it takes longer; `otherwise` says what to do.

    """
    async with connection() as own, own.transaction():
        await own.execute(f"set local statement_timeout = '{SECONDS}s'".encode())
        try:
            with explained("SELECT", "INSERT"):
                yield own
        except psycopg.errors.QueryCanceled as error:
            raise TooLarge(f"This takes longer than {SECONDS} seconds. {otherwise}") from error


_transaction_id = Statement(text("select cast(pg_current_xact_id() as text) as transaction_id"))


async def note_restore(on: Connection) -> None:
    """Tell the request's log line which transaction has restored rows."""
    row = await _transaction_id.row(on)
    if row:
        trace.note_restore(row["transaction_id"])
