"""The page of the archive's health."""

from tests.admin.browser import text_of


def test_health_shows_checks_sizes_and_what_was_purged(admin_browser, archived, db):
    db.execute("analyze item_archive")
    db.execute("select archive.hold('item', array[%s::bigint], 'Ada versus Ben')", [archived])

    page = admin_browser.open("/admin/health/")

    assert "The archive is in force" in text_of(page)
    assert all(text in text_of(page) for text in ["Trigger is last", "kB"])
    growth = text_of(admin_browser.open("/admin/growth/"))
    assert all(text in growth for text in ["kB", "Partitions", "Ada versus Ben"])


def test_health_says_what_is_wrong_first(admin_browser, db):
    db.execute("alter table item disable trigger zz_archive_before_delete")

    page = admin_browser.open("/admin/health/")

    assert "The archive is not fully in force: 1 of" in text_of(page)
    assert "Fails" in text_of(page)
