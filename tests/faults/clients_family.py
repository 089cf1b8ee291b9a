"""A client that deletes users together with their items, undoes that, and erases people, over HTTP and in SQL."""

import uuid
from collections.abc import Callable

from tests.faults.client import Client, Refused, Run
from tests.faults.http_connection import HttpConnection
from tests.faults.model import ITEM, USER, State, States
from tests.faults.server import OWNER, RUNTIME, Cluster
from tests.faults.service import ADMIN, PASSWORD, Service
from tests.faults.sql_connection import SqlConnection

FAMILIES = 12
"""How many users it keeps working on."""


class FamilyClient(Client):
    """A superuser and a DBA in one. A family is a user and their items, the user first."""

    def __init__(self, name: str, run: Run, seed: int, cluster: Cluster, service: Service) -> None:
        super().__init__(name, run, seed)
        self.database = SqlConnection(cluster)
        self.admin = HttpConnection(service.port)
        self.families: list[list[str]] = []

    def sign_in(self) -> None:
        """Sign in the superuser."""
        self.admin.sign_in(ADMIN, PASSWORD)
        self.admin_id = self.admin.ask("GET", "/users/me")["id"]

    def reconnect(self) -> None:
        """Forget connections that may have ended."""
        self.database.close()
        self.admin.close()

    def steps(self) -> dict[Callable[[], None], int]:
        """Return what is done, and how often in comparison."""
        return {
            self.create: 6,
            self.delete_over_http: 5,
            self.delete_in_sql: 3,
            self.undo_over_http: 5,
            self.undo_in_sql: 3,
            self.erase: 2,
        }

    def create(self) -> None:
        """Make a user with items."""
        if len(self.families) >= FAMILIES:
            self.families.pop(self.random.randrange(FAMILIES))
        user = str(uuid.uuid4())
        items = [str(uuid.uuid4()) for _ in range(self.random.randint(1, 8))]
        family = [USER.key(user), *map(ITEM.key, items)]

        def outcome(number: int) -> States:
            states = {USER.key(user): State((f"family-{number}@example.com", f"Family {number}", "true", "false"))}
            return states | {ITEM.key(item): State((f"item {number}", "of a family", user)) for item in items}

        def act(number: int) -> None:
            self.database.transact(
                number,
                (
                    'insert into "user" (id, email, full_name) values (%s, %s, %s)',
                    [user, f"family-{number}@example.com", f"Family {number}"],
                ),
                (
                    "insert into item (id, title, description, owner_id)"
                    " select id, %s, 'of a family', %s from unnest(%s::uuid[]) id",
                    [f"item {number}", user, items],
                ),
            )

        self.families.append(family)
        self.perform("SQL create user with items", family, outcome, act)

    def delete_over_http(self) -> None:
        """Delete a user and their items."""
        family = self.family(lambda state: state.live is not None)
        user = family[0].partition(":")[2]

        def act(_: int) -> None:
            self.admin.ask("DELETE", f"/users/{user}")

        self.perform(
            "HTTP delete user with items", family, lambda _: self.deleted(family, self.admin_id, None, RUNTIME), act
        )

    def delete_in_sql(self) -> None:
        """Delete a user and their items."""
        family = self.family(lambda state: state.live is not None)
        user = family[0].partition(":")[2]

        def act(number: int) -> None:
            self.database.transact(number, ('delete from "user" where id = %s', [user]))

        def outcome(number: int) -> States:
            return self.deleted(family, f"actor {number}", f"deletion {number}", OWNER)

        self.perform("SQL delete user with items", family, outcome, act)

    def undo_over_http(self) -> None:
        """Undo the deletion of a user and their items."""
        family = self.family(lambda state: state.restorable)
        user = family[0].partition(":")[2]
        found = self.admin.ask("GET", f"/archive/users/?user_id={user}&limit=1")["data"]
        transaction = found[0]["transaction_id"]

        def act(_: int) -> None:
            self.admin.ask("POST", f"/archive/transactions/{transaction}/restore")

        after = {key: self.model.state(key).restored(self.admin_id) for key in family}
        self.perform("HTTP undo user with items", family, lambda _: after, act)

    def undo_in_sql(self) -> None:
        """Undo the deletion of a user and their items."""
        family = self.family(lambda state: state.restorable)
        user = family[0].partition(":")[2]

        def act(number: int) -> None:
            statement = (
                "select archive.restore_transaction(transaction_id)"
                " from user_archive where id = %s and restored_at is null"
            )
            self.database.transact(number, (statement, [user]))

        def outcome(number: int) -> States:
            return {key: self.model.state(key).restored(f"actor {number}") for key in family}

        self.perform("SQL undo user with items", family, outcome, act)

    def erase(self) -> None:
        """Erase what the archive has of a deleted user, who then is left alone."""
        family = self.family(lambda state: state.restorable)
        user = family[0].partition(":")[2]
        tables = {key: USER if key.startswith("user:") else ITEM for key in family}
        after = {key: self.model.state(key).erased(table) for key, table in tables.items()}

        def act(number: int) -> None:
            self.database.transact(number, ("select archive.erase_subject(%s, 'a request')", [user]))

        self.perform("SQL erase", family, lambda _: after, act)

    def family(self, suits: Callable[[State], bool]) -> list[str]:
        """Return a user and their items, all in a suitable state."""
        if not self.families:
            raise Refused
        family = self.random.choice(self.families)
        if not all(self.model.is_settled(key) and suits(self.model.state(key)) for key in family):
            raise Refused
        return family

    def deleted(self, family: list[str], by: str, reason: str | None, login: str) -> States:
        """Return the states of a user and their items once they are deleted: the items by a cascade."""
        return {
            key: self.model.state(key).deleted(by, reason, login, cascaded=key.startswith("item:")) for key in family
        }
