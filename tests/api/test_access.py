"""Who may call what: every route of the route table, with every kind of credential."""

from datetime import timedelta

import pytest
from app.core import security
from app.main import app
from app.utils import generate_password_reset_token
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.api.conftest import bearer, signed
from tests.conftest import NOBODY, reply

ANYBODY = {
    "login-login_access_token",
    "login-recover_password",
    "login-reset_password",
    "users-register_user",
    "utils-health_check",
    "utils-ready",
}
USERS = {
    "login-test_token",
    "users-read_user_me",
    "users-update_user_me",
    "users-delete_user_me",
    "users-update_password_me",
    "users-read_user_by_id",
    "items-read_items",
    "items-create_item",
    "items-export_items",
    "items-read_item",
    "items-update_item",
    "items-delete_item",
    "items-delete_items",
}
"""All other routes are for superusers, those too that are made later."""

ROUTES = [route for route in app.routes if isinstance(route, APIRoute) and route.include_in_schema]
CALLS = [(method, route.path_format, f"{route.tags[0]}-{route.name}") for route in ROUTES for method in route.methods]

NOT_SIGNED_IN = (401, {"detail": "Not authenticated"})
NOT_VALID = (403, {"detail": "Could not validate credentials"})
NOT_PRIVILEGED = (403, {"detail": "The user doesn't have enough privileges"})
GONE = (404, {"detail": "User not found"})
INACTIVE = (400, {"detail": "Inactive user"})
ANOTHERS = (400, {"detail": "Not enough permissions"})

BODIES = {
    "items-create_item": {"title": "new"},
    "items-update_item": {"title": "new"},
    "items-delete_items": {"ids": [str(NOBODY)]},
    "users-create_user": {"email": "new@example.com", "password": "a long password"},
}


def answer_to(response):
    """Return status and body, the latter where it is not a file."""
    return reply(response) if response.headers["Content-Type"] == "application/json" else (response.status_code, None)


@pytest.fixture
def refused(make_user, headers):
    """Credentials that no route for users accepts, and the answers to them."""
    user = make_user()
    expired = security.create_access_token(user.id, timedelta(minutes=-1))
    forged = headers(user)["Authorization"][:-4] + "AAAA"
    inactive = headers(make_user(is_active=False))
    basic = {"Authorization": "Basic dXNlcjpwYXNzd29yZA=="}
    return {
        "none": ({}, NOT_SIGNED_IN),
        "of another scheme": (basic, NOT_SIGNED_IN),
        "malformed": (bearer("not.a.token"), NOT_VALID),
        "forged": ({"Authorization": forged}, NOT_VALID),
        "expired": (bearer(expired), NOT_VALID),
        "for a reset": (bearer(generate_password_reset_token(user.email, user.id)), NOT_VALID),
        "for the console": (bearer(security.issue_token("console", str(user.id), timedelta(minutes=5))), NOT_VALID),
        "without a user": (bearer(signed(sub="nobody")), NOT_VALID),
        "of a user who is gone": (bearer(signed(sub=str(NOBODY))), GONE),
        "of an inactive user": (inactive, INACTIVE),
    }


@pytest.fixture
def call(client, make_user, make_item):
    """Call a route about somebody else's item, or about somebody else."""
    owner = make_user()
    item = make_item(owner)

    def call(method, path, name, headers):
        ids = {"item_id": item.id, "user_id": owner.id, "archive_id": 1, "transaction_id": 1}
        path = path.format(**ids, email="x", table="item")
        return client.request(method, path, headers=headers, json=BODIES.get(name), params=PARAMETERS.get(name))

    return call


PARAMETERS = {"utils-test_email": {"email_to": "test@example.com"}}


def test_the_lists_name_routes_that_exist():
    names = {name for _, _, name in CALLS}

    assert names >= ANYBODY
    assert USERS - {"items-delete_items"} <= names


def test_only_routes_for_anybody_answer_without_a_valid_token(call, refused):
    wrong = {
        (name, credential): answer
        for method, path, name in CALLS
        for credential, (headers, refusal) in refused.items()
        if ((answer := answer_to(call(method, path, name, headers))) == refusal) == (name in ANYBODY)
    }

    assert wrong == {}


def test_routes_for_superusers_refuse_users(call, make_user, headers):
    answers = {name: answer_to(call(method, path, name, headers(make_user()))) for method, path, name in CALLS}

    assert {name for name, answer in answers.items() if answer == NOT_PRIVILEGED} == (
        answers.keys() - ANYBODY - USERS | {"users-read_user_by_id"}  # another's
    )
    assert {name for name, answer in answers.items() if answer == ANOTHERS} == {
        "items-read_item",
        "items-update_item",
        "items-delete_item",
    }


def test_superusers_are_refused_nowhere(call, make_user, headers):
    def superuser():
        return headers(make_user(is_superuser=True))

    answers = {name: call(method, path, name, superuser()).status_code for method, path, name in CALLS}

    refusals = {name for name, status in answers.items() if status in {401, 403}}
    assert refusals == {"users-delete_user_me"}  # superusers may not delete themselves
    assert not {name for name, status in answers.items() if status >= 500}


def test_every_status_is_in_the_document(call, refused, make_user, headers):
    documented = {
        operation["operationId"]: set(operation["responses"])
        for path in app.openapi()["paths"].values()
        for operation in path.values()
    }
    credentials = [headers for headers, _ in refused.values()]

    def seen(method, path, name):
        accepted = [headers(make_user()), headers(make_user(is_superuser=True))]
        return {str(call(method, path, name, given).status_code) for given in [*credentials, *accepted]}

    undocumented = {name: seen(method, path, name) - documented[name] for method, path, name in CALLS}
    assert {name: statuses for name, statuses in undocumented.items() if statuses} == {}


@pytest.mark.parametrize("environment", ["local", "production"])
def test_pages_outside_the_api_need_no_token(client, environment):
    for path in ["/docs", "/api/v1/openapi.json", "/static/style.css", "/docs-assets/swagger-ui.css"]:
        assert client.get(path).status_code == 200


def test_the_console_shows_nothing_without_a_sign_in(db):
    from app.admin.main import console

    pages = [route.path_format for route in console.routes if isinstance(route, APIRoute) and "GET" in route.methods]
    with TestClient(app) as client:
        shown = {
            path: client.get(f"/admin{path.format(archive_id=1, path='x', transaction_id=1, table='item')}")
            for path in pages
        }

    assert {page.status_code for page in shown.values()} == {401}
