"""The pages. Each asks the functions that the HTTP interface asks, and shows what they say."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

import psycopg
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import inspect
from sqlmodel import Session

from app import queries
from app.admin.render import go, page, root
from app.admin.sign_in import FormDep, SuperuserDep, field, for_superusers
from app.api.deps import DeletionsBefore, SessionDep
from app.api.errors import explain
from app.api.export import csv_response
from app.archive import browse, deletions, reports, restore
from app.core.pool import Row
from app.models import (
    ArchiveFilter,
    ArchiveId,
    HealthCheck,
    ItemArchive,
    ItemFilter,
    Moment,
    TransactionId,
    UserArchive,
    UserFilter,
)

ROWS = 50
"""How many a page of a list has."""

REHEARSED = 200
"""Up to so many rows, a deletion's page shows at once what an undo would do; beyond, on demand: it is the undo itself,
rolled back, and takes as long."""

router = APIRouter(dependencies=for_superusers)


class Kind(NamedTuple):
    """What is different between deleted items and deleted users."""

    name: str
    table: browse.Archived
    filter: type[ArchiveFilter]
    id_filter: str
    title: str
    """The column that a row is known by."""
    preview: Callable[[int], Awaitable[Row]]


ITEMS = Kind("items", ItemArchive, ItemFilter, "item_id", "title", restore.preview_item)
USERS = Kind("users", UserArchive, UserFilter, "user_id", "email", restore.preview_user)
KINDS = {"item": ITEMS, "user": USERS}
"""By the names of their tables. Others may be archived too; they have no pages, but are counted, and undone."""


# Deletions


@router.get("/")
async def show_deletions(request: Request, before: DeletionsBefore) -> Response:
    """Show who deleted what, newest first, and how much on each day."""
    found = await deletions.list_deletions(limit=ROWS, before=before)
    return page(
        request,
        "deletions.html",
        deletions=found.data,
        people=await _people(found.data),
        days=await reports.daily(),
        pages=_pages(request, found.next_before),
    )


@router.get("/deletions/{transaction_id}")
async def show_deletion(
    request: Request, transaction_id: TransactionId, archived_at: Moment | None = None, preview: bool = False
) -> Response:
    """Show one deletion: its rows, and what an undo would do."""
    return await _deletion(request, transaction_id, archived_at, preview=preview)


@router.post("/deletions/{transaction_id}/restore")
async def undo_deletion(
    request: Request, admin: SuperuserDep, transaction_id: TransactionId, archived_at: Moment | None = None
) -> Response:
    """Undo one deletion: all of it, or nothing."""
    try:
        rows = await restore.restore_transaction(transaction_id, actor=admin.id, archived_at=archived_at)
    except psycopg.Error as error:
        return await _deletion(request, transaction_id, archived_at, problem=_conflict(error))
    when = f"?{urlencode({'archived_at': archived_at.isoformat()})}" if archived_at else ""
    return go(
        request, f"/deletions/{transaction_id}{when}", f"Undone: what was deleted is live again ({len(rows)} rows)."
    )


async def _deletion(
    request: Request,
    transaction_id: str,
    archived_at: datetime | None,
    *,
    preview: bool = False,
    problem: str | None = None,
) -> Response:
    found = await deletions.find_deletions(transaction_id, archived_at=archived_at)
    if not found:
        raise HTTPException(404, "There is no such deletion in the archive.")
    if len(found) > 1:
        return page(request, "which.html", 409, deletions=found, people=await _people(found))
    (deletion,) = found
    rows = {kind: await _rows_of(kind, deletion.transaction_id, deletion.archived_at) for kind in KINDS.values()}
    count = sum(deletion.rows.values())
    status = 409 if problem else 200  # to look at what cannot be undone is no error
    outcomes = None
    if deletion.restored < count and (preview or count <= REHEARSED):
        try:
            outcomes = await restore.preview_transaction(transaction_id, archived_at=deletion.archived_at)
        except psycopg.Error as error:
            problem = _conflict(error)
    return page(
        request,
        "deletion.html",
        status,
        deletion=deletion,
        count=count,
        rows=rows,
        shown=ROWS,
        outcomes=outcomes,
        kinds=KINDS,
        people=await _people([deletion], *(found.rows for found in rows.values())),
        problem=problem,
    )


async def _rows_of(kind: Kind, transaction_id: str, archived_at: datetime) -> browse.Page[Row]:
    """Return the rows of one kind that a deletion deleted, and how many there are."""
    wanted = kind.filter(
        state="any",
        transaction_id=transaction_id,
        archived_after=archived_at,
        archived_before=archived_at + timedelta(microseconds=1),
    )
    return await browse.list_rows(kind.table, wanted, limit=ROWS)


# Items


@router.get("/items/")
async def show_items(request: Request) -> Response:
    """Show deleted items."""
    return await _list(request, ITEMS)


@router.get("/items/export/csv")
def export_items(request: Request, session: SessionDep) -> Response:
    """Download them."""
    return _export(request, session, ITEMS)


@router.get("/items/{archive_id}")
async def show_item(request: Request, archive_id: ArchiveId) -> Response:
    """Show one deleted item."""
    return await _row(request, ITEMS, archive_id)


@router.post("/items/{archive_id}/restore")
async def restore_item(request: Request, admin: SuperuserDep, form: FormDep, archive_id: ArchiveId) -> Response:
    """Bring an item back, to its old owner or the one whose e-mail is given."""
    email = field(form, "owner_email").strip()
    owner_id = await queries.users.find_user_id(email) if email and "\0" not in email else None
    if email and not owner_id:
        return await _row(request, ITEMS, archive_id, 422, "Nobody has this e-mail.", owner_email=email)
    try:
        item = await restore.restore_item(archive_id, actor=admin.id, owner_id=owner_id)
    except psycopg.Error as error:
        return await _row(request, ITEMS, archive_id, 409, _conflict(error), owner_email=email)
    return go(request, f"/items/{archive_id}", f"Restored: “{item['title']}” is live again.")


# Users


@router.get("/users/")
async def show_users(request: Request) -> Response:
    """Show deleted users."""
    return await _list(request, USERS)


@router.get("/users/export/csv")
def export_users(request: Request, session: SessionDep) -> Response:
    """Download them."""
    return _export(request, session, USERS)


@router.get("/users/{archive_id}")
async def show_user(request: Request, archive_id: ArchiveId) -> Response:
    """Show one deleted user."""
    return await _row(request, USERS, archive_id)


@router.post("/users/{archive_id}/restore")
async def restore_user(request: Request, admin: SuperuserDep, archive_id: ArchiveId) -> Response:
    """Bring a user back."""
    try:
        user = await restore.restore_user(archive_id, actor=admin.id)
    except psycopg.Error as error:
        return await _row(request, USERS, archive_id, 409, _conflict(error))
    return go(
        request,
        f"/users/{archive_id}",
        f"Restored: {user['email']} is a user again, and needs password recovery to sign in.",
    )


# Health


def checks(session: SessionDep) -> list[HealthCheck]:
    """Ask the archive whether it is in force."""
    return reports.health(session)


@router.get("/health/")
async def show_health(request: Request, checks: Annotated[list[HealthCheck], Depends(checks)]) -> Response:
    """Show whether the archive is in force, what it takes, and what was last purged."""
    purges = await reports.purges(limit=10)
    return page(
        request,
        "health.html",
        checks=checks,
        tables=await reports.tables(),
        partitions=await reports.partitions(),
        purges=purges,
        people=await queries.users.get_names(purge.actor for purge in purges if purge.actor),
    )


# Whatever else: to whoever is no superuser, no address tells whether there is such a page


@router.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def find_nothing(request: Request, path: str) -> Response:
    """Answer where there is no page."""
    if request.method == "GET" and path in {"items", "users", "health"}:
        return RedirectResponse(f"{root(request)}/{path}/", 307)
    raise HTTPException(404, "There is no such page.")


# What pages have in common


async def _list(request: Request, kind: Kind) -> Response:
    asked = _asked(request)
    context: dict[str, Any] = {"kind": kind, "asked": asked, "faults": {}, "rows": [], "people": {}, "pages": None}
    try:
        wanted, before = _wanted(kind, asked), _BEFORE.validate_python(asked.get("before"))
    except ValidationError as error:
        faults = {str((*fault["loc"], "before")[0]): fault["msg"] for fault in error.errors()}
        return page(request, "rows.html", 422, **context | {"faults": faults})
    try:
        found = await browse.list_rows(kind.table, wanted, limit=ROWS, before=before)
    except psycopg.errors.QueryCanceled as error:
        busy = explain(error)
        slow = "Looking for this text takes too long. Say more: whose rows, deleted by whom, or when."
        answer = page(request, "rows.html", busy.status_code, **context | {"faults": {"q": slow}})
        answer.headers.update(busy.headers or {})
        return answer
    context |= {"rows": found.rows, "found": found, "pages": _pages(request, found.next_before)}
    return page(request, "rows.html", **context | {"people": await _people(found.rows)})


_BEFORE: TypeAdapter[int | None] = TypeAdapter(ArchiveId | None)


def _asked(request: Request) -> dict[str, str]:
    """Return what an address asks for. A form sends the fields too that nobody filled in."""
    return {name: value for name, value in request.query_params.items() if value}


def _wanted(kind: Kind, asked: dict[str, str]) -> ArchiveFilter:
    return kind.filter.model_validate(asked)


def _export(request: Request, session: Session, kind: Kind) -> Response:
    try:
        wanted = _wanted(kind, _asked(request))
    except ValidationError as error:
        raise HTTPException(422, "There is nothing to download: a filter makes no sense.") from error
    columns = inspect(kind.table).columns
    return csv_response(session, browse.select_rows(kind.table, wanted), columns, filename=f"archived_{kind.name}.csv")


async def _row(
    request: Request,
    kind: Kind,
    archive_id: int,
    status: int = 200,
    problem: str | None = None,
    *,
    owner_email: str = "",
) -> Response:
    """Show one archived row, its history, the others that went with it, and what a restore would do."""
    row = await browse.get_row(kind.table, archive_id)
    if not row:
        raise HTTPException(404, "There is no such row in the archive.")
    history = [row]
    if row["id"]:
        same = kind.filter.model_validate({"state": "any", kind.id_filter: row["id"]})
        history = (await browse.list_rows(kind.table, same, limit=ROWS)).rows
    together = {each: await _rows_of(each, row["transaction_id"], row["archived_at"]) for each in KINDS.values()}
    return page(
        request,
        "row.html",
        status,
        kind=kind,
        row=row,
        history=history,
        together=together,
        owner_went_too=row.get("owner_id") in [user["id"] for user in together[USERS].rows],
        outcome=None if row["restored_at"] else await kind.preview(archive_id),
        people=await _people([row], history, *(found.rows for found in together.values())),
        problem=problem,
        owner_email=owner_email,
    )


async def _people(*lists: Iterable[Any]) -> dict[str, Row]:
    """Return those who are named in rows or deletions and still live, by id."""
    rows = [row if isinstance(row, dict) else row.model_dump() for rows in lists for row in rows]
    ids = {row.get(name) for row in rows for name in ("archived_by", "restored_by", "owner_id")}
    return await queries.users.get_names(filter(None, ids))


def _pages(request: Request, next_before: object) -> dict[str, str | None]:
    """Return the addresses of the pages before and after this one.

    A page knows where the next begins, and not where the last did: so each address carries where those before it began,
    as many of them as an address has room for.
    """
    asked = _asked(request)
    before, trail = asked.pop("before", _NEWEST), asked.pop("trail", "").split()

    def address(before: object, *trail: str) -> str:
        here = {} if before == _NEWEST else {"before": before, "trail": " ".join(trail)}
        return f"{request.scope['path']}?{urlencode(asked | here)}"

    return {
        "newest": None if before == _NEWEST else address(_NEWEST),
        "newer": address(trail[-1], *trail[:-1]) if trail else None,
        "older": address(next_before, *trail[1 - TRAIL :], before) if next_before else None,
    }


TRAIL = 50
"""How many pages back one can go: servers and proxies take addresses of a few thousand letters."""

_NEWEST = "0"
"""Where the first page begins: before nothing."""


def _conflict(error: psycopg.Error) -> str:
    """Return why something cannot be restored.

    Raises:
        psycopg.Error: it was something else.

    """
    answer = explain(error)
    if answer.status_code != 409:
        raise error
    return answer.detail
