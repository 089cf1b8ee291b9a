"""`GET /metrics`: figures for Prometheus, of all worker processes and of the archive."""

import hmac
import logging
from time import monotonic
from typing import Annotated

import anyio
import psycopg
from fastapi import APIRouter, Depends, Header, HTTPException
from fastapi.responses import Response
from fastapi.security.utils import get_authorization_scheme_param
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily, Metric

from app.archive import reports
from app.core import metrics
from app.core.config import settings
from app.core.embedded import EmbeddedError
from app.core.pool import Exhausted, Row

logger = logging.getLogger(__name__)

router = APIRouter(tags=["metrics"])

READ_WITHIN = 2
"""Seconds, after which the archive's figures are left out of an answer."""

KEEP = 10
"""Seconds for which the archive's figures are answered again: health looks at every table."""


def may_read(authorization: Annotated[str, Header()] = "") -> None:
    """Admit anybody in `local`, elsewhere who shows METRICS_TOKEN; where that is unset there is no such page."""
    if settings.ENVIRONMENT == "local":
        return
    if not settings.METRICS_TOKEN:
        raise HTTPException(404, "Not Found")
    if not authorization:
        raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": "Bearer"})
    scheme, token = get_authorization_scheme_param(authorization)
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode()):
        raise HTTPException(403, "Could not validate credentials")


@router.get("/metrics", dependencies=[Depends(may_read)], include_in_schema=False)
async def read_metrics() -> Response:
    """Answer with the figures of this server's worker processes and of the archive."""
    return Response(metrics.exposition(await _figures.read()), media_type=CONTENT_TYPE_LATEST)


class _Figures:
    """The archive's figures, not more than `KEEP` seconds old."""

    def __init__(self) -> None:
        self._families: list[Metric] = []
        self._until = 0.0

    async def read(self) -> list[Metric]:
        """Return them. Without a database, say so and no more."""
        if monotonic() > self._until:
            self._families, self._until = [_up(0)], monotonic()
            try:
                with anyio.move_on_after(READ_WITHIN):
                    self._families = [_up(1), _rows(await reports.sizes()), _health(await reports.failed_checks())]
                    self._until = monotonic() + KEEP
            except (psycopg.Error, EmbeddedError, Exhausted) as error:
                logger.warning("The archive's figures could not be read: %s", error)
        return self._families


_figures = _Figures()


def _up(value: int) -> Metric:
    return GaugeMetricFamily("archive_database_up", "Whether the database told the archive's figures.", value)


def _rows(sizes: list[Row]) -> Metric:
    family = GaugeMetricFamily("archive_rows", "Archived rows, as PostgreSQL estimates them.", labels=["source"])
    for size in sizes:
        family.add_metric([size["source"]], size["rows"])
    return family


def _health(failed: list[Row]) -> Metric:
    labels = ["source", "check", "severity"]
    family = GaugeMetricFamily("archive_health_check_failed", "Checks of archive.health() that fail.", labels=labels)
    for check in failed:
        family.add_metric([check["source"], check["check_name"], check["severity"]], 1)
    return family
