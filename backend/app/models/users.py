"""Users: the table, what clients send and what the API answers."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, DateTime, Index, Text, func, text
from sqlmodel import Field, Relationship

from app.models.base import Email, Schema, primary_key

if TYPE_CHECKING:
    from app.models.items import Item

NO_PASSWORD = "!"  # noqa: S105, no secret
"""A hash that no password matches. A restored user has it until password recovery."""


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

    id: uuid.UUID = primary_key()
    hashed_password: str = Field(
        default=NO_PASSWORD, sa_type=Text, sa_column_kwargs={"server_default": text(f"'{NO_PASSWORD}'")}
    )
    tokens_valid_from: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")}
    )
    """Tokens issued before this moment are invalid."""
    kept_token: str | None = Field(default=None, max_length=36)
    """The `jti` of the one older token that stays valid: it changed the password."""

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
