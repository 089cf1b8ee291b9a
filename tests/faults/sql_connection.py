"""One client's connection to the database as the owner, which tells a refused transaction from one in doubt."""

from collections.abc import Sequence
from typing import Any

import psycopg
from app.api.errors import REPLACED

from tests.faults.client import Refused, Unanswered, Wrong
from tests.faults.server import OWNER, Cluster

MAY_REFUSE = ("08", "25006", "40", "53", "55P03", "57", "58", "0A000", "42704", "42883")
"""SQLSTATEs, or their classes, of what faults and migrations may refuse a statement with."""

Statement = tuple[str, Sequence[object]]


class SqlConnection:
    """A connection that is kept, and made anew where it broke."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._connection: psycopg.Connection | None = None

    def close(self) -> None:
        """Close it; the next transaction opens another."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def transact(self, number: int, *statements: Statement, commit: bool = True) -> list[tuple[Any, ...]]:
        """Carry out a transaction under the name of an operation, and return the rows of its last statement.

        Raises:
            Refused: nothing was done: the COMMIT was not even sent.
            Unanswered: the COMMIT was not answered.
            Wrong: the database refused what it may not.

        """
        rows = self._execute(
            (
                "select set_config('archive.actor', %s, true), set_config('archive.reason', %s, true)",
                [f"actor {number}", f"deletion {number}"],
            ),
            *statements,
        )
        assert self._connection
        try:
            if commit:
                self._connection.commit()
            else:
                self._connection.rollback()
        except psycopg.Error as error:
            self.close()
            if not commit:
                raise Refused(_name(error)) from error
            raise Unanswered(f"{_name(error)} at COMMIT") from error
        return rows

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        rows = self._execute((query, values))
        assert self._connection
        try:
            self._connection.rollback()
        except psycopg.Error as error:
            self.close()
            raise Refused(_name(error)) from error
        return rows

    def _execute(self, *statements: Statement) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        try:
            if self._connection is None:
                self._connection = self.cluster.connect(OWNER, autocommit=False)
            for statement, values in statements:
                cursor = self._connection.execute(statement, values)
                rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            self.close()
            state = error.sqlstate or "08"
            if state.startswith(MAY_REFUSE) or (state == "XX000" and str(error).startswith(REPLACED)):
                raise Refused(_name(error)) from error
            raise Wrong(f"{state} {error}") from error
        return rows


def _name(error: psycopg.Error) -> str:
    return f"SQL {error.sqlstate or 'connection lost'}"
