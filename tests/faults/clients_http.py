"""Clients of the API: a user who works on their own items, and for restores signs in as a superuser as well."""

import threading
from collections.abc import Callable
from typing import Any

from tests.faults.check import Finding
from tests.faults.client import CROWD, Client, Refused, Run, Unanswered, Wrong
from tests.faults.http_connection import HttpConnection
from tests.faults.model import ITEM, Row, State, States
from tests.faults.server import RUNTIME
from tests.faults.service import ADMIN, PASSWORD, Service


class HttpClient(Client):
    """A user with items."""

    def __init__(self, name: str, run: Run, seed: int, service: Service) -> None:
        super().__init__(name, run, seed)
        self.user, self.admin, self.rival = (HttpConnection(service.port) for _ in range(3))

    def sign_up(self) -> None:
        """Make the user, and sign both in."""
        email = f"{self.name}@example.com"
        self.id = self.user.ask("POST", "/users/signup", {"email": email, "password": PASSWORD})["id"]
        self.user.sign_in(email, PASSWORD)
        self.rival.token = self.user.token
        self.admin.sign_in(ADMIN, PASSWORD)
        self.admin_id = self.admin.ask("GET", "/users/me")["id"]

    def reconnect(self) -> None:
        """Forget connections that may have ended."""
        for connection in (self.user, self.admin, self.rival):
            connection.close()

    def steps(self) -> dict[Callable[[], None], int]:
        """Return what a user does, and how often in comparison."""
        return {
            self.create: 30,
            self.update: 18,
            self.delete: 24,
            self.restore: 6,
            self.undo: 4,
            self.list: 3,
            self.race_to_delete: 5,
            self.race_to_restore: 3,
            self.race_update_with_delete: 4,
        }

    def create(self) -> None:
        """Make an item. Only the answer tells its id."""
        if len(self.keys) > 2 * CROWD:
            return self.delete()

        def row(number: int) -> Row:
            return (f"item {number}", f"by {self.name}", self.id)

        def act(number: int) -> States:
            title, description, _ = row(number)
            answer = self.user.ask("POST", "/items/", {"title": title, "description": description})
            self.expect(answer, row(number))
            return {ITEM.key(answer["id"]): State(row(number))}

        after = self.perform("HTTP create", [], lambda number: {"?item": State(row(number))}, act)
        self.keys.extend(after)
        return None

    def update(self) -> None:
        """Change an item."""
        key = self.pick(lambda state: state.live is not None)
        before = self.model.state(key)

        def row(number: int) -> Row:
            return (f"item {number}", None if number % 5 == 0 else f"ä '{number}' \\ by {self.name}", self.id)

        def act(number: int) -> None:
            title, description, _ = row(number)
            answer = self.user.ask("PUT", f"/items/{_id(key)}", {"title": title, "description": description})
            self.expect(answer, row(number))

        self.perform("HTTP update", [key], lambda number: {key: before.having(row(number))}, act)

    def delete(self) -> None:
        """Delete an item. The reason tells this deletion from all others."""
        key = self.pick(lambda state: state.live is not None)

        def act(number: int) -> None:
            self.user.ask("DELETE", f"/items/{_id(key)}?reason=deletion+{number}")

        self.perform("HTTP delete", [key], lambda number: {key: self.deleted(key, number)}, act)

    def restore(self) -> None:
        """Restore an item, as a superuser."""
        key = self.pick(lambda state: state.restorable)
        archived = self.find(key)
        before = self.model.state(key)
        after = {key: before.restored(self.admin_id)}

        def act(_: int) -> None:
            answer = self.admin.ask("POST", f"/archive/items/{archived['archive_id']}/restore", {})
            self.expect(answer, before.archived[-1].row)

        self.perform("HTTP restore", [key], lambda _: after, act)

    def undo(self) -> None:
        """Undo the deletion of an item, as a superuser."""
        key = self.pick(lambda state: state.restorable)
        transaction = self.find(key)["transaction_id"]
        after = {key: self.model.state(key).restored(self.admin_id)}

        def act(_: int) -> None:
            self.admin.ask("POST", f"/archive/transactions/{transaction}/restore")

        self.perform("HTTP undo", [key], lambda _: after, act)

    def list(self) -> None:
        """List one's items: exactly those that are live, as they are."""
        listed = self.look(self.user, "/items/?limit=1000")["data"]
        found = {ITEM.key(item["id"]): (item["title"], item["description"], item["owner_id"]) for item in listed}
        known = {key: self.model.state(key).live for key in self.keys if self.model.is_settled(key)}
        for key in found.keys() | {key for key, row in known.items() if row}:
            if key in known and known[key] != found.get(key):
                detail = f"the list shows {found.get(key)}, expected {known[key]}"
                self.shared.findings.append(Finding("wrong list", key, detail))
        self.shared.gauge.acknowledge(self.name, "HTTP list", 0, write=False)

    def race_to_delete(self) -> None:
        """Delete an item twice at once: exactly one wins."""
        key = self.pick(lambda state: state.live is not None)
        rivals: dict[str, Rival] = {
            "one": (self.user, "DELETE", f"/items/{_id(key)}?reason=deletion+{{}}+one", {200, 404}),
            "other": (self.rival, "DELETE", f"/items/{_id(key)}?reason=deletion+{{}}+other", {200, 404}),
        }

        def outcomes(number: int) -> tuple[States, ...]:
            return tuple({key: self.deleted(key, number, f" {who}")} for who in rivals)

        self.perform_any(
            "HTTP race of deletes", [key], outcomes, lambda number: _winner(outcomes(number), rivals, number)
        )

    def race_to_restore(self) -> None:
        """Restore an item twice at once: exactly one wins."""
        key = self.pick(lambda state: state.restorable)
        archive_id = self.find(key)["archive_id"]
        self.rival.token, token = self.admin.token, self.rival.token
        rivals: dict[str, Rival] = {
            who: (connection, "POST", f"/archive/items/{archive_id}/restore", {200, 409})
            for who, connection in (("one", self.admin), ("other", self.rival))
        }
        after = {key: self.model.state(key).restored(self.admin_id)}
        try:
            self.perform_any(
                "HTTP race of restores",
                [key],
                lambda _: (after,),
                lambda number: _winner((after, after), rivals, number),
            )
        finally:
            self.rival.token = token

    def race_update_with_delete(self) -> None:
        """Delete an item while it is changed: the archive has what it was last."""
        key = self.pick(lambda state: state.live is not None)
        before = self.model.state(key)

        def outcomes(number: int) -> tuple[States, ...]:
            changed = before.having((f"item {number}", "changed late", self.id))
            by, reason = self.id, f"deletion {number}"
            return (
                {key: before.deleted(by, reason, RUNTIME)},
                {key: changed.deleted(by, reason, RUNTIME)},
                {key: changed},
            )

        def act(number: int) -> States | tuple[States, ...]:
            late = {"title": f"item {number}", "description": "changed late"}
            answers = _at_once(
                [
                    lambda: self.user.answer("PUT", f"/items/{_id(key)}", late, {200, 404}),
                    lambda: self.rival.answer("DELETE", f"/items/{_id(key)}?reason=deletion+{number}", None, {200}),
                ]
            )
            unchanged, newer, undeleted = outcomes(number)
            match answers:
                case (404, 200):
                    return unchanged
                case (200, 200):
                    return newer
                case (200, None):
                    return (newer, undeleted)
                case (None, 200):
                    return (unchanged, newer)
                case (404, None):
                    return (unchanged,)
            raise Unanswered("no answer to either")

        self.perform_any("HTTP race of update and delete", [key], outcomes, act)

    def look(self, connection: HttpConnection, path: str) -> Any:
        """Read something; an answer that does not come costs nothing."""
        try:
            return connection.ask("GET", path)
        except (Refused, Unanswered) as failure:
            self.shared.gauge.fail("HTTP read", str(failure), doubtful=False)
            raise

    def find(self, key: str) -> dict[str, Any]:
        """Return the newest copy of one's item in the archive."""
        found = self.look(self.admin, f"/archive/items/?item_id={_id(key)}&limit=1")["data"]
        if not found:
            raise Wrong(f"the archive shows nothing of {key}, expected {self.model.state(key)}")
        return dict(found[0])

    def deleted(self, key: str, number: int, which: str = "") -> State:
        """Return the state of an item once this client has deleted it."""
        return self.model.state(key).deleted(self.id, f"deletion {number}{which}", RUNTIME)

    def expect(self, answer: dict[str, Any], row: Row) -> None:
        """Check that an answer shows an item as it has to be."""
        if (answer["title"], answer["description"], answer["owner_id"]) != row:
            raise Wrong(f"it answered {answer}, expected {row}")


Rival = tuple[HttpConnection, str, str, set[int]]


def _winner(outcomes: tuple[States, ...], rivals: dict[str, Rival], number: int) -> States | tuple[States, ...]:
    """Let two rivals race, and return whose outcome it is, or which are possible."""

    def request(rival: Rival) -> Callable[[], tuple[int, Any]]:
        connection, method, path, expected = rival
        return lambda: connection.answer(method, path.format(number), {} if method == "POST" else None, expected)

    one, other = _at_once([request(rival) for rival in rivals.values()])
    match (one == 200, other == 200, None in (one, other)):
        case (True, True, _):
            raise Wrong("both won")
        case (True, False, _):
            return outcomes[0]
        case (False, True, _):
            return outcomes[1]
        case (False, False, False):
            raise Wrong(f"nobody won: {one}, {other}")
    if one is not None:
        return (outcomes[1],)  # who lost has seen that the other won
    if other is not None:
        return (outcomes[0],)
    raise Unanswered("no answer to either")


def _at_once(requests: list[Callable[[], tuple[int, Any]]]) -> tuple[int | None, ...]:
    """Send requests at once and return their statuses, None where no answer came."""
    answers: list[int | None] = [None] * len(requests)
    wrong: list[Wrong] = []
    refused: list[Refused] = []

    def send(place: int) -> None:
        try:
            answers[place] = requests[place]()[0]
        except Refused as error:
            refused.append(error)
        except Unanswered:
            pass
        except Wrong as error:
            wrong.append(error)

    thread = threading.Thread(target=send, args=[1])
    thread.start()
    send(0)
    thread.join()
    if wrong:
        raise wrong[0]
    if len(refused) == len(requests):
        raise refused[0]
    return tuple(answers)


def _id(key: str) -> str:
    return key.partition(":")[2]
