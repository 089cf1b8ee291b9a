"""What may happen to tables: each step is the SQL of one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fuzz.tables import Definition
from tests.fuzz.types import identifier, literal

if TYPE_CHECKING:
    from tests.fuzz.model import Archived
    from tests.fuzz.world import World


@dataclass
class Step:
    """One transaction. `table` is the position of a table among those made."""

    def statements(self, world: "World") -> Iterator[str]:
        raise NotImplementedError


@dataclass
class Set(Step):
    """A setting of the session that does everything."""

    name: str
    value: str

    def statements(self, world):
        yield f"set {self.name} = {literal(self.value)}"


@dataclass
class Create(Step):
    definition: Definition

    def statements(self, world):
        yield from self.definition.statements


@dataclass
class Enable(Step):
    table: int

    def statements(self, world):
        yield f"select archive.enable({literal(world.name(self.table))})"


@dataclass
class Disable(Step):
    table: int

    def statements(self, world):
        yield f"select archive.disable({literal(world.name(self.table))})"


@dataclass
class Insert(Step):
    """One row. A name that is missing is left to its default."""

    table: int
    row: dict[str, str | None]

    def statements(self, world):
        if not self.row:
            yield f"insert into {world.name(self.table)} default values"
            return
        names, values = ", ".join(map(identifier, self.row)), ", ".join(map(literal, self.row.values()))
        yield f"insert into {world.name(self.table)} ({names}) overriding system value values ({values})"


@dataclass
class Update(Step):
    table: int
    row: int | None
    column: str
    value: str | None

    def statements(self, world):
        change = f"set {identifier(self.column)} = {literal(self.value)}"
        yield f"update {world.name(self.table)} {change}{world.where(self.table, self.row)}"


@dataclass
class Delete(Step):
    """Rows of one table or several; None stands for all."""

    rows: list[tuple[int, int | None]]

    def statements(self, world):
        for table, row in self.rows:
            yield f"delete from {world.name(table)}{world.where(table, row)}"


@dataclass
class Truncate(Step):
    tables: list[int]
    restart: bool = False
    cascade: bool = False

    def statements(self, world):
        names = ", ".join(map(world.name, self.tables))
        yield f"truncate {names}{' restart identity' * self.restart}{' cascade' * self.cascade}"


@dataclass
class Alter(Step):
    """A change of a table, perhaps of its archive too, and archive.enable() in the same transaction."""

    table: int
    in_archive: bool = field(default=False, kw_only=True)
    enable: bool = field(default=False, kw_only=True)

    kind = ""
    column: str

    def change(self) -> str:
        raise NotImplementedError

    def change_of_archive(self) -> str:
        return self.change()

    def statements(self, world):
        if world.restored_dump:  # or nobody could tell a rename in both tables from new columns
            yield "select archive.maintain()"
        name = world.name(self.table)  # as it is before
        yield f"alter table {name} {self.change()}"
        archive = world.archive_name(self.table)
        if self.in_archive and archive:
            yield f"alter table {archive} {self.change_of_archive()}"
        if self.enable and world.tables[self.table].enabled:
            yield f"select archive.enable({literal(self.name_after(name))})"

    def name_after(self, name: str) -> str:
        return name


@dataclass
class AddColumn(Alter):
    column: str
    type: str
    default: str | None = None
    not_null: bool = False
    values: tuple[str, ...] = ()

    kind = "add"

    def change(self):
        default = f" default {literal(self.default)}" if self.default is not None else ""
        return f"add column {identifier(self.column)} {self.type}{default}{' not null' * self.not_null}"

    def change_of_archive(self):
        return f"add column {identifier(self.column)} {self.type}"


@dataclass
class DropColumn(Alter):
    """In the table alone: the archive keeps its column."""

    column: str

    kind = "drop"

    def change(self):
        return f"drop column {identifier(self.column)}"


@dataclass
class RenameColumn(Alter):
    column: str
    to: str

    kind = "rename"

    def change(self):
        return f"rename column {identifier(self.column)} to {identifier(self.to)}"


@dataclass
class Retype(Alter):
    column: str
    to: str

    kind = "retype"

    def change(self):
        column = identifier(self.column)
        return f"alter column {column} type {self.to} using {column}::text::{self.to}"


@dataclass
class RenameTable(Alter):
    column: str = field(default="", init=False)
    to: str

    kind = "rename table"

    def change(self):
        return f"rename to {identifier(self.to)}"

    def change_of_archive(self):
        return f"rename to {identifier(self.to + '_archive')}"

    def name_after(self, name):
        return f"{name.split('.')[0]}.{identifier(self.to)}"


@dataclass
class AlterDomain(Step):
    """A rule that joins a domain: it binds what is live."""

    domain: str
    change: str

    def statements(self, world):
        yield f"alter domain {self.domain} {self.change}"


@dataclass
class Dump(Step):
    """pg_dump, and restore into another database, in which everything goes on."""


@dataclass
class Health(Step):
    """A look at archive.health()."""


@dataclass
class Restores(Step):
    on_conflict: str = field(default="fail", kw_only=True)
    dry_run: bool = field(default=False, kw_only=True)
    """Only. Otherwise the dry run comes first, then the real call."""

    def call(self, world: "World", *, dry_run: bool) -> str:
        raise NotImplementedError

    def rows(self, world: "World") -> list["Archived"]:
        """Return the archived rows that this is about."""
        raise NotImplementedError

    def options(self, dry_run: bool) -> str:
        return f"on_conflict => {literal(self.on_conflict)}, dry_run => {str(dry_run).lower()}"


@dataclass
class Restore(Restores):
    """Some archived rows of a table, by position; None stands for all not restored yet."""

    table: int
    picks: list[int] | None = None

    def rows(self, world):
        rows = [row for row in world.archived.values() if row.table == self.table]
        if self.picks is None:
            return [row for row in rows if not row.restored]
        return [rows[pick] for pick in sorted({pick % len(rows) for pick in self.picks})] if rows else []

    def call(self, world, *, dry_run):
        ids = ",".join(str(row.id) for row in self.rows(world))
        return f"archive.restore({literal(world.name(self.table))}, '{{{ids}}}', {self.options(dry_run)})"


@dataclass
class Undo(Restores):
    """One deletion, by position from the newest."""

    pick: int = 0

    def transaction(self, world: "World") -> str:
        transactions = list(dict.fromkeys(row.transaction for row in reversed(world.archived.values())))
        return transactions[self.pick % len(transactions)]

    def rows(self, world):
        transaction = self.transaction(world)
        return [row for row in world.archived.values() if row.transaction == transaction]

    def call(self, world, *, dry_run):
        row = self.rows(world)[0]
        transaction = f"select transaction_id from {world.archive_name(row.table)} where archive_id = {row.id}"
        return f"archive.restore_transaction(({transaction}), {self.options(dry_run)})"
