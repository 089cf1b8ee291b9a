"""Pages of rows in JSON, with the number of all rows."""

from sqlalchemy import BigInteger, ColumnElement, bindparam
from sqlmodel import SQLModel, col, func, select

from app.core.statements import Statement
from app.models import Item, User, public_columns


class Listing:
    """Lists the public columns of rows, newest first, and counts the rows."""

    def __init__(
        self, table: type[User] | type[Item], schema: type[SQLModel], *conditions: ColumnElement[bool]
    ) -> None:
        newest_first = select(*public_columns(table, schema)).where(*conditions).order_by(col(table.id).desc())
        skip, limit = bindparam("skip", type_=BigInteger), bindparam("limit", type_=BigInteger)
        # The planner has to know the limit. A generic plan would expect a tenth of all rows.
        self._page = Statement(newest_first.offset(skip).limit(limit), planned_each_time=True)
        self._total = Statement(select(func.count().label("count")).select_from(table).where(*conditions))

    async def read(self, *, skip: int, limit: int, **values: object) -> tuple[list[str], int]:
        """Return a page, each row in JSON, and how many rows there are."""
        rows = await self._page.json(skip=skip, limit=limit, **values)
        # A page that is not full ends with the last row, so its length tells the total, unless it begins beyond it.
        if len(rows) < limit and (rows or not skip):
            return rows, skip + len(rows)
        (total,) = await self._total.rows(**values)
        return rows, total["count"]
