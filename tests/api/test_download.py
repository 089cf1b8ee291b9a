"""Downloads whose client goes away."""

import csv
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import uvicorn
from app.api.export import DOWNLOADS
from app.core.config import settings
from app.core.db import engine
from app.main import app

from tests.conftest import OWNER, RUNTIME, connect, until


@pytest.fixture
def port(db) -> Iterator[int]:
    """The application on a real socket: the test client reads every answer to its end."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def begin(db, port, make_user, headers):
    """Begin a download of 100,000 items: its socket, and the status it was answered with."""
    user = make_user()
    db.execute(
        "insert into item (title, description, owner_id)"
        " select 'x', repeat('y', 250), %s from generate_series(1, 100000)",
        [user.id],
    )
    token = headers(user)["Authorization"]
    request = f"GET /api/v1/items/export/csv HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n"

    def begin(_=None) -> tuple[socket.socket, int]:
        client = socket.create_connection(("127.0.0.1", port), timeout=30)
        client.sendall(request.encode())
        return client, int(client.recv(100).split()[1])

    return begin


def test_abandoned_downloads_give_their_connections_back(begin):
    for _ in range(20):
        client, status = begin()
        client.close()
        assert status in {200, 503}

    until(lambda: engine.pool.checkedout() == 0)
    client, status = begin()
    client.close()
    assert status == 200
    until(lambda: engine.pool.checkedout() == 0)


def test_slow_downloads_leave_connections_for_others(begin, client):
    with ThreadPoolExecutor(30) as threads:
        slow = list(threads.map(begin, range(30)))

    assert sorted(status for _, status in slow) == [200] * DOWNLOADS + [503] * (30 - DOWNLOADS)
    assert client.get("/api/v1/utils/ready/").status_code == 200
    for stalled, _ in slow:
        stalled.close()
    until(lambda: engine.pool.checkedout() == 0)


@pytest.mark.parametrize("path", ["/api/v1/items/export/csv", "/api/v1/archive/items/export/csv"])
def test_the_document_says_that_downloads_are_csv(path):
    answers = app.openapi()["paths"][path]["get"]["responses"]

    assert answers["200"]["content"] == {"text/csv": {"schema": {"type": "string"}}}


def test_times_in_downloads_are_in_utc_whatever_the_logins_time_zone(server, db, client, admin, make_user, make_item):
    make_item(make_user())
    db.execute("delete from item")
    server.execute(f"alter role {RUNTIME} in database {settings.POSTGRES_DB} set timezone = 'Asia/Kolkata'")
    engine.dispose()

    (row,) = csv.DictReader(client.get("/api/v1/archive/items/export/csv", headers=admin).text.splitlines())

    assert row["archived_at"].endswith("+00")


def test_a_download_that_cannot_begin_is_an_error_not_half_a_file(db, client, admin):
    db.execute("alter table item_archive rename column title to name")

    with pytest.raises(psycopg.errors.UndefinedColumn):
        client.get("/api/v1/archive/items/export/csv", headers=admin)

    assert engine.pool.checkedout() == 0


def test_a_download_that_waits_too_long_for_a_lock_is_503(db, client, admin):
    with connect(OWNER, autocommit=False) as other:
        other.execute("lock table item in access exclusive mode")
        engine.dispose()

        answer = client.get("/api/v1/items/export/csv", headers=admin)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
