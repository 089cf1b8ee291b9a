"""The archives: their columns, and the conditions by which filters find rows. Models exist of two; any can be found."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Text,
    bindparam,
    cast,
    column,
    false,
    inspect,
    quoted_name,
    table,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.types import NullType
from sqlmodel import func, or_, text

from app.core.pool import Row
from app.core.statements import AnyTime, Statement
from app.models import ArchiveFilter, ItemArchive, ItemFilter, TableFilter, UserArchive, UserFilter

TEXTS = "S"
"""The category of PostgreSQL's types of text."""


@dataclass(frozen=True, eq=False)
class Archive:
    """The archive of one table."""

    name: str
    """The table's, as addresses have it: item, app.note."""
    source: str
    """The table's, as SQL writes it with its schema."""
    columns: Sequence[ColumnElement[Any]]
    conditions: dict[str, ColumnElement[bool]]
    """The conditions on its rows, by the names of the filters and of the states."""
    filter: type[ArchiveFilter]
    key: Sequence[str] = ("id",)


def _conditions(c: Any, texts: Iterable[ColumnElement[str]], **equal: ColumnElement[bool]) -> dict[str, Any]:
    return {
        "archived": c.restored_at.is_(None),
        "restored": c.restored_at.is_not(None),
        **equal,
        "archived_by": c.archived_by == bindparam("archived_by"),
        "transaction_id": c.transaction_id == bindparam("transaction_id"),
        "archived_after": c.archived_at >= bindparam("archived_after"),
        "archived_before": c.archived_at < bindparam("archived_before"),
        "q": or_(false(), *(each.ilike(bindparam("q")) for each in texts)),
        "before": c.archive_id < bindparam("before"),  # the page after this row
    }


_item, _user = inspect(ItemArchive).columns, inspect(UserArchive).columns

ITEMS = Archive(
    "item",
    "public.item",
    list(_item),
    _conditions(
        _item,
        [_item.title, _item.description],
        owner_id=_item.owner_id == bindparam("owner_id"),
        item_id=_item.id == bindparam("item_id"),
    ),
    ItemFilter,
)
USERS = Archive(
    "user",
    'public."user"',
    list(_user),
    _conditions(_user, [_user.email, _user.full_name], user_id=_user.id == bindparam("user_id")),
    UserFilter,
)

_described = Statement(
    text(
        "select name, archive._name(source) as source, archive, cast(columns as text) as columns, key"
        "  from archive.describe(:name)"
    )
)


_tables = Statement(
    text(
        "select d.name as table, d.columns, d.key, period.oldest, period.newest,"
        "       (select cast(coalesce(sum(greatest(p.rows, pg_stat_get_live_tuples(p.partition), 0)), 0) as bigint)"
        "          from archive.partition_sizes p where p.source = d.source) as rows,"
        "       has_table_privilege(d.source, 'select') and has_table_privilege(d.source, 'insert')"
        "           and has_schema_privilege(d.schema, 'usage') as restorable"
        "  from archive.describe() d cross join lateral archive._view_period(d.source) period order by d.name"
    )
)


async def list_tables() -> list[Row]:
    """Return every archived table: its name, its columns, its key, how many rows are archived, from when to when."""
    tables = await _tables.rows()
    return [table | {"columns": [each for each in table["columns"] if each["copied"]]} for table in tables]


_names = Statement(text("select archive._address(source) as name from archive.tables order by 1"))


async def list_names() -> list[str]:
    """Return the names of the archived tables."""
    return [row["name"] for row in await _names.rows()]


async def find_archive(name: str) -> Archive | None:
    """Return the archive of any table, by the table's name as SQL writes it; None where there is none."""
    row = await _described.row(name=name)
    return _of_any_table(**row | {"key": tuple(row["key"])}) if row else None


# Compiled statements belong to an archive. A table that was altered has another.
@lru_cache(1000)
def _of_any_table(name: str, source: str, archive: str, columns: str, key: tuple[str, ...]) -> Archive:
    described = {each["name"]: each for each in json.loads(columns)}
    copies = [each for each in described.values() if each["copied"]]
    # The name is quoted already, with its schema.
    name_in_sql = quoted_name(archive.replace("%", "%%"), False)
    rows: FromClause = table(name_in_sql, *(column(each["name"], _type(each)) for each in described.values())).alias(
        "a"
    )
    texts = [cast(rows.c[each["name"]], Text).collate("default") for each in copies if each["category"] == TEXTS]
    if len(key) == 1:
        is_key = type_coerce(rows.c[key[0]], NullType()) == bindparam("key")  # PostgreSQL knows the type
    else:
        is_key = func.array_to_string(array([cast(rows.c[each], Text) for each in key]), ",") == bindparam("key")
    return Archive(name, source, list(rows.c), _conditions(rows.c, texts, key=is_key), TableFilter, key)


def _type(described: dict[str, Any]) -> Any:
    if not described["copied"]:
        return inspect(ItemArchive).columns[described["name"]].type
    if re.fullmatch(r"timestamp(\(\d\))? with time zone", described["type"]):
        return AnyTime()
    return Text() if described["category"] == TEXTS else NullType()
