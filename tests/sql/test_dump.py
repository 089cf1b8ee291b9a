"""After a dump and restore, tables and columns have other numbers, and the archive knows them still."""

import subprocess

import psycopg
import pytest

from tests.conftest import BINARIES, HOST, PORT, SUPERUSER, connect
from tests.sql.conftest import HEALTH, RENAME

pytestmark = pytest.mark.alone


@pytest.fixture
def restored_dump(server, db):
    """Dump this test's database and restore it as another one."""
    name = f"{db.info.dbname}_copy"

    def restored_dump() -> psycopg.Connection:
        login = ["-h", HOST, "-p", PORT, "-U", SUPERUSER]
        server.execute(f"create database {name} template template0 owner {db.info.user}")
        dump = subprocess.run(
            [BINARIES / "pg_dump", *login, db.info.dbname], check=True, capture_output=True, timeout=60
        )
        subprocess.run(
            [BINARIES / "psql", *login, "-qX", "-v", "ON_ERROR_STOP=1", name],
            input=dump.stdout,
            check=True,
            capture_output=True,
            timeout=60,
        )
        copies.append(connect(db.info.user, dbname=name))
        return copies[0]

    copies: list[psycopg.Connection] = []
    yield restored_dump
    for copy in copies:
        copy.close()
    server.execute(f"drop database if exists {name} with (force)")


def test_after_a_dump_and_restore_all_is_as_before(oak, restored_dump):
    """There, columns and tables have other numbers: those of dropped columns are used again."""
    oak.execute("alter table shelf drop label; alter table shelf add place text; select archive.enable('shelf')")
    oak.execute("insert into shelf values (2, 3, 'hall'); delete from shelf")

    copy = restored_dump()

    assert [check for check, _ in copy.execute(HEALTH) if check != "roles are not shared"] == []
    copy.execute("insert into shelf values (4, 5, 'loft'); delete from shelf")
    copy.execute("select archive.restore('shelf', array(select archive_id from shelf_archive))")
    assert copy.execute("select * from shelf order by id").fetchall() == [(1, 7, None), (2, 3, "hall"), (4, 5, "loft")]
    copy.execute("delete from shelf; select archive.enable('shelf')")
    copy.execute("alter table shelf rename place to room; select archive.enable('shelf')")
    copy.execute("select archive.restore_transaction((select max(transaction_id) from shelf_archive))")
    assert copy.execute("select id, room from shelf order by id").fetchall() == [(1, None), (2, "hall"), (4, "loft")]


def test_after_a_dump_and_restore_maintain_learns_the_new_numbers(oak, restored_dump):
    copy = restored_dump()

    copy.execute("select archive.maintain()")
    copy.execute(RENAME.format("shelf", "shelf"))
    copy.execute(RENAME.format("shelf_archive", "shelf_archive"))
    copy.execute("select archive.enable('shelf')")

    copy.execute("select archive.restore('shelf', '{1}')")
    assert copy.execute("select * from shelf").fetchall() == [(1, "oak", 7)]
    assert copy.execute("select count(*) from archive.maintain()").fetchone() == (0,)


def test_after_a_dump_and_restore_the_look_ups_are_as_chosen(oak, restored_dump):
    oak.execute("select archive.enable('shelf', lookups => 'undo')")

    copy = restored_dump()

    copy.execute("select archive.maintain()")
    assert copy.execute("select lookups from archive.registry where source = 'shelf'::regclass").fetchone() == ("undo",)
    assert [check for check, _ in copy.execute(HEALTH) if check != "roles are not shared"] == []
    indexes = "select count(*) from pg_index where indrelid = 'shelf_archive'::regclass"
    assert copy.execute(indexes).fetchone() == (2,)


def test_after_a_dump_and_restore_the_chain_of_seals_goes_on(shelf, restored_dump):
    """Rows that were not sealed yet are sealed there, though transaction ids are compared with none of before."""
    shelf.execute("insert into shelf values (1, 'oak', 7), (2, 'ash', 8); delete from shelf where id = 1")
    published = shelf.execute("select archive.seal()").fetchone()[0]  # the first takes what is visible
    shelf.execute("delete from shelf where id = 2")

    copy = restored_dump()

    copy.execute("insert into shelf values (3, 'elm', 9); delete from shelf")
    assert copy.execute("select bool_and(ok) from archive.verify()").fetchone() == (True,)
    copy.execute("select archive.seal()")
    assert copy.execute("select ids::text from archive.seal_chunk order by batch").fetchall() == [
        ("{[1,2)}",),
        ("{[2,4)}",),
    ]
    assert copy.execute("select bool_and(ok) from archive.verify(%s)", [published]).fetchone() == (True,)
    with connect(SUPERUSER, dbname=copy.info.dbname) as superuser:
        superuser.execute("update shelf_archive set label = 'fir' where archive_id = 2")
    assert copy.execute("select count(*) from archive.verify() where not ok").fetchone() == (1,)
