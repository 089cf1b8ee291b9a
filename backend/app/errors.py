"""What the database's errors mean over HTTP, for the API and the console alike."""

import logging

import psycopg
from fastapi import HTTPException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app import crud
from app.core.embedded import EmbeddedError
from app.core.pool import Exhausted

logger = logging.getLogger(__name__)

EXPLAINED = (crud.UserGone, DBAPIError, psycopg.Error, PoolTimeoutError, Exhausted, EmbeddedError)
"""What `explain` is for."""

PASSING = {
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # lock timeout
    "0A000",  # a table was altered since the statement was prepared
    "42704",  # no such type, and
    "42883",  # no such function: a migration is making the archive's code anew
}
"""SQLSTATEs of what is gone when tried again."""

REPLACED = "cache lookup failed"
"""What PostgreSQL says where a function was replaced in the middle of a statement: an internal error among others."""


def explain(error: Exception) -> HTTPException:
    """Return the answer to an error: the archive's (SQLSTATE ARnnn) have status nnn; a busy or absent database 503.

    Raises:
        Exception: the error itself, where it is a fault of the program.

    """
    if isinstance(error, crud.UserGone):
        return HTTPException(404, "User not found")
    if isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.Error):  # as a session has wrapped it
        error = error.orig
    if isinstance(error, psycopg.Error):
        state = error.sqlstate or ""
        if state.startswith("AR"):
            return HTTPException(int(state[2:]), error.diag.message_primary or str(error))
        if state == "57014":
            return _busy("This takes longer than the database allows: ask for less, or try again")
        if state == "25006":
            logger.warning("The database is read-only: %s", error)
            return _busy("The database takes no changes now, try again")
        if state in PASSING or (state == "XX000" and REPLACED in str(error)):
            logger.warning("The database was busy: %s %s", state, error)
            return _busy("The database is busy, try again")
    if isinstance(error, (psycopg.OperationalError, PoolTimeoutError, Exhausted, EmbeddedError)):
        logger.warning("The database is not available: %s", error or "all connections are in use")
        return _busy("The database is not available")
    raise error


def _busy(detail: str) -> HTTPException:
    return HTTPException(503, detail, {"Retry-After": "1"})
