"""The OpenAPI document, and the page at `/docs` that shows it, which needs no other host."""

from copy import deepcopy
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from app.api.deps import reusable_oauth2
from app.api.responses import errors
from app.core.config import settings
from app.models import HTTPValidationError

URL = f"{settings.API_V1_STR}/openapi.json"
PAGE = "/docs"
ASSETS = "/docs-assets"

router = APIRouter(tags=["docs"], include_in_schema=False)


def add_routes(app: FastAPI, routes: list[BaseRoute]) -> None:
    """Add the routes of the API under its prefix, each with every status that it can answer.

    Not by `include_router`, which searches the routes of a router twice for each request.
    """
    for route in routes:
        assert isinstance(route, APIRoute)  # noqa: S101, for mypy
        app.add_api_route(
            settings.API_V1_STR + route.path,
            route.endpoint,
            response_model=route.response_model,
            status_code=route.status_code,
            tags=route.tags,
            dependencies=route.dependencies,
            responses=_refusals(route) | route.responses,
            methods=list(route.methods or ()),
            name=route.name,
            response_class=route.response_class,
        )


def _refusals(route: APIRoute) -> dict[int | str, dict[str, Any]]:
    """Return what any route answers that takes a token, parameters or a body, changes something or needs a database."""
    refusals = errors(503)
    if _depends_on(route.dependant, reusable_oauth2):
        refusals |= errors(400, 401, 403, 404)
    if route.methods != {"GET"}:
        refusals |= errors(409, 413)
    if route.body_field or get_flat_params(route.dependant):
        refusals |= {422: {"model": HTTPValidationError}}
    return dict(sorted(refusals.items()))


def _depends_on(dependant: Dependant, call: object) -> bool:
    return dependant.call is call or any(_depends_on(further, call) for further in dependant.dependencies)


@router.get(URL)
async def openapi(request: Request) -> JSONResponse:
    """Answer with the document. Behind a root path its addresses begin with that."""
    document, root_path = request.app.openapi(), request.scope.get("root_path", "").rstrip("/")
    if root_path:
        document = deepcopy(document) | {"servers": [{"url": root_path}]}
        scheme = document["components"]["securitySchemes"][reusable_oauth2.scheme_name]
        scheme["flows"]["password"]["tokenUrl"] = root_path + scheme["flows"]["password"]["tokenUrl"]
    return JSONResponse(document)


@router.get(PAGE)
async def page(request: Request) -> HTMLResponse:
    """Answer with Swagger UI."""
    root_path = request.scope.get("root_path", "").rstrip("/")
    return get_swagger_ui_html(
        openapi_url=root_path + URL,
        title=f"{settings.PROJECT_NAME} - Swagger UI",
        swagger_js_url=f"{root_path}{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{root_path}{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{root_path}{ASSETS}/favicon-32x32.png",
    )


@router.get("/")
async def lead_to_page(request: Request) -> RedirectResponse:
    """Redirect from the address of the server."""
    return RedirectResponse(request.scope.get("root_path", "").rstrip("/") + PAGE)


class Assets(StaticFiles):
    """The files of Swagger UI. Browsers keep them, and ask whether they are still the same."""

    def file_response(self, *arguments: Any, **options: Any) -> Response:
        """Answer with a file, or that it is still the same."""
        response = super().file_response(*arguments, **options)
        response.headers["Cache-Control"] = "no-cache"
        return response


router.mount(ASSETS, Assets(directory=str(files("fastapi_swagger") / "resources")))
