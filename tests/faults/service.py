"""The API under test: uvicorn with two workers, supervised, and the project's command beside it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.server import DATABASE, OWNER, RUNTIME, Cluster
from tests.faults.supervisor import Supervised

REPOSITORY = Path(__file__).parents[2]
WORKERS = 2
ADMIN, PASSWORD = "admin@example.com", "a password for faults"


class Service:
    """What a client sees: a port of this machine."""

    def __init__(self, cluster: Cluster, scratch: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.environment = os.environ | {
            "ENVIRONMENT": "local",
            "POSTGRES_SERVER": str(cluster.host),
            "POSTGRES_PORT": "5432",
            "POSTGRES_DB": DATABASE,
            "POSTGRES_USER": RUNTIME,
            "POSTGRES_PASSWORD": "unused",
            "MIGRATION_USER": OWNER,
            "FIRST_SUPERUSER": ADMIN,
            "FIRST_SUPERUSER_PASSWORD": PASSWORD,
            "SECRET_KEY": "a secret key for faults, long enough for HMAC",
            "SIGN_UPS_PER_ADDRESS": "0",  # an hour needs more of them
        }
        self.log = scratch / "api.log"
        command = [sys.executable, "-m", "uvicorn", "app.main:app", f"--port={self.port}", f"--workers={WORKERS}"]
        self.process = Supervised(
            [*command, "--log-level=warning", "--no-access-log"], self.log, environment=self.environment
        )

    def __enter__(self) -> "Service":
        self.migrate().wait()
        self.process.start()
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.end(signal.SIGTERM)

    def migrate(self) -> subprocess.Popen[bytes]:
        """Start `archive-table migrate`."""
        command = [sys.executable, "-c", "from app.cli import main; main()", "migrate"]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def workers(self) -> list[int]:
        """Return the worker processes: the children that answer requests, not those that watch over resources."""
        return [pid for pid in self.process.children() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def wait(self, seconds: float = 60) -> None:
        """Wait until the API says that it is ready."""
        deadline = time.monotonic() + seconds
        answer = "nothing"
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("GET", "/api/v1/utils/ready/")
                response = connection.getresponse()
                answer = response.read().decode()
                if response.status == 200:
                    return
            except (OSError, http.client.HTTPException) as error:
                answer = repr(error)
            finally:
                connection.close()
            time.sleep(0.02)
        raise TimeoutError(f"The API is not ready: {answer}")
