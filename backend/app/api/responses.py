"""Responses with rows as JSON, not validated again, and those of errors in the OpenAPI document."""

from typing import Any

from fastapi.responses import Response
from pydantic_core import to_json

from app.archive.browse import Page
from app.models import Error

RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a route that can refuse with these statuses, for the OpenAPI document."""
    return {
        status: {"model": Error, "headers": RETRY_AFTER} if status in {429, 503} else {"model": Error}
        for status in statuses
    }


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


def json_page(page: Page[str]) -> JsonPage:
    """Answer with a page of archived rows."""
    return JsonPage(page.rows, count=page.count, count_exact=page.count_exact, next_before=page.next_before)
