"""Deletions: the list, and one of them with its undo."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import psycopg
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from pydantic import Field, TypeAdapter, ValidationError

from app import queries
from app.admin.pages.kinds import KINDS, ROWS, conflict_reason, get_people, list_deleted_by
from app.admin.pages.paging import faults, page_links, read_filters, without_place
from app.admin.render import go, page
from app.admin.sign_in import ConsoleSuperuser, FormDep, for_console, reason
from app.api.deps import DeletionsBefore
from app.archive import archives, deletions, reports, undo
from app.archive.outcomes import By
from app.core import replica
from app.errors import InvalidFilter
from app.models import DeletionFilter, Moment, TransactionId

router = APIRouter(dependencies=for_console)


class Search(DeletionFilter):
    """Which deletions to show."""

    who: str | None = Field(default=None, max_length=255)
    """The e-mail of who did it, a part of their name, or a label."""


_BEFORE: TypeAdapter[str | None] = TypeAdapter(DeletionsBefore)


@router.get("/")
@replica.reads
async def show_deletions(request: Request) -> Response:
    """Show who deleted what, newest first, and how much on each day."""
    values = read_filters(request)
    context: dict[str, Any] = {
        "filters": without_place(values),
        "faults": {},
        "too_long": False,
        "deletions": [],
        "people": {},
        "pages": page_links(request, None),
        "days": await reports.daily(),
        "tables": [(name, name) for name in await archives.list_names()],
    }
    try:
        filters, before = Search.model_validate(values), _BEFORE.validate_python(values.get("before"))
        by = await queries.users.find_people(filters.who) if filters.who else None
        newest_first = await deletions.list_deletions(filters, limit=ROWS, before=before, by=by)
    except ValidationError as error:
        return page(request, "deletions.html", 422, **context | {"faults": faults(error, "before")})
    except InvalidFilter as error:
        _, name, reason = error.args
        return page(request, "deletions.html", 422, **context | {"faults": {name: reason}})
    context |= {"deletions": newest_first.data, "pages": page_links(request, newest_first.next_before)}
    return page(request, "deletions.html", **context | {"people": await get_people(newest_first.data)})


@router.get("/deletions/{transaction_id}")
async def show_deletion(
    request: Request, transaction_id: TransactionId, archived_at: Moment | None = None, preview: bool = False
) -> Response:
    """Show one deletion: its rows and, with `preview`, what an undo would do.

    A preview runs the undo and rolls it back. It takes as long and writes as much, so it has to be asked for.
    """
    return await _deletion_page(request, transaction_id, archived_at, preview=preview)


@router.post("/deletions/{transaction_id}/restore")
async def undo_deletion(
    request: Request,
    admin: ConsoleSuperuser,
    form: FormDep,
    transaction_id: TransactionId,
    archived_at: Moment | None = None,
) -> Response:
    """Undo one deletion: all of it, or nothing."""
    try:
        rows = await undo.restore_transaction(transaction_id, by=By(admin.id, reason(form)), archived_at=archived_at)
    except psycopg.Error as error:
        return await _deletion_page(request, transaction_id, archived_at, problem=conflict_reason(error))
    query = f"?{urlencode({'archived_at': archived_at.isoformat()})}" if archived_at else ""
    return go(
        request, f"/deletions/{transaction_id}{query}", f"Undone: what was deleted is live again ({len(rows)} rows)."
    )


async def _deletion_page(
    request: Request,
    transaction_id: str,
    archived_at: datetime | None,
    *,
    preview: bool = False,
    problem: str | None = None,
) -> Response:
    same_id = await deletions.find_deletions(transaction_id, archived_at=archived_at)
    if not same_id:
        raise HTTPException(404, "There is no such deletion in the archive.")
    if len(same_id) > 1:
        return page(request, "ambiguous.html", 409, deletions=same_id, people=await get_people(same_id))
    (deletion,) = same_id
    rows = {kind: await list_deleted_by(kind, deletion.transaction_id, deletion.archived_at) for kind in KINDS.values()}
    count = sum(deletion.rows.values())
    status = 409 if problem else 200  # a deletion that cannot be undone can be looked at without error
    outcomes = None
    if preview and deletion.restored < count:
        try:
            outcomes = await undo.restore_transaction(transaction_id, by=None, archived_at=deletion.archived_at)
        except psycopg.Error as error:
            problem = conflict_reason(error)
    return page(
        request,
        "deletion.html",
        status,
        deletion=deletion,
        count=count,
        rows=rows,
        rows_per_page=ROWS,
        outcomes=outcomes,
        notes=undo.notes(outcomes or []),
        kinds=KINDS,
        tables=await archives.list_names(),
        people=await get_people([deletion], *(listed.rows for listed in rows.values())),
        problem=problem,
    )
