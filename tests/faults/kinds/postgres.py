"""Faults of PostgreSQL's processes and connections."""

import os
import signal
import time

from tests.faults.kinds.registry import Site, fault
from tests.faults.server import DATABASE

OTHERS = f"""
    from pg_stat_activity
   where datname = '{DATABASE}' and backend_type = 'client backend' and pid <> pg_backend_pid()
"""


@fault(restarts=True, short=True)
def backend_killed(site: Site) -> float:
    """kill -9 of a backend that serves the API: PostgreSQL ends all others and recovers."""
    return _kill(site, "application_name = 'archive-table api' order by state = 'active' desc, random()")


@fault(restarts=True, short=True)
def checkpointer_killed(site: Site) -> float:
    """kill -9 of the checkpointer."""
    return _kill(site, "backend_type = 'checkpointer'")


@fault(restarts=True)
def wal_writer_killed(site: Site) -> float:
    """kill -9 of the WAL writer."""
    return _kill(site, "backend_type = 'walwriter'")


@fault(restarts=True, short=True)
def postmaster_killed(site: Site) -> float:
    """kill -9 of the postmaster; its supervisor starts another."""
    return site.cluster.node.process.kill_all()


@fault(restarts=True, short=True)
def stopped_immediately(site: Site) -> float:
    """What pg_ctl stop -m immediate does, SIGQUIT for the postmaster; and a start."""
    return site.cluster.node.process.kill_all(signal.SIGQUIT)


@fault(restarts=True)
def restarted_fast(site: Site) -> float:
    """SIGINT for the postmaster: transactions are rolled back, connections ended; and a start."""
    return site.cluster.node.process.kill_all(signal.SIGINT)


@fault(restarts=True)
def api_and_postmaster_killed(site: Site) -> float:
    """kill -9 of everything, as where a machine goes down."""
    killed = site.cluster.node.process.kill_all()
    site.service.process.kill_all(group=True)
    return killed


@fault(short=True)
def backends_terminated(site: Site) -> None:
    """pg_terminate_backend() for every connection, again and again for two seconds."""
    _storm(site, "pg_terminate_backend", 0.1)


@fault(short=True)
def statements_cancelled(site: Site) -> None:
    """pg_cancel_backend() for every connection, again and again for two seconds."""
    _storm(site, "pg_cancel_backend", 0.02)


def _kill(site: Site, which: str) -> float:
    killed = time.monotonic()
    with site.superuser() as connection:
        for (pid,) in connection.execute(f"select pid from pg_stat_activity where {which} limit 1").fetchall():
            killed = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            connection.execute("select pg_sleep(60)")  # until the postmaster ends every connection
    return killed


def _storm(site: Site, function: str, pause: float) -> None:
    with site.superuser() as connection:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            connection.execute(f"select {function}(pid) {OTHERS}")
            time.sleep(pause)
