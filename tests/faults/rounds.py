"""A run: clients at work, one fault after the other, and a check of the whole history after each."""

import random
import sys
import time
import traceback
from collections.abc import Iterator

import psycopg

from tests.faults.check import Finding, check, load
from tests.faults.client import Client, Run
from tests.faults.clients_family import FamilyClient
from tests.faults.clients_http import HttpClient
from tests.faults.clients_sql import SqlClient
from tests.faults.gauge import Gate, Gauge
from tests.faults.journal import Journal
from tests.faults.kinds import FAULTS, Fault, Site, Skipped
from tests.faults.model import ITEM, USER, Model
from tests.faults.owner import Operator
from tests.faults.report import Tally
from tests.faults.server import DATABASE, OWNER, Cluster
from tests.faults.service import Service

HTTP_CLIENTS, SQL_CLIENTS = 6, 2
GIVE_UP_AFTER = 120
"""Seconds after which a service that is not back counts as down."""
HISTORIES = 5
"""Of how many findings the journal's lines are printed; the others of a check probably have the same cause."""
BUSY = f"""
    select application_name, state, query from pg_stat_activity
     where datname = '{DATABASE}' and backend_type = 'client backend' and pid <> pg_backend_pid() and state <> 'idle'
"""


class Rounds:
    """The clients and the faults of one run."""

    def __init__(self, cluster: Cluster, service: Service, journal: Journal, tally: Tally) -> None:
        self.cluster, self.service, self.journal, self.tally = cluster, service, journal, tally
        self.random = random.Random(tally.seed)
        self.gauge = Gauge()
        gate = Gate(HTTP_CLIENTS + SQL_CLIENTS + 1)
        self.run = run = Run(Model(), journal, self.gauge, gate)
        http = [HttpClient(f"http{number}", run, tally.seed, service) for number in range(HTTP_CLIENTS)]
        sql = [SqlClient(f"sql{number}", run, tally.seed, cluster) for number in range(SQL_CLIENTS)]
        family = FamilyClient("family", run, tally.seed, cluster, service)
        owner = Operator("operator", run, tally.seed, cluster)
        for user in http:
            user.sign_up()
        for worker in (*sql, owner):
            worker.set_up()
        family.sign_in()
        self.clients: list[Client] = [*http, *sql, family]
        self.tables = [ITEM, USER, *(worker.note for worker in (*sql, owner))]
        self.site = Site(cluster, service, run, owner, self.random)
        with cluster.connect() as connection:
            run.model.states = load(connection, self.tables)

    def work(self, seconds: float, *, short: bool) -> None:
        """Let clients work and faults happen until the time is over, or in the short form until each kind has been."""
        began = time.monotonic()
        for client in self.clients:
            client.start()
        try:
            for fault in self._schedule(short):
                self._round(fault, lead=0.5 if short else 3)
                self.tally.seconds = time.monotonic() - began
                if self.tally.seconds > seconds and not short:
                    break
        finally:
            self.run.ending.set()
            self.run.gate.open()
            for client in self.clients:
                client.join()
        self._check("the end", thorough=True)

    def _schedule(self, short: bool) -> Iterator[Fault]:
        faults = [fault for fault in FAULTS.values() if fault.short or not short]
        while True:
            self.random.shuffle(faults)
            yield from faults
            if short:
                return

    def _round(self, fault: Fault, lead: float) -> None:
        time.sleep(self.random.uniform(lead / 2, lead))
        self.journal.note(fault=fault.name)
        try:
            ended = fault.act(self.site)
        except Skipped as reason:
            self.tally.skipped[fault.name] = str(reason)
            say(f"{fault.name}: skipped, not passed: {reason}")
            return
        except Exception:  # of the harness, which goes on: what it left behind is checked like all else
            self.run.findings.append(Finding("fault failed", fault.name, traceback.format_exc()))
            ended = None
        self.gauge.watch()
        recoveries = self._recover(fault.name, ended or time.monotonic())
        first = min((seconds for name, seconds in recoveries.items() if name.startswith("http")), default=GIVE_UP_AFTER)
        self.tally.recoveries[fault.name].append(first)
        self.tally.everybody[fault.name].append(
            max(recoveries.values()) if len(recoveries) == len(self.clients) else GIVE_UP_AFTER
        )
        time.sleep(lead / 2)
        self._check(fault.name)
        operations = sum(self.gauge.acknowledged.values())
        say(
            f"{self.tally.faults:4} {fault.name:28} back after {self.tally.recoveries[fault.name][-1]:5.2f} s,"
            f" for all {self.tally.everybody[fault.name][-1]:5.2f} s; check {self.tally.checks[-1]:4.2f} s;"
            f" {operations:,} operations; {sum(self.tally.findings.values())} findings"
        )

    def _recover(self, after: str, ended: float) -> dict[str, float]:
        deadline = time.monotonic() + GIVE_UP_AFTER
        while len(recoveries := self.gauge.recoveries(ended)) < len(self.clients):
            if time.monotonic() > deadline:
                late = {client.name for client in self.clients} - recoveries.keys()
                self.run.findings.append(Finding("not back", after, f"no write in {GIVE_UP_AFTER} s: {sorted(late)}"))
                break
            time.sleep(0.02)
        return recoveries

    def _check(self, after: str, *, thorough: bool = False) -> None:
        """Check the whole history, while the clients wait."""
        if not self.run.ending.is_set() and not self.run.gate.close():
            self.run.findings.append(Finding("stuck", after, "a client got no answer for two minutes"))
        try:
            self.service.wait(GIVE_UP_AFTER)
        except TimeoutError as error:
            self.run.findings.append(Finding("not ready", after, str(error)))
        with self.cluster.connect() as connection:
            self._wait_for_silence(connection, after)
            start = time.monotonic()
            found = check(connection, self.tables, self.run.model)
            self.tally.checks.append(time.monotonic() - start)
            self.tally.rows = len(self.run.model.states)
            found += self._unhealthy(thorough)
        found += self.run.findings
        self.run.findings.clear()
        for place, finding in enumerate(found):
            self._tell(after, finding, with_history=place < HISTORIES)
        self.run.gate.open()

    def _wait_for_silence(self, connection: psycopg.Connection, after: str) -> None:
        """Wait until nothing is under way in the database that nobody waits for any more."""
        deadline = time.monotonic() + GIVE_UP_AFTER
        while busy := connection.execute(BUSY).fetchone():
            if time.monotonic() > deadline:
                self.run.findings.append(Finding("stuck", after, str(busy)))
                break
            time.sleep(0.02)

    def _unhealthy(self, thorough: bool) -> list[Finding]:
        query = (
            "select concat_ws(': ', source, check_name), detail from archive.health(%s)"
            " where not ok and (severity = 'error' or check_name = 'no ghost rows')"
        )
        with self.cluster.connect(OWNER) as connection:
            return [Finding("health", name, detail) for name, detail in connection.execute(query, [thorough])]

    def _tell(self, after: str, finding: Finding, *, with_history: bool) -> None:
        self.tally.findings[finding.kind] += 1
        say(f"FINDING after {after}: {finding}")
        if with_history and ":" in finding.key:
            for line in self.journal.history(finding.key):
                say(f"    {line}")


def measure_starts(cluster: Cluster, service: Service) -> dict[str, float]:
    """Return how long the parts of the service take to start, without a fault."""
    took: dict[str, float] = {}
    start = time.monotonic()
    cluster.node.process.kill()
    _gone(cluster)
    cluster.wait()
    took["PostgreSQL"] = time.monotonic() - start
    start = time.monotonic()
    service.process.kill()
    time.sleep(0.05)
    service.wait()
    took["the API"] = time.monotonic() - start
    return took


def _gone(cluster: Cluster) -> None:
    try:
        while True:
            cluster.connect(dbname="postgres").close()
    except psycopg.OperationalError:
        return


def say(line: str) -> None:
    """Print a line at once."""
    print(line, file=sys.stderr, flush=True)
