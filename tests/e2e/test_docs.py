"""The interactive documentation in a browser, which asks no other host."""

import pytest
from app.main import app
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.conftest import PASSWORD
from tests.e2e.conftest import button


@pytest.fixture(params=["", "/below"])
def root_path(request):
    return request.param


@pytest.fixture
def served(root_path):
    return Starlette(routes=[Mount(root_path, app)]) if root_path else app


def test_who_authorizes_in_the_documentation_can_call_the_api(page, root_path, superuser):
    page.goto(f"{root_path}/")
    button(page, "Authorize").first.click()
    page.locator("#oauth_username").fill(superuser.email)
    page.locator("#oauth_password").fill(PASSWORD)
    page.locator(".modal-btn.authorize").click()
    page.locator(".modal-btn.btn-done").click()

    page.locator("#operations-users-users-read_user_me .opblock-summary-control").click()
    button(page, "Try it out").click()
    with page.expect_response(f"**{root_path}/api/v1/users/me") as answered:
        button(page, "Execute").click()

    assert answered.value.status == 200
    assert answered.value.json()["email"] == superuser.email
