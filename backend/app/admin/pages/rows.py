"""Deleted items and users: the lists, their downloads, and one row with its restore."""

from typing import Any

import psycopg
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from app import queries
from app.admin.pages.kinds import ITEMS, KINDS, ROWS, USERS, Kind, conflict_reason, get_people, list_deleted_by
from app.admin.pages.paging import faults, page_links, read_filters
from app.admin.render import go, page
from app.admin.sign_in import ConsoleSuperuser, FormDep, field, for_console
from app.api.deps import SessionDep
from app.api.errors import explain
from app.api.export import archive_csv
from app.archive import browse, restore
from app.archive.outcomes import By
from app.models import ArchiveId, User

router = APIRouter(dependencies=for_console)

_BEFORE: TypeAdapter[int | None] = TypeAdapter(ArchiveId | None)


# Items


@router.get("/items/")
async def show_items(request: Request) -> Response:
    """Show deleted items."""
    return await _list_page(request, ITEMS)


@router.get("/items/export/csv")
def export_items(request: Request, session: SessionDep, admin: ConsoleSuperuser) -> Response:
    """Download them."""
    return _export(request, session, ITEMS, admin)


@router.get("/items/{archive_id}")
async def show_item(request: Request, archive_id: ArchiveId) -> Response:
    """Show one deleted item."""
    return await _row_page(request, ITEMS, archive_id)


@router.post("/items/{archive_id}/restore")
async def restore_item(request: Request, admin: ConsoleSuperuser, form: FormDep, archive_id: ArchiveId) -> Response:
    """Restore an item, to its old owner or to the user whose e-mail is given."""
    email = field(form, "owner_email").strip()
    owner_id = await queries.users.find_user_id(email) if email and "\0" not in email else None
    if email and not owner_id:
        return await _row_page(request, ITEMS, archive_id, 422, "Nobody has this e-mail.", owner_email=email)
    try:
        item = await restore.restore_item(archive_id, by=By(admin.id), owner_id=owner_id)
    except psycopg.Error as error:
        return await _row_page(request, ITEMS, archive_id, 409, conflict_reason(error), owner_email=email)
    return go(request, f"/items/{archive_id}", f"Restored: “{item['title']}” is live again.")


# Users


@router.get("/users/")
async def show_users(request: Request) -> Response:
    """Show deleted users."""
    return await _list_page(request, USERS)


@router.get("/users/export/csv")
def export_users(request: Request, session: SessionDep, admin: ConsoleSuperuser) -> Response:
    """Download them."""
    return _export(request, session, USERS, admin)


@router.get("/users/{archive_id}")
async def show_user(request: Request, archive_id: ArchiveId) -> Response:
    """Show one deleted user."""
    return await _row_page(request, USERS, archive_id)


@router.post("/users/{archive_id}/restore")
async def restore_user(request: Request, admin: ConsoleSuperuser, archive_id: ArchiveId) -> Response:
    """Restore a user."""
    try:
        user = await restore.restore_user(archive_id, by=By(admin.id))
    except psycopg.Error as error:
        return await _row_page(request, USERS, archive_id, 409, conflict_reason(error))
    return go(
        request,
        f"/users/{archive_id}",
        f"Restored: {user['email']} is a user again, and needs password recovery to sign in.",
    )


# Both


async def _list_page(request: Request, kind: Kind) -> Response:
    values = read_filters(request)
    context: dict[str, Any] = {"kind": kind, "filters": values, "faults": {}, "rows": [], "people": {}, "pages": None}
    try:
        filters, before = kind.archive.filter.model_validate(values), _BEFORE.validate_python(values.get("before"))
    except ValidationError as error:
        return page(request, "rows.html", 422, **context | {"faults": faults(error, "before")})
    try:
        listed = await browse.list_rows(kind.archive, filters, limit=ROWS, before=before)
    except psycopg.errors.QueryCanceled as error:
        busy = explain(error)
        fault = "Looking for this text takes too long. Say more: whose rows, deleted by whom, or when."
        answer = page(request, "rows.html", busy.status_code, **context | {"faults": {"q": fault}})
        answer.headers.update(busy.headers or {})
        return answer
    context |= {"rows": listed.rows, "listed": listed, "pages": page_links(request, listed.next_before)}
    return page(request, "rows.html", **context | {"people": await get_people(listed.rows)})


def _export(request: Request, session: Session, kind: Kind, user: User) -> Response:
    try:
        filters = kind.archive.filter.model_validate(read_filters(request))
    except ValidationError as error:
        raise HTTPException(422, "There is nothing to download: a filter makes no sense.") from error
    return archive_csv(session, kind.archive, filters, f"archived_{kind.name}.csv", user)


async def _row_page(
    request: Request,
    kind: Kind,
    archive_id: int,
    status: int = 200,
    problem: str | None = None,
    *,
    owner_email: str = "",
) -> Response:
    """Show one archived row, its history, the other rows of its deletion, and what a restore would do."""
    row = await browse.get_row(kind.archive, archive_id)
    if not row:
        raise HTTPException(404, "There is no such row in the archive.")
    history = [row]
    if row["id"]:
        same_id = kind.archive.filter.model_validate({"state": "any", kind.id_filter: row["id"]})
        history = (await browse.list_rows(kind.archive, same_id, limit=ROWS)).rows
    together = {each: await list_deleted_by(each, row["transaction_id"], row["archived_at"]) for each in KINDS.values()}
    return page(
        request,
        "row.html",
        status,
        kind=kind,
        row=row,
        history=history,
        together=together,
        owner_went_too=row.get("owner_id") in [user["id"] for user in together[USERS].rows],
        outcome=None if row["restored_at"] else await restore.preview_row(kind.archive, archive_id),
        people=await get_people([row], history, *(listed.rows for listed in together.values())),
        problem=problem,
        owner_email=owner_email,
    )
