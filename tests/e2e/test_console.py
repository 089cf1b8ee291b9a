"""The console as a superuser uses it."""

import csv
import re
from datetime import timedelta
from html import unescape
from itertools import chain
from pathlib import Path

import psycopg
import pytest
from app.core import security
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.story import delete

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} \"'&amp;"
ITEM = "Floor plan"


@pytest.fixture
def ada(make_user):
    return make_user(email="ada@example.com", full_name="Ada Lovelace")


@pytest.fixture
def deleted(runtime, ada, make_item):
    """Ada has deleted an item."""
    make_item(ada, title=ITEM, description="Second storey")
    delete(runtime, "item", actor=str(ada.id), reason="wrong folder")


@pytest.fixture
def ada_deleted(runtime, superuser, ada, make_item):
    """Ada has been deleted, with her two items."""
    make_item(ada, title=ITEM)
    make_item(ada, title="Invoice")
    delete(runtime, "\"user\" where email = 'ada@example.com'", actor=str(superuser.id), reason="left the company")


def live(db: psycopg.Connection) -> list[str]:
    """Return the titles of the live items."""
    return [title for (title,) in db.execute("select title from item order by title")]


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def link(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name, exact=True)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def another_tab(page: Page) -> Page:
    tab = page.context.new_page()
    tab.goto(page.url)
    return tab


# Signing in


def test_signing_in_leads_to_the_page_that_was_asked_for(page, sign_in):
    asked = page.goto("/admin/users/?state=any")
    sign_in(page)

    assert asked.status == 401
    expect(heading(page)).to_have_text("Archived users")
    assert page.url.endswith("/admin/users/?state=any")


def test_a_wrong_password_is_said_and_the_e_mail_kept(page, sign_in):
    page.goto("/admin/")
    sign_in(page, password="not the password")

    expect(page.get_by_role("alert")).to_have_text("Incorrect email or password")
    expect(page.get_by_label("E-mail")).to_have_value("admin@example.com")


def test_a_normal_user_sees_nothing(page, sign_in, ada, deleted):
    page.goto("/admin/items/")
    sign_in(page, "ada@example.com")

    expect(heading(page)).to_have_text("For superusers only")
    assert page.goto("/admin/items/").status == 401


def test_who_is_no_longer_a_superuser_is_told_so(console, db, superuser):
    db.execute('update "user" set is_superuser = false where id = %s', [superuser.id])

    assert console.reload().status == 403

    expect(heading(console)).to_have_text("For superusers only")


def test_who_signs_out_is_out_in_every_tab(console):
    other = another_tab(console)

    button(console, "Sign out").click()

    expect(console.get_by_label("Password")).to_be_visible()
    assert other.reload().status == 401


def test_an_expired_sign_in_restores_nothing_and_leads_back_after_signing_in(console, sign_in, db, superuser, deleted):
    link(console, "Items").click()
    link(console, ITEM).click()
    expect(heading(console)).to_have_text(ITEM)
    expire(console.context, superuser.id)

    button(console, "Restore this item").click()

    expect(heading(console)).to_have_text("Sign in")
    assert live(db) == []

    sign_in(console)
    button(console, "Restore this item").click()

    expect(console.get_by_role("status")).to_contain_text("live again")
    assert live(db) == [ITEM]


def expire(context: BrowserContext, user_id: object) -> None:
    """Put an old token in the place of the present one."""
    (cookie,) = (cookie for cookie in context.cookies() if cookie["name"] == "console")
    context.add_cookies([cookie | {"value": security.issue_token("console", str(user_id), timedelta(seconds=-1))}])


# Finding and restoring


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["", "without-javascript"])
def test_an_item_is_found_previewed_and_restored(browse, sign_in, db, deleted, options):
    page = browse(**options)
    page.goto("/admin/")
    sign_in(page)

    link(page, "Items").click()
    page.get_by_label("Title or description").fill("STOREY")
    button(page, "Search").click()
    expect(page.get_by_text("1 item, newest first")).to_be_visible()
    link(page, ITEM).click()
    expect(page.get_by_role("region", name="Restore")).to_contain_text("it would be live again")
    assert live(db) == []
    button(page, "Restore this item").click()

    expect(page.get_by_role("status")).to_have_text(f"Restored: “{ITEM}” is live again.")
    expect(button(page, "Restore this item")).to_have_count(0)
    assert live(db) == [ITEM]


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["", "without-javascript"])
def test_a_deletion_is_undone_as_a_whole(browse, sign_in, db, ada_deleted, options):
    page = browse(**options)
    page.goto("/admin/")
    sign_in(page)

    link(page, "Undo…").click()
    expect(page.get_by_role("region", name="Undo")).to_contain_text("an undo would restore all 3 rows")
    button(page, "Undo this deletion").click()

    expect(page.get_by_role("status")).to_contain_text("live again (3 rows)")
    expect(page.get_by_text("3 of 3")).to_be_visible()
    assert live(db) == [ITEM, "Invoice"]


def test_undoing_a_large_deletion_is_previewed_when_asked(console, db, runtime, ada):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 300) n", [ada.id])
    delete(runtime, "item")
    console.reload()
    link(console, "Undo…").click()

    link(console, "Preview the undo").click()

    expect(console.get_by_role("region", name="Undo")).to_contain_text("an undo would restore all 300 rows")
    assert live(db) == []


def test_a_restored_item_is_three_clicks_from_the_first_page(console, db, deleted):
    link(console, "Items").click()
    link(console, ITEM).click()
    button(console, "Restore this item").click()

    expect(console.get_by_role("status")).to_contain_text("live again")
    assert live(db) == [ITEM]


def test_a_deleted_user_is_restored_and_told_how_to_get_in(console, db, ada_deleted):
    link(console, "Users").click()
    link(console, "ada@example.com").click()
    button(console, "Restore this user").click()

    expect(console.get_by_role("status")).to_contain_text("needs password recovery to sign in")
    assert db.execute("select full_name from \"user\" where email = 'ada@example.com'").fetchone() == ("Ada Lovelace",)


def test_an_item_without_its_owner_goes_to_another(console, db, make_user, ada_deleted):
    make_user(email="grace@example.com")
    link(console, "Items").click()
    link(console, ITEM).click()
    expect(console.get_by_role("region", name="Restore")).to_contain_text("Its owner is gone")

    console.get_by_label("New owner").fill("nobody@example.com")
    button(console, "Restore this item").click()
    expect(console.get_by_role("alert")).to_contain_text("Nobody has this e-mail")

    console.get_by_label("New owner").fill("Grace@example.com")
    button(console, "Restore this item").click()
    expect(console.get_by_role("status")).to_contain_text("live again")
    assert db.execute('select email from item join "user" on "user".id = owner_id').fetchall() == [
        ("grace@example.com",)
    ]


def test_a_conflict_is_explained_before_anybody_tries(console, make_user, ada_deleted):
    make_user(email="ada@example.com")

    link(console, "Users").click()
    link(console, "ada@example.com").click()

    expect(console.get_by_role("region", name="Restore")).to_contain_text("unique value taken")
    expect(button(console, "Restore this user")).to_have_count(0)

    link(console, "The whole deletion").click()

    expect(console.get_by_role("region", name="Undo")).to_contain_text("It cannot be undone as a whole")
    expect(button(console, "Undo this deletion")).to_have_count(0)


def test_a_conflict_that_came_after_the_preview_leaves_everything_deleted(ada_deleted, console, db, make_user):
    link(console, "Undo…").click()
    make_user(email="ada@example.com")

    button(console, "Undo this deletion").click()

    expect(console.get_by_role("alert")).to_contain_text("Nothing was restored.")
    expect(console.get_by_role("alert")).to_contain_text("unique value taken")
    assert live(db) == []


def test_of_two_tabs_that_restore_one_row_the_second_is_told(console, db, deleted):
    link(console, "Items").click()
    link(console, ITEM).click()
    expect(heading(console)).to_have_text(ITEM)
    other = another_tab(console)

    button(console, "Restore this item").click()
    expect(console.get_by_role("status")).to_contain_text("live again")
    button(other, "Restore this item").click()

    expect(other.get_by_role("alert")).to_contain_text("already restored")
    assert live(db) == [ITEM]


def test_going_back_shows_what_has_become_of_it(deleted, console):
    link(console, "Undo…").click()
    button(console, "Undo this deletion").click()
    expect(console.get_by_role("status")).to_contain_text("live again")
    console.go_back()

    expect(console.get_by_text("Everything that this deletion took is restored.")).to_be_visible()
    expect(button(console, "Undo this deletion")).to_have_count(0)


# By keyboard


def test_everything_is_done_by_keyboard_alone(page, db, superuser, deleted):
    page.goto("/admin/")
    press_until(page, page.get_by_label("E-mail"))
    page.keyboard.type("admin@example.com")
    press_until(page, page.get_by_label("Password"))
    page.keyboard.type("a password for tests")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Deletions")

    press_until(page, link(page, "Skip to the content"))
    page.keyboard.press("Enter")
    press_until(page, link(page, "Undo…"))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Deletion of 1 item")
    press_until(page, button(page, "Undo this deletion"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("live again")
    assert live(db) == [ITEM]


def press_until(page: Page, wanted: Locator) -> None:
    """Press the tabulator key until the focus is there, and is seen to be."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            assert wanted.evaluate("it => getComputedStyle(it).outlineStyle") != "none"
            return
    raise AssertionError(f"No tabulator leads to {wanted}")


# What is shown


def test_script_like_text_is_text(console, runtime, make_user, make_item):
    mallory = make_user(email="mallory@example.com", full_name=HOSTILE)
    make_item(mallory, title=HOSTILE, description=HOSTILE)
    delete(runtime, "item", actor=HOSTILE, reason=HOSTILE)
    delete(runtime, "\"user\" where email = 'mallory@example.com'", actor=HOSTILE, reason=HOSTILE)

    for path in ["/admin/", "/admin/items/", "/admin/users/"]:
        console.goto(path)
        expect(console.get_by_role("cell", name=HOSTILE, exact=True).first).to_be_visible()
    console.goto("/admin/items/")
    console.get_by_label("Title or description").fill(HOSTILE)
    button(console, "Search").click()
    expect(console.get_by_label("Title or description")).to_have_value(HOSTILE)
    link(console, HOSTILE).click()
    expect(heading(console)).to_contain_text(HOSTILE)
    expect(console).to_have_title(re.compile(re.escape(HOSTILE)))
    link(console, "The whole deletion").click()
    expect(console.get_by_role("definition").filter(has_text=HOSTILE)).to_have_count(2)
    assert console.locator("script, img").count() == 1  # the page's own script


def test_ten_thousand_rows_are_paged_there_and_back(console, db, runtime, ada):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 10000) n", [ada.id])
    delete(runtime, "item")
    console.reload()
    expect(console.get_by_role("row", name="10,000 item")).to_be_visible()
    link(console, "Items").click()
    expect(console.get_by_text("10,000 items, newest first")).to_be_visible()

    pages = [titles(console)]
    for _ in range(2):
        turn(console, "Older")
        pages.append(titles(console))
    together = list(chain.from_iterable(pages))
    assert together == [str(10_000 - n) for n in range(len(together))]
    turn(console, "Newer")
    assert titles(console) == pages[1]
    turn(console, "Newest")
    assert titles(console) == pages[0]

    seen, address = [], "/admin/items/"
    while address:  # the rest without looking at each
        html = console.request.get(address).text()
        seen += re.findall(r'href="/admin/items/(\d+)"', html)
        address = next(map(unescape, re.findall('rel="next" href="([^"]*)"', html)), None)
    assert len(seen) == len(set(seen)) == 10_000


def turn(page: Page, whither: str) -> None:
    with page.expect_navigation():
        link(page, whither).click()


def titles(page: Page) -> list[str]:
    return page.get_by_role("rowheader").get_by_role("link").all_inner_texts()


def test_the_rows_on_the_page_are_downloaded(console, db, runtime, ada, make_item, deleted):
    make_item(ada, title="=1+1")
    delete(runtime, "item")
    console.goto("/admin/items/?q=1")

    with console.expect_download() as download:
        link(console, "Download as CSV").click()

    assert download.value.suggested_filename == "archived_items.csv"
    rows = csv.DictReader(Path(download.value.path()).read_text().splitlines())
    assert [row["title"] for row in rows] == ["'=1+1"]


def test_times_are_the_viewers_with_utc_on_hover(browse, sign_in, db, deleted):
    db.execute("update item_archive set archived_at = '2026-03-04 20:30:00.5Z'")
    page = browse(timezone_id="Asia/Tokyo")
    page.goto("/admin/")
    sign_in(page)

    time = page.get_by_role("time")
    expect(time).to_have_text("5 Mar 2026, 05:30")
    expect(time).to_have_attribute("title", "2026-03-04 20:30:00.500000 UTC")
    expect(page.get_by_text("Asia/Tokyo")).to_be_visible()


def test_without_javascript_times_are_utc(browse, sign_in, db, deleted):
    db.execute("update item_archive set archived_at = '2026-03-04 20:30:00.5Z'")
    page = browse(java_script_enabled=False, timezone_id="Asia/Tokyo")
    page.goto("/admin/")
    sign_in(page)

    expect(page.get_by_role("time")).to_have_text("2026-03-04 20:30")
    expect(page.get_by_text("Times are UTC")).to_be_visible()


def test_a_filter_that_makes_no_sense_is_kept_and_explained(console):
    console.goto("/admin/items/?owner_id=nobody&q=plan")

    expect(console.get_by_role("alert")).to_be_visible()
    expect(console.get_by_label(re.compile("Owner.s id"))).to_have_value("nobody")
    expect(console.get_by_label("Title or description")).to_have_value("plan")


def test_health_says_whether_the_archive_is_in_force(console, db):
    link(console, "Health").click()
    expect(console.get_by_role("status")).to_contain_text("The archive is in force")

    db.execute("alter table item disable trigger zz_archive_before_delete")
    console.reload()

    expect(console.get_by_role("alert")).to_contain_text("not fully in force")
    expect(console.get_by_role("row", name="Delete trigger in force item")).to_contain_text("Fails")
