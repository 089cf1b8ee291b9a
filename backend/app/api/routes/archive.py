"""Browsing the archive and restoring from it: for superusers only."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response
from sqlalchemy import inspect

from app.api.deps import DeletionsBefore, Limit, SessionDep, SuperuserDep, for_superusers, only_known_parameters
from app.api.export import CSV, Download, csv_response
from app.api.responses import Json, JsonPage
from app.archive import browse, deletions, restore
from app.models import (
    ArchiveId,
    Deletions,
    ItemArchive,
    ItemArchivePublic,
    ItemArchivesPublic,
    ItemFilter,
    ItemPublic,
    Moment,
    RestoreChoice,
    RestorePreview,
    RestorePreviews,
    TransactionId,
    UserArchive,
    UserArchivePublic,
    UserArchivesPublic,
    UserFilter,
    UserPublic,
)

router = APIRouter(prefix="/archive", tags=["archive"], dependencies=[*for_superusers, *only_known_parameters])


def _answer(page: browse.Page[str]) -> Response:
    return JsonPage(page.rows, count=page.count, count_exact=page.count_exact, next_before=page.next_before)


# Items


@router.get("/items/", response_model=ItemArchivesPublic)
async def read_archived_items(
    filters: Annotated[ItemFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Response:
    """List deleted items, newest first; `before` is the last page's `next_before`."""
    return _answer(await browse.list_json(ItemArchive, filters, limit=limit, before=before))


@router.get("/items/export/csv", response_class=Response, responses=CSV)
def export_archived_items(
    session: SessionDep, admin: SuperuserDep, filters: Annotated[ItemFilter, Query()]
) -> Download:
    """Download deleted items, newest first."""
    newest_first = browse.select_rows(ItemArchive, filters)
    columns = inspect(ItemArchive).columns
    return csv_response(session, newest_first, columns, filename="archived_items.csv", user=admin)


@router.get("/items/{archive_id}", response_model=ItemArchivePublic)
async def read_archived_item(archive_id: ArchiveId) -> Response:
    """Show one deleted item."""
    if item := await browse.get_json(ItemArchive, archive_id):
        return Response(item, media_type="application/json")
    raise HTTPException(404, "Archived item not found")


@router.post("/items/{archive_id}/restore", response_model=ItemPublic)
async def restore_item(admin: SuperuserDep, archive_id: ArchiveId, choice: RestoreChoice | None = None) -> Response:
    """Bring one deleted item back under its old id, to its old owner or the one named."""
    choice = choice or RestoreChoice()
    return Json(await restore.restore_item(archive_id, actor=admin.id, owner_id=choice.owner_id))


@router.post("/items/{archive_id}/restore-preview", response_model=RestorePreview)
async def preview_item_restore(archive_id: ArchiveId, choice: RestoreChoice | None = None) -> Response:
    """Tell what a restore would do, and change nothing."""
    choice = choice or RestoreChoice()
    return Json(await restore.preview_item(archive_id, owner_id=choice.owner_id))


# Deletions


@router.get("/transactions/")
async def read_deletions(before: DeletionsBefore = None, limit: Limit = 100) -> Deletions:
    """List deletions, newest first; `before` is the last page's `next_before`."""
    return await deletions.list_deletions(limit=limit, before=before)


@router.post("/transactions/{transaction_id}/restore", response_model=RestorePreviews)
async def restore_transaction(
    admin: SuperuserDep, transaction_id: TransactionId, archived_at: Moment | None = None
) -> Response:
    """Undo one deletion: every row of every table, or none. `archived_at` where the id alone is ambiguous."""
    rows = await restore.restore_transaction(transaction_id, actor=admin.id, archived_at=archived_at)
    return Json({"data": rows, "count": len(rows), "notes": restore.notes(rows)})


@router.post("/transactions/{transaction_id}/restore-preview", response_model=RestorePreviews)
async def preview_transaction_restore(transaction_id: TransactionId, archived_at: Moment | None = None) -> Response:
    """Tell what undoing a deletion would do, and change nothing."""
    rows = await restore.preview_transaction(transaction_id, archived_at=archived_at)
    return Json({"data": rows, "count": len(rows), "notes": restore.notes(rows)})


# Users


@router.get("/users/", response_model=UserArchivesPublic)
async def read_archived_users(
    filters: Annotated[UserFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Response:
    """List deleted users, newest first; `before` is the last page's `next_before`."""
    return _answer(await browse.list_json(UserArchive, filters, limit=limit, before=before))


@router.get("/users/{archive_id}", response_model=UserArchivePublic)
async def read_archived_user(archive_id: ArchiveId) -> Response:
    """Show one deleted user."""
    if user := await browse.get_json(UserArchive, archive_id):
        return Response(user, media_type="application/json")
    raise HTTPException(404, "Archived user not found")


@router.post("/users/{archive_id}/restore", response_model=UserPublic)
async def restore_user(admin: SuperuserDep, archive_id: ArchiveId) -> Response:
    """Bring one deleted user back, without a password: password recovery is the way in. Their items stay archived."""
    return Json(await restore.restore_user(archive_id, actor=admin.id))
