"""Filters and the place in a list, as the address of a page carries them."""

from urllib.parse import urlencode

from fastapi import Request
from pydantic import ValidationError

TRAIL = 50
"""How many pages back the link "newer" can go: servers and proxies accept addresses of a few thousand letters."""

_NEWEST = "0"
"""The `before` of the first page in a trail."""


def read_filters(request: Request) -> dict[str, str]:
    """Return the parameters of the address, without the form fields that were left empty."""
    return {name: value for name, value in request.query_params.items() if value}


def without_place(filters: dict[str, str]) -> dict[str, str]:
    """Return the parameters without the place in the list."""
    return {name: value for name, value in filters.items() if name not in {"before", "trail"}}


def faults(error: ValidationError, otherwise: str) -> dict[str, str]:
    """Return what is wrong with the filters, by their names; `otherwise` is the name of what has none."""
    return {str((*fault["loc"], otherwise)[0]): fault["msg"] for fault in error.errors()}


def page_links(request: Request, next_before: object) -> dict[str, str | None]:
    """Return the addresses of the pages before and after this one.

    A page of the archive knows where the next one begins, but not where the previous one did. So each address carries
    the beginnings of the pages before it, at most `TRAIL` of them.
    """
    filters = read_filters(request)
    before, trail = filters.pop("before", _NEWEST), filters.pop("trail", "").split()

    def address(before: object, *trail: str) -> str:
        place = {} if before == _NEWEST else {"before": before, "trail": " ".join(trail)}
        return f"{request.scope['path']}?{urlencode(filters | place)}"

    return {
        "newest": None if before == _NEWEST else address(_NEWEST),
        "newer": address(trail[-1], *trail[:-1]) if trail else None,
        "older": address(next_before, *trail[1 - TRAIL :], before) if next_before else None,
    }
