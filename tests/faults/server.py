"""The PostgreSQL under test: a data directory on a small disk of its own, perhaps a standby, always one address."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from app.core import embedded

from tests.faults.supervisor import Supervised

DATABASE, OWNER, RUNTIME = "faults", "fault_owner", "fault_api"
DISK_BYTES = 6 * 2**30
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "deadlock_timeout": "200ms",
    "log_checkpoints": "off",
}


class Node:
    """One data directory and the server on it."""

    def __init__(self, data: Path, socket: Path, programs: Path) -> None:
        self.data, self.socket, self.programs = data, socket, programs
        status = data.stat()
        self._owner = (status.st_uid, status.st_gid)
        socket.mkdir(mode=0o700)
        os.chown(socket, *self._owner)
        options = [f"-c{name}={value}" for name, value in (SETTINGS | {"unix_socket_directories": str(socket)}).items()]
        self.process = Supervised(
            [str(programs / "postgres"), "-D", str(data), *options],
            socket.with_suffix(".log"),
            owner=self._owner if os.geteuid() == 0 else None,
        )

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user."""
        user, group = self._owner if os.geteuid() == 0 else (None, None)
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", user=user, group=group)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")


class Cluster:
    """The servers of a run, of which one is the primary. `host` always leads to it, as a virtual address would."""

    def __init__(self, scratch: Path, programs: Path) -> None:
        self.host = scratch / "db"
        self.programs = programs
        self._scratch = scratch
        self._disk = scratch / "disk"
        self._ballast = self._disk / "ballast"
        self._mounted = False
        self._nodes: list[Node] = []

    def __enter__(self) -> "Cluster":
        self._disk.mkdir()
        self._mounted = _mount(self._scratch / "disk.img", self._disk)
        self._disk.chmod(0o711)
        data = self._disk / "node1"
        with embedded.Server(data, self.programs):  # which knows how to make one, as root or not
            pass
        self.node = self.add(data)
        self.redirect(self.node)
        self.node.process.start()
        self.wait()
        with self.connect(dbname="postgres") as connection:
            connection.execute(f"create role {OWNER} login createrole")
            connection.execute(f"create database {DATABASE} owner {OWNER}")
        return self

    def __exit__(self, *_: object) -> None:
        for node in self._nodes:
            node.process.end(signal.SIGINT)
        if self._mounted:
            subprocess.run(["umount", self._disk], check=True)

    def add(self, data: Path) -> Node:
        """Return the server of a data directory, not yet started."""
        node = Node(data, self._scratch / f"socket{len(self._nodes) + 1}", self.programs)
        self._nodes.append(node)
        return node

    def new_data(self) -> Path:
        """Return a directory for another server's data, on the same disk."""
        data = self._disk / f"node{len(self._nodes) + 1}"
        data.mkdir(mode=0o700)
        shutil.copystat(self.node.data, data)
        status = self.node.data.stat()
        os.chown(data, status.st_uid, status.st_gid)
        return data

    def redirect(self, node: Node) -> None:
        """Let the address lead to this server from now on."""
        draft = self.host.with_name("draft")
        draft.symlink_to(node.socket)
        draft.rename(self.host)
        self.node = node

    @contextlib.contextmanager
    def unreachable(self) -> Iterator[None]:
        """Take the address away meanwhile."""
        self.host.unlink()
        try:
            yield
        finally:
            self.host.symlink_to(self.node.socket)

    def connect(self, user: str = embedded.SUPERUSER, host: Path | None = None, **options: Any) -> psycopg.Connection:
        """Open an autocommit connection."""
        usual: dict[str, Any] = {"dbname": DATABASE, "autocommit": True, "connect_timeout": 5}
        options = usual | {"application_name": "faults"} | options
        return psycopg.connect(host=str(host or self.host), port=5432, user=user, **options)

    def version(self) -> str:
        """Return PostgreSQL's version."""
        with self.connect() as connection:
            return connection.info.parameter_status("server_version") or "?"

    def wait(self, seconds: float = 120, host: Path | None = None) -> None:
        """Wait until it takes connections."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.connect(dbname="postgres", host=host).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    @property
    def has_disk(self) -> bool:
        """Whether the data is on a disk of its own, which may be filled."""
        return self._mounted

    @contextlib.contextmanager
    def full_disk(self) -> Iterator[None]:
        """Leave no room on the disk meanwhile."""
        try:
            with self._ballast.open("wb") as ballast:
                size = 0
                for step in (2**26, 2**20, 2**12):
                    with contextlib.suppress(OSError):
                        while True:
                            os.posix_fallocate(ballast.fileno(), size, step)
                            size += step
            yield
        finally:
            self._ballast.unlink()


def _mount(image: Path, folder: Path) -> bool:
    """Mount a small disk, a real file system in a file or else in memory; False where this machine does not let us."""
    if os.geteuid() != 0:
        return False
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    for command in (
        f"mkfs.ext4 -q -m 0 {image} && mount -o loop {image} {folder}",
        f"mount -t tmpfs -o size={DISK_BYTES // 3} tmpfs {folder}",
    ):
        if subprocess.run(command, shell=True, capture_output=True).returncode == 0:
            return True
    image.unlink()
    return False
