"""Requests with a bound on their heads: uvicorn itself takes a line and headers of any size into memory."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024
"""Bytes of a request before its body; proxies allow 8 to 32 KiB."""


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, which refuses a head that is too long, and closes the connection."""

    _head = 0
    _in_head = True

    def data_received(self, data: bytes) -> None:
        """Read what the client sent."""
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MAX_HEAD and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Go on to the body."""
        self._in_head, self._head = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        self._in_head = True
        super().on_message_complete()
