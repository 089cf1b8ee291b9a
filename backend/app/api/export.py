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

from app.api.responses import errors

CSV = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}} | errors(429)
"""The responses of a download in the OpenAPI document."""

CHUNK = 64 * 1024
"""Bytes sent at once. COPY yields a row at a time, and sending each alone would be slow."""

DOWNLOADS = 10
"""How many may run at once. Each holds a connection for as long as its client reads; the rest must stay free."""

DOWNLOAD_SECONDS = 600
"""The time limit of one. The statement timeout of the API's login would be too short."""

_downloads = threading.BoundedSemaphore(DOWNLOADS)


class Download(StreamingResponse):
    """A response that ends its COPY with itself, not at garbage collection: a client may disconnect in the middle."""

    def __init__(self, chunks: Generator[bytes], filename: str) -> None:
        headers = {"Content-Disposition": f"attachment; filename={filename}"}
        super().__init__(chunks, media_type="text/csv; charset=utf-8", headers=headers)
        self.chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the chunks, then end the COPY: until it ends, a rollback on its connection would wait forever."""
        if not _downloads.acquire(blocking=False):
            raise HTTPException(503, "Too many downloads at once, try again", {"Retry-After": "5"})
        try:
            with anyio.move_on_after(DOWNLOAD_SECONDS):  # the client notices that the end is missing
                first = await to_thread.run_sync(next, self.chunks)  # an error can still be answered
                self.body_iterator = iterate_in_threadpool(chain([first], self.chunks))
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                # A thread outside the shared limit: all shared threads may be waiting for this connection.
                await to_thread.run_sync(self.chunks.close, limiter=anyio.CapacityLimiter(1))
            _downloads.release()


FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""First characters of cells that spreadsheets run as formulas (OWASP, CSV injection); the last four in full width."""


def csv_response(session: Session, statement: SelectOfScalar[Any], columns: Iterable[Any], filename: str) -> Download:
    """Answer with these columns of the selected rows, as a CSV file with a header that is safe in a spreadsheet."""
    cells = statement.with_only_columns(*map(_cell, columns))
    return Download(_copy(session, cells), filename)


def _cell(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    if not _is_text(column):
        return column
    is_formula = func.ascii(column) == any_(array([ord(start) for start in FORMULA_STARTS]))  # a regex takes far longer
    return case((is_formula, literal("'") + column), else_=column).label(column.key)


def _is_text(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, (String, AutoString))


def _copy(session: Session, cells: Any) -> Generator[bytes]:
    query = cells.compile(session.get_bind())
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
