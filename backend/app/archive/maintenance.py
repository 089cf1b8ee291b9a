"""What the archive needs daily."""

from sqlalchemy import Integer, bindparam
from sqlmodel import text

from app.core.pool import Row
from app.core.statements import Statement

_maintain = Statement(
    text("select cast(source as text) as source, done from archive.maintain(:max_search_indexes)").bindparams(
        bindparam("max_search_indexes", type_=Integer)
    )
)


async def maintain(*, max_search_indexes: int) -> list[Row]:
    """Do what has to happen daily; return a row for each thing done. Safe to run twice at once."""
    return await _maintain.rows(max_search_indexes=max_search_indexes)
