"""pg_cron runs archive.maintain(): Debian's package, on a PostgreSQL 15 of this test's own."""

import tempfile
from pathlib import Path

import psycopg
import pytest
from app.core import embedded, install

from tests.conftest import SCRATCH, SUPERUSER, until

BINARIES = Path("/usr/lib/postgresql/15/bin")
LIBRARY = Path("/usr/lib/postgresql/15/lib/pg_cron.so")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LIBRARY.exists(), reason="there is no postgresql-15-cron here"),
]


@pytest.fixture
def cron():
    """A database with pg_cron and an archive, as its owner."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        data = Path(folder) / "postgres"
        host = str(embedded.socket_directory(data))
        with (
            embedded.Server(data, BINARIES),
            psycopg.connect(host=host, user=SUPERUSER, dbname="postgres", autocommit=True) as superuser,
        ):
            superuser.execute("create role keeper login createrole")
            superuser.execute("create database shop owner keeper")
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write(
                f"shared_preload_libraries = 'pg_cron'\ncron.database_name = 'shop'\ncron.host = '{host}'\n"
            )
        with embedded.Server(data, BINARIES):
            with psycopg.connect(host=host, user=SUPERUSER, dbname="shop", autocommit=True) as superuser:
                superuser.execute("create extension pg_cron; grant usage on schema cron to keeper")
            with psycopg.connect(host=host, user="keeper", dbname="shop", autocommit=True) as keeper:
                install.install(keeper)
                yield keeper


def test_a_job_maintains_the_archive(cron):
    cron.execute("create table note (id int primary key); select archive.enable('note')")
    months = "select partition::text from archive._partitions('note_archive') where lower > now() order by lower"
    (month, *_) = [name for (name,) in cron.execute(months)]
    cron.execute(f"drop table {month}")

    # As sql/README.md says, but every minute.
    cron.execute("select cron.schedule('archive', '* * * * *', 'select archive.maintain()')")

    until(lambda: cron.execute("select from cron.job_run_details where status = 'succeeded'").rowcount, seconds=90)
    assert cron.execute("select to_regclass(%s)::text", [month]).fetchone() == (month,)
