"""`archive-table install`, `uninstall`, `bundle` and `maintain`, as a DBA types them."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from app.core import install

from tests.conftest import until
from tests.install.conftest import BUNDLE, KEEPER, check_that_it_works, dump, faults, psql


def test_install_says_what_it_did_and_what_to_type_next(shop, archive_table):
    done = archive_table("install")

    assert (done.returncode, done.stderr) == (0, "")
    assert "is installed in database shop" in done.stdout
    assert "archive_runtime" in done.stdout
    assert "select archive.enable('your_table')" in done.stdout
    check_that_it_works(shop)


def test_what_install_says_to_type_next_works(shop, archive_table):
    shop.execute(
        "create table your_table (id int primary key); create role your_login; insert into your_table values (1)"
    )
    told = archive_table("install").stdout

    enable, grant, health, settings, deletions, undo = [line for line in told.splitlines() if line.startswith("  ")]
    psql(
        shop,
        script="\n".join([enable, grant, health, "begin;", settings, "delete from your_table; commit;", deletions]),
    )
    (id,) = shop.execute("select max(transaction_id)::text from your_table_archive").fetchone()
    psql(shop, script=undo.replace("their transaction_id", id))

    assert shop.execute("select archived_by, reason from your_table_archive").fetchall() == [("who", "why")]
    assert shop.execute("select count(*) from your_table").fetchone() == (1,)
    shop.execute("drop role your_login")


@pytest.mark.parametrize("kind", ["a URI", "a connection string"])
def test_the_database_can_be_named(shop, host, archive_table, kind):
    named = {
        "a URI": f"postgresql://{KEEPER}@/shop?host={host}",
        "a connection string": f"host={host} user={KEEPER} dbname=shop",
    }

    done = archive_table("install", named[kind], dbname="nowhere", PGUSER="nobody")

    assert done.returncode == 0, done.stderr
    check_that_it_works(shop)


def test_an_upgrade_is_the_same_command(shop, archive_table):
    archive_table("install")
    check_that_it_works(shop)
    shop.execute("update archive.settings set value = '0.0.9' where name = 'version'")

    assert "upgraded from version 0.0.9 to" in archive_table("install").stdout
    again = archive_table("install")
    assert "already" in again.stdout
    assert "Archived: note." in again.stdout


def test_install_moves_to_other_roles(shop, archive_table):
    archive_table("install")

    done = archive_table("install", "--roles", "shop")

    assert "shop_runtime" in done.stdout
    assert shop.execute("select value from archive.settings where name = 'roles'").fetchone() == ("shop",)


def test_every_refusal_is_one_sentence(shop, make_database, archive_table):
    make_database("other")
    archive_table("install")
    shop.execute("update archive.settings set value = '999.0.0' where name = 'version'")

    for arguments, options, sentence in [
        (["install"], {}, "newer than this program's"),
        (["install"], {"dbname": "other"}, "--roles PREFIX"),
        (["install"], {"dbname": "nowhere"}, 'database "nowhere" does not exist'),
        (["install", "postgresql://[nonsense"], {}, "Cannot connect"),
        (["install"], {"PGHOST": "/nowhere"}, "Cannot connect"),
        (["install"], {"PGUSER": "stranger", "dbname": "other"}, "may not create schema archive"),
        (["install", "--roles", "pg_x"], {"dbname": "other"}, "no prefix for roles"),
        (["install", "--roles", "Ä"], {}, "ASCII"),
        (["uninstall", "--yes"], {"dbname": "other"}, "There is no archive in database other"),
        (["uninstall"], {}, "add --yes"),
        (["maintain"], {"dbname": "other"}, "archive-table install"),
    ]:
        done = archive_table(*arguments, **options)

        assert done.returncode == 1, arguments
        assert done.stderr.startswith("error: "), arguments
        assert done.stderr.count("\n") == 1, done.stderr
        assert sentence in done.stderr


def test_the_bundle_is_printed(archive_table):
    assert archive_table("bundle").stdout == BUNDLE
    assert archive_table("bundle", "--roles", "shop").stdout == install.bundle("shop")


def test_uninstall_keeps_the_archives(shop, archive_table):
    archive_table("install")
    check_that_it_works(shop)

    done = archive_table("uninstall", "--yes")

    assert (done.returncode, done.stderr) == (0, "")
    assert "kept: note_archive" in done.stdout
    assert shop.execute("select to_regnamespace('archive'), count(*) from note_archive").fetchone() == (None, 2)


def test_uninstall_drops_the_archives_when_told_to(shop, archive_table):
    before = dump(shop)
    archive_table("install")
    check_that_it_works(shop)
    shop.execute("select archive.disable('note'); drop table note")

    done = archive_table("uninstall", "--drop-archives", "--yes")

    assert "dropped with every deleted row in them: note_archive" in done.stdout
    assert dump(shop) == before


def test_uninstall_asks(shop, archive_table):
    archive_table("install")
    before = dump(shop)

    assert archive_table("uninstall").returncode == 1
    assert dump(shop) == before


def test_maintain_says_what_it_did(shop, archive_table):
    archive_table("install")
    check_that_it_works(shop)
    (partition,) = shop.execute(
        "select partition::text from archive._partitions('note_archive') where lower > now() limit 1"
    ).fetchone()
    shop.execute(f"drop table {partition}")

    assert partition in archive_table("maintain").stdout
    assert archive_table("maintain").stdout == "Nothing had to be done.\n"
    assert [name for name, _ in faults(shop)] == ["separate runtime login"]


SHELF = """
    create table shelf (id int primary key, label text);
    select archive.enable('shelf');
    select archive._partition_make_month('shelf_archive', archive._partition_month(now(), -1));
    insert into shelf_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id, label)
    select n, '7', archive._partition_month(now(), -1), 'x', false, n, 'board ' || n || repeat(' of oak', 10)
      from generate_series(1, 20000) n;
"""
SEARCH_INDEXES = """
    select indisvalid from pg_index where indexrelid in (select oid from pg_class where relname like 'archive_search_%')
"""


def test_maintain_makes_search_indexes_while_restores_go_on(shop, connect, archive_table):
    archive_table("install")
    shop.execute(SHELF)

    with connect("shop") as restoring:
        restoring.execute("begin; update shelf_archive set restored_by = 'x' where archive_id = 1")
        with ThreadPoolExecutor() as pool:
            runs = [pool.submit(archive_table, "maintain") for _ in range(2)]
            until(lambda: shop.execute(f"{SEARCH_INDEXES} and not indisvalid").rowcount == 1)
            shop.execute("set lock_timeout = '10s'; update shelf_archive set restored_by = 'x' where archive_id = 2")
            restoring.execute("commit")
            answers = [(run.result().returncode, run.result().stderr) for run in runs]

    assert answers == [(0, ""), (0, "")]
    assert shop.execute(SEARCH_INDEXES).fetchall() == [(True,)]
    assert archive_table("maintain").stdout == "Nothing had to be done.\n"


def test_maintain_makes_an_index_anew_that_a_cancelled_run_left(shop, connect, archive_table):
    archive_table("install")
    shop.execute(SHELF)
    shop.execute("create extension pg_trgm")
    ((name, definition),) = shop.execute("select name, definition from archive._search_missing_indexes()")
    (partition,) = shop.execute("select partition::text from archive._search_missing_indexes()").fetchone()
    with connect("shop") as restoring:
        restoring.execute("begin; update shelf_archive set restored_by = 'x' where archive_id = 1")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            shop.execute("set lock_timeout = '100ms'")
            shop.execute(f"create index concurrently {name} on {partition} using gin ({definition})")
    assert shop.execute(SEARCH_INDEXES).fetchall() == [(False,)]

    assert "search index" in archive_table("maintain").stdout

    assert shop.execute(SEARCH_INDEXES).fetchall() == [(True,)]


def test_the_version_is_the_programs(shop, archive_table):
    archive_table("install")

    assert archive_table("--version").stdout.strip() == install.version(shop)
