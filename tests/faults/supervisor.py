"""What keeps a program running: as systemd would, and no more."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

PAUSE = 0.1
"""Seconds between the end of a process and the start of the next: systemd's RestartSec."""


def is_running(pid: int) -> bool:
    """Whether a process is there, and not only waiting to be noticed as dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Supervised:
    """A program that is started anew whenever its main process ends, whatever it left behind being killed first."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        environment: dict[str, str] | None = None,
        owner: tuple[int, int] | None = None,
    ) -> None:
        self._command, self._environment, self._owner = command, environment, owner
        self._log = log.open("ab")
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name=f"supervisor of {command[0]}")
        self.starts = 0

    def start(self) -> None:
        """Start it, and go on."""
        self._process = self._spawn()
        self._thread.start()

    @property
    def pid(self) -> int:
        """The main process."""
        return self._process.pid

    def children(self) -> list[int]:
        """Return the processes that the main process has started."""
        with contextlib.suppress(OSError):
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        return []

    def send(self, number: signal.Signals) -> None:
        """Send the main process a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the main process and all of its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def kill_all(self, number: signal.Signals = signal.SIGKILL, *, group: bool = False) -> float:
        """Send the main process, or all of its group, a signal, and wait until none of its processes is left.

        Returns when it was sent. Whatever succeeds after this has been done by their successors.
        """
        pids = [self.pid, *self.children()]
        moment = time.monotonic()
        if group:
            self.kill()
        else:
            self.send(number)
        while any(map(is_running, pids)):
            time.sleep(0.005)
        return moment

    def end(self, number: signal.Signals) -> None:
        """Stop it for good, if it was ever started."""
        self._ending.set()
        if not self.starts:
            return
        self.send(number)
        self._thread.join(30)
        self.kill()
        self._thread.join()

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        user, group = self._owner or (None, None)
        return subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd="/",
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
            start_new_session=True,
        )

    def _supervise(self) -> None:
        while True:
            self._process.wait()
            self.kill()
            if self._ending.wait(PAUSE):
                return
            self._process = self._spawn()
