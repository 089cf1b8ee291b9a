"""How cost grows: the same requests at ten thousand, a million and ten million archived rows, and over ten years.

One client asks one server after another, each over a database with an archive of its own size; the live rows are the
same in all. What a filter finds is the same, too: a person with so many deleted items, a deletion of so many rows, a
few restored ones. Where more is there to be found (all rows, those of a month, a common word), a page is listed, and
counted as far as the application counts.

A rare text is looked up in the trigram indexes of closed months, while the open month is scanned. The more months, the
less there is to scan, so a search is held to a limit in seconds instead.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import repeat
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg

from tests.benchmarks import database, fill
from tests.benchmarks.load import Answer, Connection, WrongAnswer
from tests.benchmarks.measure import by_turns
from tests.benchmarks.report import Bars, Report, Table, Verdict, at_most, number, postgres_version
from tests.benchmarks.requests import Rows
from tests.benchmarks.servers import serving

LIMIT = 1.5
"""How many times as long anything may take in the largest archive as in the smallest, and over more months."""

SEARCH_SECONDS = 1
"""How long looking for a rare text may take."""

PAGE = 100

FEW = 200
"""How many archived rows are one person's, how many are restored, and how many are read and restored one by one."""


class Size(NamedTuple):
    """How many rows are archived, evenly over how many months."""

    rows: int
    months: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows, {self.months} months"


class Scale(NamedTuple):
    sizes: list[Size]
    """From the smallest to the largest; the last has the rows of the one before it, over more months."""
    live: int
    deletion: int
    """Rows of the deletion that is listed, and of the one that is undone."""
    pages_down: int
    warm_up: int
    """Requests until the statements are prepared and their plans settled."""
    rounds: int


FULL = Scale(
    sizes=[Size(10_000, 36), Size(1_000_000, 36), Size(10_000_000, 36), Size(10_000_000, 120)],
    live=1_000_000,
    deletion=1_000,
    pages_down=1_000,
    warm_up=12,
    rounds=25,
)
QUICK = Scale(
    sizes=[Size(1_000, 12), Size(4_000, 12), Size(4_000, 24)],
    live=1_000,
    deletion=20,
    pages_down=10,
    warm_up=1,
    rounds=1,
)


class Archive(Rows):
    """An archive of one size, with the server over it: what is asked is about its rows."""

    def __init__(self, owner: psycopg.Connection, port: int, size: Size, scale: Scale) -> None:
        super().__init__(owner)
        self.port, self.size, self.pages_down = port, size, scale.pages_down
        self.first, self.last = (
            int(self.value(f"select {end}(archive_id) from item_archive")) for end in ("min", "max")
        )
        self.person = self.add_user("person@example.com")
        self._change(0, f"owner_id = '{self.person.id}', archived_by = '{self.person.id}'")
        self._change(1, f"restored_at = now(), restored_by = '{self.admin.id}'")
        self.deletion = self.delete(self.add_items(self.writer, scale.deletion))
        self.undone = self.add_items(self.writer, scale.deletion)

    def _change(self, offset: int, what: str) -> None:
        self.owner.execute(f"update item_archive set {what} where archive_id = any(%s)", [self.few(offset)])

    def few(self, offset: int) -> list[int]:
        """Return ids of archived rows, evenly from all months; others for another offset below five."""
        return [self.first + n * (self.size.rows // FEW) + offset for n in range(FEW)]

    def value(self, query: str, *values: object) -> str:
        """Return the one value that a query finds, as text."""
        (value,) = self.column(query, *values)
        return str(value)

    def delete(self, ids: list[str]) -> str:
        """Delete items in one transaction; return its id."""
        return self.value("with gone as (delete from item where id = any(%s::uuid[])) select pg_current_xact_id()", ids)

    def lists(self, **wanted: object) -> Iterator[bytes]:
        """Ask for a page of the archive, for ever."""
        return repeat(self.admin.asks("GET", f"/archive/items/?{urlencode({'limit': PAGE, **wanted})}"))


Requests = Callable[[Archive], Iterator[bytes]]


def list_deep_page(archive: Archive) -> Iterator[bytes]:
    """Ask for a page far down, or the last."""
    return archive.lists(before=max(archive.last - archive.pages_down * PAGE, archive.first + PAGE))


def list_item(archive: Archive) -> Iterator[bytes]:
    return archive.lists(item_id=archive.value("select id from item_archive where archive_id = %s", archive.few(2)[9]))


def list_month(archive: Archive) -> Iterator[bytes]:
    after, before = (
        archive.value("select to_json(archive._partition_month(now(), %s)) #>> '{}'", month) for month in (-12, -11)
    )
    return archive.lists(archived_after=after, archived_before=before)


def read_archived(archive: Archive) -> Iterator[bytes]:
    return (archive.admin.asks("GET", f"/archive/items/{id}") for id in archive.few(3))


def restore_item(archive: Archive) -> Iterator[bytes]:
    return (archive.admin.asks("POST", f"/archive/items/{id}/restore") for id in archive.few(4))


def delete_item(archive: Archive) -> Iterator[bytes]:
    while True:
        (id,) = archive.add_items(archive.writer, 1)
        yield archive.writer.asks("DELETE", f"/items/{id}")


def undo_deletion(archive: Archive) -> Iterator[bytes]:
    while True:
        yield archive.admin.asks("POST", f"/archive/transactions/{archive.delete(archive.undone)}/restore")


OPERATIONS: dict[str, Requests] = {
    "archive list": Archive.lists,
    "archive list, deep page": list_deep_page,
    "archive list, owner_id": lambda archive: archive.lists(owner_id=archive.person.id),
    "archive list, item_id": list_item,
    "archive list, archived_by": lambda archive: archive.lists(archived_by=archive.person.id),
    "archive list, transaction_id": lambda archive: archive.lists(transaction_id=archive.deletion),
    "archive list, a month": list_month,
    "archive list, state=restored": lambda archive: archive.lists(state="restored"),
    "archive list, state=any": lambda archive: archive.lists(state="any"),
    "archive list, q, common": lambda archive: archive.lists(q="there was"),
    "archive count": lambda archive: archive.lists(limit=1),
    "archive read": read_archived,
    "archive restore": restore_item,
    "deletions": lambda archive: repeat(archive.admin.asks("GET", f"/archive/transactions/?limit={PAGE}")),
    "item list, own": lambda archive: repeat(archive.reader.asks("GET", f"/items/?limit={PAGE}")),
    "item list, all": lambda archive: repeat(archive.admin.asks("GET", f"/items/?limit={PAGE}")),
    "item delete": delete_item,
    # The last, for each round adds to the archive.
    "undo of a deletion": undo_deletion,
}


def run(scale: Scale) -> Report:
    with ExitStack() as stack:
        archives = _archives(stack, scale)
        report = Report(
            "growth",
            "How cost grows",
            postgres_version(archives[0].owner),
            f"Archives of {'; '.join(map(str, scale.sizes))}, each beside {scale.live:,} live items;"
            f" a deletion is of {scale.deletion:,} rows; one client; medians of"
            f" {scale.rounds} requests each, by turns.",
        )
        found = {archive.size: _find_rare_text(archive) for archive in archives}
        seconds = {name: _measure(operation, archives, scale) for name, operation in OPERATIONS.items()}
    _tabulate(report, seconds)
    _judge_search(report, found)
    return report


def _archives(stack: ExitStack, scale: Scale) -> list[Archive]:
    """Fill the databases, the live rows once, and serve them."""
    with database.database("growth") as live:
        with live.connect() as owner:
            fill.users(owner, 1_000)
            fill.items(owner, scale.live)
        copies = [stack.enter_context(database.copy(live, f"growth_{n}")) for n in range(len(scale.sizes))]
    archives = []
    for size, copy in zip(scale.sizes, copies, strict=True):
        owner = stack.enter_context(copy.connect())
        fill.archive(owner, *size)
        owner.execute("select archive.maintain()")
        (server,) = stack.enter_context(serving("app.main:app", copy))
        archives.append(Archive(owner, server.port, size, scale))
        owner.execute("vacuum analyze")
    archives[0].owner.execute("checkpoint")
    return archives


def _measure(operation: Requests, archives: list[Archive], scale: Scale) -> dict[Size, float]:
    """Return the seconds that one answer takes, by the archive's size."""

    def ask(archive: Archive, requests: Iterator[bytes]) -> float:
        answer = _ask(archive, next(requests))
        if answer.status != 200:
            raise WrongAnswer(f"{answer.status} {answer.body[:2000]!r}")
        return answer.seconds

    subjects = {archive.size: partial(ask, archive, operation(archive)) for archive in archives}
    by_turns(subjects, scale.warm_up)
    return by_turns(subjects, scale.rounds)


def _ask(archive: Archive, request: bytes) -> Answer:
    with Connection(archive.port) as connection:  # of its own: the server ends one that is idle for long
        return connection.ask(request)


def _find_rare_text(archive: Archive) -> Answer:
    return _ask(archive, next(archive.lists(q=f"about item {archive.size.rows // 2}")))


def _tabulate(report: Report, seconds: dict[str, dict[Size, float]]) -> None:
    sizes = list(next(iter(seconds.values())))
    small, *_, large, long = sizes
    header = ["", *map(str, sizes), f"{large.rows:,} / {small.rows:,} rows", f"{long.months} / {large.months} months"]
    table = Table("Milliseconds until an answer is complete", header, [])
    for name, times in seconds.items():
        by_rows, by_months = times[large] / times[small], times[long] / times[large]
        table.rows.append([name, *(number(s * 1e3) for s in times.values()), number(by_rows), number(by_months)])
        report.verdicts += [
            at_most(f"{name}, {large.rows:,} / {small.rows:,} archived rows", by_rows, LIMIT),
            at_most(f"{name}, {long.months} / {large.months} months", by_months, LIMIT),
        ]
    report.tables.append(table)
    bars = {str(size): {name: times[size] * 1e3 for name, times in seconds.items()} for size in sizes}
    report.charts.append(Bars("times", "Time until an answer is complete", "ms, less is better", bars))


def _judge_search(report: Report, found: dict[Size, Answer]) -> None:
    table = Table("Looking for a rare text", ["archive", "answer", "s"], [])
    for size, answer in found.items():
        table.rows.append([str(size), str(answer.status), number(answer.seconds)])
        report.verdicts.append(
            Verdict(
                f"q, rare, {size}",
                f"{answer.status} after {number(answer.seconds)} s",
                f"200, ≤ {SEARCH_SECONDS} s",
                answer.status == 200 and answer.seconds <= SEARCH_SECONDS,
            )
        )
    report.tables.append(table)
