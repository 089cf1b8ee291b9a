"""Items: plain create, read, update and delete. That the database archives what is deleted, nobody notices here."""

import uuid
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response, StreamingResponse
from sqlmodel import Session, col

from app import crud, export
from app.api.deps import AutocommitDep, CurrentUser, Limit, SessionDep, Skip
from app.models import Item, ItemCreate, ItemPublic, ItemsPublic, ItemUpdate, Message, Reason, User

router = APIRouter(prefix="/items", tags=["items"])


def whose(user: User) -> uuid.UUID | None:
    """Return whose items a user sees: their own, or (None) all."""
    return None if user.is_superuser else user.id


def refusal(session: Session, item_id: uuid.UUID, user: User) -> HTTPException:
    """Return the answer to who wants an item that is not theirs, or not there."""
    item = session.get(Item, item_id)
    if item and whose(user) not in (None, item.owner_id):
        return HTTPException(400, "Not enough permissions")
    return HTTPException(404, "Item not found")


@router.get("/", response_model=ItemsPublic)
def read_items(session: AutocommitDep, current_user: CurrentUser, skip: Skip = 0, limit: Limit = 100) -> Response:
    """List one's items, newest first; to a superuser, all."""
    items, count = crud.list_items(session=session, owner_id=whose(current_user), skip=skip, limit=limit)
    return export.json_page(items, count=count)


@router.post("/", response_model=ItemPublic)
def create_item(session: AutocommitDep, current_user: CurrentUser, item_in: ItemCreate) -> Item:
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
def read_item(session: AutocommitDep, current_user: CurrentUser, item_id: uuid.UUID) -> Item:
    """Show an item."""
    if item := crud.get_item(session=session, item_id=item_id, owner_id=whose(current_user)):
        return item
    raise refusal(session, item_id, current_user)


@router.put("/{item_id}", response_model=ItemPublic)
def update_item(session: AutocommitDep, current_user: CurrentUser, item_id: uuid.UUID, item_in: ItemUpdate) -> Item:
    """Change an item."""
    owner_id = whose(current_user)
    if item := crud.update_item(session=session, item_id=item_id, owner_id=owner_id, item_in=item_in):
        return item
    raise refusal(session, item_id, current_user)


@router.delete("/{item_id}")
def delete_item(
    session: AutocommitDep,
    current_user: CurrentUser,
    item_id: uuid.UUID,
    reason: Annotated[Reason | None, Query()] = None,
) -> Message:
    """Delete an item."""
    owner_id, actor = whose(current_user), current_user.id
    if not crud.delete_item(session=session, item_id=item_id, owner_id=owner_id, actor=actor, reason=reason):
        raise refusal(session, item_id, current_user)
    return Message(message="Item deleted successfully")
