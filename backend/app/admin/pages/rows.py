"""Deleted items and users: the lists, their downloads, and one row with its restore."""

from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from app import queries
from app.admin.pages.kinds import (
    ITEMS,
    KINDS,
    ROWS,
    USERS,
    Kind,
    conflict_reason,
    get_people,
    ids_for_emails,
    list_deleted_by,
)
from app.admin.pages.many import restore_page
from app.admin.pages.paging import faults, page_links, read_filters, without_place
from app.admin.render import go, page
from app.admin.sign_in import ConsoleSuperuser, FormDep, field, for_console, reason
from app.api.deps import ReadSessionDep
from app.api.errors import explain
from app.api.export import archive_csv
from app.archive import browse, reports, restore
from app.archive.outcomes import By
from app.core import replica
from app.models import ArchiveId, User

router = APIRouter(dependencies=for_console)


async def read_with_ids(request: Request) -> dict[str, str]:
    """Return the filters, with ids in the place of e-mails."""
    return await ids_for_emails(read_filters(request))


FiltersDep = Annotated[dict[str, str], Depends(read_with_ids)]

_BEFORE: TypeAdapter[int | None] = TypeAdapter(ArchiveId | None)


# Items


@router.get("/items/")
@replica.reads
async def show_items(request: Request) -> Response:
    """Show deleted items."""
    return await _list_page(request, ITEMS)


@router.get("/items/export/csv")
def export_items(session: ReadSessionDep, admin: ConsoleSuperuser, filters: FiltersDep) -> Response:
    """Download them."""
    return _export(session, ITEMS, admin, filters)


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
        item = await restore.restore_item(archive_id, by=By(admin.id, reason(form)), owner_id=owner_id)
    except psycopg.Error as error:
        return await _row_page(request, ITEMS, archive_id, 409, conflict_reason(error), owner_email=email)
    return go(request, f"/items/{archive_id}", f"Restored: “{item['title']}” is live again.")


@router.post("/items/restore")
async def restore_items(request: Request, admin: ConsoleSuperuser, form: FormDep) -> Response:
    """Restore many items, once it was seen what that would do."""
    return await restore_page(request, ITEMS, admin, form)


# Users


@router.get("/users/")
@replica.reads
async def show_users(request: Request) -> Response:
    """Show deleted users."""
    return await _list_page(request, USERS)


@router.get("/users/export/csv")
def export_users(session: ReadSessionDep, admin: ConsoleSuperuser, filters: FiltersDep) -> Response:
    """Download them."""
    return _export(session, USERS, admin, filters)


@router.get("/users/{archive_id}")
async def show_user(request: Request, archive_id: ArchiveId) -> Response:
    """Show one deleted user."""
    return await _row_page(request, USERS, archive_id)


@router.post("/users/{archive_id}/restore")
async def restore_user(request: Request, admin: ConsoleSuperuser, form: FormDep, archive_id: ArchiveId) -> Response:
    """Restore a user."""
    try:
        user = await restore.restore_user(archive_id, by=By(admin.id, reason(form)))
    except psycopg.Error as error:
        return await _row_page(request, USERS, archive_id, 409, conflict_reason(error))
    return go(
        request,
        f"/users/{archive_id}",
        f"Restored: {user['email']} is a user again, and needs password recovery to sign in.",
    )


@router.post("/users/restore")
async def restore_users(request: Request, admin: ConsoleSuperuser, form: FormDep) -> Response:
    """Restore many users, once it was seen what that would do."""
    return await restore_page(request, USERS, admin, form)


# Both


async def _list_page(request: Request, kind: Kind) -> Response:
    values = read_filters(request)
    context: dict[str, Any] = {
        "kind": kind,
        "filters": without_place(values),
        "faults": {},
        "too_long": False,
        "rows": [],
        "people": {},
        "pages": page_links(request, None),
    }
    try:
        filters = kind.archive.filter.model_validate(await ids_for_emails(values))
        before = _BEFORE.validate_python(values.get("before"))
    except ValidationError as error:
        found = faults(error, "before")
        if "owner_id" in found and "@" in values["owner_id"]:
            found["owner_id"] = "Nobody has this e-mail"
        return page(request, "rows.html", 422, **context | {"faults": found})
    try:
        listed = await browse.list_rows(kind.archive, filters, limit=ROWS, before=before)
    except psycopg.errors.QueryCanceled as error:
        busy = explain(error)
        fault = "Looking for this text takes too long. Say more: whose rows, deleted by whom, or when."
        answer = page(request, "rows.html", busy.status_code, **context | {"faults": {"q": fault}, "too_long": True})
        answer.headers.update(busy.headers or {})
        return answer
    context |= {"rows": listed.rows, "listed": listed, "pages": page_links(request, listed.next_before)}
    return page(request, "rows.html", **context | {"people": await get_people(listed.rows)})


def _export(session: Session, kind: Kind, user: User, values: dict[str, str]) -> Response:
    try:
        filters = kind.archive.filter.model_validate(values)
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
        holds=await reports.holds(past["archive_id"] for past in history),
        together=together,
        owner_went_too=row.get("owner_id") in [user["id"] for user in together[USERS].rows],
        outcome=None if row["restored_at"] else await restore.preview_row(kind.archive, archive_id),
        people=await get_people([row], history, *(listed.rows for listed in together.values())),
        problem=problem,
        owner_email=owner_email,
    )
