"""Items: plain create, read, update and delete. That the database archives what is deleted, nobody notices here."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import StreamingResponse
from sqlmodel import col

from app import crud, export
from app.api.deps import CurrentUser, Limit, SessionDep, Skip
from app.models import Item, ItemCreate, ItemPublic, ItemsPublic, ItemUpdate, Message, Reason, User

router = APIRouter(prefix="/items", tags=["items"])


def get_item(session: SessionDep, item_id: uuid.UUID, current_user: CurrentUser) -> Item:
    """Return the item that the path names. 404 if there is none, 400 if it is somebody else's."""
    item = session.get(Item, item_id)
    session.commit()  # see deps.get_current_user
    if not item:
        raise HTTPException(404, "Item not found")
    if not current_user.is_superuser and item.owner_id != current_user.id:
        raise HTTPException(400, "Not enough permissions")
    return item


ItemDep = Annotated[Item, Depends(get_item)]


def whose(user: User) -> uuid.UUID | None:
    """Return whose items a user sees: their own, or (None) all."""
    return None if user.is_superuser else user.id


@router.get("/", response_model=ItemsPublic)
def read_items(session: SessionDep, current_user: CurrentUser, skip: Skip = 0, limit: Limit = 100) -> object:
    """List one's items, newest first; to a superuser, all."""
    items, count = crud.list_items(session=session, owner_id=whose(current_user), skip=skip, limit=limit)
    return {"data": items, "count": count}


@router.post("/", response_model=ItemPublic)
def create_item(session: SessionDep, current_user: CurrentUser, item_in: ItemCreate) -> Item:
    """Make an item."""
    return crud.create_item(session=session, item_in=item_in, owner_id=current_user.id)


@router.get("/export/csv")
def export_items(session: SessionDep, current_user: CurrentUser) -> StreamingResponse:
    """Download one's items; a superuser, all."""
    owner_id = whose(current_user)
    return export.csv_response(
        session,
        crud.items_of(owner_id).order_by(col(Item.id).desc()),
        [col(Item.id), col(Item.title), col(Item.description), col(Item.owner_id)],
        filename="all_items.csv" if owner_id is None else "my_items.csv",
    )


@router.get("/{item_id}", response_model=ItemPublic)
def read_item(item: ItemDep) -> Item:
    """Show an item."""
    return item


@router.put("/{item_id}", response_model=ItemPublic)
def update_item(session: SessionDep, item: ItemDep, item_in: ItemUpdate) -> Item:
    """Change an item."""
    if changed := crud.update_item(session=session, item=item, item_in=item_in):
        return changed
    raise HTTPException(404, "Item not found")


@router.delete("/{item_id}")
def delete_item(
    session: SessionDep, current_user: CurrentUser, item: ItemDep, reason: Annotated[Reason | None, Query()] = None
) -> Message:
    """Delete an item."""
    if not crud.delete_item(session=session, item_id=item.id, actor=current_user.id, reason=reason):
        raise HTTPException(404, "Item not found")
    return Message(message="Item deleted successfully")
