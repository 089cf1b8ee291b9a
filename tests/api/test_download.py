"""Downloads: what is in them, and clients that go away."""

import csv
import io
import socket
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from app.api import export
from app.api.export import DOWNLOADS, FOR_SUPERUSERS
from app.core.db import engine
from app.main import app

from tests.conftest import OWNER, connect, reply, until


@pytest.fixture
def begin(port, headers):
    """Begin a download: its socket, and the status it was answered with."""

    def begin(user) -> tuple[socket.socket, int]:
        token = headers(user)["Authorization"]
        request = f"GET /api/v1/items/export/csv HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n"
        client = socket.create_connection(("127.0.0.1", port), timeout=30)
        client.sendall(request.encode())
        return client, int(client.recv(100).split()[1])

    return begin


@pytest.fixture
def make_owner(db, make_user):
    """Make a user with more items than sockets can hold unread."""

    def make_owner():
        user = make_user()
        db.execute(
            "insert into item (title, description, owner_id)"
            " select 'x', repeat('y', 250), %s from generate_series(1, 50000)",
            [user.id],
        )
        return user

    return make_owner


def is_free():
    return engine.pool.checkedout() == 0


def test_abandoned_downloads_give_their_connections_back(begin, make_owner):
    user = make_owner()
    for _ in range(20):
        client, status = begin(user)
        client.close()
        assert status in {200, 429, 503}

    until(is_free)
    client, status = begin(user)
    client.close()
    assert status == 200
    until(is_free)


def test_a_user_has_two_downloads_at_once_and_others_have_theirs(begin, make_owner):
    user, other = make_owner(), make_owner()
    slow = [begin(user) for _ in range(3)]
    slow.append(begin(other))

    assert [status for _, status in slow] == [200, 200, 429, 200]
    for stalled, _ in slow:
        stalled.close()
    until(is_free)


def test_slow_downloads_leave_connections_for_others_and_places_for_superusers(begin, make_owner, superuser, client):
    users = [make_owner() for _ in range(5)] * 2
    with ThreadPoolExecutor(10) as threads:
        slow = list(threads.map(begin, users))

    others = DOWNLOADS - FOR_SUPERUSERS
    assert sorted(status for _, status in slow) == [200] * others + [503] * (10 - others)
    assert client.get("/api/v1/utils/ready/").status_code == 200
    slow.append(begin(superuser))
    assert slow[-1][1] == 200
    for stalled, _ in slow:
        stalled.close()
    until(is_free)


def test_a_download_ends_whose_client_reads_nothing(begin, make_owner, monkeypatch):
    monkeypatch.setattr(export, "IDLE_SECONDS", 0.2)
    stalled, status = begin(make_owner())

    assert status == 200
    until(is_free)
    stalled.close()


def test_a_download_ends_whose_user_is_deactivated(begin, make_owner, db, monkeypatch):
    monkeypatch.setattr(export, "HOLDER_SECONDS", 0)
    user = make_owner()
    stalled, status = begin(user)
    db.execute('update "user" set is_active = false where id = %s', [user.id])

    assert status == 200
    while stalled.recv(2**20):  # reads on, and gets an end before the end
        pass
    until(is_free)
    stalled.close()


@pytest.mark.parametrize("path", ["/api/v1/items/export/csv", "/api/v1/archive/items/export/csv"])
def test_the_document_says_that_downloads_are_csv(path):
    answers = app.openapi()["paths"][path]["get"]["responses"]

    assert answers["200"]["content"] == {"text/csv": {"schema": {"type": "string"}}}


def test_times_in_downloads_are_in_utc_whatever_the_logins_time_zone(
    set_for_runtime, db, client, admin, make_user, make_item
):
    make_item(make_user())
    db.execute("delete from item")
    set_for_runtime("timezone", "Asia/Kolkata")

    (row,) = csv.DictReader(client.get("/api/v1/archive/items/export/csv", headers=admin).text.splitlines())

    assert row["archived_at"].endswith("+00")


def test_a_download_that_cannot_begin_is_an_error_not_half_a_file(db, client, admin):
    db.execute("alter table item_archive rename column title to name")

    answer = client.get("/api/v1/archive/items/export/csv", headers=admin)

    assert reply(answer) == (500, {"detail": "Internal Server Error"})
    assert engine.pool.checkedout() == 0


def test_a_download_that_waits_too_long_for_a_lock_is_503(set_for_runtime, client, admin):
    set_for_runtime("lock_timeout", "100ms")

    with connect(OWNER, autocommit=False) as other:
        other.execute("lock table item in access exclusive mode")

        answer = client.get("/api/v1/items/export/csv", headers=admin)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_download_holds_ones_own_items_and_a_superusers_all(client, make_user, make_item, headers, admin):
    ann, bob = make_user(), make_user()
    first, second = make_item(ann, title="Zürich 🏔", description="A"), make_item(bob)

    mine = client.get("/api/v1/items/export/csv", headers=headers(ann))
    everything = client.get("/api/v1/items/export/csv", headers=admin)

    header, line = "id,title,description,owner_id\n", f'{first.id},"Zürich 🏔","A",{ann.id}\n'
    assert mine.headers["content-type"] == "text/csv; charset=utf-8"
    assert mine.headers["content-disposition"] == "attachment; filename=my_items.csv"
    assert mine.content == (header + line).encode()
    assert everything.headers["content-disposition"] == "attachment; filename=all_items.csv"
    assert everything.content == (header + f'{second.id},"an item",,{bob.id}\n' + line).encode()


@pytest.mark.parametrize("title", ['a;=HYPERLINK("http://x")', "a\t=1", "a\r\n=1", "a,=1", " =1"])
def test_a_text_is_one_cell_whatever_the_separator(client, make_user, make_item, headers, title):
    user = make_user()
    item = make_item(user, title=title)

    answer = client.get("/api/v1/items/export/csv", headers=headers(user))

    cell = title.replace('"', '""')
    assert answer.content.decode().partition("\n")[2] == f'{item.id},"{cell}",,{user.id}\n'


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
