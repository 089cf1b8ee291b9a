"""Errors of the database as HTTP statuses, for the API and the console alike."""

import logging

import psycopg
from fastapi import HTTPException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core.embedded import EmbeddedError
from app.core.pool import Exhausted
from app.errors import Cancelled, InvalidFilter, NoLongerSuperuser, TooLarge, UserGone

logger = logging.getLogger(__name__)

EXPLAINED = (
    Cancelled,
    InvalidFilter,
    NoLongerSuperuser,
    TooLarge,
    UserGone,
    DBAPIError,
    psycopg.Error,
    PoolTimeoutError,
    Exhausted,
    EmbeddedError,
)
"""The errors that `explain` knows."""

PASSING = {
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # lock timeout
    "42704",  # no such type, and
    "42883",  # no such function: a migration is making the archive's code anew
}
"""SQLSTATEs of errors that a retry overcomes."""

REPLACED = ("cache lookup failed", "could not open relation with OID", "cached plan must not change result type")
"""How PostgreSQL's messages begin where a table, function or view was altered since the statement was prepared.

Their SQLSTATEs are also those of other errors."""

UNRELATED_TO_DATA = {"08", "0A", "25", "28", "2D", "3D", "40", "42", "53", "55", "57", "58", "AR", "F0", "HV", "XX"}
"""Classes of SQLSTATEs that say nothing about the data: the program, the connection or the server is at fault.

A trigger may raise a SQLSTATE of any other class, also one of its own."""

REFUSALS = {
    "0A000",  # a rule that cannot return the row, or any other feature that a statement's table does not support
    "55000",  # a table without a replica identity, whose deletions cannot be published
}
"""SQLSTATEs of these classes that are about the data nevertheless."""


def explain(error: Exception) -> HTTPException:
    """Return the answer to an error.

    It has status nnn for the archive's SQLSTATE ARnnn, 409 where the database refuses the data, and 503 where it is
    busy or absent.

    Raises:
        Exception: the error itself, where it is a bug of the program.

    """
    if isinstance(error, UserGone):
        return HTTPException(404, "User not found")
    if isinstance(error, NoLongerSuperuser):
        return HTTPException(403, "The user doesn't have enough privileges")
    if isinstance(error, Cancelled) or _is_done_otherwise(error):
        return HTTPException(409, "A trigger or rule of the database cancelled this")
    if isinstance(error, InvalidFilter):
        place, name, reason = error.args
        return HTTPException(422, [{"type": "value_error", "loc": [place, name], "msg": reason}])
    if isinstance(error, TooLarge):
        return HTTPException(503, str(error))
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
        if state in PASSING or str(error).startswith(REPLACED):
            logger.warning("The database was busy: %s %s", state, error)
            return _busy("The database is busy, try again")
        if _is_refusal(error):
            return HTTPException(409, error.diag.message_primary or str(error))
    if isinstance(error, (psycopg.OperationalError, PoolTimeoutError, Exhausted, EmbeddedError)):
        logger.warning("The database is not available: %s", error)
        return _busy("The database is not available")
    raise error


def _is_done_otherwise(error: Exception) -> bool:
    """Return whether a rule does something else instead, which returns no row."""
    return isinstance(error, psycopg.errors.FeatureNotSupported) and "RETURNING on relation" in str(error)


def _is_refusal(error: psycopg.Error) -> bool:
    """Return whether a constraint, trigger, rule or policy has refused the data."""
    state = error.sqlstate or ""
    if state == "42501":  # of a policy, or of what a trigger does; otherwise the API's login lacks a right
        return bool(error.diag.context) or error.diag.source_function == "ExecWithCheckOptions"
    return state in REFUSALS or (bool(state) and state[:2] not in UNRELATED_TO_DATA)


def _busy(detail: str) -> HTTPException:
    return HTTPException(503, detail, {"Retry-After": "1"})
