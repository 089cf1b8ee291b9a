"""Items over HTTP."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from tests.conftest import NOBODY, reply

NOT_FOUND = (404, {"detail": "Item not found"})
NOT_YOURS = (400, {"detail": "Not enough permissions"})
DELETED = (200, {"message": "Item deleted successfully"})


def public(item, **changes):
    return {
        "id": str(item.id),
        "title": item.title,
        "description": item.description,
        "owner_id": str(item.owner_id),
    } | changes


def test_a_deleted_item_is_gone_and_archived(client, db, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)

    answer = client.delete(f"/api/v1/items/{item.id}?reason=duplicate", headers=headers(user))

    assert (answer.status_code, answer.json()) == (200, {"message": "Item deleted successfully"})
    assert client.get(f"/api/v1/items/{item.id}", headers=headers(user)).status_code == 404
    archived = db.execute("select id, archived_by, reason, session_role, application_name from item_archive").fetchall()
    assert archived == [(item.id, str(user.id), "duplicate", "test_api", "archive-table api")]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("GET", NOBODY), ("PUT", NOBODY), ("DELETE", NOBODY), ("GET", "export/csv")],
)
def test_without_a_token_there_are_no_items(client, method, path):
    answer = client.request(method, f"/api/v1/items/{path}", json={})

    assert reply(answer) == (401, {"detail": "Not authenticated"})


def test_an_item_belongs_to_whoever_makes_it(client, make_user, headers):
    user, other = make_user(), make_user()
    body = {"title": "A title", "owner_id": str(other.id), "id": str(NOBODY), "unknown": 1}

    answer = client.post("/api/v1/items/", json=body, headers=headers(user))

    assert answer.status_code == 200
    item_id = answer.json()["id"]
    assert answer.json() == {"id": item_id, "title": "A title", "description": None, "owner_id": str(user.id)}
    assert uuid.UUID(item_id).version == 7
    assert client.get(f"/api/v1/items/{item_id}", headers=headers(user)).json() == answer.json()


@pytest.mark.parametrize(
    "change", [{"title": ""}, {"title": None}, {"title": "x" * 256}, {"description": "x" * 256}, {"title": 1}], ids=str
)
def test_an_item_with_a_bad_field_is_refused(client, make_user, make_item, headers, change):
    user = make_user()
    item = make_item(user)

    created = client.post("/api/v1/items/", json={"title": "A title"} | change, headers=headers(user))
    changed = client.put(f"/api/v1/items/{item.id}", json=change, headers=headers(user))

    assert (created.status_code, changed.status_code) == (422, 422)


@pytest.mark.parametrize("who", ["owner", "superuser"])
def test_owners_and_superusers_read_change_and_delete_an_item(client, make_user, make_item, headers, admin, who):
    user = make_user()
    item = make_item(user, description="A description")
    url, them = f"/api/v1/items/{item.id}", headers(user) if who == "owner" else admin

    assert reply(client.get(url, headers=them)) == (200, public(item))
    assert reply(client.put(url, json={}, headers=them)) == (200, public(item))
    assert reply(client.put(url, json={"title": "New"}, headers=them)) == (200, public(item, title="New"))
    assert reply(client.put(url, json={"description": None}, headers=them)) == (
        200,
        public(item, title="New", description=None),
    )
    assert reply(client.delete(url, headers=them)) == DELETED
    assert reply(client.delete(url, headers=them)) == NOT_FOUND


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_others_may_not_touch_an_item_and_nobody_finds_one_that_is_not_there(
    client, db, make_user, make_item, headers, method
):
    item, other = make_item(make_user()), headers(make_user())

    assert reply(client.request(method, f"/api/v1/items/{item.id}", json={"title": "x"}, headers=other)) == NOT_YOURS
    assert reply(client.request(method, f"/api/v1/items/{NOBODY}", json={"title": "x"}, headers=other)) == NOT_FOUND
    assert db.execute("select title from item").fetchall() == [("an item",)]
    assert db.execute("select count(*) from item_archive").fetchone() == (0,)


def test_items_are_listed_newest_first_ones_own_or_for_a_superuser_all(client, make_user, make_item, headers, admin):
    ann, bob = make_user(), make_user()
    items = [make_item(owner) for owner in [ann, bob, ann, bob, ann]]
    newest_first = [public(item) for item in reversed(items)]

    def pages(who):
        pages = [client.get("/api/v1/items/", params={"skip": n, "limit": 2}, headers=who).json() for n in (0, 2, 4)]
        return {page["count"] for page in pages}, [item for page in pages for item in page["data"]]

    assert pages(admin) == ({5}, newest_first)
    assert pages(headers(ann)) == ({3}, [item for item in newest_first if item["owner_id"] == str(ann.id)])
    assert pages(headers(make_user())) == ({0}, [])


@pytest.mark.parametrize("path", ["items", "users"])
@pytest.mark.parametrize("skip", [10**6, 2**63 - 1])
def test_a_page_beyond_the_last_is_empty(client, admin, path, skip):
    answer = client.get(f"/api/v1/{path}/", params={"skip": skip, "limit": 1000}, headers=admin)

    assert (answer.status_code, answer.json()["data"]) == (200, [])


@pytest.mark.parametrize("path", ["items", "users"])
@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=-1", f"limit={10**30}", "limit=x", "skip=-1", f"skip={2**63}", "skip="]
)
def test_a_page_out_of_bounds_is_refused(client, admin, path, query):
    answer = client.get(f"/api/v1/{path}/?{query}", headers=admin)

    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", query.split("=")[0]])


@pytest.mark.parametrize(("reason", "status"), [("ü" * 1000, 200), ("x" * 1001, 422), ("a\0b", 422)])
def test_a_reason_is_kept_or_refused(client, db, make_user, make_item, headers, reason, status):
    user = make_user()
    item = make_item(user)

    answer = client.delete(f"/api/v1/items/{item.id}", params={"reason": reason}, headers=headers(user))

    assert answer.status_code == status
    assert db.execute("select reason from item_archive").fetchall() == ([(reason,)] if status == 200 else [])


def test_of_many_racing_deletes_exactly_one_succeeds(client, db, make_user, make_item, headers):
    user = make_user()
    mine, items = headers(user), [make_item(user).id for _ in range(20)]

    def delete(task):
        return client.delete(f"/api/v1/items/{task[1]}", headers=mine).status_code

    with ThreadPoolExecutor(50) as clients:
        statuses = Counter(clients.map(delete, product(range(50), items)))

    assert statuses == {200: 20, 404: 980}
    assert sorted(db.execute("select id from item_archive").fetchall()) == sorted((item,) for item in items)


def test_changes_that_race_with_a_delete_succeed_or_find_nothing(client, make_user, make_item, headers):
    user = make_user()
    mine, url = headers(user), f"/api/v1/items/{make_item(user).id}"

    def ask(number):
        body = {"title": f"title {number}"}
        return client.request("DELETE" if number == 20 else "PUT", url, json=body, headers=mine).status_code

    with ThreadPoolExecutor(40) as clients:
        statuses = set(clients.map(ask, range(40)))

    assert statuses <= {200, 404}


def test_more_listings_at_once_than_connections_and_threads_all_succeed(client, make_user, make_item, headers):
    user = make_user()
    mine = headers(user)
    make_item(user)

    with ThreadPoolExecutor(120) as clients:
        answers = list(clients.map(lambda _: client.get("/api/v1/items/", headers=mine).json()["count"], range(400)))

    assert answers == [1] * 400


def test_a_delete_is_one_statement(client, sent, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)
    client.get("/api/v1/items/", headers=headers(user))  # opens a connection, if none is idle
    sent.clear()

    answer = client.delete(f"/api/v1/items/{item.id}", params={"reason": "old"}, headers=headers(user))

    assert answer.status_code == 200
    assert len(sent) == 2  # who is it, and the delete
    assert "DELETE FROM item" in sent[1]
