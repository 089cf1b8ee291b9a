"""What a benchmark found: tables and verdicts, for the terminal and as Markdown."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table as RichTable

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Verdict:
    """A figure, what it should be, and whether it is. `met` is None where it could not be measured."""

    what: str
    measured: str
    target: str
    met: bool | None

    @property
    def word(self) -> str:
        return {True: "met", False: "MISSED", None: "skipped"}[self.met]


def at_most(what: str, value: float, limit: float, unit: str = "") -> Verdict:
    """Judge a figure that should be small."""
    return Verdict(what, f"{number(value)}{unit}", f"≤ {number(limit)}{unit}", value <= limit)


def at_least(what: str, value: float, limit: float, unit: str = "") -> Verdict:
    """Judge a figure that should be large."""
    return Verdict(what, f"{number(value)}{unit}", f"≥ {number(limit)}{unit}", value >= limit)


def number(value: float) -> str:
    """Write a figure with as many digits as its measuring deserves: about three."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


@dataclass(frozen=True)
class Table:
    """Figures, one subject a row."""

    title: str
    header: list[str]
    rows: list[list[str]]


def postgres_version(connection: psycopg.Connection) -> str:
    """Return the server's version, without who built it where."""
    return connection.info.parameter_status("server_version").split()[0]


@dataclass
class Report:
    """Everything that one run of a benchmark found."""

    name: str
    question: str
    postgres: str
    scale: str
    tables: list[Table] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def circumstances(self) -> str:
        date = datetime.now(UTC).date().isoformat()
        return f"PostgreSQL {self.postgres}, default settings, {os.cpu_count()} cores, {date}. {self.scale}"

    def show(self) -> None:
        """Print it."""
        console = Console()
        console.print(f"\n[bold]{self.question}[/bold]\n{self.circumstances}")
        for table in [*self.tables, self._judgement()]:
            rich = RichTable(*table.header, title=table.title, title_justify="left")
            for row in table.rows:
                rich.add_row(*row)
            console.print(rich)
        for note in self.notes:
            console.print(note)

    def save(self, folder: Path) -> None:
        """Write it as Markdown."""
        folder.mkdir(parents=True, exist_ok=True)
        parts = [f"# {self.question}", self.circumstances, f"Again: `make bench NAMES={self.name}`"]
        for table in [self._judgement(), *self.tables]:
            parts += [f"## {table.title}", _markdown(table)]
        parts += self.notes
        (folder / f"{self.name}.md").write_text("\n\n".join(parts) + "\n")

    def _judgement(self) -> Table:
        rows = [[v.what, v.measured, v.target, v.word] for v in self.verdicts]
        return Table("Against the targets", ["what", "measured", "target", ""], rows)


def _markdown(table: Table) -> str:
    align = ["---", *["---:"] * (len(table.header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [table.header, align, *table.rows])
