"""Requests to the application, each of whose answers is compared with the model's."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import psycopg
from app.core import security
from app.main import app
from app.models import new_id
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple

from tests.fuzz.http_archive_model import ArchiveModel
from tests.fuzz.http_inputs import PASSWORDS
from tests.fuzz.http_model import Refused, Row, Token

API = "/api/v1"
ROUTES = {"item": "items", "user": "users"}
HASHED_PASSWORD = security.get_password_hash(PASSWORDS[0])

Predict = Callable[..., Any]


class Client:
    """The application in one event loop of this thread: FastAPI's TestClient changes threads eight times a request."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.run = runner.run
        self.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=f"http://test{API}")

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Return the answer, or raise what would be a 500."""
        return self.run(self.client.request(method, path, **options))


class Machine(RuleBasedStateMachine):
    """It starts with three users, two items and an archived one. One user is a superuser whom no rule removes."""

    roots, tokens, people, things, archived = map(Bundle, ["roots", "tokens", "people", "things", "archived"])

    def __init__(self, owner: psycopg.Connection, client: Client) -> None:
        super().__init__()
        self.owner, self.client, self.model = owner, client, ArchiveModel()
        for table in ["item", '"user"', "item_archive", "user_archive", "attempt"]:
            owner.execute(f"delete from {table}")
        self.root = self.insert_user("root@example.com", is_superuser=True)
        self.ada, self.ben = map(self.insert_user, ["ada@example.com", "ben@example.com"])

    @initialize(target=roots)
    def start_with_a_superuser(self) -> Token:
        return self.root

    @initialize(target=tokens)
    def start_with_tokens(self) -> Any:
        return multiple(self.ada, self.ben)

    @initialize(target=people)
    def start_with_users(self) -> Any:
        return multiple(self.ada.holder, self.ben.holder)

    @initialize(target=things)
    def start_with_items(self) -> Any:
        return multiple(self.create(self.ada, {"title": "Blue"}), self.create(self.ben, {"title": "Sky_y\\%"}))

    @initialize(target=archived)
    def start_with_an_archived_item(self) -> Any:
        item = self.create(self.ada, {"title": "Red 100%"})
        return self.ask_to_delete("DELETE", f"/items/{item}", self.ada, self.model.delete_item, item, None)

    def insert_user(self, email: str, *, is_superuser: bool = False) -> Token:
        """Make a user in SQL, without the time that hashing a password takes, and return an access token."""
        id = str(new_id())
        self.owner.execute(
            'insert into "user" (id, email, is_superuser, hashed_password) values (%s, %s, %s, %s)',
            [id, email, is_superuser, HASHED_PASSWORD],
        )
        user = {"id": id, "email": email, "full_name": None, "is_active": True, "is_superuser": is_superuser}
        self.add_user(user, PASSWORDS[0])
        return self.add_token(id, security.create_access_token(id, timedelta(hours=1)))

    def add_user(self, user: Row, password: str) -> str:
        """Tell the model of a user who was made."""
        assert user["id"] > max(self.model.users, default="")
        self.model.users[user["id"]] = user
        self.model.passwords[user["id"]] = password
        return user["id"]

    def add_token(self, holder: str, text: str) -> Token:
        """Tell the model of a token that was issued."""
        self.model.tokens.append(Token(text, holder))
        return self.model.tokens[-1]

    def ask(
        self, method: str, path: str, token: Token | None, predict: Predict, *arguments: Any, **options: Any
    ) -> Any:
        """Compare an answer with the predicted one. Return its body, None for a refusal."""
        headers = {"Content-Type": "application/json"} | options.pop("headers", {})
        if token:
            headers["Authorization"] = f"Bearer {token.text}"
            arguments = (token, *arguments)
        if "json" in options:
            options["content"] = json.dumps(options.pop("json"))  # the client's own JSON has no lone surrogates
        try:
            expected = 200, predict(*arguments)
        except Refused as refused:
            expected = refused.status, {"detail": refused.detail}

        answer = self.client.request(method, path, headers=headers, **options)

        answered = answer.status_code, answer.json()
        assert answered == expected, f"{method} {path} {options}: {answered}, not {expected}"
        return answer.json() if answer.status_code == 200 else None

    def read(self, path: str, **options: Any) -> Any:
        """Return what the superuser sees, for what the model cannot know."""
        return self.client.request("GET", path, headers={"Authorization": f"Bearer {self.root.text}"}, **options).json()

    def create(self, token: Token, body: Row) -> Any:
        """Create an item. Return its id, which is the highest of all."""
        item = self.ask("POST", "/items/", token, self.model.create_item, body, json=body)
        if item is None:
            return multiple()
        assert item["id"] > max(self.model.items, default="")
        self.model.items[item["id"]] = item
        return item["id"]

    def ask_to_delete(self, *request: Any, **options: Any) -> Any:
        """Delete. Return the new archived rows: the newest of their tables, and nothing but the predicted ones."""
        rows: list[Row] = []
        if self.ask(*request, **options) is None:
            return multiple()
        for table, expected in self.model.new.items():
            if expected:
                params = {"state": "any", "limit": len(expected)}
                page = self.read(f"/archive/{ROUTES[table]}/", params=params)
                assert {row["id"]: row for row in page["data"]} == expected
                assert page["data"][-1]["archive_id"] > max(self.model.archive[table], default=0)
                rows += page["data"]
                self.model.archive[table] |= {row["archive_id"]: row for row in page["data"]}
                expected.clear()
        assert len({(row["transaction_id"], row["archived_at"]) for row in rows}) == 1
        return multiple(*rows)

    def ask_to_restore(self, *request: Any, **options: Any) -> None:
        """Restore. The archived rows that the model restored are marked, with the time."""
        if self.ask(*request, **options) is None:
            return
        for table, rows in self.model.archive.items():
            for archive_id, row in rows.items():
                if row["restored_at"] and not isinstance(row["restored_at"], str):
                    marked = self.read(f"/archive/{ROUTES[table]}/{archive_id}")
                    assert marked == row
                    assert datetime.fromisoformat(marked["restored_at"]) > datetime.fromisoformat(row["archived_at"])
                    row |= marked

    def list_deletions(self, token: Token, limit: int) -> None:
        """Follow the pages of deletions to the last one."""
        skip, params = 0, {"limit": limit}
        while page := self.ask(
            "GET", "/archive/transactions/", token, self.model.list_deletions, skip, limit, params=params
        ):
            skip, params = skip + limit, {"limit": limit, "before": page["next_before"]}
            if page["next_before"] is None:
                break
