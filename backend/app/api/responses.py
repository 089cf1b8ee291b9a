"""Responses with rows as JSON, not validated again."""

from fastapi.responses import Response
from pydantic_core import to_json


class Json(Response):
    """A row in JSON.

    The database guarantees what the response schema says. Validating each row in Python would cost more than the rest
    of the request.
    """

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Write numbers, ids and times as pydantic does."""
        return to_json(content)


class JsonPage(Response):
    """A page of rows that are in JSON already, with the count and the next page."""

    media_type = "application/json"

    def __init__(self, rows: list[str], **page_fields: object) -> None:
        super().__init__(b'{"data":[%b],%b' % (",".join(rows).encode(), to_json(page_fields)[1:]))
