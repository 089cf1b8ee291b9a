"""Items, one statement each: those of one owner, or of any owner where `owner_id` is None."""

import uuid
from collections.abc import Iterable
from functools import cache

import psycopg
from sqlalchemy import ARRAY, Uuid, bindparam, cast, func
from sqlmodel import col, delete, insert, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from app.archive.context import deleting_transaction, deletion, deletion_of_many, run_deletion
from app.core.pool import Row, connection
from app.core.statements import Statement
from app.errors import Cancelled, UserGone
from app.models import Item, ItemCreate, ItemPublic, ItemUpdate, new_id, public_columns
from app.queries.listing import Listing

_is_owner = col(Item.owner_id) == bindparam("owner_id")
_in_scope = or_(bindparam("owner_id", type_=Uuid).is_(None), _is_owner)
_is_item = (col(Item.id) == bindparam("item_id"), _in_scope)
_columns = public_columns(Item, ItemPublic)

_item = Statement(select(*_columns).where(*_is_item))
_items, _items_of_owner = Listing(Item, ItemPublic), Listing(Item, ItemPublic, _is_owner)
_insert = Statement(insert(Item).returning(*_columns), "id", "owner_id", *ItemCreate.model_fields)
_delete_many = Statement(
    delete(Item).where(col(Item.id) == deletion_of_many.c.id, _in_scope).returning(col(Item.id), deleting_transaction)
)
_left = Statement(
    select(Item.id).where(col(Item.id) == func.any(cast(bindparam("ids"), ARRAY(Uuid))), _in_scope).limit(1)
)
_delete = Statement(delete(Item).where(col(Item.id) == deletion.c.id, _in_scope).returning(deleting_transaction))


@cache
def _update(*columns: str) -> Statement:
    if not columns:
        return _item
    return Statement(update(Item).where(*_is_item).returning(*_columns), *columns)


async def insert_item(item_in: ItemCreate, *, owner_id: uuid.UUID) -> Row:
    """Make an item of this owner.

    Raises:
        UserGone: the owner was deleted meanwhile.
        Cancelled: a trigger or rule kept the item from being made.

    """
    try:
        row = await _insert.row(id=new_id(), owner_id=owner_id, **item_in.model_dump())
    except psycopg.errors.ForeignKeyViolation as error:
        if error.diag.constraint_name == "item_owner_id_fkey":
            raise UserGone from error
        raise
    if not row:
        raise Cancelled
    return row


async def get_item(item_id: uuid.UUID, *, owner_id: uuid.UUID | None) -> Row | None:
    """Return an item; None where there is none."""
    return await _item.row(item_id=item_id, owner_id=owner_id)


async def update_item(item_id: uuid.UUID, *, owner_id: uuid.UUID | None, item_in: ItemUpdate) -> Row | None:
    """Change an item and return it; None where there is none.

    Raises:
        Cancelled: a trigger or rule kept the item as it was.

    """
    changes = item_in.model_dump(exclude_unset=True)
    row = await _update(*changes).row(item_id=item_id, owner_id=owner_id, **changes)
    if not row and await get_item(item_id, owner_id=owner_id):
        raise Cancelled
    return row


async def delete_item(
    item_id: uuid.UUID, *, owner_id: uuid.UUID | None, actor: uuid.UUID, reason: str | None = None
) -> bool:
    """Delete an item; the database archives it.

    Returns whether this call deleted it: of several racing calls exactly one gets True.

    Raises:
        Cancelled: a trigger or rule kept the item.

    """
    deleted = bool(await run_deletion(_delete, item_id, actor=actor, reason=reason, owner_id=owner_id))
    if not deleted and await get_item(item_id, owner_id=owner_id):
        raise Cancelled
    return deleted


async def delete_items(
    ids: Iterable[uuid.UUID], *, owner_id: uuid.UUID | None, actor: uuid.UUID, reason: str | None = None
) -> set[uuid.UUID]:
    """Delete items in one transaction, so that one undo brings them back, and return the ids of those deleted.

    Raises:
        Cancelled: a trigger or rule kept one of them, and none was deleted.

    """
    in_order = sorted(set(ids))  # or two calls would deadlock
    async with connection() as own, own.transaction():
        deleted = await run_deletion(_delete_many, in_order, actor=actor, reason=reason, on=own, owner_id=owner_id)
        if len(deleted) < len(in_order) and await _left.row(own, ids=in_order, owner_id=owner_id):
            raise Cancelled
    return {row["id"] for row in deleted}


async def list_items(*, owner_id: uuid.UUID | None, skip: int, limit: int) -> tuple[list[str], int]:
    """Return a page of items, newest first, each in JSON, and how many there are."""
    if owner_id is None:
        return await _items.read(skip=skip, limit=limit)
    return await _items_of_owner.read(skip=skip, limit=limit, owner_id=owner_id)


def select_items(owner_id: uuid.UUID | None) -> SelectOfScalar[Item]:
    """Return the query of a download: items, newest first."""
    conditions = [] if owner_id is None else [col(Item.owner_id) == owner_id]
    return select(Item).where(*conditions).order_by(col(Item.id).desc())
