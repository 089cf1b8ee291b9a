"""Archived tables that no model describes: what they are, and their rows."""

from datetime import datetime
from typing import Any

from app.models.archive import ArchivePage
from app.models.base import Schema


class Column(Schema):
    """A column of a deleted row."""

    name: str
    """In the archive: a column called like one of the archive's own has `_copied` behind its name there."""
    type: str
    """As PostgreSQL writes it."""


class ArchivedTable(Schema):
    """A table whose deleted rows are archived."""

    table: str
    """The name as SQL writes it, without the schema where that is public."""
    columns: list[Column]
    key: list[str]
    rows: int
    """How many are archived, by PostgreSQL's statistics."""
    oldest: datetime | None
    newest: datetime | None
    restorable: bool
    """Whether the API's login may restore its rows."""


class ArchivedTables(Schema):
    """Every archived table."""

    data: list[ArchivedTable]


class ArchivedRows(ArchivePage):
    """A page of deleted rows: each with its columns, and those of the archive."""

    data: list[dict[str, Any]]
