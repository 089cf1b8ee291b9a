"""Undoing one deletion: every table that it touched, in one statement, all or nothing."""

import psycopg
import pytest

from tests.conftest import RUNTIME, connect

LIVE = "select (select count(*) from \"user\" where email = 'owner@example.com'), (select count(*) from item)"


@pytest.fixture
def undo(db):
    def undo(transaction=None, connection=db, **options):
        """Undo a deletion, by default the newest; return how many rows of which table became what."""
        if transaction is None:
            (transaction,) = db.execute("select max(transaction_id)::text from archive.transactions").fetchone()
        arguments = "".join(f", {name} => %({name})s" for name in options)
        rows = connection.execute(
            f"select source::text, outcome, count(*) from archive.restore_transaction(%(id)s{arguments})"
            " group by 1, 2 order by 1, 2",
            {"id": transaction} | options,
        )
        return rows.fetchall()

    return undo


def test_a_user_and_their_items_come_back_in_one_call(db, runtime, owner, items, undo):
    db.execute('delete from "user" where id = %s', [owner])

    assert undo(connection=runtime) == [('"user"', "restored", 1), ("item", "restored", 3)]
    assert db.execute(LIVE).fetchone() == (1, 3)


def test_truncation_is_undone_like_any_deletion(db, owner, items, undo):
    db.execute('truncate "user" cascade')

    undo()

    assert db.execute(LIVE).fetchone() == (1, 3)


def test_ten_thousand_items_come_back_with_their_owner(db, owner, undo):
    db.execute("insert into item (title, owner_id) select 'x', %s from generate_series(1, 10000)", [owner])
    db.execute('delete from "user" where id = %s', [owner])

    undo()

    assert db.execute(LIVE).fetchone() == (1, 10_000)
    assert db.execute("select count(*) from item_archive where restored_at is null").fetchone() == (0,)


def test_undoing_twice_is_refused(db, owner, items, undo):
    db.execute("delete from item")
    undo()

    with pytest.raises(psycopg.Error, match="already restored") as error:
        undo()

    assert error.value.sqlstate == "AR409"


def test_what_was_restored_in_part_is_undone_by_skipping(db, archived, restore, undo):
    restore(archived[:1])

    assert undo(on_conflict="skip") == [("item", "restored", 2), ("item", "skipped", 1)]


def test_one_conflict_leaves_everything_deleted(db, owner, items, undo):
    db.execute('delete from "user" where id = %s', [owner])
    db.execute("insert into \"user\" (email) values ('OWNER@example.com')")

    with pytest.raises(psycopg.Error, match="unique value taken") as error:
        undo()

    assert error.value.sqlstate == "AR409"
    assert db.execute(LIVE).fetchone() == (0, 0)


def test_a_dry_run_names_what_stands_against_it(db, owner, items, undo):
    db.execute('delete from "user" where id = %s', [owner])
    db.execute("insert into \"user\" (email) values ('OWNER@example.com')")

    assert undo(dry_run=True) == [('"user"', "conflict", 1), ("item", "conflict", 3)]
    assert db.execute("select count(*) from item_archive where restored_at is not null").fetchone() == (0,)


def test_an_unknown_transaction_is_ar404(undo):
    with pytest.raises(psycopg.Error) as error:
        undo("18446744073709551615")

    assert error.value.sqlstate == "AR404"


def test_with_nothing_archived_any_more_every_transaction_is_ar404(db, archived, undo):
    db.execute("select archive.disable(source) from archive.tables")

    with pytest.raises(psycopg.Error) as error:
        undo("1")

    assert error.value.sqlstate == "AR404"


def test_a_row_deleted_twice_in_one_transaction_comes_back_as_it_was_last(db, owner, items, undo):
    with db.transaction():
        db.execute("delete from item")
        db.execute("insert into item (id, title, owner_id) values (%s, 'later', %s)", [items[0], owner])
        db.execute("delete from item")

    undo()

    assert db.execute("select count(*) from item").fetchone() == (3,)
    assert db.execute("select title from item where id = %s", [items[0]]).fetchone() == ("later",)


def test_an_id_of_two_clusters_needs_the_time(db, archived, undo):
    db.execute(
        "update item_archive set archived_at = archived_at - interval '1 day' where archive_id = %s", archived[:1]
    )
    (time,) = db.execute("select archived_at from item_archive where archive_id = %s", archived[:1]).fetchone()

    with pytest.raises(psycopg.Error, match="ambiguous") as error:
        undo()

    assert error.value.sqlstate == "AR409"
    assert undo(archived_at=time) == [("item", "restored", 1)]


def test_cycles_and_self_references_come_back(db, undo):
    db.execute(
        """
        create table team (id int primary key, lead int);
        create table member (
            id int primary key, team int references team on delete cascade, mentor int references member
        );
        alter table team add foreign key (lead) references member on delete cascade;
        select archive.enable('team'), archive.enable('member');
        insert into team values (1, null);
        insert into member values (1, 1, 2), (2, 1, 1);
        update team set lead = 1;
        """
    )
    db.execute("delete from team")
    assert db.execute("select count(*) from member").fetchone() == (0,)

    assert undo() == [("member", "restored", 2), ("team", "restored", 1)]
    assert db.execute("select lead from team").fetchall() == [(1,)]
    assert db.execute("select id, mentor from member order by id").fetchall() == [(1, 2), (2, 1)]


def test_the_view_shows_one_row_per_deletion(db, owner, items):
    with db.transaction():
        db.execute("set local archive.actor = 'ada'")
        db.execute("set local archive.reason = 'leaving'")
        db.execute('delete from "user" where id = %s', [owner])

    assert db.execute("select archived_by, reason, rows, restored from archive.transactions").fetchall() == [
        ("ada", "leaving", {"user": 1, "item": 3}, 0)
    ]


def test_the_view_follows_the_tables(db):
    db.execute("create schema shop; create table shop.cart (id int primary key)")
    db.execute("select archive.enable('shop.cart'); insert into shop.cart values (1); delete from shop.cart")

    assert db.execute("select rows from archive.transactions").fetchall() == [({"shop.cart": 1},)]

    db.execute("select archive.disable('shop.cart')")
    assert db.execute("select rows from archive.transactions").fetchall() == []


def test_racing_undos_restore_once(db, archived, undo):
    with connect(RUNTIME, autocommit=False) as first, connect(RUNTIME) as second:
        undo(connection=first)
        second.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            undo(connection=second)
        first.commit()
        with pytest.raises(psycopg.Error, match="already restored"):
            undo(connection=second)


def test_few_conflicts_among_many_rows_are_found_by_few_statements(db, owner, undo):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 1000) n", [owner])
    db.execute("delete from item")
    db.execute("insert into item (id, title, owner_id) select id, 'x', owner_id from item_archive where title = '700'")
    db.execute(
        "create sequence statements;"
        "create function count_it() returns trigger language plpgsql as"
        " $$ begin perform nextval('statements'); return null; end $$;"
        "create trigger counts before insert on item for each statement execute function count_it()"
    )

    assert undo(dry_run=True) == [("item", "conflict", 1), ("item", "would_restore", 999)]
    assert db.execute("select last_value < 40 from statements").fetchone() == (True,)

    with pytest.raises(psycopg.Error, match="a live row has this id"):
        undo()
    assert undo(on_conflict="skip") == [("item", "restored", 999), ("item", "skipped", 1)]


def test_a_key_column_with_a_dot_in_its_name_comes_back(db, undo):
    db.execute("""create table t ("data.id" int primary key); select archive.enable('t')""")
    db.execute("insert into t values (1), (2); delete from t")

    assert undo() == [("t", "restored", 2)]
