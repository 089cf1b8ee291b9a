"""The journal: each operation as it starts and as it ends, a line of JSON each, on disk before the client goes on."""

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self


class Journal:
    """A file that many clients write to; one sync serves all who wait for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab")
        self._lines: list[bytes] = []
        self._written = 0
        self._synced = 0
        self._open = True
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._sync, name="journal")
        self._thread.start()

    def note(self, **what: object) -> None:
        """Write a line, without waiting for the disk."""
        self._append(what)

    def promise(self, **what: object) -> None:
        """Write a line, and return once it is on disk."""
        mine = self._append(what)
        with self._changed:
            self._changed.wait_for(lambda: self._synced >= mine)

    def _append(self, what: dict[str, object]) -> int:
        line = json.dumps({"at": round(time.time(), 4)} | what, separators=(",", ":")).encode() + b"\n"
        with self._changed:
            self._lines.append(line)
            self._written += 1
            self._changed.notify_all()
            return self._written

    def _sync(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or not self._open)
                lines, upto = self._lines, self._written
                self._lines = []
            if not lines:
                return
            self._file.write(b"".join(lines))
            self._file.flush()
            os.fsync(self._file.fileno())
            with self._changed:
                self._synced = upto
                self._changed.notify_all()

    def history(self, key: str) -> Iterator[str]:
        """Return the lines about a row."""
        with self.path.open() as lines:
            yield from (line.rstrip() for line in lines if key in line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with self._changed:
            self._open = False
            self._changed.notify_all()
        self._thread.join()
        self._file.close()
