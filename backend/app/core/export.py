"""Closed months of an archive as Parquet files, compared with the archive and noted in archive.export_log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pyarrow.compute as pc
import pyarrow.parquet
from psycopg import sql

from app.core.manifest import PARTIAL, Directory, Exported, ExportError, sha256
from app.core.parquet import Column, MisfitError, MonthFile, UnequalError, stored_type, wider_type

SETTINGS = {
    "search_path": "pg_catalog, pg_temp",
    "datestyle": "ISO",
    "timezone": "UTC",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "row_security": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
"""How values are written as text: the same whatever the login's settings. And a month takes as long as it takes."""


@dataclass(frozen=True)
class Month:
    """What became of a month."""

    month: str
    rows: int
    outcome: str
    """exported, whole already, purged since, or changed since."""


class Exporter:
    """Exports the archive of one table, given by its oid. It changes settings of the connection, an autocommit one."""

    def __init__(self, connection: psycopg.Connection, source: int, directory: Directory, *, replace: bool) -> None:
        self._connection = connection
        self._directory = directory
        self._replace = replace
        self._source = source
        _settle(connection)
        self.label, self._target, names, types = self._fetch(
            "select archive._label(r.source), archive._name(r.target), array_agg(c.name::text order by c.attnum),"
            "       array_agg(c.type order by c.attnum)"
            "  from archive._registry_entry(%s::oid::regclass) r"
            " cross join lateral archive._columns(r.target) c"
            " group by r.source, r.target",
            self._source,
        )
        self._columns = [Column(*column) for column in zip(names, types, strict=True)]
        self._names = names
        self._rows = 0
        self.on_rows: Callable[[int], object] = int
        """Called now and then with how many rows were read."""

    def months(self, age: str) -> list[datetime]:
        """Return the closed months, by their start, that are wholly older than an interval."""
        found = self._connection.execute(
            "select archive._export_months(%s::oid::regclass, now() - %s::interval)", [self._source, age]
        )
        return [month for (month,) in found.fetchall()]

    def export(self, start: datetime) -> Month:
        """Write a month to its file, unless that is there already."""
        month = start.strftime("%Y-%m")
        before = self._directory.find(self.label, month)
        if before and self._directory.is_whole(before):
            now = self._content(start, [column["name"] for column in before.columns])
            if now[0] < before.rows:
                return Month(month, before.rows, "purged since")
            if now[0] == before.rows and now[3] == before.digest:
                if not self._is_noted(start, before):
                    self._note(start, before)
                return Month(month, before.rows, "whole already")
            if not self._replace:
                return Month(month, before.rows, "changed since")
        exported = self._write(start, month, before)
        self._note(start, exported)
        return Month(month, exported.rows, "exported")

    def _write(self, start: datetime, month: str, before: Exported | None) -> Exported:
        path = self._directory.path / (before.file if before else _file_name(self.label, month))
        partial = path.with_name(f".{path.name}{PARTIAL}")
        try:
            (rows, first_id, last_id, content), columns = self._write_partial(start, partial)
            if before:
                _check_none_is_lost(path, partial)
            exported = Exported(
                self.label, month, path.name, rows, first_id, last_id, content, sha256(partial),
                self._connection.info.dbname, columns,
            )  # fmt: skip
            self._directory.put(partial, path.name)
        finally:
            partial.unlink(missing_ok=True)
        self._directory.add(exported)
        return exported

    def _write_partial(self, start: datetime, partial: Path) -> tuple[tuple[Any, ...], list[dict[str, str]]]:
        """Write a month, and again with wider types where values do not fit; return its content and its columns."""
        types = [stored_type(column) for column in self._columns]
        while True:
            file = MonthFile(partial, self._columns, types)
            try:
                content = self._copy(start, file)
                if file.compare() != content[0]:
                    raise UnequalError(f"{partial.name} has not as many rows as the archive.")
                return content, [
                    {"name": column.name, "type": column.type, "stored": str(type_)}
                    for column, type_ in zip(self._columns, types, strict=True)
                ]
            except MisfitError as misfit:
                for position in misfit.positions:
                    types[position] = wider_type(types[position])
            finally:
                file.discard_sent()

    def _copy(self, start: datetime, file: MonthFile) -> tuple[Any, ...]:
        """Write the rows, and return what the database had of them, of one snapshot."""
        columns = sql.SQL(", ").join(sql.Identifier("a", name) for name in self._names)
        (origin,) = self._fetch("select archive._export_from(%s::regclass, %s)", self._target, start)
        copy = sql.SQL("copy (select {} from {}) to stdout (format csv)").format(columns, sql.SQL(origin))
        with self._connection.transaction():
            self._connection.execute("set transaction isolation level repeatable read, read only")
            # Nothing is known of the encoding of such a database: text is taken as it is.
            if self._connection.info.parameter_status("server_encoding") == "SQL_ASCII":
                self._connection.execute("set local client_encoding = 'SQL_ASCII'")
            with self._connection.cursor().copy(copy) as rows:
                file.write(iter(rows), self._count)
            self._connection.execute("set local client_encoding = 'UTF8'")
            return self._content(start, self._names)

    def _count(self, rows: int) -> None:
        self._rows += rows
        self.on_rows(self._rows)

    def _content(self, start: datetime, columns: list[str]) -> tuple[Any, ...]:
        return self._fetch(
            "select rows, first_id, last_id, digest from archive._export_content(%s::oid::regclass, %s, %s)",
            self._source, start, columns,
        )  # fmt: skip

    def _note(self, start: datetime, exported: Exported) -> None:
        self._connection.execute(
            "select archive.note_export(%s::oid::regclass, %s, %s, row(%s, %s, %s, %s)::archive.month_content, %s, %s)",
            [
                self._source, start, [column["name"] for column in exported.columns],
                exported.rows, exported.first_id, exported.last_id, exported.digest,
                self._place(exported), exported.sha256,
            ],
        )  # fmt: skip

    def _is_noted(self, start: datetime, exported: Exported) -> bool:
        return self._fetch(
            "select exists (select from archive.export_log l"
            "  where l.source = %s::oid::regclass and l.month = %s and l.place = %s and l.file_digest = %s)",
            self._source, start, self._place(exported), exported.sha256,
        ) == (True,)  # fmt: skip

    def _place(self, exported: Exported) -> str:
        return str((self._directory.path / exported.file).absolute())

    def _fetch(self, query: str, *values: object) -> tuple[Any, ...]:
        row = self._connection.execute(query, values).fetchone()
        if row is None:
            raise ExportError(f"{self.label} is not archived any more.")
        return row


def _settle(connection: psycopg.Connection) -> None:
    """Have values written as text in one way."""
    for name, value in SETTINGS.items():
        connection.execute("select set_config(%s, %s, false)", [name, value])


def _file_name(label: str, month: str) -> str:
    return f"{quote(label, safe='')}-{month}.parquet"


def _check_none_is_lost(old: Path, new: Path) -> None:
    """Refuse to replace a file that has rows that the database has no more. Of a damaged file nothing can be said."""
    try:
        known = pyarrow.parquet.read_table(old, columns=["archive_id"]).column(0)
    except (OSError, ValueError):
        return
    found = pyarrow.parquet.read_table(new, columns=["archive_id"]).column(0)
    if not pc.all(pc.is_in(known, found.combine_chunks())).as_py():
        raise ExportError(f"{old.name} has rows that the archive has no more: it stays. Export to another directory.")
