"""The console in the browser: superusers find, understand and restore; nobody else sees more than how to sign in."""

import csv
import html
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from app import crud
from app.admin import console
from app.core import security
from app.core.config import settings
from app.core.db import engine
from app.main import app
from app.models import UserUpdate
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.conftest import PASSWORD

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class Browser:
    """What a person does with a browser: opens addresses, fills in the forms that a page has, presses buttons."""

    def __init__(self, client):
        self.client = client

    def open(self, address, **options):
        return self.client.get(address, **options)

    def submit(self, page, action, **filled):
        """Send the form of this page that leads there, as it is but for what is filled in."""
        return self.client.post(html.unescape(action), data=fields(page, action) | filled, follow_redirects=False)

    def sign_in(self, email, password=PASSWORD, address="/admin/"):
        return self.submit(self.open(address), "/admin/sign-in", username=email, password=password)


def forms(page):
    return {
        html.unescape(action): inner
        for action, inner in re.findall(r'<form[^>]*method="post" action="([^"]*)"[^>]*>(.*?)</form>', page.text, re.S)
    }


def fields(page, action):
    inputs = re.findall(r"<input[^>]*>", forms(page)[action])
    pairs = [(re.search('name="([^"]*)"', tag), re.search('value="([^"]*)"', tag)) for tag in inputs if 'name="' in tag]
    return {name[1]: html.unescape(value[1]) if value else "" for name, value in pairs}


def heading(page):
    (found,) = re.findall("<h1[^>]*>(.*?)</h1>", page.text, re.S)
    return html.unescape(re.sub("<[^>]*>", "", found)).strip()


def shown(page):
    """The words of a page, as a reader sees them."""
    (main,) = re.findall("<main.*?</main>", page.text, re.S)
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", main)).split())


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
def ada(make_user):
    return make_user(email="ada@example.com", full_name="Ada Lovelace")


@pytest.fixture
def delete(client, headers):
    def delete(item, user, **params):
        answer = client.delete(f"/api/v1/items/{item.id}", params=params, headers=headers(user))
        assert answer.status_code == 200

    return delete


@pytest.fixture
def archived(db, ada, make_item, delete):
    """The archive id of an item that its owner deleted."""
    delete(make_item(ada, title="Blue notebook", description="with squares"), ada, reason="a duplicate")
    return db.execute("select archive_id from item_archive").fetchone()[0]


# Signing in


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
    assert "Incorrect email or password" in shown(page)
    assert fields(page, "/admin/sign-in")["username"] == email
    assert "console" not in browser.client.cookies


def test_an_inactive_superuser_is_told_so_only_with_the_right_password(browser, make_user):
    make_user(email="ann@example.com", is_superuser=True, is_active=False)

    assert "Inactive user" in shown(browser.sign_in("ann@example.com"))
    assert "Incorrect email or password" in shown(browser.sign_in("ann@example.com", "wrong"))


def test_a_normal_user_gets_a_clear_page_and_no_cookie(browser, ada):
    page = browser.sign_in(ada.email)

    assert (page.status_code, heading(page)) == (403, "For superusers only")
    assert "ada@example.com is not a superuser" in shown(page).replace(" ,", ",")
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

    lifetime = f"max-age={settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60}"
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
        assert "Please try again" in shown(page)
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


# Who sees what


def everything():
    """Every address that the console has a route for, by every method; and some that it has none for."""
    for route in console.routes:
        path = re.sub(r"{\w+(:path)?}", "1", f"/admin{route.path}")
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]:
            yield method, path
    for path in ["/admin/nonsense", "/admin/items", "/admin/items/1/", "/admin/openapi.json", "/admin/docs"]:
        yield "GET", path


def test_the_table_of_routes_is_walked():
    paths = {path for _, path in everything()}

    assert {"/admin/", "/admin/items/", "/admin/items/1/restore", "/admin/health/", "/admin/sign-out"} <= paths
    assert len(paths) > 15
    assert any(getattr(route, "app", None) is console for route in app.routes)


def is_sign_in_page(answer):
    return 'action="/admin/sign-in"' in answer.text and "<h1>Sign in</h1>" in answer.text


@pytest.mark.parametrize("origin", [{}, {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "GET"}])
def test_whoever_is_not_signed_in_sees_how_to_sign_in_and_nothing_else(client, archived, origin):
    for method, path in everything():
        answer = client.request(method, path, headers=origin, follow_redirects=False)

        # A form that somebody else sent is refused with another.
        expected = 403 if (method, path) == ("POST", "/admin/sign-in") else 401
        assert (answer.status_code, is_sign_in_page(answer)) == (expected, method != "HEAD"), (method, path)
        assert "Blue notebook" not in answer.text
        assert HEADERS.items() <= answer.headers.items()
        assert "access-control-allow-origin" not in answer.headers


def test_whoever_is_not_a_superuser_sees_that_and_nothing_else(client, ada, archived):
    cookie = security.issue_token("console", str(ada.id), timedelta(minutes=5))

    for method, path in everything():
        answer = client.request(method, path, headers={"Cookie": f"console={cookie}"}, follow_redirects=False)

        assert answer.status_code == 403, (method, path)
        assert "Blue notebook" not in answer.text
        assert HEADERS.items() <= answer.headers.items()


def test_other_origins_call_the_api_and_not_the_console(admin_browser):
    frontend = {"Origin": settings.FRONTEND_HOST}

    assert "access-control-allow-origin" in admin_browser.open("/api/v1/items/", headers=frontend).headers
    assert "access-control-allow-origin" not in admin_browser.open("/admin/", headers=frontend).headers


def test_the_headers_are_on_every_answer(admin_browser, archived, db):
    addresses = ["/admin/", "/admin/items/", "/admin/items/4711", "/admin/items/x", "/admin/items/?state=x"]
    for address in [
        *addresses,
        "/admin/items",
        "/admin/items/export/csv",
        "/admin/health/",
        f"/admin/items/{archived}",
    ]:
        assert HEADERS.items() <= admin_browser.open(address, follow_redirects=False).headers.items()
    db.execute("revoke all on item_archive from archive_runtime")
    broken = TestClient(app, cookies=admin_browser.client.cookies, raise_server_exceptions=False)
    page = broken.get("/admin/items/")
    assert (page.status_code, heading(page)) == (500, "Internal Server Error")
    assert HEADERS.items() <= page.headers.items()


@pytest.mark.parametrize("name", ["style.css", "console.js", "icon.svg"])
def test_what_pages_are_dressed_in_is_the_projects_own(client, name):
    answer = client.get(f"/static/{name}")

    assert answer.status_code == 200
    assert "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_hold_no_script_no_style_and_nothing_foreign(admin_browser, archived):
    for address in ["/admin/", "/admin/items/", f"/admin/items/{archived}", "/admin/health/"]:
        page = admin_browser.open(address).text

        assert re.findall(r"<script(?! src=./static/)|<style|\sstyle=|\son\w+=|https?:", page) == []


# Forms


@pytest.mark.parametrize("seal", [None, "", "x", "ü", "0" * 64])
def test_a_form_without_its_seal_changes_nothing(admin_browser, archived, db, seal):
    for path in [f"/admin/items/{archived}/restore", "/admin/sign-out", "/admin/deletions/1/restore"]:
        page = admin_browser.client.post(path, data={} if seal is None else {"seal": seal}, follow_redirects=False)

        assert page.status_code == 403
        assert "Nothing was changed" in shown(page)
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


# Deletions


def test_the_first_page_says_who_deleted_what_and_why(admin_browser, archived, db):
    page = admin_browser.open("/admin/")

    assert heading(page) == "Deletions"
    assert "Ada Lovelace ada@example.com 1 item a duplicate archive-table api test_api" in shown(page)
    ((day, rows),) = db.execute("select day::text, rows from archive.daily where rows > 0").fetchall()
    assert f"{day}: {rows}" in shown(page)


def test_the_rows_of_a_busy_day_are_estimated(admin_browser, ada, db):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 3000) n", [ada.id])
    db.execute("delete from item; analyze item_archive")

    assert re.search(r"about [23],\d\d\d", shown(admin_browser.open("/admin/")))
    *quiet, (today, exact) = db.execute("select rows, exact from archive.daily order by day").fetchall()
    assert (len(quiet), set(quiet), exact) == (29, {(0, True)}, False)
    assert 2_500 < today < 3_500


def test_with_nothing_deleted_the_pages_say_so(admin_browser):
    assert "Nothing has been deleted yet" in shown(admin_browser.open("/admin/"))
    assert "No items have been deleted" in shown(admin_browser.open("/admin/items/"))
    assert "No users have been deleted" in shown(admin_browser.open("/admin/users/"))
    assert "Nothing has been purged" in shown(admin_browser.open("/admin/health/"))


def test_somebody_who_is_gone_is_named_by_their_id(admin_browser, archived, ada, db):
    db.execute('delete from "user" where id = %s', [ada.id])

    assert str(ada.id) in shown(admin_browser.open("/admin/"))


def links(page, name):
    """The addresses of the links of this name."""
    return [html.unescape(address) for address in re.findall(rf'<a[^>]*href="([^"]*)"[^>]*>{name}</a>', page.text)]


def test_a_whole_deletion_is_undone_in_two_clicks(admin_browser, superuser, client, admin, ada, make_item, db):
    make_item(ada, title="Red"), make_item(ada, title="Green")
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (address,) = links(admin_browser.open("/admin/"), "Undo…")

    page = admin_browser.open(address)
    assert "an undo would restore all 3 rows" in shown(page)
    assert all(name in shown(page) for name in ["Red", "Green", "ada@example.com", "2 items, 1 user"])
    (action,) = [action for action in forms(page) if action.endswith("restore") or "restore?" in action]
    answer = admin_browser.submit(page, action)

    assert answer.status_code == 303
    page = admin_browser.open(answer.headers["location"])
    assert "Undone: what was deleted is live again (3 rows)." in shown(page)
    assert "Everything that this deletion took is restored" in shown(page)
    assert db.execute("select count(*) from item").fetchone() == (2,)
    assert "Undone" not in shown(admin_browser.open(answer.headers["location"]))  # it is said once


def test_what_stands_in_the_way_of_an_undo_is_named(admin_browser, client, admin, ada, make_item, db):
    make_item(ada, title="Red")
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (address,) = links(admin_browser.open("/admin/"), "Undo…")
    form = admin_browser.open(address)
    (action,) = [action for action in forms(form) if "/restore" in action]
    db.execute("insert into \"user\" (email) values ('ada@example.com')")

    page = admin_browser.open(address)
    refused = admin_browser.submit(form, action)

    assert "2 of 2 rows cannot be restored now" in shown(page)
    assert "unique value taken" in shown(page)
    assert not [action for action in forms(page) if "/restore" in action]
    assert refused.status_code == 409
    assert "Nothing was restored." in shown(refused)


def test_rows_of_other_tables_are_counted_and_undone(admin_browser, db):
    db.execute("create table note (id int primary key, text text); grant all on note to archive_runtime")
    db.execute("select archive.enable('note')")
    db.execute("insert into note values (1, 'x'); delete from note")
    (address,) = links(admin_browser.open("/admin/"), "Undo…")

    page = admin_browser.open(address)
    (action,) = [action for action in forms(page) if "/restore" in action]
    answer = admin_browser.submit(page, action)

    assert heading(page) == "Deletion of 1 note"
    assert "note 1 would restore it" in shown(page)
    assert answer.status_code == 303
    assert db.execute("select * from note").fetchall() == [(1, "x")]
    db.execute("select archive.disable('note')")


def test_a_large_deletion_is_tried_out_on_demand(admin_browser, ada, db):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 201) n", [ada.id])
    db.execute("delete from item")
    (address,) = links(admin_browser.open("/admin/"), "Undo…")

    page = admin_browser.open(address)
    (preview,) = links(page, "Preview the undo")

    assert "would restore" not in shown(page)
    assert "an undo would restore all 201 rows" in shown(admin_browser.open(preview))
    (all_items,) = links(page, "All items of this deletion")
    assert "201 items" in shown(admin_browser.open(all_items))


def test_an_id_that_two_deletions_have_asks_which(admin_browser, archived, db):
    db.execute(
        "insert into item_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id, title)"
        " select archive_id + 1, transaction_id, archived_at - interval '1 day', session_role, cascaded, id, 'Older'"
        "   from item_archive"
    )
    (transaction,) = db.execute("select distinct transaction_id::text from item_archive").fetchone()

    page = admin_browser.open(f"/admin/deletions/{transaction}")

    assert (page.status_code, heading(page)) == (409, "Which deletion?")
    newer, older = [html.unescape(address) for address in re.findall('href="(/admin/deletions/[^"#]*)">', page.text)]
    assert "Blue notebook" in shown(admin_browser.open(newer))
    assert "Blue notebook" not in shown(admin_browser.open(older))
    assert "Older" in shown(admin_browser.open(older))


# Finding


def test_filters_are_in_the_address_and_in_the_form(admin_browser, archived, ada):
    wanted = {"q": "NOTEBOOK", "state": "any", "owner_id": str(ada.id), "archived_after": "2020-01-01T00:00"}

    page = admin_browser.open(f"/admin/items/?{urlencode(wanted | {'archived_by': ''})}")

    assert "1 item, newest first" in shown(page)
    for value in wanted.values():
        assert f'value="{value}"' in page.text
    assert '<option value="any" selected>' in page.text
    assert "Nothing like it" in shown(admin_browser.open("/admin/items/?q=nothing"))


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
    assert "These filters make no sense: " in shown(page)
    assert f"{name} (" in shown(page)
    assert 'role="search"' in page.text
    assert admin_browser.open(f"/admin/items/export/csv?{urlencode({name: value})}").status_code in {200, 422}


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


def test_deletions_have_pages_too(admin_browser, ada, make_item, db):
    for _ in range(51):
        db.execute("insert into item (title, owner_id) values ('x', %s)", [ada.id])
        db.execute("delete from item")

    first = admin_browser.open("/admin/")
    second = admin_browser.open(*links(first, "Older"))

    assert [len(links(page, "Undo…")) for page in [first, second]] == [50, 1]
    assert links(admin_browser.open(*links(second, "Newer")), "Undo…") == links(first, "Undo…")


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
    assert "takes too long" in shown(page)
    assert 'value="nowhere"' in page.text


# One row


def test_one_row_shows_everything_and_what_became_of_it(admin_browser, archived, ada, make_item, db):
    page = admin_browser.open(f"/admin/items/{archived}")

    assert heading(page) == "Blue notebook"
    for text in ["by Ada Lovelace", "a duplicate", "with squares", str(ada.id), "would be live again", "test_api"]:
        assert text in shown(page)
    ((columns,),) = db.execute(
        "select array_agg(attname::text) from pg_attribute where attrelid = 'item_archive'::regclass and attnum > 0"
    )
    assert sorted(re.findall("<dt>(.*?)</dt>", page.text)) == sorted(columns)


def test_from_the_first_page_to_a_restored_item_is_three_clicks(admin_browser, archived, ada, superuser, db):
    page = admin_browser.open(*links(admin_browser.open("/admin/"), "Items"))
    page = admin_browser.open(*links(page, "Blue notebook"))
    answer = admin_browser.submit(page, f"/admin/items/{archived}/restore")

    page = admin_browser.open(answer.headers["location"])
    assert "Restored: “Blue notebook” is live again." in shown(page)
    assert db.execute("select title, owner_id from item").fetchall() == [("Blue notebook", ada.id)]
    assert db.execute("select restored_by from item_archive").fetchall() == [(str(superuser.id),)]


def test_the_history_of_a_row_tells_each_deletion_and_restore(admin_browser, archived, ada, delete, db):
    admin_browser.submit(admin_browser.open(f"/admin/items/{archived}"), f"/admin/items/{archived}/restore")
    db.execute("set archive.actor = 'the night shift'; delete from item")

    page = admin_browser.open(f"/admin/items/{archived}")

    (history,) = re.findall('<ol class="history">(.*?)</ol>', page.text, re.S)
    events = [
        html.unescape(re.sub("<[^>]*>", " ", event)).split() for event in re.findall("<li>(.*?)</li>", history, re.S)
    ]
    assert [event[0] for event in events] == ["Deleted", "Restored", "Deleted"]
    assert " ".join(events[0]).endswith("the night shift")


def test_what_went_with_a_row_is_listed(admin_browser, client, admin, ada, make_item, db):
    make_item(ada, title="Red"), make_item(ada, title="Green")
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (archive_id,) = db.execute("select archive_id from item_archive where title = 'Red'").fetchone()

    page = admin_browser.open(f"/admin/items/{archive_id}")

    assert "with its owner" in shown(page)
    assert links(page, "Green")
    assert links(page, "ada@example.com")
    assert links(page, "The whole deletion")


def test_an_item_without_its_owner_goes_to_somebody_else(admin_browser, archived, ada, make_user, db):
    ben = make_user(email="ben@example.com")
    db.execute('delete from "user" where id = %s', [ada.id])
    address = f"/admin/items/{archived}"

    page = admin_browser.open(address)
    assert "its owner no longer exists" in shown(page)
    assert "New owner" in shown(page)
    answer = admin_browser.submit(page, f"{address}/restore", owner_email=" Ben@Example.com ")

    assert answer.status_code == 303
    assert db.execute("select owner_id from item").fetchall() == [(ben.id,)]


@pytest.mark.parametrize("email", ["nobody@example.com", "no e-mail", "\0", "ü" * 300])
def test_a_new_owner_whom_nobody_knows_is_asked_for_again(admin_browser, archived, ada, db, email):
    db.execute('delete from "user" where id = %s', [ada.id])
    address = f"/admin/items/{archived}"

    page = admin_browser.submit(admin_browser.open(address), f"{address}/restore", owner_email=email)

    assert page.status_code == 422
    assert "Nobody has this e-mail." in shown(page)
    assert fields(page, f"{address}/restore")["owner_email"] == email.strip()


def test_without_a_new_owner_the_conflict_is_told(admin_browser, archived, ada, db):
    db.execute('delete from "user" where id = %s', [ada.id])
    address = f"/admin/items/{archived}"

    page = admin_browser.submit(admin_browser.open(address), f"{address}/restore")

    assert page.status_code == 409
    assert "its owner no longer exists" in shown(page)
    assert "New owner" in shown(page)


def test_of_two_tabs_the_second_is_told_who_restored_it(admin_browser, archived, superuser, db):
    address = f"/admin/items/{archived}"
    tab = admin_browser.open(address)
    admin_browser.submit(tab, f"{address}/restore")

    page = admin_browser.submit(tab, f"{address}/restore")

    assert page.status_code == 409
    assert "already restored" in shown(page)
    assert "by admin@example.com" in shown(page)
    assert db.execute("select count(*) from item").fetchone() == (1,)


def test_a_user_is_restored(admin_browser, client, admin, ada, db):
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    page = admin_browser.open(*links(admin_browser.open("/admin/users/?q=ada"), "ada@example.com"))
    (action,) = [action for action in forms(page) if "/restore" in action]

    assert "password recovery is the way in" in shown(page)
    answer = admin_browser.submit(page, action)

    assert "ada@example.com is a user again" in shown(admin_browser.open(answer.headers["location"]))
    assert db.execute('select hashed_password from "user" where id = %s', [ada.id]).fetchone() == ("!",)
    assert admin_browser.submit(page, action).status_code == 409


@pytest.mark.parametrize("path", ["items/4711", "users/4711", "deletions/4711", "nonsense"])
def test_what_is_not_there_is_404(admin_browser, path):
    page = admin_browser.open(f"/admin/{path}")

    assert (page.status_code, heading(page)) == (404, "Not Found")


@pytest.mark.parametrize("path", ["items/4711/restore", "users/4711/restore", "deletions/4711/restore"])
def test_what_is_not_there_cannot_be_restored(admin_browser, path):
    form = fields(admin_browser.open("/admin/"), "/admin/sign-out")

    assert admin_browser.client.post(f"/admin/{path}", data=form).status_code == 404


def test_text_is_shown_as_text(admin_browser, ada, make_item, delete, db):
    evil = "<script>alert(1)</script>\"' onload=x {{ 7 * 7 }}"
    delete(make_item(ada, title=evil, description=evil), ada, reason=evil)
    db.execute('update "user" set full_name = %s where id = %s', [evil, ada.id])
    (archive_id,) = db.execute("select archive_id from item_archive").fetchone()

    for address in [
        "/admin/",
        "/admin/items/",
        f"/admin/items/{archive_id}",
        f"/admin/items/?{urlencode({'q': evil})}",
    ]:
        page = admin_browser.open(address)

        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        assert "{{ 7 * 7 }}" in html.unescape(page.text)
    page = admin_browser.open(f"/admin/items/{archive_id}")
    page = admin_browser.open(admin_browser.submit(page, f"/admin/items/{archive_id}/restore").headers["location"])
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>alert" not in page.text


def test_a_notice_that_the_server_did_not_write_is_not_shown(admin_browser):
    admin_browser.client.cookies.set("console_notice", "aGVsbG8=.0000", path="/admin")

    assert "hello" not in shown(admin_browser.open("/admin/"))


def test_an_erased_row_can_be_looked_at(admin_browser, archived, ada, db):
    db.execute("select * from archive.erase_subject(%s, 'asked for')", [ada.id])

    page = admin_browser.open(f"/admin/items/{archived}")

    assert page.status_code == 200
    assert "cannot be restored now: erased" in shown(page)
    assert "Erased" in shown(admin_browser.open("/admin/items/"))
    assert "asked for" in shown(admin_browser.open("/admin/health/"))


def test_a_row_of_nothing_but_nulls_can_be_looked_at(admin_browser, db, make_item, superuser):
    make_item(superuser)
    db.execute("alter sequence archive.archive_id_seq restart 100; delete from item")
    db.execute(
        "insert into item_archive (archive_id, transaction_id, archived_at, session_role, cascaded)"
        " values (1, '5', now(), 'x', false)"
    )

    for address in ["/admin/", "/admin/items/", "/admin/items/1", "/admin/deletions/5"]:
        assert admin_browser.open(address).status_code == 200
    (history,) = re.findall('<ol class="history">(.*?)</ol>', admin_browser.open("/admin/items/1").text, re.S)
    assert history.count("<li>") == 1  # not that of every other row without an id


# Health


def test_health_shows_checks_sizes_and_what_was_purged(admin_browser, archived, db):
    db.execute("analyze item_archive")
    db.execute("select archive.hold('item', array[%s::bigint], 'Ada versus Ben')", [archived])

    page = admin_browser.open("/admin/health/")

    assert "The archive is in force" in shown(page)
    assert all(text in shown(page) for text in ["Trigger is last", "kB", "Partitions", "Ada versus Ben"])


def test_health_says_what_is_wrong_first(admin_browser, db):
    db.execute("alter table item disable trigger zz_archive_before_delete")

    page = admin_browser.open("/admin/health/")

    assert "The archive is not fully in force: 1 of" in shown(page)
    assert "Fails" in shown(page)


def test_a_busy_database_is_a_page(admin_browser, archived, monkeypatch):
    from app.core.pool import Exhausted

    async def exhausted(*_, **__):
        raise Exhausted

    monkeypatch.setattr("app.archive.browse.list_rows", exhausted)
    page = admin_browser.open("/admin/items/")

    assert (page.status_code, heading(page)) == (503, "Service Unavailable")
    assert page.headers["retry-after"] == "1"
    assert "The database is not available" in shown(page)


@pytest.mark.parametrize("moment", ["2026-01-01T00:00+16:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_no_zone_of_a_time_is_a_server_error(admin_browser, moment):
    asked = urlencode({"archived_after": moment, "archived_at": moment})

    assert admin_browser.open(f"/admin/items/?{asked}").status_code in {200, 422}
    assert admin_browser.open(f"/admin/deletions/5?{asked}").status_code in {404, 422}


@pytest.mark.parametrize(
    ("charset", "value"), [("undefined", b"x"), ("unicode_escape", rb"\ud800"), ("utf-16", b"x"), ("utf-7", b"+2AA-")]
)
@pytest.mark.parametrize("field", ["seal", "username"])
def test_no_encoding_of_a_form_is_a_server_error(browser, charset, value, field):
    browser.open("/admin/")
    body = b'--B\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--B--\r\n' % (field.encode(), value)
    kind = {"Content-Type": f"multipart/form-data; boundary=B; charset={charset}"}

    assert browser.client.post("/admin/sign-in", content=body, headers=kind).status_code == 403


def test_a_deletion_with_a_table_that_the_api_has_no_right_to_is_shown(admin_browser, db, ada):
    db.execute(
        'create table note (id int primary key, owner_id uuid not null references "user" on delete cascade);'
        "select archive.enable('note')"
    )
    db.execute("insert into note values (1, %s)", [ada.id])
    db.execute('delete from "user" where id = %s', [ada.id])
    (deletion,) = db.execute("select max(transaction_id)::text from user_archive").fetchone()

    page = admin_browser.open(f"/admin/deletions/{deletion}")

    assert page.status_code == 200
    assert "permission denied for table note" in shown(page)
