"""What the archive needs daily."""

from sqlmodel import text

from app.core.pool import Row
from app.core.statements import Statement

_maintain = Statement(text("select cast(source as text) as source, done from archive.maintain()"))


async def maintain() -> list[Row]:
    """Do what has to happen daily; return a row for each thing done. Safe to run twice at once."""
    return await _maintain.rows()
