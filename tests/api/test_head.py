"""HEAD is answered wherever GET is."""

import pytest
from app.core.db import engine
from app.main import app

from tests.conftest import until

GETS = sorted(path for path, methods in app.openapi()["paths"].items() if "get" in methods)


@pytest.mark.parametrize("path", [*GETS, "/api/v1/openapi.json", "/docs", "/admin/", "/static/style.css", "/nowhere"])
def test_head_is_answered_as_get_without_a_body(client, admin, path):
    path = path.format(item_id="x", user_id="x", archive_id="1", table="item")
    headers = admin | {"X-Request-ID": "the-same"}

    get, head = client.get(path, headers=headers), client.head(path, headers=headers)

    assert (head.status_code, head.headers) == (get.status_code, get.headers)
    assert head.content == b""


def test_head_of_a_download_ends_it(db, client, admin, superuser):
    db.execute(
        "insert into item (title, owner_id) select repeat('x', 255), %s from generate_series(1, 10000)", [superuser.id]
    )

    answer = client.head("/api/v1/items/export/csv", headers=admin)

    assert (answer.status_code, answer.content) == (200, b"")
    until(lambda: engine.pool.checkedout() == 0)
