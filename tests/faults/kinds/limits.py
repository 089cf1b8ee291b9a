"""Faults of time limits, locks, connections and the network."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tests.faults.kinds.postgres import OTHERS
from tests.faults.kinds.registry import Site, fault
from tests.faults.server import OWNER, RUNTIME


@fault(short=True)
def lock_timeout(site: Site) -> None:
    """A lock_timeout of 30 ms, while table item is locked time and again."""
    with _limit(site, "lock_timeout", "30ms"):
        for _ in range(5):
            with _lock(site, "item"):
                time.sleep(0.3)
            time.sleep(0.1)


@fault(short=True)
def statement_timeout(site: Site) -> None:
    """A statement_timeout of 2 to 8 ms for two seconds: it ends statements anywhere."""
    with _limit(site, "statement_timeout", f"{site.random.randint(2, 8)}ms"):
        time.sleep(2)


@fault(short=True)
def connections_used_up(site: Site) -> None:
    """No connection is left for two seconds, and those that the API has are ended."""
    taken = []
    end = time.monotonic() + 2
    with site.superuser() as superuser:
        while time.monotonic() < end:
            try:
                taken.append(site.cluster.connect(OWNER, application_name="too many"))
            except psycopg.OperationalError:
                superuser.execute(f"select pg_terminate_backend(pid) {OTHERS} and application_name <> 'too many'")
                time.sleep(0.05)
    for connection in taken:
        connection.close()


@fault(short=True)
def table_locked(site: Site) -> None:
    """ACCESS EXCLUSIVE on table item for two seconds."""
    with _lock(site, "item"):
        time.sleep(2)


@fault()
def archive_locked(site: Site) -> None:
    """ACCESS EXCLUSIVE on table item_archive for two seconds."""
    with _lock(site, "item_archive"):
        time.sleep(2)


@fault()
def address_gone(site: Site) -> None:
    """PostgreSQL cannot be reached for 1.5 seconds, and all connections are ended."""
    with site.superuser() as connection, site.cluster.unreachable():
        connection.execute(f"select pg_terminate_backend(pid) {OTHERS}")
        time.sleep(1.5)


@contextmanager
def _lock(site: Site, table: str) -> Iterator[None]:
    with site.superuser() as connection, connection.transaction():
        connection.execute(sql.SQL("lock table {} in access exclusive mode").format(sql.Identifier(table)))
        yield


@contextmanager
def _limit(site: Site, name: str, value: str) -> Iterator[None]:
    """Give both logins another setting, and end their connections, before and after, so that it counts."""
    with site.cluster.connect(RUNTIME) as runtime:
        (usual,) = runtime.execute(f"show {name}").fetchone() or ("",)
    with site.superuser() as connection:
        for role in (RUNTIME, OWNER):
            connection.execute(f"alter role {role} set {name} = '{value}'")
        connection.execute(f"select pg_terminate_backend(pid) {OTHERS}")
        yield
        connection.execute(f"alter role {RUNTIME} set {name} = '{usual}'")
        connection.execute(f"alter role {OWNER} reset {name}")
        connection.execute(f"select pg_terminate_backend(pid) {OTHERS}")
