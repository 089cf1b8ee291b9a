"""Restoring archived rows and undoing deletions, or previewing either."""

import json
import uuid
from datetime import datetime

import psycopg
from sqlalchemy import bindparam
from sqlmodel import col, select, text

from app.core import trace
from app.core.config import settings
from app.core.pool import Connection, Row, connection
from app.core.statements import Statement
from app.errors import TooLarge
from app.models import Item, ItemPublic, User, UserPublic, public_columns


def _select_outcomes(call: str) -> Statement:
    """Select the outcome of each row that a call restores or would restore.

    The call takes `dry_run` from the CTE, so PostgreSQL has set the actor before it runs.
    """
    return Statement(
        text(
            "with context as materialized ("
            "    select set_config('archive.actor', :actor, true), cast(:dry_run as boolean) as dry_run)"
            ' select archive._label(source) as "table", archive_id, row_id, outcome, detail'
            f"  from context, lateral {call}"
        )
    )


_restore_row_statement = _select_outcomes(
    "archive.restore(cast(:source as regclass), array[cast(:archive_id as bigint)], cast(:overrides as jsonb),"
    " dry_run => context.dry_run)"
)
_restore_transaction_statement = _select_outcomes(
    "archive.restore_transaction(cast(:transaction_id as xid8), cast(:archived_at as timestamptz),"
    " dry_run => context.dry_run)"
)
_transaction_id = Statement(text("select cast(pg_current_xact_id() as text) as transaction_id"))
_live_item = Statement(select(*public_columns(Item, ItemPublic)).where(col(Item.id) == bindparam("id")))
_live_user = Statement(select(*public_columns(User, UserPublic)).where(col(User.id) == bindparam("id")))


UNDO_SECONDS = 300
"""The time limit of an undo and its preview. Within the statement timeout of the API's login, 30 seconds, it can delete
more rows than it could restore."""


MAX_NOTES = 20


class MayNotRestore(psycopg.Error):
    """The API's login lacks a right on a table that a DBA archives: a conflict like any other."""

    sqlstate = "AR409"


async def restore_item(archive_id: int, *, actor: uuid.UUID, owner_id: uuid.UUID | None = None) -> Row:
    """Restore one item under its old id, to its old owner or to `owner_id`.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where there is no such row, AR409 where it cannot be restored.

    """
    return await _restore_row(_live_item, "item", archive_id, actor, owner_id)


async def restore_user(archive_id: int, *, actor: uuid.UUID) -> Row:
    """Restore one user under their old id.

    Raises:
        psycopg.Error: as for an item.

    """
    return await _restore_row(_live_user, "user", archive_id, actor)


async def preview_item(archive_id: int, *, owner_id: uuid.UUID | None = None) -> Row:
    """Return the outcome that `restore_item` would have: the database restores in a subtransaction and rolls it back.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where there is no such row.

    """
    return await _preview_row("item", archive_id, owner_id)


async def preview_user(archive_id: int) -> Row:
    """Return the outcome that `restore_user` would have.

    Raises:
        psycopg.Error: as for an item.

    """
    return await _preview_row("user", archive_id)


async def restore_transaction(
    transaction_id: str, *, actor: uuid.UUID, archived_at: datetime | None = None
) -> list[Row]:
    """Undo one deletion, all or nothing.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where it deleted nothing, AR409 where it cannot be undone or where several
            deletions have this id and `archived_at` must say which one.
        TooLarge: it takes longer than `UNDO_SECONDS`.

    """
    return await _undo(transaction_id, archived_at, actor=str(actor), dry_run=False)


async def preview_transaction(transaction_id: str, *, archived_at: datetime | None = None) -> list[Row]:
    """Return the outcomes that `restore_transaction` would have.

    Raises:
        psycopg.Error: as there, but a conflict is an outcome, not an error.

    """
    return await _undo(transaction_id, archived_at, actor="", dry_run=True)


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


async def _undo(transaction_id: str, archived_at: datetime | None, **values: object) -> list[Row]:
    values |= {"transaction_id": transaction_id, "archived_at": archived_at}
    async with connection() as own, own.transaction():
        await own.execute(f"set local statement_timeout = '{UNDO_SECONDS}s'".encode())
        try:
            rows = await _outcomes(_restore_transaction_statement, own, **values)
            await _note_restore(own, rows)
            return rows
        except psycopg.errors.QueryCanceled as error:
            when = f", '{archived_at.isoformat()}'" if archived_at else ""
            raise TooLarge(
                f"This takes longer than {UNDO_SECONDS} seconds. Undo it in psql, as the owner:"
                f" select * from archive.restore_transaction('{transaction_id}'{when})"
            ) from error


async def _restore_row(
    live: Statement, table: str, archive_id: int, actor: uuid.UUID, owner_id: uuid.UUID | None = None
) -> Row:
    arguments = _arguments(table, archive_id, owner_id)
    async with connection() as own, own.transaction():
        (outcome,) = await _outcomes(_restore_row_statement, own, **arguments, actor=str(actor), dry_run=False)
        (row,) = await live.rows(own, id=uuid.UUID(outcome["row_id"]))
        await _note_restore(own, [outcome])
    return row


async def _note_restore(on: Connection, outcomes: list[Row]) -> None:
    """Tell the request's log line which transaction has restored rows, unless it was a preview."""
    if any(outcome["outcome"] in ("restored", "copied") for outcome in outcomes):
        (row,) = await _transaction_id.rows(on)
        trace.note_restore(row["transaction_id"])


async def _preview_row(table: str, archive_id: int, owner_id: uuid.UUID | None = None) -> Row:
    arguments = _arguments(table, archive_id, owner_id)
    (outcome,) = await _outcomes(_restore_row_statement, **arguments, actor="", dry_run=True)
    return outcome


def _arguments(table: str, archive_id: int, owner_id: uuid.UUID | None) -> dict[str, object]:
    overrides = {"owner_id": str(owner_id)} if owner_id else {}
    return {"source": f'public."{table}"', "archive_id": archive_id, "overrides": json.dumps(overrides)}


async def _outcomes(restore: Statement, on: Connection | None = None, /, **values: object) -> list[Row]:
    try:
        return await restore.rows(on, **values)
    except psycopg.errors.InsufficientPrivilege as error:
        role = f"{settings.ARCHIVE_ROLES}_runtime"
        message = f"{error.diag.message_primary}: grant SELECT and INSERT to {role}, or restore in psql"
        raise MayNotRestore(message) from error
