"""Lists and downloads from a replica, if it has everything that the primary had when the request came.

Each read takes the position in the write-ahead log from the primary, and the replica has to have replayed up to there.
So nobody misses what was committed before, by themselves or others, in whatever process: no position has to be kept for
a user, and none is believed that a client sends. It costs one short query on the primary and one on the replica, where
a list costs the replica milliseconds.

A replica that is away or behind is left alone for a moment, and the primary serves.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

import anyio
import psycopg

from app.core import metrics
from app.core.config import settings
from app.core.pool import connection, on_replica

logger = logging.getLogger(__name__)

CATCH_UP_SECONDS = 0.2
"""How long a read waits for the replica: to answer, and to replay what the primary had written."""

LEFT_ALONE_SECONDS = 1
"""How long all reads go to the primary once the replica was away or behind."""

# A commit is acknowledged once it is flushed, unless the login has synchronous_commit off. The insert position can stay
# ahead of what is sent to replicas for a while, because reads write as well: hint bits, under checksums.
_POSITION = b"""
    select cast(case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn()
                                                           else pg_current_wal_flush_lsn() end as text) as position,
           system_identifier as system
      from pg_control_system()
"""
_STATE = b"""
    select pg_is_in_recovery() as is_replica, system_identifier = %(system)s as is_of_primary,
           pg_last_wal_replay_lsn() >= cast(%(position)s as pg_lsn) as is_caught_up
      from pg_control_system()
"""

P = ParamSpec("P")
R = TypeVar("R")

_left_alone_until = float("-inf")


def reads(call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Run an asynchronous function that only reads on the replica if that may serve, else on the primary.

    If the replica fails in the middle, the function runs again on the primary.
    """

    @wraps(call)
    async def read(*arguments: P.args, **named: P.kwargs) -> R:
        if await serves():
            token = on_replica.set(True)
            try:
                return await call(*arguments, **named)
            except psycopg.errors.QueryCanceled:
                raise  # its time is over on the primary, too
            except psycopg.Error as error:  # away, or the statement was in the way of what it had to replay
                _leave_alone(f"it failed: {error}")
            finally:
                on_replica.reset(token)
        return await call(*arguments, **named)

    return read


async def serves() -> bool:
    """Tell whether a read may go to the replica, and count the read."""
    if not settings.POSTGRES_READ_SERVER:
        return False
    is_serving = monotonic() >= _left_alone_until and await find_fault() is None
    metrics.count_read("replica" if is_serving else "primary")
    return is_serving


async def find_fault() -> str | None:
    """Return why the replica cannot serve a read that begins now; None if it can.

    Raises:
        psycopg.OperationalError: the primary does not answer.

    """
    async with connection() as primary:
        position = await (await primary.execute(_POSITION)).fetchone()
    fault = "it does not answer"
    token = on_replica.set(True)
    try:
        with anyio.move_on_after(CATCH_UP_SECONDS):
            async with connection() as replica:
                while True:
                    state = await (await replica.execute(_STATE, position)).fetchone()
                    fault = _fault(state or {})
                    if not fault:
                        break
                    await anyio.sleep(0.005)
    except psycopg.Error as error:
        fault = f"it does not answer: {error}"
    finally:
        on_replica.reset(token)
    if fault:
        _leave_alone(fault)
        return fault
    metrics.replica_serves.set(1)
    return None


def _fault(state: dict[str, bool]) -> str:
    if not state["is_of_primary"]:
        return "it belongs to another cluster"
    if not state["is_replica"]:
        return "it is not a replica any more"
    return "" if state["is_caught_up"] else f"it is more than {CATCH_UP_SECONDS} s behind"


def _leave_alone(fault: str) -> None:
    global _left_alone_until
    metrics.replica_serves.set(0)
    if monotonic() >= _left_alone_until + LEFT_ALONE_SECONDS:
        logger.warning("The primary serves the reads of the replica: %s", fault)
    _left_alone_until = monotonic() + LEFT_ALONE_SECONDS
