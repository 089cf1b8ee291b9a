"""Browsing the archive and restoring from it: for superusers only."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from pydantic import TypeAdapter
from sqlalchemy import inspect
from sqlmodel import col

from app import archive, export
from app.api.deps import AutocommitDep, Limit, SessionDep, SuperuserDep, get_current_active_superuser
from app.models import (
    ArchiveId,
    Deletions,
    Item,
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
    User,
    UserArchive,
    UserArchivePublic,
    UserArchivesPublic,
    UserFilter,
    UserPublic,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

router = APIRouter(prefix="/archive", tags=["archive"], dependencies=[Depends(get_current_active_superuser)])


# Items


@router.get("/items/", response_model=ItemArchivesPublic)
def read_archived_items(
    session: AutocommitDep, wanted: Annotated[ItemFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Response:
    """List deleted items, newest first; `before` is the last page's `next_before`."""
    rows, whole = archive.page(
        session, archive.select_items(wanted), limit=limit, before=before, searching=bool(wanted.q)
    )
    return export.json_page(rows, **whole)


@router.get("/items/export/csv")
def export_archived_items(session: SessionDep, wanted: Annotated[ItemFilter, Query()]) -> StreamingResponse:
    """Download deleted items, newest first."""
    newest_first = archive.select_items(wanted).order_by(col(ItemArchive.archive_id).desc())
    return export.csv_response(session, newest_first, inspect(ItemArchive).columns, filename="archived_items.csv")


@router.get("/items/{archive_id}", response_model=ItemArchivePublic)
def read_archived_item(session: AutocommitDep, archive_id: ArchiveId) -> ItemArchive:
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
    session: AutocommitDep, archive_id: ArchiveId, choice: RestoreChoice | None = None
) -> RestorePreview:
    """Tell what a restore would do, and change nothing."""
    choice = choice or RestoreChoice()
    return archive.preview(session, Item, archive_id, owner_id=choice.owner_id)


# Deletions


def after(before: str | None = None) -> tuple[str, datetime] | None:
    """Read the `next_before` of a page of deletions: a transaction id and its microseconds since 1970."""
    if before is None:
        return None
    try:
        transaction_id, microseconds = before.split(".")
        moment = EPOCH + timedelta(microseconds=int(microseconds))
        return TypeAdapter(TransactionId).validate_python(transaction_id), moment
    except (ValueError, OverflowError) as error:
        fault = {"type": "value_error", "loc": ("query", "before"), "msg": "Not the next_before of a page"}
        raise RequestValidationError([fault]) from error


@router.get("/transactions/")
def read_deletions(
    session: AutocommitDep, before: Annotated[tuple[str, datetime] | None, Depends(after)], limit: Limit = 100
) -> Deletions:
    """List deletions, newest first; `before` is the last page's `next_before`."""
    # One more than asked for tells whether there is a next page.
    found = archive.deletions(session, limit=limit + 1, before=before)
    page, next_before = found[:limit], None
    if len(found) > limit:
        last = page[-1]
        next_before = f"{last.transaction_id}.{(last.archived_at - EPOCH) // timedelta(microseconds=1)}"
    return Deletions(data=page, next_before=next_before)


@router.post("/transactions/{transaction_id}/restore")
def restore_transaction(
    session: SessionDep, admin: SuperuserDep, transaction_id: TransactionId, archived_at: Moment | None = None
) -> RestorePreviews:
    """Undo one deletion: every row of every table, or none. `archived_at` where the id alone is ambiguous."""
    rows = archive.restore_transaction(session, transaction_id, actor=admin.id, archived_at=archived_at)
    return RestorePreviews(data=rows, count=len(rows))


@router.post("/transactions/{transaction_id}/restore-preview")
def preview_transaction_restore(
    session: AutocommitDep, transaction_id: TransactionId, archived_at: Moment | None = None
) -> RestorePreviews:
    """Tell what undoing a deletion would do, and change nothing."""
    rows = archive.preview_transaction(session, transaction_id, archived_at=archived_at)
    return RestorePreviews(data=rows, count=len(rows))


# Users


@router.get("/users/", response_model=UserArchivesPublic)
def read_archived_users(
    session: AutocommitDep, wanted: Annotated[UserFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Response:
    """List deleted users, newest first; `before` is the last page's `next_before`."""
    rows, whole = archive.page(
        session, archive.select_users(wanted), limit=limit, before=before, searching=bool(wanted.q)
    )
    return export.json_page(rows, **whole)


@router.get("/users/{archive_id}", response_model=UserArchivePublic)
def read_archived_user(session: AutocommitDep, archive_id: ArchiveId) -> UserArchive:
    """Show one deleted user."""
    if user := archive.get(session, UserArchive, archive_id):
        return user
    raise HTTPException(404, "Archived user not found")


@router.post("/users/{archive_id}/restore", response_model=UserPublic)
def restore_user(session: SessionDep, admin: SuperuserDep, archive_id: ArchiveId) -> User:
    """Bring one deleted user back, without a password: password recovery is the way in. Their items stay archived."""
    return archive.restore(session, User, archive_id, actor=admin.id)
