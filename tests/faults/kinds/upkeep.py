"""What the database's owner does while it is in use: migrations, partitions, purges."""

import signal
import time
from contextlib import suppress

import psycopg

from tests.faults.check import Finding
from tests.faults.client import Refused, Unanswered
from tests.faults.kinds.registry import Site, fault
from tests.faults.server import OWNER


@fault(short=True)
def migration_unchanged(site: Site) -> None:
    """archive-table migrate twice: the second time it finds everything in place."""
    _migrate(site)
    _migrate(site)


@fault(short=True)
def migration_made_anew(site: Site) -> None:
    """archive-table migrate makes all of the archive's code anew."""
    _forget_code(site)
    _migrate(site)


@fault(short=True)
def migration_killed(site: Site) -> None:
    """kill -9 of archive-table migrate while it makes the code anew."""
    _forget_code(site)
    under_way = (
        "select 1 from pg_stat_activity where application_name = 'archive-table migrate' and xact_start is not null"
    )
    with site.superuser() as connection, site.service.migrate() as migration:
        while migration.poll() is None and not connection.execute(under_way).fetchone():
            time.sleep(0.01)
        time.sleep(site.random.uniform(0, 0.4))
        migration.send_signal(signal.SIGKILL)


@fault(short=True)
def partitions_made(site: Site) -> None:
    """The last empty partition is dropped and made again, time and again for two seconds."""
    end = time.monotonic() + 2
    with site.cluster.connect(OWNER) as connection:
        connection.execute("set lock_timeout = '200ms'")
        while time.monotonic() < end:
            with suppress(psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                (last,) = connection.execute(
                    "select partition::text from archive._partitions('item_archive') where lower > now()"
                    " order by lower desc limit 1"
                ).fetchone() or ("",)
                connection.execute(f"drop table {last}")
            connection.execute("select archive.maintain()")
            time.sleep(0.1)
        connection.execute("select archive.maintain()")


@fault(short=True)
def old_months_purged(site: Site) -> None:
    """Hundreds of old deletions, some on hold, are moved to a partition of their own and purged."""
    with suppress(Refused, Unanswered):
        site.operator.purge_old_months()


def _forget_code(site: Site) -> None:
    with site.cluster.connect(OWNER) as connection:
        connection.execute("delete from archive.applied_code")


def _migrate(site: Site) -> None:
    migration = site.service.migrate()
    if migration.wait(60):
        end = site.service.log.read_text()[-2000:]
        site.run.findings.append(Finding("migration failed", "archive-table migrate", end))
