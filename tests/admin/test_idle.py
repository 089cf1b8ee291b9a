"""Who opens no page of the console for a while is signed out."""

from datetime import datetime, timedelta

import jwt
import pytest
from app import accounts
from app.core.config import settings
from app.main import app
from fastapi.testclient import TestClient

from tests.admin.browser import Browser


@pytest.fixture
def at(monkeypatch):
    """Let so many minutes pass for tokens."""

    class Clock(datetime):
        minutes = 0

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(minutes=cls.minutes)

    monkeypatch.setattr(accounts, "datetime", Clock)
    monkeypatch.setattr(jwt.api_jwt, "datetime", Clock)

    def at(minutes):
        Clock.minutes = minutes

    return at


def test_who_opens_no_page_for_an_hour_is_signed_out(admin_browser, at):
    at(59)
    assert admin_browser.open("/admin/").status_code == 200
    at(59 + 59)
    assert admin_browser.open("/admin/").status_code == 200
    at(59 + 59 + 61)
    assert admin_browser.open("/admin/").status_code == 401


def test_pages_in_quick_succession_set_no_cookie(admin_browser, at):
    assert "set-cookie" not in admin_browser.open("/admin/").headers
    at(1)
    assert "max-age=3600" in admin_browser.open("/admin/").headers["set-cookie"].lower()


def test_nobody_stays_longer_than_a_token_lasts(admin_browser, at, monkeypatch):
    monkeypatch.setattr(settings, "ACCESS_TOKEN_EXPIRE_MINUTES", 90)
    at(50)
    assert admin_browser.open("/admin/").status_code == 200
    at(89)
    assert admin_browser.open("/admin/").status_code == 200
    at(91)
    assert admin_browser.open("/admin/").status_code == 401


def test_idle_sign_out_can_be_switched_off(browser, superuser, at, monkeypatch):
    monkeypatch.setattr(settings, "CONSOLE_IDLE_MINUTES", 0)
    browser.sign_in(superuser.email)
    at(600)

    assert browser.open("/admin/").status_code == 200


def test_a_form_outlives_the_extension_of_its_sign_in(admin_browser, at):
    form = admin_browser.open("/admin/")
    at(30)
    admin_browser.open("/admin/items/")

    assert admin_browser.submit(form, "/admin/sign-out").status_code == 303


def test_no_extended_copy_outlives_a_sign_out(admin_browser, db, at):
    form = admin_browser.open("/admin/")
    at(30)
    admin_browser.open("/admin/")
    copy = admin_browser.client.cookies["console"]
    admin_browser.submit(form, "/admin/sign-out")

    (longer,) = db.execute("select expires_at > now() + interval '7 days' from ended_token").fetchone()
    assert longer
    assert "console" not in admin_browser.client.cookies
    assert Browser(TestClient(app, cookies={"console": copy})).open("/admin/").status_code == 401
