"""Pages about what cannot be shown: nothing there, an address that makes no sense, a busy database."""

from urllib.parse import urlencode

import pytest

from tests.admin.browser import fields, heading, text_of


@pytest.mark.parametrize("path", ["items/4711", "users/4711", "deletions/4711", "nonsense"])
def test_what_is_not_there_is_404(admin_browser, path):
    page = admin_browser.open(f"/admin/{path}")

    assert (page.status_code, heading(page)) == (404, "Not Found")


@pytest.mark.parametrize("path", ["items/4711/restore", "users/4711/restore", "deletions/4711/restore"])
def test_what_is_not_there_cannot_be_restored(admin_browser, path):
    form = fields(admin_browser.open("/admin/"), "/admin/sign-out")

    assert admin_browser.client.post(f"/admin/{path}", data=form).status_code == 404


@pytest.mark.parametrize(
    "number", ["0", "-1", "9223372036854775807", "9223372036854775808", "9" * 400, "x", "%00", "1.5"]
)
def test_no_address_is_a_server_error(admin_browser, archived, number):
    for page in ["items/{}", "users/{}", "deletions/{}", "deletions/1?archived_at={}", "?before={}", "?before={}.{}"]:
        answer = admin_browser.open("/admin/" + page.replace("{}", number))
        assert answer.status_code in {200, 404, 422}
    for page in ["?before=1.{}", "items/?trail={}&before=1", "items/?before={}", "deletions/1?preview={}"]:
        assert admin_browser.open("/admin/" + page.replace("{}", number)).status_code in {200, 404, 422}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999Z", "2026-01-01", "-1e300"])
def test_no_moment_is_a_server_error(admin_browser, archived, db, moment):
    (transaction,) = db.execute("select transaction_id::text from item_archive").fetchone()

    for address in [
        f"items/?archived_after={moment}&archived_before={moment}",
        f"deletions/{transaction}?archived_at={moment}",
    ]:
        assert admin_browser.open(f"/admin/{address}").status_code in {200, 404, 422}


@pytest.mark.parametrize("moment", ["2026-01-01T00:00+16:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_no_zone_of_a_time_is_a_server_error(admin_browser, moment):
    asked = urlencode({"archived_after": moment, "archived_at": moment})

    assert admin_browser.open(f"/admin/items/?{asked}").status_code in {200, 422}
    assert admin_browser.open(f"/admin/deletions/5?{asked}").status_code in {404, 422}


def test_a_busy_database_is_a_page(admin_browser, archived, monkeypatch):
    from app.core.pool import Exhausted

    async def exhausted(*_, **__):
        raise Exhausted

    monkeypatch.setattr("app.archive.browse.list_rows", exhausted)
    page = admin_browser.open("/admin/items/")

    assert (page.status_code, heading(page)) == (503, "Service Unavailable")
    assert page.headers["retry-after"] == "1"
    assert "The database is not available" in text_of(page)
