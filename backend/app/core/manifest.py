"""A directory of exported files, and the manifest that says what each contains."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet

from app.core.parquet import TYPES

MANIFEST = "manifest.json"
FORMAT = "archive-table export, 1"
DIGEST = (
    "digest: the sum, over all rows, of hash_record_extended() as archive._export_content() applies it to the columns;"
    " archive._export_content(table, month, columns) computes it of what the database has now."
)
PARTIAL = ".partial"


class ExportError(Exception):
    """What hinders an export, as one sentence for the user."""


@dataclass(frozen=True)
class Exported:
    """A file, as the manifest describes it."""

    table: str
    month: str
    file: str
    rows: int
    first_id: int
    last_id: int
    digest: str
    sha256: str
    database: str
    columns: list[dict[str, str]]


class Directory:
    """A directory of exported files; one program writes to it at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: list[Exported] = []
        if (path / MANIFEST).exists():
            self.files = _read_manifest(path / MANIFEST)

    def find(self, table: str, month: str) -> Exported | None:
        """Return what the manifest says of a month."""
        return next((f for f in self.files if (f.table, f.month) == (table, month)), None)

    def is_whole(self, exported: Exported) -> bool:
        """Whether the file is there, byte for byte."""
        path = self.path / exported.file
        return path.is_file() and sha256(path) == exported.sha256

    def add(self, exported: Exported) -> None:
        """Note a file that is in its place."""
        others = [f for f in self.files if (f.table, f.month) != (exported.table, exported.month)]
        self.files = sorted([*others, exported], key=lambda f: (f.table, f.month))
        content = {"format": FORMAT, "types": TYPES, "digests": DIGEST, "files": [asdict(f) for f in self.files]}
        partial = self.path / f".{MANIFEST}{PARTIAL}"
        with partial.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        self.put(partial, MANIFEST)

    def put(self, partial: Path, name: str) -> None:
        """Give a file that is written whole its name, for good."""
        partial.replace(self.path / name)
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def open_directory(path: Path) -> Iterator[Directory]:
    """Make the directory where it is missing, and lock it.

    Raises:
        ExportError: another program writes to it.

    """
    path.mkdir(parents=True, exist_ok=True)
    folder = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for rest in path.glob(f".*{PARTIAL}*"):  # of an export that was killed
            rest.unlink()
        yield Directory(path)
    except BlockingIOError as error:
        raise ExportError(f"Another export writes to {path}.") from error
    finally:
        os.close(folder)


def verify(path: Path) -> tuple[int, list[str]]:
    """Return how many files a directory should have, and what is wrong with them.

    Raises:
        ExportError: there is no manifest.

    """
    if not (path / MANIFEST).is_file():
        raise ExportError(f"There is no {MANIFEST} in {path}.")
    directory = Directory(path)
    faults = [f"{f.file}: {fault}" for f in directory.files if (fault := _fault(path / f.file, f))]
    known = {f.file for f in directory.files}
    strangers = sorted(file.name for file in path.glob("*.parquet") if file.name not in known)
    return len(known), faults + [f"{name}: is not in the manifest" for name in strangers]


def _fault(path: Path, exported: Exported) -> str | None:
    if not path.is_file():
        return "is missing"
    if sha256(path) != exported.sha256:
        return "is not the file that was exported: its SHA-256 differs"
    ids = pyarrow.parquet.read_table(path, columns=["archive_id"]).column(0)
    found = (len(ids), pc.min(ids).as_py(), pc.max(ids).as_py())
    expected = (exported.rows, exported.first_id, exported.last_id)
    return None if found == expected else f"has rows, first and last archive_id {found}, not {expected}"


def _read_manifest(path: Path) -> list[Exported]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ExportError(f"{path} is of another format: {content['format']}.")
        return [Exported(**file) for file in content["files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ExportError(f"{path} is no manifest of an export.") from error


def sha256(path: Path) -> str:
    """Return the digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
