"""Downloads whose client goes away."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn
from app.core.db import engine
from app.main import app


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


def test_abandoned_downloads_give_their_connections_back(db, port, make_user, headers):
    user = make_user()
    db.execute(
        "insert into item (title, description, owner_id)"
        " select 'x', repeat('y', 250), %s from generate_series(1, 100000)",
        [user.id],
    )
    request = (
        f"GET /api/v1/items/export/csv HTTP/1.1\r\nHost: x\r\nAuthorization: {headers(user)['Authorization']}\r\n\r\n"
    )

    def begin_and_leave(_):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            client.sendall(request.encode())
            assert client.recv(100).startswith(b"HTTP/1.1 200")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(begin_and_leave, range(20)))

    pause = threading.Event()
    for _ in range(200):
        if engine.pool.checkedout() == 0:
            break
        pause.wait(0.1)
    assert engine.pool.checkedout() == 0
