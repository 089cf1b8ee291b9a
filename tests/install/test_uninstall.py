"""Taking the archive away again."""

import psycopg
import pytest
from app.core import install

from tests.install.conftest import check_that_it_works, dump


@pytest.fixture
def before(shop):
    """What the database was before: a table with rows, keys and a trigger of its own."""
    shop.execute(
        "create schema app; create table app.word (id int primary key, text text unique);"
        "insert into app.word values (1, 'one'), (2, 'two');"
        "create function touch() returns trigger language plpgsql as 'begin return old; end';"
        "create trigger touch before delete on app.word for each row execute function touch()"
    )
    return dump(shop)


def test_nothing_of_it_stays_with_its_archives_dropped(shop, before):
    install.install(shop)
    shop.execute("select archive.enable('app.word'); delete from app.word")
    shop.execute("select archive.restore_transaction(max(transaction_id)) from app.word_archive")

    shop.execute("select archive.uninstall(drop_archives => true)")

    assert dump(shop) == before


def test_archives_stay_and_deletes_go_on(shop, before):
    install.install(shop)
    shop.execute("select archive.enable('app.word'); delete from app.word where id = 1")

    shop.execute("select archive.uninstall()")
    shop.execute("delete from app.word")

    assert shop.execute("select id, text from app.word_archive").fetchall() == [(1, "one")]
    assert shop.execute("select relacl::text from pg_class where relname = 'word_archive'").fetchone()[0] in {
        None,
        "{keeper=arwdDxtm/keeper}",
        "{keeper=arwdDxt/keeper}",
    }


def test_the_archive_of_a_table_that_was_disabled_is_dropped_too(shop, before):
    install.install(shop)
    shop.execute("select archive.enable('app.word'); select archive.disable('app.word')")

    shop.execute("select archive.uninstall(drop_archives => true)")

    assert dump(shop) == before


def test_another_table_of_such_a_name_is_not_dropped(shop):
    shop.execute("create table tax_archive (archived_at timestamptz) partition by range (archived_at)")
    before = dump(shop)
    install.install(shop)

    shop.execute("select archive.uninstall(drop_archives => true)")

    assert dump(shop) == before


def test_what_stayed_is_used_again(shop):
    install.install(shop)
    check_that_it_works(shop)
    shop.execute("delete from note; select archive.uninstall()")

    install.install(shop)
    shop.execute("select archive.enable('note')")

    (last,) = shop.execute("select max(transaction_id)::text from note_archive").fetchone()
    shop.execute("select archive.restore_transaction(%s::text::xid8)", [last])
    assert shop.execute("select count(*) from note").fetchone() == (2,)


def test_only_the_owner_may(shop, connect):
    install.install(shop)

    with connect("shop", "stranger") as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.execute("select archive.uninstall()")
