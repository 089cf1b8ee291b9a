"""Hostile input is refused with a 422 that never repeats it, and is never a 500."""

import json

import pytest
from app.main import app
from fastapi.testclient import TestClient

from tests.conftest import NOBODY, PASSWORD

JSON = {"Content-Type": "application/json"}

OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in app.openapi()["paths"].items()
    for method, operation in operations.items()
]
WITH_BODY = [
    (method, path)
    for method, path, operation in OPERATIONS
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]


def parameters(place):
    """Every parameter of every operation that travels there."""
    for method, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", []):
            if parameter["in"] == place:
                yield method, path, parameter["name"]


TEXTS = [
    ("POST", "/users/", {"email": "x@example.com", "password": PASSWORD, "full_name": "x"}),
    ("POST", "/users/signup", {"email": "x@example.com", "password": PASSWORD, "full_name": "x"}),
    ("PATCH", "/users/me", {"email": "x@example.com", "full_name": "x"}),
    ("PATCH", "/users/me/password", {"current_password": PASSWORD, "new_password": "another password"}),
    ("PATCH", f"/users/{NOBODY}", {"email": "x@example.com", "full_name": "x", "password": PASSWORD}),
    ("POST", "/reset-password/", {"token": "x", "new_password": PASSWORD}),
    ("POST", "/items/", {"title": "x", "description": "x"}),
]


@pytest.fixture
def ask(client, superuser, make_item, headers):
    """Ask as a superuser, about an item that exists, of a server that answers a bug with 500."""
    guarded = TestClient(app, raise_server_exceptions=False)
    item, admin = make_item(superuser), headers(superuser)

    def ask(method, path, headers=(), **options):
        values = {"item_id": item.id, "user_id": NOBODY, "archive_id": 1, "table": "item"}
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", str(value))
        return guarded.request(method, path, headers=admin | dict(headers), **options)

    return ask


def assert_refused(answer):
    assert answer.status_code == 422, f"{answer.request.method} {answer.request.url}: {answer.status_code}"
    assert answer.json()["detail"]
    assert all(set(fault) == {"type", "loc", "msg"} for fault in answer.json()["detail"])


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b"1e999",
        b"[1e999, NaN, -Infinity]",
        b'"\\ud800"',
        b'{"title": NaN',
        b"9" * 5000,
        b'{"x": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe\xfd",
        b"\0",
    ],
    ids=lambda body: f"{body[:12]}",
)
def test_a_body_that_is_no_object_is_refused(ask, body):
    for method, path in WITH_BODY:
        answer = ask(method, path, headers=JSON, content=body)

        assert_refused(answer)
        assert "ud800" not in answer.text


@pytest.mark.parametrize(("method", "path", "body"), TEXTS)
@pytest.mark.parametrize(
    "value", ['"a secret\\u0000 value"', '"a secret \\ud800 value"', "NaN", "1e999", "-Infinity", "9" * 4000, '["x"]']
)
def test_a_bad_value_in_any_text_field_is_refused_and_not_repeated(ask, method, path, body, value):
    for field in body:
        content = json.dumps(body | {field: "HERE"}).replace('"HERE"', value)

        answer = ask(method, f"/api/v1{path}", headers=JSON, content=content)

        assert_refused(answer)
        assert [fault["loc"] for fault in answer.json()["detail"]] == [["body", field]]
        assert "secret" not in answer.text


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_of_another_type_is_refused(ask, content_type):
    for method, path in WITH_BODY:
        assert_refused(ask(method, path, headers={"Content-Type": content_type}, content=b'{"title": "x"}'))


@pytest.mark.parametrize(
    "value", ["%00", "not-an-id%00", "%ff%fe", f"{'9' * 5000}", "-1", "1e999", "%F0%9F%98%80", "a%0Ab"]
)
def test_no_value_in_a_path_is_a_server_error(ask, value):
    for method, path, name in parameters("path"):
        answer = ask(method, path.replace(f"{{{name}}}", value), json={})

        if name in {"email", "table"} and "%00" not in value and (name == "table" or len(value) <= 255):
            assert answer.status_code in {200, 404}
        else:
            assert_refused(answer)


@pytest.mark.parametrize("value", ["%00", "%ff", "9" * 5000, "%ED%A0%80", "NaN"])
def test_no_value_in_a_query_is_a_server_error(ask, value):
    for method, path, name in parameters("query"):
        answer = ask(method, f"{path}?{name}={value}")

        assert answer.status_code in {200, 403, 404, 422}, answer.request.url
        if value == "%00":
            assert_refused(answer)


@pytest.mark.parametrize("form", [b"username=%00&password=x", b"username=x&password=%00", b"", b"username=x"])
def test_a_bad_form_is_refused(ask, form):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    assert_refused(ask("POST", "/api/v1/login/access-token", headers=kind, content=form))
