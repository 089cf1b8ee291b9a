"""Bodies that are too large are refused."""

import http.client
import json
from contextlib import closing

import anyio
import pytest
from app.api.middleware import BodyLimit
from app.core.config import settings
from starlette.exceptions import HTTPException

LIMIT = 2**20
REFUSED = (413, {"detail": f"The body is larger than {LIMIT} bytes"})


@pytest.fixture
def post(port):
    """Send a body to the sign-up over a socket, with its length or in chunks, and return the answer."""

    def post(body, path="/api/v1/users/signup", kind="application/json"):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("POST", path, body, {"Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    return post


def chunks(size):
    return iter([b"x" * 2**16] * (size // 2**16) + [b"x" * (size % 2**16)])


@pytest.mark.parametrize("path", ["/api/v1/users/signup", "/api/v1/login/access-token", "/api/v1/reset-password/"])
def test_a_body_over_the_limit_is_refused(post, path):
    assert post(b"x" * (LIMIT + 1), path) == REFUSED


def test_a_body_over_the_limit_is_refused_whose_length_nobody_told(post):
    assert post(chunks(LIMIT + 1)) == REFUSED


def test_a_form_over_the_limit_is_refused(post):
    assert post(b"a=" + b"x" * LIMIT, "/api/v1/login/access-token", "application/x-www-form-urlencoded") == REFUSED


@pytest.mark.parametrize("body", [b" " * LIMIT, lambda: chunks(LIMIT)])
def test_a_body_up_to_the_limit_is_read(post, body):
    assert post(body() if callable(body) else body)[0] == 422


def test_a_browser_elsewhere_can_read_the_refusal(client):
    origin = {"Origin": settings.FRONTEND_HOST}

    answer = client.post("/api/v1/users/signup", content=b"x" * (LIMIT + 1), headers=origin)

    assert answer.status_code == 413
    assert answer.headers["access-control-allow-origin"] == settings.FRONTEND_HOST


def test_the_limit_can_be_switched_off(post, monkeypatch):
    monkeypatch.setattr(settings, "MAX_BODY_BYTES", 0)

    assert post(b" " * (LIMIT + 1))[0] == 422


def test_a_large_body_without_its_end_is_refused_before_it_is_read(port):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.putrequest("POST", "/api/v1/users/signup")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(30 * 2**20))
        connection.endheaders()

        answer = connection.getresponse()

        assert (answer.status, json.loads(answer.read())) == REFUSED


@pytest.fixture
def exchange():
    """Send pieces of a body with these headers, and return in which order pieces were read and the answer was sent."""

    def exchange(headers, pieces):
        events = []
        messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        messages[-1]["more_body"] = False

        async def receive():
            events.append("read")
            return messages.pop(0)

        async def send(message):
            events.append(message.get("status", "sent"))

        async def application(scope, receive, send):
            with pytest.raises(HTTPException, match="413"):
                while (await receive())["more_body"]:
                    pass
            await send({"type": "http.response.start", "status": 413, "headers": []})

        anyio.run(BodyLimit(application), {"type": "http", "headers": headers}, receive, send)
        return events

    return exchange


PIECE = b"x" * (LIMIT // 2)


@pytest.mark.parametrize("headers", [[], [(b"content-length", str(4 * len(PIECE)).encode())]], ids=["chunks", "length"])
def test_a_proxy_that_is_still_sending_the_body_gets_the_answer_after_its_end(exchange, headers):
    events = exchange(headers, [PIECE] * 4)

    assert events[:5] == ["read"] * 4 + [413]


def test_a_client_that_asks_before_it_sends_a_large_body_is_answered_at_once(exchange):
    headers = [(b"content-length", str(4 * len(PIECE)).encode()), (b"expect", b"100-continue")]

    assert exchange(headers, [PIECE] * 4)[0] == 413


def test_a_body_without_end_is_not_read_for_ever(exchange):
    events = exchange([], [PIECE] * 100)

    assert events.index(413) < 6


def test_answers_are_not_kept_in_caches(client, admin):
    for path in ["/api/v1/users/me", "/api/v1/items/", "/api/v1/archive/items/", "/api/v1/users/nobody"]:
        assert client.get(path, headers=admin).headers["cache-control"] == "no-store"
    assert client.get("/static/style.css").headers["cache-control"] == "no-cache"
