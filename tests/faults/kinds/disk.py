"""Faults of the disk. They need a disk of its own for PostgreSQL, which root alone can mount."""

import contextlib
import time

import psycopg

from tests.faults.kinds.registry import Site, Skipped, fault

REASON = "PostgreSQL's data is on no disk of its own: that takes root, and a mount"


@fault(restarts=True, short=True)
def disk_full(site: Site) -> None:
    """No room on PostgreSQL's disk for three seconds."""
    _refuse_without_disk(site)
    with site.cluster.full_disk():
        time.sleep(3)


@fault(restarts=True)
def disk_full_for_wal(site: Site) -> None:
    """No room, and the WAL needs it: PostgreSQL panics, and cannot start until there is."""
    _refuse_without_disk(site)
    with site.cluster.full_disk():
        end = time.monotonic() + 3
        while time.monotonic() < end:
            # A server with no room may refuse the connection, or end it.
            with contextlib.suppress(psycopg.OperationalError), site.cluster.connect() as connection:
                connection.execute("select pg_switch_wal()")
            time.sleep(0.05)


@fault(restarts=True, short=True)
def killed_while_disk_is_full(site: Site) -> None:
    """kill -9 of the postmaster while there is no room; two seconds later there is."""
    _refuse_without_disk(site)
    with site.cluster.full_disk():
        time.sleep(1)
        site.cluster.node.process.kill_all()
        time.sleep(2)


def _refuse_without_disk(site: Site) -> None:
    if not site.cluster.has_disk:
        raise Skipped(REASON)
