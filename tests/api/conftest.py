"""Signing in over HTTP, what a token is good for, and a look into the archive."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from app.core import security
from app.core.config import settings
from app.models import User
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.conftest import NEW_PASSWORD, PASSWORD

ARCHIVED_ITEMS = "/api/v1/archive/items/"
REFUSED = (403, {"detail": "Could not validate credentials"})
UPDATED = (200, {"message": "Password updated successfully"})
INVALID = (400, {"detail": "Invalid token"})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed(**changes: object) -> str:
    """Return a token with the right signature, and with these claims or, where they are null, without them."""
    claims = {"type": "access", "sub": "x", "iat": 1e9, "exp": 4e9, "jti": "j"} | changes
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, settings.SECRET_KEY, security.ALGORITHM)


@pytest.fixture
def sign_in(client: TestClient) -> Callable[..., Response]:
    def sign_in(email: str, password: str = PASSWORD) -> Response:
        return client.post("/api/v1/login/access-token", data={"username": email, "password": password})

    return sign_in


@pytest.fixture
def token_of(sign_in: Callable[..., Response]) -> Callable[..., dict[str, str]]:
    def token_of(user: User, password: str = PASSWORD) -> dict[str, str]:
        return bearer(sign_in(user.email, password).json()["access_token"])

    return token_of


@pytest.fixture
def me(client: TestClient) -> Callable[[dict[str, str]], Response]:
    return lambda headers: client.get("/api/v1/users/me", headers=headers)


@pytest.fixture
def reset(client: TestClient) -> Callable[..., Response]:
    def reset(token: str, password: str = NEW_PASSWORD) -> Response:
        return client.post("/api/v1/reset-password/", json={"token": token, "new_password": password})

    return reset


@pytest.fixture
def browse(client: TestClient, admin: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """Return a page of the archived items, as a superuser gets it."""

    def browse(**params: object) -> dict[str, Any]:
        answer = client.get(ARCHIVED_ITEMS, params=params, headers=admin)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return browse
