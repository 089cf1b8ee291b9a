"""Items: plain create, read, update and delete. The database archives deleted items; nothing here depends on it."""

import uuid

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from sqlmodel import col

from app import queries
from app.api.deps import CurrentUser, Limit, ReadSessionDep, Skip, WhyDeleted
from app.api.export import CSV, Download, csv_response
from app.api.responses import Json, JsonPage
from app.core import replica
from app.models import (
    Item,
    ItemCreate,
    ItemPublic,
    ItemsDeleted,
    ItemsPublic,
    ItemsToDelete,
    ItemUpdate,
    Message,
    User,
)

router = APIRouter(prefix="/items", tags=["items"])


def owner_scope(user: User) -> uuid.UUID | None:
    """Return the owner whose items a user may see: the user, or None for a superuser, who may see all."""
    return None if user.is_superuser else user.id


async def refusal(item_id: uuid.UUID, user: User) -> HTTPException:
    """Return the answer where an item does not exist, or belongs to another owner."""
    if owner_scope(user) and await queries.items.get_item(item_id, owner_id=None):
        return HTTPException(400, "Not enough permissions")
    return HTTPException(404, "Item not found")


@router.get("/", response_model=ItemsPublic)
@replica.reads
async def read_items(current_user: CurrentUser, skip: Skip = 0, limit: Limit = 100) -> Response:
    """List one's items, newest first; to a superuser, all."""
    items, count = await queries.items.list_items(owner_id=owner_scope(current_user), skip=skip, limit=limit)
    return JsonPage(items, count=count)


@router.post("/", response_model=ItemPublic)
async def create_item(current_user: CurrentUser, item_in: ItemCreate) -> Response:
    """Make an item."""
    return Json(await queries.items.insert_item(item_in, owner_id=current_user.id))


@router.post("/delete", response_model=ItemsDeleted)
async def delete_items(current_user: CurrentUser, which: ItemsToDelete) -> Response:
    """Delete many items in one transaction, so that one undo brings them back. Others' items count as not found."""
    deleted = await queries.items.delete_items(
        which.ids, owner_id=owner_scope(current_user), actor=current_user.id, reason=which.reason
    )
    not_found = [id_ for id_ in dict.fromkeys(which.ids) if id_ not in deleted]
    return Json({"deleted": len(deleted), "not_found": not_found})


@router.get("/export/csv", response_class=Response, responses=CSV)
def export_items(session: ReadSessionDep, current_user: CurrentUser) -> Download:
    """Download one's items; a superuser, all."""
    owner_id = owner_scope(current_user)
    return csv_response(
        session,
        queries.items.select_items(owner_id),
        [col(Item.id), col(Item.title), col(Item.description), col(Item.owner_id)],
        filename="all_items.csv" if owner_id is None else "my_items.csv",
        user=current_user,
    )


@router.get("/{item_id}", response_model=ItemPublic)
async def read_item(current_user: CurrentUser, item_id: uuid.UUID) -> Response:
    """Show an item."""
    if item := await queries.items.get_item(item_id, owner_id=owner_scope(current_user)):
        return Json(item)
    raise await refusal(item_id, current_user)


@router.put("/{item_id}", response_model=ItemPublic)
async def update_item(current_user: CurrentUser, item_id: uuid.UUID, item_in: ItemUpdate) -> Response:
    """Change an item."""
    if item := await queries.items.update_item(item_id, owner_id=owner_scope(current_user), item_in=item_in):
        return Json(item)
    raise await refusal(item_id, current_user)


@router.delete("/{item_id}", response_model=Message)
async def delete_item(current_user: CurrentUser, item_id: uuid.UUID, reason: WhyDeleted = None) -> Response:
    """Delete an item."""
    if await queries.items.delete_item(
        item_id, owner_id=owner_scope(current_user), actor=current_user.id, reason=reason
    ):
        return Json({"message": "Item deleted successfully"})
    raise await refusal(item_id, current_user)
