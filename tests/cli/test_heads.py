"""Requests with too long a head are refused by what serves under `make dev`."""

import socket
import threading

import httpx2
import pytest
import uvicorn
from app.cli.heads import MAX_HEAD, BoundedHeads


async def app(scope, receive, send):
    """Answer how long the body was."""
    length = 0
    while (message := await receive()).get("more_body", False) or message.get("body"):
        length += len(message["body"])
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


@pytest.fixture
def address():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, http=BoundedHeads, lifespan="off", log_config=None, log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            thread.join()


STARTS = {
    "path": b"GET /",
    "one header": b"GET / HTTP/1.1\r\nX: ",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_a_head_without_end_is_refused_and_the_connection_closed(address, start):
    with socket.create_connection(address, timeout=20) as client:
        sent = 0
        answer = b""
        try:
            client.sendall(start)
            while sent < 64 * MAX_HEAD:
                client.sendall(b"x" * 4096)
                sent += 4096
            answer = client.recv(100)
        except ConnectionError:
            pass

    assert sent < 64 * MAX_HEAD or answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))


def test_a_head_that_is_too_long_is_431(address):
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * (MAX_HEAD + 1))
        assert client.recv(100).startswith(b"HTTP/1.1 431 ")


def test_long_bodies_and_many_requests_on_one_connection_are_served(address):
    with httpx2.Client(base_url=f"http://{address[0]}:{address[1]}") as client:
        for _ in range(5):
            assert client.post("/", content=b"x" * 3_000_000, headers={"X": "y" * 20_000}).text == "3000000"
            assert client.get("/").text == "0"
