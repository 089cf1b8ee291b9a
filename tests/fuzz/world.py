"""Runs steps against a database, as a DBA would type them, and keeps the model of what has to be there."""

from collections.abc import Iterable
from typing import Protocol

import psycopg

from tests.fuzz import checks, restores
from tests.fuzz.model import Archived, Blanked, Column, Event, Reference, Rows, Table
from tests.fuzz.steps import (
    AddColumn,
    Alter,
    AlterDomain,
    Create,
    Delete,
    Disable,
    Dump,
    Enable,
    Health,
    RenameTable,
    Restores,
    Retype,
    Set,
    Step,
    Truncate,
)
from tests.fuzz.types import identifier, literal

FIXED = "-c datestyle=ISO -c timezone=UTC -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex"

COLUMNS = """
    select a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', a.attidentity <> '',
           a.atthasdef, a.attnotnull, pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)
      from pg_attribute a
     where a.attrelid = %s and a.attnum > 0 and not a.attisdropped
     order by a.attnum
"""
KEY = "select unnest(indkey::int2[]) from pg_index where indrelid = %s and indisprimary"
REFERENCES = """
    select conkey, confrelid, array(select attname::text from unnest(confkey) with ordinality k (n, position)
                                      join pg_attribute on attrelid = confrelid and attnum = n order by position),
           confdeltype::text, condeferred
      from pg_constraint where conrelid = %s and contype = 'f' order by conname
"""


PREAMBLE = [
    "create schema app;",
    *(f"create extension if not exists {name};" for name in ("citext", "hstore", "ltree")),
]


class Databases(Protocol):
    """Where databases come from."""

    def create(self) -> str: ...
    def connect(self, database: str, options: str = "") -> psycopg.Connection: ...
    def copy(self, database: str) -> str: ...


class World:
    """One database, its tables, and the model of them."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.tables: list[Table] = []
        self.archived: dict[int, Archived] = {}
        self.blanked: list[Blanked] = []
        self.domains: set[str] = set()
        self.settings: list[str] = []
        self.restored_dump = False
        self.script = [*PREAMBLE]
        self.failed = ""
        """The statement that the last error came from."""
        self.at = 0
        self.connect(databases.create())

    def connect(self, database: str) -> None:
        self.database = database
        self.client = self.databases.connect(database)
        self.observer = self.databases.connect(database, FIXED + " -c search_path=pg_catalog")
        for setting in self.settings:
            self.client.execute(setting)

    def close(self) -> None:
        self.client.close()
        self.observer.close()

    # Names, as SQL writes them.

    def name(self, table: int) -> str:
        return f"{identifier(self.tables[table].schema)}.{identifier(self.tables[table].name)}"

    def archive_name(self, table: int) -> str | None:
        oid = self.tables[table].archive
        return None if oid is None else self.one(f"select {oid}::regclass::text")

    def where(self, table: int, row: int | None) -> str:
        if row is None:
            return ""
        model = self.tables[table]
        key = list(model.live)[row % len(model.live)]
        return " where " + " and ".join(
            f"{identifier(model.columns[number].name)} = {literal(value)}::{model.columns[number].type}"
            for number, value in zip(model.key, key, strict=True)
        )

    def one(self, query: str) -> object:
        row = self.observer.execute(query).fetchone()
        return row[0] if row else None

    # Steps.

    def run(self, *steps: Step) -> None:
        for step in steps:
            self.step(step)

    def step(self, step: Step) -> None:
        """Carry out a step and compare."""
        self.at += 1
        if isinstance(step, Restores):
            restores.check_restore(self, step)
            return
        if isinstance(step, Dump):
            self.dump_and_restore()
            checks.check_nothing_changed(self)
            checks.check_health(self)
            return
        if isinstance(step, Health):
            checks.check_health(self)
            return
        statements = list(step.statements(self))
        error = self.transaction(statements)
        if isinstance(step, Delete | Truncate):
            checks.check_deletion(self, step, statements, error)
        else:
            if error is None:
                self.note(step)
            checks.check_change(self, step, statements, error)
        if isinstance(step, Enable | Alter | AlterDomain):
            checks.check_health(self)

    def transaction(self, statements: Iterable[str]) -> psycopg.Error | None:
        """Run statements in one transaction; return what made it fail."""
        return self.query([*statements])[1]

    def query(self, statements: list[str]) -> tuple[list[tuple], psycopg.Error | None]:
        """Run statements in one transaction; return the rows of the last, and what made it fail."""
        if len(statements) > 1:
            self.script += ["begin;", *(f"{statement};" for statement in statements), "commit;"]
        else:
            self.script += [f"{statements[0]};"]
        try:
            with self.client.transaction():
                for statement in statements:
                    self.failed = statement
                    cursor = self.client.execute(statement)
                return cursor.fetchall() if cursor.description else [], None
        except psycopg.Error as error:
            self.script.append(f"-- ERROR {error.sqlstate}: {str(error).splitlines()[0]}")
            return [], error

    def note(self, step: Step) -> None:
        """Follow a change of the tables."""
        if isinstance(step, Set):
            self.settings += step.statements(self)
        elif isinstance(step, Create):
            definition = step.definition
            table = Table(0, definition.schema, definition.name)
            self.tables.append(table)
            table.oid = self.oid(len(self.tables) - 1)
            self.read_columns(table)
            self.domains |= {type.domain for type in definition.types.values() if type.domain}
            for column in table.columns.values():
                if column.name in definition.types:
                    table.values[column.number] = definition.types[column.name].values
            table.stamped = table.number_of(definition.stamped) if definition.stamped else None
        elif isinstance(step, Enable):
            self.note_enabled(self.tables[step.table])
        elif isinstance(step, Disable):
            table = self.tables[step.table]
            table.enabled = False
            table.events.append(Event("disable", self.at))
        elif isinstance(step, Alter):
            table = self.tables[step.table]
            column = table.number_of(step.column) if step.column and not isinstance(step, AddColumn) else None
            known = set(table.names)
            self.read_columns(table)
            if isinstance(step, AddColumn):
                (column,) = set(table.names) - known
                table.values[column] = step.values
                table.added[column] = self.text_of(f"{literal(step.default)}::{step.type}")
            elif isinstance(step, Retype) and column is not None:
                table.values[column] = ()
            table.events.append(Event(step.kind, self.at, column))
            if isinstance(step, RenameTable) and step.in_archive and table.archive:
                table.events.append(Event("rename archive", self.at))
            if step.enable and table.enabled:
                self.note_enabled(table)
            for other in self.tables:
                self.read_references(other)  # a column that they refer to may have another name
        elif isinstance(step, AlterDomain):
            for table in self.tables:
                table.events.append(Event("domain", self.at))

    def text_of(self, expression: str) -> str | None:
        """Return the text of an expression, in which names need no schema."""
        with self.observer.transaction():
            self.observer.execute("set local search_path = public")
            return Rows.read(self.observer, f"select {expression}").rows[0][0]

    def note_enabled(self, table: Table) -> None:
        table.enabled = True
        table.archive = self.one(f"select target::oid from archive.registry where source = {table.oid}")
        table.events.append(Event("enable", self.at))

    def oid(self, table: int) -> int:
        return self.one(f"select {literal(self.name(table))}::regclass::oid")

    def read_columns(self, table: Table) -> None:
        """Read what a table is like now."""
        (table.name,) = self.observer.execute("select relname from pg_class where oid = %s", [table.oid]).fetchone()
        columns = {}
        for attnum, *rest in self.observer.execute(COLUMNS, [table.oid]):
            number = table.numbers.setdefault(attnum, max(table.names, default=0) + 1)
            columns[number] = Column(number, *rest)
            table.names[number] = columns[number].name
        table.columns = columns
        table.key = [table.numbers[attnum] for (attnum,) in self.observer.execute(KEY, [table.oid])]
        self.read_references(table)

    def read_references(self, table: Table) -> None:
        """Read what a table refers to, by the names that those columns have now."""
        table.references = [
            Reference([table.numbers[attnum] for attnum in own], parent, theirs, action, deferred)
            for own, parent, theirs, action, deferred in self.observer.execute(REFERENCES, [table.oid])
        ]

    def dump_and_restore(self) -> None:
        """Dump the database, restore it as another one, and go on there. Numbers of columns and tables change."""
        names = [table.names for table in self.tables]
        places = [self.archive_of(table) for table in self.tables]
        archives = [self.archive_name(n) for n in range(len(self.tables))]
        self.script.append("-- pg_dump, then restore into another database; everything that follows happens there")
        self.close()
        self.connect(self.databases.copy(self.database))
        self.restored_dump = True
        for n, table in enumerate(self.tables):
            table.oid = self.oid(n)
            numbers = {column.name: number for number, column in table.columns.items()}
            table.numbers = {attnum: numbers[name] for attnum, name, *_ in self.observer.execute(COLUMNS, [table.oid])}
            self.read_columns(table)
            table.names = names[n]
            table.events.append(Event("dump", self.at))
            if archives[n] is not None:
                table.archive = self.one(f"select {literal(archives[n])}::regclass::oid")
                now = self.archive_of(table)
                for row in self.archived.values():
                    if row.table == n:
                        row.places = {
                            column: now.attnum(places[n].names[place]) if place else 0
                            for column, place in row.places.items()
                        }

    # What is there.

    def live(self, table: Table) -> dict:
        rows = Rows.read(self.observer, f"select * from only {self.name(self.tables.index(table))}")
        values = [{table.numbers[a]: value for a, value in row.items() if a in table.numbers} for row in rows.rows]
        return {table.key_of(row): row for row in values}

    def archive_of(self, table: Table) -> Rows:
        if table.archive is None:
            return Rows({}, [])
        name = self.archive_name(self.tables.index(table))
        return Rows.read(self.observer, f"select * from {name} order by archive_id")
