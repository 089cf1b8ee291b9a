"""Browsing the archive and restoring from it: for superusers only."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import inspect
from sqlmodel import col

from app import archive, export
from app.api.deps import Limit, SessionDep, SuperuserDep, get_current_active_superuser
from app.models import (
    ArchiveFilter,
    ArchiveId,
    Item,
    ItemArchive,
    ItemArchivePublic,
    ItemArchivesPublic,
    ItemPublic,
    RestoreChoice,
    RestorePreview,
)

router = APIRouter(prefix="/archive", tags=["archive"], dependencies=[Depends(get_current_active_superuser)])

FilterDep = Annotated[ArchiveFilter, Query()]


@router.get("/items/")
def read_archived_items(
    session: SessionDep, wanted: FilterDep, limit: Limit = 100, before: ArchiveId | None = None
) -> ItemArchivesPublic:
    """List deleted items, newest first; `before` is the last page's `next_before`."""
    return archive.browse_items(session, wanted=wanted, limit=limit, before=before)


@router.get("/items/export/csv")
def export_archived_items(session: SessionDep, wanted: FilterDep) -> StreamingResponse:
    """Download deleted items, newest first."""
    newest_first = archive.archived_items(wanted).order_by(col(ItemArchive.archive_id).desc())
    columns = list(inspect(ItemArchive).columns)
    return export.csv_response(session, newest_first, columns, filename="archived_items.csv")


@router.get("/items/{archive_id}")
def read_archived_item(session: SessionDep, archive_id: ArchiveId) -> ItemArchivePublic:
    """Show one deleted item."""
    if item := archive.get_item(session, archive_id):
        return item
    raise HTTPException(404, "Archived item not found")


@router.post("/items/{archive_id}/restore", response_model=ItemPublic)
def restore_item(
    session: SessionDep, admin: SuperuserDep, archive_id: ArchiveId, choice: RestoreChoice | None = None
) -> Item:
    """Bring one deleted item back under its old id, to its old owner or the one named."""
    choice = choice or RestoreChoice()
    return archive.restore_item(session, archive_id, actor=admin.id, owner_id=choice.owner_id)


@router.post("/items/{archive_id}/restore-preview")
def preview_item_restore(
    session: SessionDep, archive_id: ArchiveId, choice: RestoreChoice | None = None
) -> RestorePreview:
    """Tell what a restore would do, and change nothing."""
    choice = choice or RestoreChoice()
    return archive.preview_item(session, archive_id, owner_id=choice.owner_id)
