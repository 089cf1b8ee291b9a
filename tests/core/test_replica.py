"""Lists and downloads from a streaming replica: never stale, and from the primary while the replica cannot serve."""

import re
import shutil
import tempfile
import threading
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from app.core import embedded, replica
from app.core.config import settings
from app.core.db import engine

from tests.admin.browser import Browser
from tests.conftest import BINARIES, DATA, HOST, PORT, SCRATCH, SUPERUSER, until

pytestmark = pytest.mark.slow

LISTS = {
    "/api/v1/items/": "FROM item",
    "/api/v1/items/export/csv": "copy (SELECT item",
    "/api/v1/users/": 'FROM "user"',
    "/api/v1/archive/items/": "FROM item_archive",
    "/api/v1/archive/items/?q=item": "FROM item_archive",
    "/api/v1/archive/items/export/csv": "copy (SELECT item_archive",
    "/api/v1/archive/users/": "FROM user_archive",
    "/api/v1/archive/users/export/csv": "copy (SELECT user_archive",
    "/api/v1/archive/transactions/": "archive.deletions(",
    "/api/v1/archive/tables/item/": "FROM public.item_archive",
    "/api/v1/archive/tables/item/export/csv": "copy (SELECT ",
    "/admin/": "archive.deletions(",
    "/admin/items/": "FROM item_archive",
    "/admin/items/export/csv": "copy (SELECT item_archive",
    "/admin/users/": "FROM user_archive",
    "/admin/users/export/csv": "copy (SELECT user_archive",
    "/admin/tables/item/": "FROM public.item_archive",
    "/admin/tables/item/export/csv": "copy (SELECT ",
}
"""Each with a part of the statement that it runs."""


@pytest.fixture
def standby(db, monkeypatch):
    """A running replica of the tests' server, which the application reads from."""
    primary = embedded.Server(DATA, BINARIES)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        shutil.chown(folder, DATA.stat().st_uid)
        data = Path(folder) / "copy"
        where = ["-h", HOST, "-p", PORT, "-U", SUPERUSER]
        primary._checked("pg_basebackup", "--pgdata", str(data), "--checkpoint=fast", "--write-recovery-conf", *where)
        (data / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)  # the embedded server has its socket among its data
        with embedded.Server(data, BINARIES) as server:
            monkeypatch.setattr(settings, "POSTGRES_READ_SERVER", str(embedded.socket_directory(data)))
            monkeypatch.setattr(replica, "_left_alone_until", float("-inf"))
            yield server
            engine.dispose()


@pytest.fixture
def on_standby(standby):
    with psycopg.connect(
        host=settings.POSTGRES_READ_SERVER, port=PORT, user=SUPERUSER, dbname=settings.POSTGRES_DB, autocommit=True
    ) as connection:
        yield connection


@pytest.fixture
def reads(client):
    """Count the reads that were to be served by the replica or the primary."""

    def reads(server):
        found = re.search(rf'^database_reads_total{{server="{server}"}} (.*)$', client.get("/metrics").text, re.M)
        return float(found[1]) if found else 0

    return reads


@pytest.fixture
def served_by(client, admin, reads):
    """Return which server serves a list now."""

    def served_by(path="/api/v1/items/"):
        before = reads("replica")
        assert client.get(path, headers=admin).status_code == 200
        return "replica" if reads("replica") > before else "primary"

    return served_by


@pytest.fixture
def write_and_list(client, ada, headers):
    """Write and list as a user, so many times, and look that no list lacks one's own writes or takes a second."""

    def write_and_list(times, meanwhile=lambda: None):
        user, event = headers(ada), threading.Thread(target=meanwhile)
        for n in range(times):
            if n == times // 3:
                event.start()
            item = client.post("/api/v1/items/", json={"title": "an item"}, headers=user).json()
            assert _listed(user) == [item["id"]]
            assert client.delete(f"/api/v1/items/{item['id']}", headers=user).status_code == 200
            assert _listed(user) == []
        event.join()

    def _listed(user):
        start = monotonic()
        answer = client.get("/api/v1/items/", headers=user)
        assert answer.status_code == 200
        assert monotonic() - start < 1
        return [item["id"] for item in answer.json()["data"]]

    return write_and_list


def delay(on_standby, seconds):
    on_standby.execute(f"alter system set recovery_min_apply_delay = '{seconds}s'")
    on_standby.execute("select pg_reload_conf()")
    until(
        lambda: on_standby.execute("show recovery_min_apply_delay").fetchone() == (f"{seconds}s" if seconds else "0",)
    )


def warnings(client):
    return [each for each in client.get("/api/v1/utils/ready/").json()["warnings"] if "replica" in each]


def test_the_replica_runs_the_statements_of_lists_and_downloads(
    standby, on_standby, served_by, client, ada, superuser, make_item, delete
):
    Browser(client).sign_in(superuser.email)
    delete(make_item(ada), ada)
    on_standby.execute("alter system set log_statement = 'all'")
    on_standby.execute("select pg_reload_conf()")
    until(lambda: on_standby.execute("show log_statement").fetchone() == ("all",))
    until(lambda: served_by() == "replica")

    for path, part in LISTS.items():
        logged = len(standby.log.read_text())
        assert (path, served_by(path)) == (path, "replica")
        assert part in standby.log.read_text()[logged:]
        assert "ERROR" not in standby.log.read_text()[logged:]
    assert "database_replica_serves 1.0" in client.get("/metrics").text
    assert warnings(client) == []


def test_what_one_has_just_written_is_listed(standby, write_and_list, served_by, reads):
    until(lambda: served_by() == "replica")
    before = reads("replica")

    write_and_list(50)

    assert reads("replica") > before + 50


def test_a_replica_that_replays_ten_seconds_later_serves_nothing_stale(
    standby, on_standby, write_and_list, served_by, client, reads
):
    until(lambda: served_by() == "replica")
    delay(on_standby, 10)

    write_and_list(30)

    assert served_by() == "primary"
    (warning,) = warnings(client)
    assert "behind" in warning
    delay(on_standby, 0)
    until(lambda: served_by() == "replica")


def test_a_replica_that_stops_under_load_fails_no_read_and_serves_again(standby, write_and_list, served_by, client):
    until(lambda: served_by() == "replica")

    write_and_list(60, meanwhile=lambda: standby._pg_ctl("stop", "--mode=immediate"))

    assert served_by() == "primary"
    (warning,) = warnings(client)
    assert "does not answer" in warning
    standby.acquire()
    until(lambda: served_by() == "replica")


def test_a_replica_that_is_promoted_under_load_serves_no_more(on_standby, write_and_list, served_by, client):
    until(lambda: served_by() == "replica")

    write_and_list(60, meanwhile=lambda: on_standby.execute("select pg_promote()"))

    assert served_by() == "primary"
    (warning,) = warnings(client)
    assert "not a replica any more" in warning


def test_a_server_of_another_cluster_serves_nothing(db, served_by, client, data, monkeypatch):
    with embedded.Server(data, BINARIES) as other:
        where = {"host": str(embedded.socket_directory(data)), "user": SUPERUSER, "autocommit": True}
        with psycopg.connect(dbname="postgres", **where) as connection:
            connection.execute(f"create role {settings.POSTGRES_USER} login")
            connection.execute(f"create database {settings.POSTGRES_DB}")
        monkeypatch.setattr(settings, "POSTGRES_READ_SERVER", str(embedded.socket_directory(other.data)))
        monkeypatch.setattr(replica, "_left_alone_until", float("-inf"))

        assert served_by() == "primary"
        (warning,) = warnings(client)
        assert "another cluster" in warning
        engine.dispose()
