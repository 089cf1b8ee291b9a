"""What Prometheus is told: counters and gauges, of one process or of all worker processes of a server together.

Worker processes add up their figures through files in a folder. PROMETHEUS_MULTIPROC_DIR names it; where that is unset,
the workers of one uvicorn make a folder for themselves. A single process keeps its figures in memory.
"""

import contextlib
import hashlib
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = f"archive-table-metrics-{os.getuid()}-"


def _share_folder() -> None:
    """Name the folder before prometheus_client is imported, which then looks for it."""
    supervisor = multiprocessing.parent_process()
    if FOLDER not in os.environ and supervisor and supervisor.pid:
        _remove_folders_of_the_dead()
        # Workers inherit this key from their supervisor. Nobody else can know the folder's name beforehand.
        key = hashlib.sha256(bytes(multiprocessing.current_process().authkey)).hexdigest()
        os.environ[FOLDER] = str(Path(tempfile.gettempdir()) / f"{PREFIX}{supervisor.pid}-{key[:32]}")
    if FOLDER in os.environ:
        Path(os.environ[FOLDER]).mkdir(mode=0o700, parents=True, exist_ok=True)


def _remove_folders_of_the_dead() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        if not _is_alive(folder.name.removeprefix(PREFIX).partition("-")[0]):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


_share_folder()

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

disable_created_metrics()

_requests = Counter("http_requests", "Requests answered, by route template.", ["method", "route", "status"])
_durations = Histogram(
    "http_request_duration_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_deletions = Counter("archive_deletions", "Deletions through the API and the console, one a transaction.")
_restores = Counter("archive_restores", "Restores and undos through the API and the console, one a transaction.")
_refusals = Counter("limit_refusals", "Requests refused by a limit, by its kind.", ["kind"])
_sign_ins = Counter("sign_ins", "Attempts to sign in.", ["outcome"])

_reads = Counter("database_reads", "Lists and downloads, by the server that was to serve them.", ["server"])

replica_serves = Gauge(
    "database_replica_serves",
    "Whether the replica was away or behind (0) at the last read. Without a replica, 0.",
    multiprocess_mode="livemin",
)
connections_in_use = Gauge(
    "database_connections_in_use",
    "Connections that requests have checked out: for single statements, or for sessions.",
    ["pool"],
    multiprocess_mode="livesum",
)
connections_awaited = Gauge(
    "database_connections_awaited", "Requests that wait for a connection.", ["pool"], multiprocess_mode="livesum"
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request and note its duration."""
    requests, durations = _request_metrics(method, route, status)
    requests.inc()
    durations.observe(seconds)


@cache
def _request_metrics(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return _requests.labels(method, route, str(status)), _durations.labels(method, route)


def count_deletion() -> None:
    """Count a transaction that deleted."""
    _deletions.inc()


def count_restore() -> None:
    """Count a transaction that restored."""
    _restores.inc()


def count_refusal(kind: str) -> None:
    """Count a request that a limit refused. Kinds are few fixed words: each is a time series of its own."""
    _refusals.labels(kind).inc()


def count_read(server: str) -> None:
    """Count a read that the replica might serve, with the server that was chosen: replica or primary."""
    _reads.labels(server).inc()


def count_sign_in(outcome: str) -> None:
    """Count an attempt to sign in, with one of few outcomes."""
    _sign_ins.labels(outcome).inc()


class _Snapshot(Collector):
    """Metrics that the caller has just read from the database."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def exposition(more: Iterable[Metric]) -> bytes:
    """Return every metric in Prometheus' text format, those of all worker processes added up, and these."""
    registry = CollectorRegistry()
    if folder := os.environ.get(FOLDER):
        for pid in {file.stem.rpartition("_")[2] for file in Path(folder).glob("gauge_live*.db")}:
            if not _is_alive(pid):
                mark_process_dead(pid)
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    registry.register(_Snapshot(more))
    return generate_latest(registry)


def forget_process() -> None:
    """Take this process out of the gauges: it ends."""
    if FOLDER in os.environ:
        with contextlib.suppress(FileNotFoundError):
            mark_process_dead(os.getpid())
