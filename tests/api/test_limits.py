"""What a request may take of the database, and what it is told when there is none to be had."""

import select
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import anyio
import psycopg
import pytest
from app.api.errors import explain
from app.archive import browse
from app.core import migrations, pool
from app.core.config import settings
from app.core.db import engine
from app.main import app
from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.conftest import RUNTIME, connect, until

BUSY = {"detail": "The database is busy, try again"}
TOO_LONG = {"detail": "This takes longer than the database allows: ask for less, or try again"}
UNAVAILABLE = {"detail": "The database is not available"}


def told(answer) -> tuple[int, object, str | None]:
    return answer.status_code, answer.json(), answer.headers.get("Retry-After")


@pytest.fixture
def limit(server, db):
    """Set one of the login's limits for this test's database alone."""

    def limit(name: str, value: str) -> None:
        server.execute(f"alter role {RUNTIME} in database {settings.POSTGRES_DB} set {name} = '{value}'")
        engine.dispose()

    return limit


@contextmanager
def locked(item) -> Iterator[None]:
    with connect(RUNTIME, autocommit=False) as other:
        other.execute("select from item where id = %s for update", [item.id])
        yield


STATEMENT, SESSION = ("GET", None), ("PATCH", {"full_name": "Ann"})
"""Requests for /users/me that run a statement alone, and that need a session as well."""


@pytest.fixture
def ask(client, make_user, headers):
    user = headers(make_user())
    return lambda method, body: client.request(method, "/api/v1/users/me", json=body, headers=user)


@pytest.mark.parametrize("request_", [STATEMENT, SESSION])
def test_connections_that_the_server_has_ended_are_replaced_unnoticed(ask, client, server, request_):
    with ExitStack() as others:
        for _ in range(5):
            others.enter_context(engine.connect())
            others.enter_context(client.portal.wrap_async_context_manager(pool.connection()))
    connections = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = %s"
    assert server.execute(connections, [RUNTIME]).rowcount >= 10

    assert [ask(*request_).status_code for _ in range(12)] == [200] * 12


def test_a_message_on_an_idle_connection_is_no_reason_to_replace_it(db):
    async def listen():
        async with pool.connection() as connection:
            await connection.execute("listen news")
        db.execute("notify news")
        await anyio.wait_readable(connection.fileno())
        async with pool.connection() as same:
            assert same is connection

    anyio.run(listen)


def test_a_session_keeps_a_connection_with_a_message_too(db):
    with engine.connect() as connection:
        connection.execute(text("listen news"))
        connection.commit()
        before = connection.connection.driver_connection

    db.execute("notify news")
    assert select.select([before], [], [], 10)[0]

    with engine.connect() as connection:
        assert connection.connection.driver_connection is before


@pytest.mark.parametrize("request_", [STATEMENT, SESSION])
def test_when_all_connections_are_in_use_the_answer_is_503_within_a_bounded_time(ask, client, monkeypatch, request_):
    monkeypatch.setattr(pool, "PATIENCE", 0.1)
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)

    with ExitStack() as others:
        if request_ is STATEMENT:
            for _ in range(pool.CONNECTIONS):
                others.enter_context(client.portal.wrap_async_context_manager(pool.connection()))
        else:
            for _ in range(engine.pool.size()):
                others.enter_context(engine.connect())

        answer = ask(*request_)

    assert told(answer) == (503, UNAVAILABLE, "1")
    assert ask(*request_).status_code == 200


def test_a_request_that_is_cancelled_in_the_middle_leaves_no_statement_running(db):
    async def cancel():
        with anyio.move_on_after(0.2):
            async with pool.connection() as connection:
                await connection.execute("select pg_sleep(60)")
        async with pool.connection() as connection:
            assert await (await connection.execute("select 1 as one")).fetchone() == {"one": 1}

    anyio.run(cancel)

    asleep = "select from pg_stat_activity where usename = %s and wait_event = 'PgSleep'"
    until(lambda: db.execute(asleep, [RUNTIME]).rowcount == 0)


def test_each_statement_is_a_transaction_of_its_own(db):
    async def transactions():
        async with pool.connection() as connection:
            return [await (await connection.execute("select pg_current_xact_id()")).fetchone() for _ in range(2)]

    first, second = anyio.run(transactions)

    assert first != second


def test_a_request_may_come_from_any_event_loop(db, make_user, headers):
    """As from a test client that is not a context manager: it makes a loop for each request."""
    user, client = headers(make_user()), TestClient(app)

    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: client.get("/api/v1/users/me", headers=user).status_code, range(40))

    assert set(answers) == {200}


def test_a_request_gives_up_waiting_for_a_lock(client, limit, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)
    limit("lock_timeout", "100ms")

    with locked(item):
        answer = client.delete(f"/api/v1/items/{item.id}", headers=headers(user))

    assert told(answer) == (503, BUSY, "1")
    assert client.delete(f"/api/v1/items/{item.id}", headers=headers(user)).status_code == 200


def test_a_request_that_takes_too_long_is_ended(client, limit, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)
    limit("statement_timeout", "100ms")

    with locked(item):
        answer = client.put(f"/api/v1/items/{item.id}", json={"title": "new"}, headers=headers(user))

    assert told(answer) == (503, TOO_LONG, "1")


def test_a_search_that_takes_too_long_is_ended(client, db, monkeypatch, make_user, make_item, admin):
    monkeypatch.setattr(browse, "SEARCH_SECONDS", 0.01)
    owner = make_user()
    db.execute(
        "insert into item (title, owner_id) select repeat('hay ', 60), %s from generate_series(1, 50000)", [owner.id]
    )
    db.execute("delete from item")

    answer = client.get("/api/v1/archive/items/", params={"q": "needle"}, headers=admin)

    assert told(answer) == (503, TOO_LONG, "1")
    assert client.get("/api/v1/archive/items/", headers=admin).json()["count"] == 10_001


@pytest.mark.parametrize("name", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"])
def test_the_login_of_the_api_has_limits_and_the_owner_none(runtime, db, name):
    assert runtime.execute(f"show {name}").fetchone() != ("0",)
    assert db.execute(f"show {name}").fetchone() == ("0",)


def test_a_limit_that_a_dba_has_set_stays(db, server, limit):
    server.execute(f"alter role {RUNTIME} set statement_timeout = '7s'")
    try:
        with migrations.connect_owner() as owner:
            migrations.make_roles(owner)

        with connect(RUNTIME) as api:
            assert api.execute("show statement_timeout").fetchone() == ("7s",)
    finally:
        server.execute(f"alter role {RUNTIME} set statement_timeout = '30s'")


def test_a_login_without_a_limit_is_reported(db, server):
    server.execute(f"alter role {RUNTIME} reset statement_timeout")
    try:
        unwell = db.execute("select check_name, severity, detail from archive.health() where not ok").fetchall()
    finally:
        server.execute(f"alter role {RUNTIME} set statement_timeout = '30s'")

    ((check, severity, detail),) = unwell
    assert (check, severity) == ("runtime login has limits", "warning")
    assert RUNTIME in detail


def test_a_delete_is_one_statement(client, sent, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)
    sent.clear()

    answer = client.delete(f"/api/v1/items/{item.id}", params={"reason": "old"}, headers=headers(user))

    assert answer.status_code == 200
    assert len(sent) == 2  # who is it, and the delete
    assert "DELETE FROM item" in sent[1]


def test_a_function_replaced_meanwhile_is_a_busy_database():
    replaced = psycopg.errors.InternalError_("cache lookup failed for function 4711")

    assert explain(replaced).status_code == 503


def test_a_corrupted_page_is_not():
    corrupted = psycopg.errors.InternalError_("invalid page in block 7")

    with pytest.raises(psycopg.errors.InternalError_):
        explain(corrupted)


@pytest.mark.parametrize("request_", [STATEMENT, SESSION])
def test_a_column_altered_under_prepared_statements_is_no_lasting_error(ask, db, request_):
    for _ in range(12):
        assert ask(*request_).status_code == 200
    with db.transaction():
        db.execute('alter table "user" alter full_name type varchar(300)')
        db.execute("alter table user_archive alter full_name type varchar(300)")
        db.execute("select archive.enable('\"user\"')")

    first = ask(*request_)

    assert first.status_code == 200 or told(first) == (503, BUSY, "1")
    assert [ask(*request_).status_code for _ in range(12)] == [200] * 12


def test_a_read_only_database_is_unavailable_for_changes(ask, client, limit):
    limit("default_transaction_read_only", "on")

    answer = ask("PATCH", {"full_name": "Ann"})

    assert told(answer) == (503, {"detail": "The database takes no changes now, try again"}, "1")
    assert ask("GET", None).status_code == 200
    ready = client.get("/api/v1/utils/ready/")
    assert ready.status_code == 503
    assert "The database is read-only." in ready.json()["errors"]
