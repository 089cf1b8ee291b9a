"""Requests with a bound on their heads: uvicorn itself takes a line, headers and trailers of any size into memory."""

from starlette.responses import JSONResponse
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024
"""Bytes of a request before its body, and as many after it; proxies allow 8 to 32 KiB."""

_refuse = JSONResponse({"detail": f"The head is larger than {MAX_HEAD} bytes"}, 431, {"Connection": "close"})


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, which refuses a head that is too long, and closes the connection."""

    _unparsed = 0
    """Bytes of a head, of trailers or between chunks that have no end yet."""

    def data_received(self, data: bytes) -> None:
        """Read what the client sent."""
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > MAX_HEAD and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Go on to the body, or refuse the request: in one piece, a head of up to 256 KiB can arrive."""
        self._unparsed = 0
        if len(self.url) + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers) > MAX_HEAD:
            self.app = _refuse
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a piece of the body on."""
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        self._unparsed = 0
        super().on_message_complete()
