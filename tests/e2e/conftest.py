"""The console as a superuser meets it: a real Chromium, a real uvicorn, a database for each test.

The browser is the `chromium` on the PATH; CHROMIUM names another. Without one these tests are skipped, in CI they fail.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from app.models import Item, User
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect, sync_playwright

from tests.conftest import PASSWORD
from tests.e2e.story import delete

PROGRAM = shutil.which(os.environ.get("CHROMIUM", "chromium"))

FLAGS = [
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
]
"""What keeps Chromium from looking for anybody but the server."""

ITEM = "Floor plan"

DESKTOP = {"width": 1280, "height": 900}

Browse = Callable[..., Page]
SignIn = Callable[..., None]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not PROGRAM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "chromium is not installed (Debian: the package chromium)"
        )
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def origin(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def browse(chromium: Browser, origin: str) -> Iterator[Browse]:
    """Open a page in a browser without a past. Whatever goes wrong in it fails the test."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(_watched_page(chromium, origin, options))


@pytest.fixture
def page(browse: Browse) -> Page:
    return browse()


@pytest.fixture
def sign_in(superuser: User) -> SignIn:
    """Fill in the form that a page shows."""

    def sign_in(page: Page, email: str = superuser.email, password: str = PASSWORD) -> None:
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in").click()

    return sign_in


@pytest.fixture
def console(page: Page, sign_in: SignIn) -> Page:
    """The first page, of a superuser who has just signed in."""
    page.goto("/admin/")
    sign_in(page)
    return page


@pytest.fixture
def deleted(runtime: psycopg.Connection, ada: User, make_item: Callable[..., Item]) -> None:
    """Ada has deleted an item."""
    make_item(ada, title=ITEM, description="Second storey")
    delete(runtime, "item", actor=str(ada.id), reason="wrong folder")


@pytest.fixture
def ada_deleted(runtime: psycopg.Connection, superuser: User, ada: User, make_item: Callable[..., Item]) -> None:
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


@contextmanager
def _watched_page(chromium: Browser, origin: str, options: dict[str, Any]) -> Iterator[Page]:
    context = chromium.new_context(**{"base_url": origin, "viewport": DESKTOP, "locale": "en-GB"} | options)
    context.set_default_timeout(15_000)
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # Of answers that refuse, which Chromium counts among the errors, on_response knows more.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource: the server"):
            faults.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((f"{origin}/", "data:")):
            faults.append(f"asks another origin: {request.url}")

    def on_response(response: Response) -> None:
        refused = response.status >= 400 and not response.request.is_navigation_request()
        if refused or response.status >= 500:
            faults.append(f"{response.status}: {response.url}")

    def on_failure(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # by a download, or by leaving the page
            faults.append(f"{request.failure}: {request.url}")

    context.on("console", on_console)
    context.on("request", on_request)
    context.on("response", on_response)
    context.on("requestfailed", on_failure)
    context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
    context.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not faults, "\n".join(faults)
