"""What the API does all day: single statements, written with SQLModel, compiled once, run by psycopg.

They run on the event loop. A worker thread for each costs more than the statement itself, and so does what a session
does for it: begin and roll back a transaction, find the compiled statement again, make objects of the rows.
`make bench NAMES=http` shows how much.

The pool is our own: psycopg's belongs to one event loop, and asks the server whether a connection is alive; a look at
its socket tells that for nothing.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
import psycopg
from anyio import to_thread
from anyio.lowlevel import RunVar
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader
from pydantic_core import from_json
from sqlalchemy import ClauseElement, ColumnElement, DateTime, Engine, Select, event, func, literal_column

from app.core import embedded
from app.core.config import settings
from app.core.db import AS_THE_API, engine, has_ended, parameters

Row = dict[str, Any]
"""A row, by the names of its columns."""

Connection = psycopg.AsyncConnection[Row]

R = TypeVar("R")

CONNECTIONS = 20
"""How many a process opens for its statements; PostgreSQL allows 100 in all unless told otherwise."""

PATIENCE = 5
"""Seconds to wait for one while all are in use."""


class Exhausted(Exception):
    """All connections are in use, and stayed so."""


_idle: deque[Connection] = deque()
_places: RunVar[anyio.Semaphore] = RunVar("places")  # whoever waits is woken by the loop that it waits in


@asynccontextmanager
async def connection() -> AsyncIterator[Connection]:
    """Lend a connection on which each statement is a transaction of its own, unless `transaction()` says otherwise.

    Raises:
        Exhausted: all are in use.
        psycopg.OperationalError: nobody answers.
        EmbeddedError: the embedded PostgreSQL cannot be started.

    """
    places = await _place()
    try:
        lent = _from_idle() or await _connect()
        try:
            yield lent
        except psycopg.errors.FeatureNotSupported:
            # A table has another shape than when a statement was prepared, which none of these would notice before.
            _close(lent)
            _close_idle(engine)
            raise
        finally:
            # Not where it is broken, or where a request was cancelled in the middle of something.
            if lent.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                _idle.append(lent)
            else:
                _close(lent)
    finally:
        places.release()


async def _place() -> anyio.Semaphore:
    places = _places.get(None)
    if places is None:
        _places.set(places := anyio.Semaphore(CONNECTIONS, fast_acquire=True))
    try:
        places.acquire_nowait()
    except anyio.WouldBlock:
        try:
            with anyio.fail_after(PATIENCE):
                await places.acquire()
        except TimeoutError as error:
            raise Exhausted from error
    return places


def _from_idle() -> Connection | None:
    while _idle:
        latest = _idle.pop()  # the one that has prepared most
        if not has_ended(latest):
            return latest
        _close(latest)
    return None


async def _connect() -> Connection:
    if settings.embedded:
        await to_thread.run_sync(embedded.ensure, settings.EMBEDDED_PGDATA)
    made: Connection = await psycopg.AsyncConnection.connect(
        **parameters(settings.POSTGRES_USER, settings.POSTGRES_PASSWORD),
        **AS_THE_API,
        autocommit=True,
        row_factory=dict_row,
    )
    for type_ in ["inet", "json"]:
        made.adapters.register_loader(type_, TextLoader)
    if made.prepare_threshold is not None:
        # What is prepared is planned once. Left to choose, PostgreSQL plans for the values, time and again, where that
        # looks a little cheaper: planning for all the partitions takes longer than it thinks.
        try:
            await made.execute("set plan_cache_mode = force_generic_plan")
        except BaseException:
            _close(made)
            raise
    return made


@event.listens_for(engine, "engine_disposed")
def _close_idle(_: Engine) -> None:
    """Close what lies idle: who disposes of the engine wants no connection left."""
    while _idle:
        _close(_idle.pop())


def _close(connection: Connection) -> None:
    connection.pgconn.finish()  # its own close() waits for nothing, but wants an event loop


TIME = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
"""How `to_char` writes a time as pydantic does."""


def _for_json(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Write times in UTC, whatever the connection's time zone is."""
    if not isinstance(column.type, DateTime):
        return column
    return func.to_char(func.timezone(literal_column("'UTC'"), column), literal_column(TIME)).label(column.key)


class Statement:
    """A statement on rows. Its values are named by `bindparam`, or by `columns` where it sets them.

    Each method runs it, on a connection of its own unless one is given. One plan serves for all values, unless it is to
    be planned for the values each time: they are written into the statement then.
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
        """Return every row of a query as a JSON object that PostgreSQL has written, which costs Python nothing."""
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
        async def alone() -> R:
            async with connection() as lent:
                return await self._run(lent, sql, values, result)

        if on:
            return await result(await self._cursor(on).execute(sql, self._constants | values))
        try:
            return await alone()
        except psycopg.errors.FeatureNotSupported:  # once more, prepared anew
            return await alone()


async def _rowcount(cursor: psycopg.AsyncCursor[Row]) -> int:
    return cursor.rowcount
