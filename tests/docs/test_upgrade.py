"""pg_upgrade as docs/operate.md has it, from each older version to the one that is served here."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from app.core import embedded, install, upkeep
from app.core.resources import REPOSITORY

from tests.conftest import SCRATCH, SUPERUSER
from tests.matrix import PROGRAMS

pytestmark = pytest.mark.slow

PAGE = (REPOSITORY / "docs" / "operate.md").read_text()
(COMMANDS,) = re.findall(r"```sh\n(initdb .*?)```", PAGE, re.DOTALL)
NEW = embedded.binaries()


@pytest.fixture(params=["15", "16", "17"])
def programs(request):
    """An older version's."""
    programs = PROGRAMS[request.param]
    if not (programs / "pg_ctl").exists():
        pytest.skip(f"PostgreSQL {request.param} is not installed (15: Debian's package; others: make test-matrix)")
    return programs


@pytest.fixture
def folder():
    """Where both clusters are, and what pg_upgrade writes."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        yield Path(folder)


def connect(data):
    where = {"host": str(embedded.socket_directory(data)), "user": SUPERUSER, "dbname": "postgres"}
    return psycopg.connect(**where, autocommit=True)


def faults(db):
    health = "select source::text, check_name from archive.health(thorough => true) where not ok order by 1, 2"
    return db.execute(health).fetchall()


def upgrade(old, new, programs):
    """Run the page's commands, as the user that both clusters belong to."""
    user = embedded.SYSTEM_USER if os.geteuid() == 0 else None
    shutil.chown(old.parent, old.stat().st_uid)  # there pg_upgrade writes and has its sockets
    places = {
        "/usr/lib/postgresql/15/bin": programs,
        "/usr/lib/postgresql/18/bin": NEW,
        "/data/15": old,
        "/data/18": new,
    }
    for command in COMMANDS.replace("\\\n", "").splitlines():
        for written, place in places.items():
            command = command.replace(written, str(place))
        program, *arguments = shlex.split(command)
        command = [NEW / program, *arguments]
        done = subprocess.run(command, user=user, cwd=old.parent, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_pg_upgrade_keeps_the_archive_with_its_transaction_ids(folder, programs):
    old, new = folder / "old", folder / "new"
    with embedded.Server(old, programs), connect(old) as db:
        install.install(db)
        db.execute("create table shelf (id int primary key, label text, place text)")
        db.execute("create table book (id int primary key, shelf int references shelf on delete cascade)")
        db.execute("select archive.enable('shelf'), archive.enable('book')")
        db.execute(
            "alter table shelf drop label; alter table shelf rename place to room; select archive.enable('shelf')"
        )
        db.execute("insert into shelf values (1, 'hall'), (2, 'loft'); insert into book values (1, 1), (2, 2)")
        db.execute("delete from shelf where id = 1")
        if db.execute("select 1 from pg_attribute where attoptions::text ~ 'pg_attver'").fetchone():
            pytest.skip(
                "the new version is of an earlier minor release than the old: its pg_dump does not know pg_attver"
            )
        before = db.execute("table archive.transactions").fetchall()
        assert faults(db) == [(None, "separate runtime login")]  # the superuser is the owner, for short

    upgrade(old, new, programs)

    with embedded.Server(new), connect(new) as db:
        assert db.execute("show server_version_num").fetchone()[0] >= "180000"
        assert faults(db) == [(None, "separate runtime login")]
        assert db.execute("table archive.transactions").fetchall() == before
        db.execute("delete from shelf where id = 2")
        db.execute("alter table shelf rename room to place; select archive.enable('shelf')")
        upkeep.maintain(db)
        for (deletion,) in db.execute("select transaction_id from archive.transactions").fetchall():
            db.execute("select archive.restore_transaction(%s)", [deletion])
        assert db.execute("select * from shelf order by 1").fetchall() == [(1, "hall"), (2, "loft")]
        assert db.execute("select * from book order by 1").fetchall() == [(1, 1), (2, 2)]
        assert faults(db) == [(None, "separate runtime login")]
