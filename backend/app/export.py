"""CSV downloads that stream by COPY in constant memory."""

import threading
from collections.abc import Generator, Iterable
from itertools import chain
from typing import Any

import anyio
from anyio import to_thread
from fastapi import HTTPException
from fastapi.responses import StreamingResponse
from sqlalchemy import ColumnElement, String, any_, case, func, literal, text
from sqlalchemy.dialects.postgresql import array
from sqlmodel import AutoString, Session
from sqlmodel.sql.expression import SelectOfScalar
from starlette.concurrency import iterate_in_threadpool
from starlette.types import Receive, Scope, Send

CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
"""What the OpenAPI document says of a download."""

CHUNK = 64 * 1024
"""Bytes sent at once: COPY gives a row at a time, too little to send each alone."""

DOWNLOADS = 10
"""How many may run at once. Each keeps a connection for as long as its client takes; the others must stay free."""

DOWNLOAD_SECONDS = 600
"""How long one may take. What the database allows other statements would be too short."""

_downloads = threading.BoundedSemaphore(DOWNLOADS)


class Download(StreamingResponse):
    """A response that ends its COPY when it ends, not when it is collected: the client may leave in the middle."""

    def __init__(self, chunks: Generator[bytes], filename: str) -> None:
        headers = {"Content-Disposition": f"attachment; filename={filename}"}
        super().__init__(chunks, media_type="text/csv; charset=utf-8", headers=headers)
        self.chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the chunks. The connection is busy until the COPY ends, and a rollback would wait for it for ever."""
        if not _downloads.acquire(blocking=False):
            raise HTTPException(503, "Too many downloads at once, try again", {"Retry-After": "5"})
        try:
            with anyio.move_on_after(DOWNLOAD_SECONDS):  # its client sees that the end is missing
                first = await to_thread.run_sync(next, self.chunks)  # an error can still be answered
                self.body_iterator = iterate_in_threadpool(chain([first], self.chunks))
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                # A thread of its own: the shared ones may all be waiting for this connection.
                await to_thread.run_sync(self.chunks.close, limiter=anyio.CapacityLimiter(1))
            _downloads.release()


FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What a cell begins with that a spreadsheet runs: see OWASP on CSV injection. The last four: = + - @ in full width."""


def csv_response(session: Session, statement: SelectOfScalar[Any], columns: Iterable[Any], filename: str) -> Download:
    """Answer with these columns of the selected rows, as a CSV file with a header that is safe in a spreadsheet."""
    cells = statement.with_only_columns(*map(_cell, columns))
    return Download(_copy(session, cells), filename)


def _cell(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    if not isinstance(column.type, (String, AutoString)):
        return column
    runs = func.ascii(column) == any_(array([ord(start) for start in FORMULA_STARTS]))  # a regex takes far longer
    return case((runs, literal("'") + column), else_=column).label(column.key)


def _copy(session: Session, cells: Any) -> Generator[bytes]:
    query = cells.compile(session.get_bind())
    session.execute(text(f"set local statement_timeout = '{DOWNLOAD_SECONDS}s'; set local timezone = 'UTC'"))
    driver = session.connection().connection.driver_connection
    assert driver  # noqa: S101, for mypy: a connection that is open has one
    chunk = bytearray()
    with driver.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format csv, header)", query.params) as rows:
        for row in rows:
            chunk += row
            if len(chunk) >= CHUNK:
                yield bytes(chunk)
                chunk.clear()
    yield bytes(chunk)
