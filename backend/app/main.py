"""The application: middleware, error handlers, lifespan."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from app import archive, crud
from app.api.main import api_router
from app.core import db
from app.core.config import settings
from app.core.embedded import EmbeddedError
from app.core.statements import Exhausted

logger = logging.getLogger(__name__)


def operation_id(route: APIRoute) -> str:
    """Name an operation by its tag and function: clients generated from the document call it so."""
    return f"{route.tags[0]}-{route.name}"


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Make the archive's partitions at the start, close the connections at the end. Nothing is migrated."""
    to_thread.current_default_thread_limiter().total_tokens = db.engine.pool.size()  # type: ignore[attr-defined]
    await make_partitions()
    yield
    db.engine.dispose()


async def make_partitions() -> None:
    """Make next month's partitions in good time. A delete does without them, so a failure is no reason not to serve."""
    try:
        await archive.make_partitions()
    except (psycopg.Error, EmbeddedError) as error:
        logger.warning("The archive's partitions were not made: %s", error)


if settings.SENTRY_DSN and settings.ENVIRONMENT != "local":
    import sentry_sdk

    sentry_sdk.init(dsn=settings.SENTRY_DSN, enable_tracing=True)

app = FastAPI(
    title=settings.PROJECT_NAME,
    openapi_url=f"{settings.API_V1_STR}/openapi.json",
    generate_unique_id_function=operation_id,
    lifespan=lifespan,
)
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.all_cors_origins,
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
app.include_router(api_router, prefix=settings.API_V1_STR)


@app.exception_handler(RequestValidationError)
def refuse_input(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say where and why, without the input: echoing NaN or half a surrogate pair would turn a 422 into a 500."""
    detail = [{key: fault[key] for key in ("type", "loc", "msg")} for fault in error.errors()]
    return JSONResponse({"detail": detail}, 422)


@app.exception_handler(HTTPException)
async def refuse_unreadable_body(request: Request, error: HTTPException) -> Response:
    """Answer 422, where FastAPI says 400, to a body nested too deep, not in UTF-8, or with a number beyond reading."""
    if error.status_code == 400 and error.detail == "There was an error parsing the body":
        fault = {"type": "body_unreadable", "loc": ["body"], "msg": "The body cannot be read"}
        return JSONResponse({"detail": [fault]}, 422)
    return await http_exception_handler(request, error)


@app.exception_handler(crud.UserGone)
def answer_user_gone(_: Request, __: crud.UserGone) -> JSONResponse:
    """Answer a change that a deletion overtook."""
    return JSONResponse({"detail": "User not found"}, 404)


@app.exception_handler(DBAPIError)
def answer_session_error(request: Request, error: DBAPIError) -> JSONResponse:
    """Answer an error of the database that a session has wrapped."""
    if isinstance(error.orig, psycopg.Error):
        return answer_database_error(request, error.orig)
    raise error


@app.exception_handler(psycopg.Error)
def answer_database_error(_: Request, error: psycopg.Error) -> JSONResponse:
    """Answer the archive's errors (SQLSTATE ARnnn) with status nnn, and say it if the database is busy or away."""
    state = error.sqlstate or ""
    if state.startswith("AR"):
        return JSONResponse({"detail": error.diag.message_primary}, int(state[2:]))
    if state == "57014":
        return _busy("This takes longer than the database allows: ask for less, or try again")
    # Gone when tried again: serialization failure, deadlock, lock timeout; and what statements meet that run while a
    # migration makes the archive's functions anew.
    if state in {"40001", "40P01", "55P03", "XX000", "42704", "42883"}:
        logger.warning("The database was busy: %s %s", state, error)
        return _busy("The database is busy, try again")
    if isinstance(error, psycopg.OperationalError):
        return answer_unavailable(_, error)
    raise error


@app.exception_handler(PoolTimeoutError)
@app.exception_handler(Exhausted)
@app.exception_handler(EmbeddedError)
def answer_unavailable(_: Request, error: Exception) -> JSONResponse:
    """Answer where no connection could be had."""
    logger.warning("The database is not available: %s", error or "all connections are in use")
    return _busy("The database is not available")


def _busy(detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, 503, headers={"Retry-After": "1"})
