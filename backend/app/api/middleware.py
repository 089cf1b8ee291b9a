"""What holds for every request, whatever its route."""

import logging
import re
import uuid
from time import perf_counter

import anyio
from starlette.datastructures import URL, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import metrics, trace
from app.core.config import settings

logger = logging.getLogger(__name__)
requests = logging.getLogger("app.requests")

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
DISCARD_SECONDS = 5
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Traced:
    """Gives each request an id, which its answer and its log lines have. Logs, counts and times it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log a request when its answer is complete, just before the last part is sent: then its line is there."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = perf_counter()
        request_id = _request_id(scope)
        traced = trace.begin(request_id.decode(), client[0] if (client := scope.get("client")) else "")
        method = scope["method"] if scope["method"] in METHODS else "OTHER"  # a client could invent any number of them
        status = 0

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            elif not message.get("more_body"):
                _finish(traced, method, scope, status, perf_counter() - start)
                status = 0
            await send(message)

        try:
            await self.app(scope, receive, send_traced)
        finally:
            if status:  # the answer has no end
                _finish(traced, method, scope, status, perf_counter() - start)


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return bytes(value)
    return uuid.uuid4().hex.encode()


def _finish(traced: trace.Trace, method: str, scope: Scope, status: int, seconds: float) -> None:
    template = _template(scope)
    metrics.count_request(method, template, status, seconds)
    level = logging.ERROR if status >= 500 else logging.WARNING if status in {401, 403, 429} else logging.INFO
    fields = {
        "method": method,
        "route": template,
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
        "user_id": traced.user_id,
        "request_id": traced.request_id,
        "transaction_id": traced.transaction_id,
    }
    requests.log(level, "request", extra={"fields": fields})


def _template(scope: Scope) -> str:
    """Return the path with its parameters' names: their values, which may be an e-mail, are in no log and no metric."""
    mounted_at = scope.get("root_path", "").removeprefix(scope.get("app_root_path", scope.get("root_path", "")))
    route = scope.get("route")
    return str(mounted_at + route.path_format if route else mounted_at or "unknown")


class Head:
    """Runs a HEAD as the GET of the same address, and ends it with its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the GET sends, without the body. A download is told that its client went away, and ends."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        scope["method"] = "GET"
        is_started = False

        async def receive_until_started() -> Message:
            return {"type": "http.disconnect"} if is_started else await receive()

        async def send_headers(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})
                is_started = True

        await self.app(scope, receive_until_started, send_headers)


class BodyLimit:
    """Refuses a body of more than `settings.MAX_BODY_BYTES`.

    A body of up to twice as much is read to its end first: a proxy that is still sending it may not see the answer. The
    answer to a larger one, or to a client that waits to be told to send, comes at once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the body on piece by piece. The application answers the error at the first byte too many."""
        limit = settings.MAX_BODY_BYTES
        if scope["type"] != "http" or not limit:
            await self.app(scope, receive, send)
            return
        refusal = f"The body is larger than {limit} bytes"
        length = int(_header(scope, b"content-length") or 0)  # the server has checked that it is a number
        if length > limit:
            if length <= 2 * limit and not _header(scope, b"expect"):
                await _discard(receive, length)
            await JSONResponse({"detail": refusal}, 413)(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                if message.get("more_body"):
                    await _discard(receive, limit)
                raise HTTPException(413, refusal)
            return message

        await self.app(scope, receive_limited, send)


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


async def _discard(receive: Receive, most: int) -> None:
    """Read the rest of a body, so many bytes at most, and not for long."""
    with anyio.move_on_after(DISCARD_SECONDS):
        while most > 0:
            message = await receive()
            most -= len(message.get("body", b""))
            if not message.get("more_body"):
                return


class Headers:
    """Forbids caches to keep an answer, since tokens and personal data are in most, and makes redirects relative.

    An application's own `Cache-Control` counts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the headers as they should be."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = [name for name, _ in message["headers"]]
                if b"cache-control" not in names:
                    message["headers"] = [*message["headers"], (b"cache-control", b"no-store")]
                if b"location" in names:
                    headers = MutableHeaders(scope=message)
                    headers["location"] = _relative(headers["location"], scope)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _relative(location: str, scope: Scope) -> str:
    """Return an address on this server without scheme and host: behind a proxy, the server may not know its own."""
    here = URL(scope=scope)
    return location.removeprefix(f"{here.scheme}://{here.netloc}")


class Faults:
    """Logs a bug of the program and answers 500, to which the middleware around it adds headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the answer has begun: then the server closes the connection, so that the client notices."""
        is_started = False

        async def send_noted(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception:
            if scope["type"] != "http" or is_started:
                raise
            logger.exception("fault")
            await JSONResponse({"detail": "Internal Server Error"}, 500)(scope, receive, send)
