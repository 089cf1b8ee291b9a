"""Clients in psql's place, as the owner: several rows in a transaction, and what only the owner may do."""

import uuid
from collections.abc import Callable, Sequence

from tests.faults.client import CROWD, Client, Refused, Run
from tests.faults.model import ITEM, Row, State, States, Table
from tests.faults.server import OWNER, Cluster
from tests.faults.sql_connection import SqlConnection

MOST = 4
"""How many rows a transaction is about at most."""


class SqlClient(Client):
    """Somebody who works on items of one user, and on a table that is theirs alone and may be truncated."""

    def __init__(self, name: str, run: Run, seed: int, cluster: Cluster) -> None:
        super().__init__(name, run, seed)
        self.database = SqlConnection(cluster)
        self.note = Table(name, ("id", "body"))
        self.tables = [ITEM, self.note]
        self.deletions: list[tuple[int, Sequence[str]]] = []

    def set_up(self) -> None:
        """Make the user and the table."""
        self.id = str(uuid.uuid4())
        self.database.transact(
            0,
            ('insert into "user" (id, email) values (%s, %s)', [self.id, f"{self.name}@example.com"]),
            (f"create table {self.name} (id uuid primary key, body text not null)", []),
            ("select archive.enable(%s::regclass)", [self.name]),
        )

    def reconnect(self) -> None:
        """Forget a connection that may have ended."""
        self.database.close()

    def steps(self) -> dict[Callable[[], None], int]:
        """Return what is done, and how often in comparison."""
        return {
            self.create: 26,
            self.update: 12,
            self.delete: 22,
            self.roll_back: 3,
            self.truncate: 2,
            self.restore: 5,
            self.undo: 5,
            self.purge: 5,
            self.hold: 3,
            self.release: 4,
        }

    def create(self) -> None:
        """Insert some rows."""
        if len(self.keys) > 2 * CROWD:
            return self.delete()
        table = self.random.choice(self.tables)
        ids = [str(uuid.uuid4()) for _ in range(self.random.randint(1, MOST))]

        def row(number: int) -> Row:
            return (f"item {number}", None, self.id) if table is ITEM else (f"note {number}",)

        def act(number: int) -> None:
            columns = ", ".join(table.columns)
            places = ", ".join(["%s"] * len(table.columns))
            values = [value for id in ids for value in (id, *row(number))]
            rows = ", ".join([f"({places})"] * len(ids))
            self.database.transact(number, (f"insert into {table.name} ({columns}) values {rows}", values))

        keys = [table.key(id) for id in ids]
        self.keys.extend(keys)
        self.perform("SQL create", keys, lambda number: dict.fromkeys(keys, State(row(number))), act)
        return None

    def update(self) -> None:
        """Change some rows."""
        table, keys = self.some(lambda state: state.live is not None)

        def row(number: int) -> Row:
            return (f"item {number}", "changed in SQL", self.id) if table is ITEM else (f"note {number}, changed",)

        def act(number: int) -> None:
            changes = ", ".join(f"{name} = %s" for name in table.columns[1:])
            self.database.transact(
                number, (f"update {table.name} set {changes} where id = any (%s)", [*row(number), _ids(keys)])
            )

        self.perform(
            "SQL update", keys, lambda number: {key: self.model.state(key).having(row(number)) for key in keys}, act
        )

    def delete(self) -> None:
        """Delete some rows."""
        table, keys = self.some(lambda state: state.live is not None)

        def act(number: int) -> None:
            self.deletions.append((number, keys))
            self.database.transact(number, (f"delete from {table.name} where id = any (%s)", [_ids(keys)]))

        self.perform("SQL delete", keys, lambda number: self.deleted(keys, number), act)

    def roll_back(self) -> None:
        """Delete some rows, and roll that back."""
        table, keys = self.some(lambda state: state.live is not None)

        def act(number: int) -> None:
            delete = (f"delete from {table.name} where id = any (%s)", [_ids(keys)])
            self.database.transact(number, delete, commit=False)

        self.perform("SQL rollback", keys, lambda _: {key: self.model.state(key) for key in keys}, act)

    def truncate(self) -> None:
        """Truncate the table."""
        notes = [key for key in dict.fromkeys(self.keys) if key.startswith(f"{self.note.name}:")]
        if not all(map(self.model.is_settled, notes)):
            raise Refused
        live = [key for key in notes if self.model.state(key).live]

        def act(number: int) -> None:
            self.database.transact(number, (f"truncate {self.note.name}", []))

        self.perform("SQL truncate", live, lambda number: self.deleted(live, number), act)

    def restore(self) -> None:
        """Restore some rows."""
        table, keys = self.some(lambda state: state.restorable)

        def act(number: int) -> None:
            statement = f"select archive.restore(%s, array({_archive_ids(table, 'and restored_at is null')}))"
            self.database.transact(number, (statement, [table.name, _ids(keys)]))

        self.perform("SQL restore", keys, lambda number: self.restored(keys, number), act)

    def undo(self) -> None:
        """Undo a deletion of some rows."""
        if not self.deletions:
            raise Refused
        deletion, keys = self.deletions.pop(self.random.randrange(len(self.deletions)))
        states = [self.model.state(key) for key in keys]
        undoable = all(state.restorable and state.archived[-1].reason == f"deletion {deletion}" for state in states)
        if not undoable or not all(map(self.model.is_settled, keys)):
            raise Refused
        archive = f"{keys[0].partition(':')[0]}_archive"
        self.keys.extend(key for key in keys if key not in self.keys)  # those that were left in the archive for good

        def act(number: int) -> None:
            which = f"select distinct transaction_id from {archive} where id = any (%s) and reason = %s"
            statement = f"select archive.restore_transaction(({which}))"
            self.database.transact(number, (statement, [_ids(keys), f"deletion {deletion}"]))

        self.perform("SQL undo", keys, lambda number: self.restored(keys, number), act)

    def purge(self) -> None:
        """Destroy all copies of some rows but those on hold."""
        table, keys = self.some(lambda state: bool(state.archived))

        def act(number: int) -> None:
            statement = f"select archive.purge(%s, null, array({_archive_ids(table)}), 'a fault test', false)"
            self.database.transact(number, (statement, [table.name, _ids(keys)]))

        self.perform("SQL purge", keys, lambda _: {key: self.model.state(key).purged() for key in keys}, act)

    def hold(self) -> None:
        """Put all copies of some rows on hold."""
        table, keys = self.some(lambda state: bool(state.archived))
        self._hold("SQL hold", f"select archive.hold(%s, array({_archive_ids(table)}), 'a case')", table, keys, True)

    def release(self) -> None:
        """End the hold on all copies of some rows."""
        table, keys = self.some(lambda state: any(copy.held for copy in state.archived))
        self._hold("SQL release", f"select archive.release(%s, array({_archive_ids(table)}))", table, keys, False)

    def _hold(self, kind: str, statement: str, table: Table, keys: Sequence[str], held: bool) -> None:
        def act(number: int) -> None:
            self.database.transact(number, (statement, [table.name, _ids(keys)]))

        self.perform(kind, keys, lambda _: {key: self.model.state(key).holding(held) for key in keys}, act)

    def some(self, suits: Callable[[State], bool]) -> tuple[Table, Sequence[str]]:
        """Return some rows of one table in a suitable state."""
        keys = [self.pick(suits)]
        table = ITEM if keys[0].startswith("item:") else self.note
        for _ in range(self.random.randrange(MOST)):
            key = self.random.choice(self.keys)
            if key.startswith(f"{table.name}:") and self.model.is_settled(key) and suits(self.model.state(key)):
                keys.append(key)
        return table, list(dict.fromkeys(keys))

    def deleted(self, keys: Sequence[str], number: int) -> States:
        """Return the states of rows once an operation has deleted them."""
        return {key: self.model.state(key).deleted(f"actor {number}", f"deletion {number}", OWNER) for key in keys}

    def restored(self, keys: Sequence[str], number: int) -> States:
        """Return the states of rows once an operation has restored them."""
        return {key: self.model.state(key).restored(f"actor {number}") for key in keys}


def _ids(keys: Sequence[str]) -> list[str]:
    return [key.partition(":")[2] for key in keys]


def _archive_ids(table: Table, condition: str = "") -> str:
    return f"select archive_id from {table.name}_archive where id = any (%s) {condition}"
