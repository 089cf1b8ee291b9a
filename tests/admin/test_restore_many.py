"""Many rows are restored at once, those ticked in a list or all that its filters find, after a look at what it does."""

import html
import re

import pytest

from tests.admin.browser import fields, heading, links, text_of


@pytest.fixture
def gone(db, ada, make_item):
    """The archive ids of five items of Ada's, deleted one by one."""
    for n in range(5):
        make_item(ada, title=f"{'Blue' if n < 2 else 'Red'} {n}")
        db.execute("delete from item")
    return [id for (id,) in db.execute("select archive_id from item_archive order by 1")]


def buttons(page):
    found = re.findall(r"<button[^>]*>([^<]*)</button>", re.search("<main.*?</main>", page.text, re.S)[0])
    return [html.unescape(name) for name in found]


@pytest.fixture
def choose(admin_browser):
    """Tick rows of a list, or choose all that it finds, and press its button."""

    def choose(*ids, of="chosen", address="/admin/items/", **filters):
        page = admin_browser.open(address, params=filters)
        (action,) = re.findall(r'<form method="post" action="([^"]*/restore\?[^"]*)"', page.text)
        return admin_browser.submit(page, html.unescape(action), ids=[*map(str, ids)], of=of)

    return choose


@pytest.fixture
def confirm(admin_browser):
    """Press a button of the page that shows what a restore would do."""

    def confirm(page, on_conflict="fail", **filled):
        (action,) = re.findall(r'<form class="card" method="post" action="([^"]*)"', page.text)
        return admin_browser.submit(page, html.unescape(action), on_conflict=on_conflict, **filled)

    return confirm


def test_ticked_rows_are_shown_first_and_then_restored(admin_browser, db, gone, choose, confirm, superuser):
    shown = choose(*gone[:3])

    assert heading(shown) == "Restore 3 items"
    assert "3 would be live again" in text_of(shown)
    assert buttons(shown) == ["Restore 3 items"]
    assert db.execute("select count(*) from item").fetchone() == (0,)

    answer = confirm(shown, reason="by mistake")

    assert answer.status_code == 303
    assert "Of the items: 3 live again." in text_of(admin_browser.open(answer.headers["location"]))
    kept = db.execute(
        "select restored_by, restore_reason, count(*) from item_archive where restored_at is not null group by 1, 2"
    )
    assert kept.fetchall() == [(str(superuser.id), "by mistake", 3)]


def test_all_that_the_filters_find_are_restored(db, gone, choose, confirm):
    shown = choose(of="all", q="blue")
    assert heading(shown) == "Restore 2 items"

    assert confirm(shown).headers["location"] == "/admin/items/?q=blue"

    assert db.execute("select title from item order by 1").fetchall() == [("Blue 0",), ("Blue 1",)]


def test_without_a_filter_all_cannot_be_chosen(admin_browser, gone):
    assert "found…" not in admin_browser.open("/admin/items/").text
    assert "found…" not in admin_browser.open("/admin/items/", params={"state": "any"}).text
    assert "Restore all 5 found…" in admin_browser.open("/admin/items/", params={"q": "e"}).text


def test_conflicts_are_shown_and_left_out_or_copied(db, gone, choose, confirm, ada):
    db.execute(
        "insert into item (id, title, owner_id) select id, 'taken', owner_id from item_archive where archive_id = %s",
        gone[:1],
    )
    shown = choose(*gone)

    assert "4 would be live again under their old ids, 1 cannot be restored" in text_of(shown)
    assert "a live row has this id" in text_of(shown)
    assert links(shown, str(db.execute("select id from item").fetchone()[0])) == [f"/admin/items/{gone[0]}"]
    assert buttons(shown)[0] == "Restore the other 4"

    confirm(shown, "skip")
    assert db.execute("select count(*) from item").fetchone() == (5,)
    confirm(choose(*gone[:1]), "copy")
    assert db.execute("select count(*) from item").fetchone() == (6,)


def test_all_go_to_another_owner(db, gone, choose, confirm, ada, make_user):
    db.execute('delete from "user" where id = %s', [ada.id])
    ben = make_user()
    shown = choose(*gone)
    assert "5 cannot be restored" in text_of(shown)

    assert "Nobody has this e-mail" in text_of(confirm(shown, owner_email="nobody@example.com"))
    confirm(shown, "fail", owner_email=ben.email)

    assert db.execute("select distinct owner_id from item").fetchall() == [(ben.id,)]


def test_a_conflict_that_came_meanwhile_leaves_everything_as_it_was(db, gone, choose, confirm):
    shown = choose(*gone)
    db.execute(
        "insert into item (id, title, owner_id) select id, 'taken', owner_id from item_archive where archive_id = %s",
        gone[:1],
    )

    answer = confirm(shown)

    assert answer.status_code == 409
    assert "Nothing was restored." in text_of(answer)
    assert db.execute("select count(*) from item").fetchone() == (1,)


def test_nothing_ticked_is_said(choose, gone):
    answer = choose()

    assert answer.status_code == 422
    assert "Tick the rows first." in text_of(answer)


@pytest.mark.parametrize("ids", ["x", "0", "9" * 30])
def test_ids_that_are_none_are_refused(choose, gone, ids):
    assert choose(ids).status_code == 422


def test_a_row_that_was_purged_meanwhile_is_404(choose, gone):
    assert choose(987654321).status_code == 404


def test_users_are_restored_at_once_too(db, choose, confirm, make_user):
    ids = [make_user().id for _ in range(2)]
    db.execute('delete from "user" where id = any(%s)', [ids])
    archived = [id for (id,) in db.execute("select archive_id from user_archive")]

    confirm(choose(*archived, address="/admin/users/"))

    assert db.execute('select count(*) from "user" where id = any(%s)', [ids]).fetchone() == (2,)


def test_owner_and_actor_are_found_by_their_e_mails(admin_browser, db, gone, ada, choose, confirm):
    for name in ["owner_id", "archived_by"]:
        page = admin_browser.open("/admin/items/", params={name: "nobody@example.com"})
        assert (page.status_code, "Red" in page.text) == ((422, False) if name == "owner_id" else (200, False))
    page = admin_browser.open("/admin/items/", params={"owner_id": ada.email})
    assert "5 items, newest first" in text_of(page)
    assert f'value="{ada.email}"' in page.text
    assert "Red 4" in admin_browser.open(links(page, "Download as CSV")[0]).text

    db.execute('delete from "user" where id = %s', [ada.id])

    assert "5 items" in text_of(admin_browser.open("/admin/items/", params={"owner_id": ada.email.upper()}))
    assert heading(choose(of="all", owner_id=ada.email)) == "Restore 5 items"


def test_a_form_of_another_sign_in_restores_nothing(admin_browser, db, gone, choose):
    page = admin_browser.open("/admin/items/")
    (action,) = re.findall(r'<form method="post" action="([^"]*/restore\?[^"]*)"', page.text)
    sent = fields(page, html.unescape(action)) | {"seal": "x", "of": "chosen", "on_conflict": "fail"}

    assert admin_browser.client.post(html.unescape(action), data=sent).status_code == 403
    assert db.execute("select count(*) from item").fetchone() == (0,)
