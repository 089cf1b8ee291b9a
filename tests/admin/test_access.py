"""Access to the console: superusers see every page, others only how to sign in. No page loads anything foreign."""

import re
from datetime import timedelta

import pytest
from app.admin import console
from app.core import security
from app.core.config import settings
from app.main import app
from fastapi.testclient import TestClient

from tests.admin.browser import heading

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def everything():
    """Every address that the console has a route for, by every method; and some that it has none for."""
    for route in console.routes:
        path = re.sub(r"{\w+(:path)?}", "1", f"/admin{route.path}")
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]:
            yield method, path
    for path in ["/admin/nonsense", "/admin/items", "/admin/items/1/", "/admin/openapi.json", "/admin/docs"]:
        yield "GET", path


def test_the_table_of_routes_is_walked():
    paths = {path for _, path in everything()}

    assert {"/admin/", "/admin/items/", "/admin/items/1/restore", "/admin/health/", "/admin/sign-out"} <= paths
    assert len(paths) > 15
    assert any(getattr(route, "app", None) is console for route in app.routes)


def is_sign_in_page(answer):
    return 'action="/admin/sign-in"' in answer.text and "<h1>Sign in</h1>" in answer.text


@pytest.mark.parametrize("origin", [{}, {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "GET"}])
def test_whoever_is_not_signed_in_sees_how_to_sign_in_and_nothing_else(client, archived, origin):
    for method, path in everything():
        answer = client.request(method, path, headers=origin, follow_redirects=False)

        # A form that somebody else sent is refused with another.
        expected = 403 if (method, path) == ("POST", "/admin/sign-in") else 401
        assert (answer.status_code, is_sign_in_page(answer)) == (expected, method != "HEAD"), (method, path)
        assert "Blue notebook" not in answer.text
        assert HEADERS.items() <= answer.headers.items()
        assert "access-control-allow-origin" not in answer.headers


def test_whoever_is_not_a_superuser_sees_that_and_nothing_else(client, ada, archived):
    cookie = security.issue_token("console", str(ada.id), timedelta(minutes=5))

    for method, path in everything():
        answer = client.request(method, path, headers={"Cookie": f"console={cookie}"}, follow_redirects=False)

        assert answer.status_code == 403, (method, path)
        assert "Blue notebook" not in answer.text
        assert HEADERS.items() <= answer.headers.items()


def test_other_origins_call_the_api_and_not_the_console(admin_browser):
    frontend = {"Origin": settings.FRONTEND_HOST}

    assert "access-control-allow-origin" in admin_browser.open("/api/v1/items/", headers=frontend).headers
    assert "access-control-allow-origin" not in admin_browser.open("/admin/", headers=frontend).headers


def test_the_headers_are_on_every_answer(admin_browser, archived, db):
    addresses = ["/admin/", "/admin/items/", "/admin/items/4711", "/admin/items/x", "/admin/items/?state=x"]
    for address in [
        *addresses,
        "/admin/items",
        "/admin/items/export/csv",
        "/admin/health/",
        f"/admin/items/{archived}",
    ]:
        assert HEADERS.items() <= admin_browser.open(address, follow_redirects=False).headers.items()
    db.execute("alter table item_archive rename title to heading")
    broken = TestClient(app, cookies=admin_browser.client.cookies, raise_server_exceptions=False)
    page = broken.get("/admin/items/")
    assert (page.status_code, heading(page)) == (500, "Internal Server Error")
    assert HEADERS.items() <= page.headers.items()


@pytest.mark.parametrize("name", ["style.css", "console.js", "icon.svg"])
def test_what_pages_are_dressed_in_is_the_projects_own(client, name):
    answer = client.get(f"/static/{name}")

    assert answer.status_code == 200
    assert "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_hold_no_script_no_style_and_nothing_foreign(admin_browser, archived):
    for address in ["/admin/", "/admin/items/", f"/admin/items/{archived}", "/admin/health/"]:
        page = admin_browser.open(address).text

        assert re.findall(r"<script(?! src=./static/)|<style|\sstyle=|\son\w+=|https?:", page) == []
