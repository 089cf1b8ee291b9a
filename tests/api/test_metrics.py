"""`GET /metrics`, for Prometheus."""

import re

import anyio
import pytest
from app import queries
from app.api import monitoring
from app.core import metrics, pool
from app.core.config import settings
from app.core.db import engine

from tests.api.conftest import ARCHIVED_ITEMS, bearer
from tests.conftest import NOBODY, reply, until


@pytest.fixture(autouse=True)
def as_they_are_now(monkeypatch):
    """The archive's figures, read anew for each request."""
    monkeypatch.setattr(monitoring, "KEEP", -1)
    monkeypatch.setattr(monitoring, "_figures", monitoring._Figures())


@pytest.fixture
def figure(client):
    """Return the value of one time series; 0 where it does not exist yet."""

    def figure(series):
        answer = client.get("/metrics")
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        found = re.search(f"^{re.escape(series)} (.*)$", answer.text, re.MULTILINE)
        return float(found[1]) if found else 0

    return figure


@pytest.mark.parametrize(
    ("request_", "series"),
    [
        (("GET", "/api/v1/items/x"), 'method="GET",route="/api/v1/items/{item_id}",status="401"'),
        (("PATCH", "/api/v1/items/x"), 'method="PATCH",route="/api/v1/items/{item_id}",status="405"'),
        (("HEAD", "/api/v1/utils/health-check/"), 'method="HEAD",route="/api/v1/utils/health-check/",status="200"'),
        (("GET", "/anything/else"), 'method="GET",route="unknown",status="404"'),
        (("GET", "/admin/items/5"), 'method="GET",route="/admin/items/{archive_id}",status="401"'),
        (("BREW", "/coffee"), 'method="OTHER",route="unknown",status="404"'),
    ],
)
def test_requests_are_counted_by_route_template_and_status(client, figure, request_, series):
    before = figure(f"http_requests_total{{{series}}}")

    client.request(*request_)

    assert figure(f"http_requests_total{{{series}}}") == before + 1


def test_durations_are_counted_by_route(client, figure):
    series = 'http_request_duration_seconds_bucket{le="+Inf",method="GET",route="/api/v1/users/me"}'
    before = figure(series)

    client.get("/api/v1/users/me")

    assert figure(series) == before + 1


def test_deletions_restores_and_sign_ins_are_counted(client, figure, delete, make_item, ada, admin, sign_in):
    names = ["archive_deletions_total", "archive_restores_total"]
    names += [f'sign_ins_total{{outcome="{outcome}"}}' for outcome in ["succeeded", "failed"]]
    before = [figure(name) for name in names]

    delete(make_item(ada), ada)
    archive_id = client.get(ARCHIVED_ITEMS, headers=admin).json()["data"][0]["archive_id"]
    client.post(f"{ARCHIVED_ITEMS}{archive_id}/restore-preview", headers=admin)
    client.post(f"{ARCHIVED_ITEMS}{archive_id}/restore", headers=admin)
    sign_in(ada.email)
    sign_in(ada.email, "a wrong password")

    assert [figure(name) for name in names] == [count + 1 for count in before]


def test_refusals_of_limits_are_counted_by_kind(figure):
    series = 'limit_refusals_total{kind="sign_in"}'
    before = figure(series)

    metrics.count_refusal("sign_in")

    assert figure(series) == before + 1


def test_archived_rows_are_told_by_table(figure, delete, make_item, ada):
    for _ in range(3):
        delete(make_item(ada), ada)

    until(lambda: figure('archive_rows{source="item"}') == 3)
    assert figure('archive_rows{source="user"}') == 0
    assert figure("archive_database_up") == 1


def test_checks_of_health_that_fail_are_named(db, figure):
    series = 'archive_health_check_failed{check="CHECK",severity="error",source="item"}'
    db.execute("alter table item disable trigger zz_archive_before_delete")

    names = db.execute("select check_name from archive.health() where not ok and severity = 'error'").fetchall()
    assert names
    assert all(figure(series.replace("CHECK", name)) == 1 for (name,) in names)


def test_connections_in_use_are_told(figure):
    with engine.connect():
        assert figure('database_connections_in_use{pool="sessions"}') == 1
    assert figure('database_connections_in_use{pool="sessions"}') == 0


def test_connections_for_statements_and_requests_that_wait_for_one_are_told(db, monkeypatch):
    monkeypatch.setattr(pool, "CONNECTIONS", 1)

    async def hold_one_and_want_another():
        async with pool.connection(), anyio.create_task_group() as tasks:
            tasks.start_soon(queries.users.get_user, NOBODY)
            await anyio.wait_all_tasks_blocked()
            lines = metrics.exposition([]).decode().splitlines()
            tasks.cancel_scope.cancel()
        return lines

    lines = anyio.run(hold_one_and_want_another)
    assert 'database_connections_in_use{pool="statements"} 1.0' in lines
    assert 'database_connections_awaited{pool="statements"} 1.0' in lines
    assert 'database_connections_awaited{pool="statements"} 0.0' in metrics.exposition([]).decode().splitlines()


def test_without_a_database_the_rest_is_told(client, figure, monkeypatch):
    engine.dispose()
    monkeypatch.setattr(settings, "POSTGRES_SERVER", "/nonexistent")

    assert figure("archive_database_up") == 0
    assert figure('http_requests_total{method="GET",route="/metrics",status="200"}') > 0


def test_outside_local_only_the_token_opens_it(client, monkeypatch):
    monkeypatch.setattr(settings, "ENVIRONMENT", "production")
    assert reply(client.get("/metrics")) == (404, {"detail": "Not Found"})

    monkeypatch.setattr(settings, "METRICS_TOKEN", "a token for Prometheus")
    assert reply(client.get("/metrics")) == (401, {"detail": "Not authenticated"})
    for wrong in [bearer("another"), bearer(""), {"Authorization": "a token for Prometheus"}]:
        assert reply(client.get("/metrics", headers=wrong)) == (403, {"detail": "Could not validate credentials"})
    assert client.get("/metrics", headers=bearer("a token for Prometheus")).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "bearer a token for Prometheus"}).status_code == 200
