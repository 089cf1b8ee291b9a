"""The application: middleware, error handlers, lifespan."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import psycopg
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from app import admin
from app.api import documents, monitoring
from app.api.errors import EXPLAINED, explain
from app.api.main import api_router
from app.api.middleware import BodyLimit, Faults, Head, Headers, Traced
from app.archive import maintenance
from app.core import db, embedded, logs, metrics, superusers
from app.core.config import settings
from app.core.embedded import EmbeddedError
from app.core.pool import Exhausted

logger = logging.getLogger(__name__)

MINUTE = 60
DAY = 24 * 60 * MINUTE
"""Seconds from the start until search indexes are made, and between two times that the archive is maintained."""


def operation_id(route: APIRoute) -> str:
    """Name an operation by its tag and function: clients generated from the document call it so."""
    return f"{route.tags[0]}-{route.name}"


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Maintain the archive at the start and daily; close the connections at the end. Nothing is migrated.

    Only the search indexes, which take long, are made after the start.

    Raises:
        PlaceholderPassword: outside local, a superuser has the password that everybody knows.

    """
    logs.configure(settings.LOG_FORMAT)  # again: `uvicorn.run(app)` has made its own configuration since the import
    to_thread.current_default_thread_limiter().total_tokens = db.THREADS
    try:
        await to_thread.run_sync(superusers.refuse_placeholder)
    except (DBAPIError, EmbeddedError) as error:  # a sign-in with that password is refused all the same
        logger.warning("The superusers' passwords were not verified: %s", error)
    await maintain(max_search_indexes=0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(maintain_daily)
        yield
        tasks.cancel_scope.cancel()
    db.engine.dispose()
    metrics.forget_process()
    await to_thread.run_sync(embedded.release)  # uvicorn lets a signal end the process before it could do so at exit


async def maintain(*, max_search_indexes: int) -> bool:
    """Do what the archive needs daily, and return whether anything was done.

    Deletes work without it, so the API starts and goes on all the same.
    """
    try:
        rows = await maintenance.maintain(max_search_indexes=max_search_indexes)
    except (psycopg.Error, EmbeddedError, Exhausted) as error:
        logger.warning("The archive was not maintained: %s", error)
        return False
    for row in rows:
        logger.info("%s: %s", row["source"], row["done"])
    return bool(rows)


async def maintain_daily() -> None:
    """Do so a minute after the start, then daily. Every worker process does: a second call at once returns immediately.

    One search index in a call: restores from a month wait while its index is made, and its lock is held until the call
    ends.
    """
    await anyio.sleep(MINUTE)
    while True:
        while await maintain(max_search_indexes=1):
            pass
        await anyio.sleep(DAY)


logs.configure(settings.LOG_FORMAT)

if settings.SENTRY_DSN and settings.ENVIRONMENT != "local":
    import sentry_sdk

    sentry_sdk.init(dsn=settings.SENTRY_DSN, traces_sample_rate=1.0)

app = FastAPI(
    title=settings.PROJECT_NAME,
    openapi_url=documents.URL,
    docs_url=documents.PAGE,
    redoc_url=None,  # its script is on another host
    # Searched before FastAPI's own, which load scripts from another host and know no root path to sign in under.
    routes=documents.router.routes,
    generate_unique_id_function=operation_id,
    lifespan=lifespan,
)


class Cors(CORSMiddleware):
    """Lets other origins call the API, but not read the console's pages: they contain its CSRF tokens."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave the console's requests as they are, a preflight included."""
        if scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")).startswith("/admin/"):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


# The last one added is the first one called.
app.add_middleware(BodyLimit)
app.add_middleware(Faults)
app.add_middleware(
    Cors,
    allow_origins=settings.all_cors_origins,
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
    expose_headers=["X-Request-ID", "Retry-After", "Content-Disposition"],
)
app.add_middleware(Headers)
app.add_middleware(Head)
app.add_middleware(Traced)
documents.add_routes(app, api_router.routes)
app.include_router(monitoring.router)
app.mount("/admin", admin.console)
app.mount("/static", admin.static)


@app.exception_handler(RequestValidationError)
def refuse_input(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say where and why, without the input: echoing NaN or half a surrogate pair would turn a 422 into a 500."""
    detail = [{key: fault[key] for key in ("type", "loc", "msg")} for fault in error.errors()]
    return JSONResponse({"detail": detail}, 422)


@app.exception_handler(HTTPException)
async def refuse_unreadable_body(request: Request, error: HTTPException) -> Response:
    """Answer 422, where FastAPI says 400, to a body that is nested too deep, not in UTF-8, or not the form it says."""
    unread = error.detail == "There was an error parsing the body" or isinstance(error.__context__, MultiPartException)
    if error.status_code == 400 and unread:
        fault = {"type": "body_unreadable", "loc": ["body"], "msg": "The body cannot be read"}
        return JSONResponse({"detail": [fault]}, 422)
    return await http_exception_handler(request, error)


def answer_error(_: Request, error: Exception) -> JSONResponse:
    """Answer an error of the database."""
    answer = explain(error)
    return JSONResponse({"detail": answer.detail}, answer.status_code, answer.headers)


for kind in EXPLAINED:
    app.add_exception_handler(kind, answer_error)
