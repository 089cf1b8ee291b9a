"""Browsing the archive and restoring from it: for superusers only."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import inspect
from sqlmodel import col

from app import archive, export
from app.api.deps import Limit, SessionDep, SuperuserDep, get_current_active_superuser
from app.models import (
    ArchiveId,
    Item,
    ItemArchive,
    ItemArchivePublic,
    ItemArchivesPublic,
    ItemFilter,
    ItemPublic,
    RestoreChoice,
    RestorePreview,
    User,
    UserArchive,
    UserArchivePublic,
    UserArchivesPublic,
    UserFilter,
    UserPublic,
)

router = APIRouter(prefix="/archive", tags=["archive"], dependencies=[Depends(get_current_active_superuser)])


# Items


@router.get("/items/", response_model=ItemArchivesPublic)
def read_archived_items(
    session: SessionDep, wanted: Annotated[ItemFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> object:
    """List deleted items, newest first; `before` is the last page's `next_before`."""
    return archive.page(session, archive.select_items(wanted), limit=limit, before=before)


@router.get("/items/export/csv")
def export_archived_items(session: SessionDep, wanted: Annotated[ItemFilter, Query()]) -> StreamingResponse:
    """Download deleted items, newest first."""
    newest_first = archive.select_items(wanted).order_by(col(ItemArchive.archive_id).desc())
    return export.csv_response(session, newest_first, inspect(ItemArchive).columns, filename="archived_items.csv")


@router.get("/items/{archive_id}", response_model=ItemArchivePublic)
def read_archived_item(session: SessionDep, archive_id: ArchiveId) -> ItemArchive:
    """Show one deleted item."""
    if item := archive.get(session, ItemArchive, archive_id):
        return item
    raise HTTPException(404, "Archived item not found")


@router.post("/items/{archive_id}/restore", response_model=ItemPublic)
def restore_item(
    session: SessionDep, admin: SuperuserDep, archive_id: ArchiveId, choice: RestoreChoice | None = None
) -> Item:
    """Bring one deleted item back under its old id, to its old owner or the one named."""
    choice = choice or RestoreChoice()
    return archive.restore(session, Item, archive_id, actor=admin.id, owner_id=choice.owner_id)


@router.post("/items/{archive_id}/restore-preview")
def preview_item_restore(
    session: SessionDep, archive_id: ArchiveId, choice: RestoreChoice | None = None
) -> RestorePreview:
    """Tell what a restore would do, and change nothing."""
    choice = choice or RestoreChoice()
    return archive.preview(session, Item, archive_id, owner_id=choice.owner_id)


# Users


@router.get("/users/", response_model=UserArchivesPublic)
def read_archived_users(
    session: SessionDep, wanted: Annotated[UserFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> object:
    """List deleted users, newest first; `before` is the last page's `next_before`."""
    return archive.page(session, archive.select_users(wanted), limit=limit, before=before)


@router.get("/users/{archive_id}", response_model=UserArchivePublic)
def read_archived_user(session: SessionDep, archive_id: ArchiveId) -> UserArchive:
    """Show one deleted user."""
    if user := archive.get(session, UserArchive, archive_id):
        return user
    raise HTTPException(404, "Archived user not found")


@router.post("/users/{archive_id}/restore", response_model=UserPublic)
def restore_user(session: SessionDep, admin: SuperuserDep, archive_id: ArchiveId) -> User:
    """Bring one deleted user back, without a password: password recovery is the way in. Their items stay archived."""
    return archive.restore(session, User, archive_id, actor=admin.id)
