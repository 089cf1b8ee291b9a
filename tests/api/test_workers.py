"""Several worker processes of one server: their figures are one server's."""

import os
import re
import socket
import subprocess
import sys

import pytest
from app.core.config import settings
from httpx2 import Client

from tests.conftest import until

pytestmark = pytest.mark.slow

REQUESTS = 40


@pytest.fixture
def url(db, tmp_path):
    """The address of a server with two workers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app.main:app", f"--port={port}", "--workers=2"]
    env = os.environ | {"POSTGRES_DB": settings.POSTGRES_DB, "TMPDIR": str(tmp_path)}
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, env=env, stderr=log, stdout=log) as server:
        try:
            until(lambda: (tmp_path / "log").read_text().count("Application startup complete") == 2, seconds=120)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def ask(url, path):
    with Client() as client:  # a connection of its own, which either worker may accept
        return client.get(f"{url}{path}").text


def test_each_worker_tells_the_figures_of_both(url):
    for _ in range(REQUESTS):
        ask(url, "/api/v1/utils/health-check/")

    series = r'http_requests_total\{method="GET",route="/api/v1/utils/health-check/",status="200"\} (.*)'
    told = {re.search(series, ask(url, "/metrics"))[1] for _ in range(10)}
    assert told == {f"{REQUESTS}.0"}
