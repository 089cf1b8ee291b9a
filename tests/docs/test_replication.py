"""Logical replication as docs/guides/replication.md has it: a switch-over under load, and a copy for auditors."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from app.core import embedded, install

from tests.conftest import BINARIES, SCRATCH, until
from tests.docs.replication import EVERYTHING, Load, connect, publisher, shell, where
from tests.docs.test_guides import blocks
from tests.matrix import PROGRAMS

pytestmark = pytest.mark.slow

BLOCKS = [code for _, code in blocks("guides/replication.md", "sh")]
MOVE, AUDIT, PURGES = BLOCKS[:4], BLOCKS[4], BLOCKS[5]
ERRORS = "select source::text, check_name, detail from archive.health() where not ok and severity = 'error'"


@pytest.fixture
def old():
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        yield Path(folder) / "old"


@pytest.fixture
def new():
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        yield Path(folder) / "new"


def arrived(old, new):
    """Wait until the subscriber has everything that the publisher has now."""
    (end,) = old.execute("select pg_current_wal_lsn()::text").fetchone()
    slots = "select bool_and(confirmed_flush_lsn >= %s::text::pg_lsn) from pg_replication_slots"
    until(lambda: old.execute(slots, [end]).fetchone()[0])


@pytest.mark.parametrize("version", ["15", "18"])
def test_a_switch_over_under_load_loses_and_doubles_nothing(old, new, version):
    programs = PROGRAMS[version]
    if not (programs / "pg_ctl").exists():
        pytest.skip(f"PostgreSQL {version} is not installed")
    servers = {"programs": programs, "OLD": where(old), "NEW": where(new)}
    with publisher(old, programs) as source, embedded.Server(new), Load(old) as load:
        until(lambda: len(load.deleted) > 200)
        source.execute("select archive.hold('note', '{1}', 'case 4711')")
        for block in MOVE[:3]:
            told = shell(block, **servers)
        assert "(0 rows)" in told
        until(lambda: len(load.deleted) > 1000)
        with connect(old) as last:
            last.execute("select archive.purge('note', archive_ids => '{2}', dry_run => false)")
        told = shell(MOVE[3], **servers)
        assert "(0 rows)" in told

        before, load.data = list(load.deleted), new
        until(lambda: len(load.deleted) > len(before) + 200)
        load.__exit__()
        with connect(old) as source, connect(new) as db:
            source_rows, rows = source.execute(EVERYTHING).fetchall(), db.execute(EVERYTHING).fetchall()
            moved = len(source_rows)
            assert rows[:moved] == source_rows
            archived = Counter(row["id"] for _, row in rows)
            purged = set(load.deleted) - set(archived)
            assert len(purged) == 1
            assert set(archived.values()) == {1}
            assert len({archive_id for archive_id, _ in rows}) == len(rows)
            assert db.execute(
                "select tgenabled from pg_trigger where tgname = 'zz_archive_before_delete'"
            ).fetchone() == ("A",)
            assert db.execute("select archive_id from archive.holds").fetchall() == [(1,)]
            db.execute("select archive.purge('note', archive_ids => '{3}', dry_run => false)")
            assert db.execute("select count(*) from archive.purge_log").fetchone() == (3,)


def test_a_copy_for_auditors_gets_erasures_always_and_purges_if_asked(old, new):
    with publisher(old) as source, embedded.Server(new, BINARIES), connect(new) as copy:
        copy.execute("create role warden login superuser")
        source.execute("insert into note (text) select 'x' from generate_series(1, 10); delete from note")
        shell(AUDIT, OLD=where(old), COPY=where(new, "warden"))
        assert copy.execute(
            "select relowner::regrole::text from pg_class where relname = 'note_archive'"
        ).fetchone() == ("warden",)
        assert source.execute("select to_regrole('warden')").fetchone() == (None,)
        assert copy.execute(EVERYTHING).fetchall() == source.execute(EVERYTHING).fetchall()

        source.execute("select archive.restore('note', '{1}')")
        source.execute("select archive.erase_subject('2', 'request')")
        arrived(source, copy)
        assert copy.execute(EVERYTHING).fetchall() == source.execute(EVERYTHING).fetchall()
        assert copy.execute("select text, erased_at is null from note_archive where id = 2").fetchall() == [
            (None, False)
        ]

        source.execute("select archive.purge('note', archive_ids => '{3}', dry_run => false)")
        arrived(source, copy)
        assert copy.execute("select count(*) from note_archive").fetchone() == (10,)

        shell(PURGES, OLD=where(old))
        source.execute("select archive.purge('note', archive_ids => '{4}', dry_run => false)")
        arrived(source, copy)
        assert copy.execute("select count(*) from note_archive where archive_id = 4").fetchone() == (0,)
        assert copy.execute(ERRORS).fetchall() == []


def test_a_purged_month_and_months_made_later_arrive_and_the_subscription_goes_on(old, new):
    """A whole month with a row on hold: truncated and put back, the held row would be there twice."""
    with publisher(old) as source, embedded.Server(new, BINARIES), connect(new) as copy:
        source.execute("select archive._partition_make_month('note_archive', '2020-01-01Z')")
        source.execute("insert into note (text) select 'x' from generate_series(1, 3); delete from note")
        source.execute("update note_archive set archived_at = '2020-01-15Z'")
        shell(AUDIT + PURGES, OLD=where(old), COPY=where(new))
        source.execute("select archive.hold('note', '{2}', 'case')")

        source.execute("select archive.purge('note', '2020-03-01Z', dry_run => false)")
        source.execute("select archive._partition_make_month('note_archive', '2031-05-01Z')")
        source.execute("insert into note (text) values ('y'); delete from note")
        source.execute("update note_archive set archived_at = '2031-05-15Z' where text = 'y'")
        arrived(source, copy)

        assert copy.execute(EVERYTHING).fetchall() == source.execute(EVERYTHING).fetchall()
        assert [id for id, _ in copy.execute(EVERYTHING)] == [2, 4]


def test_health_on_a_subscriber_knows_what_it_lacks(old, new):
    with publisher(old) as source, embedded.Server(new, BINARIES), connect(new) as copy:
        install.install(copy)
        copy.execute("create table note (id bigint primary key, text text); select archive.enable('note')")
        source.execute("create publication leaves for table note_archive; create publication live for table note")
        copy.execute(f"create subscription leaves connection '{where(old)}' publication leaves")
        assert copy.execute(ERRORS).fetchall() == []

        source.execute("alter publication leaves drop table note_archive")
        source.execute("alter publication leaves add table note_archive_default")
        copy.execute("alter subscription leaves refresh publication")
        ((_, name, detail),) = copy.execute(ERRORS).fetchall()
        assert (name, "note_archive_y" in detail) == ("subscription is whole", True)

        copy.execute("drop subscription leaves")
        copy.execute(f"create subscription live connection '{where(old)}' publication live")
        warned = copy.execute(
            "select check_name from archive.health() where not ok and severity = 'warning'"
        ).fetchall()
        assert ("archive is subscribed too",) in warned


def test_all_tables_are_subscribed_into_an_empty_schema_archive_and_taken_over(old, new):
    with publisher(old) as source, embedded.Server(new, BINARIES), connect(new) as db:
        source.execute("insert into note (text) select 'x' from generate_series(1, 5); delete from note where id < 3")
        source.execute("create publication everything for all tables with (publish_via_partition_root = true)")
        db.execute("create role archive_runtime; create role archive_auditor")
        schema = 'pg_dump "$OLD" --schema-only --no-publications | psql "$NEW" -q -v ON_ERROR_STOP=1 > /dev/null'
        shell(schema, OLD=where(old), NEW=where(new))
        db.execute("alter table note enable trigger zz_archive_before_delete")
        db.execute(f"create subscription everything connection '{where(old)}' publication everything")
        until(lambda: db.execute("select bool_and(srsubstate = 'r') from pg_subscription_rel").fetchone()[0])

        source.execute("delete from note where id = 3")
        arrived(source, db)
        assert db.execute(EVERYTHING).fetchall() == source.execute(EVERYTHING).fetchall()
        faults = db.execute("select check_name, detail from archive.health() where not ok").fetchall()
        assert "archive.registry" in dict(faults)["state is its own"]

        db.execute("drop subscription everything")
        install.install(db)
        db.execute("delete from note where id = 4")
        assert db.execute(ERRORS).fetchall() == []
        assert db.execute("select array_agg(archive_id order by archive_id) from note_archive").fetchone() == (
            [1, 2, 3, 4],
        )
