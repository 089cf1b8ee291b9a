"""The port that the server will listen on."""

import socket

from app.cli.usage import UsageError


def bind(port: str) -> socket.socket:
    """Take the port before anything slow happens. Connections are accepted once the socket listens.

    Raises:
        UsageError: it is no port, or cannot be used.

    """
    if not port.isdecimal() or int(port) > 65535:
        raise UsageError(f'PORT is "{port}", which is no port: it takes a number up to 65535.')
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(port)))
    except OSError as error:
        listener.close()
        raise UsageError(f"Port {port} cannot be used ({error.strerror}): choose another with PORT=…") from error
    return listener
