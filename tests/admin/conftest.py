"""The console over HTTP: somebody who has signed in, and something to find."""

import pytest
from app.main import app
from fastapi.testclient import TestClient

from tests.admin.browser import Browser


@pytest.fixture
def browser(client):
    return Browser(client)


@pytest.fixture
def console_of(db):
    """A browser in which a user has signed in to the console."""

    def console_of(user):
        browser = Browser(TestClient(app))
        assert browser.sign_in(user.email).status_code == 303
        return browser

    return console_of


@pytest.fixture
def admin_browser(browser, superuser):
    assert browser.sign_in(superuser.email).status_code == 303
    return browser


@pytest.fixture
def archived(db, ada, make_item, delete):
    """The archive id of an item that its owner deleted."""
    delete(make_item(ada, title="Blue notebook", description="with squares"), ada, reason="a duplicate")
    return db.execute("select archive_id from item_archive").fetchone()[0]
