"""What the API does when it starts."""

import logging

from app.core.config import settings
from app.main import app
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

    assert "partitions were not made" in caplog.text
