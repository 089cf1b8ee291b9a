"""Rows as JSON, the way that they come from the database."""

from fastapi.responses import Response
from pydantic_core import to_json


class Json(Response):
    """A row in JSON.

    Nothing is checked again: the database holds what the schema of the answer says, and a check of each row in Python
    would cost more than all the rest.
    """

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Write numbers, ids and times as pydantic does."""
        return to_json(content)


class JsonPage(Response):
    """A page of rows that are in JSON already, and how it fits into the whole."""

    media_type = "application/json"

    def __init__(self, rows: list[str], **whole: object) -> None:
        super().__init__(b'{"data":[%b],%b' % (",".join(rows).encode(), to_json(whole)[1:]))
