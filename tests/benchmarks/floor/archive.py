"""The archive: lists, one row, and its restore."""

import json
import uuid
from collections.abc import Iterator
from typing import Annotated

from app.api.deps import Limit, TokenDep
from app.core.config import settings
from app.models import ArchiveId, ItemFilter, RestoreChoice
from fastapi import APIRouter, HTTPException, Query, Response
from pydantic_core import from_json

from tests.benchmarks.floor.callers import Json, connected, fetch, fetch_one, page, superuser

router = APIRouter(prefix=settings.API_V1_STR)

COUNT_LIMIT = 10_000


def in_utc(name: str) -> str:
    return rf"""to_char({name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as {name}"""


ARCHIVED = f"""
    id, title, description, owner_id, archive_id, transaction_id, {in_utc("archived_at")}, archived_by, reason,
    session_role, application_name, client_addr, cascaded, {in_utc("restored_at")}, restored_by,
    restore_reason, {in_utc("erased_at")}, restored_as, overflow
"""


@router.get("/archive/items/")
async def read_archived_items(
    token: TokenDep, wanted: Annotated[ItemFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Response:
    conditions = list(_conditions(wanted))
    matching = f"from item_archive where {' and '.join(conditions) or 'true'}"
    later = " and ".join([*conditions, "archive_id < %(before)s"] if before else conditions) or "true"
    values = wanted.model_dump() | {"q": f"%{_escaped(wanted.q or '')}%", "before": before}
    async with connected() as connection:
        await superuser(connection, token)
        rows = await fetch(
            connection,
            f"""
            select archive_id, row_to_json(r) as json from (
                select {ARCHIVED} from item_archive where {later} order by archive_id desc limit {limit + 1}) r
            """,
            values,
        )
        counted = await fetch_one(
            connection, f"select count(*) from (select 1 {matching} limit {COUNT_LIMIT + 1}) matching", values
        )
        count = counted["count"]
        if count > COUNT_LIMIT:
            plan = await fetch_one(connection, f"explain (format json) select archive_id {matching}", values)
            count = max(count, from_json(plan["QUERY PLAN"])[0]["Plan"]["Plan Rows"])
    next_before = rows[limit - 1]["archive_id"] if len(rows) > limit else None
    return page(rows[:limit], count=count, count_exact=count <= COUNT_LIMIT, next_before=next_before)


def _conditions(wanted: ItemFilter) -> Iterator[str]:
    yield from {
        "archived": ["restored_at is null"],
        "restored": ["restored_at is not null"],
        "any": [],
    }[wanted.state]
    for name, condition in {
        "owner_id": "owner_id = %(owner_id)s",
        "item_id": "id = %(item_id)s",
        "archived_by": "archived_by = %(archived_by)s",
        "transaction_id": "transaction_id = %(transaction_id)s::xid8",
        "archived_after": "archived_at >= %(archived_after)s",
        "archived_before": "archived_at < %(archived_before)s",
        "q": "(title ilike %(q)s or description ilike %(q)s)",
    }.items():
        if getattr(wanted, name):
            yield condition


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


@router.get("/archive/items/{archive_id}")
async def read_archived_item(token: TokenDep, archive_id: ArchiveId) -> Response:
    async with connected() as connection:
        await superuser(connection, token)
        row = await fetch_one(
            connection,
            f"select row_to_json(r) as json from (select {ARCHIVED} from item_archive where archive_id = %s) r",
            [archive_id],
        )
    if not row:
        raise HTTPException(404, "Archived item not found")
    return Response(row["json"], media_type="application/json")


@router.post("/archive/items/{archive_id}/restore")
async def restore_item(token: TokenDep, archive_id: ArchiveId, choice: RestoreChoice | None = None) -> Json:
    overrides = {"owner_id": str(choice.owner_id)} if choice and choice.owner_id else {}
    async with connected() as connection:
        admin = await superuser(connection, token)
        async with connection.transaction():
            await connection.execute("select set_config('archive.actor', %s, true)", [str(admin.id)])
            restored = await fetch_one(
                connection,
                "select row_id from archive.restore('public.item', array[%s::bigint], %s::jsonb)",
                [archive_id, json.dumps(overrides)],
            )
            row = await fetch_one(
                connection,
                "select title, description, id, owner_id from item where id = %s",
                [uuid.UUID(restored["row_id"])],
            )
    return Json(row)
