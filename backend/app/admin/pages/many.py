"""Restoring many rows at once: those that were ticked in a list, or all that its filters find."""

from typing import Any
from urllib.parse import urlencode

import psycopg
from fastapi import HTTPException, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from app import queries
from app.admin.pages.kinds import Kind, conflict_reason, ids_for_emails
from app.admin.pages.paging import read_filters, without_place
from app.admin.render import go, page
from app.admin.sign_in import field, reason
from app.archive import restore
from app.archive.outcomes import By
from app.models import RestoreItems, RestoreMany, RestoreRows, RestoreUsers, User

_MODELS: dict[str, type[RestoreMany]] = {"items": RestoreItems, "users": RestoreUsers}

SHOWN = 100
"""How many rows that need a look are listed."""


async def restore_page(request: Request, kind: Kind, admin: User, form: FormData) -> Response:
    """Show what restoring the rows would do; once that was seen and confirmed, restore them."""
    filters = without_place(read_filters(request))
    ids = ",".join(map(str, form.getlist("ids")))
    email = field(form, "owner_email").strip()
    owner_id = await queries.users.find_user_id(email) if email and "\0" not in email else None
    context: dict[str, Any] = {
        "kind": kind,
        "filters": filters,
        "ids": ids,
        "of": field(form, "of"),
        "owner_email": email,
        "reason": reason(form),
        "problem": "Nobody has this e-mail." if email and not owner_id else None,
    }
    found_by = await ids_for_emails(filters)
    which = _which(kind, context["of"], ids, found_by, {"owner_id": owner_id, "reason": context["reason"]})
    if field(form, "on_conflict") and not context["problem"]:
        confirmed = which.model_copy(update={"on_conflict": field(form, "on_conflict")})
        try:
            done = await restore.restore_many(kind.archive, confirmed, by=By(admin.id, which.reason))
        except psycopg.Error as error:
            context["problem"] = conflict_reason(error)
        else:
            return go(request, f"/{kind.address}/?{urlencode(filters)}", _notice(kind, done["outcomes"]))
    foretold = await restore.restore_many(kind.archive, which, by=None)
    need_a_look = [row for row in foretold["data"] if row["outcome"] != "would_restore" or row["detail"]]
    status = 409 if context["problem"] else 200
    return page(
        request,
        "restore_many.html",
        status,
        **context,
        foretold=foretold,
        would=foretold["outcomes"].get("would_restore", 0),
        conflicts=foretold["outcomes"].get("conflict", 0),
        need_a_look=need_a_look,
        shown=SHOWN,
    )


def _which(kind: Kind, of: str, ids: str, filters: dict[str, str], how: dict[str, Any]) -> RestoreMany:
    chosen: dict[str, Any] = {"filter": filters} if of == "all" else {"archive_ids": ids.split(",") if ids else []}
    try:
        return _MODELS.get(kind.name, RestoreRows).model_validate(chosen | how)
    except ValidationError as error:
        message = "Tick the rows first." if of != "all" and not ids else "This cannot be restored at once."
        raise HTTPException(422, f"{message} Nothing was changed.") from error


def _notice(kind: Kind, outcomes: dict[str, int]) -> str:
    said = {
        "restored": "live again",
        "copied": "live again as copies under new ids",
        "skipped": "left as they are",
    }
    parts = [f"{outcomes[outcome]:,} {words}" for outcome, words in said.items() if outcomes.get(outcome)]
    return f"Of the {kind.name}: {', '.join(parts)}." if parts else f"No {kind.name} were restored."
