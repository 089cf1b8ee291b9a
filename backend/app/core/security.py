"""Passwords and tokens."""

import hmac
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import jwt
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from app.core.config import settings
from app.models import TokenPayload

ALGORITHM = "HS256"

# OWASP's parameters for Argon2id: 19 MiB, two passes, one lane. One sign-in in each of a process's 20 worker threads
# takes 380 MiB.
_hashes = PasswordHash([Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1), BcryptHasher()])

TokenType = Literal["access", "reset", "console"]
"""Told apart by a claim: an access token is no cookie of the console, nor the other way round."""


def create_access_token(subject: str | Any, expires_delta: timedelta) -> str:
    """Issue the token that signs in the user with this id."""
    return issue_token("access", str(subject), expires_delta)


def issue_token(type_: TokenType, subject: str, expires_delta: timedelta, user_id: str | None = None) -> str:
    """Sign a token. It says to the microsecond when it was issued: one issued just after is told apart."""
    now = datetime.now(UTC)
    claims = {
        "type": type_,
        "sub": subject,
        "iat": now.timestamp(),
        "exp": (now + expires_delta).timestamp(),
        "jti": uuid.uuid4().hex,
    }
    if user_id:
        claims["user_id"] = user_id
    return jwt.encode(claims, settings.SECRET_KEY, ALGORITHM)


def read_token(type_: TokenType, token: str) -> TokenPayload:
    """Return what a token says.

    Raises:
        jwt.InvalidTokenError: it is not ours, not of this type, expired or incomplete.

    """
    claims = jwt.decode(
        token, settings.SECRET_KEY, [ALGORITHM], options={"require": ["exp", "sub", "iat", "jti", "type"]}
    )
    if claims["type"] != type_:
        raise jwt.InvalidTokenError("Wrong type of token")
    return TokenPayload.model_validate(claims)


def seal(purpose: str, value: str) -> str:
    """Return what only this server can say of a value: that it gave it out, for this purpose."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"{purpose}\0{value}".encode(), "sha256").hex()


def is_sealed(purpose: str, value: str, seal_: str) -> bool:
    """Return whether this is the seal of that value. The time it takes does not tell how much of it is right."""
    return hmac.compare_digest(seal(purpose, value).encode(), seal_.encode())


def get_password_hash(password: str) -> str:
    """Return the Argon2id hash of a password."""
    return _hashes.hash(password)


def verify_password(plain: str, hashed: str) -> bool:
    """Return whether this is the password; no password matches a hash of unknown form."""
    return verify_and_rehash(plain, hashed)[0]


def verify_and_rehash(plain: str, hashed: str) -> tuple[bool, str | None]:
    """Return whether this is the password, and its hash of today's kind where the stored one is of yesterday's."""
    outdated = BcryptHasher.identify(hashed)
    try:
        # bcrypt never read more than 72 bytes; its library has come to refuse the rest instead of ignoring it.
        valid = _hashes.verify(plain.encode()[:72] if outdated else plain, hashed)
    except (UnknownHashError, ValueError):  # bcrypt's word for a hash that is none
        _hashes.verify(plain, NOBODYS_HASH)  # or the time would tell that this user has no password
        return False, None
    return valid, get_password_hash(plain) if valid and outdated else None


NOBODYS_HASH = get_password_hash(secrets.token_urlsafe())
"""Checked against where there is no user or no usable hash, so that the time an answer takes does not tell."""
