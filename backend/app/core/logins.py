"""The passwords of the owner and of the API's login: changed in the settings, they are changed in PostgreSQL."""

import psycopg
from psycopg import sql

from app.core.config import settings
from app.core.db import connect
from app.errors import LoginRefused


def renew_owner_password() -> None:
    """Where the owner's password is still MIGRATION_PASSWORD_OLD, make it the one in the settings.

    Raises:
        LoginRefused: neither is its password, or the old one is not given.
        psycopg.OperationalError: the server does not answer.

    """
    if settings.embedded:
        return
    try:
        connect(settings.owner, settings.owner_password).close()
    except psycopg.OperationalError as refusal:
        if not settings.MIGRATION_PASSWORD_OLD:
            if "password" not in str(refusal):
                raise
            raise LoginRefused(
                f"{refusal} (If its password in the settings is new, MIGRATION_PASSWORD_OLD takes the old one.)"
            ) from refusal
        try:
            connection = connect(settings.owner, settings.MIGRATION_PASSWORD_OLD)
        except psycopg.OperationalError:
            raise refusal from None
        with connection:
            _set_password(connection, settings.owner, settings.owner_password)


def renew_runtime_password() -> None:
    """Where the API's login is refused, give it the password in the settings.

    Raises:
        LoginRefused: the owner may not.

    """
    if settings.embedded or settings.owner == settings.POSTGRES_USER or not settings.POSTGRES_PASSWORD:
        return
    try:
        connect(settings.POSTGRES_USER, settings.POSTGRES_PASSWORD).close()
    except psycopg.OperationalError as refusal:
        with connect(settings.owner, settings.owner_password) as connection:
            try:
                _set_password(connection, settings.POSTGRES_USER, settings.POSTGRES_PASSWORD)
            except psycopg.errors.InsufficientPrivilege as error:
                raise LoginRefused(
                    f"{refusal} ({settings.owner} may not change its password to POSTGRES_PASSWORD: somebody has to"
                    f" who may, with \\password {settings.POSTGRES_USER} in psql.)"
                ) from error


def encrypted(connection: psycopg.Connection, login: str, password: str) -> str:
    """Return what PostgreSQL stores for a password, so that the password itself appears in no log."""
    return connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()


def _set_password(connection: psycopg.Connection, login: str, password: str) -> None:
    statement = sql.SQL("alter role {} password {}")
    connection.execute(statement.format(sql.Identifier(login), sql.Literal(encrypted(connection, login, password))))
