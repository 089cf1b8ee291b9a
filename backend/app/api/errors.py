"""Errors of the database as HTTP statuses, for the API and the console alike."""

import logging

import psycopg
from fastapi import HTTPException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core.embedded import EmbeddedError
from app.core.pool import Exhausted
from app.errors import UserGone

logger = logging.getLogger(__name__)

EXPLAINED = (UserGone, DBAPIError, psycopg.Error, PoolTimeoutError, Exhausted, EmbeddedError)
"""The errors that `explain` knows."""

PASSING = {
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # lock timeout
    "0A000",  # a table was altered since the statement was prepared
    "42704",  # no such type, and
    "42883",  # no such function: a migration is making the archive's code anew
}
"""SQLSTATEs of errors that a retry overcomes."""

REPLACED = ("cache lookup failed", "could not open relation with OID")
"""How PostgreSQL's messages begin where a function or view was replaced during a statement.

Their SQLSTATE is that of any internal error."""


def explain(error: Exception) -> HTTPException:
    """Return the answer to an error: status nnn to the archive's SQLSTATE ARnnn, 503 to a busy or absent database.

    Raises:
        Exception: the error itself, where it is a bug of the program.

    """
    if isinstance(error, UserGone):
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
        if state in PASSING or (state == "XX000" and str(error).startswith(REPLACED)):
            logger.warning("The database was busy: %s %s", state, error)
            return _busy("The database is busy, try again")
    if isinstance(error, (psycopg.OperationalError, PoolTimeoutError, Exhausted, EmbeddedError)):
        logger.warning("The database is not available: %s", error)
        return _busy("The database is not available")
    raise error


def _busy(detail: str) -> HTTPException:
    return HTTPException(503, detail, {"Retry-After": "1"})
