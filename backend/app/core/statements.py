"""Single statements: written with SQLModel, compiled once, run by psycopg on the event loop.

A worker thread per statement would cost more than the statement itself. So would an ORM session, which begins and rolls
back a transaction, looks up the compiled statement again and makes objects of the rows. `make bench NAMES=http`
compares them.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from pydantic_core import from_json
from sqlalchemy import ClauseElement, ColumnElement, DateTime, Select, Text, and_, case, cast, func, literal_column

from app.core.db import engine
from app.core.pool import Connection, Row, connection

R = TypeVar("R")

TIME = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
"""How `to_char` writes a time as pydantic does."""


class AnyTime(DateTime):
    """A time that this program has not written: it may be infinite, or before our era."""


def _for_json(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Write times in UTC, whatever the connection's time zone is."""
    if not isinstance(column.type, DateTime):
        return column
    written: ColumnElement[Any] = func.to_char(func.timezone(literal_column("'UTC'"), column), literal_column(TIME))
    if isinstance(column.type, AnyTime):
        ours = and_(func.isfinite(column), column >= literal_column("'0001-01-01 UTC'"))
        written = case((ours, written), else_=cast(column, Text))
    return written.label(column.key)


class Statement:
    """A statement on rows. Its values are named by `bindparam`, or by `columns` where it sets them.

    Each method runs it, on a connection from the pool unless one is given. One generic plan serves for all values. With
    `planned_each_time` the values are written into the statement instead, and PostgreSQL plans for them.
    """

    def __init__(self, statement: ClauseElement, *columns: str, planned_each_time: bool = False) -> None:
        compiled = statement.compile(dialect=engine.dialect, column_keys=columns or None)
        self._sql = str(compiled).encode()
        self._constants = {name: value for name, value in (compiled.params or {}).items() if value is not None}
        self._cursor = psycopg.AsyncClientCursor if planned_each_time else psycopg.AsyncCursor
        if isinstance(statement, Select):
            in_json = statement.with_only_columns(*map(_for_json, statement.selected_columns))
            query = str(in_json.compile(dialect=engine.dialect)).encode()
            self._json = b"select row_to_json(r) as json from (%b) r" % query

    async def rows(self, on: Connection | None = None, /, **values: object) -> list[Row]:
        """Return every row."""
        return await self._run(on, self._sql, values, psycopg.AsyncCursor.fetchall)

    async def row(self, on: Connection | None = None, /, **values: object) -> Row | None:
        """Return the first row."""
        return await self._run(on, self._sql, values, psycopg.AsyncCursor.fetchone)

    async def json(self, on: Connection | None = None, /, **values: object) -> list[str]:
        """Return every row of a query as a JSON object written by PostgreSQL: Python neither parses nor writes it."""
        return [row["json"] for row in await self._run(on, self._json, values, psycopg.AsyncCursor.fetchall)]

    async def count(self, on: Connection | None = None, /, **values: object) -> int:
        """Return how many rows it found or changed."""
        return await self._run(on, self._sql, values, _rowcount)

    async def estimate(self, on: Connection | None = None, /, **values: object) -> int:
        """Return how many rows the planner expects a query to find, without running it."""
        (plan,) = await self._run(on, b"explain (format json) " + self._sql, values, psycopg.AsyncCursor.fetchall)
        return int(from_json(plan["QUERY PLAN"])[0]["Plan"]["Plan Rows"])

    async def _run(
        self,
        on: Connection | None,
        sql: bytes,
        values: dict[str, object],
        result: Callable[[psycopg.AsyncCursor[Row]], Awaitable[R]],
    ) -> R:
        if on:
            return await result(await self._cursor(on).execute(sql, self._constants | values))
        try:
            async with connection() as own:
                return await result(await self._cursor(own).execute(sql, self._constants | values))
        except psycopg.errors.FeatureNotSupported:  # a table was altered: once more, prepared anew
            async with connection() as own:
                return await self._run(own, sql, values, result)


async def _rowcount(cursor: psycopg.AsyncCursor[Row]) -> int:
    return cursor.rowcount
