"""Forms of the console: they count with their seal only, and nothing in them is a server error."""

import pytest

from tests.admin.browser import text_of


@pytest.mark.parametrize("seal", [None, "", "x", "ü", "0" * 64])
def test_a_form_without_its_seal_changes_nothing(admin_browser, archived, db, seal):
    for path in [f"/admin/items/{archived}/restore", "/admin/sign-out", "/admin/deletions/1/restore"]:
        page = admin_browser.client.post(path, data={} if seal is None else {"seal": seal}, follow_redirects=False)

        assert page.status_code == 403
        assert "Nothing was changed" in text_of(page)
    assert db.execute("select count(*) from item").fetchone() == (0,)
    assert admin_browser.open("/admin/").status_code == 200


def test_a_form_of_another_sign_in_changes_nothing(console_of, superuser, archived, db):
    mine, another = console_of(superuser), console_of(superuser)
    address = f"/admin/items/{archived}"

    page = mine.submit(another.open(address), f"{address}/restore")

    assert page.status_code == 403
    assert db.execute("select count(*) from item").fetchone() == (0,)


def test_nothing_is_changed_by_looking(admin_browser, archived, db):
    for path in [f"/admin/items/{archived}/restore", "/admin/sign-out", "/admin/sign-in", "/admin/deletions/1/restore"]:
        assert admin_browser.open(path).status_code == 404

    assert db.execute("select count(*) from item").fetchone() == (0,)
    assert admin_browser.open("/admin/").status_code == 200


@pytest.mark.parametrize("body", [b"\xff\0=%ff%00", b"--x\r\n", b"{}", b"seal=" + b"a" * 100_000])
@pytest.mark.parametrize("type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_no_body_is_a_server_error(admin_browser, archived, body, type):
    for path in ["/admin/sign-in", f"/admin/items/{archived}/restore"]:
        answer = admin_browser.client.post(path, content=body, headers={"Content-Type": type})

        assert answer.status_code in {400, 403}


@pytest.mark.parametrize(
    ("charset", "value"), [("undefined", b"x"), ("unicode_escape", rb"\ud800"), ("utf-16", b"x"), ("utf-7", b"+2AA-")]
)
@pytest.mark.parametrize("field", ["seal", "username"])
def test_no_encoding_of_a_form_is_a_server_error(browser, charset, value, field):
    browser.open("/admin/")
    body = b'--B\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--B--\r\n' % (field.encode(), value)
    kind = {"Content-Type": f"multipart/form-data; boundary=B; charset={charset}"}

    assert browser.client.post("/admin/sign-in", content=body, headers=kind).status_code == 403
