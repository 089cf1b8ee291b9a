"""The servers that are measured: uvicorn processes, as production runs them."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.resources import REPOSITORY

from tests.benchmarks.database import Database

START_TIMEOUT = 30
"""Seconds until a server that does not answer is given up."""


@dataclass(frozen=True)
class Server:
    """One uvicorn process."""

    port: int
    pid: int

    @property
    def peak_memory(self) -> float | None:
        """The most memory that it ever had, in megabytes; None where the system does not tell."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.exists():
            return None
        (kilobytes,) = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(kilobytes) * 1024 / 1e6


@contextlib.contextmanager
def serving(application: str, database: Database, workers: int = 1) -> Iterator[list[Server]]:
    """Serve an application (`module:name`) until the block ends.

    Each worker is a process with a port of its own, and the load is dealt out evenly, as a load balancer would:
    workers that accept from one socket share connections out by chance, which no two runs repeat.
    """
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(_process(application, database)) for _ in range(workers)]
        for server in servers:
            _wait_for(server)
        yield servers


@contextlib.contextmanager
def _process(application: str, database: Database) -> Iterator[Server]:
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", application, f"--port={port}", "--log-level=warning", "--no-access-log"]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, cwd=REPOSITORY, env=database.environment, stderr=log) as process,
    ):
        try:
            yield Server(port, process.pid)
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
