"""What the archive reports: deletions, health, sizes, purges."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic import Field as PydanticField

from app.models.archive import Moment
from app.models.base import Schema


class Deletion(Schema):
    """One transaction's deletion: who, when, whence, why, and what."""

    transaction_id: str
    archived_at: Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
    """In UTC, whatever the connection's time zone: the same text as in its rows."""
    archived_by: str | None
    reason: str | None
    session_role: str
    application_name: str | None
    client_addr: str | None
    rows: dict[str, int]
    """How many rows of each table, counted to 10,000."""
    rows_exact: bool
    """False where a table has more."""
    restored: int


class DeletionFilter(Schema):
    """Which deletions to list. Times without a zone are UTC; `archived_after` is included, `archived_before` not."""

    archived_by: str | None = PydanticField(default=None, max_length=200)
    session_role: str | None = PydanticField(default=None, max_length=63)
    application_name: str | None = PydanticField(default=None, max_length=63)
    not_application_name: str | None = PydanticField(default=None, max_length=63)
    """Any program but this one."""
    archived_after: Moment | None = None
    archived_before: Moment | None = None
    table: str | None = PydanticField(default=None, max_length=300)
    """One that lost rows, as SQL writes it."""
    min_rows: int | None = PydanticField(default=None, ge=1, le=2**31 - 1)
    """How many rows at least: of that table or, without one, of all."""
    q: str | None = PydanticField(default=None, max_length=255)
    """A part of the reason, in any case."""


class Deletions(Schema):
    """A page of deletions, newest first."""

    data: list[Deletion]
    next_before: str | None
    """The `before` of the next page; null on the last. Opaque."""


class HealthCheck(Schema):
    """One row of `archive.health()`: whether something holds that the archive depends on."""

    source: str | None
    check_name: str
    ok: bool
    severity: Literal["error", "warning"]
    detail: str | None


class DeletedDaily(Schema):
    """How many rows of all archived tables were deleted on one day, in UTC."""

    day: date
    rows: int
    exact: bool
    """False where `rows` is the planner's estimate: there are too many to count them each time."""


class ArchiveTable(Schema):
    """What an archived table takes."""

    source: str
    bytes: int
    oldest: datetime | None
    newest: datetime | None
    held: int
    """Rows on legal hold."""


class ArchivePartition(Schema):
    """What a part of an archive takes: a month, or, without bounds, whatever fits no other."""

    source: str
    lower: datetime | None
    upper: datetime | None
    rows: int | None
    """About how many; null where nobody has analysed it yet."""
    bytes: int


class Purge(Schema):
    """An entry of the log: rows purged, erased, held or released."""

    logged_at: datetime
    action: str
    source: str
    rows: int
    held: int
    reason: str | None
    actor: str | None
    session_role: str
