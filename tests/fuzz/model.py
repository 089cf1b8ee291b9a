"""The model: what is live, what is archived, and what has happened to the tables since."""

from dataclasses import dataclass, field

import psycopg

Values = dict[int, str | None]
"""A row: the text of each value, by the number of its column."""

Key = tuple[str | None, ...]

OWN_COLUMNS = {
    *("archive_id", "transaction_id", "archived_at", "archived_by", "reason", "session_role", "application_name"),
    *(
        "client_addr",
        "cascaded",
        "restored_at",
        "restored_by",
        "restore_reason",
        "restore_reason",
        "restored_as",
        "erased_at",
        "overflow",
    ),
}
"""What an archive table has besides the copies."""


@dataclass
class Column:
    """A column of a live table. Its number stays through every change, a dump and restore included."""

    number: int
    name: str
    type: str
    generated: bool
    identity: bool
    has_default: bool
    not_null: bool
    sequence: str | None


@dataclass
class Reference:
    columns: list[int]
    parent: int  # an oid
    parent_columns: list[str]
    action: str
    deferred: bool


@dataclass
class Event:
    """A change that the archive has to follow: `kind` is rename, add, drop, retype, …"""

    kind: str
    at: int
    column: int | None = None


@dataclass
class Table:
    oid: int
    schema: str
    name: str
    columns: dict[int, Column] = field(default_factory=dict)
    key: list[int] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    """The number of the column that is this attnum."""
    names: dict[int, str] = field(default_factory=dict)
    """The last name of each column, dropped ones included."""
    values: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """What may be inserted."""
    added: dict[int, str | None] = field(default_factory=dict)
    """The value, in older rows, of each column that was added later."""
    stamped: int | None = None
    archive: int | None = None  # an oid
    enabled: bool = False
    events: list[Event] = field(default_factory=list)
    live: dict[Key, Values] = field(default_factory=dict)

    def number_of(self, name: str) -> int:
        return next(column.number for column in self.columns.values() if column.name == name)

    def key_of(self, values: Values) -> Key:
        return tuple(values.get(number) for number in self.key)

    def happened(self, *kinds: str, since: int, column: int | None = None) -> bool:
        """Tell whether one of these changes came after that step."""
        return any(event.kind in kinds and event.at > since and column in (None, event.column) for event in self.events)

    @property
    def enabled_at(self) -> int:
        return max((event.at for event in self.events if event.kind == "enable"), default=-1)

    def is_stale(self, *kinds: str) -> bool:
        """Tell whether the table was changed since archive.enable()."""
        return self.enabled and self.happened(
            *(kinds or ("add", "drop", "rename", "retype", "rename table")), since=self.enabled_at
        )


@dataclass
class Archived:
    """One archived row."""

    id: int
    table: int
    values: Values
    places: dict[int, int]
    """The attnum of the archive's column that holds each value."""
    transaction: str
    archived_at: str
    at: int
    """The step that deleted the row."""
    restored: bool = False


@dataclass
class Blanked:
    """A reference that a deletion changed, in a row that stayed or that it deleted afterwards."""

    at: int
    table: int
    key: Key
    column: int
    was: str | None
    became: str | None


class Finding(AssertionError):
    """The archive does not do what it promises. `kind` names the promise; the circumstances are for a debugger."""

    def __init__(self, kind: str, message: str, **circumstances: object) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.circumstances = circumstances


class EndOfPath(Exception):
    """The archive refuses this table, with a reason: nothing more can be tried on it."""


@dataclass
class Rows:
    """What a table holds: of each row the text of every value by attnum; no loader of psycopg's knows all types."""

    names: dict[int, str]
    rows: list[dict[int, str | None]]

    @classmethod
    def read(cls, connection: psycopg.Connection, query: str) -> "Rows":
        result = connection.execute(query).pgresult
        assert result
        attnums = [result.ftablecol(n) for n in range(result.nfields)]
        names = [(result.fname(n) or b"").decode() for n in range(result.nfields)]

        def text(value: bytes | None) -> str | None:
            return None if value is None else value.decode()

        return cls(
            dict(zip(attnums, names, strict=True)),
            [
                {attnum: text(result.get_value(row, n)) for n, attnum in enumerate(attnums)}
                for row in range(result.ntuples)
            ],
        )

    def attnum(self, name: str) -> int | None:
        return next((attnum for attnum, n in self.names.items() if n == name), None)

    def copy_of(self, name: str) -> int | None:
        """Return the attnum of the column of an archive that holds a column's copies."""
        own = name in OWN_COLUMNS
        return self.attnum(f"{name}_copied") or (None if own and name != "overflow" else self.attnum(name))
