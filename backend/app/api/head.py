"""HEAD wherever GET is: the same status and headers, no body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Middleware that runs a HEAD as the GET of the same address, and ends it with its headers."""

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
