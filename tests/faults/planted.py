"""Losses planted on purpose, in a history of their own: a checker that overlooks one proves nothing."""

import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.faults.check import check
from tests.faults.client import Refused, Run, Unanswered
from tests.faults.clients_sql import SqlClient
from tests.faults.gauge import Gate, Gauge
from tests.faults.journal import Journal
from tests.faults.model import Model, State
from tests.faults.server import Cluster

STEPS = 120


def plant(cluster: Cluster, folder: Path, seed: int) -> list[str]:
    """Make a history, plant three losses in it one by one, and return what the checker overlooked."""
    name = f"planted_{uuid.uuid4().hex[:8]}"
    with Journal(folder / f"{name}.jsonl") as journal, cluster.connect() as superuser:
        run = Run(Model(), journal, Gauge(), Gate(0))
        client = Planted(name, run, seed, cluster)
        client.set_up()
        client.work()
        faults = [
            f"there was a finding before anything was planted: {finding}"
            for finding in check(superuser, [client.note], run.model)
        ]
        plants: dict[str, Callable[[psycopg.Connection], str]] = {
            "lost: rows deleted while the trigger was off": client.lose,
            "altered: an archived row": client.alter,
            "mark: of a restored row, removed": client.unmark,
        }
        for what, act in plants.items():
            key = act(superuser)
            found = check(superuser, [client.note], run.model)
            if [(finding.kind, finding.key) for finding in found] != [(what.partition(":")[0], key)]:
                faults.append(f"{what}: {key}, found {list(map(str, found)) or 'nothing'}")
        client.clear_away(superuser)
    return faults


class Planted(SqlClient):
    """A client with a short history on a table of its own."""

    def __init__(self, name: str, run: Run, seed: int, cluster: Cluster) -> None:
        super().__init__(name, run, seed, cluster)
        self.tables = [self.note]

    def work(self) -> None:
        """Create, delete and restore some rows."""
        steps = [self.create, self.delete, self.restore, self.update]
        for _ in range(STEPS):
            try:
                self.random.choice(steps)()
            except (Refused, Unanswered):
                continue

    def lose(self, superuser: psycopg.Connection) -> str:
        """Acknowledge a deletion that the trigger did not see."""
        superuser.execute(f"alter table {self.name} disable trigger zz_archive_before_delete")
        key = self.any(lambda state: state.live is not None)
        self.perform(
            "planted delete",
            [key],
            lambda number: self.deleted([key], number),
            lambda number: self._delete(number, key),
        )
        superuser.execute(f"alter table {self.name} enable always trigger zz_archive_before_delete")
        return key

    def any(self, suits: Callable[[State], bool]) -> str:
        """Return one of all rows in a suitable state."""
        return self.random.choice([key for key, state in sorted(self.model.states.items()) if suits(state)])

    def _delete(self, number: int, key: str) -> None:
        self.database.transact(number, (f"delete from {self.name} where id = %s", [key.partition(":")[2]]))

    def alter(self, superuser: psycopg.Connection) -> str:
        """Change what the archive has of a row."""
        key = self.any(lambda state: state.restorable)
        superuser.execute(
            f"update {self.name}_archive set body = body || '!' where id = %s and restored_at is null",
            [key.partition(":")[2]],
        )
        return key

    def unmark(self, superuser: psycopg.Connection) -> str:
        """Remove the mark of a restored row."""
        key = self.any(lambda state: any(copy.restored_by for copy in state.archived))
        superuser.execute(
            f"update {self.name}_archive set restored_at = null, restored_by = null where id = %s",
            [key.partition(":")[2]],
        )
        return key

    def clear_away(self, superuser: psycopg.Connection) -> None:
        """Drop the table, its archive and the user."""
        self.reconnect()
        superuser.execute(f"select archive.disable('{self.name}')")
        superuser.execute(f"drop table {self.name}, {self.name}_archive")
        superuser.execute('delete from "user" where id = %s', [self.id])
