"""Every table and every schema of the API, each defined once.

What a client fills in is checked. What the API answers is not checked again: the database holds it, whoever wrote it.
"""

import uuid
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, EmailStr, StringConstraints, create_model, field_validator
from pydantic import Field as PydanticField
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.dialects.postgresql import base as postgresql
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, Relationship, SQLModel
from uuid_utils.compat import uuid7

SQLModel.metadata.naming_convention = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "ix": "%(table_name)s_%(column_0_name)s_idx",
    "uq": "%(table_name)s_%(column_0_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}

NO_PASSWORD = "!"  # noqa: S105, no secret
"""The hash that no password matches. A restored user has it until password recovery."""


class Xid8(UserDefinedType[str]):
    """A transaction id of PostgreSQL: 64 bits, more than many JSON readers hold in a number, hence text here."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return "xid8"


postgresql.ischema_names["xid8"] = Xid8  # so that Alembic knows it when it reads a database

Email = Annotated[EmailStr, AfterValidator(str.lower)]


def _storable(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        raise ValueError("Text cannot hold the NUL character")
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("Text cannot hold half a surrogate pair")  # JSON can, UTF-8 and so everything else cannot
    return value


class Schema(SQLModel):
    """The root of all tables and schemas."""

    _text = field_validator("*", mode="after")(_storable)


new_id = uuid7
"""Makes the id of a new row: ids rise with time, so that newest first is by id."""


def _key() -> Any:
    return Field(
        default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )


def shown(table: type[SQLModel], schema: type[SQLModel]) -> list[Any]:
    """Return the columns of a table that a schema of the API shows."""
    return [getattr(table, name) for name in schema.model_fields]


PlainText = Annotated[str, AfterValidator(_storable)]
Reason = Annotated[PlainText, StringConstraints(max_length=1000)]


# Users


class UserBase(Schema):
    """What a superuser says about a user."""

    email: Email = Field(max_length=255)
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    is_superuser: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    full_name: str | None = Field(default=None, max_length=255)


class UserCreate(UserBase):
    """A user as a superuser makes one."""

    password: str = Field(min_length=8, max_length=128)


class UserRegister(Schema):
    """A user as they sign up."""

    email: Email = Field(max_length=255)
    password: str = Field(min_length=8, max_length=128)
    full_name: str | None = Field(default=None, max_length=255)


class UserUpdate(Schema):
    """What a superuser may change; an absent field stays as it is."""

    email: Email = Field(default=None, max_length=255)
    is_active: bool = Field(default=None)
    is_superuser: bool = Field(default=None)
    full_name: str | None = Field(default=None, max_length=255)
    password: str = Field(default=None, min_length=8, max_length=128)


class UserUpdateMe(Schema):
    """What users may change about themselves; an absent field stays as it is."""

    full_name: str | None = Field(default=None, max_length=255)
    email: Email = Field(default=None, max_length=255)


class UpdatePassword(Schema):
    """A password change by the one who knows the current password."""

    current_password: str = Field(min_length=8, max_length=128)
    new_password: str = Field(min_length=8, max_length=128)


class NewPassword(Schema):
    """A password change by the one who got the reset token."""

    token: str
    new_password: str = Field(min_length=8, max_length=128)


class User(UserBase, table=True):
    """Someone who signs in."""

    __table_args__ = (Index("user_email_key", func.lower(Column("email")), unique=True),)

    id: uuid.UUID = _key()
    hashed_password: str = Field(
        default=NO_PASSWORD, sa_type=Text, sa_column_kwargs={"server_default": text(f"'{NO_PASSWORD}'")}
    )
    tokens_valid_from: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")}
    )
    """Tokens issued before this moment have ended, …"""
    kept_token: str | None = Field(default=None, max_length=36)
    """… except this one (its `jti`), which changed the password."""

    # The database cascades: loading a user's items to delete them one by one would be slow, and would race.
    items: list["Item"] = Relationship(back_populates="owner", passive_deletes="all")


class UserPublic(Schema):
    """A user as the API shows one."""

    email: str
    is_active: bool
    is_superuser: bool
    full_name: str | None
    id: uuid.UUID


class UsersPublic(Schema):
    """A page of users, and how many there are in all."""

    data: list[UserPublic]
    count: int


# Items


class ItemBase(Schema):
    """What a client says about an item. A field added here reaches `item`, `item_archive` and the trigger."""

    title: str = Field(min_length=1, max_length=255)
    description: str | None = Field(default=None, max_length=255)


class ItemCreate(ItemBase):
    """An item as its owner makes one."""


class ItemUpdate(ItemBase):
    """What may change about an item; an absent field stays as it is."""

    title: str = Field(default=None, min_length=1, max_length=255)


class Item(ItemBase, table=True):
    """Something that a user owns."""

    __table_args__ = (
        CheckConstraint("char_length(title) >= 1", name="title"),
        Index("item_owner_id_idx", "owner_id", "id"),  # a user's items, newest first
    )

    id: uuid.UUID = _key()
    owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="CASCADE")

    owner: User = Relationship(back_populates="items")


class ItemPublic(ItemBase):
    """An item as the API shows one."""

    id: uuid.UUID
    owner_id: uuid.UUID


class ItemsPublic(Schema):
    """A page of items, and how many there are in all."""

    data: list[ItemPublic]
    count: int


# The archive


def _utc(moment: datetime) -> datetime:
    try:  # PostgreSQL knows no zone as far from UTC as Python does
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("There is no such time in UTC") from error


def _xid8(text: str) -> str:
    if not (text.isascii() and text.isdigit() and int(text) < 2**64):
        raise ValueError("A transaction id is a number of at most 64 bits")
    return text


Moment = Annotated[datetime, AfterValidator(_utc)]
TransactionId = Annotated[str, AfterValidator(_xid8), StringConstraints(max_length=20)]
ArchiveId = Annotated[int, PydanticField(ge=1, le=2**63 - 1)]


def _copy_of(source: type[SQLModel], exclude: frozenset[str] = frozenset()) -> Any:
    """Return a base class with each column of a table, nullable: no rule of the live table may fail a delete."""
    table: Table = source.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    fields: dict[str, Any] = {
        # An annotation may be None, says its type; a column's is not.
        column.name: (source.model_fields[column.name].annotation | None, Field(default=None, sa_type=column.type))  # type: ignore[operator]
        for column in table.columns
        if column.name not in exclude
    }
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
    erased_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


def _archive_table(name: str, *indexes: Index) -> tuple[Index | dict[str, str], ...]:
    """Return what every archive table has, as archive._archive_create() makes it, and these indexes."""
    return (
        Index(f"{name}_id_idx", "id"),
        *indexes,
        Index(f"{name}_transaction_id_idx", "transaction_id"),
        # With whether a row was restored: those of a time that were not are counted without being read.
        Index(f"{name}_archived_at_idx", "archived_at", "transaction_id", postgresql_include=["restored_at"]),
        # By bytes: looked up, never sorted, and a locale's comparison would be paid on each delete.
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


# What sql/archive/95_tables.sql excludes: nobody signs in with what the archive holds.
_UserCopy: Any = _copy_of(User, exclude=frozenset({"hashed_password", "tokens_valid_from", "kept_token"}))


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


class RestoreChoice(Schema):
    """How to restore."""

    owner_id: uuid.UUID | None = None
    """The new owner, where the old one is gone."""


class RestorePreview(Schema):
    """What a restore did or would do with one archived row."""

    table: str
    archive_id: int
    row_id: str
    outcome: Literal["restored", "copied", "skipped", "would_restore", "would_copy", "would_skip", "conflict"]
    detail: str | None


class RestorePreviews(Schema):
    """What became, or would become, of each row of a deletion."""

    data: list[RestorePreview]
    count: int


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
    """How many rows of each table."""
    restored: int


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


# Everything else


class EndedToken(Schema, table=True):
    """A token that its holder ended before its time: a sign-out from the console."""

    __tablename__ = "ended_token"

    jti: str = Field(max_length=36, primary_key=True)
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    """When it would have ended by itself. From then on this row says nothing."""


class LoginForm(Schema):
    """The part of OAuth2's password form that counts here."""

    username: str
    """The e-mail."""
    password: str


class Readiness(Schema):
    """Whether requests can be served, and what stands against it."""

    ready: bool
    errors: list[str] = []
    warnings: list[str] = []


class Message(Schema):
    """A sentence for the client."""

    message: str


class Token(Schema):
    """An access token, as OAuth2 answers one."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105, no secret


class TokenPayload(Schema):
    """What a token says."""

    sub: str
    """Whom it is for: a user's id, or an e-mail address in a reset token."""
    exp: float
    iat: float
    """When it was issued, in seconds since 1970, with a fraction: exact to the microsecond."""
    jti: str
    user_id: str | None = None
    """The user that a reset token is for, whoever has the e-mail by now."""
