"""What holds for every request, whatever its route."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.config import settings


class Head:
    """Runs a HEAD as the GET of the same address, and ends it with its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the GET sends, without the body. A download is told that its client went away, and ends."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        is_started = False

        async def receive_until_started() -> Message:
            return {"type": "http.disconnect"} if is_started else await receive()

        async def send_headers(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})
                is_started = True

        await self.app({**scope, "method": "GET"}, receive_until_started, send_headers)


class BodyLimit:
    """Refuses a body of more than `settings.MAX_BODY_BYTES`, without reading it where its length is known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the body on piece by piece. The application answers the error at the first byte too many."""
        limit = settings.MAX_BODY_BYTES
        if scope["type"] != "http" or not limit:
            await self.app(scope, receive, send)
            return
        refusal = f"The body is larger than {limit} bytes"
        if int(Headers(scope=scope).get("content-length", 0)) > limit:  # the server has checked that it is a number
            await JSONResponse({"detail": refusal}, 413)(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, refusal)
            return message

        await self.app(scope, receive_limited, send)


class NoStore:
    """Forbids caches to keep an answer: tokens and personal data are in most. An application's own header counts."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send `Cache-Control: no-store` where the application says nothing."""

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_uncached)
