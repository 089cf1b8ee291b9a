"""Archived rows of one table: filtered, counted, newest first, page by page."""

import re
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Integer, Select, bindparam, inspect, literal_column
from sqlmodel import col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.pool import Connection, Row, connection
from app.core.statements import Statement
from app.models import ArchiveFilter, ItemArchive, UserArchive

COUNT_LIMIT = 10_000
"""Counts are exact up to this many rows. Beyond, the planner's estimate is returned: counting would read every row."""

SEARCH_SECONDS = 5
"""The statement timeout of a text search. The open month has no index for it, and without pg_trgm no month has."""

R = TypeVar("R")

Archived = type[ItemArchive] | type[UserArchive]


def _conditions(table: Archived, text_columns: Iterable[Any], **equal: Any) -> dict[str, ColumnElement[bool]]:
    """Return the conditions on archived rows, by the names of the filters and of the states."""
    equal |= {"archived_by": table.archived_by, "transaction_id": table.transaction_id}
    archived_at, restored_at, archive_id = col(table.archived_at), col(table.restored_at), col(table.archive_id)
    return {
        "archived": restored_at.is_(None),
        "restored": restored_at.is_not(None),
        **{name: col(column) == bindparam(name) for name, column in equal.items()},
        "archived_after": archived_at >= bindparam("archived_after"),
        "archived_before": archived_at < bindparam("archived_before"),
        "q": or_(*(col(column).ilike(bindparam("q")) for column in text_columns)),
        "before": archive_id < bindparam("before"),  # the page after this row
    }


CONDITIONS: dict[Any, dict[str, ColumnElement[bool]]] = {
    ItemArchive: _conditions(
        ItemArchive, [ItemArchive.title, ItemArchive.description], owner_id=ItemArchive.owner_id, item_id=ItemArchive.id
    ),
    UserArchive: _conditions(UserArchive, [UserArchive.email, UserArchive.full_name], user_id=UserArchive.id),
}


def _values(filters: ArchiveFilter) -> dict[str, Any]:
    """Return the names of the conditions that the filters set, with their values."""
    values = filters.model_dump(exclude_none=True)
    values[values.pop("state")] = True
    if "q" in values:
        # Build the LIKE pattern here: `'%' || q || '%'` in SQL would be evaluated for every row.
        values["q"] = "%" + re.sub(r"[\\%_]", r"\\\g<0>", values["q"]) + "%"
    return values


def _where(table: Archived, names: Iterable[str]) -> list[ColumnElement[bool]]:
    return [condition for name, condition in CONDITIONS[table].items() if name in names]


def select_rows(table: Archived, filters: ArchiveFilter) -> SelectOfScalar[Any]:
    """Select the rows that pass the filters, newest first."""
    values = _values(filters)
    return select(table).where(*_where(table, values)).order_by(col(table.archive_id).desc()).params(values)


class _Statements(NamedTuple):
    """A page of rows that pass the same filters, their number up to `COUNT_LIMIT`, and all their keys."""

    page: Statement
    total: Statement
    keys: Statement


@lru_cache(1000)
def _statements(table: Archived, names: frozenset[str], limit: int) -> _Statements:
    page = select(*inspect(table).columns).where(*_where(table, names)).order_by(col(table.archive_id).desc())
    keys = select(table.archive_id).where(*_where(table, names - {"before"}))
    total = select(func.count().label("count")).select_from(_limited(keys, COUNT_LIMIT + 1).subquery())
    # An hour and a year need different plans, so do a common and a rare text. All persons, items and transactions can
    # share one.
    statement = partial(Statement, planned_each_time=not names.isdisjoint({"archived_after", "archived_before", "q"}))
    return _Statements(statement(_limited(page, limit)), statement(total), statement(keys))


def _limited(statement: Select[Any], limit: int) -> Select[Any]:
    # A literal: where the limit is a parameter, a generic plan expects a tenth of all rows.
    return statement.limit(literal_column(str(limit), Integer))


@dataclass(frozen=True)
class Page(Generic[R]):
    """Archived rows, newest first, how many pass the filters in all, and where the next page begins."""

    rows: list[R]
    count: int
    count_exact: bool
    next_before: int | None


async def list_rows(table: Archived, filters: ArchiveFilter, *, limit: int, before: int | None = None) -> Page[Row]:
    """Return a page of the rows that pass the filters, newest first, after `before`.

    Raises:
        psycopg.errors.QueryCanceled: a text search takes longer than `SEARCH_SECONDS`.

    """
    return await _list(table, filters, limit, before, Statement.rows, lambda row: row["archive_id"])


async def list_json(table: Archived, filters: ArchiveFilter, *, limit: int, before: int | None = None) -> Page[str]:
    """Return the same page, each row in JSON."""
    return await _list(table, filters, limit, before, Statement.json, lambda row: from_json(row)["archive_id"])


async def _list(
    table: Archived,
    filters: ArchiveFilter,
    limit: int,
    before: int | None,
    read: Callable[..., Awaitable[list[R]]],
    archive_id: Callable[[R], int],
) -> Page[R]:
    values = _values(filters) | ({} if before is None else {"before": before})
    # One row beyond the limit tells whether there is a next page.
    statements = _statements(table, frozenset(values), limit + 1)
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(connection())
        if filters.q:
            await stack.enter_async_context(own.transaction())
            await own.execute(f"set local statement_timeout = '{SEARCH_SECONDS}s'".encode())
        rows = await read(statements.page, own, **values)
        is_only_page = before is None and len(rows) <= limit
        count, exact = (len(rows), True) if is_only_page else await _count(own, statements, values)
    return Page(rows[:limit], count, exact, archive_id(rows[limit - 1]) if len(rows) > limit else None)


async def _count(on: Connection, statements: _Statements, values: dict[str, Any]) -> tuple[int, bool]:
    """Return how many rows pass the filters, and whether that is exact: beyond `COUNT_LIMIT` it is an estimate."""
    (total,) = await statements.total.rows(on, **values)
    if total["count"] <= COUNT_LIMIT:
        return total["count"], True
    return max(COUNT_LIMIT + 1, await statements.keys.estimate(on, **values)), False


async def get_row(table: Archived, archive_id: int) -> Row | None:
    """Return one archived row."""
    return await _by_id(table).row(archive_id=archive_id)


async def get_json(table: Archived, archive_id: int) -> str | None:
    """Return one archived row in JSON."""
    return next(iter(await _by_id(table).json(archive_id=archive_id)), None)


@cache
def _by_id(table: Archived) -> Statement:
    return Statement(select(*inspect(table).columns).where(col(table.archive_id) == bindparam("archive_id")))
