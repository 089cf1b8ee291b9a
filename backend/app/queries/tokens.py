"""Tokens that were ended before they expired."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, func, select

from app.core.statements import Statement
from app.models import EndedToken

_delete_expired = delete(EndedToken).where(col(EndedToken.expires_at) < func.now()).cte("expired")
_insert = Statement(
    insert(EndedToken)
    .values(jti=bindparam("jti"), expires_at=bindparam("expires_at"))
    .on_conflict_do_nothing()
    .add_cte(_delete_expired)
)
_select = Statement(select(EndedToken.jti).where(col(EndedToken.jti) == bindparam("jti")))


async def insert_ended_token(jti: str, *, expires_at: datetime) -> None:
    """Remember that a token has ended, and forget those that have expired since."""
    await _insert.count(jti=jti, expires_at=expires_at)


async def is_ended_token(jti: str) -> bool:
    """Return whether this token was ended."""
    return await _select.row(jti=jti) is not None
