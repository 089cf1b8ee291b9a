"""Servers between which docs/guides/replication.md is run."""

import os
import subprocess
import threading
from contextlib import contextmanager, suppress

import psycopg
from app.core import embedded

from tests.cli.conftest import COMMAND
from tests.conftest import BINARIES, SUPERUSER

EVERYTHING = "select a.archive_id, to_jsonb(a) from note_archive a order by 1"


def connect(data):
    return psycopg.connect(where(data), autocommit=True)


def where(data, user=SUPERUSER):
    return f"host={embedded.socket_directory(data)} user={user} dbname=postgres"


@contextmanager
def publisher(data, programs=BINARIES):
    """A server that may publish, with an archived table."""
    with embedded.Server(data, programs), (data / "postgresql.conf").open("a") as file:
        file.write("wal_level = logical\n")
    with embedded.Server(data, programs), connect(data) as db:
        subprocess.run([COMMAND, "install", where(data)], check=True, capture_output=True)
        db.execute("create table note (id bigint generated always as identity primary key, text text)")
        db.execute("select archive.enable('note'), archive.declare_subject('note')")
        yield db


def shell(code, programs=BINARIES, **servers):
    """Run a block of the guide."""
    path = ":".join([str(COMMAND.parent), str(programs), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail"],
        input=code,
        env=os.environ | {"PATH": path} | servers,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{code}\n{done.stderr}"
    return done.stdout


class Load:
    """Clients that delete one row after the other, and note what was acknowledged."""

    def __init__(self, data):
        self.data = data
        self.deleted = []
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._delete) for _ in range(3)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _delete(self):
        while not self._stopped.is_set():
            with suppress(psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction), connect(self.data) as db:
                while not self._stopped.is_set():
                    (id,) = db.execute("insert into note (text) values ('x') returning id").fetchone()
                    db.execute("delete from note where id = %s", [id])
                    self.deleted.append(id)
