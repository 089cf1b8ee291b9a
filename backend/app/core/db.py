"""The connection to the database, and the first superuser."""

from collections.abc import Callable
from select import POLLIN, poll
from typing import Any

import psycopg
from sqlalchemy import Engine, ExceptionContext, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, col, func, select

from app.core import embedded, metrics, security
from app.core.config import settings
from app.models import User, UserCreate, email_spellings

APPLICATION_NAME = "archive-table api"
"""What the archive records as `application_name` for everything done through the API."""


def connect(user: str, password: str, **options: Any) -> psycopg.Connection:
    """Open a connection to the configured database; the embedded one is started if need be.

    Raises:
        psycopg.OperationalError: the server does not answer, or refuses this login.
        EmbeddedError: the embedded PostgreSQL cannot be started.

    """
    if settings.embedded:
        embedded.ensure(settings.EMBEDDED_PGDATA)
    return psycopg.connect(**parameters(user, password), **options)


def parameters(user: str, password: str) -> dict[str, Any]:
    """Return the connection parameters for psycopg, as the settings are now."""
    return {
        "host": settings.host,
        "port": settings.POSTGRES_PORT,
        "user": user,
        "password": password or None,
        "dbname": settings.POSTGRES_DB,
        "prepare_threshold": 5 if settings.POSTGRES_PREPARED_STATEMENTS else None,
    }


def parameters_of_replica() -> dict[str, Any]:
    """Return the parameters of the API's login on the replica: of its connections, only the server differs."""
    # A host that vanishes without closing its sockets is noticed soon, for the primary can answer instead.
    return parameters(settings.POSTGRES_USER, settings.POSTGRES_PASSWORD) | {
        "host": settings.POSTGRES_READ_SERVER,
        "tcp_user_timeout": 2000,
    }


AS_THE_API: dict[str, Any] = {"application_name": APPLICATION_NAME, "connect_timeout": 5}
"""Connection parameters of the API: its name, and how many seconds it waits for a connection."""


def connect_runtime() -> psycopg.Connection:
    """Open a connection as the API's login. Raises what `connect` does."""
    return connect(settings.POSTGRES_USER, settings.POSTGRES_PASSWORD, **AS_THE_API)


def connect_replica() -> psycopg.Connection:
    """Open a connection as the API's login to the replica. Raises what `connect` does."""
    return psycopg.connect(**parameters_of_replica(), **AS_THE_API)


THREADS = 20
"""How many worker threads a process has, and connections for their sessions."""


# The URI chooses the dialect. Connections use the settings as they are when each is opened.
# As many connections as threads. With fewer, a thread holding one connection could wait for a second one that only
# another waiting thread holds: a deadlock.
def _create_engine(creator: Callable[[], psycopg.Connection]) -> Engine:
    return create_engine(
        settings.SQLALCHEMY_DATABASE_URI,
        creator=creator,
        native_inet_types=False,
        pool_size=THREADS,
        max_overflow=0,
        pool_timeout=5,
        hide_parameters=True,  # in errors, which are logged
    )


engine = _create_engine(connect_runtime)
replica_engine = _create_engine(connect_replica)
"""Connections to the replica, for downloads."""

_in_use = metrics.connections_in_use.labels("sessions")


@event.listens_for(engine, "engine_disposed")
def _dispose_of_replica(_: Engine) -> None:
    replica_engine.dispose()


@event.listens_for(engine, "checkout")
@event.listens_for(replica_engine, "checkout")
def _refuse_closed(connection: psycopg.Connection, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
    if is_closed_by_server(connection):
        raise InvalidatePoolError("the server has closed the connection")  # all the others are opened anew as well
    entry.record_info["in_use"] = True  # type: ignore[index]  # an open connection has a record
    _in_use.inc()


@event.listens_for(engine, "checkin")
@event.listens_for(replica_engine, "checkin")
def _note_checkin(_: psycopg.Connection | None, entry: ConnectionPoolEntry) -> None:
    if entry.record_info.pop("in_use", False):  # type: ignore[union-attr]  # not after a checkout that failed
        _in_use.dec()


@event.listens_for(engine, "handle_error")
@event.listens_for(replica_engine, "handle_error")
def _forget_prepared(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, psycopg.errors.FeatureNotSupported):
        context.is_disconnect = True  # a table was altered since: all connections are opened anew


def is_closed_by_server(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """Tell from the socket of an idle connection, without a round trip, whether the server has closed it.

    What can be read from the socket of an idle connection is the end of the stream, or a notice.
    """
    try:
        socket = poll()
        socket.register(connection.fileno(), POLLIN)
        while socket.poll(0):
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


def init_db(session: Session) -> None:
    """Make the first superuser, unless a user has that e-mail already."""
    emails = email_spellings(settings.FIRST_SUPERUSER)
    if session.exec(select(User.id).where(func.lower(col(User.email)).in_(emails))).first():
        return
    password = settings.FIRST_SUPERUSER_PASSWORD
    user_create = UserCreate(email=settings.FIRST_SUPERUSER, password=password, is_superuser=True)
    session.add(security.new_user(user_create))
    session.commit()
