"""HTTP clients that cost next to nothing, so that what is measured is the server.

Requests are bytes made beforehand, and of an answer only its status and its end are looked for.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import NamedTuple

LAST_CHUNK = b"\r\n0\r\n\r\n"


class WrongAnswer(Exception):
    """A server did not answer as it should have."""


class Answer(NamedTuple):
    """One answer, and how long it took."""

    status: int
    head: bytes
    body: bytes
    first_byte: float
    """Seconds from the request to the body's first byte …"""
    seconds: float
    """… and to its last."""


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return a request as it goes over the wire."""
    headers = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """A keep-alive connection that carries one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, request: bytes) -> None:
        """Ask."""
        self.received.clear()
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """Read what has come; return the status once the answer is complete."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise WrongAnswer(f"The server hung up after {bytes(self.received[:500])!r}")
        self.received += part
        return int(self.received[9:12]) if self._complete() else None

    def _complete(self) -> bool:
        head = self.received.find(b"\r\n\r\n", 0, 4096)
        if head < 0:
            return False
        field = self.received.find(b"content-length: ", 0, head)
        if field < 0:
            return self.received.endswith(LAST_CHUNK)
        length = int(self.received[field + 16 : self.received.index(b"\r\n", field)])
        return len(self.received) == head + 4 + length

    def ask(self, request: bytes) -> Answer:
        """Ask, and wait for the answer."""
        start = time.perf_counter()
        self.send(request)
        begun = None
        while (status := self.receive()) is None:
            if begun is None and not self.received.endswith(b"\r\n\r\n"):  # more than the head
                begun = time.perf_counter() - start
        seconds = time.perf_counter() - start
        head, _, body = bytes(self.received).partition(b"\r\n\r\n")
        whole = body if b"content-length: " in head else b"".join(_chunks(body))
        return Answer(status, head, whole, begun or seconds, seconds)


def _chunks(body: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(body):
        start = body.index(b"\r\n", position) + 2
        end = start + int(body[position : start - 2], 16)
        yield body[start:end]
        position = end + 2


def rate(ports: Sequence[int], clients: int, requests: Iterator[bytes], status: int, seconds: float) -> float:
    """Return how many requests a second so many clients get answered, dealt out to the servers.

    Each client has a connection, and asks again as soon as it has its answer.
    It ends when the time is over or the requests are.

    Raises:
        WrongAnswer: one was answered with another status.

    """
    connections = [Connection(port) for port in islice(cycle(ports), clients)]
    with selectors.DefaultSelector() as selector:
        start = time.perf_counter()
        try:
            for connection in connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            waiting = {connection for connection in connections if _next(connection, requests)}
            answered = 0
            while waiting:
                more = time.perf_counter() < start + seconds
                for key, _ in selector.select():
                    found = key.data.receive()
                    if found is None:
                        continue
                    if found != status:
                        raise WrongAnswer(f"{found} instead of {status}: {bytes(key.data.received[:2000])!r}")
                    answered += 1
                    if not (more and _next(key.data, requests)):
                        waiting.discard(key.data)
            return answered / (time.perf_counter() - start)
        finally:
            for connection in connections:
                connection.socket.close()


def _next(connection: Connection, requests: Iterator[bytes]) -> bool:
    request = next(requests, None)
    if request is not None:
        connection.send(request)
    return request is not None
