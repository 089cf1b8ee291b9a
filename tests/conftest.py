"""A real PostgreSQL for every test: migrated once into a template, cloned for each test that asks for a database.

The server is the embedded one. TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin names another version's programs.
"""

import functools
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvicorn
from app.core import embedded
from pytest_postgresql import factories

# In memory where there is room: with each test, hundreds of files come and go, which some file systems are slow at.
MEMORY = Path("/dev/shm")
ROOMY = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 8 * 2**30
SCRATCH = Path(tempfile.mkdtemp(prefix="archive-table-", dir=MEMORY if ROOMY else None))
SCRATCH.chmod(0o711)  # PostgreSQL runs as somebody else where the tests run as root
DATA = SCRATCH / "postgres"
BINARIES = Path(os.environ.get("TEST_POSTGRES_BIN") or embedded.binaries())
HOST, PORT, SUPERUSER = str(embedded.socket_directory(DATA)), "5432", embedded.SUPERUSER

# A shell lets a pytest in the background ignore SIGINT, and with it the programs that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

OWNER, RUNTIME, AUDITOR, STRANGER = "test_owner", "test_api", "test_auditor", "test_stranger"
PASSWORD, NEW_PASSWORD = "a password for tests", "quite another password"
NOBODY = uuid.UUID(int=0)
BUSY = {"detail": "The database is busy, try again"}

# Before the settings are read. Nothing of a developer's own .env may count.
os.environ |= {
    "ENVIRONMENT": "local",
    "POSTGRES_SERVER": HOST,
    "POSTGRES_PORT": PORT,
    "POSTGRES_USER": RUNTIME,
    "POSTGRES_PASSWORD": "unused",
    "MIGRATION_USER": OWNER,
    "FIRST_SUPERUSER": "admin@example.com",
    "FIRST_SUPERUSER_PASSWORD": PASSWORD,
    "SECRET_KEY": "a secret key for tests, long enough for HMAC",
}

from app import crud, utils
from app.core import migrations, security
from app.core.config import settings
from app.core.db import engine
from app.main import app
from app.models import Item, ItemCreate, User, UserCreate
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session


def connect(login: str, **options: Any) -> psycopg.Connection:
    """Open an autocommit connection to the current test's database."""
    options = {"dbname": settings.POSTGRES_DB, "autocommit": True, "application_name": "tests"} | options
    return psycopg.connect(host=HOST, port=PORT, user=login, **options)


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for a condition, at most so long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        threading.Event().wait(0.005)


def reply(response: Response) -> tuple[int, Any]:
    return response.status_code, response.json()


def refusal(response: Response) -> tuple[int, Any, str | None]:
    """A reply, and after how many seconds to try again."""
    return *reply(response), response.headers.get("Retry-After")


@pytest.fixture(scope="session", autouse=True)
def server() -> Iterator[psycopg.Connection]:
    """A running PostgreSQL with the logins that the tests use, as its superuser sees it."""
    with embedded.Server(DATA, BINARIES), connect(SUPERUSER, dbname="postgres") as connection:
        connection.execute("alter system set autovacuum = off")  # it would hold databases that a test drops
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")
        for login in [OWNER, RUNTIME, AUDITOR, STRANGER]:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [login]).fetchone():
                connection.execute(f"create role {login} login")
        connection.execute(f"alter role {OWNER} createrole createdb")
        connection.execute(f"grant pg_signal_backend to {OWNER}")  # to drop what a test has still open
        connection.execute(migrations.ROLES.read_bytes())
        connection.execute(f"grant archive_auditor to {AUDITOR}")
        connection.execute(f"grant {RUNTIME}, archive_runtime, archive_auditor to {OWNER} with admin option")
        yield connection
    shutil.rmtree(SCRATCH)


def migrate(*, dbname: str, **_: object) -> None:
    settings.POSTGRES_DB = dbname
    migrations.upgrade()
    engine.dispose()
    close_to_connections(dbname)


def close_to_connections(dbname: str) -> None:
    """Make it a template that nobody connects to: archive.health() warns where another database has the same roles."""
    with connect(OWNER, dbname="postgres") as connection:
        connection.execute(f"alter database {dbname} allow_connections false")


postgresql_noproc = factories.postgresql_noproc(host=HOST, port=PORT, user=OWNER, load=[migrate])
postgresql = factories.postgresql("postgresql_noproc")


@pytest.fixture
def template() -> str:
    """The fixture that makes this test's database."""
    return "postgresql"


@pytest.fixture
def db(server: psycopg.Connection, request: pytest.FixtureRequest, template: str) -> Iterator[psycopg.Connection]:
    """A connection as the owner to this test's own database, to which the application leads too."""
    postgresql = request.getfixturevalue(template)
    settings.POSTGRES_DB = postgresql.info.dbname
    postgresql.autocommit = True
    yield postgresql
    engine.dispose()
    postgresql.close()
    # The owner drops the database. DROP DATABASE would sleep for 100 ms where a superuser's connection is left.
    connections = "from pg_stat_activity where datname = %s"
    server.execute(f"select pg_terminate_backend(pid) {connections}", [settings.POSTGRES_DB])
    until(lambda: not server.execute(f"select {connections}", [settings.POSTGRES_DB]).rowcount)


@pytest.fixture
def runtime(db: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A connection with the API's login."""
    with connect(RUNTIME) as connection:
        yield connection


@pytest.fixture
def session(db: psycopg.Connection) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture
def set_for_runtime(server: psycopg.Connection, db: psycopg.Connection) -> Callable[[str, str], None]:
    """Change a setting of the API's login, in this test's database alone."""

    def set_for_runtime(name: str, value: str) -> None:
        server.execute(f"alter role {RUNTIME} in database {settings.POSTGRES_DB} set {name} = '{value}'")
        engine.dispose()

    return set_for_runtime


@pytest.fixture
def client(db: psycopg.Connection) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.fixture
def served() -> Any:
    return app


@pytest.fixture
def port(db: psycopg.Connection, served: Any) -> Iterator[int]:
    """The port of a server that leads to this test's database."""
    # The socket takes connections from the start, so nobody has to wait for the server.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(served, log_config=None, log_level="warning"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


hash_once = functools.cache(security.get_password_hash)
"""The hash of a password: a real one, which is slow by design, so not anew for each user of each test."""


@pytest.fixture
def make_user(db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Callable[..., User]:
    def make_user(**fields: Any) -> User:
        make_user.count += 1
        fields = {"email": f"user{make_user.count}@example.com", "password": PASSWORD} | fields
        with Session(engine, expire_on_commit=False) as session, monkeypatch.context() as patch:
            patch.setattr(security, "get_password_hash", hash_once)
            return crud.create_user(session=session, user_create=UserCreate(**fields))

    make_user.count = 0
    return make_user


@pytest.fixture
def make_item(db: psycopg.Connection) -> Callable[..., Item]:
    def make_item(owner: User, **fields: Any) -> Item:
        with Session(engine, expire_on_commit=False) as session:
            item_in = ItemCreate(**{"title": "an item"} | fields)
            return crud.create_item(session=session, item_in=item_in, owner_id=owner.id)

    return make_item


@pytest.fixture
def ada(make_user: Callable[..., User]) -> User:
    return make_user(email="ada@example.com", full_name="Ada Lovelace")


@pytest.fixture
def superuser(db: psycopg.Connection) -> User:
    """The first superuser, whom the migration made."""
    with Session(engine) as session:
        return crud.get_user_by_email(session=session, email=settings.FIRST_SUPERUSER)


@pytest.fixture
def headers() -> Callable[[User], dict[str, str]]:
    def headers(user: User) -> dict[str, str]:
        token = security.create_access_token(user.id, timedelta(minutes=5))
        return {"Authorization": f"Bearer {token}"}

    return headers


@pytest.fixture
def admin(superuser: User, headers: Callable[[User], dict[str, str]]) -> dict[str, str]:
    """What signs in the first superuser."""
    return headers(superuser)


@pytest.fixture
def delete(client: TestClient, headers: Callable[[User], dict[str, str]]) -> Callable[..., None]:
    """Delete an item as a user does, with a reason if need be."""

    def delete(item: Item, user: User, **params: str) -> None:
        answer = client.delete(f"/api/v1/items/{item.id}", params=params, headers=headers(user))
        assert answer.status_code == 200

    return delete


@pytest.fixture
def data() -> Iterator[Path]:
    """Where an embedded database of the test's own can be.

    Not in tmp_path: PostgreSQL has to pass through it as somebody else, and whoever starts pytest closes the directory
    that those of all runs are in.
    """
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        yield Path(folder) / "postgres"


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Every mail, instead of sending it."""
    mails: list[dict[str, str]] = []
    monkeypatch.setattr(utils, "send_email", lambda **mail: mails.append(mail))
    monkeypatch.setattr(settings, "SMTP_HOST", "mail.example.com")
    monkeypatch.setattr(settings, "EMAILS_FROM_EMAIL", "archive@example.com")
    return mails


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that the application sends from now on, in a session or without."""
    sent: list[str] = []

    def note(kind: type) -> None:
        execute = kind.execute

        def noted(cursor, query, *values, **options):
            sent.append(query.decode() if isinstance(query, bytes) else str(query))
            return execute(cursor, query, *values, **options)

        monkeypatch.setattr(kind, "execute", noted)

    note(psycopg.Cursor)
    note(psycopg.AsyncCursor)
    return sent
