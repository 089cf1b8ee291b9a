"""Settings: the environment, or `.env` at the repository root."""

import contextlib
import json
import os
import secrets
import tempfile
import warnings
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AnyUrl, BeforeValidator, EmailStr, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL

from app.core import embedded
from app.core.resources import REPOSITORY

PLACEHOLDER = "changethis"
"""What a secret says before somebody chooses one."""


def _origins(value: Any) -> Any:
    """Accept a JSON list or a comma-separated one."""
    if isinstance(value, str):
        return (
            json.loads(value) if value.lstrip().startswith("[") else [o.strip() for o in value.split(",") if o.strip()]
        )
    return value


class Settings(BaseSettings):
    """What the application reads from its surroundings; every attribute is read when it is used."""

    model_config = SettingsConfigDict(env_file=REPOSITORY / ".env", env_ignore_empty=True, extra="ignore")

    PROJECT_NAME: str = "Archive Table"
    API_V1_STR: str = "/api/v1"
    ENVIRONMENT: Literal["local", "staging", "production"] = "local"
    SECRET_KEY: str = ""
    ACCESS_TOKEN_EXPIRE_MINUTES: int = 60 * 24 * 8
    FRONTEND_HOST: str = "http://localhost:5173"
    BACKEND_CORS_ORIGINS: Annotated[list[AnyUrl], NoDecode, BeforeValidator(_origins)] = []
    SENTRY_DSN: str | None = None

    CONSOLE_IDLE_MINUTES: int = Field(default=60, ge=0)
    """How long a sign-in to the console outlives its last page; 0 for as long as an access token."""

    LOG_FORMAT: Literal["text", "json"] = "text"
    METRICS_TOKEN: str | None = None
    """What shows `GET /metrics` to its bearer. In `local` anybody sees it."""

    MAX_BODY_BYTES: int = Field(default=2**20, ge=0)
    """The largest body of a request; 0 for no limit."""

    SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: int = Field(default=10, ge=0)
    """In five minutes, like the next two. Zero switches a limit off."""
    SIGN_IN_FAILURES_PER_ACCOUNT: int = Field(default=200, ge=0)
    SIGN_IN_FAILURES_PER_ADDRESS: int = Field(default=100, ge=0)
    SIGN_UPS_PER_ADDRESS: int = Field(default=300, ge=0)
    """In an hour, like the next."""
    RECOVERIES_PER_ADDRESS: int = Field(default=60, ge=0)
    """Requests for recovery and resets, each counted by itself."""
    RECOVERY_MAILS_PER_ACCOUNT: int = Field(default=3, ge=0)
    """In a quarter of an hour."""

    POSTGRES_SERVER: str | None = None
    """A host name, or the directory of a Unix socket. Unset: the embedded PostgreSQL."""
    POSTGRES_READ_SERVER: str | None = None
    """The same of a replica that serves lists and downloads, with the port, login and database of the primary."""
    POSTGRES_PORT: int = 5432
    POSTGRES_USER: str = "archive_api"
    POSTGRES_PASSWORD: str = ""
    POSTGRES_DB: str = "archive_table"
    POSTGRES_PREPARED_STATEMENTS: bool = True
    """False behind a transaction-mode pooler that does not follow them, such as PgBouncer before 1.21."""
    MIGRATION_USER: str | None = None
    MIGRATION_PASSWORD: str = ""
    MIGRATION_PASSWORD_OLD: str = ""
    """The owner's password until now, for the one migration that changes it."""
    ARCHIVE_ROLES: str = "archive"
    """The prefix of the archive's roles. Each installation on one cluster needs its own."""
    EMBEDDED_PGDATA: Path = Path(".data/postgres")

    SMTP_HOST: str | None = None
    SMTP_PORT: int = 587
    SMTP_USER: str | None = None
    SMTP_PASSWORD: str | None = None
    SMTP_TLS: bool = True
    SMTP_SSL: bool = False
    EMAILS_FROM_EMAIL: EmailStr | None = None
    EMAILS_FROM_NAME: str = ""
    EMAIL_RESET_TOKEN_EXPIRE_HOURS: int = 48
    EMAIL_TEST_USER: EmailStr = "test@example.com"

    FIRST_SUPERUSER: EmailStr = "admin@example.com"
    FIRST_SUPERUSER_PASSWORD: str = Field(default=PLACEHOLDER, min_length=8, max_length=128)

    @property
    def all_cors_origins(self) -> list[str]:
        """The origins that browsers may call from, the frontend's among them, without trailing slashes."""
        return [str(origin).rstrip("/") for origin in [*self.BACKEND_CORS_ORIGINS, self.FRONTEND_HOST]]

    @property
    def emails_enabled(self) -> bool:
        """Whether mail can be sent: a host and a sender are both set."""
        return bool(self.SMTP_HOST and self.EMAILS_FROM_EMAIL)

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded PostgreSQL."""
        return not self.POSTGRES_SERVER

    @property
    def host(self) -> str:
        """Where PostgreSQL listens: a host name or a socket directory."""
        if self.POSTGRES_SERVER:
            return self.POSTGRES_SERVER
        return str(embedded.socket_directory(self.EMBEDDED_PGDATA))

    @property
    def SQLALCHEMY_DATABASE_URI(self) -> str:  # noqa: N802, its name in the environment's manner
        """The runtime login's database, as text for `create_engine`."""
        return self._uri(self.POSTGRES_USER, self.POSTGRES_PASSWORD)

    @property
    def owner(self) -> str:
        """The login that migrates; the runtime login where no other is set."""
        return self.MIGRATION_USER or self.POSTGRES_USER

    @property
    def owner_password(self) -> str:
        """That login's password."""
        return self.MIGRATION_PASSWORD if self.MIGRATION_USER else self.POSTGRES_PASSWORD

    def _uri(self, user: str, password: str) -> str:
        # A socket directory cannot stand where a URL has its host, so a host always travels as a parameter.
        url = URL.create(
            "postgresql+psycopg",
            username=user,
            password=password or None,
            database=self.POSTGRES_DB,
            query={"host": self.host, "port": str(self.POSTGRES_PORT)},
        )
        return url.render_as_string(hide_password=False)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        self.EMBEDDED_PGDATA = (REPOSITORY / self.EMBEDDED_PGDATA.expanduser()).resolve()
        if self.embedded:
            self.MIGRATION_USER = self.MIGRATION_USER or "archive_owner"
            self.POSTGRES_PORT = embedded.PORT
        self.FRONTEND_HOST = self.FRONTEND_HOST.rstrip("/")
        self.EMAILS_FROM_NAME = self.EMAILS_FROM_NAME or self.PROJECT_NAME
        self._refuse_defaults()
        self.SECRET_KEY = self.SECRET_KEY or _kept_secret(self.EMBEDDED_PGDATA)
        return self

    def _refuse_defaults(self) -> None:
        secret_names = ["SECRET_KEY", "POSTGRES_PASSWORD", "MIGRATION_PASSWORD", "FIRST_SUPERUSER_PASSWORD"]
        placeholders = [f'{name} is "{PLACEHOLDER}"' for name in secret_names if getattr(self, name) == PLACEHOLDER]
        if self.ENVIRONMENT == "local":
            for placeholder in placeholders:
                warnings.warn(f"{placeholder}: change it before anyone else can reach this server.", stacklevel=2)
            return
        unset = [f"{name} is not set" for name in ["SECRET_KEY", "POSTGRES_SERVER"] if not getattr(self, name)]
        if faults := unset + placeholders:
            raise ValueError(f"{'; '.join(faults)}: not allowed with ENVIRONMENT={self.ENVIRONMENT}.")


def _kept_secret(pgdata: Path) -> str:
    """Return the secret key kept beside the embedded data, made on first use, so that a restart ends no sign-in."""
    path = pgdata.with_name(f"{pgdata.name}.secret-key")
    with embedded.usable(pgdata):
        with contextlib.suppress(FileNotFoundError):
            return path.read_text()
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:  # readable by its maker only
            draft.write(secrets.token_urlsafe(32))
            draft.flush()
            with contextlib.suppress(FileExistsError):  # another process was first: its key counts
                os.link(draft.name, path)
        return path.read_text()


settings = Settings()
