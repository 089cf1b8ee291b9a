"""Growth and retention: what each month takes, what a purge would remove, what is on hold, what was purged."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, ValidationError

from app import queries
from app.admin.pages.paging import faults, read_filters
from app.admin.render import page
from app.admin.sign_in import for_console
from app.archive import reports
from app.models import ArchivePartition, Schema

router = APIRouter(dependencies=for_console)

MONTHS = 36
"""How many months the charts show."""


class Choice(Schema):
    """Whose growth to show, and how old what a purge removes would be."""

    table: str | None = Field(default=None, max_length=300)
    older_than: int | None = Field(default=None, ge=1, le=1200)
    """In months."""


@router.get("/growth/")
async def show_growth(request: Request) -> Response:
    """Show what each month takes of one table or of all, and what a purge of a given age would remove."""
    values = read_filters(request)
    every = await reports.partitions()
    context: dict[str, Any] = {
        "filters": values,
        "faults": {},
        "too_long": False,
        "tables": [(name, name) for name in sorted({part.source for part in every})],
        "partitions": every,
        "months": [],
        "going": None,
    }
    try:
        choice = Choice.model_validate(values)
    except ValidationError as error:
        choice, context["faults"] = Choice(), faults(error, "table")
    chosen = [part for part in every if choice.table in {None, part.source}]
    purges = await reports.purges(limit=10)
    holds = await reports.newest_holds(limit=50)
    context |= {"partitions": chosen, "months": _by_month(chosen), "purges": purges, "holds": holds}
    if choice.older_than:
        context["going"] = _sum(part for part in chosen if part.upper and part.upper <= _months_ago(choice.older_than))
    people = {purge.actor for purge in purges} | {hold["held_by"] for hold in holds}
    return page(
        request,
        "growth.html",
        422 if context["faults"] else 200,
        **context,
        people=await queries.users.get_names(filter(None, people)),
    )


def _months_ago(months: int) -> datetime:
    now = datetime.now(UTC)
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return datetime(max(years, 1), month + 1, 1, tzinfo=UTC)


def _by_month(partitions: Iterable[ArchivePartition]) -> list[dict[str, Any]]:
    """Return what each of the last months takes, the oldest first."""
    months: dict[datetime, list[ArchivePartition]] = {}
    for part in partitions:
        if part.lower:
            months.setdefault(part.lower, []).append(part)
    return [{"month": f"{month:%Y-%m}", **_sum(parts)} for month, parts in sorted(months.items())][-MONTHS:]


def _sum(partitions: Iterable[ArchivePartition]) -> dict[str, Any]:
    """Add up rows and bytes, and say whether some of them have not been analysed yet."""
    parts = list(partitions)
    return {
        "parts": len(parts),
        "rows": sum(part.rows or 0 for part in parts),
        "bytes": sum(part.bytes for part in parts),
        "unknown": any(part.rows is None for part in parts),
    }
