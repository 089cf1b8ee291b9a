"""Who signs in with what: passwords and tokens, by the same rules for the API and the console.

A refusal is an HTTPException. The API answers with it; the console shows its detail, or asks to sign in.
"""

import logging
import uuid
from datetime import UTC, datetime, timedelta

import jwt
from fastapi import HTTPException
from sqlmodel import Session

from app import crud, limits, queries
from app.core import metrics, security, superusers, trace
from app.core.config import settings
from app.models import LoginForm, TokenPayload, User

EXTEND_SECONDS = 30
"""A console's token is extended by at least so much: not for each page of many in a minute."""

logger = logging.getLogger(__name__)


def sign_in(session: Session, form: LoginForm, type_: security.TokenType) -> tuple[User, str]:
    """Return the user with this e-mail and password, and a new token.

    Raises:
        HTTPException: 400, with the reason; 429 after too many attempts that failed, before anything is hashed.

    """
    limits.check_sign_in(session, form.username)
    user = crud.authenticate_and_lock(session=session, email=form.username, password=form.password)
    if not user or not user.is_active:
        _log_failure(form.username, user)
    if not user:
        limits.note_failed_sign_in(session, form.username)
        raise HTTPException(400, "Incorrect email or password")
    _refuse_inactive(user)
    if user.is_superuser and superusers.is_refused(form.password):  # since the start, which looks for it
        raise HTTPException(400, "This password is known to everybody: have it changed on the server")
    # Before the commit, which releases the lock on the row: see crud.authenticate_and_lock.
    lifetime = settings.ACCESS_TOKEN_EXPIRE_MINUTES if type_ == "access" else console_minutes()
    token = security.issue_token(type_, str(user.id), timedelta(minutes=lifetime))
    session.commit()
    trace.note_user(user.id)
    metrics.count_sign_in("succeeded")
    return user, token


def console_minutes() -> int:
    """Return for how many minutes a sign-in to the console lasts from its last page on."""
    longest = settings.ACCESS_TOKEN_EXPIRE_MINUTES
    return min(settings.CONSOLE_IDLE_MINUTES or longest, longest)


def extend(token: TokenPayload) -> str | None:
    """Return the console's token for another idle time, but no longer than any token lasts; None if it has that."""
    expires = min(datetime.now(UTC).timestamp() + console_minutes() * 60, _last(token))
    return security.extend_token("console", token, expires) if expires >= token.exp + EXTEND_SECONDS else None


def _last(token: TokenPayload) -> float:
    return max(token.exp, token.iat + settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60)


def _log_failure(email: str, user: User | None) -> None:
    """Log a failed sign-in by a digest of the e-mail, which tells one account from another and not whose it is."""
    metrics.count_sign_in("failed")
    request = trace.current()
    fields = {
        "reason": "the user is inactive" if user else "no such e-mail and password",
        "account": security.seal("account", email.lower())[:16],
        "client": request.client if request else None,
    }
    logger.warning("sign-in failed", extra={"fields": fields})


async def get_holder(token: TokenPayload) -> User:
    """Return the user whom a token signs in.

    Raises:
        HTTPException: 404 if the user is gone, 400 if inactive, 403 if a change of the user has ended the token.

    """
    try:
        user = await queries.users.get_user(uuid.UUID(token.sub))
    except ValueError as error:
        raise invalid_token() from error
    if not user:
        raise HTTPException(404, "User not found")
    if not user.is_active:
        raise HTTPException(400, "Inactive user")
    if token.iat < user.tokens_valid_from.timestamp() and token.jti != user.kept_token:
        raise invalid_token()
    trace.note_user(user.id)
    return user


def invalid_token() -> HTTPException:
    """Return the refusal of a token that is not valid, or no longer."""
    return HTTPException(403, "Could not validate credentials")


async def end_token(token: TokenPayload) -> None:
    """End a token before it expires: a sign-out."""
    # There may be copies of it that were extended.
    await queries.tokens.insert_ended_token(token.jti, expires_at=datetime.fromtimestamp(_last(token), UTC))


async def has_ended(token: TokenPayload) -> bool:
    """Return whether `end_token` has ended it."""
    return await queries.tokens.is_ended_token(token.jti)


def reset_password(session: Session, reset_token: str, new_password: str) -> None:
    """Set a new password with the token from the mail. The token works once; every access token ends.

    Raises:
        HTTPException: 400, with the reason; 429 after too many resets from one address.

    """
    limits.allow_recovery(session, "reset")
    try:
        token = security.read_token("reset", reset_token)
    except jwt.InvalidTokenError as error:
        raise HTTPException(400, "Invalid token") from error
    user = crud.get_user_by_email(session=session, email=token.sub, lock=True)
    if not user or token.user_id not in {None, str(user.id)}:  # another user may have this e-mail by now
        raise HTTPException(400, "Invalid token")
    _refuse_inactive(user)
    if token.iat < user.tokens_valid_from.timestamp():  # used before, or the password was changed since
        raise HTTPException(400, "Invalid token")
    crud.reset_password(session=session, user=user, new_password=new_password)


def _refuse_inactive(user: User) -> None:
    if not user.is_active:
        raise HTTPException(400, "Inactive user")
