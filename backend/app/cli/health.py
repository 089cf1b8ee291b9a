"""`archive-table health`: the checks of `archive.health()` as a table."""

from rich import box
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from app.archive import reports
from app.core.db import engine


def print_health(*, thorough: bool) -> bool:
    """Print the checks, and return whether none with severity error failed."""
    with Session(engine) as session:
        checks = reports.health(session, thorough=thorough)
    table = Table("table", "check", "", "detail", box=box.SIMPLE)
    for check in checks:
        verdict = "ok" if check.ok else check.severity
        table.add_row(check.source, check.check_name, verdict, check.detail, style=None if check.ok else "bold")
    Console().print(table)
    return all(check.ok or check.severity != "error" for check in checks)
