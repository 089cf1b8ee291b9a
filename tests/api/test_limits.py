"""What a request may take of the database: limits of the login, and a database that takes no changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.archive import browse

from tests.conftest import BUSY, RUNTIME, connect, refusal

TOO_LONG = {"detail": "This takes longer than the database allows: ask for less, or try again"}


@contextmanager
def locked(item) -> Iterator[None]:
    with connect(RUNTIME, autocommit=False) as other:
        other.execute("select from item where id = %s for update", [item.id])
        yield


def test_a_request_gives_up_waiting_for_a_lock(client, set_for_runtime, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)
    set_for_runtime("lock_timeout", "100ms")

    with locked(item):
        answer = client.delete(f"/api/v1/items/{item.id}", headers=headers(user))

    assert refusal(answer) == (503, BUSY, "1")
    assert client.delete(f"/api/v1/items/{item.id}", headers=headers(user)).status_code == 200


def test_a_request_that_takes_too_long_is_ended(client, set_for_runtime, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)
    set_for_runtime("statement_timeout", "100ms")

    with locked(item):
        answer = client.put(f"/api/v1/items/{item.id}", json={"title": "new"}, headers=headers(user))

    assert refusal(answer) == (503, TOO_LONG, "1")


def test_a_search_that_takes_too_long_is_ended(client, db, monkeypatch, make_user, make_item, admin):
    monkeypatch.setattr(browse, "SEARCH_SECONDS", 0.01)
    owner = make_user()
    db.execute(
        "insert into item (title, owner_id) select repeat('hay ', 60), %s from generate_series(1, 50000)", [owner.id]
    )
    db.execute("delete from item")

    answer = client.get("/api/v1/archive/items/", params={"q": "needle"}, headers=admin)

    assert refusal(answer) == (503, TOO_LONG, "1")
    assert client.get("/api/v1/archive/items/", headers=admin).json()["count"] == 10_001


def test_a_read_only_database_is_unavailable_for_changes(client, set_for_runtime, make_user, headers):
    user = headers(make_user())
    set_for_runtime("default_transaction_read_only", "on")

    answer = client.patch("/api/v1/users/me", json={"full_name": "Ann"}, headers=user)

    assert refusal(answer) == (503, {"detail": "The database takes no changes now, try again"}, "1")
    assert client.get("/api/v1/users/me", headers=user).status_code == 200
    ready = client.get("/api/v1/utils/ready/")
    assert ready.status_code == 503
    assert "The database is read-only." in ready.json()["errors"]
