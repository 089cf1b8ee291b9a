"""Deleted rows of any archived table, whoever archives it: for superusers only."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import Response

from app.api.deps import Limit, ReadSessionDep, SuperuserDep, for_superusers, only_known_parameters
from app.api.export import CSV, Download, archive_csv
from app.api.paths import table
from app.api.responses import Json, json_page
from app.archive import archives, browse, restore
from app.archive.archives import Archive
from app.archive.outcomes import By
from app.core import replica
from app.models import (
    ArchivedRows,
    ArchivedTables,
    ArchiveId,
    PlainText,
    Restored,
    RestorePreview,
    RestoreReason,
    RestoreRows,
    TableFilter,
)

router = APIRouter(prefix="/archive/tables", tags=["archive"], dependencies=[*for_superusers, *only_known_parameters])


async def find_archive(table: PlainText) -> Archive:
    """Return the archive of the table that the path names; else 404."""
    if archive := await archives.find_archive(table):
        return archive
    raise HTTPException(404, "Archived table not found")


ArchiveDep = Annotated[Archive, Depends(find_archive)]


@router.get("/")
async def read_tables() -> ArchivedTables:
    """List the archived tables."""
    return ArchivedTables.model_validate({"data": await archives.list_tables()})


@router.get("/" + table("table") + "/export/csv", response_class=Response, responses=CSV)
def export_rows(
    session: ReadSessionDep, admin: SuperuserDep, archive: ArchiveDep, filters: Annotated[TableFilter, Query()]
) -> Download:
    """Download deleted rows, newest first."""
    return archive_csv(session, archive, filters, "archived_rows.csv", admin)


@router.get("/" + table("table") + "/", response_model=ArchivedRows)
@replica.reads
async def read_rows(
    archive: ArchiveDep,
    filters: Annotated[TableFilter, Query()],
    limit: Limit = 100,
    before: ArchiveId | None = None,
) -> Response:
    """List deleted rows, newest first; `before` is the last page's `next_before`."""
    return json_page(await browse.list_json(archive, filters, limit=limit, before=before))


@router.get("/" + table("table") + "/{archive_id}", response_model=dict[str, Any])
async def read_row(archive: ArchiveDep, archive_id: ArchiveId) -> Response:
    """Show one deleted row."""
    if row := await browse.get_json(archive, archive_id):
        return Response(row, media_type="application/json")
    raise HTTPException(404, "Archived row not found")


@router.post("/" + table("table") + "/restore", response_model=Restored)
async def restore_rows(admin: SuperuserDep, archive: ArchiveDep, which: RestoreRows) -> Response:
    """Bring deleted rows back, those with these ids or all that pass a filter, in one transaction."""
    return Json(await restore.restore_many(archive, which, by=By(admin.id, which.reason)))


@router.post("/" + table("table") + "/restore-preview", response_model=Restored)
async def preview_rows_restore(archive: ArchiveDep, which: RestoreRows) -> Response:
    """Tell what that would do, and change nothing."""
    return Json(await restore.restore_many(archive, which, by=None))


@router.post("/" + table("table") + "/{archive_id}/restore", response_model=RestorePreview)
async def restore_row(
    admin: SuperuserDep, archive: ArchiveDep, archive_id: ArchiveId, choice: RestoreReason | None = None
) -> Response:
    """Bring one deleted row back under its old key."""
    return Json(await restore.restore_row(archive, archive_id, by=By(admin.id, choice.reason if choice else None)))


@router.post("/" + table("table") + "/{archive_id}/restore-preview", response_model=RestorePreview)
async def preview_row_restore(archive: ArchiveDep, archive_id: ArchiveId) -> Response:
    """Tell what a restore would do, and change nothing."""
    return Json(await restore.preview_row(archive, archive_id))
