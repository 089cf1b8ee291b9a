"""The pages. Each calls the functions that the HTTP interface calls, and shows their results."""

import re

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from app.admin.pages import deletions, growth, health, rows, tables
from app.admin.render import root
from app.admin.sign_in import for_console

_other = APIRouter(dependencies=for_console)


@_other.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def find_nothing(request: Request, path: str) -> Response:
    """Answer where there is no page. Only a superuser learns that: to others every address looks alike."""
    if request.method == "GET" and re.fullmatch("items|users|growth|health|tables(/[^/]+)?", path):
        return RedirectResponse(f"{root(request)}/{path}/", 307)
    raise HTTPException(404, "There is no such page.")


routes: list[BaseRoute] = [
    *deletions.router.routes,
    *rows.router.routes,
    *tables.router.routes,
    *growth.router.routes,
    *health.router.routes,
    *_other.routes,
]
"""All pages. The last route matches whatever no other does."""
