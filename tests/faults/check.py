"""The checker: the database as it is against the model, every row of every table and archive."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.faults.model import NOWHERE, Archived, Model, Operation, Row, State, States, Table

LIVE = "select concat({name}, ':', {key}), array[{columns}] from only {table}"
ARCHIVED = """
    select concat({name}, ':', {key}), array[{columns}], archived_by, a.reason, session_role, cascaded,
           case when (restored_at is null) = (restored_by is null) then restored_by else 'half a mark' end,
           erased_at is not null, h.archive_id is not null
      from {archive} a
      left join archive.holds h on h.archive_id = a.archive_id
     order by a.archive_id
"""


@dataclass(frozen=True)
class Finding:
    """One row that is not where the history says, or one operation that was carried out in part."""

    kind: str
    key: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}: {self.detail}"


def load(connection: psycopg.Connection, tables: Iterable[Table]) -> dict[str, State]:
    """Read where every row is, in one snapshot."""
    live: dict[str, Row] = {}
    archived: defaultdict[str, list[Archived]] = defaultdict(list)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read read only")
        for table in tables:
            names = {
                "name": sql.Literal(table.name),
                "key": sql.Identifier(table.columns[0]),
                "columns": sql.SQL(", ").join(
                    sql.SQL("{}::text").format(sql.Identifier(name)) for name in table.columns[1:]
                ),
                "table": sql.Identifier("public", table.name),
                "archive": sql.Identifier("public", f"{table.name}_archive"),
            }
            for key, row in connection.execute(sql.SQL(LIVE).format(**names)):
                live[key] = tuple(row)
            for key, row, *copied in connection.execute(sql.SQL(ARCHIVED).format(**names)):
                archived[key].append(Archived(tuple(row), *copied))
    states = {key: State(live.get(key), tuple(copies)) for key, copies in archived.items()}
    states.update((key, State(row)) for key, row in live.items() if key not in states)
    return states


def check(connection: psycopg.Connection, tables: Iterable[Table], model: Model) -> list[Finding]:
    """Compare the whole database with the whole history.

    Operations in doubt are settled by what is seen. Afterwards the model is as the database is, so that nothing is
    reported twice.
    """
    actual = load(connection, tables)
    findings: list[Finding] = []
    made = _made_by_the_server(model, actual)
    for operation in model.settle(lambda operation: _decide(operation, actual, made)):
        keys = {key: actual.get(key, NOWHERE) for key in operation.before}
        findings.append(
            Finding("half done", ", ".join(keys), f"operation {operation.number} ({operation.kind}) left {keys}")
        )
        model.acknowledge(keys)
    if actual != model.states:
        for key in sorted(actual.keys() | model.states.keys()):
            expected, found = model.states.get(key, NOWHERE), actual.get(key, NOWHERE)
            if expected != found:
                findings.append(Finding(_kind(expected, found), key, f"expected {expected}, found {found}"))
        model.states = actual
    return findings


def _made_by_the_server(model: Model, actual: States) -> dict[Row, str]:
    """Return the rows that the model does not know, by their values: an unanswered insert may have made them."""
    if not model.doubtful:
        return {}
    return {state.live: key for key, state in actual.items() if key not in model.states and state.live}


def _decide(operation: Operation, actual: States, made: dict[Row, str]) -> States | None:
    for outcome in operation.possible:
        named = {(made.get(state.live or (), key) if key[0] == "?" else key): state for key, state in outcome.items()}
        if all(actual.get(key, NOWHERE) == state for key, state in named.items()):
            return named
    return None


def _kind(expected: State, found: State) -> str:
    """Say in a word what is wrong with a row."""
    more = len(found.archived) - len(expected.archived)
    vanished = expected.live is not None and found.live is None
    if more == 0 and found.live == expected.live:
        marks = [[copy.restored_by for copy in state.archived] for state in (expected, found)]
        return "altered" if marks[0] == marks[1] else "mark"
    if more < 0 or (vanished and more == 0):
        return "lost"
    if found.live and not expected.live:
        return "ghost"
    return "doubled" if more > vanished else "altered"
