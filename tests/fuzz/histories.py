"""Histories: which steps follow each other, drawn by hypothesis from what is possible in the world as it is."""

from collections.abc import Callable

from hypothesis import strategies as st

from tests.fuzz import steps
from tests.fuzz.model import EndOfPath, Table
from tests.fuzz.tables import COLUMN_NAMES, TABLE_NAMES, Parent, definitions
from tests.fuzz.types import Type
from tests.fuzz.world import World

SETTINGS = [
    ("extra_float_digits", "0"),
    ("datestyle", "German"),
    ("timezone", "Asia/Kolkata"),
    ("bytea_output", "escape"),
]

MOSTLY = [True, True, True, True, False]


class History:
    """Draws the steps of one example and runs them."""

    def __init__(self, world: World, draw: Callable, known: list[Type]) -> None:
        self.world, self.draw, self.known = world, draw, known

    def choose(self, values):
        return self.draw(st.sampled_from(values))

    def run(self, most_steps: int) -> None:
        """Make tables, fill and archive them, then do this and that."""
        if self.choose(range(6)) == 5:
            self.world.step(steps.Set(*self.choose(SETTINGS)))
        try:
            self.make_tables()
            while self.world.at < most_steps and self.choose(range(25)):
                self.choose(self.possible())()
            self.world.step(steps.Health())
        except EndOfPath as end:
            self.world.script.append(f"-- the end: {end}")

    def make_tables(self) -> None:
        parents: list[Parent] = []
        for number in range(self.choose([1, 2, 2, 2, 3])):
            definition, parent = self.draw(definitions(self.known, number, parents))
            if (definition.schema, definition.name) in [(table.schema, table.name) for table in self.world.tables]:
                continue
            self.world.step(steps.Create(definition))
            if len(self.world.tables) <= number:
                raise EndOfPath("no such table can be made")
            parents.append(parent)
        for n in range(len(self.world.tables)):
            if self.choose(MOSTLY):
                self.world.step(steps.Enable(n))
            for _ in range(self.choose([1, 1, 2, 3])):
                self.insert(n)

    def possible(self) -> list[Callable[[], None]]:
        """Return what can be done now, the likelier the more often."""
        world = self.world
        possible = [self.insert, self.alter, self.alter, self.truncate, self.restart, self.enable, self.rarely]
        if any(table.live for table in world.tables):
            possible += [self.delete] * 5 + [self.orphan, self.update]
        if world.archived:
            possible += [self.restore] * 5 + [self.undo] * 4
        return possible

    def table(self, suitable: Callable[[Table], bool] = lambda table: True) -> int | None:
        tables = [n for n, table in enumerate(self.world.tables) if suitable(table)]
        return self.choose(tables) if tables else None

    # Rows.

    def insert(self, n: int | None = None) -> None:
        n = self.table() if n is None else n
        table = self.world.tables[n]
        row: dict[str, str | None] = {}
        for column in table.columns.values():
            if column.generated:
                continue
            kept = column.identity or column.sequence or column.has_default
            if kept and self.choose([True, True, False]):
                continue
            row[column.name] = self.value(table, column.number)
        for reference in table.references:
            parent = next(t for t in self.world.tables if t.oid == reference.parent)
            live = list(parent.live.values())
            if live and self.choose(MOSTLY):
                values = self.choose(live)
                for own, theirs in zip(reference.columns, reference.parent_columns, strict=True):
                    row[table.columns[own].name] = values[parent.number_of(theirs)]
        self.world.step(steps.Insert(n, row))

    def value(self, table: Table, number: int) -> str | None:
        values = list(table.values.get(number, ()))
        optional = number not in table.key and not table.columns[number].not_null
        return self.choose(values + [None] * optional) if values or optional else ""

    def update(self) -> None:
        n = self.table(lambda table: table.live)
        table = self.world.tables[n]
        number = self.choose([c.number for c in table.columns.values() if not c.generated])
        row = self.choose([0, 1, 2])
        self.world.step(steps.Update(n, row, table.names[number], self.value(table, number)))

    def delete(self) -> None:
        n = self.table(lambda table: table.live)
        rows = [(n, self.choose([None, 0, 1]))]
        if len(self.world.tables) > 1 and self.choose(range(5)) == 4:
            other = self.table(lambda table: table.live)
            rows.append((other, None))
            rows = rows if other != n else rows[:1]
        self.world.step(steps.Delete(rows))

    def truncate(self) -> None:
        restart, cascade = self.draw(st.booleans()), self.draw(st.booleans())
        self.world.step(steps.Truncate([self.table()], restart=restart, cascade=cascade))

    def restart(self) -> None:
        """Empty a table, let its sequence start anew, and undo that, perhaps with a row in between."""
        n = self.table(lambda table: table.live and any(c.identity or c.sequence for c in table.columns.values()))
        if n is None:
            return
        self.world.step(steps.Truncate([n], restart=True, cascade=self.draw(st.booleans())))
        if self.choose(range(4)) == 3:
            self.insert(n)
        if self.world.archived:
            self.world.step(steps.Undo(**self.options()))

    def orphan(self) -> None:
        """Delete what refers to another table, then what it refers to, and restore the former alone."""
        n = self.table(lambda table: table.enabled and table.live and table.references)
        if n is None:
            return
        self.world.step(steps.Delete([(n, self.choose([None, 0, 1]))]))
        reference = self.choose(self.world.tables[n].references)
        parent = self.table(lambda table: table.oid == reference.parent and table.live)
        if parent is not None:
            self.world.step(steps.Delete([(parent, None)]))
        if any(row.table == n for row in self.world.archived.values()):
            self.world.step(steps.Restore(n, self.choose([None, [-1]]), **self.options()))

    # Restores.

    def restore(self) -> None:
        n = self.choose(sorted({row.table for row in self.world.archived.values()}))
        picks = self.choose([None, None, [-1], [0], [0, -1]])
        self.world.step(steps.Restore(n, picks, **self.options()))

    def undo(self) -> None:
        self.world.step(steps.Undo(pick=self.choose([0, 0, 0, 1, 2]), **self.options()))

    def options(self) -> dict:
        dry_run = not self.choose(MOSTLY)
        return {"on_conflict": self.choose(["fail", "fail", "skip", "copy"]), "dry_run": dry_run}

    # The tables themselves.

    def enable(self) -> None:
        n = self.table(lambda table: not table.enabled or table.is_stale())
        if n is not None:
            self.world.step(steps.Enable(n))

    def alter(self) -> None:
        n = self.table()
        table = self.world.tables[n]
        others = [c for c in table.columns.values() if c.number not in table.key] or list(table.columns.values())
        column = self.choose(others)
        taken = {c.name for c in table.columns.values()}
        name = self.choose([name for name in COLUMN_NAMES if name not in taken])
        follow = {"in_archive": self.choose(MOSTLY), "enable": self.choose(MOSTLY)}
        kind = self.choose(["rename", "rename", "rename key", "add", "add", "drop", "retype", "table"])
        if kind == "rename":
            self.world.step(steps.RenameColumn(n, column.name, name, **follow))
        elif kind == "rename key":
            self.world.step(steps.RenameColumn(n, table.columns[self.choose(table.key)].name, name, **follow))
        elif kind == "add":
            type = self.choose(self.known)
            default = self.choose([None, *type.values])
            needed = default is not None and self.draw(st.booleans())
            self.world.step(steps.AddColumn(n, name, type.sql, default, needed, type.values, **follow))
        elif kind == "drop":
            self.world.step(steps.DropColumn(n, column.name, enable=follow["enable"]))
        elif kind == "retype":
            column = self.choose(list(table.columns.values()))
            to = self.choose({"integer": ["bigint", "text"], "character varying": ["text"]}.get(column.type, ["text"]))
            self.world.step(steps.Retype(n, column.name, to, **follow))
        else:
            names = [x for x in TABLE_NAMES if x not in [t.name for t in self.world.tables]]
            self.world.step(steps.RenameTable(n, self.choose(names), **follow))

    def rarely(self) -> None:
        kind = self.choose(range(10))
        if kind == 9:
            self.world.step(steps.Dump())
        elif kind in (6, 7, 8):
            self.disable()
        else:
            self.alter_domain()

    def disable(self) -> None:
        n = self.table(lambda table: table.enabled)
        if n is not None:
            self.world.step(steps.Disable(n))

    def alter_domain(self) -> None:
        domains = sorted(self.world.domains)
        if domains:
            change = self.choose(["add check (value is null)", "add check (value is null) not valid", "set not null"])
            self.world.step(steps.AlterDomain(self.choose(domains), change))
