"""Items over HTTP."""

import csv
import io
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import anyio
import pytest
from app.core.db import engine
from app.main import app

NOBODY = uuid.UUID(int=0)
NOT_FOUND = (404, {"detail": "Item not found"})
NOT_YOURS = (400, {"detail": "Not enough permissions"})
DELETED = (200, {"message": "Item deleted successfully"})


def told(response):
    return response.status_code, response.json()


def shown(item, **changes):
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

    assert told(answer) == (401, {"detail": "Not authenticated"})


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

    assert told(client.get(url, headers=them)) == (200, shown(item))
    assert told(client.put(url, json={}, headers=them)) == (200, shown(item))
    assert told(client.put(url, json={"title": "New"}, headers=them)) == (200, shown(item, title="New"))
    assert told(client.put(url, json={"description": None}, headers=them)) == (
        200,
        shown(item, title="New", description=None),
    )
    assert told(client.delete(url, headers=them)) == DELETED
    assert told(client.delete(url, headers=them)) == NOT_FOUND


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_others_may_not_touch_an_item_and_nobody_finds_one_that_is_not_there(
    client, db, make_user, make_item, headers, method
):
    item, other = make_item(make_user()), headers(make_user())

    assert told(client.request(method, f"/api/v1/items/{item.id}", json={"title": "x"}, headers=other)) == NOT_YOURS
    assert told(client.request(method, f"/api/v1/items/{NOBODY}", json={"title": "x"}, headers=other)) == NOT_FOUND
    assert db.execute("select title from item").fetchall() == [("an item",)]
    assert db.execute("select count(*) from item_archive").fetchone() == (0,)


def test_items_are_listed_newest_first_ones_own_or_for_a_superuser_all(client, make_user, make_item, headers, admin):
    ann, bob = make_user(), make_user()
    items = [make_item(owner) for owner in [ann, bob, ann, bob, ann]]
    newest_first = [shown(item) for item in reversed(items)]

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


# Downloads


def test_a_download_holds_ones_own_items_and_a_superusers_all(client, make_user, make_item, headers, admin):
    ann, bob = make_user(), make_user()
    first, second = make_item(ann, title="Zürich 🏔", description="A"), make_item(bob)

    mine = client.get("/api/v1/items/export/csv", headers=headers(ann))
    everything = client.get("/api/v1/items/export/csv", headers=admin)

    header, line = "id,title,description,owner_id\n", f"{first.id},Zürich 🏔,A,{ann.id}\n"
    assert mine.headers["content-type"] == "text/csv; charset=utf-8"
    assert mine.headers["content-disposition"] == "attachment; filename=my_items.csv"
    assert mine.content == (header + line).encode()
    assert everything.headers["content-disposition"] == "attachment; filename=all_items.csv"
    assert everything.content == (header + f"{second.id},an item,,{bob.id}\n" + line).encode()


@pytest.mark.parametrize("start", "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
def test_a_download_is_safe_to_open_in_a_spreadsheet(client, make_user, make_item, headers, start):
    user = make_user()
    item = make_item(user, title=f"{start}1+1", description=f"{start}2+2")

    answer = client.get("/api/v1/items/export/csv", headers=headers(user))

    [_, row] = csv.reader(io.StringIO(answer.text, newline=""))
    assert row == [str(item.id), f"'{start}1+1", f"'{start}2+2", str(user.id)]


@pytest.mark.parametrize("text", ['a "quoted" word', "a, comma", "two\nlines", "100%s %(id)s", "\\.", "\\N", " x "])
def test_a_download_keeps_every_text(client, make_user, make_item, headers, text):
    user = make_user()
    make_item(user, title=text, description="x" + text)

    answer = client.get("/api/v1/items/export/csv", headers=headers(user))

    [_, row] = csv.reader(io.StringIO(answer.text, newline=""))
    assert row[1:3] == [text, "x" + text]


def test_a_download_of_nothing_has_a_header(client, make_user, headers):
    answer = client.get("/api/v1/items/export/csv", headers=headers(make_user()))

    assert answer.text == "id,title,description,owner_id\n"


def test_a_client_that_leaves_in_the_middle_of_a_download_gives_the_connection_back(db, make_user, headers):
    user = make_user()
    text = "x" * 255
    insert = "insert into item (title, description, owner_id) select %s, %s, %s from generate_series(1, 50000)"
    db.execute(insert, [text, text, user.id])

    anyio.run(leave_a_download, headers(user)["Authorization"])

    assert engine.pool.checkedout() == 0
    copies = "select count(*) from pg_stat_activity where usename = 'test_api' and state = 'active'"
    assert db.execute(copies).fetchone() == (0,)


async def leave_a_download(token):
    """Ask for a download in the server's manner, and go away after the first chunk."""
    path = "/api/v1/items/export/csv"
    scope = {"type": "http", "asgi": {"spec_version": "2.3"}, "http_version": "1.1", "method": "GET", "scheme": "http"}
    scope |= {"path": path, "root_path": "", "query_string": b"", "headers": [(b"authorization", token.encode())]}
    left = anyio.Event()
    messages = iter([{"type": "http.request"}])

    async def receive():
        if message := next(messages, None):
            return message
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.body":
            left.set()

    await app(scope, receive, send)
