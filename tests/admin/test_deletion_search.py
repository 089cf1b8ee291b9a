"""Deletions are searched for: who, when, how many rows, why, of which table, with what."""

import re

import pytest

from tests.admin.browser import links, text_of


@pytest.fixture
def deletions(db, ada, superuser, make_item, delete):
    """One item deleted by Ada, three in one go in psql, one by a user who is gone."""
    ada_item, *others = [make_item(ada, title=f"item {n}") for n in range(5)]
    delete(ada_item, ada, reason="a duplicate")
    ids = [item.id for item in others[:3]]
    db.execute("begin; set local archive.actor = 'nightly job'; set local application_name = 'psql'")
    db.execute("delete from item where id = any(%s)", [ids])
    db.execute("commit; begin")
    db.execute("select set_config('archive.actor', %s, true)", [str(ada.id)])
    db.execute("delete from item; commit")


@pytest.fixture
def found(admin_browser, deletions):
    """How many rows each deletion found took, newest first."""

    def found(**filters):
        page = admin_browser.open("/admin/", params=filters)
        assert page.status_code == 200
        return [int(cell.split()[0]) for cell in what(page)]

    return found


def what(page):
    return re.findall('data-label="What">([^<]*)<', page.text)


def test_by_who_when_how_many_and_why(found, ada, db):
    assert found() == [1, 3, 1]
    assert found(who=ada.email.upper()) == [1, 1]
    assert found(who="nightly job") == [3]
    assert found(who="nobody") == []
    assert found(min_rows="2") == [3]
    assert found(q="DUPLICATE") == [1]
    assert found(table="item", application_name="psql") == [3]
    assert found(table="user") == []
    assert found(archived_after="2031-01-01T00:00") == []


def test_somebody_who_is_gone_is_found_by_name_too(found, ada, db):
    db.execute("update \"user\" set full_name = 'Ada Byron' where id = %s", [ada.id])
    db.execute('delete from "user" where id = %s', [ada.id])

    assert found(who="byron", table="item") == [1, 1]
    assert found(who=ada.email, table="item") == [1, 1]


def test_what_did_not_come_through_the_api_is_one_click_away(admin_browser, found):
    (address,) = links(admin_browser.open("/admin/"), "Only what did not come through the API")

    page = admin_browser.open(address)

    assert [cell.split()[0] for cell in what(page)] == ["1", "3"]


def test_a_mistaken_bulk_delete_is_found_in_two_steps(admin_browser, db, ada, make_item):
    db.execute("insert into item (title, owner_id) select 'x', %s from generate_series(1, 400)", [ada.id])
    db.execute("delete from item where ctid in (select ctid from item limit 100)")
    for _ in range(300):
        db.execute("delete from item where ctid in (select ctid from item limit 1)")

    page = admin_browser.open("/admin/", params={"min_rows": "50"})

    assert what(page) == ["100 items"]


WRONG = {
    "min_rows": "x",
    "archived_after": "5",
    "table": "nothing",
    "who": "x\0",
    "before": "x",
    "application_name": "\0",
}


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_what_makes_no_sense_is_named_and_kept(admin_browser, name, value):
    page = admin_browser.open("/admin/", params={name: value})

    assert page.status_code == 422
    assert f"These filters make no sense: {name} (" in text_of(page)
