"""A table that changes while rows of it are in the archive."""

import psycopg
import pytest

from tests.conftest import RUNTIME, connect


def change(db, item, archive=None):
    """Change the table and its archive, alike unless told otherwise, and enable again."""
    db.execute(f"alter table item {item}")
    db.execute(f"alter table item_archive {archive or item}")
    db.execute("select archive.enable('item')")


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("int not null default 7", 7),
        ("int default 7", 7),
        ("int", None),
        ("int not null generated always as identity", 1),
    ],
)
def test_rows_older_than_a_column_restore_with_its_default(db, archived, restore, definition, value):
    change(db, f"add column rank {definition}", "add column rank int")

    assert restore(archived[:1]) == [("restored", None)]

    assert db.execute("select rank from item").fetchall() == [(value,)]


def test_rows_with_the_column_keep_their_value_null_included(db, items, restore):
    change(db, "add column rank int default 7", "add column rank int")
    db.execute("update item set rank = null")
    db.execute("delete from item")

    restore([id for (id,) in db.execute("select archive_id from item_archive")])

    assert db.execute("select distinct rank from item").fetchall() == [(None,)]


def test_a_column_that_needs_a_value_nobody_has_is_named(db, archived, restore):
    db.execute("alter table item_archive add column rank int")
    db.execute("alter table item add column rank int not null")
    db.execute("select archive.enable('item')")

    assert restore(archived[:1], dry_run=True) == [
        ("conflict", "rank must not be null now, and has no value in the archive")
    ]
    assert restore(archived[:1], overrides='{"rank": 3}') == [("restored", None)]


def test_values_of_a_dropped_column_are_named_and_stay(db, archived, restore):
    db.execute("update item_archive set description = 'kept' where archive_id = %s", [archived[0]])
    db.execute("alter table item drop column description; select archive.enable('item')")

    assert restore(archived) == [
        ("restored", "left out, for item has no such column now: description"),
        ("restored", None),
        ("restored", None),
    ]
    assert db.execute("select description from item_archive where archive_id = %s", archived[:1]).fetchone() == (
        "kept",
    )


def test_a_changed_type_is_cast(db, archived, restore):
    db.execute("update item_archive set title = '12'")
    db.execute("alter table item drop constraint item_title_check, alter title type int using 0")

    assert restore(archived[:1]) == [("restored", None)]

    assert db.execute("select title from item").fetchall() == [(12,)]


def test_a_value_that_does_not_fit_a_changed_type_is_refused(db, archived, restore):
    db.execute("alter table item drop constraint item_title_check, alter title type int using 0")

    with pytest.raises(
        psycopg.Error, match='archived row .* of item: invalid input syntax for type integer: "item 1"'
    ) as error:
        restore(archived[:1])

    assert error.value.sqlstate == "AR409"


def test_a_delete_on_an_open_connection_survives_a_changed_type(db, items, owner):
    """PL/pgSQL would go on with the plan it made for the old type."""
    with connect(RUNTIME) as pooled:
        pooled.execute("delete from item where id = %s", [items[0]])
        change(db, "drop constraint item_title_check, alter title type text", "alter title type text")
        pooled.execute("delete from item where id = %s", [items[1]])
        change(db, "alter title type bytea using title::bytea")

        pooled.execute("delete from item where id = %s", [items[2]])

    assert db.execute("select count(*) from item_archive").fetchone() == (3,)


def test_the_live_row_that_holds_a_unique_value_is_named(db, owner, restore):
    db.execute('delete from "user" where id = %s', [owner])
    (taker,) = db.execute("insert into \"user\" (email) values ('Owner@example.com') returning id").fetchone()
    (id,) = db.execute("select archive_id from user_archive where id = %s", [owner]).fetchone()

    [(outcome, detail)] = restore([id], source='"user"', dry_run=True)

    assert outcome == "conflict"
    assert detail.startswith("unique value taken: Key (lower(email::text))=(owner@example.com) already exists")
    assert detail.endswith(f"in row {taker}")


def test_a_partial_index_of_two_columns_is_explained_too(db, restore):
    db.execute("create table seat (id int generated always as identity primary key, hall text, number int, sold bool)")
    db.execute("create unique index seat_sold on seat (hall, number) where sold")
    db.execute("select archive.enable('seat')")
    db.execute("insert into seat (hall, number, sold) values ('A', 1, true); delete from seat")
    db.execute("insert into seat (hall, number, sold) values ('A', 1, false), ('A', 1, true)")
    (id,) = db.execute("select archive_id from seat_archive").fetchone()

    [(_, detail)] = restore([id], source="seat", dry_run=True)

    assert detail.endswith("in row 3")
