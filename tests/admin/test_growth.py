"""Growth and retention in the console."""

import pytest

from tests.admin.browser import text_of


@pytest.fixture
def grown(db, ada):
    """An archive with rows in this month and in one of two years ago, and another table without any."""
    db.execute("create table note (id int primary key); select archive.enable('note')")
    db.execute("select archive._partition_make_month('item_archive', archive._partition_month(now(), -24))")
    db.execute("insert into item (title, owner_id) select 'x', %s from generate_series(1, 300)", [ada.id])
    db.execute("delete from item")
    db.execute(
        "update item_archive set archived_at = archive._partition_month(now(), -24)"
        " where archive_id in (select archive_id from item_archive limit 100)"
    )
    db.execute("analyze item_archive")
    return [id for (id,) in db.execute("select archive_id from item_archive order by 1 limit 2")]


def test_months_are_charted_by_rows_and_by_size(admin_browser, db, grown):
    page = text_of(admin_browser.open("/admin/growth/"))
    (month,) = db.execute("select to_char(now() at time zone 'UTC', 'YYYY-MM')").fetchone()

    assert f"{month} about 200 rows" in page
    assert "about 100 rows" in page
    assert "What each month takes on disk" in page
    assert "about 200 rows" not in text_of(admin_browser.open("/admin/growth/", params={"table": "note"}))


def test_what_a_purge_would_remove_is_said_and_nothing_removed(admin_browser, db, grown):
    page = text_of(admin_browser.open("/admin/growth/", params={"older_than": "12", "table": "item"}))

    assert "It would remove about 100 rows in 1 whole month of a table" in page
    assert "at least" not in page
    assert "It would remove about 0 rows" in text_of(admin_browser.open("/admin/growth/", params={"older_than": "30"}))
    assert db.execute("select count(*) from item_archive").fetchone() == (300,)


def test_a_large_deletion_counts_before_its_month_is_analysed(admin_browser, db, ada):
    db.execute("insert into item (title, owner_id) select 'x', %s from generate_series(1, 500)", [ada.id])
    db.execute("delete from item")
    db.execute("select pg_stat_force_next_flush()")

    assert "about 500 rows" in text_of(admin_browser.open("/admin/growth/"))


def test_holds_are_listed_with_their_reasons(admin_browser, db, grown):
    assert "No row is on hold" in text_of(admin_browser.open("/admin/growth/"))
    db.execute("select archive.hold('item', %s, 'case 4711')", [grown])

    page = text_of(admin_browser.open("/admin/growth/"))

    assert page.count("case 4711") >= 2
    assert str(grown[0]) in page


@pytest.mark.parametrize(("name", "value"), [("older_than", "0"), ("older_than", "x"), ("table", "\0")])
def test_what_makes_no_sense_is_named(admin_browser, name, value):
    page = admin_browser.open("/admin/growth/", params={name: value})

    assert page.status_code == 422
    assert f"These filters make no sense: {name} (" in text_of(page)
