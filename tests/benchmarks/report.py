"""What a benchmark found: tables and verdicts, for the terminal and as Markdown, there with charts."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table as RichTable

RESULTS = Path(__file__).parents[2] / "docs" / "results"


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


@dataclass(frozen=True)
class Bars:
    """A chart: for each label a group of bars, one for each series."""

    name: str
    """Of the file: `<report's name>-<name>.svg`."""
    title: str
    unit: str
    """Of the figures, and whether less or more is better."""
    series: dict[str, dict[str, float]]
    """Legend → label → figure. A label that a series has no figure for has a bar less."""

    @property
    def labels(self) -> list[str]:
        return list(dict.fromkeys(label for figures in self.series.values() for label in figures))

    def in_words(self) -> str:
        """Say what it shows, for those who do not see it."""
        groups = []
        for label in self.labels:
            figures = {legend: figures[label] for legend, figures in self.series.items() if label in figures}
            bars = [
                f"{legend} {number(figure)}" if self._has_legend else number(figure)
                for legend, figure in figures.items()
            ]
            groups.append(f"{label}: {', '.join(bars)}")
        return f"{self.title} ({self.unit}). {'; '.join(groups)}."

    def draw(self, path: Path) -> None:
        """Write it as SVG: the same bytes for the same figures, on white, so that it is legible on any page."""
        import matplotlib as mpl  # here, because it takes a second
        from matplotlib.figure import Figure

        thickness = 0.8 / len(self.series)
        figure = Figure(figsize=(8, 1 + 0.3 * len(self.labels) * (0.4 + 0.6 * len(self.series))), layout="constrained")
        axes = figure.subplots()
        for n, (legend, figures) in enumerate(self.series.items()):
            places = [self.labels.index(label) + (n + 0.5) * thickness - 0.4 for label in figures]
            colour = mpl.color_sequences["petroff10"][n]
            bars = axes.barh(places, list(figures.values()), 0.9 * thickness, label=legend, color=colour)
            axes.bar_label(bars, [number(value) for value in figures.values()], padding=3, fontsize=9)
        axes.set_yticks(range(len(self.labels)), self.labels)
        axes.invert_yaxis()
        axes.margins(x=0.1)
        axes.set_title(self.title, loc="left", fontsize=11, fontweight="bold")
        axes.set_xlabel(self.unit)
        axes.spines[["top", "right"]].set_visible(False)
        if self._has_legend:
            figure.legend(loc="outside lower center", ncols=len(self.series), frameon=False)
        # Text stays text. Readers without the first font have one that is about as wide.
        fonts = {"svg.fonttype": "none", "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"]}
        with mpl.rc_context({"svg.hashsalt": self.name} | fonts):
            figure.savefig(path, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})

    @property
    def _has_legend(self) -> bool:
        return len(self.series) > 1


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
    charts: list[Bars] = field(default_factory=list)

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
        """Write it as Markdown, and its charts beside that."""
        folder.mkdir(parents=True, exist_ok=True)
        parts = [f"# {self.question}", self.circumstances, f"Again: `make bench NAMES={self.name}`"]
        for table in [self._judgement(), *self.tables]:
            parts += [f"## {table.title}", _markdown(table)]
        for chart in self.charts:
            file = f"{self.name}-{chart.name}.svg"
            chart.draw(folder / file)
            parts.append(f"![{chart.in_words()}]({file})")
        parts += self.notes
        (folder / f"{self.name}.md").write_text("\n\n".join(parts) + "\n")

    def _judgement(self) -> Table:
        rows = [[v.what, v.measured, v.target, v.word] for v in self.verdicts]
        return Table("Against the targets", ["what", "measured", "target", ""], rows)


def _markdown(table: Table) -> str:
    align = ["---", *["---:"] * (len(table.header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [table.header, align, *table.rows])
