"""Archived rows of one table: filtered, counted, newest first, page by page."""

import re
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal_column, select

from app.archive.access import explained
from app.archive.archives import Archive
from app.core.pool import Connection, Row, connection
from app.core.statements import Statement
from app.models import ArchiveFilter

COUNT_LIMIT = 10_000
"""Counts are exact up to this many rows. Beyond, the planner's estimate is returned: counting would read every row."""

SEARCH_SECONDS = 5
"""The statement timeout of a text search. The open month has no index for it, and without pg_trgm no month has."""

PLANNED_EACH_TIME = {"archived_after", "archived_before", "q"}
"""Filters whose values need plans of their own: an hour and a year, a common and a rare text. All persons, items and
transactions can share one."""

R = TypeVar("R")


def _values(filters: ArchiveFilter) -> dict[str, Any]:
    """Return the names of the conditions that the filters set, with their values."""
    values = filters.model_dump(exclude_none=True)
    values[values.pop("state")] = True
    if "q" in values:
        # Build the LIKE pattern here: `'%' || q || '%'` in SQL would be evaluated for every row.
        values["q"] = "%" + re.sub(r"[\\%_]", r"\\\g<0>", values["q"]) + "%"
    return values


def _select(archive: Archive, names: Iterable[str]) -> Select[Any]:
    """Select the rows that pass these conditions, newest first."""
    conditions = [condition for name, condition in archive.conditions.items() if name in names]
    return select(*archive.columns).where(*conditions).order_by(_archive_id(archive).desc())


def _archive_id(archive: Archive) -> ColumnElement[int]:
    return next(column for column in archive.columns if column.key == "archive_id")


def select_rows(archive: Archive, filters: ArchiveFilter) -> Select[Any]:
    """Select the rows that pass the filters, newest first."""
    values = _values(filters)
    return _select(archive, values).params(values)


class _Statements(NamedTuple):
    """A page of rows that pass the same filters, their number up to `COUNT_LIMIT`, all their keys, and these in one."""

    page: Statement
    total: Statement
    keys: Statement
    ids: Statement


@lru_cache(1000)
def _statements(archive: Archive, names: frozenset[str], limit: int) -> _Statements:
    page = _select(archive, names)
    keys = _select(archive, names - {"before"}).with_only_columns(_archive_id(archive)).order_by(None)
    total = select(func.count().label("count")).select_from(_limited(keys, COUNT_LIMIT + 1).subquery())
    statement = partial(Statement, planned_each_time=not names.isdisjoint(PLANNED_EACH_TIME))
    ids = select(func.array_agg(keys.subquery().c.archive_id).label("ids"))
    return _Statements(statement(_limited(page, limit)), statement(total), statement(keys), statement(ids))


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


async def list_rows(archive: Archive, filters: ArchiveFilter, *, limit: int, before: int | None = None) -> Page[Row]:
    """Return a page of the rows that pass the filters, newest first, after `before`.

    Raises:
        psycopg.errors.QueryCanceled: a text search takes longer than `SEARCH_SECONDS`.
        MissingGrant: the API's login may not read the archive.
        InvalidFilter: the filter's key cannot be one of the table.

    """
    return await _list(archive, filters, limit, before, Statement.rows, lambda row: row["archive_id"])


async def list_json(archive: Archive, filters: ArchiveFilter, *, limit: int, before: int | None = None) -> Page[str]:
    """Return the same page, each row in JSON."""
    return await _list(archive, filters, limit, before, Statement.json, lambda row: from_json(row)["archive_id"])


async def list_ids(archive: Archive, filters: ArchiveFilter, *, on: Connection) -> list[int]:
    """Return the ids of all rows that pass the filters."""
    values = _values(filters)
    with explained("SELECT", filters=filters, place="body"):
        row = await _statements(archive, frozenset(values), 1).ids.row(on, **values)
    return (row and row["ids"]) or []


async def _list(
    archive: Archive,
    filters: ArchiveFilter,
    limit: int,
    before: int | None,
    read: Callable[..., Awaitable[list[R]]],
    archive_id: Callable[[R], int],
) -> Page[R]:
    values = _values(filters) | ({} if before is None else {"before": before})
    # One row beyond the limit tells whether there is a next page.
    statements = _statements(archive, frozenset(values), limit + 1)
    async with AsyncExitStack() as stack:
        stack.enter_context(explained("SELECT", filters=filters))
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


async def get_row(archive: Archive, archive_id: int) -> Row | None:
    """Return one archived row."""
    with explained("SELECT"):
        return await _by_id(archive).row(archive_id=archive_id)


async def get_json(archive: Archive, archive_id: int) -> str | None:
    """Return one archived row in JSON."""
    with explained("SELECT"):
        return next(iter(await _by_id(archive).json(archive_id=archive_id)), None)


@cache
def _by_id(archive: Archive) -> Statement:
    return Statement(_select(archive, []).where(_archive_id(archive) == bindparam("archive_id")))
