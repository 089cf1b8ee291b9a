"""Requests that use either pool of connections."""

import pytest

STATEMENT, SESSION = ("GET", None), ("PATCH", {"full_name": "Ann"})
"""Requests for /users/me that run a statement alone, and that need a session as well."""


@pytest.fixture
def ask(client, make_user, headers):
    user = headers(make_user())
    return lambda method, body: client.request(method, "/api/v1/users/me", json=body, headers=user)
