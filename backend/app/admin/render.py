"""Rendering: the templates, their filters for times and numbers, and cookies."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core import security
from app.core.config import settings

NOTICE = "console_notice"
"""The cookie with the notice for the next page, sealed so that no other site can forge one."""


def root(request: Request) -> str:
    """Return the path that the console is mounted at."""
    return str(request.scope["root_path"])


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Answer with a page."""
    notice = _notice(request)
    html = (
        _templates()
        .get_template(template)
        .render(
            project_name=settings.PROJECT_NAME,
            root=root(request),
            static=f"{request.scope.get('app_root_path', '')}/static",
            path=request.scope["path"].removeprefix(root(request)),
            signed_in=getattr(request.state, "signed_in", None),
            notice=notice,
            **context,
        )
    )
    answer = HTMLResponse(html, status)
    if notice:
        delete_cookie(request, answer, NOTICE)
    return answer


def problem_page(request: Request, status: int, problem: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Answer with a page that says why something cannot be done."""
    answer = page(request, "problem.html", status, title=HTTPStatus(status).phrase, problem=problem)
    answer.headers.update(headers or {})
    return answer


def go(request: Request, path: str, notice: str) -> RedirectResponse:
    """Redirect to a page of the console after an action, and show the notice there once."""
    text = base64.urlsafe_b64encode(notice.encode()).decode()
    answer = RedirectResponse(f"{root(request)}{path}", 303)
    set_cookie(request, answer, NOTICE, f"{text}.{security.seal('notice', text)}", lifetime=60)
    return answer


def set_cookie(
    request: Request,
    answer: Response,
    name: str,
    value: str,
    lifetime: int | None = None,
    samesite: Literal["lax", "strict"] = "lax",
) -> None:
    """Set a cookie of the console, for `lifetime` seconds or until the browser is closed."""
    answer.set_cookie(
        name, value, max_age=lifetime, path=root(request), secure=_secure(), httponly=True, samesite=samesite
    )


def delete_cookie(request: Request, answer: Response, name: str) -> None:
    """Delete a cookie of the console."""
    answer.delete_cookie(name, path=root(request), secure=_secure(), httponly=True, samesite="lax")


def needs_https(request: Request) -> bool:
    """Return whether browsers will not keep the console's cookies, because this request came over plain HTTP."""
    return _secure() and request.url.scheme != "https"


def _secure() -> bool:
    return settings.ENVIRONMENT != "local"


def _notice(request: Request) -> str | None:
    text, _, seal = request.cookies.get(NOTICE, "").partition(".")
    if not text or not security.is_sealed("notice", text, seal):
        return None
    return base64.urlsafe_b64decode(text).decode()


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "iso": lambda moment: moment.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "utc": lambda moment: f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "utc_exact": lambda moment: f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC",
        "thousands": lambda number: f"{number:,}",
        "query": lambda values: urlencode({name: value for name, value in values.items() if value not in {None, ""}}),
        "field_time": _field_time,
        "address": lambda name: quote(name, safe=""),
        "shown": _shown,
    }
    return templates


def _shown(value: object, most: int) -> str:
    """Write a value of any type for people; of a long one, the beginning."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    more = len(text) - most
    return text if more <= 0 else f"{text[:most]}… and {more:,} characters more"


def _field_time(text: str) -> str:
    """Write a time, as it stands in an address, the way that a field for times reads it: in UTC, without saying so."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return text
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "minutes")
