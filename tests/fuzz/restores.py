"""What must hold of a restore: it brings back what was deleted, wherever a hand-written INSERT of it would succeed."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from tests.fuzz import checks
from tests.fuzz.model import Archived, Finding, Key, Values
from tests.fuzz.steps import Restores, Undo
from tests.fuzz.types import identifier, literal

if TYPE_CHECKING:
    from tests.fuzz.world import World

DOCUMENTED = {"AR404", "AR409", "AR422"}

REAL = {"would_restore": "restored", "would_copy": "copied", "would_skip": "skipped"}


@dataclass
class Outcome:
    """A row that a restore returns."""

    archive_id: int
    row_id: str | None
    outcome: str
    detail: str | None


def check_restore(world: "World", step: Restores) -> None:
    """Foretell, carry out, and compare with the model and with each other."""
    rows = [row for row in step.rows(world) if world.tables[row.table].enabled]
    if not rows:
        return
    together, alone = insertable(world, rows)

    foretold, error = call(world, step, dry_run=True)
    checks.check_nothing_changed(world)
    check_sqlstate(error)
    check_outcomes(world, step, rows, foretold, error, together, alone)
    if step.dry_run:
        return

    done, real_error = call(world, step, dry_run=False)
    if isinstance(real_error, Finding):
        raise real_error
    check_sqlstate(real_error)
    check_dry_run(step, foretold, error, done, real_error)
    if real_error:
        checks.check_nothing_changed(world)
    else:
        check_restored(world, step, done)


def call(world: "World", step: Restores, *, dry_run: bool) -> tuple[list[Outcome], psycopg.Error | Finding | None]:
    query = "select archive_id, row_id, outcome, detail from " + step.call(world, dry_run=dry_run)
    world.script.append(f"{query};")
    try:
        with world.client.transaction():
            outcomes = [Outcome(*row) for row in world.client.execute(query)]
            answered = True
    except psycopg.Error as error:
        world.script.append(f"-- ERROR {error.sqlstate}: {str(error).splitlines()[0]}")
        if "answered" in locals():
            return [], Finding("commit fails", f"{error.sqlstate} {error}", state=error.sqlstate)
        return [], error
    return sorted(outcomes, key=lambda outcome: outcome.archive_id), None


def check_sqlstate(error: psycopg.Error | None) -> None:
    if error is not None and error.sqlstate not in DOCUMENTED:
        raise Finding("restore raises", f"{error.sqlstate} {error}", state=error.sqlstate)


def insertable(world: "World", rows: list[Archived]) -> tuple[bool, set[int]]:
    """Try to insert the rows by hand: whether all can be in one statement, and which one after another."""
    rows = [row for row in rows if not row.restored]
    keys = Counter((row.table, world.tables[row.table].key_of(row.values)) for row in rows)
    statements = {row.id: insert(world, row) for row in rows}
    alone: set[int] = set()
    with world.observer.transaction(force_rollback=True):
        world.observer.execute("set local search_path = public")
        together = (
            attempt(
                world,
                "with " + ", ".join(f"r{id} as ({text} returning 1)" for id, text in statements.items()) + " select",
            )
            if rows
            else True
        )
    with world.observer.transaction(force_rollback=True):
        world.observer.execute("set local search_path = public")
        while max(keys.values(), default=0) == 1:
            more = {id for id, text in statements.items() if id not in alone and attempt(world, text)}
            if not more:
                break
            alone |= more
    return together, alone


def insert(world: "World", row: Archived) -> str:
    table = world.tables[row.table]
    columns = [c for c in table.columns.values() if c.number in row.values and not c.generated]
    names = ", ".join(identifier(column.name) for column in columns)
    values = ", ".join(literal(row.values[column.number]) for column in columns)
    return f"insert into {world.name(row.table)} ({names}) overriding system value values ({values})"


def attempt(world: "World", statement: str) -> bool:
    try:
        with world.observer.transaction():
            world.observer.execute(statement)
            world.observer.execute("set constraints all immediate")
    except psycopg.Error:
        return False
    return True


def check_outcomes(
    world: "World",
    step: Restores,
    rows: list[Archived],
    foretold: list[Outcome],
    error: psycopg.Error | None,
    together: bool,
    alone: set[int],
) -> None:
    """Check the outcomes against what can be inserted by hand."""
    if any(row.restored for row in rows):
        together = False
    if error is not None:
        if step.on_conflict == "copy" and error.sqlstate == "AR422" and not all_have_new_keys(world, rows):
            return
        if together or step.on_conflict == "skip":
            raise Finding("a restore is refused", f"{error.sqlstate} {error}", state=error.sqlstate)
        return
    checks.require_equal(
        "rows in the answer", sorted(row.id for row in rows), [outcome.archive_id for outcome in foretold]
    )
    must = {row.id for row in rows} if together else alone if step.on_conflict != "fail" else set()
    for outcome in foretold:
        if outcome.archive_id in must and outcome.outcome != "would_restore":
            raise Finding(
                "a row does not come back",
                f"{outcome}, though it can be inserted by hand",
                row=world.archived[outcome.archive_id],
                detail=outcome.detail,
            )


def all_have_new_keys(world: "World", rows: list[Archived]) -> bool:
    tables = [world.tables[row.table] for row in rows]
    return all(any(table.columns[c].has_default or table.columns[c].identity for c in table.key) for table in tables)


def check_dry_run(
    step: Restores,
    foretold: list[Outcome],
    error: psycopg.Error | None,
    done: list[Outcome],
    real_error: psycopg.Error | None,
) -> None:
    """Check that the dry run says what the real call does."""
    conflicts = any(outcome.outcome == "conflict" for outcome in foretold)
    expected = "AR409" if conflicts else error and error.sqlstate
    checks.require_equal("the dry run disagrees", expected, real_error and real_error.sqlstate)
    if real_error is None:
        # The second call draws other keys from a sequence: one may be what the row refers to.
        another_key = {
            o.archive_id
            for o in [*foretold, *done]
            if step.on_conflict == "copy" and "no longer exists" in (o.detail or "")
        }

        def words(outcomes: list[Outcome]) -> list[tuple]:
            said = [
                (o.archive_id, o.row_id, REAL.get(o.outcome, o.outcome), o.detail)
                for o in outcomes
                if o.archive_id not in another_key
            ]
            return [(id, "new" if kind == "copied" else row, kind, detail) for id, row, kind, detail in said]

        checks.require_equal("the dry run disagrees", words(foretold), words(done))


def check_restored(world: "World", step: Restores, done: list[Outcome]) -> None:
    """Check the live rows, the marks, and the sequences."""
    live = [world.live(table) for table in world.tables]
    details = " ".join(outcome.detail or "" for outcome in done)
    expected = [set(table.live) for table in world.tables]
    copies = Counter(world.archived[o.archive_id].table for o in done if o.outcome == "copied")
    back = [(outcome, world.archived[outcome.archive_id]) for outcome in done if outcome.outcome == "restored"]
    for outcome, row in back:
        table = world.tables[row.table]
        key = table.key_of(row.values)
        if key not in live[row.table]:
            raise Finding("a row does not come back", f"{outcome} is not live", row=row, detail=outcome.detail)
        check_values(world, row, live[row.table][key], outcome.detail or "")
        expected[row.table].add(key)
    for n in range(len(world.tables)):
        checks.require_equal("live rows after a restore", set(), expected[n] - set(live[n]))
        checks.require_equal("copies", copies[n], len(set(live[n]) - expected[n]))
        check_other_rows(world, n, live[n])
    for outcome in done:
        if outcome.outcome in ("restored", "copied"):
            world.archived[outcome.archive_id].restored = True
    checks.check_archive_unchanged(world)
    if isinstance(step, Undo):
        check_references(world, step, live, details)
    check_sequences(world, back)
    for n, table in enumerate(world.tables):
        checks.set_live(table, live[n])


def check_values(world: "World", row: Archived, actual: Values, detail: str) -> None:
    """Check every value of a row that came back."""
    table = world.tables[row.table]
    for number, column in table.columns.items():
        value = row.values.get(number, table.added.get(number))
        if column.generated or (number not in row.values and number not in table.added) or actual[number] == value:
            continue
        if number == table.stamped and column.name in detail:
            continue
        if actual[number] in were_blanked(world, row.table, table.key_of(row.values), number):
            continue  # its own deletion was later, and that which blanked it is undone too
        raise Finding(
            "a value does not come back",
            f"{column.name} is {actual[number]!r}, was {value!r}",
            table=table,
            row=row,
            column=number,
        )
    for number, value in row.values.items():
        if number not in table.columns and value is not None and table.names[number] not in detail:
            raise Finding(
                "a value is left out silently", f"{table.names[number]} was {value!r}", row=row, column=number
            )


def were_blanked(world: "World", n: int, key: Key, column: int) -> list[str | None]:
    """Return the references that deletions blanked in a column of a row."""
    return [b.was for b in world.blanked if (b.table, b.key, b.column) == (n, key, column)]


def check_other_rows(world: "World", n: int, live: dict[Key, Values]) -> None:
    """Check the rows that were live before; only a reference that a deletion blanked may be put back."""
    table = world.tables[n]
    for key, row in table.live.items():
        for column, value in row.items():
            if live[key][column] != value and live[key][column] not in were_blanked(world, n, key, column):
                raise Finding("a restore changed a live row", f"{table.names[column]} of {key}")


def check_references(world: "World", step: Undo, live: list[dict[Key, Values]], details: str) -> None:
    """Check that references which the undone deletion blanked are back, or named."""
    at = {row.at for row in step.rows(world)}
    for blanked in [b for b in world.blanked if b.at in at]:
        row = live[blanked.table].get(blanked.key)
        name = world.tables[blanked.table].names[blanked.column]
        if row and row.get(blanked.column) == blanked.became != blanked.was and name not in details:
            raise Finding("a reference stays blank", f"{name} of {blanked.key} was {blanked.was!r}")


def check_sequences(world: "World", back: list[tuple[Outcome, Archived]]) -> None:
    """Check that no sequence will hand out a key that came back."""
    now = checks.sequences(world)
    for _, row in back:
        for column, next_value in now[row.table].items():
            if int(row.values[column]) >= next_value:
                raise Finding(
                    "a sequence is behind",
                    f"{world.tables[row.table].names[column]}: next is {next_value}, live is {row.values[column]}",
                )
