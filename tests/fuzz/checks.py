"""What must hold after each step but a restore: rows that went are archived whole, and nothing else changed."""

from collections import Counter
from typing import TYPE_CHECKING

import psycopg

from tests.fuzz.model import Archived, Blanked, EndOfPath, Finding, Key, Rows, Table, Values
from tests.fuzz.steps import Alter, AlterDomain, Delete, Enable, Insert, Retype, Step, Truncate, Update
from tests.fuzz.types import identifier

if TYPE_CHECKING:
    from tests.fuzz.world import World

REFUSALS = {"AR409", "AR422"}

RULES = ("22", "23", "2B", "42", "0A", "55", "54")
"""Classes of what a table itself refuses: its constraints, values that do not fit, objects that depend on others."""


def require_equal(kind: str, expected: object, actual: object, **circumstances: object) -> None:
    if expected != actual:
        raise Finding(kind, f"expected {expected!r}, got {actual!r}", **circumstances)


def check_change(world: "World", step: Step, statements: list[str], error: psycopg.Error | None) -> None:
    """Check a step that deletes nothing."""
    if error is None:
        if not isinstance(step, Insert | Update | Alter):
            check_live_unchanged(world)
        else:
            for table in world.tables:
                set_live(table, world.live(table))
        if isinstance(step, Retype) and step.in_archive:
            learn_archived(world, step.table, step.column)
        check_archive_unchanged(world)
        return
    message = str(error)
    if isinstance(step, Enable):
        if error.sqlstate not in REFUSALS:
            raise Finding("enable raises", f"{error.sqlstate} {message}", state=error.sqlstate)
        raise EndOfPath(message)
    if isinstance(step, Alter) and step.enable and error.sqlstate in REFUSALS:
        check_nothing_changed(world)
        return
    if isinstance(step, Alter) and "function archive." in (error.diag.context or ""):
        raise Finding("enable raises", f"{error.sqlstate} {message}", state=error.sqlstate)
    if not (error.sqlstate or "XX").startswith(RULES) and succeeds_without_archive(world, statements):
        raise Finding("statement raises", f"{error.sqlstate} {message}", state=error.sqlstate)
    if (
        isinstance(step, Alter | AlterDomain)
        and world.failed == statements[0]
        and succeeds_without_archive(world, statements[:1])
    ):
        raise Finding("the archive is in the way", f"{error.sqlstate} {message}", state=error.sqlstate)
    check_nothing_changed(world)


def set_live(table: Table, actual: dict[Key, Values]) -> None:
    """Take over what is live, in the order in which it came."""
    table.live = {key: actual[key] for key in table.live if key in actual} | actual


def check_nothing_changed(world: "World") -> None:
    check_live_unchanged(world)
    check_archive_unchanged(world)


def check_live_unchanged(world: "World") -> None:
    for table in world.tables:
        require_equal("live rows changed", table.live, world.live(table))


def check_archive_unchanged(world: "World", besides: set[int] = frozenset()) -> None:
    """Check each archived row but those."""
    for n, table in enumerate(world.tables):
        archive = world.archive_of(table)
        actual = {int(row[archive.attnum("archive_id")]): row for row in archive.rows}
        expected = [row for row in world.archived.values() if row.table == n]
        require_equal("archived rows came or went", {row.id for row in expected}, set(actual) - besides)
        for row in expected:
            check_archived_row(world, archive, actual[row.id], row)


def check_archived_row(world: "World", archive: Rows, actual: dict[int, str | None], row: Archived) -> None:
    restored = actual[archive.attnum("restored_at")] is not None
    require_equal("mark of a restore", row.restored, restored, row=row)
    for column, value in row.values.items():
        found = actual.get(row.places[column]) if row.places[column] else value
        if found != value:
            name = world.tables[row.table].names[column]
            raise Finding("archived value changed", f"{name}: {value!r} became {found!r}", row=row, column=column)


def learn_archived(world: "World", table: int, column: str) -> None:
    """Take over the values of a column that was retyped in the archive too."""
    number = world.tables[table].number_of(column)
    archive = world.archive_of(world.tables[table])
    for row in archive.rows:
        model = world.archived[int(row[archive.attnum("archive_id")])]
        if number in model.values:
            model.values[number] = row[model.places[number]]


def archived(world: "World", table: int, archive: Rows, row: dict[int, str | None]) -> Archived:
    """Read an archived row by the names that its table's columns have now."""
    columns = world.tables[table].columns.values()
    places = {column.number: archive.copy_of(column.name) for column in columns}
    places = {number: place for number, place in places.items() if place}
    return Archived(
        id=int(row[archive.attnum("archive_id")]),
        table=table,
        values={number: row[place] for number, place in places.items()},
        places=places,
        transaction=row[archive.attnum("transaction_id")],
        archived_at=row[archive.attnum("archived_at")],
        at=world.at,
    )


def check_deletion(world: "World", step: Step, statements: list[str], error: psycopg.Error | None) -> None:
    """Check DELETE and TRUNCATE: what is gone is archived, once, with every value."""
    if error is not None:
        stale = any(table.is_stale() for table in world.tables)
        if stale and "archive.enable()" in str(error):
            check_nothing_changed(world)
            return
        if succeeds_without_archive(world, statements):
            raise Finding("a delete fails", f"{error.sqlstate} {error}", state=error.sqlstate, stale=stale)
        check_nothing_changed(world)
        return

    targeted = targets(world, step)
    for n, table in enumerate(world.tables):
        live = world.live(table)
        gone = {key: row for key, row in table.live.items() if key not in live}
        require_equal("a row is not deleted", set(), {key for key in targeted[n] if key in live})
        require_equal("a row came with a deletion", set(), set(live) - set(table.live))
        archive = world.archive_of(table)
        found = [row for row in archive.rows if int(row[archive.attnum("archive_id")]) not in world.archived]
        if table.enabled:
            rows = [archived(world, n, archive, row) for row in found]
            for row in rows:
                check_archived_values(world, table, row, gone)
            counts = Counter(table.key_of(row.values) for row in rows)
            require_equal("rows archived", Counter(list(gone)), counts, table=n)
            world.archived |= {row.id: row for row in rows}
        else:
            require_equal("rows archived of a table that is not", [], found)
        note_blanked(world, n, live)
        set_live(table, live)
    check_archive_unchanged(world)


def targets(world: "World", step: Step) -> list[set[Key]]:
    """Return the keys, table by table, that a statement names."""
    targeted: list[set[Key]] = [set() for _ in world.tables]
    if isinstance(step, Truncate):
        for n in step.tables:
            targeted[n] = set(world.tables[n].live)
    elif isinstance(step, Delete):
        for n, row in step.rows:
            keys = list(world.tables[n].live)
            targeted[n] |= set(keys) if row is None else {keys[row % len(keys)]}
    return targeted


def check_archived_values(world: "World", table: Table, row: Archived, gone: dict[Key, Values]) -> None:
    """Check that an archived row has every value of a row that is gone."""
    for key, values in gone.items():
        if all(row.values.get(number) == value for number, value in zip(table.key, key, strict=True)):
            for number, value in values.items():
                if row.values.get(number) != value and in_overflow(world, table, row, number, value):
                    row.values[number], row.places[number] = value, 0
                became = row.values.get(number)
                if became != value and number not in blankable(table):
                    raise Finding(
                        "a value is not archived",
                        f"{table.names[number]} is {became!r}, was {value!r}",
                        table=table,
                        column=number,
                    )
                if became != value:  # The same deletion blanked the reference before its row went too.
                    world.blanked.append(Blanked(world.at, row.table, key, number, value, became))
            return
    raise Finding("archived, and not deleted", f"{row.values}", table=table)


def blankable(table: Table) -> set[int]:
    """Return the columns that ON DELETE SET NULL or SET DEFAULT may change."""
    return {c for reference in table.references if reference.action in "nd" for c in reference.columns}


def in_overflow(world: "World", table: Table, row: Archived, number: int, value: str | None) -> bool:
    """Tell whether the archive keeps a value of a column that it has no column for."""
    archive = world.archive_of(table)
    attnum = archive.attnum("overflow")
    if attnum is None or value is None:
        return attnum is not None
    kept = next(r[attnum] for r in archive.rows if r[archive.attnum("archive_id")] == str(row.id))
    # As its type writes it: what is kept is its text, or for a time that of JSON.
    cast = f"cast(cast(%s as {table.columns[number].type}) as text)"
    name = table.names[number]
    compare = cast.replace("%s", "cast(%(kept)s as jsonb) ->> %(name)s") + " = " + cast.replace("%s", "%(value)s")
    return (
        world.observer.execute(f"select {compare}", {"kept": kept, "name": name, "value": value}).fetchone()[0] or False
    )


def note_blanked(world: "World", n: int, live: dict[Key, Values]) -> None:
    """Note the references that a deletion changed; nothing else of a row that stays may change."""
    table = world.tables[n]
    for key, row in live.items():
        for column, value in row.items():
            if table.live[key].get(column) != value:
                if column not in blankable(table) and not table.columns[column].generated:
                    raise Finding("a row that stays changed", f"{table.names[column]} of {key}")
                world.blanked.append(Blanked(world.at, n, key, column, table.live[key].get(column), value))


def sequences(world: "World") -> list[dict[int, int]]:
    """Return, table by table, the next value of each key column that has a sequence."""
    return [
        {
            number: world.one(f"select last_value + is_called::int from {table.columns[number].sequence}")
            for number in table.key
            if table.columns[number].sequence
        }
        for table in world.tables
    ]


def succeeds_without_archive(world: "World", statements: list[str]) -> bool:
    """Try statements with the archive out of the way, in a transaction that is rolled back."""
    world.client.execute("begin")
    try:
        for n, table in enumerate(world.tables):
            if table.enabled:
                for trigger in ("zz_archive_before_delete", "zz_archive_before_truncate"):
                    world.client.execute(f"drop trigger if exists {identifier(trigger)} on {world.name(n)}")
            if archive := world.archive_name(n):
                world.client.execute(f"drop table {archive} cascade")
        for statement in statements:
            world.client.execute(statement)
        world.client.execute("set constraints all immediate")
    except psycopg.Error:
        return False
    finally:
        world.client.execute("rollback")
    return True


def check_health(world: "World") -> None:
    """Check that health answers, finds no error where all is well, and says so where a column is not archived yet."""
    try:
        rows = world.observer.execute(
            "select source::oid, check_name, detail, severity from archive.health() where not ok"
        ).fetchall()
    except psycopg.Error as error:
        raise Finding("health raises", f"{error.sqlstate} {error}", state=error.sqlstate) from error
    for n, table in enumerate(world.tables):
        faults = [row[1:] for row in rows if row[0] == table.oid]
        if table.enabled and not table.is_stale():
            errors = [fault for fault in faults if fault[-1] == "error"]
            require_equal("health finds an error", [], errors, table=n)
        if table.is_stale("add"):
            require_equal("health finds no error", True, bool(faults), table=n)
