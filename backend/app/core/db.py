"""The connection to the database, and the first superuser."""

import select
from typing import Any

import psycopg
from sqlalchemy import PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app import crud
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
    return psycopg.connect(
        host=settings.host,
        port=settings.POSTGRES_PORT,
        user=user,
        password=password or None,
        dbname=settings.POSTGRES_DB,
        prepare_threshold=5 if settings.POSTGRES_PREPARED_STATEMENTS else None,
        **options,
    )


def _connect_runtime() -> psycopg.Connection:
    return connect(
        settings.POSTGRES_USER,
        settings.POSTGRES_PASSWORD,
        application_name=APPLICATION_NAME,
        connect_timeout=5,
    )


# The URI names the dialect and shows where the engine leads; connections follow the settings as they are when made.
# As many as there are worker threads: none waits for a connection that only another waiting thread could give back.
engine = create_engine(
    settings.SQLALCHEMY_DATABASE_URI,
    creator=_connect_runtime,
    native_inet_types=False,
    pool_size=40,
    max_overflow=0,
    pool_timeout=5,
)

autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
"""The same connections, for single statements: each is a transaction of its own, without a BEGIN and a COMMIT."""


@event.listens_for(engine, "checkout")
def _refuse_dead(connection: psycopg.Connection, _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
    """Notice that the server has ended a connection while it lay in the pool, without asking the server.

    It would have said so: something to read on an idle connection is its farewell, or a notice. All the others are
    then made anew as well.
    """
    socket = select.poll()
    try:
        socket.register(connection.fileno(), select.POLLIN)
        while socket.poll(0):
            connection.pgconn.consume_input()
    except psycopg.OperationalError as error:
        raise InvalidatePoolError("the server has ended the connection") from error


def init_db(session: Session) -> None:
    """Make the first superuser, unless somebody has that e-mail already."""
    if crud.get_user_by_email(session=session, email=settings.FIRST_SUPERUSER) is None:
        crud.create_user(
            session=session,
            user_create=UserCreate(
                email=settings.FIRST_SUPERUSER, password=settings.FIRST_SUPERUSER_PASSWORD, is_superuser=True
            ),
        )
