"""Passwords and tokens."""

import hmac
import os
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal, ParamSpec, TypeVar

import jwt
from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from app.core.config import settings
from app.models import TokenPayload, User, UserCreate

ALGORITHM = "HS256"

# OWASP's parameters for Argon2id: 19 MiB, two passes, one lane.
_hashes = PasswordHash([Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1), BcryptHasher()])

_threads: RunVar[CapacityLimiter] = RunVar("threads that hash")

R = TypeVar("R")
P = ParamSpec("P")


async def hashing(function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
    """Call a function that hashes a password, in a thread: as many at once as there are cores less one.

    A hash takes 20 ms of a core and 19 MiB. Many at once would keep other requests from the cores, and in the shared
    worker threads from those, too.
    """
    threads = _threads.get(None) or CapacityLimiter(max(1, (os.cpu_count() or 1) - 1))
    _threads.set(threads)
    return await to_thread.run_sync(partial(function, *arguments, **options), limiter=threads)


TokenType = Literal["access", "reset", "console"]
"""A claim of each token: an access token is not accepted as the console's cookie, nor the other way round."""


def create_access_token(subject: str | Any, expires_delta: timedelta) -> str:
    """Issue the token that signs in the user with this id."""
    return issue_token("access", str(subject), expires_delta)


def issue_token(type_: TokenType, subject: str, expires_delta: timedelta, user_id: str | None = None) -> str:
    """Sign a token. Its `iat` is exact to the microsecond, so that a token issued just after a change stays valid."""
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


def extend_token(type_: TokenType, token: TokenPayload, expires: float) -> str:
    """Sign a token anew: the same one, but for the time at which it expires."""
    claims = {"type": type_, "sub": token.sub, "iat": token.iat, "exp": expires, "jti": token.jti}
    return jwt.encode(claims, settings.SECRET_KEY, ALGORITHM)


def read_token(type_: TokenType, token: str) -> TokenPayload:
    """Verify a token and return its claims.

    Raises:
        jwt.InvalidTokenError: the signature is wrong, or it is not of this type, expired or incomplete.

    """
    claims = jwt.decode(
        token, settings.SECRET_KEY, [ALGORITHM], options={"require": ["exp", "sub", "iat", "jti", "type"]}
    )
    if claims["type"] != type_:
        raise jwt.InvalidTokenError("Wrong type of token")
    return TokenPayload.model_validate(claims)


def seal(purpose: str, value: str) -> str:
    """Return the HMAC of a value: proof that this server gave the value out, for this purpose."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"{purpose}\0{value}".encode(), "sha256").hex()


def is_sealed(purpose: str, value: str, seal_: str) -> bool:
    """Return whether this is the seal of that value, in a time that does not depend on how much of it is right."""
    return hmac.compare_digest(seal(purpose, value).encode(), seal_.encode())


def get_password_hash(password: str) -> str:
    """Return the Argon2id hash of a password."""
    return _hashes.hash(password)


def verify_password(plain: str, hashed: str) -> bool:
    """Return whether this is the password; no password matches a hash of unknown form."""
    return verify_and_rehash(plain, hashed)[0]


def verify_and_rehash(plain: str, hashed: str) -> tuple[bool, str | None]:
    """Return whether this is the password, and a new Argon2id hash where the stored hash is an outdated bcrypt one."""
    outdated = BcryptHasher.identify(hashed)
    try:
        # bcrypt never read more than 72 bytes; its library has come to refuse the rest instead of ignoring it.
        valid = _hashes.verify(plain.encode()[:72] if outdated else plain, hashed)
    except (UnknownHashError, ValueError):  # ValueError: bcrypt, for a malformed hash
        _hashes.verify(plain, NOBODYS_HASH)  # or the time would reveal that this user has no password
        return False, None
    return valid, get_password_hash(plain) if valid and outdated else None


NOBODYS_HASH = get_password_hash(secrets.token_urlsafe())
"""Verified against where there is no user or no usable hash, so that the response time does not reveal it."""


def new_user(user_create: UserCreate) -> User:
    """Return a user who is not stored yet: the password hashed, and no token valid that was issued before now."""
    return User.model_validate(
        user_create,
        update={"hashed_password": get_password_hash(user_create.password), "tokens_valid_from": datetime.now(UTC)},
    )
