"""What a request may take of the database, and what it is told when there is none to be had."""

import select
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from app import archive, crud
from app.core import migrations
from app.core.config import settings
from app.core.db import autocommit, engine
from sqlalchemy import event, text
from sqlmodel import Session

from tests.conftest import RUNTIME, connect

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


def test_connections_that_the_server_has_ended_are_replaced_unnoticed(client, server, make_user, headers):
    user = headers(make_user())
    with ExitStack() as requests:
        for _ in range(5):
            requests.enter_context(engine.connect())
    assert engine.pool.checkedin() >= 5

    server.execute("select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = %s", [RUNTIME])

    assert [client.get("/api/v1/users/me", headers=user).status_code for _ in range(6)] == [200] * 6


def test_a_message_on_an_idle_connection_is_no_reason_to_replace_it(db):
    with autocommit.connect() as connection:
        before = connection.scalar(text("select pg_backend_pid()"))
        connection.execute(text("listen news"))
        socket = connection.connection.driver_connection.fileno()

    db.execute("notify news")
    assert select.select([socket], [], [], 10)[0]

    with autocommit.connect() as connection:
        assert connection.scalar(text("select pg_backend_pid()")) == before


def test_an_exhausted_pool_is_503_within_its_timeout(client, make_user, headers):
    user = headers(make_user())

    with ExitStack() as requests:
        for _ in range(engine.pool.size()):
            requests.enter_context(engine.connect())

        answer = client.get("/api/v1/users/me", headers=user)

    assert told(answer) == (503, UNAVAILABLE, "1")
    assert client.get("/api/v1/users/me", headers=user).status_code == 200


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
    monkeypatch.setattr(archive, "SEARCH_SECONDS", 0.01)
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


def test_a_delete_is_one_statement(client, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    answer = client.delete(f"/api/v1/items/{item.id}", params={"reason": "old"}, headers=headers(user))
    event.remove(engine, "before_cursor_execute", note)

    assert answer.status_code == 200
    assert len(statements) == 2  # who is it, and the delete
    assert "DELETE FROM item" in statements[1]


def test_reads_are_outside_of_transactions(client, db, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)
    states = []

    def note(connection, *_):
        states.append(connection.connection.driver_connection.info.transaction_status)

    event.listen(engine, "after_cursor_execute", note)
    for path in ["users/me", "items/", f"items/{item.id}"]:
        assert client.get(f"/api/v1/{path}", headers=headers(user)).status_code == 200
    event.remove(engine, "after_cursor_execute", note)

    assert set(states) == {psycopg.pq.TransactionStatus.IDLE}


def test_the_same_functions_serve_a_session_with_transactions(db, make_user, make_item):
    user = make_user()
    item = make_item(user)

    with Session(engine) as session:
        assert crud.delete_item(session=session, item_id=item.id, owner_id=user.id, actor=user.id)

    assert db.execute("select archived_by from item_archive").fetchone() == (str(user.id),)
