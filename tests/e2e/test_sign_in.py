"""Signing in to the console and out of it, in a browser."""

from datetime import timedelta

from app.core import security
from playwright.sync_api import BrowserContext, expect

from tests.e2e.conftest import ITEM, another_tab, button, heading, link, live


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
