"""Point-in-time recovery as docs/operate.md has it: a dropped table comes back, and what was deleted before with it."""

import re
import shlex
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
from app.core import embedded, install
from app.core.resources import REPOSITORY

from tests.conftest import BINARIES, SCRATCH, SUPERUSER, until

pytestmark = pytest.mark.slow

PAGE = (REPOSITORY / "docs" / "operate.md").read_text()
ARCHIVING, RECOVERY = re.findall(r"```\n(\w+ = .*?)```", PAGE, re.DOTALL)
(BASE_BACKUP,) = re.findall(r"```sh\n(pg_basebackup .*?)\n```", PAGE)


@pytest.fixture
def backup():
    """A folder for the page's /backup, which the server may write."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        yield Path(folder)


def connect(data):
    where = {"host": str(embedded.socket_directory(data)), "user": SUPERUSER, "dbname": "postgres"}
    return psycopg.connect(**where, autocommit=True)


def configure(data, text, backup):
    with (data / "postgresql.conf").open("a") as file:
        file.write(text.replace("/backup", str(backup)))


def test_what_was_dropped_is_back_and_what_was_deleted_before_is_archived(backup):
    data, copy, wal = backup / "data", backup / "base", backup / "wal"
    wal.mkdir()
    with embedded.Server(data, BINARIES):
        configure(data, ARCHIVING, backup)
        for folder in (wal, backup):
            shutil.chown(folder, data.stat().st_uid)
    with embedded.Server(data, BINARIES) as server, connect(data) as db:
        install.install(db)
        db.execute("create table note (id int primary key); select archive.enable('note')")
        db.execute("insert into note select generate_series(1, 100)")
        program, *arguments = shlex.split(BASE_BACKUP.replace("/backup", str(backup)))
        server._checked(program, *arguments, "-h", str(embedded.socket_directory(data)), "-U", SUPERUSER)
        db.execute("delete from note where id <= 10")
        (moment,) = db.execute("select clock_timestamp()::text").fetchone()
        db.execute("drop table note, note_archive cascade")
        db.execute("select pg_switch_wal()")

    (copy / f".s.PGSQL.{embedded.PORT}.lock").unlink()  # the embedded server has its socket among its data
    (copy / "recovery.signal").touch()
    configure(copy, re.sub("(recovery_target_time = ).*", rf"\1'{moment}'", RECOVERY), backup)
    with embedded.Server(copy, BINARIES), connect(copy) as db:
        until(lambda: not db.execute("select pg_is_in_recovery()").fetchone()[0])

        assert db.execute("select count(*) from note").fetchone() == (90,)
        assert (
            db.execute("select check_name from archive.health() where not ok and severity = 'error'").fetchall() == []
        )
        db.execute("select archive.restore('note', array(select archive_id from note_archive))")
        assert db.execute("select count(*) from note").fetchone() == (100,)
