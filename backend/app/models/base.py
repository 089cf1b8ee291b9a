"""The base of all tables and schemas, and the types that several of them share."""

from typing import Annotated, Any

from pydantic import AfterValidator, EmailStr, StringConstraints, TypeAdapter, ValidationError, field_validator
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import base as postgresql
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

SQLModel.metadata.naming_convention = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "ix": "%(table_name)s_%(column_0_name)s_idx",
    "uq": "%(table_name)s_%(column_0_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


class Xid8(UserDefinedType[str]):
    """A transaction id of PostgreSQL: text in Python, because many JSON readers cannot hold 64 bits in a number."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return "xid8"


postgresql.ischema_names["xid8"] = Xid8  # so that Alembic knows it when it reads a database

Email = Annotated[EmailStr, AfterValidator(str.lower)]
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


def email_spellings(typed: str) -> set[str]:
    """Return what `user.email` may be, in lower case, for an e-mail as somebody types it.

    A validated e-mail is in Unicode's composed form, without white space around it or punycode in its domain. SQL may
    have inserted any other.
    """
    try:
        return {typed.lower(), _EMAIL.validate_python(typed)}
    except ValidationError:
        return {typed.lower()}


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


def primary_key() -> Any:
    """Define the column `id`. The default in the database lets psql insert without one."""
    return Field(
        default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )


def public_columns(table: type[SQLModel], schema: type[SQLModel]) -> list[Any]:
    """Return the columns of a table that are fields of a public schema."""
    return [getattr(table, name) for name in schema.model_fields]


AT_ONCE = 10_000
"""How many rows a restore or a deletion may name."""

PlainText = Annotated[str, AfterValidator(_storable)]
Reason = Annotated[PlainText, StringConstraints(max_length=1000)]
