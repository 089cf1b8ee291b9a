"""Signing in: the form, the tokens, those that ended early, and the attempts that are limited."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, func
from sqlmodel import Field

from app.models.base import Schema


class EndedToken(Schema, table=True):
    """A token that its holder ended before its time: a sign-out from the console."""

    __tablename__ = "ended_token"

    jti: str = Field(max_length=36, primary_key=True)
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    """When it would have ended by itself. From then on this row says nothing."""


class Attempt(Schema, table=True):
    """One of the attempts that are limited: a failed sign-in, a sign-up, a recovery, a reset."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("attempt_account_idx", "kind", "account", "made_at"),
        Index("attempt_address_idx", "kind", "address", "made_at"),
        # A crash of the server forgets them, and nobody waits for the disk.
        {"prefixes": ["unlogged"]},
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    kind: str = Field(max_length=10)
    account: str | None = Field(max_length=64)
    """A digest of the e-mail as typed, whether or not it is a user's."""
    address: str = Field(max_length=45)
    """The client's address."""
    made_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()})


class LoginForm(Schema):
    """The part of OAuth2's password form that counts here."""

    username: str
    """The e-mail."""
    password: str


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
