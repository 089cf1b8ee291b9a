"""How often something may be tried: counted in the database, for all worker processes and across restarts.

Looked at and not taken: slowapi, limits, fastapi-limiter and pyrate-limiter's FastAPI part keep their counts in memory
or in Redis; none counts failures only, which is what keeps a flood of wrong passwords from locking its victim out.
"""

import logging
import math
from datetime import timedelta
from typing import Literal, NamedTuple

from fastapi import HTTPException
from sqlalchemy import insert
from sqlmodel import Session, col, delete, func, select

from app.core import metrics, security, trace
from app.core.config import settings
from app.models import Attempt, email_spellings

logger = logging.getLogger(__name__)

HOUR = timedelta(hours=1)

Kind = Literal["sign_in", "sign_up", "recovery", "mail", "reset"]


class Limit(NamedTuple):
    """At most so many attempts of a kind in a period, of one account, from one address, or both."""

    kind: Kind
    most: int
    period: timedelta
    account: str | None = None
    """The e-mail, as typed."""
    address: str | None = None


def check_sign_in(session: Session, email: str) -> None:
    """Refuse a sign-in after too many that failed.

    Raises:
        HTTPException: 429.

    """
    period, address = timedelta(minutes=5), _address()
    for limit in (
        Limit("sign_in", settings.SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS, period, email, address),
        Limit("sign_in", settings.SIGN_IN_FAILURES_PER_ACCOUNT, period, account=email),
        Limit("sign_in", settings.SIGN_IN_FAILURES_PER_ADDRESS, period, address=address),
    ):
        _check(session, limit)


def note_failed_sign_in(session: Session, email: str) -> None:
    """Count a failed sign-in. Commits."""
    _note(session, "sign_in", email)


def allow_sign_up(session: Session) -> None:
    """Count a sign-up, or refuse it. Commits.

    Raises:
        HTTPException: 429.

    """
    _check(session, Limit("sign_up", settings.SIGN_UPS_PER_ADDRESS, HOUR, address=_address()))
    _note(session, "sign_up")


def allow_recovery(session: Session, kind: Literal["recovery", "reset"]) -> None:
    """Count a request for password recovery or a reset, or refuse it. Commits.

    Raises:
        HTTPException: 429.

    """
    _check(session, Limit(kind, settings.RECOVERIES_PER_ADDRESS, HOUR, address=_address()))
    _note(session, kind)


def may_mail(session: Session, email: str) -> bool:
    """Count a recovery mail to an account, and return whether it may be sent. Commits."""
    period = timedelta(minutes=15)
    if _seconds_to_wait(session, Limit("mail", settings.RECOVERY_MAILS_PER_ACCOUNT, period, account=email)) is not None:
        metrics.count_refusal("mail")
        return False
    _note(session, "mail", email)
    return True


def _check(session: Session, limit: Limit) -> None:
    seconds = _seconds_to_wait(session, limit)
    if seconds is None:
        return
    metrics.count_refusal(limit.kind)
    logger.warning("too many attempts", extra={"fields": {"kind": limit.kind, "client": _address()}})
    raise HTTPException(429, "Too many attempts", {"Retry-After": str(max(1, math.ceil(seconds)))})


def _seconds_to_wait(session: Session, limit: Limit) -> float | None:
    """Return how long the limit stays reached; None where it is not."""
    if not limit.most:
        return None
    free_at = col(Attempt.made_at) + limit.period
    query = select(func.extract("epoch", free_at - func.now())).where(Attempt.kind == limit.kind, free_at > func.now())
    if limit.account is not None:
        query = query.where(Attempt.account == _digest(limit.account))
    if limit.address is not None:
        query = query.where(Attempt.address == limit.address)
    seconds = session.exec(query.order_by(col(Attempt.made_at).desc()).offset(limit.most - 1).limit(1)).first()
    return None if seconds is None else float(seconds)


def _note(session: Session, kind: Kind, email: str | None = None) -> None:
    session.exec(delete(Attempt).where(col(Attempt.made_at) < func.now() - HOUR))
    account = None if email is None else _digest(email)
    session.exec(insert(Attempt).values(kind=kind, account=account, address=_address()))
    session.commit()


def _digest(email: str) -> str:
    """Return the same for all spellings of an e-mail, as they sign in the same user."""
    return security.seal("account", min(email_spellings(email)))[:64]


def _address() -> str:
    request = trace.current()
    return request.client if request else ""
