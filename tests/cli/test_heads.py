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


CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"

STARTS = {
    "path": b"GET /",
    "one header": b"GET / HTTP/1.1\r\nX: ",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
    "a trailer": CHUNKED + b"1\r\nx\r\n0\r\nX: ",
    "many trailers": CHUNKED + b"1\r\nx\r\n0\r\n" + b"X: y\r\n" * 50_000,
    "a chunk's extension": CHUNKED + b"1;x=",
    "the second head": CHUNKED + b"1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\nX: ",
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


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["without end", "complete"])
def test_a_head_that_is_too_long_is_431(address, end):
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD + end)
        answer = b"".join(iter(lambda: client.recv(1000), b""))  # until the server closes

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"\r\nconnection: close\r\n" in answer


def test_a_head_just_short_enough_is_served(address):
    head = b"GET / HTTP/1.1\r\nConnection: close\r\nX: "
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(head + b"x" * (MAX_HEAD - len(head) - 4) + b"\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")


def test_long_bodies_and_many_requests_on_one_connection_are_served(address):
    with httpx2.Client(base_url=f"http://{address[0]}:{address[1]}") as client:
        for _ in range(5):
            assert client.post("/", content=b"x" * 3_000_000, headers={"X": "y" * 20_000}).text == "3000000"
            assert client.get("/").text == "0"
