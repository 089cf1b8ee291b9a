"""`archive-table export`: closed months of an archive as Parquet files, and whether such files are whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from app.cli.age import interval
from app.cli.install import connect
from app.cli.tables import find_table
from app.cli.usage import UsageError

try:
    from app.core import export, manifest, parquet
except ModuleNotFoundError as error:
    if error.name != "pyarrow":
        raise
    raise UsageError("Exports need pyarrow: pip install 'archive-table[export]' installs it.") from error


def verify_files(folder: Path) -> bool:
    """Print what is wrong with exported files; return whether nothing is."""
    with _errors(folder):
        count, faults = manifest.verify(folder)
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{count} files are whole.")
    return not faults


def export_months(table: str, older_than: str, folder: Path, database: str, *, replace: bool) -> bool:
    """Export the closed months that are older than that; return whether every one of them is exported as it is."""
    age = interval("--older-than", older_than)
    with _errors(folder), connect(database) as connection, manifest.open_directory(folder) as directory:
        exporter = export.Exporter(connection, find_table(connection, table, "export"), directory, replace=replace)
        done = [exporter.export(start) for start in _track(exporter, exporter.months(age))]
    if not done:
        print(f"{exporter.label} has no closed month of archived rows older than {older_than}.")
        return True
    lines = Table("month", "rows", "", box=box.SIMPLE)
    for month in done:
        lines.add_row(month.month, f"{month.rows:,}", month.outcome)
    Console().print(lines)
    changed = [month.month for month in done if month.outcome == "changed since"]
    if changed:
        print(
            f"Rows have changed since they were exported: {', '.join(changed)}. The files stay as they are;"
            " --replace exports these months again."
        )
    return not changed


def _track(exporter: export.Exporter, months: list[datetime]) -> Iterator[datetime]:
    console = Console(stderr=True)
    columns = "Exporting", BarColumn(), MofNCompleteColumn(), "months,", TextColumn("{task.fields[rows]:,} rows")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(months), rows=0)
        exporter.on_rows = lambda rows: progress.update(task, rows=rows)
        for month in months:
            yield month
            progress.advance(task)


@contextmanager
def _errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except (manifest.ExportError, parquet.UnequalError) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"Cannot use {folder}: {error.strerror or error}.") from error
