"""What the HTTP interface costs: this project's routes against the same ones written by hand, and in the usual form.

`floor/` is written by hand on psycopg, as quick as is known; `orm.py` is a session for each request, as the common
FastAPI/SQLModel template has it. All three are FastAPI under uvicorn, work on the same rows with the same rights, and
give the same answers, which is checked. Sixteen clients ask at once, each as soon as it has its last answer; the rate
is what all of them get. Everything shares this machine's cores: the servers, PostgreSQL and the clients.

A login is measured, but not judged against the ORM form: nearly all of it is Argon2, which is slow on purpose, and the
same for all three.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import chain, repeat
from typing import NamedTuple

from tests.benchmarks import database, fill
from tests.benchmarks.load import Connection, WrongAnswer, rate
from tests.benchmarks.measure import by_turns
from tests.benchmarks.report import Bars, Report, Table, at_least, number, postgres_version
from tests.benchmarks.requests import CLIENTS, LIST, LOGIN, ROUTES, Route, Rows
from tests.benchmarks.servers import Server, serving

PROJECT, FLOOR, ORM = "this project", "by hand", "ORM"
APPLICATIONS = {PROJECT: "app.main:app", FLOOR: "tests.benchmarks.floor:app", ORM: "tests.benchmarks.orm:app"}

ITEM_ROUTES = {"read", "create", "update", "delete"}
"""One row each, so that what a request costs besides its statement shows most."""

FASTEST = 4_000
"""Requests a second that no server here reaches: so many rows are made for requests that need one each."""


class Scale(NamedTuple):
    archived: int
    exported: int
    """Items in the CSV file."""
    workers: list[int]
    seconds: float
    rounds: int


FULL = Scale(archived=10_000, exported=10_000, workers=[1, 2], seconds=1, rounds=5)
QUICK = Scale(archived=500, exported=200, workers=[1], seconds=0.05, rounds=1)


def run(scale: Scale) -> Report:
    with database.database("http") as db, db.connect() as owner, ExitStack() as stack:
        servers = {
            name: stack.enter_context(serving(application, db, max(scale.workers)))
            for name, application in APPLICATIONS.items()
        }
        fill.users(owner, 100)
        fill.archive(owner, scale.archived)
        rows = Rows(owner)
        rows.add_user("exporter@example.com", items=scale.exported)
        owner.execute("vacuum analyze")
        report = Report(
            "http",
            "What the HTTP interface costs",
            postgres_version(owner),
            f"{CLIENTS} clients (one for the CSV file of {scale.exported:,} items);"
            f" medians of {scale.rounds} rounds of {scale.seconds} s each, by turns.",
        )
        for route in ROUTES:
            _compare_answers(route, rows, servers)
        rates = {
            (route, workers): _rates(route, workers, rows, servers, scale)
            for route in ROUTES
            for workers in scale.workers
        }
    for workers in scale.workers:
        _tabulate(report, workers, {route: rates[route, workers] for route in ROUTES})
    return report


def _rates(route: Route, workers: int, rows: Rows, servers: dict[str, list[Server]], scale: Scale) -> dict[str, float]:
    def subject(name: str, seconds: float) -> float:
        requests = route.requests(rows, int(FASTEST * seconds) + CLIENTS)
        return rate([server.port for server in servers[name][:workers]], route.clients, requests, 200, seconds)

    def subjects(seconds: float) -> dict[str, Callable[[], float]]:
        return {name: partial(subject, name, seconds) for name in servers}

    by_turns(subjects(scale.seconds / 4), 1)  # statements get prepared, caches filled
    return by_turns(subjects(scale.seconds), scale.rounds)


def _tabulate(report: Report, workers: int, rates: dict[Route, dict[str, float]]) -> None:
    per = "one worker" if workers == 1 else f"{workers} workers"
    header = ["requests a second", *APPLICATIONS, f"/ {FLOOR}", f"/ {ORM}"]
    table = Table(f"With {per}", header, [])
    for route, found in rates.items():
        to_floor, to_orm = (found[PROJECT] / found[other] for other in (FLOOR, ORM))
        table.rows.append([route.name, *map(number, [*found.values(), to_floor, to_orm])])
        if route is not LOGIN:
            report.verdicts += [
                at_least(f"{route.name}, {per}, / {FLOOR}", to_floor, 0.85 if route.name in ITEM_ROUTES else 0.5),
                at_least(f"{route.name}, {per}, / {ORM}", to_orm, 3 if route is LIST else 2),
            ]
    report.tables.append(table)
    bars = {name: {route.name: found[name] for route, found in rates.items()} for name in APPLICATIONS}
    report.charts.append(Bars(f"rates-{workers}", f"With {per}", "requests a second, more is better", bars))


def _compare_answers(route: Route, rows: Rows, servers: dict[str, list[Server]]) -> None:
    """See that all three answer the same: to the byte's meaning where they read, else with the same fields."""
    requests = route.requests(rows, len(servers))
    first = next(requests)
    asked = repeat(first) if route.reads else chain([first], requests)
    answers = {}
    for name, (server, *_) in servers.items():
        with Connection(server.port) as connection:
            answer = connection.ask(next(asked))
        if answer.status != 200:
            raise WrongAnswer(f"{route.name}, {name}: {answer.status} {answer.body!r}")
        answers[name] = _meaning(answer.body, route)
    for name, answer in answers.items():
        if answer != answers[PROJECT]:
            raise WrongAnswer(f"{route.name}: {PROJECT} answers {answers[PROJECT]!r}, {name} {answer!r}")


def _meaning(body: bytes, route: Route) -> object:
    try:
        answer = json.loads(body)
    except ValueError:
        return body
    return answer if route.reads else answer.keys()
