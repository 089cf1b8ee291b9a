"""What the API has to answer, predicted by a Python model: users, items, and an archive of both.

Each request is a method: it does in the model what the request does, and returns the body of the answer, or raises
`Refused`. Only the server knows the ids and times that it makes; the model has ANY in their place until it is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import ANY

from tests.conftest import RUNTIME
from tests.fuzz.http_inputs import is_email, is_name, is_password, is_reason, is_title

Row = dict[str, Any]

CONTEXT = {
    "session_role": RUNTIME,
    "application_name": "archive-table api",
    "client_addr": None,
    "restored_at": None,
    "restored_by": None,
    "restore_reason": None,
    "erased_at": None,
    "restored_as": None,
    "overflow": None,
}
"""What the archive records with each row that is deleted over HTTP."""


class Containing(str):
    """Equals each text that contains it."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str(self) in str(other)


class Faults:
    """Equals the detail of each 422: where and why, never the input."""

    def __eq__(self, other: object) -> bool:
        return bool(other) and all(set(fault) == {"type", "loc", "msg"} for fault in other)


class Unordered(list):
    """Equals each list of the same archived rows, whatever their order."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        def by_archive_id(row: Row) -> int:
            return row["archive_id"]

        return sorted(self, key=by_archive_id) == sorted(other, key=by_archive_id)


class Refused(Exception):
    """The answer is an error."""

    def __init__(self, status: int, detail: object) -> None:
        super().__init__(status, detail)
        self.status, self.detail = status, detail


def require(*valid: bool) -> None:
    """Refuse the input unless all of it is valid."""
    if not all(valid):
        raise Refused(422, Faults())


VALID = {
    "email": is_email,
    "password": is_password,
    "full_name": is_name,
    "title": is_title,
    "description": is_name,
}


def check(body: Row) -> None:
    """Refuse the body unless each field is valid."""
    require(*(VALID[name](value) for name, value in body.items() if name in VALID))


@dataclass(eq=False)
class Token:
    """An access token, and whether a change of the password or the like has ended it."""

    text: str = field(repr=False)
    holder: str
    ended: bool = False


@dataclass
class Model:
    """Users and items by id, archived rows by table and archive_id; passwords and tokens by user."""

    users: dict[str, Row] = field(default_factory=dict)
    passwords: dict[str, str | None] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    items: dict[str, Row] = field(default_factory=dict)
    archive: dict[str, dict[int, Row]] = field(default_factory=lambda: {"item": {}, "user": {}})
    new: dict[str, dict[str, Row]] = field(default_factory=lambda: {"item": {}, "user": {}})
    """Rows of the last deletion, by id: the archive ids are still to be read."""

    # Who asks

    def caller(self, token: Token) -> Row:
        """Return the user whom a token signs in."""
        user = self.users.get(token.holder)
        if not user:
            raise Refused(404, "User not found")
        if not user["is_active"]:
            raise Refused(400, "Inactive user")
        if token.ended:
            raise Refused(403, "Could not validate credentials")
        return user

    def superuser(self, token: Token) -> Row:
        """Return the same, who must be a superuser."""
        user = self.caller(token)
        if not user["is_superuser"]:
            raise Refused(403, "The user doesn't have enough privileges")
        return user

    def sign_in(self, email: str, password: str) -> Row:
        """Sign in; the access token is still to be read."""
        require("\0" not in email + password)
        user = self.holder_of(email)
        if not user or self.passwords[user["id"]] != password:
            raise Refused(400, "Incorrect email or password")
        if not user["is_active"]:
            raise Refused(400, "Inactive user")
        return {"access_token": ANY, "token_type": "bearer"}

    def _end_tokens(self, user_id: str, kept: Token | None = None) -> None:
        for token in self.tokens:
            token.ended |= token.holder == user_id and token is not kept

    # Users

    def sign_up(self, body: Row) -> Row:
        check(body)
        email = body["email"].lower()
        if self.holder_of(email):
            raise Refused(400, "The user with this email already exists in the system")
        return {
            "id": ANY,
            "email": email,
            "full_name": body["full_name"],
            "is_active": True,
            "is_superuser": False,
        }

    def read_user(self, token: Token, user_id: str) -> Row:
        caller = self.caller(token)
        if user_id != caller["id"]:
            self.superuser(token)
        if user_id not in self.users:
            raise Refused(404, "User not found")
        return self.users[user_id]

    def list_users(self, token: Token, skip: int, limit: int) -> Row:
        self.superuser(token)
        return _page(self.users.values(), skip, limit)

    def update_me(self, token: Token, body: Row) -> Row:
        return self._update(self.caller(token), body)

    def update_user(self, token: Token, user_id: str, body: Row) -> Row:
        self.superuser(token)
        check(body)
        if user_id not in self.users:
            raise Refused(404, "The user with this id does not exist in the system")
        return self._update(self.users[user_id], body)

    def _update(self, user: Row, body: Row) -> Row:
        check(body)
        changes = dict(body)
        if "email" in changes:
            changes["email"] = changes["email"].lower()
            if (self.holder_of(changes["email"]) or user) is not user:
                raise Refused(409, "User with this email already exists")
        if "password" in changes:
            self.passwords[user["id"]] = changes.pop("password")
            self._end_tokens(user["id"])
        if changes.get("is_active") is False:
            self._end_tokens(user["id"])
        user |= changes
        return user

    def change_password(self, token: Token, current: str, new: str) -> Row:
        user = self.caller(token)
        require(is_password(current), is_password(new))
        if self.passwords[user["id"]] != current:
            raise Refused(400, "Incorrect password")
        if current == new:
            raise Refused(400, "New password cannot be the same as the current one")
        self.passwords[user["id"]] = new
        self._end_tokens(user["id"], kept=token)
        return {"message": "Password updated successfully"}

    def delete_me(self, token: Token) -> Row:
        caller = self.caller(token)
        if caller["is_superuser"]:
            raise Refused(403, "Super users are not allowed to delete themselves")
        return self._delete_user(caller, caller)

    def delete_user(self, token: Token, user_id: str) -> Row:
        caller = self.superuser(token)
        if user_id == caller["id"]:
            raise Refused(403, "Super users are not allowed to delete themselves")
        if user_id not in self.users:
            raise Refused(404, "User not found")
        return self._delete_user(self.users[user_id], caller)

    def _delete_user(self, user: Row, caller: Row) -> Row:
        for item in [item for item in self.items.values() if item["owner_id"] == user["id"]]:
            self._bury("item", self.items.pop(item["id"]), caller, cascaded=True)
        self._bury("user", self.users.pop(user["id"]), caller)
        return {"message": "User deleted successfully"}

    def holder_of(self, email: str) -> Row | None:
        return next((user for user in self.users.values() if user["email"] == email.lower()), None)

    # Items

    def create_item(self, token: Token, body: Row) -> Row:
        caller = self.caller(token)
        check(body)
        return {"id": ANY, "owner_id": caller["id"], "description": None} | body

    def read_item(self, token: Token, item_id: str) -> Row:
        caller = self.caller(token)
        item = self.items.get(item_id)
        if not item:
            raise Refused(404, "Item not found")
        if not (caller["is_superuser"] or item["owner_id"] == caller["id"]):
            raise Refused(400, "Not enough permissions")
        return item

    def list_items(self, token: Token, skip: int, limit: int) -> Row:
        caller = self.caller(token)
        everybodys = caller["is_superuser"]
        items = [item for item in self.items.values() if everybodys or item["owner_id"] == caller["id"]]
        return _page(items, skip, limit)

    def update_item(self, token: Token, item_id: str, body: Row) -> Row:
        self.caller(token)
        check(body)
        item = self.read_item(token, item_id)
        item |= body
        return item

    def delete_item(self, token: Token, item_id: str, reason: str | None) -> Row:
        caller = self.caller(token)
        require(is_reason(reason))
        self.read_item(token, item_id)
        self._bury("item", self.items.pop(item_id), caller, reason)
        return {"message": "Item deleted successfully"}

    def _bury(self, table: str, row: Row, caller: Row, reason: str | None = None, *, cascaded: bool = False) -> None:
        made = {"archive_id": ANY, "transaction_id": ANY, "archived_at": ANY}
        context = {"archived_by": caller["id"], "reason": reason or None, "cascaded": cascaded}
        self.new[table][row["id"]] = row | made | CONTEXT | context


def _page(rows: Iterable[Row], skip: int, limit: int) -> Row:
    newest_first = sorted(rows, key=lambda row: row["id"], reverse=True)
    return {"data": newest_first[skip : skip + limit], "count": len(newest_first)}
