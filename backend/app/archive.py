"""The archive, as the application calls it. Every rule is in `sql/archive/`; here are calls and the browse query."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Any, Generic, NamedTuple, Self, TypeVar

import psycopg
from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlalchemy import ColumnElement, Integer, Select, Uuid, bindparam, inspect, literal_column
from sqlmodel import Session, col, func, or_, select, text
from sqlmodel.sql.expression import SelectOfScalar

from app.core.pool import Connection, Row, connection
from app.core.statements import Statement
from app.models import (
    ArchiveFilter,
    ArchivePartition,
    ArchiveTable,
    DeletedDaily,
    Deletion,
    Deletions,
    HealthCheck,
    Item,
    ItemArchive,
    ItemPublic,
    Purge,
    TransactionId,
    User,
    UserArchive,
    UserPublic,
    public_columns,
)

COUNT_LIMIT = 10_000
"""Up to here a count is exact; beyond, reading every row to count them would cost more than it tells."""

SEARCH_SECONDS = 5
"""How long looking for a text may take: no index helps to find it."""

R = TypeVar("R")

Archived = type[ItemArchive] | type[UserArchive]

deletion = select(
    bindparam("row_id", type_=Uuid).label("id"),
    func.set_config("archive.actor", bindparam("actor"), True),
    func.set_config("archive.reason", bindparam("reason"), True),
).cte("deletion")
"""The id of a row to delete; a statement that finds its row by it is recorded with who deletes it, and why.

The settings end with the statement's transaction, so nothing leaks through a connection pool, a transaction-mode one
included. `context` gives the values."""


def context(row_id: uuid.UUID, actor: uuid.UUID, reason: str | None = None) -> dict[str, object]:
    """Return the values that `deletion` asks for."""
    return {"row_id": row_id, "actor": str(actor), "reason": reason or ""}


def health(session: Session, *, thorough: bool = False) -> list[HealthCheck]:
    """Ask the database whether the archive is in force; what is wrong comes first."""
    rows = session.execute(
        text("select cast(source as text), check_name, ok, severity, detail from archive.health(:thorough)"),
        {"thorough": thorough},
    )
    return [HealthCheck.model_validate(row) for row in rows]


async def daily() -> list[DeletedDaily]:
    """Return how many rows were deleted on each of the last 30 days, oldest first."""
    return [DeletedDaily.model_validate(row) for row in await _daily.rows()]


async def tables() -> list[ArchiveTable]:
    """Return the archived tables, and what they take."""
    return [ArchiveTable.model_validate(row) for row in await _tables.rows()]


async def partitions() -> list[ArchivePartition]:
    """Return the parts of all archives, newest month first."""
    return [ArchivePartition.model_validate(row) for row in await _partitions.rows()]


async def purges(*, limit: int) -> list[Purge]:
    """Return what was last purged, erased, held or released."""
    return [Purge.model_validate(row) for row in await _purges.rows(limit=limit)]


_daily = Statement(text("select day, rows, exact from archive.daily order by day"))
# Not its `rows`, which would count them all.
_tables = Statement(
    text("select archive._label(source) as source, bytes, oldest, newest, held from archive.tables order by 1")
)
_partitions = Statement(
    text(
        "select archive._label(source) as source, lower, upper, rows, bytes from archive.partition_sizes"
        " order by 1, lower desc nulls first"
    )
)
_purges = Statement(
    text(
        "select logged_at, action, source, rows, held, reason, actor, session_role"
        " from archive.purge_log order by log_id desc limit :limit"
    )
)


async def make_partitions() -> None:
    """Make the partitions of the months to come, where they are missing."""
    await _make_partitions.rows()


_make_partitions = Statement(text("select archive.make_partitions()"))


# Browsing


def _conditions(table: Archived, searched: Iterable[Any], **equal: Any) -> dict[str, ColumnElement[bool]]:
    """Return what may be asked of archived rows, by the names of the filters and of the states."""
    equal |= {"archived_by": table.archived_by, "transaction_id": table.transaction_id}
    archived_at, restored_at, archive_id = col(table.archived_at), col(table.restored_at), col(table.archive_id)
    return {
        "archived": restored_at.is_(None),
        "restored": restored_at.is_not(None),
        **{name: col(column) == bindparam(name) for name, column in equal.items()},
        "archived_after": archived_at >= bindparam("archived_after"),
        "archived_before": archived_at < bindparam("archived_before"),
        "q": or_(*(col(column).ilike(bindparam("q")) for column in searched)),
        "before": archive_id < bindparam("before"),  # the page after this row
    }


CONDITIONS: dict[Any, dict[str, ColumnElement[bool]]] = {
    ItemArchive: _conditions(
        ItemArchive, [ItemArchive.title, ItemArchive.description], owner_id=ItemArchive.owner_id, item_id=ItemArchive.id
    ),
    UserArchive: _conditions(UserArchive, [UserArchive.email, UserArchive.full_name], user_id=UserArchive.id),
}


def _asked(wanted: ArchiveFilter) -> dict[str, Any]:
    """Return the conditions that a filter names, with their values."""
    asked = wanted.model_dump(exclude_none=True)
    asked[asked.pop("state")] = True
    if "q" in asked:
        # A pattern that is whole already: what the statement put together, it would put together for each row.
        asked["q"] = "%" + re.sub(r"[\\%_]", r"\\\g<0>", asked["q"]) + "%"
    return asked


def _where(table: Archived, names: Iterable[str]) -> list[ColumnElement[bool]]:
    return [condition for name, condition in CONDITIONS[table].items() if name in names]


def matching(table: Archived, wanted: ArchiveFilter) -> SelectOfScalar[Any]:
    """Select the rows that pass a filter, newest first."""
    asked = _asked(wanted)
    return select(table).where(*_where(table, asked)).order_by(col(table.archive_id).desc()).params(asked)


class _Browse(NamedTuple):
    """What reads a page of archived rows, counts all that pass the same filter, and finds their keys."""

    page: Statement
    total: Statement
    keys: Statement


@lru_cache(1000)
def _browse(table: Archived, names: frozenset[str], limit: int) -> _Browse:
    page = select(*inspect(table).columns).where(*_where(table, names)).order_by(col(table.archive_id).desc())
    keys = select(table.archive_id).where(*_where(table, names - {"before"}))
    total = select(func.count().label("count")).select_from(_first(keys, COUNT_LIMIT + 1).subquery())
    # An hour and a year need different plans, a common text and a rare one; persons, items and transactions the same.
    statement = partial(Statement, planned_each_time=not names.isdisjoint({"archived_after", "archived_before", "q"}))
    return _Browse(statement(_first(page, limit)), statement(total), statement(keys))


def _first(statement: Select[Any], limit: int) -> Select[Any]:
    # Written out: where the planner does not know the limit, it plans for a tenth of all rows.
    return statement.limit(literal_column(str(limit), Integer))


@dataclass(frozen=True)
class Page(Generic[R]):
    """Archived rows, newest first, and how they fit into the whole."""

    rows: list[R]
    count: int
    count_exact: bool
    next_before: int | None


async def page(table: Archived, wanted: ArchiveFilter, *, limit: int, before: int | None = None) -> Page[Row]:
    """Return a page of the rows that pass a filter, newest first, after `before`.

    Raises:
        psycopg.errors.QueryCanceled: looking for a text takes longer than `SEARCH_SECONDS`.

    """
    return await _page(table, wanted, limit, before, Statement.rows, lambda row: row["archive_id"])


async def json_page(table: Archived, wanted: ArchiveFilter, *, limit: int, before: int | None = None) -> Page[str]:
    """Return the same, each row in JSON."""
    return await _page(table, wanted, limit, before, Statement.json, lambda row: from_json(row)["archive_id"])


async def _page(
    table: Archived,
    wanted: ArchiveFilter,
    limit: int,
    before: int | None,
    read: Callable[..., Awaitable[list[R]]],
    archive_id: Callable[[R], int],
) -> Page[R]:
    asked = _asked(wanted) | ({} if before is None else {"before": before})
    # One row more than asked for tells whether there is a next page.
    browse = _browse(table, frozenset(asked), limit + 1)
    async with AsyncExitStack() as stack:
        lent = await stack.enter_async_context(connection())
        if wanted.q:
            await stack.enter_async_context(lent.transaction())
            await lent.execute(f"set local statement_timeout = '{SEARCH_SECONDS}s'".encode())
        rows = await read(browse.page, lent, **asked)
        whole = before is None and len(rows) <= limit
        count, exact = (len(rows), True) if whole else await _count(lent, browse, asked)
    return Page(rows[:limit], count, exact, archive_id(rows[limit - 1]) if len(rows) > limit else None)


async def _count(lent: Connection, browse: _Browse, asked: dict[str, Any]) -> tuple[int, bool]:
    """Return how many rows pass a filter, and whether that is exact: beyond `COUNT_LIMIT` it is an estimate."""
    (counted,) = await browse.total.rows(lent, **asked)
    if counted["count"] <= COUNT_LIMIT:
        return counted["count"], True
    return max(COUNT_LIMIT + 1, await browse.keys.estimate(lent, **asked)), False


class Cursor(NamedTuple):
    """A place in the list of deletions: after this one. As text it is opaque."""

    transaction_id: str
    archived_at: datetime

    def __str__(self) -> str:
        """Write it, exact to the microsecond."""
        return f"{self.transaction_id}.{(self.archived_at - _EPOCH) // _MICROSECOND}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str` has written.

        Raises:
            ValueError: it has not.

        """
        transaction_id, microseconds = text.split(".")
        try:
            archived_at = _EPOCH + int(microseconds) * _MICROSECOND
        except OverflowError as error:
            raise ValueError("No such time") from error
        return cls(_TRANSACTION_ID.validate_python(transaction_id), archived_at)


_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_TRANSACTION_ID: TypeAdapter[str] = TypeAdapter(TransactionId)


async def deletions(*, limit: int, before: Cursor | None = None) -> Deletions:
    """Return a page of deletions, newest first, after `before`."""
    statement, place = (_earlier_deletions, before._asdict()) if before else (_deletions, {})
    # One more than asked for tells whether there is a next page.
    rows = await statement.rows(limit=limit + 1, **place)
    data = [Deletion.model_validate(row) for row in rows[:limit]]
    more = len(rows) > limit
    next_before = str(Cursor(data[-1].transaction_id, data[-1].archived_at)) if more else None
    return Deletions(data=data, next_before=next_before)


async def deletion_of(transaction_id: str, *, archived_at: datetime | None = None) -> list[Deletion]:
    """Return the deletion with this transaction id; several where `archived_at` must tell which is meant."""
    statement = _deletion_at if archived_at else _deletion
    rows = await statement.rows(transaction_id=transaction_id, archived_at=archived_at, limit=100)
    return [Deletion.model_validate(row) for row in rows]


def _deletions_where(condition: str) -> Statement:
    return Statement(
        text(
            "select t.transaction_id::text, archived_at, archived_by, reason, session_role, application_name,"
            "       client_addr, rows, restored"
            f" from archive.transactions t where {condition}"
            " order by archived_at desc, t.transaction_id desc limit :limit"
        ),
        planned_each_time=True,  # for the limit
    )


_deletions = _deletions_where("true")
_deletion = _deletions_where("t.transaction_id = cast(:transaction_id as xid8)")
_deletion_at = _deletions_where(
    "t.transaction_id = cast(:transaction_id as xid8) and archived_at = cast(:archived_at as timestamptz)"
)
_earlier_deletions = _deletions_where(
    "(archived_at, t.transaction_id) < (cast(:archived_at as timestamptz), cast(:transaction_id as xid8))"
)


async def get(table: Archived, archive_id: int) -> Row | None:
    """Return one deleted row."""
    return await _one(table).row(archive_id=archive_id)


async def get_json(table: Archived, archive_id: int) -> str | None:
    """Return the same in JSON."""
    return next(iter(await _one(table).json(archive_id=archive_id)), None)


@cache
def _one(table: Archived) -> Statement:
    return Statement(select(*inspect(table).columns).where(col(table.archive_id) == bindparam("archive_id")))


# Restoring


async def restore_item(archive_id: int, *, actor: uuid.UUID, owner_id: uuid.UUID | None = None) -> Row:
    """Bring one deleted item back under its old id, to its old owner or the one named.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where there is no such row, AR409 where it cannot be restored.

    """
    return await _restored(_item, "item", archive_id, actor, owner_id)


async def restore_user(archive_id: int, *, actor: uuid.UUID) -> Row:
    """Bring one deleted user back under their old id.

    Raises:
        psycopg.Error: as for an item.

    """
    return await _restored(_user, "user", archive_id, actor)


_item = Statement(select(*public_columns(Item, ItemPublic)).where(col(Item.id) == bindparam("id")))
_user = Statement(select(*public_columns(User, UserPublic)).where(col(User.id) == bindparam("id")))


class MayNotRestore(psycopg.Error):
    """The API's login has no right to a table that a DBA archives: a conflict like any other."""

    sqlstate = "AR409"


async def _outcomes(restore: Statement, on: Connection | None = None, /, **values: object) -> list[Row]:
    try:
        return await restore.rows(on, **values)
    except psycopg.errors.InsufficientPrivilege as error:
        told = f"{error.diag.message_primary}: grant SELECT and INSERT to archive_runtime, or restore in psql"
        raise MayNotRestore(told) from error


async def _restored(
    live: Statement, table: str, archive_id: int, actor: uuid.UUID, owner_id: uuid.UUID | None = None
) -> Row:
    async with connection() as lent, lent.transaction():
        which = _which(table, archive_id, owner_id)
        (done,) = await _outcomes(_restore, lent, **which, actor=str(actor), dry_run=False)
        (row,) = await live.rows(lent, id=uuid.UUID(done["row_id"]))
    return row


async def preview_item(archive_id: int, *, owner_id: uuid.UUID | None = None) -> Row:
    """Tell what `restore_item` would do, by doing it in a subtransaction that is rolled back.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where there is no such row.

    """
    return await _previewed("item", archive_id, owner_id)


async def preview_user(archive_id: int) -> Row:
    """Tell what `restore_user` would do.

    Raises:
        psycopg.Error: as for an item.

    """
    return await _previewed("user", archive_id)


async def _previewed(table: str, archive_id: int, owner_id: uuid.UUID | None = None) -> Row:
    (outcome,) = await _outcomes(_restore, **_which(table, archive_id, owner_id), actor="", dry_run=True)
    return outcome


def _which(table: str, archive_id: int, owner_id: uuid.UUID | None) -> dict[str, object]:
    overrides = {"owner_id": str(owner_id)} if owner_id else {}
    return {"source": f'public."{table}"', "archive_id": archive_id, "overrides": json.dumps(overrides)}


async def restore_transaction(
    transaction_id: str, *, actor: uuid.UUID, archived_at: datetime | None = None
) -> list[Row]:
    """Undo one deletion, all or nothing.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where it deleted nothing, AR409 where it cannot be undone, or where
            `archived_at` must tell which one of several with this id is meant.

    """
    return await _outcomes(
        _restore_transaction, transaction_id=transaction_id, archived_at=archived_at, actor=str(actor), dry_run=False
    )


async def preview_transaction(transaction_id: str, *, archived_at: datetime | None = None) -> list[Row]:
    """Tell what `restore_transaction` would do.

    Raises:
        psycopg.Error: as there, but a conflict is an outcome, not an error.

    """
    return await _outcomes(
        _restore_transaction, transaction_id=transaction_id, archived_at=archived_at, actor="", dry_run=True
    )


def _outcomes_of(call: str) -> Statement:
    """Select what a restore did, or would do, with each row. It asks for something of the context, which says who."""
    return Statement(
        text(
            "with context as materialized ("
            "    select set_config('archive.actor', :actor, true), cast(:dry_run as boolean) as dry_run)"
            ' select archive._label(source) as "table", archive_id, row_id, outcome, detail'
            f"  from context, lateral {call}"
        )
    )


_restore = _outcomes_of(
    "archive.restore(cast(:source as regclass), array[cast(:archive_id as bigint)], cast(:overrides as jsonb),"
    " dry_run => context.dry_run)"
)
_restore_transaction = _outcomes_of(
    "archive.restore_transaction(cast(:transaction_id as xid8), cast(:archived_at as timestamptz),"
    " dry_run => context.dry_run)"
)
