"""The requests that are measured, by their routes, and the rows that they ask for."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle, repeat
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg
from app.core import security
from app.core.config import settings

from tests.benchmarks import database
from tests.benchmarks.load import request

CLIENTS = 16
"""How many ask at once."""

OWN_ITEMS = 250
"""How many items the user has who lists and reads them."""


class User(NamedTuple):
    """Who asks."""

    id: str
    token: str

    def asks(self, method: str, path: str, **content: object) -> bytes:
        """Return a request of this user's."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = json.dumps(content).encode() if content else b""
        return request(method, settings.API_V1_STR + path, headers, body)


class Rows:
    """What the requests are about: an administrator, and users with items."""

    def __init__(self, owner: psycopg.Connection) -> None:
        self.owner = owner
        self.admin = self.user(database.ADMIN)
        self.reader = self.add_user("reader@example.com", items=OWN_ITEMS)
        self.writer = self.add_user("writer@example.com")

    def user(self, email: str) -> User:
        """Sign in one who is there."""
        (id,) = self.column('select id::text from "user" where email = %s', email)
        return User(id, security.create_access_token(id, timedelta(days=1)))

    def add_user(self, email: str, items: int = 0) -> User:
        """Make a user with so many items."""
        self.owner.execute('insert into "user" (email) values (%s)', [email])
        user = self.user(email)
        self.add_items(user, items)
        return user

    def add_items(self, user: User, count: int) -> list[str]:
        """Make items of one user's; return their ids."""
        return self.column(
            """
            insert into item (id, title, description, owner_id)
            select uuidv7(), 'Item ' || n, 'What there is to say about item ' || n, %s from generate_series(1, %s) n
            returning id::text
            """,
            user.id,
            count,
        )

    def add_archived(self, user: User, count: int) -> list[str]:
        """Make items of one user's and delete them; return their archive ids."""
        ids = self.add_items(user, count)
        self.owner.execute("delete from item where id = any(%s::uuid[])", [ids])
        return self.column("select archive_id::text from item_archive where id = any(%s::uuid[])", ids)

    def column(self, query: str, *values: object) -> list[str]:
        """Return what a query finds."""
        return [value for (value,) in self.owner.execute(query, values)]


class Route(NamedTuple):
    """A route, and how to ask for it: for ever, or where each request needs a row of its own, `count` times."""

    name: str
    requests: Callable[[Rows, int], Iterator[bytes]]
    reads: bool = False
    clients: int = CLIENTS


def list_items(rows: Rows, _: int) -> Iterator[bytes]:
    return repeat(rows.reader.asks("GET", "/items/?limit=100"))


def export_items(rows: Rows, _: int) -> Iterator[bytes]:
    return repeat(rows.user("exporter@example.com").asks("GET", "/items/export/csv"))


def read_item(rows: Rows, _: int) -> Iterator[bytes]:
    ids = rows.column("select id::text from item where owner_id = %s", rows.reader.id)
    return cycle(rows.reader.asks("GET", f"/items/{id}") for id in ids)


def list_archive(rows: Rows, _: int) -> Iterator[bytes]:
    return repeat(rows.admin.asks("GET", "/archive/items/?limit=100"))


def read_archived(rows: Rows, count: int) -> Iterator[bytes]:
    ids = rows.column("select archive_id from item_archive order by random() limit %s", count)
    return cycle(rows.admin.asks("GET", f"/archive/items/{id}") for id in ids)


def create_item(rows: Rows, _: int) -> Iterator[bytes]:
    return repeat(rows.writer.asks("POST", "/items/", title="An item", description="What there is to say about it"))


def update_item(rows: Rows, count: int) -> Iterator[bytes]:
    ids = rows.add_items(rows.writer, count)
    return cycle(rows.writer.asks("PUT", f"/items/{id}", title="Another title") for id in ids)


def delete_item(rows: Rows, count: int) -> Iterator[bytes]:
    return (rows.writer.asks("DELETE", f"/items/{id}") for id in rows.add_items(rows.writer, count))


def restore_item(rows: Rows, count: int) -> Iterator[bytes]:
    ids = rows.add_archived(rows.writer, count)
    return (rows.admin.asks("POST", f"/archive/items/{id}/restore") for id in ids)


def sign_in(*_: object) -> Iterator[bytes]:
    form = urlencode({"username": database.ADMIN, "password": database.PASSWORD}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return repeat(request("POST", f"{settings.API_V1_STR}/login/access-token", headers, form))


LIST = Route("list of 100", list_items, reads=True)
# A user has two downloads at once, and one ends just after its client has the last byte.
CSV = Route("CSV", export_items, reads=True, clients=1)
LOGIN = Route("login", sign_in)

ROUTES = [
    LIST,
    Route("read", read_item, reads=True),
    CSV,
    # Before anything is deleted: they find the rows that the benchmark made, and no others.
    Route("archive list of 100", list_archive, reads=True),
    Route("archive read", read_archived, reads=True),
    Route("create", create_item),
    Route("update", update_item),
    Route("delete", delete_item),
    Route("restore", restore_item),
    LOGIN,
]
