"""The OpenAPI document, the page that shows it, and what browsers and proxies need."""

import pytest
from app.core.config import settings
from app.main import app
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.conftest import reply

ERROR = {"$ref": "#/components/schemas/Error"}
OPERATIONS = {
    operation["operationId"]: operation for path in app.openapi()["paths"].values() for operation in path.values()
}


@pytest.fixture
def elsewhere(db):
    """A client of the application under a root path, behind a proxy that ends TLS."""
    return TestClient(Starlette(routes=[Mount("/below", app)]), base_url="http://internal:8000", follow_redirects=False)


def schema(response):
    return response["content"]["application/json"]["schema"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_error_of_every_route_has_its_schema(name):
    for status, response in OPERATIONS[name]["responses"].items():
        if status >= "400" and (name, status) != ("utils-ready", "503"):
            invalid = {"$ref": "#/components/schemas/HTTPValidationError"}
            assert schema(response) == (invalid if status == "422" else ERROR), status
        if status in {"429", "503"} and name != "utils-ready":
            assert "Retry-After" in response["headers"]


def test_schemas_of_errors_are_what_is_answered(client):
    schemas = app.openapi()["components"]["schemas"]

    assert schemas["Error"]["properties"]["detail"]["type"] == "string"
    assert set(schemas["ValidationError"]["properties"]) == {"type", "loc", "msg"}
    (fault,) = client.post("/api/v1/users/signup", json={"email": "a@example.com"}).json()["detail"]
    assert fault == {"type": "missing", "loc": ["body", "password"], "msg": "Field required"}


@pytest.mark.parametrize("name", ["login-login_access_token", "users-register_user", "login-recover_password"])
def test_limited_routes_document_429(name):
    assert "429" in OPERATIONS[name]["responses"]


def test_the_address_of_the_server_leads_to_the_page(client):
    assert client.get("/", follow_redirects=False).headers["Location"] == "/docs"
    assert "swagger-ui" in client.get("/").text


def test_the_page_needs_no_other_host(client):
    page = client.get("/docs").text

    assert "http" not in page.lower().replace("<!doctype html>", "").replace("text/html", "").replace("http-equiv", "")
    for asset in ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"]:
        assert f'"/docs-assets/{asset}"' in page
        assert client.get(f"/docs-assets/{asset}").headers["Cache-Control"] == "no-cache"


def test_under_a_root_path_every_address_begins_with_it(elsewhere):
    page, document = elsewhere.get("/below/docs").text, elsewhere.get("/below/api/v1/openapi.json").json()

    assert "'/below/api/v1/openapi.json'" in page
    assert '"/below/docs-assets/swagger-ui.css"' in page
    assert document["servers"] == [{"url": "/below"}]
    flow = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]["password"]
    assert flow["tokenUrl"] == "/below/api/v1/login/access-token"
    assert elsewhere.get("/below/").headers["Location"] == "/below/docs"


@pytest.mark.parametrize(("path", "leads_to"), [("/api/v1/items", "/api/v1/items/"), ("/admin", "/admin/")])
def test_redirects_are_relative(client, elsewhere, path, leads_to):
    assert client.get(path, follow_redirects=False).headers["Location"] == leads_to
    assert elsewhere.get(f"/below{path}?a=b").headers["Location"] == f"/below{leads_to}?a=b"


def test_a_fault_is_answered_in_json_that_the_frontend_can_read(db, client, headers, ada):
    db.execute("alter table item rename to moved")

    answer = client.get("/api/v1/items/", headers=headers(ada) | {"Origin": settings.FRONTEND_HOST})

    assert reply(answer) == (500, {"detail": "Internal Server Error"})
    assert answer.headers["Access-Control-Allow-Origin"] == settings.FRONTEND_HOST
    assert answer.headers["X-Request-ID"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_frontend_can_read_the_headers_that_concern_it(client):
    answer = client.get("/api/v1/utils/health-check/", headers={"Origin": settings.FRONTEND_HOST})

    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert set(exposed) >= {"X-Request-ID", "Retry-After", "Content-Disposition"}


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("PATCH", "/api/v1/items/", 405), ("GET", "/api/v2", 404)]
)
def test_every_error_has_a_detail(client, method, path, status):
    answer = client.request(method, path)

    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)
