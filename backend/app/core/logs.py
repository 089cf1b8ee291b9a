"""Log lines, as text or as JSON: each with its time, and within a request with the request's id."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from app.core import trace

Format = Literal["text", "json"]


def configure(format_: Format) -> None:
    """Write the lines of the application and of uvicorn to standard error in this format.

    Without uvicorn's access log: the application logs each request itself.
    """
    handler = _Handler()
    handler.setFormatter(_Json() if format_ == "json" else _Text())
    for name in ["app", "uvicorn"]:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
    logging.getLogger("uvicorn").propagate = False
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate = [], False


class _Handler(logging.Handler):
    """Writes to whatever is standard error at that time."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


class _Formatter(logging.Formatter):
    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what the line says beside its message: the fields given as `extra`, and the request's id."""
        fields: dict[str, Any] = getattr(record, "fields", {})
        if "request_id" not in fields and (request := trace.current()):
            return fields | {"request_id": request.request_id}
        return fields

    def time(self, record: logging.LogRecord) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def error(self, record: logging.LogRecord) -> str:
        return self.formatException(record.exc_info) if record.exc_info else ""


class _Text(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in self.fields(record).items() if value is not None)
        message = record.getMessage().replace("\n", " ")
        line = f"{self.time(record)} {record.levelname} {record.name} {message}{fields}"
        error = self.error(record)
        return f"{line}\n{error}" if error else line


class _Json(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self.fields(record),
        }
        if error := self.error(record):
            line["error"] = error
        return json.dumps(line, default=str)
