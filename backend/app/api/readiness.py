"""Is the database ready? It is asked apart from all requests, on connections and threads that no request waits for."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from typing import Generic, TypeVar

import anyio
import psycopg
from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, text

from app.archive import reports
from app.core import db, migrations, replica
from app.core.config import settings
from app.core.embedded import EmbeddedError
from app.core.pool import Exhausted
from app.models import HealthCheck, Readiness

READY_WITHIN = 1.8
"""Seconds, after which a database that does not answer counts as not ready."""

HEALTH_KEPT = 10
"""Seconds for which what `archive.health()` said is answered again. It takes two seconds for 300 tables."""

T = TypeVar("T")

_threads = ThreadPoolExecutor(2, "readiness")
_engine = create_engine(settings.SQLALCHEMY_DATABASE_URI, creator=db.connect_runtime, poolclass=NullPool)


class _Check(Generic[T]):
    """Something that is asked of the database, once at a time: whoever asks meanwhile gets the same answer."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self.forget()

    def forget(self) -> None:
        self._running: Future[T] | None = None
        self._answer: T | None = None
        self._answered_at = float("-inf")

    async def answer(self, kept: float = 0) -> T:
        """Return the answer, not older than so many seconds. From half that age on it is asked for again."""
        age = monotonic() - self._answered_at
        if self._answer is not None and age <= kept / 2:
            return self._answer
        if self._running is None or self._running.done():
            self._running = _threads.submit(self._run)
        if self._answer is not None and age <= kept:
            return self._answer
        return await asyncio.shield(asyncio.wrap_future(self._running))

    def _run(self) -> T:
        self._answer = self._ask()
        self._answered_at = monotonic()
        return self._answer


async def readiness() -> Readiness:
    """Tell whether the database answers, is at the newest revision or a later one, and has the archive in force."""
    errors, warnings = [f"The database did not answer within {READY_WITHIN} s."], list[str]()
    with anyio.move_on_after(READY_WITHIN):
        try:
            errors = await _database.answer()
            for check in [] if errors else await _health.answer(HEALTH_KEPT):
                fault = f"{check.source or 'archive'}: {check.check_name}: {check.detail}"
                (errors if check.severity == "error" else warnings).append(fault)
            if settings.POSTGRES_READ_SERVER and not errors:
                warnings += await _ask_replica()
        except (SQLAlchemyError, EmbeddedError, psycopg.Error) as error:
            errors = [f"The database does not answer: {error.__class__.__name__}."]
    return Readiness(ready=not errors, errors=errors, warnings=warnings)


async def _ask_replica() -> list[str]:
    with suppress(Exhausted):  # all connections are in use: that says nothing of the replica
        if fault := await replica.find_fault():
            return [f"The replica does not serve reads: {fault}."]
    return []


def _ask_database() -> list[str]:
    errors = []
    with Session(_engine) as session:
        session.execute(text("set local statement_timeout = '1500ms'"))
        if not migrations.is_served(migrations.revision_of(session.connection())):
            errors.append("The database is not at the newest revision: archive-table migrate brings it there.")
        if session.scalar(text("show transaction_read_only")) == "on":
            errors.append("The database is read-only.")
    return errors


def _ask_health() -> list[HealthCheck]:
    with Session(_engine) as session:
        session.execute(text("set local statement_timeout = '30s'"))
        return [check for check in reports.health(session) if not check.ok]


_database = _Check(_ask_database)
_health = _Check(_ask_health)


@event.listens_for(db.engine, "engine_disposed")
def _forget(_: Engine) -> None:
    """Forget what another database has answered."""
    _database.forget()
    _health.forget()
