"""The search of a text: trigram indexes on closed months, made by archive.maintain()."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.conftest import SUPERUSER, connect, until
from tests.sql.conftest import HEALTH, WAITING

pytestmark = pytest.mark.alone

MONTHS = """
    select archive._partition_make_month('shelf_archive', archive._partition_month(now(), -m))
      from unnest(array[1, 2]) m
"""
FILL = """
    insert into shelf_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id, label)
    select nextval('archive.archive_id_seq'), '7', archive._partition_month(now(), -n % 3), 'x', false, n,
           'board ' || n || repeat(' of oak', 10)
      from generate_series(1, {}) n
"""
INDEXES = """
    select i.indrelid::regclass::text, i.indisvalid, pg_get_indexdef(i.indexrelid)
      from pg_index i join pg_am a on a.amname = 'gin'
      join pg_class c on c.oid = i.indexrelid and c.relam = a.oid
     where i.indrelid::regclass::text ~ '^shelf'
     order by 1, 3
"""
SEARCH = "select archive_id from shelf_archive where label::text collate \"default\" ilike '%BOARD 4711 of%'"


def plan(db: psycopg.Connection, query: str = SEARCH) -> str:
    return "\n".join(line for (line,) in db.execute(f"explain {query}"))


def maintain(db: psycopg.Connection) -> list[str]:
    return [done for (done,) in db.execute("select done from archive.maintain() where source = 'shelf'::regclass")]


@pytest.fixture
def filled(shelf):
    """An archive with rows in this month and the two before."""
    shelf.execute(MONTHS)
    shelf.execute(FILL.format(30_000))
    shelf.execute("analyze shelf_archive")
    return shelf


@pytest.fixture
def closed(filled):
    return [p for (p,) in filled.execute("select partition::text from archive._partitions('shelf_archive') limit 2")]


def test_maintain_makes_an_index_on_each_closed_month_once(filled, closed):
    assert sorted(maintain(filled)) == [f"search index of public.{partition} made" for partition in closed]

    assert [(partition, valid) for partition, valid, _ in filled.execute(INDEXES)] == [(p, True) for p in closed]
    assert maintain(filled) == []
    assert filled.execute(HEALTH).fetchall() == []


def test_a_search_uses_the_indexes_of_closed_months_and_scans_the_open_one(filled, closed):
    maintain(filled)

    found = plan(filled)

    assert found.count("Bitmap Index Scan on archive_search") == 2
    assert found.count("Seq Scan") >= 1
    assert len(filled.execute(SEARCH).fetchall()) == 1


def test_a_generic_plan_uses_them_too(filled):
    maintain(filled)
    filled.execute("set plan_cache_mode = force_generic_plan")
    filled.execute("prepare search(text) as " + SEARCH.replace("'%BOARD 4711 of%'", "$1"))

    assert "Bitmap Index Scan on archive_search" in plan(filled, "execute search('%board 4711 of%')")


def test_a_column_that_joined_later_is_searched_too(filled, closed):
    maintain(filled)
    filled.execute("alter table shelf add place text; select archive.enable('shelf')")
    filled.execute("update shelf_archive set place = 'hall ' || id")

    assert len(maintain(filled)) == 2
    assert maintain(filled) == []
    filled.execute("set enable_seqscan = off")
    either = SEARCH + " or place::text collate \"default\" ilike '%hall 4712%'"
    assert plan(filled, either).count("Bitmap Index Scan on archive_search") == 4
    assert len(filled.execute(either).fetchall()) == 2


TYPES = {
    "varchar": "varchar(300)",
    "char": "char(300)",
    "a domain": "label_domain",
    "citext": "citext",
    "another collation": 'text collate "C"',
    "a collation that is not deterministic": "text collate folded",
}


@pytest.mark.parametrize("type", TYPES.values(), ids=TYPES)
def test_texts_of_any_type_are_found_by_their_index(db, type):
    db.execute("create extension citext; create domain label_domain as text")
    if "folded" in type:
        try:
            db.execute("create collation folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
        except psycopg.errors.FeatureNotSupported:
            pytest.skip("this PostgreSQL was built without ICU")
    db.execute(f"create table shelf (id int primary key, label {type})")
    db.execute("select archive.enable('shelf')")
    db.execute(MONTHS)
    db.execute(FILL.format(30_000))
    db.execute("analyze shelf_archive")

    assert len(maintain(db)) == 2

    assert "Bitmap Index Scan on archive_search" in plan(db)
    assert len(db.execute(SEARCH).fetchall()) == 1


def test_a_caller_can_limit_how_many_are_made(filled):
    limited = "select count(*) from archive.maintain(%s) where source = 'shelf'::regclass"

    assert [filled.execute(limited, [n]).fetchone()[0] for n in [0, 1, 1, 1]] == [0, 1, 1, 0]


def test_an_archive_without_texts_has_no_search_index(db):
    db.execute("create table shelf (id int primary key, label int[])")
    db.execute("select archive.enable('shelf')")
    db.execute(MONTHS)
    db.execute(FILL.replace("'board ' || n || repeat(' of oak', 10)", "array[n]").format(60_000))

    assert maintain(db) == []


def test_small_months_are_left_alone(shelf):
    shelf.execute(MONTHS)
    shelf.execute(FILL.format(300))

    assert maintain(shelf) == []
    assert shelf.execute("select from pg_extension where extname = 'pg_trgm'").rowcount == 0


def test_without_the_right_to_install_pg_trgm_nothing_is_wrong(filled):
    with connect(SUPERUSER) as superuser:
        superuser.execute(f"alter database {filled.info.dbname} owner to {SUPERUSER}")
        try:
            assert maintain(filled) == []
            assert filled.execute(HEALTH).fetchall() == []
        finally:
            superuser.execute(f"alter database {filled.info.dbname} owner to {filled.info.user}")


def test_pg_trgm_may_be_in_any_schema(filled):
    filled.execute('create schema "Ext"; create extension pg_trgm schema "Ext"')

    assert len(maintain(filled)) == 2


def test_an_invalid_index_is_made_anew(filled, closed):
    maintain(filled)
    index = filled.execute(INDEXES.replace("pg_get_indexdef(i.indexrelid)", "c.oid::regclass::text")).fetchone()[2]
    with connect(SUPERUSER) as superuser:
        superuser.execute("update pg_index set indisvalid = false where indexrelid = %s::regclass", [index])

    assert maintain(filled) == [f"search index of public.{closed[0]} made"]

    assert [valid for _, valid, _ in filled.execute(INDEXES)] == [True, True]


def test_a_month_in_use_is_left_for_the_next_call(filled, closed):
    with connect(filled.info.user) as other, other.transaction():
        other.execute(f"update {closed[1]} set restored_by = 'x' where id = 1")

        assert maintain(filled) == [f"search index of public.{closed[0]} made"]

    assert maintain(filled) == [f"search index of public.{closed[1]} made"]


def test_an_erased_text_is_found_no_more(filled):
    maintain(filled)
    filled.execute("update shelf_archive set label = null, erased_at = now() where id = 4711")

    assert filled.execute(SEARCH).fetchall() == []


def test_of_two_calls_that_install_pg_trgm_the_second_waits(filled):
    install = "select archive._search_install()"
    with connect(filled.info.user) as other, ThreadPoolExecutor() as pool:
        other.execute("begin")
        other.execute(install)
        second = pool.submit(filled.execute, install)
        until(lambda: other.execute(WAITING, [filled.info.backend_pid]).rowcount == 1)
        other.execute("commit")
        second.result()

    assert len(maintain(filled)) == 2


def test_maintain_leaves_to_another_call_what_that_installs(filled):
    with connect(filled.info.user) as other, other.transaction():
        other.execute("select archive._search_install()")

        assert maintain(filled) == []

    assert len(maintain(filled)) == 2
