"""What a run found, as Markdown."""

import platform
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil

from tests.faults.gauge import Gauge
from tests.faults.kinds import FAULTS
from tests.faults.service import REPOSITORY


@dataclass
class Tally:
    """What is reported of a run, besides what the gauge has."""

    command: str
    seed: int
    postgres: str = ""
    starts: dict[str, float] = field(default_factory=dict)
    """Seconds that the service's parts took to start, without a fault."""
    recoveries: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By kind of fault: seconds until the first write was acknowledged."""
    everybody: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By kind of fault: seconds until each client had a write acknowledged."""
    skipped: dict[str, str] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    checks: list[float] = field(default_factory=list)
    """Seconds that each check of the whole history took."""
    seconds: float = 0

    @property
    def faults(self) -> int:
        """How many faults there were."""
        return sum(map(len, self.recoveries.values()))


def write(tally: Tally, gauge: Gauge) -> str:
    """Return the report."""
    operations = sum(gauge.acknowledged.values())
    lines = [
        "# Faults",
        "",
        f"`{tally.command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}, PostgreSQL {tally.postgres},"
        f" Python {platform.python_version()}, seed {tally.seed}.",
        "",
        f"**{tally.faults} faults of {len(tally.recoveries)} kinds under {operations:,} acknowledged operations"
        f" in {tally.seconds / 60:.0f} minutes: {tally.findings['lost']} lost, {tally.findings['doubled']} doubled,"
        f" {tally.findings['half done']} half done, {_others(tally.findings)} other findings.**",
        "",
        "After each fault the whole history was checked: every row ever acknowledged is live, archived or purged"
        " as it was acknowledged, with its last values, archived once for each deletion, marked for each restore. The"
        f" last check compared {tally.rows:,} rows; checks took {_median(tally.checks):.1f} s in the middle,"
        f" {max(tally.checks, default=0):.1f} s at most.",
        "",
        "## Recovery",
        "",
        "Seconds from the end of a fault, or from the kill, until a write that began afterwards was acknowledged: to"
        " the first client of the API, and to the last of all clients. Nobody repairs anything: a supervisor starts"
        " dead processes anew.",
        "",
        "| | faults | first p50 | p99 | max | every client p50 | p99 | max |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        _row("**Processes live**", *_pooled(tally, restarts=False)),
        _row("**Processes start anew**", *_pooled(tally, restarts=True)),
        "",
        "Without a fault, "
        + ", ".join(f"{name} takes {seconds:.1f} s to start" for name, seconds in tally.starts.items())
        + ".",
        "",
        "| fault | faults | first p50 | p99 | max | every client p50 | p99 | max |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        *(_row(name, tally.recoveries[name], tally.everybody[name]) for name in FAULTS if name in tally.recoveries),
        *(f"| {name} | skipped: {reason} |||||||" for name, reason in tally.skipped.items()),
        "",
        "| fault | what it is |",
        "|---|---|",
        *(f"| {fault.name} | {fault.what} |" for fault in FAULTS.values()),
        "",
        "## Operations",
        "",
        "Unanswered ones have happened once or not at all, as each check found.",
        "",
        "| operation | acknowledged | unanswered |",
        "|---|--:|--:|",
        *(f"| {kind} | {count:,} | {gauge.unanswered[kind]:,} |" for kind, count in sorted(gauge.acknowledged.items())),
        f"| **all** | **{operations:,}** | **{sum(gauge.unanswered.values()):,}** |",
        "",
        "| what was answered instead | times |",
        "|---|--:|",
        *(f"| {answer} | {count:,} |" for answer, count in gauge.refusals.most_common() if answer),
        "",
    ]
    return "\n".join(lines)


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def _others(findings: Counter[str]) -> int:
    return sum(findings.values()) - findings["lost"] - findings["doubled"] - findings["half done"]


def _pooled(tally: Tally, *, restarts: bool) -> tuple[list[float], list[float]]:
    names = [name for name in tally.recoveries if FAULTS[name].restarts == restarts]
    return (
        [seconds for name in names for seconds in tally.recoveries[name]],
        [seconds for name in names for seconds in tally.everybody[name]],
    )


def _row(name: str, first: list[float], everybody: list[float]) -> str:
    figures = [f"{_quantile(times, share):.2f}" for times in (first, everybody) for share in (0.5, 0.99, 1)]
    return f"| {name} | {len(first)} | {' | '.join(figures)} |"


def _median(values: list[float]) -> float:
    return _quantile(values, 0.5)


def _quantile(values: list[float], share: float) -> float:
    """Return the smallest value that this share of the values does not exceed."""
    return sorted(values)[ceil(share * len(values)) - 1] if values else 0
