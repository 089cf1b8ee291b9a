"""What pages show: text as text, every row once, the viewer's time, the archive's health."""

import csv
import re
from html import unescape
from itertools import chain
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import button, heading, link
from tests.e2e.story import delete

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} \"'&amp;"


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


def test_times_are_utc_like_the_filters_with_the_viewers_on_hover(browse, sign_in, db, deleted):
    db.execute("update item_archive set archived_at = '2026-03-04 20:30:00.5Z'")
    page = browse(timezone_id="Asia/Tokyo")
    page.goto("/admin/")
    sign_in(page)

    time = page.get_by_role("time")
    expect(time).to_have_text("2026-03-04 20:30:00")
    exact = "5 Mar 2026, 05:30:00 in Asia/Tokyo; 2026-03-04 20:30:00.500000 UTC"
    expect(time).to_have_attribute("title", exact)
    expect(page.get_by_text("Asia/Tokyo")).to_be_visible()


def test_without_javascript_times_are_utc(browse, sign_in, db, deleted):
    db.execute("update item_archive set archived_at = '2026-03-04 20:30:00.5Z'")
    page = browse(java_script_enabled=False, timezone_id="Asia/Tokyo")
    page.goto("/admin/")
    sign_in(page)

    expect(page.get_by_role("time")).to_have_text("2026-03-04 20:30:00")
    expect(page.get_by_text("Times are UTC")).to_be_visible()


def test_a_filter_that_makes_no_sense_is_kept_and_explained(console):
    console.goto("/admin/items/?owner_id=nobody&q=plan")

    expect(console.get_by_role("alert")).to_be_visible()
    expect(console.get_by_label("Owner: e-mail or id")).to_have_value("nobody")
    expect(console.get_by_label("Title or description")).to_have_value("plan")


def test_health_says_whether_the_archive_is_in_force(console, db):
    link(console, "Health").click()
    expect(console.get_by_role("status")).to_contain_text("The archive is in force")

    db.execute("alter table item disable trigger zz_archive_before_delete")
    console.reload()

    expect(console.get_by_role("alert")).to_contain_text("not fully in force")
    expect(console.get_by_role("row", name="Delete trigger in force item")).to_contain_text("Fails")
