"""A Python client made from the OpenAPI document: errors arrive in it as values."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from app.api.deps import get_db
from app.core.config import settings
from app.core.db import engine
from app.main import app
from fastapi import HTTPException

from tests.conftest import NOBODY, PASSWORD

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The client, as openapi-python-client makes it, without warnings."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_text(json.dumps(app.openapi()))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", document, "--meta", "none"]
    run = subprocess.run(
        [*command, "--output-path", folder / "made_client", "--fail-on-warning"],
        cwd=folder,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},  # it formats with ruff
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module("made_client")
    sys.path.remove(str(folder))


@pytest.fixture
def call(made, port):
    """Call an operation of the client, by the name of its module, and return the status and what arrived."""

    def call(name, token=None, **values):
        tag, operation = name.split(".")
        module = importlib.import_module(f"made_client.api.{tag}.{operation}")
        url = f"http://127.0.0.1:{port}"
        client = made.AuthenticatedClient(url, token) if token else made.Client(url)
        with client:
            answer = module.sync_detailed(client=client, **values)
        return int(answer.status_code), answer.parsed

    return call


@pytest.fixture
def token(admin):
    return admin["Authorization"].removeprefix("Bearer ")


def model(name, **values):
    """An instance of one of the client's models."""
    models = importlib.import_module("made_client.models")
    return getattr(models, name)(**values)


def test_a_success_arrives_as_the_object(call, token, superuser, make_item):
    item = make_item(superuser, title="Floor plan")

    status, found = call("items.items_read_item", token, item_id=item.id)

    assert (status, found.title) == (200, "Floor plan")


def test_not_found_arrives_as_a_value(call, token):
    assert call("items.items_read_item", token, item_id=NOBODY) == (404, model("Error", detail="Item not found"))


def test_a_conflict_arrives_as_a_value(call, token, ada):
    wanted = model("UserUpdateMe", email=ada.email)

    taken = model("Error", detail="User with this email already exists")
    assert call("users.users_update_user_me", token, body=wanted) == (409, taken)


def test_a_refusal_by_a_limit_arrives_as_a_value(call, made, monkeypatch):
    def refuse():
        raise HTTPException(429, "Too many attempts", {"Retry-After": "60"})

    monkeypatch.setitem(app.dependency_overrides, get_db, refuse)
    form = model("LoginForm", username="ada@example.com", password=PASSWORD)

    refused = model("Error", detail="Too many attempts")
    assert call("login.login_login_access_token", body=form) == (429, refused)


def test_a_database_that_is_away_arrives_as_a_value(call, token, monkeypatch):
    assert call("utils.utils_health_check")[0] == 200  # the server has started, and keeps connections
    engine.dispose()
    monkeypatch.setattr(settings, "POSTGRES_SERVER", "/nonexistent")

    away = model("Error", detail="The database is not available")
    assert call("items.items_read_items", token) == (503, away)


def test_invalid_input_arrives_as_a_value(call, token):
    status, found = call("items.items_read_items", token, limit=0)

    assert status == 422
    assert found.detail[0].loc == ["query", "limit"]
