"""CSV downloads that stream by COPY in constant memory."""

import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import chain
from time import monotonic
from typing import Any

import anyio
import psycopg
from anyio import to_thread
from fastapi import HTTPException
from fastapi.responses import StreamingResponse
from sqlalchemy import ColumnElement, Select, String, any_, case, func, literal, text
from sqlalchemy.dialects.postgresql import array
from sqlmodel import AutoString, Session
from starlette.concurrency import iterate_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from app import queries
from app.api.responses import errors
from app.archive import browse
from app.archive.access import explained
from app.archive.archives import Archive
from app.core import metrics
from app.core.pool import Exhausted
from app.models import ArchiveFilter, User

CSV = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}} | errors(429)
"""The responses of a download in the OpenAPI document."""

CHUNK = 64 * 1024
"""Bytes sent at once. COPY yields a row at a time, and sending each alone would be slow."""

DOWNLOADS = 10
"""How many may run at once. Each holds a connection for as long as its client reads; the rest must stay free."""

DOWNLOAD_SECONDS = 600
"""The time limit of one. The statement timeout of the API's login would be too short."""

FOR_SUPERUSERS = 3
"""How many of those places are kept for superusers."""

OF_ONE_USER = 2
"""How many downloads one user may run at once, in all worker processes together."""

IDLE_SECONDS = 30
"""When a download ends whose client reads nothing."""

HOLDER_SECONDS = 5
"""How often a download looks whether its user is still active."""

_downloads = threading.BoundedSemaphore(DOWNLOADS)
_of_others = threading.BoundedSemaphore(DOWNLOADS - FOR_SUPERUSERS)


class Download(StreamingResponse):
    """A response that ends its COPY with itself, not at garbage collection: a client may disconnect in the middle."""

    def __init__(self, chunks: Generator[bytes], filename: str, user: User) -> None:
        headers = {"Content-Disposition": f"attachment; filename={filename}"}
        super().__init__(chunks, media_type="text/csv; charset=utf-8", headers=headers)
        self.chunks, self.user = chunks, user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the chunks, then end the COPY: until it ends, a rollback on its connection would wait forever."""
        with _place(self.user):
            try:
                # At its end, the client notices that the rest is missing.
                with anyio.move_on_after(DOWNLOAD_SECONDS) as whole:
                    first = await to_thread.run_sync(next, self.chunks)  # an error can still be answered
                    self.body_iterator = iterate_in_threadpool(chain([first], self.chunks))
                    await super().__call__(scope, receive, partial(self._send, send, whole, _Watch(self.user)))
            finally:
                with anyio.CancelScope(shield=True):
                    # A thread outside the shared limit: all shared threads may be waiting for this connection.
                    await to_thread.run_sync(self.chunks.close, limiter=anyio.CapacityLimiter(1))

    async def _send(self, send: Send, whole: anyio.CancelScope, watch: "_Watch", message: Message) -> None:
        with anyio.move_on_after(IDLE_SECONDS) as reading:
            await send(message)
        if reading.cancelled_caught or not await watch.is_active():
            whole.cancel()


@contextmanager
def _place(user: User) -> Iterator[None]:
    """Take a place among the downloads of this process, or answer 503."""
    with ExitStack() as places:
        for semaphore in [_downloads] if user.is_superuser else [_of_others, _downloads]:
            if not semaphore.acquire(blocking=False):
                raise HTTPException(503, "Too many downloads at once, try again", {"Retry-After": "5"})
            places.callback(semaphore.release)
        yield


class _Watch:
    """Looks now and then whether a user is still active."""

    def __init__(self, user: User) -> None:
        self._id, self._next = user.id, monotonic() + HOLDER_SECONDS

    async def is_active(self) -> bool:
        """Return whether the user was active a few seconds ago; also while the database cannot be asked."""
        if monotonic() < self._next:
            return True
        self._next = monotonic() + HOLDER_SECONDS
        with suppress(psycopg.Error, Exhausted):
            user = await queries.users.get_user(self._id)
            return user is not None and user.is_active
        return True


FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""First characters of cells that spreadsheets run as formulas (OWASP, CSV injection); the last four in full width."""


def csv_response(
    session: Session, statement: Select[Any], columns: Iterable[Any], filename: str, user: User
) -> Download:
    """Answer a user with these columns of the rows, as a CSV file with a header that is safe in a spreadsheet."""
    cells = statement.with_only_columns(*map(_cell, columns))
    return Download(_copy(session, cells, user), filename, user)


def archive_csv(session: Session, archive: Archive, filters: ArchiveFilter, filename: str, user: User) -> Download:
    """Answer a superuser with the archived rows that pass the filters, newest first, as such a file."""

    def copy() -> Generator[bytes]:
        with explained("SELECT", filters=filters):
            yield from _copy(session, cells, user)

    cells = browse.select_rows(archive, filters).with_only_columns(*map(_cell, archive.columns))
    return Download(copy(), filename, user)


def _cell(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    if not _is_text(column):
        return column
    is_formula = func.ascii(column) == any_(array([ord(start) for start in FORMULA_STARTS]))  # a regex takes far longer
    return case((is_formula, literal("'") + column), else_=column).label(column.key)


def _is_text(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, (String, AutoString))


_take_place = text(
    "select "
    + " or ".join(
        f"(select pg_try_advisory_xact_lock(hashtextextended('download {n} of ' || cast(:user_id as text), 0)))"
        for n in range(OF_ONE_USER)
    )
)
"""A lock for each place that a user has: the database counts for all worker processes, and forgets nobody's place."""


def _copy(session: Session, cells: Any, user: User) -> Generator[bytes]:
    query = cells.compile(session.get_bind())
    if not session.scalar(_take_place, {"user_id": str(user.id)}):
        metrics.count_refusal("download")
        raise HTTPException(429, "Too many attempts", {"Retry-After": "5"})
    session.execute(text(f"set local statement_timeout = '{DOWNLOAD_SECONDS}s'; set local timezone = 'UTC'"))
    driver = session.connection().connection.driver_connection
    assert driver  # noqa: S101, for mypy: a connection that is open has one
    chunk = bytearray()
    # Quoted, a text stays one cell also in a spreadsheet that takes semicolons or tabs for separators.
    quote = session.get_bind().dialect.identifier_preparer.quote
    texts = ", ".join(quote(cell.key) for cell in cells.selected_columns if _is_text(cell))
    copy = f"copy ({query}) to stdout (format csv, header, force_quote ({texts}))"
    with driver.cursor() as cursor, cursor.copy(copy, query.params) as rows:
        for row in rows:
            chunk += row
            if len(chunk) >= CHUNK:
                yield bytes(chunk)
                chunk.clear()
    yield bytes(chunk)
