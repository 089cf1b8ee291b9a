"""What has to be in the database, from what was acknowledged: a dict of states, one for each row that ever was.

A state says whether the row is live, and with what, and which copies the archive has. Operations are functions from
states to states. One whose answer never came is in doubt: it happened as a whole or not at all, and the next look at
the database says which.
"""

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Row = tuple[str | None, ...]
"""The values of a row but for its key, as text."""


@dataclass(frozen=True)
class Table:
    """A table whose rows are compared, and those of its columns that are: the key first."""

    name: str
    columns: tuple[str, ...]
    kept: tuple[str, ...] = ()
    """The columns that an erasure leaves."""

    def key(self, row_id: str) -> str:
        """Return what names one of its rows in the model."""
        return f"{self.name}:{row_id}"

    def erased(self, row: Row) -> Row:
        """Return what an erasure leaves of a row."""
        return tuple(value if name in self.kept else None for name, value in zip(self.columns[1:], row, strict=True))


ITEM = Table("item", ("id", "title", "description", "owner_id"), kept=("owner_id",))
USER = Table("user", ("id", "email", "full_name", "is_active", "is_superuser"))


class Archived(NamedTuple):
    """A copy in the archive."""

    row: Row
    by: str | None
    reason: str | None
    login: str
    cascaded: bool = False
    restored_by: str | None = None
    erased: bool = False
    held: bool = False


class State(NamedTuple):
    """Where a row is: live, in the archive, or, if it was purged, nowhere."""

    live: Row | None = None
    archived: tuple[Archived, ...] = ()

    @property
    def restorable(self) -> bool:
        """Whether the newest copy in the archive can come back."""
        return bool(self.archived) and not (self.live or self.archived[-1].restored_by or self.archived[-1].erased)

    def having(self, row: Row) -> "State":
        """Return the state once the row is live with these values."""
        return self._replace(live=row)

    def deleted(self, by: str | None, reason: str | None, login: str, *, cascaded: bool = False) -> "State":
        """Return the state once the live row is deleted."""
        assert self.live
        return State(None, (*self.archived, Archived(self.live, by, reason, login, cascaded)))

    def restored(self, by: str) -> "State":
        """Return the state once the newest copy is restored."""
        *older, newest = self.archived
        return State(newest.row, (*older, newest._replace(restored_by=by)))

    def holding(self, held: bool) -> "State":
        """Return the state once all copies are held, or released."""
        return self._replace(archived=tuple(copy._replace(held=held) for copy in self.archived))

    def purged(self) -> "State":
        """Return the state once the copies are destroyed that nothing holds."""
        return self._replace(archived=tuple(copy for copy in self.archived if copy.held))

    def erased(self, table: Table) -> "State":
        """Return the state once the copies that nothing holds say nothing of a person."""
        return self._replace(
            archived=tuple(
                copy
                if copy.held or copy.erased
                else copy._replace(row=table.erased(copy.row), reason=None, erased=True)
                for copy in self.archived
            )
        )


NOWHERE = State()
States = Mapping[str, State]


@dataclass(frozen=True)
class Operation:
    """One step of a client: what was before it, and each way that it may have ended."""

    number: int
    kind: str
    before: States
    outcomes: tuple[States, ...]
    """Of two racing deletes either may have won. A key that only the server knows is `?table`."""
    certain: bool = False
    """Whether an answer says that it happened, if not how it ended."""

    @property
    def possible(self) -> tuple[States, ...]:
        """What the database may be like without a full answer."""
        return self.outcomes if self.certain else (*self.outcomes, self.before)


class Model:
    """The state of every row, by key, and the operations in doubt."""

    def __init__(self) -> None:
        self.states: dict[str, State] = {}
        self.doubtful: list[Operation] = []
        self._reserved: set[str] = set()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def number(self) -> int:
        """Return the number of a new operation."""
        return next(self._numbers)

    def state(self, key: str) -> State:
        """Return where a row is."""
        return self.states.get(key, NOWHERE)

    def acknowledge(self, after: States) -> None:
        """Take over the states that an acknowledged operation leads to."""
        with self._lock:
            for key, state in after.items():
                if state == NOWHERE:
                    self.states.pop(key, None)
                else:
                    self.states[key] = state

    def doubt(self, operation: Operation) -> None:
        """Remember an operation without an answer. Nobody may touch its rows until it is settled."""
        with self._lock:
            self.doubtful.append(operation)
            self._reserved.update(operation.before, *operation.outcomes)

    def is_settled(self, key: str) -> bool:
        """Whether the state of a row is certain."""
        return key not in self._reserved

    def settle(self, decide: Callable[[Operation], States | None]) -> list[Operation]:
        """Decide all operations in doubt by a look at the database. Returns those that fit no outcome."""
        odd: list[Operation] = []
        for operation in self.doubtful:
            states = decide(operation)
            if states is None:
                odd.append(operation)
            else:
                self.acknowledge(states)
        self.doubtful.clear()
        self._reserved.clear()
        return odd
