"""Items: the table, what clients send and what the API answers."""

import uuid
from typing import Annotated

from pydantic import Field as PydanticField
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Relationship

from app.models.base import AT_ONCE, Reason, Schema, primary_key
from app.models.users import User


class ItemBase(Schema):
    """What a client says about an item. A field added here reaches `item`, `item_archive` and the trigger."""

    title: str = Field(min_length=1, max_length=255)
    description: str | None = Field(default=None, max_length=255)


class ItemCreate(ItemBase):
    """An item as its owner makes one."""


class ItemUpdate(ItemBase):
    """What may change about an item; an absent field stays as it is."""

    title: str = Field(default=None, min_length=1, max_length=255)


class Item(ItemBase, table=True):
    """Something that a user owns."""

    __table_args__ = (
        CheckConstraint("char_length(title) >= 1", name="title"),
        Index("item_owner_id_idx", "owner_id", "id"),  # a user's items, newest first
    )

    id: uuid.UUID = primary_key()
    owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="CASCADE")

    owner: User = Relationship(back_populates="items")


class ItemPublic(ItemBase):
    """An item as the API shows one."""

    id: uuid.UUID
    owner_id: uuid.UUID


class ItemsPublic(Schema):
    """A page of items, and how many there are in all."""

    data: list[ItemPublic]
    count: int


class ItemsToDelete(Schema):
    """Which items to delete, and why."""

    ids: Annotated[list[uuid.UUID], PydanticField(min_length=1, max_length=AT_ONCE)]
    reason: Reason | None = None
    """Kept in the archive."""


class ItemsDeleted(Schema):
    """How many items were deleted, and which were not there."""

    deleted: int
    not_found: list[uuid.UUID]
