"""Errors that the user can put right, each as one sentence."""

import psycopg
import pydantic
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from app.cli.usage import UsageError
from app.core.embedded import EmbeddedError
from app.errors import LoginRefused, PlaceholderPassword


def sentence(error: Exception) -> str | None:
    """Return the sentence for an error that the user can put right; None for a bug."""
    if isinstance(error, DBAPIError) and error.orig:
        return sentence(error.orig) if isinstance(error.orig, Exception) else None
    match error:
        case UsageError() | EmbeddedError() | LoginRefused() | PlaceholderPassword() | CommandError():
            return str(error)
        case pydantic.ValidationError():
            faults = [(".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors()]
            return "; ".join(f"{name}: {text}" if name else text for name, text in faults)
        case psycopg.errors.InvalidSchemaName() | psycopg.errors.UndefinedTable() | psycopg.errors.UndefinedFunction():
            return (
                f"{error.diag.message_primary}: has `archive-table migrate` been run on this database, or"
                " `archive-table install`?"
            )
        case psycopg.errors.InsufficientPrivilege() if error.diag.message_hint:
            return ". ".join(filter(None, [error.diag.message_primary, error.diag.message_hint]))
        case psycopg.Error() if (error.sqlstate or "").startswith("AR"):
            return ". ".join(filter(None, [error.diag.message_primary, error.diag.message_hint]))
        case psycopg.OperationalError() | psycopg.errors.InsufficientPrivilege():
            return f"PostgreSQL: {error}"
    return None
