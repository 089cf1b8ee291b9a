"""Browsing the archive and restoring from it: for superusers only."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from app.api.deps import DeletionsBefore, Limit, ReadSessionDep, SuperuserDep, for_superusers, only_known_parameters
from app.api.export import CSV, Download, archive_csv
from app.api.responses import Json, json_page
from app.archive import browse, deletions, restore, undo
from app.archive.archives import ITEMS, USERS
from app.archive.outcomes import By
from app.core import replica
from app.models import (
    ArchiveId,
    DeletionFilter,
    Deletions,
    ItemArchivePublic,
    ItemArchivesPublic,
    ItemFilter,
    ItemPublic,
    Moment,
    RestoreChoice,
    Restored,
    RestoreItems,
    RestorePreview,
    RestorePreviews,
    RestoreReason,
    RestoreUsers,
    TransactionId,
    UserArchivePublic,
    UserArchivesPublic,
    UserFilter,
    UserPublic,
)

router = APIRouter(prefix="/archive", tags=["archive"], dependencies=[*for_superusers, *only_known_parameters])


# Items


@router.get("/items/", response_model=ItemArchivesPublic)
@replica.reads
async def read_archived_items(
    filters: Annotated[ItemFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Response:
    """List deleted items, newest first; `before` is the last page's `next_before`."""
    return json_page(await browse.list_json(ITEMS, filters, limit=limit, before=before))


@router.get("/items/export/csv", response_class=Response, responses=CSV)
def export_archived_items(
    session: ReadSessionDep, admin: SuperuserDep, filters: Annotated[ItemFilter, Query()]
) -> Download:
    """Download deleted items, newest first."""
    return archive_csv(session, ITEMS, filters, "archived_items.csv", admin)


@router.get("/items/{archive_id}", response_model=ItemArchivePublic)
async def read_archived_item(archive_id: ArchiveId) -> Response:
    """Show one deleted item."""
    if item := await browse.get_json(ITEMS, archive_id):
        return Response(item, media_type="application/json")
    raise HTTPException(404, "Archived item not found")


@router.post("/items/restore", response_model=Restored)
async def restore_items(admin: SuperuserDep, which: RestoreItems) -> Response:
    """Bring deleted items back, those with these ids or all that pass a filter, in one transaction."""
    return Json(await restore.restore_many(ITEMS, which, by=By(admin.id, which.reason)))


@router.post("/items/restore-preview", response_model=Restored)
async def preview_items_restore(which: RestoreItems) -> Response:
    """Tell what that would do, and change nothing."""
    return Json(await restore.restore_many(ITEMS, which, by=None))


@router.post("/items/{archive_id}/restore", response_model=ItemPublic)
async def restore_item(admin: SuperuserDep, archive_id: ArchiveId, choice: RestoreChoice | None = None) -> Response:
    """Bring one deleted item back under its old id, to its old owner or the one named."""
    choice = choice or RestoreChoice()
    by = By(admin.id, choice.reason)
    return Json(await restore.restore_item(archive_id, by=by, owner_id=choice.owner_id))


@router.post("/items/{archive_id}/restore-preview", response_model=RestorePreview)
async def preview_item_restore(archive_id: ArchiveId, choice: RestoreChoice | None = None) -> Response:
    """Tell what a restore would do, and change nothing."""
    choice = choice or RestoreChoice()
    return Json(await restore.preview_row(ITEMS, archive_id, owner_id=choice.owner_id))


# Deletions


@router.get("/transactions/")
@replica.reads
async def read_deletions(
    filters: Annotated[DeletionFilter, Query()], before: DeletionsBefore = None, limit: Limit = 100
) -> Deletions:
    """List deletions, newest first; `before` is the last page's `next_before`."""
    return await deletions.list_deletions(filters, limit=limit, before=before)


@router.post("/transactions/{transaction_id}/restore", response_model=RestorePreviews)
async def restore_transaction(
    admin: SuperuserDep,
    transaction_id: TransactionId,
    archived_at: Moment | None = None,
    choice: RestoreReason | None = None,
) -> Response:
    """Undo one deletion: every row of every table, or none. `archived_at` where the id alone is ambiguous."""
    return await _undo(transaction_id, archived_at, By(admin.id, choice.reason if choice else None))


@router.post("/transactions/{transaction_id}/restore-preview", response_model=RestorePreviews)
async def preview_transaction_restore(transaction_id: TransactionId, archived_at: Moment | None = None) -> Response:
    """Tell what undoing a deletion would do, and change nothing."""
    return await _undo(transaction_id, archived_at, None)


async def _undo(transaction_id: str, archived_at: datetime | None, by: By | None) -> Response:
    rows = await undo.restore_transaction(transaction_id, by=by, archived_at=archived_at)
    return Json({"data": rows, "count": len(rows), "notes": undo.notes(rows)})


# Users


@router.get("/users/", response_model=UserArchivesPublic)
@replica.reads
async def read_archived_users(
    filters: Annotated[UserFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Response:
    """List deleted users, newest first; `before` is the last page's `next_before`."""
    return json_page(await browse.list_json(USERS, filters, limit=limit, before=before))


@router.get("/users/export/csv", response_class=Response, responses=CSV)
def export_archived_users(
    session: ReadSessionDep, admin: SuperuserDep, filters: Annotated[UserFilter, Query()]
) -> Download:
    """Download deleted users, newest first."""
    return archive_csv(session, USERS, filters, "archived_users.csv", admin)


@router.get("/users/{archive_id}", response_model=UserArchivePublic)
async def read_archived_user(archive_id: ArchiveId) -> Response:
    """Show one deleted user."""
    if user := await browse.get_json(USERS, archive_id):
        return Response(user, media_type="application/json")
    raise HTTPException(404, "Archived user not found")


@router.post("/users/restore", response_model=Restored)
async def restore_users(admin: SuperuserDep, which: RestoreUsers) -> Response:
    """Bring deleted users back, those with these ids or all that pass a filter. Their items stay archived."""
    return Json(await restore.restore_many(USERS, which, by=By(admin.id, which.reason)))


@router.post("/users/restore-preview", response_model=Restored)
async def preview_users_restore(which: RestoreUsers) -> Response:
    """Tell what that would do, and change nothing."""
    return Json(await restore.restore_many(USERS, which, by=None))


@router.post("/users/{archive_id}/restore", response_model=UserPublic)
async def restore_user(admin: SuperuserDep, archive_id: ArchiveId, choice: RestoreReason | None = None) -> Response:
    """Bring one deleted user back, without a password: password recovery is the way in. Their items stay archived."""
    return Json(await restore.restore_user(archive_id, by=By(admin.id, choice.reason if choice else None)))


@router.post("/users/{archive_id}/restore-preview", response_model=RestorePreview)
async def preview_user_restore(archive_id: ArchiveId) -> Response:
    """Tell what a restore would do, and change nothing."""
    return Json(await restore.preview_row(USERS, archive_id))
