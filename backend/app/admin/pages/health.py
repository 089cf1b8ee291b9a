"""Health: whether the archive is in force, and its size."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.admin.render import page
from app.admin.sign_in import for_console
from app.api.deps import SessionDep
from app.archive import reports
from app.models import HealthCheck

router = APIRouter(dependencies=for_console)


def get_checks(session: SessionDep) -> list[HealthCheck]:
    """Return the checks of the archive, from a worker thread: they need a session."""
    return reports.health(session)


@router.get("/health/")
async def show_health(request: Request, checks: Annotated[list[HealthCheck], Depends(get_checks)]) -> Response:
    """Show whether the archive is in force, and what it takes."""
    return page(
        request,
        "health.html",
        checks=checks,
        tables=await reports.tables(),
        partitions=await reports.partitions(),
    )
