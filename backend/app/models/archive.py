"""The archive's tables and schemas: deleted rows, which of them to list, and how to restore them."""

import re
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints, create_model
from pydantic import Field as PydanticField
from sqlalchemy import BigInteger, DateTime, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlmodel import Field, SQLModel

from app.models.base import Schema, Xid8
from app.models.items import Item
from app.models.users import User


def _utc(moment: datetime) -> datetime:
    try:  # PostgreSQL knows no zone as far from UTC as Python does
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("There is no such time in UTC") from error


def _xid8(text: str) -> str:
    if not (text.isascii() and text.isdigit() and int(text) < 2**64):
        raise ValueError("A transaction id is a number of at most 64 bits")
    return str(int(text))  # PostgreSQL would read a number with a leading zero as octal


def _no_number(value: object) -> object:
    if isinstance(value, (int, float)) or (isinstance(value, str) and re.fullmatch(r"[+-]?[\d.]+", value.strip())):
        raise ValueError("A time is a date and a time of day")  # pydantic would take it for seconds since 1970
    return value


Moment = Annotated[datetime, BeforeValidator(_no_number), AfterValidator(_utc)]
TransactionId = Annotated[str, AfterValidator(_xid8), StringConstraints(max_length=20)]
ArchiveId = Annotated[int, PydanticField(ge=1, le=2**63 - 1)]


def _copy_of(source: type[SQLModel], exclude: frozenset[str] = frozenset()) -> Any:
    """Return a base class with each column of a table, nullable, so that no constraint makes a delete fail."""
    table: Table = source.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    fields: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in exclude:
            annotation: Any = source.model_fields[column.name].annotation
            fields[column.name] = (annotation | None, Field(default=None, sa_type=column.type))
    return create_model(f"{source.__name__}Copy", __base__=Schema, **fields)


class ArchivedRow(Schema):
    """What the archive knows of a deleted row besides its columns."""

    archive_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    transaction_id: str = Field(sa_type=Xid8)
    archived_at: datetime = Field(primary_key=True, sa_type=DateTime(timezone=True))
    archived_by: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    session_role: str = Field(sa_type=Text)
    application_name: str | None = Field(default=None, sa_type=Text)
    client_addr: str | None = Field(default=None, sa_type=INET)
    cascaded: bool
    restored_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    restored_by: str | None = Field(default=None, sa_type=Text)
    restore_reason: str | None = Field(default=None, sa_type=Text)
    erased_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    restored_as: str | None = Field(default=None, sa_type=Text)
    overflow: dict[str, str | None] | None = Field(default=None, sa_type=JSONB)


def _archive_table(name: str, *indexes: Index) -> tuple[Index | dict[str, str], ...]:
    """Return the table arguments of an archive as archive._archive_create() makes it, and the given indexes."""
    return (
        Index(f"{name}_id_idx", "id"),
        *indexes,
        Index(f"{name}_transaction_id_idx", "transaction_id"),
        # Includes restored_at, so that an index-only scan counts the rows of a period that were not restored.
        Index(f"{name}_archived_at_idx", "archived_at", "transaction_id", postgresql_include=["restored_at"]),
        # Compared by bytes: it is only looked up, and comparing by locale would slow down every delete.
        Index(
            f"{name}_archived_by_idx", "archived_by", "archive_id", postgresql_ops={"archived_by": "text_pattern_ops"}
        ),
        Index(f"{name}_restored_idx", "archive_id", postgresql_where=text("restored_at is not null")),
        {"postgresql_partition_by": "RANGE (archived_at)"},
    )


_ItemCopy: Any = _copy_of(Item)


class ItemArchivePublic(_ItemCopy, ArchivedRow):
    """A deleted item: what it was, and how it was deleted."""


class ItemArchive(ItemArchivePublic, table=True):
    """The deleted items. Written by the trigger alone."""

    __tablename__ = "item_archive"
    __table_args__ = _archive_table("item_archive", Index("item_archive_owner_id_idx", "owner_id", "archive_id"))


EXCLUDED_USER_COLUMNS = frozenset({"hashed_password", "tokens_valid_from", "kept_token"})
"""Columns of `user` that the archive leaves out, as `sql/app/30_tables.sql` says: no secret outlives its user."""

_UserCopy: Any = _copy_of(User, exclude=EXCLUDED_USER_COLUMNS)


class UserArchivePublic(_UserCopy, ArchivedRow):
    """A deleted user: who it was, and how they were deleted."""

    email: str | None = Field(default=None, max_length=255)


class UserArchive(UserArchivePublic, table=True):
    """The deleted users, without passwords. Written by the trigger alone."""

    __tablename__ = "user_archive"
    __table_args__ = _archive_table("user_archive")


class ArchivePage(Schema):
    """How a page of an archive, newest first, fits into the whole."""

    count: int
    count_exact: bool
    """False where `count` is the planner's estimate: there are more than 10,000."""
    next_before: int | None
    """The `before` of the next page; null on the last."""


class ItemArchivesPublic(ArchivePage):
    """A page of deleted items."""

    data: list[ItemArchivePublic]


class UserArchivesPublic(ArchivePage):
    """A page of deleted users."""

    data: list[UserArchivePublic]


class ArchiveFilter(Schema):
    """Which rows to list. Times without a zone are UTC; `archived_after` is included, `archived_before` not."""

    state: Literal["archived", "restored", "any"] = "archived"
    archived_by: str | None = Field(default=None, max_length=200)
    transaction_id: TransactionId | None = None
    archived_after: Moment | None = None
    archived_before: Moment | None = None
    q: str | None = Field(default=None, max_length=255)
    """A part of an item's title or description, or of a user's e-mail or name, in any case."""


class ItemFilter(ArchiveFilter):
    """Which items to list."""

    owner_id: uuid.UUID | None = None
    item_id: uuid.UUID | None = None


class UserFilter(ArchiveFilter):
    """Which users to list."""

    user_id: uuid.UUID | None = None


class TableFilter(ArchiveFilter):
    """Which rows of any table to list."""

    key: str | None = Field(default=None, max_length=1000)
    """The key of the deleted row; the values of several columns separated by commas."""
