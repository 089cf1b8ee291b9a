"""Tables as the test makes them: SQL, and for each column the values that may go into it."""

import itertools
import re
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.fuzz.types import Type, identifier, literal, types

ACTIONS = ["no action", "cascade", "set null", "restrict", "set default"]

TABLE_NAMES = ["shelf", "Order", "app.note", "note", 'we"ird', "user data", "tablé", "x" * 45, "old", "live"]
COLUMN_NAMES = [
    *("label", "qty", "colour"),
    *("a", "o", "l", "m", "live", "old", "new", "actor", "circumstances", "key", "wanted", "locked", "source"),
    *("Mixed Case", 'quo"te', "data.a.b", "ünï", "%s", "%1$I", "$1", "select", "it's", "x" * 63, "tg_op"),
]
OWN_NAMES = ["reason", "archive_id", "archived_at", "restored_at", "superseded", "overflow"]


@dataclass(frozen=True)
class Definition:
    """A table that is to be made."""

    schema: str
    name: str
    statements: tuple[str, ...]
    types: dict[str, Type]
    stamped: str | None = None
    """The column that a BEFORE INSERT trigger overwrites."""


@dataclass(frozen=True)
class Parent:
    """A table that there is already, as far as a reference to it is concerned."""

    sql: str
    key: tuple[tuple[str, Type], ...]

    def can_be_referred_to(self) -> bool:
        """PostgreSQL 15 to 18 fail to check a foreign key over an array of a type with a length or a precision."""
        texts = [text for _, type in self.key for text in (type.sql, *type.statements)]
        return not any(re.search(r"(\(\d[\d,]*\)|\bbit)\[\]", text) for text in texts)


@st.composite
def definitions(draw: st.DrawFn, known: list[Type], number: int, parents: list[Parent]) -> tuple[Definition, Parent]:
    """Draw one table; it may refer to those that there are, and to itself."""
    counter = itertools.count(number * 1000)
    any_type = types(known, lambda: next(counter))
    schema = draw(st.sampled_from(["public"] * 5 + ["app"]))
    name = draw(st.sampled_from(TABLE_NAMES))
    table = f"{schema}.{identifier(name)}"
    free = draw(st.permutations(COLUMN_NAMES)) if draw(st.sampled_from(range(4))) == 3 else COLUMN_NAMES
    names = iter(["id", *free])

    columns: dict[str, Type] = {}
    lines: list[str] = []

    def column(type: Type, qualities: str = "", name: str | None = None) -> str:
        name = name or next(names)
        columns[name] = type
        lines.append(f"{identifier(name)} {type.sql}{qualities}")
        return name

    # The key.
    width = draw(st.sampled_from([1, 1, 1, 2, 3]))
    key = []
    for _ in range(width):
        kind = draw(st.sampled_from(["plain", "serial", "by default", "by default", "plain", "always", "any", "any"]))
        if kind == "plain" or (width > 1 and kind in ("always", "by default", "serial")):
            key.append(column(draw(st.sampled_from(known[:5]))))
        elif kind == "any":
            key.append(column(draw(any_type.filter(lambda type: type.is_key))))
        elif kind == "serial":
            key.append(column(Type("serial", known[0].values[:3], is_key=True)))
        else:
            key.append(column(known[0], f" generated {kind} as identity"))

    # The other columns.
    for _ in range(draw(st.integers(1, 4))):
        type = draw(any_type)
        kind = draw(st.sampled_from(["", "", "", "default", "not null", "not null default"]))
        default = f" default {literal(draw(st.sampled_from(type.values)))}" if "default" in kind else ""
        unique = " unique" if type.is_key and draw(st.sampled_from(range(8))) == 7 else ""
        column(type, default + (" not null" if "not null" in kind else "") + unique)
    if draw(st.sampled_from(range(4))) == 3:
        base = draw(st.sampled_from(list(columns)))
        column(known[2], f" generated always as (({identifier(base)} is null)::text) stored")
    if draw(st.sampled_from(range(30))) == 29:
        column(known[2], name=draw(st.sampled_from(OWN_NAMES)))
    stamped = None
    if draw(st.sampled_from(range(8))) == 7:
        stamped = column(Type("timestamptz", (), is_key=False), name="updated_at")

    # References.
    lines.append(f"primary key ({', '.join(map(identifier, key))})")
    itself = Parent(table, tuple((name, columns[name]) for name in key))
    referred = [itself] * (draw(st.sampled_from(range(8))) == 7) + parents * draw(st.sampled_from([1, 1, 1, 0]))
    referred = [parent for parent in referred if parent.can_be_referred_to()]
    lines += [draw(references(parent, column)) for parent in referred]

    statements = [statement for type in columns.values() for statement in type.statements]
    statements.append(f"create table {table} ({', '.join(lines)})")
    if stamped:
        statements += stamp(table, number)
    return Definition(schema, name, tuple(dict.fromkeys(statements)), columns, stamped), itself


@st.composite
def references(draw: st.DrawFn, parent: Parent, column) -> str:
    action = draw(st.sampled_from(ACTIONS))
    deferrable = draw(st.sampled_from(["", " deferrable", *[" deferrable initially deferred"] * 4]))
    plain = [
        (name, Type("integer" if type.sql == "serial" else type.sql, type.values, True)) for name, type in parent.key
    ]
    own = [column(type) for _, type in plain]
    return (
        f"foreign key ({', '.join(map(identifier, own))}) references {parent.sql}"
        f" ({', '.join(identifier(name) for name, _ in plain)}) on delete {action}{deferrable}"
    )


def stamp(table: str, number: int) -> list[str]:
    return [
        f"create function stamp_{number}() returns trigger language plpgsql as"
        " $$ begin new.updated_at := clock_timestamp(); return new; end $$",
        f"create trigger stamp before insert on {table} for each row execute function stamp_{number}()",
    ]
