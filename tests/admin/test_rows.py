"""The page of one archived item or user: what it shows, its history, its restore."""

import html
import re
from urllib.parse import urlencode

import pytest

from tests.admin.browser import fields, forms, heading, links, text_of


def test_one_row_shows_everything_and_what_became_of_it(admin_browser, archived, ada, make_item, db):
    page = admin_browser.open(f"/admin/items/{archived}")

    assert heading(page) == "Blue notebook"
    for text in ["by Ada Lovelace", "a duplicate", "with squares", str(ada.id), "would be live again", "test_api"]:
        assert text in text_of(page)
    ((columns,),) = db.execute(
        "select array_agg(attname::text) from pg_attribute where attrelid = 'item_archive'::regclass and attnum > 0"
    )
    assert sorted(re.findall("<dt>(.*?)</dt>", page.text)) == sorted(columns)


def test_from_the_first_page_to_a_restored_item_is_three_clicks(admin_browser, archived, ada, superuser, db):
    page = admin_browser.open(*links(admin_browser.open("/admin/"), "Items"))
    page = admin_browser.open(*links(page, "Blue notebook"))
    answer = admin_browser.submit(page, f"/admin/items/{archived}/restore")

    page = admin_browser.open(answer.headers["location"])
    assert "Restored: “Blue notebook” is live again." in text_of(page)
    assert db.execute("select title, owner_id from item").fetchall() == [("Blue notebook", ada.id)]
    assert db.execute("select restored_by from item_archive").fetchall() == [(str(superuser.id),)]


def test_the_history_of_a_row_tells_each_deletion_and_restore(admin_browser, archived, ada, delete, db):
    admin_browser.submit(admin_browser.open(f"/admin/items/{archived}"), f"/admin/items/{archived}/restore")
    db.execute("set archive.actor = 'the night shift'; delete from item")

    page = admin_browser.open(f"/admin/items/{archived}")

    (history,) = re.findall('<ol class="history">(.*?)</ol>', page.text, re.S)
    events = [
        html.unescape(re.sub("<[^>]*>", " ", event)).split() for event in re.findall("<li>(.*?)</li>", history, re.S)
    ]
    assert [event[0] for event in events] == ["Deleted", "Restored", "Deleted"]
    assert " ".join(events[0]).endswith("the night shift")


def test_what_went_with_a_row_is_listed(admin_browser, client, admin, ada, make_item, db):
    make_item(ada, title="Red"), make_item(ada, title="Green")
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (archive_id,) = db.execute("select archive_id from item_archive where title = 'Red'").fetchone()

    page = admin_browser.open(f"/admin/items/{archive_id}")

    assert "with its owner" in text_of(page)
    assert links(page, "Green")
    assert links(page, "ada@example.com")
    assert links(page, "The whole deletion")


def test_an_item_without_its_owner_goes_to_somebody_else(admin_browser, archived, ada, make_user, db):
    ben = make_user(email="ben@example.com")
    db.execute('delete from "user" where id = %s', [ada.id])
    address = f"/admin/items/{archived}"

    page = admin_browser.open(address)
    assert "its owner no longer exists" in text_of(page)
    assert "New owner" in text_of(page)
    answer = admin_browser.submit(page, f"{address}/restore", owner_email=" Ben@Example.com ")

    assert answer.status_code == 303
    assert db.execute("select owner_id from item").fetchall() == [(ben.id,)]


@pytest.mark.parametrize("email", ["nobody@example.com", "no e-mail", "\0", "ü" * 300])
def test_a_new_owner_whom_nobody_knows_is_asked_for_again(admin_browser, archived, ada, db, email):
    db.execute('delete from "user" where id = %s', [ada.id])
    address = f"/admin/items/{archived}"

    page = admin_browser.submit(admin_browser.open(address), f"{address}/restore", owner_email=email)

    assert page.status_code == 422
    assert "Nobody has this e-mail." in text_of(page)
    assert fields(page, f"{address}/restore")["owner_email"] == email.strip()


def test_without_a_new_owner_the_conflict_is_told(admin_browser, archived, ada, db):
    db.execute('delete from "user" where id = %s', [ada.id])
    address = f"/admin/items/{archived}"

    page = admin_browser.submit(admin_browser.open(address), f"{address}/restore")

    assert page.status_code == 409
    assert "its owner no longer exists" in text_of(page)
    assert "New owner" in text_of(page)


def test_of_two_tabs_the_second_is_told_who_restored_it(admin_browser, archived, superuser, db):
    address = f"/admin/items/{archived}"
    tab = admin_browser.open(address)
    admin_browser.submit(tab, f"{address}/restore")

    page = admin_browser.submit(tab, f"{address}/restore")

    assert page.status_code == 409
    assert "already restored" in text_of(page)
    assert "by admin@example.com" in text_of(page)
    assert db.execute("select count(*) from item").fetchone() == (1,)


def test_a_user_is_restored(admin_browser, client, admin, ada, db):
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    page = admin_browser.open(*links(admin_browser.open("/admin/users/?q=ada"), "ada@example.com"))
    (action,) = [action for action in forms(page) if "/restore" in action]

    assert "password recovery is the way in" in text_of(page)
    answer = admin_browser.submit(page, action)

    assert "ada@example.com is a user again" in text_of(admin_browser.open(answer.headers["location"]))
    assert db.execute('select hashed_password from "user" where id = %s', [ada.id]).fetchone() == ("!",)
    assert admin_browser.submit(page, action).status_code == 409


def test_text_is_shown_as_text(admin_browser, ada, make_item, delete, db):
    evil = "<script>alert(1)</script>\"' onload=x {{ 7 * 7 }}"
    delete(make_item(ada, title=evil, description=evil), ada, reason=evil)
    db.execute('update "user" set full_name = %s where id = %s', [evil, ada.id])
    (archive_id,) = db.execute("select archive_id from item_archive").fetchone()

    for address in [
        "/admin/",
        "/admin/items/",
        f"/admin/items/{archive_id}",
        f"/admin/items/?{urlencode({'q': evil})}",
    ]:
        page = admin_browser.open(address)

        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        assert "{{ 7 * 7 }}" in html.unescape(page.text)
    page = admin_browser.open(f"/admin/items/{archive_id}")
    page = admin_browser.open(admin_browser.submit(page, f"/admin/items/{archive_id}/restore").headers["location"])
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>alert" not in page.text


def test_a_notice_that_the_server_did_not_write_is_not_shown(admin_browser):
    admin_browser.client.cookies.set("console_notice", "aGVsbG8=.0000", path="/admin")

    assert "hello" not in text_of(admin_browser.open("/admin/"))


def test_an_erased_row_can_be_looked_at(admin_browser, archived, ada, db):
    db.execute("select * from archive.erase_subject(%s, 'asked for')", [ada.id])

    page = admin_browser.open(f"/admin/items/{archived}")

    assert page.status_code == 200
    assert "cannot be restored now: erased" in text_of(page)
    assert "Erased" in text_of(admin_browser.open("/admin/items/"))
    assert "asked for" in text_of(admin_browser.open("/admin/growth/"))


def test_a_row_of_nothing_but_nulls_can_be_looked_at(admin_browser, db, make_item, superuser):
    make_item(superuser)
    db.execute("alter sequence archive.archive_id_seq restart 100; delete from item")
    db.execute(
        "insert into item_archive (archive_id, transaction_id, archived_at, session_role, cascaded)"
        " values (1, '5', now(), 'x', false)"
    )

    for address in ["/admin/", "/admin/items/", "/admin/items/1", "/admin/deletions/5"]:
        assert admin_browser.open(address).status_code == 200
    (history,) = re.findall('<ol class="history">(.*?)</ol>', admin_browser.open("/admin/items/1").text, re.S)
    assert history.count("<li>") == 1  # not that of every other row without an id


def test_the_history_is_a_line_in_time(admin_browser, db, archived, ada):
    db.execute("set archive.actor = 'the court'")
    db.execute("select archive.hold('item', %s, 'case 4711')", [[archived]])
    db.execute("set archive.reason = 'asked for'")
    db.execute("select archive.restore('item', %s)", [[archived]])
    db.execute("set archive.actor = ''; set archive.reason = ''; delete from item")
    (newest,) = db.execute("select max(archive_id) from item_archive").fetchone()

    (history,) = re.findall("History (.*) Deleted with it", text_of(admin_browser.open(f"/admin/items/{newest}")))

    when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert re.fullmatch(
        rf"Deleted {when} by somebody who was not named On legal hold since {when} by the court : case 4711"
        rf" Restored {when} by the court : asked for Deleted {when} by Ada Lovelace {ada.email} : a duplicate",
        history,
    ), history
