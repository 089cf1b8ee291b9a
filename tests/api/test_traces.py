"""What a request leaves behind: its id, one line in the log, and no secret in any line."""

import http.client
import json
import re
from contextlib import closing

import pytest
from app.core.config import settings
from app.main import app
from fastapi.testclient import TestClient
from httpx2 import Client

from tests.conftest import PASSWORD

SECRET = "planted"
ADDRESS = f"{SECRET}@example.com"


@pytest.fixture(autouse=True)
def in_json(monkeypatch):
    monkeypatch.setattr(settings, "LOG_FORMAT", "json")


@pytest.fixture
def lines(client, capsys):
    """Return the lines written since the last call, those of requests or those with another message."""

    def lines(message="request"):
        written = map(json.loads, capsys.readouterr().err.splitlines())
        return [line for line in written if line["message"] == message]

    return lines


def test_a_request_has_one_line_with_its_route_status_user_and_time(client, lines, ada, headers):
    answer = client.get("/api/v1/items/?limit=5", headers=headers(ada))

    (line,) = lines()
    assert {"method": "GET", "route": "/api/v1/items/", "status": 200, "user_id": str(ada.id)}.items() <= line.items()
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["duration_ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])


def test_lines_can_be_text(client, capsys, monkeypatch):
    monkeypatch.setattr(settings, "LOG_FORMAT", "text")
    with TestClient(app):
        client.get("/api/v1/utils/health-check/", headers={"X-Request-ID": "mine"})

    (line,) = [line for line in capsys.readouterr().err.splitlines() if "route=" in line]
    assert " method=GET route=/api/v1/utils/health-check/ status=200 duration_ms=" in line
    assert "request_id=mine" in line


@pytest.mark.parametrize("given", ["a", "A-z_0.9", "x" * 64])
def test_a_client_may_name_its_request(client, lines, given):
    answer = client.get("/api/v1/utils/health-check/", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] == given == lines()[0]["request_id"]


@pytest.mark.parametrize("given", ["", "x" * 65, "two words", "a\tb", 'a"b', "\xe9"])
def test_another_name_is_replaced(client, given):
    answer = client.get("/api/v1/utils/health-check/", headers={b"X-Request-ID": given.encode("latin-1")})

    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_deleted_row_leads_to_its_request_and_back(db, lines, delete, make_item, ada):
    delete(make_item(ada), ada)

    (line,) = lines()
    archived_by, id = db.execute("select archived_by, transaction_id::text from item_archive").fetchone()
    assert (line["transaction_id"], line["user_id"]) == (id, archived_by)


def test_rows_deleted_or_restored_at_once_lead_to_their_requests(db, client, lines, admin, make_item, ada):
    client.post("/api/v1/items/delete", json={"ids": [str(make_item(ada).id) for _ in range(2)]}, headers=admin)
    ids = [id for (id,) in db.execute("select archive_id from item_archive")]
    client.post("/api/v1/archive/items/restore-preview", json={"archive_ids": ids}, headers=admin)
    client.post("/api/v1/archive/items/restore", json={"archive_ids": ids}, headers=admin)

    deleted, previewed, restored = lines()
    (transactions,) = db.execute("select array_agg(distinct transaction_id::text) from item_archive").fetchone()
    assert [deleted["transaction_id"]] == transactions
    assert previewed["transaction_id"] is None
    committed = "select pg_xact_status(%s::xid8), %s::bigint > max(transaction_id::text::bigint) from item_archive"
    assert db.execute(committed, [restored["transaction_id"]] * 2).fetchone() == ("committed", True)


def test_a_deleted_user_leads_to_its_request(db, client, lines, admin, make_user):
    client.delete(f"/api/v1/users/{make_user().id}", headers=admin)

    (line,) = lines()
    assert (line["transaction_id"],) == db.execute("select transaction_id::text from user_archive").fetchone()


def test_a_deletion_of_nothing_has_no_transaction(client, lines, admin, superuser):
    client.delete(f"/api/v1/items/{superuser.id}", headers=admin)

    assert [line["transaction_id"] for line in lines()] == [None]


def test_restores_name_their_transaction_and_previews_none(db, client, lines, delete, make_item, ada, admin):
    for _ in range(2):
        delete(make_item(ada), ada)
    lines()
    rows = db.execute("select archive_id, transaction_id::text from item_archive order by archive_id").fetchall()
    for path in [f"items/{rows[0][0]}/restore", f"transactions/{rows[1][1]}/restore"]:
        for kind in ["-preview", ""]:
            assert client.post(f"/api/v1/archive/{path}{kind}", headers=admin).status_code == 200

    named = [line["transaction_id"] for line in lines()]
    assert [named[0], named[2]] == [None, None]
    status = (
        "select array_agg(distinct pg_xact_status(id::xid8)) from unnest(%s::text[]) id having count(distinct id) = 2"
    )
    assert db.execute(status, [[named[1], named[3]]]).fetchone() == (["committed"],)


def test_a_failed_sign_in_is_logged_for_its_account_and_address(lines, sign_in, ada):
    for email, password in [
        ("Ada@example.com", "wrong one"),
        (ada.email, "wrong too"),
        ("nobody@example.com", PASSWORD),
    ]:
        sign_in(email, password)
    sign_in(ada.email)

    first, second, third = lines("sign-in failed")
    assert first["account"] == second["account"] != third["account"]
    assert first["client"] == "testclient"
    assert first["request_id"]


def test_refusals_are_warnings_and_faults_are_errors(db, client, lines, ada, headers):
    client.get("/api/v1/users/me")
    client.get("/api/v1/users/", headers=headers(ada))
    db.execute("alter table item rename to moved")
    client.get("/api/v1/items/", headers=headers(ada))

    assert [(line["status"], line["level"]) for line in lines()] == [(401, "warning"), (403, "warning"), (500, "error")]


def test_no_line_holds_a_secret_an_email_a_search_or_a_reason(db, port, capfd, admin, make_user, make_item, headers):
    """Whatever the requests come to: success, refusal, conflict, or a fault with its traceback."""
    client = Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
    user = make_user(email=ADDRESS, full_name=SECRET, password=f"{SECRET} password")
    token = headers(user)["Authorization"].removeprefix("Bearer ")

    def send_all():
        form = {"username": ADDRESS, "password": f"{SECRET} password"}
        client.post("/api/v1/login/access-token", data=form)
        client.post("/api/v1/login/access-token", data=form | {"password": f"not {SECRET}"})
        client.post(f"/api/v1/password-recovery/{ADDRESS}")
        client.post("/api/v1/reset-password/", json={"token": f"{SECRET}.token", "new_password": f"{SECRET} new"})
        client.post("/api/v1/users/signup", json={"email": ADDRESS, "password": f"{SECRET} password"})
        client.post("/api/v1/users/", json={"email": f"{SECRET} is none", "password": SECRET}, headers=admin)
        client.post("/api/v1/items/", json={"title": SECRET, "description": 1}, headers=admin)
        client.get(f"/{SECRET}", headers={"Authorization": f"Bearer {SECRET}", "Cookie": f"console={SECRET}"})
        client.get(f"/admin/items?q={SECRET}", headers={"Cookie": f"console={SECRET}"})
        for kind in ["items", "users"]:
            client.get(f"/api/v1/archive/{kind}/", params={"q": SECRET, "archived_by": SECRET}, headers=admin)
            client.get(f"/api/v1/archive/{kind}/", params={"limit": SECRET, SECRET: SECRET}, headers=admin)
        item = make_item(user, title=SECRET)
        client.delete(f"/api/v1/items/{item.id}", params={"reason": SECRET}, headers=headers(user))
        client.get("/api/v1/archive/transactions/", params={"before": SECRET}, headers=admin)

    send_all()
    db.execute("create function refuse() returns trigger language plpgsql as $$ begin raise 'no %', old; end $$")
    db.execute("create trigger refuse before delete on item for each row execute function refuse()")
    send_all()
    db.execute("alter table item_archive rename to moved")
    db.execute("alter table user_archive rename column email to moved")
    db.execute('alter table "user" rename column full_name to moved')
    send_all()
    client.close()

    written = capfd.readouterr().err
    assert '"status": 500' in written
    assert '"status": 409' in written
    assert "UndefinedColumn" in written
    assert [line for line in written.splitlines() if SECRET in line] == []
    assert token not in written


def test_uvicorn_writes_no_access_log_of_its_own(port, capfd):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/api/v1/utils/health-check/")
        connection.getresponse().read()

    written = capfd.readouterr()
    assert "HTTP/1.1" not in written.out + written.err
    assert written.err.count("health-check") == 1
