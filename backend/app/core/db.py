"""The connection to the database, and the first superuser."""

import select
from typing import Any

import psycopg
from sqlalchemy import ExceptionContext, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app.core import embedded
from app.core.config import settings
from app.models import UserCreate

APPLICATION_NAME = "archive-table api"
"""What the archive records as `application_name` for everything done through the API."""


def connect(user: str, password: str, **options: Any) -> psycopg.Connection:
    """Open a connection to the configured database; the embedded one is started if need be.

    Raises:
        psycopg.OperationalError: nobody answers, or this login may not enter.
        EmbeddedError: the embedded PostgreSQL cannot be started.

    """
    if settings.embedded:
        embedded.ensure(settings.EMBEDDED_PGDATA)
    return psycopg.connect(**parameters(user, password), **options)


def parameters(user: str, password: str) -> dict[str, Any]:
    """Return what leads psycopg to the configured database, as the settings are now."""
    return {
        "host": settings.host,
        "port": settings.POSTGRES_PORT,
        "user": user,
        "password": password or None,
        "dbname": settings.POSTGRES_DB,
        "prepare_threshold": 5 if settings.POSTGRES_PREPARED_STATEMENTS else None,
    }


AS_THE_API: dict[str, Any] = {"application_name": APPLICATION_NAME, "connect_timeout": 5}
"""How the API introduces itself, and how many seconds it waits for a connection."""


def _connect_runtime() -> psycopg.Connection:
    return connect(settings.POSTGRES_USER, settings.POSTGRES_PASSWORD, **AS_THE_API)


THREADS = 20
"""How many worker threads a process has, and connections for their sessions."""

# The URI names the dialect and shows where the engine leads; connections follow the settings as they are when made.
# None of the worker threads waits for a connection that only another waiting thread could give back.
engine = create_engine(
    settings.SQLALCHEMY_DATABASE_URI,
    creator=_connect_runtime,
    native_inet_types=False,
    pool_size=THREADS,
    max_overflow=0,
    pool_timeout=5,
)


@event.listens_for(engine, "checkout")
def _refuse_ended(connection: psycopg.Connection, _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
    if has_ended(connection):
        raise InvalidatePoolError("the server has ended the connection")  # all the others are made anew as well


@event.listens_for(engine, "handle_error")
def _forget_prepared(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, psycopg.errors.FeatureNotSupported):
        context.is_disconnect = True  # a table was altered since: all connections are made anew


def has_ended(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """Tell whether the server has ended an idle connection, without asking the server.

    It would have said so: something to read on an idle connection is its farewell, or a notice.
    """
    try:
        socket = select.poll()
        socket.register(connection.fileno(), select.POLLIN)
        while socket.poll(0):
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


def init_db(session: Session) -> None:
    """Make the first superuser, unless somebody has that e-mail already."""
    from app import crud  # which has statements, which need the engine

    if crud.get_user_by_email(session=session, email=settings.FIRST_SUPERUSER) is None:
        crud.create_user(
            session=session,
            user_create=UserCreate(
                email=settings.FIRST_SUPERUSER, password=settings.FIRST_SUPERUSER_PASSWORD, is_superuser=True
            ),
        )
