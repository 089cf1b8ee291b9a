"""The pool of connections for single statements. What the pool of sessions promises as well is tested with both."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import anyio
import pytest
from app.core import pool
from app.core.db import engine
from app.main import app
from fastapi.testclient import TestClient

from tests.conftest import RUNTIME, refusal, until
from tests.core.conftest import SESSION, STATEMENT

UNAVAILABLE = {"detail": "The database is not available"}


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


@pytest.mark.parametrize("request_", [STATEMENT, SESSION])
def test_when_all_connections_are_in_use_the_answer_is_503_within_a_bounded_time(ask, client, monkeypatch, request_):
    monkeypatch.setattr(pool, "CHECKOUT_TIMEOUT", 0.1)
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)

    with ExitStack() as others:
        if request_ is STATEMENT:
            for _ in range(pool.CONNECTIONS):
                others.enter_context(client.portal.wrap_async_context_manager(pool.connection()))
        else:
            for _ in range(engine.pool.size()):
                others.enter_context(engine.connect())

        answer = ask(*request_)

    assert refusal(answer) == (503, UNAVAILABLE, "1")
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


def test_a_request_may_come_from_any_event_loop(db, make_user, headers):
    """As from a test client that is not a context manager: it makes a loop for each request."""
    user, client = headers(make_user()), TestClient(app)

    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: client.get("/api/v1/users/me", headers=user).status_code, range(40))

    assert set(answers) == {200}
