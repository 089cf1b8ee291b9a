"""Connections for single statements on the event loop. Sessions have a pool of their own: `db.engine`.

Why not psycopg_pool: a checkout takes 8 µs here and 49 to 55 µs there (measured). Its check of a connection is optional
and pluggable, so it could look at the socket as this one does. But one of its asynchronous pools belongs to one event
loop, and this process may have several: a test client makes one per request.

What it does not do:

- No minimum size: a connection is opened by the first request that finds none idle, which waits for it.
- No maximum lifetime and no idle timeout: a connection stays open until the server ends it, an error breaks it, or the
  engine is disposed of.
- No background task: no reconnecting ahead of need and no back-off. While the server is away, each request tries once.
- No reset at the return: settings, LISTEN and temporary tables of a session stay. A connection that is returned inside
  a transaction is closed, not rolled back.
- No probe of the server: if a host vanishes without closing its sockets, the next statement on each connection waits
  until TCP gives up.
- The limit holds for each event loop, not for the process: several loops share the idle connections, but not the limit.

Requests that wait are served in order of arrival. The idle connection that was used last is used next.
"""

from collections import deque
from contextvars import ContextVar
from typing import Any

import anyio
import psycopg
from anyio import to_thread
from anyio.lowlevel import RunVar
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader
from sqlalchemy import Engine, event

from app.core import embedded, metrics
from app.core.config import settings
from app.core.db import AS_THE_API, engine, is_closed_by_server, parameters, parameters_of_replica

Row = dict[str, Any]
"""A row, by the names of its columns."""

Connection = psycopg.AsyncConnection[Row]

CONNECTIONS = 20
"""The limit for each event loop. PostgreSQL allows 100 connections in all by default."""

CHECKOUT_TIMEOUT = 5
"""Seconds to wait for a connection while all are in use."""


class Exhausted(Exception):
    """All connections are in use, and none was returned in time."""


_in_use = metrics.connections_in_use.labels("statements")
_awaited = metrics.connections_awaited.labels("statements")
on_replica: ContextVar[bool] = ContextVar("on_replica", default=False)
"""Whether connections that are checked out lead to the replica: `replica.read()` sets it for a call."""

_idle: dict[bool, deque[Connection]] = {False: deque(), True: deque()}
"""Those to the primary, and those to the replica."""
_slots: RunVar[anyio.Semaphore] = RunVar("slots")  # one per event loop, which wakes those that wait in it


class connection:  # noqa: N801, used like a function; @asynccontextmanager would cost a request 10 µs
    """Check out a connection in autocommit mode: each statement is a transaction, outside `transaction()`.

    Raises:
        Exhausted: all are in use.
        psycopg.OperationalError: the server does not answer.
        EmbeddedError: the embedded PostgreSQL cannot be started.

    """

    async def __aenter__(self) -> Connection:
        """Take an idle connection, or open one."""
        self._on_replica = on_replica.get()
        self._slots = await _acquire_slot()
        try:
            self._connection = _take_idle(_idle[self._on_replica]) or await _connect(self._on_replica)
        except BaseException:
            self._slots.release()
            raise
        _in_use.inc()
        return self._connection

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Return the connection, or close it where another request could not use it."""
        connection = self._connection
        try:
            if isinstance(error, psycopg.errors.FeatureNotSupported):
                # A table was altered since a statement on it was prepared. Other connections may have prepared it too.
                _close(connection)
                _close_idle(engine)
            # Not idle: the connection is broken, or the request was cancelled in the middle of a statement.
            elif connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                _idle[self._on_replica].append(connection)
            else:
                _close(connection)
        finally:
            _in_use.dec()
            self._slots.release()


async def _acquire_slot() -> anyio.Semaphore:
    slots = _slots.get(None)
    if slots is None:
        _slots.set(slots := anyio.Semaphore(CONNECTIONS, fast_acquire=True))
    try:
        slots.acquire_nowait()
    except anyio.WouldBlock:
        try:
            with _awaited.track_inprogress(), anyio.fail_after(CHECKOUT_TIMEOUT):
                await slots.acquire()
        except TimeoutError as error:
            raise Exhausted("all connections are in use") from error
    return slots


def _take_idle(idle: deque[Connection]) -> Connection | None:
    while idle:
        connection = idle.pop()  # the one used last, which has prepared most statements
        if not is_closed_by_server(connection):
            return connection
        _close(connection)
    return None


async def _connect(to_replica: bool) -> Connection:
    if settings.embedded and not to_replica:
        await to_thread.run_sync(embedded.ensure, settings.EMBEDDED_PGDATA)
    of_primary = parameters(settings.POSTGRES_USER, settings.POSTGRES_PASSWORD)
    connection: Connection = await psycopg.AsyncConnection.connect(
        **(parameters_of_replica() if to_replica else of_primary),
        **AS_THE_API,
        autocommit=True,
        row_factory=dict_row,
    )
    for type_ in ["inet", "json"]:
        connection.adapters.register_loader(type_, TextLoader)
    if connection.prepare_threshold is not None:
        # Force generic plans. Otherwise PostgreSQL may re-plan for each set of values, and planning over all partitions
        # costs more than its estimate assumes.
        try:
            await connection.execute("set plan_cache_mode = force_generic_plan")
        except BaseException:
            _close(connection)
            raise
    return connection


@event.listens_for(engine, "engine_disposed")
def _close_idle(_: Engine) -> None:
    """Close the idle connections along with the engine's."""
    for idle in _idle.values():
        while idle:
            _close(idle.pop())


def _close(connection: Connection) -> None:
    connection.pgconn.finish()  # AsyncConnection.close() does the same, but is a coroutine
