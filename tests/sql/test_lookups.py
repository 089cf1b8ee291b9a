"""Look-ups by choice: an archive has all indexes, or the fewest with which everything works."""

import psycopg
import pytest

from tests.sql.conftest import HEALTH, RENAME, UNDO

pytestmark = pytest.mark.alone

INDEXES = """
    select split_part(pg_get_indexdef(indexrelid), ' USING ', 2) from pg_index
     where indrelid = '{}'::regclass order by 1
"""
PRIMARY_KEY, TRANSACTION = "btree (archive_id, archived_at)", "btree (transaction_id)"
UNDO_INDEXES = [PRIMARY_KEY, TRANSACTION]
ALL_INDEXES = sorted([
    *UNDO_INDEXES,
    "btree (id)",
    "btree (archived_at, transaction_id) INCLUDE (restored_at)",
    "btree (archived_by text_pattern_ops, archive_id)",
    "btree (archive_id) WHERE (restored_at IS NOT NULL)",
])  # fmt: skip
LOOKUPS = "select lookups from archive.registry where source = 'shelf'::regclass"


def indexes(db: psycopg.Connection, relation: str = "shelf_archive") -> list[str]:
    return [definition for (definition,) in db.execute(INDEXES.format(relation))]


def partitions(db: psycopg.Connection) -> list[str]:
    return [name for (name,) in db.execute("select partition::text from archive._partitions('shelf_archive')")]


@pytest.fixture
def lean(db):
    """A table, archived with the fewest indexes."""
    db.execute("create table shelf (id int primary key, label text, qty int not null default 0)")
    db.execute("select archive.enable('shelf', lookups => 'undo')")
    return db


def test_a_new_archive_has_all_lookups(shelf):
    assert shelf.execute(LOOKUPS).fetchone() == ("all",)
    assert [indexes(shelf, p) for p in ["shelf_archive", *partitions(shelf)]] == [ALL_INDEXES] * 5


def test_an_archive_for_undo_has_the_key_and_the_transaction(lean):
    assert lean.execute(LOOKUPS).fetchone() == ("undo",)
    assert [indexes(lean, p) for p in ["shelf_archive", *partitions(lean)]] == [UNDO_INDEXES] * 5
    assert lean.execute(HEALTH).fetchall() == []


@pytest.mark.parametrize("lookups", ["all", "undo"])
def test_the_choice_stays_until_another_is_made(db, lookups):
    db.execute("create table shelf (id int primary key)")
    db.execute("select archive.enable('shelf', lookups => %s)", [lookups])
    before = indexes(db)

    db.execute("select archive.enable('shelf')")
    db.execute("alter table shelf add colour text; select archive.enable('shelf')")
    db.execute("select archive.disable('shelf'); select archive.enable('shelf')")

    assert db.execute(LOOKUPS).fetchone() == (lookups,)
    assert indexes(db) == before


def test_a_choice_changes_the_indexes_of_existing_partitions_in_both_directions(oak):
    oak.execute("select archive.enable('shelf', lookups => 'undo')")
    assert [indexes(oak, p) for p in ["shelf_archive", *partitions(oak)]] == [UNDO_INDEXES] * 5
    assert oak.execute(HEALTH).fetchall() == []

    oak.execute("select archive.enable('shelf', lookups => 'all')")
    assert [indexes(oak, p) for p in ["shelf_archive", *partitions(oak)]] == [ALL_INDEXES] * 5
    assert oak.execute(HEALTH).fetchall() == []


def test_the_same_choice_again_changes_nothing(oak):
    relations = "select array_agg(relfilenode order by oid) from pg_class where relname ~ '^shelf'"
    before = oak.execute(relations).fetchone()

    oak.execute("select archive.enable('shelf', lookups => 'all')")

    assert oak.execute(relations).fetchone() == before


def test_columns_renamed_since_are_known_by_their_new_names(oak):
    oak.execute('alter table shelf rename id to "Shelf No"')

    oak.execute("select archive.enable('shelf', lookups => 'undo')")
    assert indexes(oak) == UNDO_INDEXES

    oak.execute("select archive.enable('shelf', lookups => 'all')")
    assert 'btree ("Shelf No")' in indexes(oak)


def test_an_index_of_the_dbas_own_stays(oak):
    oak.execute("create index on shelf_archive (label, archive_id)")

    oak.execute("select archive.enable('shelf', lookups => 'undo')")

    assert indexes(oak) == sorted([*UNDO_INDEXES, "btree (label, archive_id)"])


@pytest.mark.parametrize("lookups", ["", "none", "ALL"])
def test_another_choice_is_ar422(db, lookups):
    db.execute("create table shelf (id int primary key)")

    with pytest.raises(psycopg.Error, match="lookups must be all or undo") as error:
        db.execute("select archive.enable('shelf', lookups => %s)", [lookups])

    assert error.value.sqlstate == "AR422"
    assert db.execute("select to_regclass('shelf_archive')").fetchone() == (None,)


def test_partitions_made_later_have_the_chosen_indexes(lean):
    (last,) = partitions(lean)[-2:-1]
    lean.execute(f"drop table {last}")

    lean.execute("select archive.maintain()")

    assert indexes(lean, last) == UNDO_INDEXES


def test_health_warns_of_an_index_that_the_choice_needs(oak):
    oak.execute("drop index shelf_archive_transaction_id_idx")
    ((check, detail),) = oak.execute(HEALTH)
    assert check == "look-ups are indexed"
    assert "public.shelf_archive has no index btree (transaction_id)" in detail

    oak.execute("select archive.enable('shelf', lookups => 'all')")

    assert oak.execute(HEALTH).fetchall() == []


def test_everything_works_with_the_fewest_indexes(lean):
    lean.execute("insert into shelf select n, 'board ' || n from generate_series(1, 6) n; delete from shelf")
    first = "array(select min(archive_id) from shelf_archive)"

    lean.execute(f"select archive.restore('shelf', {first}); delete from shelf")
    assert lean.execute(UNDO.format(target="shelf_archive")).fetchall() == [("restored",)]
    lean.execute(RENAME.format("shelf", "shelf_archive"))
    lean.execute("select archive.enable('shelf'); delete from shelf")
    lean.execute(f"select archive.hold('shelf', {first}, 'case')")

    assert len(lean.execute("select * from archive.transactions").fetchall()) == 3
    assert lean.execute("select rows, held from archive.tables where held > 0").fetchone() == (8, 1)
    assert lean.execute("select sum(rows) from archive.daily").fetchone() == (8,)
    assert lean.execute("select * from archive.purge('shelf', now(), dry_run => false)").fetchone() == (7, 1, 0)
    assert lean.execute("select * from archive.health(true) where not ok").fetchall() == []
