"""What is counted and timed in a run."""

import threading
import time
from collections import Counter


class Gauge:
    """Acknowledged operations by kind, answers by what they said, and how soon writes succeed after a fault."""

    def __init__(self) -> None:
        self.acknowledged: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._since = float("inf")
        self._first: dict[str, float] = {}

    def acknowledge(self, client: str, kind: str, began: float, *, write: bool) -> None:
        """Count an operation; `began` is when it did, by the monotonic clock."""
        with self._lock:
            self.acknowledged[kind] += 1
            if write and began >= self._since:
                self._first.setdefault(client, time.monotonic())

    def fail(self, kind: str, answer: str, *, doubtful: bool) -> None:
        """Count an operation that was not acknowledged."""
        with self._lock:
            self.refusals[answer] += 1
            self.unanswered[kind] += doubtful

    def watch(self) -> None:
        """Watch for writes that begin from now on."""
        with self._lock:
            self._since, self._first = time.monotonic(), {}

    def recoveries(self, ended: float) -> dict[str, float]:
        """Return how many seconds after the end of a fault each client had the first of these acknowledged."""
        with self._lock:
            return {client: moment - ended for client, moment in self._first.items()}


class Gate:
    """Where clients wait between two operations while the database is checked."""

    def __init__(self, clients: int) -> None:
        self._clients = clients
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()

    def pass_through(self) -> bool:
        """Wait while the gate is closed. Returns whether it was."""
        with self._changed:
            if not self._closed:
                return False
            self._waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._closed)
            self._waiting -= 1
            return True

    def close(self, seconds: float = 120) -> bool:
        """Close it, and wait until every client stands before it. Returns whether they all came."""
        with self._changed:
            self._closed = True
            return self._changed.wait_for(lambda: self._waiting == self._clients, seconds)

    def open(self) -> None:
        """Let the clients go on."""
        with self._changed:
            self._closed = False
            self._changed.notify_all()
