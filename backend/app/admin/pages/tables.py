"""Archived tables of any kind: the list of them, the rows of one, and one row with its restore."""

import json
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from app.admin.pages.kinds import ROWS, Kind, conflict_reason, get_people, of_table
from app.admin.pages.many import restore_page
from app.admin.pages.paging import faults, page_links, read_filters, without_place
from app.admin.render import go, page
from app.admin.sign_in import ConsoleSuperuser, FormDep, for_console, reason
from app.api.deps import ReadSessionDep
from app.api.export import archive_csv
from app.api.paths import table
from app.archive import archives, browse, reports, restore
from app.archive.access import MissingGrant
from app.archive.outcomes import By
from app.core import replica
from app.core.config import settings
from app.core.pool import Row
from app.errors import InvalidFilter
from app.models import ArchivedRow, ArchiveId, PlainText, TableFilter

router = APIRouter(prefix="/tables", dependencies=for_console)

_BEFORE: TypeAdapter[int | None] = TypeAdapter(ArchiveId | None)

COLUMNS = 4
"""How many columns a list shows besides the key."""


async def find_kind(table: PlainText) -> Kind:
    """Return the kind of rows of the table that the path names; else 404."""
    if archive := await archives.find_archive(table):
        return of_table(archive)
    raise HTTPException(404, "No table of this name is archived.")


KindDep = Annotated[Kind, Depends(find_kind)]
NAME = "/" + table("table")


@router.get("/")
async def show_tables(request: Request) -> Response:
    """Show the archived tables."""
    role = f"{settings.ARCHIVE_ROLES}_runtime"
    return page(request, "tables.html", tables=await archives.list_tables(), role=role)


@router.get(NAME + "/")
@replica.reads
async def show_rows(request: Request, kind: KindDep) -> Response:
    """Show deleted rows of a table."""
    values = read_filters(request)
    copied = [column.key for column in kind.archive.columns if column.key not in ArchivedRow.model_fields]
    context: dict[str, Any] = {
        "kind": kind,
        "filters": without_place(values),
        "faults": {},
        "too_long": False,
        "rows": [],
        "people": {},
        "pages": page_links(request, None),
        "shown": [name for name in copied if name not in kind.archive.key][:COLUMNS],
    }
    try:
        filters, before = TableFilter.model_validate(values), _BEFORE.validate_python(values.get("before"))
        listed = await browse.list_json(kind.archive, filters, limit=ROWS, before=before)
    except ValidationError as error:
        return page(request, "table_rows.html", 422, **context | {"faults": faults(error, "before")})
    except InvalidFilter as error:
        _, name, reason = error.args
        return page(request, "table_rows.html", 422, **context | {"faults": {name: reason}})
    rows = [_read(row) for row in listed.rows]
    context |= {"rows": rows, "listed": listed, "pages": page_links(request, listed.next_before)}
    return page(request, "table_rows.html", **context | {"people": await get_people(rows)})


@router.get(NAME + "/export/csv")
def export_rows(request: Request, session: ReadSessionDep, admin: ConsoleSuperuser, kind: KindDep) -> Response:
    """Download them."""
    try:
        filters = TableFilter.model_validate(read_filters(request))
    except ValidationError as error:
        raise HTTPException(422, "There is nothing to download: a filter makes no sense.") from error
    return archive_csv(session, kind.archive, filters, "archived_rows.csv", admin)


@router.get(NAME + "/{archive_id}")
async def show_row(request: Request, kind: KindDep, archive_id: ArchiveId) -> Response:
    """Show one deleted row."""
    return await _row_page(request, kind, archive_id)


@router.post(NAME + "/{archive_id}/restore")
async def restore_row(
    request: Request, admin: ConsoleSuperuser, form: FormDep, kind: KindDep, archive_id: ArchiveId
) -> Response:
    """Restore one row."""
    try:
        by = By(admin.id, reason(form))
        outcome = await restore.restore_row(kind.archive, archive_id, by=by)
    except psycopg.Error as error:
        return await _row_page(request, kind, archive_id, 409, conflict_reason(error))
    return go(request, f"/{kind.address}/{archive_id}", f"Restored: {outcome['row_id']} is live again.")


@router.post(NAME + "/restore")
async def restore_rows(request: Request, admin: ConsoleSuperuser, form: FormDep, kind: KindDep) -> Response:
    """Restore many rows, once it was seen what that would do."""
    return await restore_page(request, kind, admin, form)


async def _row_page(
    request: Request, kind: Kind, archive_id: int, status: int = 200, problem: str | None = None
) -> Response:
    """Show one archived row, what a restore would do, and what else happened to the row with its key."""
    found = await browse.get_json(kind.archive, archive_id)
    if not found:
        raise HTTPException(404, "There is no such row in the archive.")
    row = _read(found)
    history = await _history(kind, row)
    outcome, missing = None, None
    if not row["restored_at"]:
        try:
            outcome = await restore.preview_row(kind.archive, archive_id)
        except MissingGrant as error:
            missing = str(error)
    return page(
        request,
        "table_row.html",
        status,
        kind=kind,
        row=row,
        history=history,
        holds=await reports.holds(past["archive_id"] for past in history),
        outcome=outcome,
        missing=missing,
        people=await get_people([row], history),
        problem=problem,
    )


async def _history(kind: Kind, row: Row) -> list[Row]:
    """Return the archived rows with the same key; the row alone where JSON writes its key otherwise than SQL does."""
    same_key = TableFilter(state="any", key=kind.name_of(row)[:1000])
    with suppress(InvalidFilter):
        found = [_read(past) for past in (await browse.list_json(kind.archive, same_key, limit=ROWS)).rows]
        if any(past["archive_id"] == row["archive_id"] for past in found):
            return found
    return [row]


def _read(row: str) -> Row:
    """Read a row in JSON, with the archive's own times as times; numbers stay as they are written."""
    values: Row = json.loads(row, parse_float=str)
    for name in ("archived_at", "restored_at", "erased_at"):
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name])
    return values
