"""The lists of items and users: filters, pages and downloads."""

import csv
import html
import re
from urllib.parse import urlencode

import pytest

from tests.admin.browser import links, text_of


def test_filters_are_in_the_address_and_in_the_form(admin_browser, archived, ada):
    wanted = {"q": "NOTEBOOK", "state": "any", "owner_id": str(ada.id), "archived_after": "2020-01-01T00:00"}

    page = admin_browser.open(f"/admin/items/?{urlencode(wanted | {'archived_by': ''})}")

    assert "1 item, newest first" in text_of(page)
    for value in wanted.values():
        assert f'value="{value}"' in page.text
    assert '<option value="any" selected>' in page.text
    assert "Nothing like it" in text_of(admin_browser.open("/admin/items/?q=nothing"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "gone"),
        ("owner_id", "x"),
        ("item_id", "1"),
        ("transaction_id", "x"),
        ("transaction_id", str(2**64)),
        ("archived_after", "yesterday"),
        ("archived_before", "1e400"),
        ("q", "\0"),
        ("q", "x" * 256),
        ("archived_by", "\0"),
        ("before", "0"),
        ("before", str(2**63)),
        ("before", "x"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named_and_the_form_is_still_there(admin_browser, archived, name, value):
    page = admin_browser.open(f"/admin/items/?{urlencode({name: value, 'archived_by': value})}")

    assert page.status_code == 422
    assert "These filters make no sense: " in text_of(page)
    assert f"{name} (" in text_of(page)
    assert 'role="search"' in page.text
    assert admin_browser.open(f"/admin/items/export/csv?{urlencode({name: value})}").status_code in {200, 422}


def test_pages_lead_forwards_and_back(admin_browser, ada, db):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 120) n", [ada.id])
    db.execute("delete from item")

    def titles(page):
        return re.findall(r'href="/admin/items/\d+">(\d+)</a>', page.text)

    first = admin_browser.open("/admin/items/?q=&state=archived")
    second = admin_browser.open(*links(first, "Older"))
    third = admin_browser.open(*links(second, "Older"))

    assert [len(titles(page)) for page in [first, second, third]] == [50, 50, 20]
    assert len({*titles(first), *titles(second), *titles(third)}) == 120
    assert (links(first, "Newer"), links(first, "Newest"), links(third, "Older")) == ([], [], [])
    assert titles(admin_browser.open(*links(third, "Newer"))) == titles(second)
    assert titles(admin_browser.open(*links(second, "Newer"))) == titles(first)
    assert titles(admin_browser.open(*links(third, "Newest"))) == titles(first)
    again = admin_browser.open(*links(third, "Newer"))
    assert titles(admin_browser.open(*links(again, "Newer"))) == titles(first)


def test_deep_in_the_archive_addresses_stay_short(admin_browser, ada, db):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 120) n", [ada.id])
    db.execute("delete from item")
    trail = "+".join(["9000000000000000000"] * 200)

    page = admin_browser.open(f"/admin/items/?before=9000000000000000000&trail={trail}")

    (older,) = links(page, "Older")
    assert len(older) < 2000
    assert links(admin_browser.open(older), "Newer")


@pytest.mark.parametrize("kind", ["items", "users"])
def test_what_is_filtered_is_what_is_downloaded(admin_browser, ada, make_item, db, kind):
    make_item(ada, title="Red"), make_item(ada, title="Green")
    db.execute('delete from "user" where id = %s', [ada.id])
    page = admin_browser.open(f"/admin/{kind}/?q={'red' if kind == 'items' else 'lovelace'}")

    (address,) = [html.unescape(found) for found in re.findall('href="([^"]*csv[^"]*)"', page.text)]
    answer = admin_browser.open(address)

    assert answer.headers["content-disposition"] == f"attachment; filename=archived_{kind}.csv"
    (row,) = csv.DictReader(answer.text.splitlines())
    assert row["title" if kind == "items" else "email"] == ("Red" if kind == "items" else "ada@example.com")


def test_a_search_that_takes_too_long_says_so_and_keeps_the_form(admin_browser, ada, db, monkeypatch):
    monkeypatch.setattr("app.archive.browse.SEARCH_SECONDS", 0.001)
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 20000) n", [ada.id])
    db.execute("delete from item")

    page = admin_browser.open("/admin/items/?q=nowhere")

    assert (page.status_code, page.headers["retry-after"]) == (503, "1")
    assert "takes too long" in text_of(page)
    assert 'value="nowhere"' in page.text
