"""The application: what it does when it starts, its OpenAPI document, and browsers of other origins."""

import logging

from app.core.config import settings
from app.main import app
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

MONTHS = "select p.partition::text from archive._partitions('item_archive') p where p.lower > now() order by p.lower"


def test_the_months_ahead_get_their_partitions(db):
    before = db.execute(MONTHS).fetchall()
    db.execute(f"drop table {before[0][0]}")

    with TestClient(app):
        pass

    assert db.execute(MONTHS).fetchall() == before


def test_without_a_database_it_starts_and_says_so(db, monkeypatch, caplog):
    monkeypatch.setattr(settings, "POSTGRES_SERVER", "/nonexistent")

    with caplog.at_level(logging.WARNING), TestClient(app) as client:
        assert client.get("/api/v1/utils/health-check/").json() is True

    assert "was not maintained" in caplog.text


def test_operations_are_named_by_tag_and_function(client):
    document = client.get("/api/v1/openapi.json").json()

    names = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}

    assert {"login-login_access_token", "users-register_user", "items-read_items", "utils-health_check"} <= names
    for route in (route for route in app.routes if isinstance(route, APIRoute) and route.include_in_schema):
        assert f"{route.tags[0]}-{route.name}" in names


def test_the_frontend_may_call_with_credentials_and_others_may_not(client):
    asked = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "authorization"}

    ours = client.options("/api/v1/items/", headers=asked | {"Origin": settings.FRONTEND_HOST})
    others = client.options("/api/v1/items/", headers=asked | {"Origin": "https://eve.example.com"})

    assert ours.status_code == 200
    assert ours.headers["Access-Control-Allow-Origin"] == settings.FRONTEND_HOST
    assert ours.headers["Access-Control-Allow-Credentials"] == "true"
    assert "DELETE" in ours.headers["Access-Control-Allow-Methods"]
    assert "authorization" in ours.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Origin" not in others.headers
