"""Signing in to the console, and the end of a sign-in."""

from datetime import timedelta

import pytest
from app import crud
from app.core import security
from app.core.config import settings
from app.core.db import engine
from app.main import app
from app.models import UserUpdate
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.admin.browser import Browser, fields, heading, text_of
from tests.conftest import PASSWORD


def test_who_is_not_signed_in_gets_the_form_whatever_they_asked_for(browser, archived):
    for address in ["/admin/", f"/admin/items/{archived}", "/admin/items/4711", "/admin/nonsense", "/admin/items/x"]:
        page = browser.open(address)

        assert (page.status_code, heading(page)) == (401, "Sign in")
        assert "Blue notebook" not in page.text


def test_signing_in_leads_to_what_one_wanted_to_see(browser, superuser, archived):
    address = f"/admin/items/{archived}?x=1&y=a%20b"

    answer = browser.sign_in(superuser.email, address=address)

    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert heading(browser.open(answer.headers["location"])) == "Blue notebook"


def test_signing_in_after_a_form_was_sent_too_late_leads_to_its_page(browser, superuser, archived):
    page = browser.client.post(f"/admin/items/{archived}/restore")

    answer = browser.submit(page, "/admin/sign-in", username=superuser.email, password=PASSWORD)

    assert page.status_code == 401
    assert answer.headers["location"] == f"/admin/items/{archived}"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/admin\\evil",
        "/administrator",
        "/admin/\r\nSet-Cookie: x=y",
        "javascript:alert(1)",
        "/api/v1/",
        "",
        "/admin/\0",
        "/admin/ü",
    ],
)
def test_signing_in_leads_nowhere_else(browser, superuser, address):
    form = browser.open("/admin/")

    answer = browser.submit(form, "/admin/sign-in", username=superuser.email, password=PASSWORD, next=address)

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/")


@pytest.mark.parametrize(("email", "password"), [("admin@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
def test_a_wrong_password_and_an_unknown_user_are_told_alike(browser, superuser, email, password):
    page = browser.sign_in(email, password)

    assert page.status_code == 400
    assert "Incorrect email or password" in text_of(page)
    assert fields(page, "/admin/sign-in")["username"] == email
    assert "console" not in browser.client.cookies


def test_an_inactive_superuser_is_told_so_only_with_the_right_password(browser, make_user):
    make_user(email="ann@example.com", is_superuser=True, is_active=False)

    assert "Inactive user" in text_of(browser.sign_in("ann@example.com"))
    assert "Incorrect email or password" in text_of(browser.sign_in("ann@example.com", "wrong"))


def test_a_normal_user_gets_a_clear_page_and_no_cookie(browser, ada):
    page = browser.sign_in(ada.email)

    assert (page.status_code, heading(page)) == (403, "For superusers only")
    assert "ada@example.com is not a superuser" in text_of(page).replace(" ,", ",")
    assert "console" not in browser.client.cookies


def test_somebody_who_is_no_superuser_any_more_gets_a_clear_page_and_can_sign_out(console_of, make_user, db):
    browser = console_of(make_user(email="ann@example.com", is_superuser=True))
    db.execute("""update "user" set is_superuser = false where email = 'ann@example.com'""")

    page = browser.open("/admin/")

    assert (page.status_code, heading(page)) == (403, "For superusers only")
    assert browser.submit(page, "/admin/sign-out").status_code == 303
    assert browser.open("/admin/").status_code == 401


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("value", ["\0", "a" * 100_000, "ü", ""])
def test_no_way_to_fill_in_the_form_is_a_server_error(browser, superuser, field, value):
    form = {"username": superuser.email, "password": PASSWORD} | {field: value}

    page = browser.submit(browser.open("/admin/"), "/admin/sign-in", **form)

    assert page.status_code in {400, 422}
    assert heading(page) == "Sign in"


@pytest.mark.parametrize(("environment", "secure"), [("local", False), ("staging", True), ("production", True)])
def test_the_cookies_are_for_the_console_and_no_script(browser, superuser, monkeypatch, environment, secure):
    browser.client.base_url = "https://testserver"
    monkeypatch.setattr(settings, "ENVIRONMENT", environment)

    def attributes(answer):
        pair, *attributes = answer.headers["set-cookie"].split("; ")
        return pair.split("=")[0], {attribute.lower() for attribute in attributes}

    form = browser.open("/admin/")
    answer = browser.submit(form, "/admin/sign-in", username=superuser.email, password=PASSWORD)

    lifetime = f"max-age={settings.CONSOLE_IDLE_MINUTES * 60}"
    always = {"httponly", "path=/admin"} | ({"secure"} if secure else set())
    assert attributes(form) == ("console_form", {*always, "samesite=strict"})
    assert attributes(answer) == ("console", {*always, "samesite=lax", lifetime})


def test_a_form_to_sign_in_counts_in_the_browser_that_got_it(browser, superuser):
    """Or another site could sign somebody in as somebody else."""
    form = browser.open("/admin/")
    elsewhere = Browser(TestClient(app))
    elsewhere.open("/admin/")

    for other in [elsewhere, Browser(TestClient(app))]:
        page = other.submit(form, "/admin/sign-in", username=superuser.email, password=PASSWORD)

        assert (page.status_code, heading(page)) == (403, "Sign in")
        assert "Please try again" in text_of(page)
        assert "console" not in other.client.cookies
        assert other.submit(page, "/admin/sign-in", username=superuser.email, password=PASSWORD).status_code == 303


def test_several_forms_to_sign_in_may_be_open(browser, superuser):
    first, _ = browser.open("/admin/"), browser.open("/admin/items/")

    answer = browser.submit(first, "/admin/sign-in", username=superuser.email, password=PASSWORD)

    assert answer.status_code == 303


# The end of a sign-in


def test_signing_out_ends_it_on_the_server_too(admin_browser, db):
    cookie = admin_browser.client.cookies["console"]
    form = admin_browser.open("/admin/")

    answer = admin_browser.submit(form, "/admin/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/")
    assert "console" not in admin_browser.client.cookies
    kept = Browser(TestClient(app, cookies={"console": cookie}))
    assert kept.open("/admin/").status_code == 401
    assert kept.submit(form, "/admin/sign-out").status_code == 401
    assert db.execute("select count(*) from ended_token").fetchone() == (1,)


def test_signing_out_ends_no_other_sign_in(console_of, superuser):
    here, there = console_of(superuser), console_of(superuser)

    here.submit(here.open("/admin/"), "/admin/sign-out")

    assert there.open("/admin/").status_code == 200


def test_what_would_have_ended_anyway_is_forgotten(admin_browser, db):
    db.execute("insert into ended_token values ('old', now() - interval '1 s'), ('new', now() + interval '1 h')")

    admin_browser.submit(admin_browser.open("/admin/"), "/admin/sign-out")

    (kept,) = db.execute("select array_agg(jti order by jti = 'new' desc) from ended_token").fetchone()
    assert kept[0] == "new"
    assert (len(kept), "old" in kept) == (2, False)


@pytest.mark.parametrize(
    "end",
    [
        lambda session, user: crud.update_user(
            session=session, db_user=user, user_in=UserUpdate(password="quite another password")
        ),
        lambda session, user: crud.reset_password(session=session, user=user, new_password="quite another password"),
        lambda session, user: crud.change_password(
            session=session, user=user, new_password="quite another password", kept_token="an access token"
        ),
        lambda session, user: crud.update_user(session=session, db_user=user, user_in=UserUpdate(is_active=False)),
        lambda session, user: (session.delete(user), session.commit()),
    ],
    ids=["a new password", "a reset", "a change of password", "a deactivation", "a deletion"],
)
def test_what_ends_the_apis_tokens_ends_it(console_of, make_user, end):
    user = make_user(is_superuser=True)
    browser = console_of(user)
    with Session(engine, expire_on_commit=False) as session:
        end(session, session.get(type(user), user.id))

    assert browser.open("/admin/").status_code == 401


def test_it_ends_by_itself(superuser, client):
    token = security.issue_token("console", str(superuser.id), timedelta(seconds=-1))

    assert client.get("/admin/", headers={"Cookie": f"console={token}"}).status_code == 401


def test_the_apis_tokens_and_the_consoles_are_not_each_others(client, superuser):
    access = security.create_access_token(superuser.id, timedelta(minutes=5))
    cookie = security.issue_token("console", str(superuser.id), timedelta(minutes=5))
    reset = security.issue_token("reset", superuser.email, timedelta(minutes=5))

    answer = client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {cookie}"})
    assert (answer.status_code, answer.json()) == (403, {"detail": "Could not validate credentials"})
    assert client.get("/api/v1/users/me", headers={"Cookie": f"console={cookie}"}).status_code == 401
    assert client.get("/admin/", headers={"Authorization": f"Bearer {access}"}).status_code == 401
    for token in [access, reset, "x", "", "a.b.c", "ü"]:
        assert client.get("/admin/", headers={"Cookie": f"console={token}".encode()}).status_code == 401
    assert client.get("/admin/", headers={"Cookie": f"console={cookie}"}).status_code == 200


def test_failed_sign_ins_count_for_the_api_and_the_console_alike(browser, superuser, client, monkeypatch):
    monkeypatch.setattr(settings, "SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS", 1)
    browser.sign_in(superuser.email, "wrong")

    page = browser.sign_in(superuser.email)
    form = {"username": superuser.email, "password": PASSWORD}

    assert (page.status_code, "Too many attempts" in page.text) == (429, True)
    assert client.post("/api/v1/login/access-token", data=form).status_code == 429


# Over plain HTTP


@pytest.mark.parametrize(
    ("environment", "scheme", "told"),
    [("production", "http", True), ("production", "https", False), ("local", "http", False)],
)
def test_a_sign_in_that_no_browser_would_keep_says_what_it_needs(
    browser, superuser, monkeypatch, environment, scheme, told
):
    browser.client.base_url = f"{scheme}://testserver"
    monkeypatch.setattr(settings, "ENVIRONMENT", environment)

    form = browser.open("/admin/")
    answer = browser.submit(form, "/admin/sign-in", username=superuser.email, password=PASSWORD)

    assert ("needs HTTPS" in text_of(form)) is told
    assert (answer.status_code, "needs HTTPS" in answer.text) == ((403, True) if told else (303, False))
