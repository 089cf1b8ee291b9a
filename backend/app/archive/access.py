"""What the database refuses of archives that no model describes, in the caller's terms."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from app.core.config import settings
from app.errors import InvalidFilter
from app.models import ArchiveFilter


class MissingGrant(psycopg.Error):
    """The API's login lacks a right on a table that a DBA archives: a conflict like any other."""

    sqlstate = "AR409"


@contextmanager
def explained(*rights: str, filters: ArchiveFilter | None = None, place: str = "query") -> Iterator[None]:
    """Say that these rights are missing where permission is denied, or that the key of a filter is none.

    Raises:
        MissingGrant: with the grant, and another way.
        InvalidFilter: with the place of the filters in the request.

    """
    try:
        yield
    except psycopg.DataError as error:
        if getattr(filters, "key", None) is None:
            raise
        raise InvalidFilter(place, "key", "No row of this table can have this key") from error
    except psycopg.errors.InsufficientPrivilege as error:
        message = error.diag.message_primary or str(error)
        missing = "USAGE" if "for schema" in message else " and ".join(rights)
        role = f"{settings.ARCHIVE_ROLES}_runtime"
        raise MissingGrant(f"{message}: grant {missing} to {role}, or do this in psql") from error
