"""Health, readiness and mail over HTTP."""

import logging
import smtplib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import BoundedSemaphore, Event
from time import monotonic

import httpx
import pytest
from app import utils
from app.api import readiness
from app.core.config import settings
from app.core.db import THREADS, engine

from tests.conftest import PASSWORD, reply, until


def test_the_process_is_up(client):
    assert reply(client.get("/api/v1/utils/health-check/")) == (200, True)


def test_a_migrated_database_is_ready(client):
    answer = client.get("/api/v1/utils/ready/")

    assert (answer.status_code, answer.json()["errors"]) == (200, [])


@pytest.mark.parametrize(
    ("damage", "told_of"),
    [
        ("drop trigger zz_archive_before_delete on item", "trigger"),
        ("alter table item disable trigger zz_archive_before_delete", "trigger"),
        ("update archive_table_version set version_num = 'an older one'", "revision"),
    ],
)
def test_a_damaged_database_is_not_ready_and_says_why(client, db, damage, told_of):
    db.execute(damage)

    answer = client.get("/api/v1/utils/ready/")

    assert answer.status_code == 503
    assert told_of in " ".join(answer.json()["errors"])


@pytest.mark.parametrize(("revision", "status"), [("20991231_later", 200), ("20261125_archive_counts", 503)])
def test_the_program_serves_a_later_revision_and_no_earlier_one(client, db, revision, status):
    """A newer program has migrated, and will serve soon."""
    db.execute("update archive_table_version set version_num = %s", [revision])

    assert client.get("/api/v1/utils/ready/").status_code == status


def test_a_database_that_is_gone_is_not_ready_within_two_seconds(client, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(settings, "POSTGRES_PORT", closed.getsockname()[1])
        engine.dispose()
        start = time.monotonic()

        answer = client.get("/api/v1/utils/ready/")

    assert time.monotonic() - start < 2
    assert answer.status_code == 503
    assert answer.json()["errors"]
    assert reply(client.get("/api/v1/utils/health-check/")) == (200, True)


def test_readiness_waits_for_no_request_and_all_callers_share_one_check(client, db, monkeypatch):
    """All connections and threads of requests are in use; and a hundred callers do not make a hundred checks."""
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)
    asked = []
    monkeypatch.setattr(readiness.reports, "health", lambda session: asked.append(session) or [])

    with ExitStack() as busy, ThreadPoolExecutor(20) as callers:
        for _ in range(THREADS):
            busy.enter_context(engine.connect())
        answers = list(callers.map(lambda _: client.get("/api/v1/utils/ready/").status_code, range(100)))

    assert set(answers) == {200}
    assert len(asked) == 1


def test_readiness_names_a_fault_no_later_than_ten_seconds_after_it(client, db, monkeypatch):
    assert client.get("/api/v1/utils/ready/").status_code == 200
    db.execute("drop trigger zz_archive_before_delete on item")

    monkeypatch.setattr(readiness, "monotonic", lambda: monotonic() + readiness.HEALTH_KEPT)

    answer = client.get("/api/v1/utils/ready/")
    assert answer.status_code == 503
    assert "item: delete trigger in force" in " ".join(answer.json()["errors"])


def test_a_request_without_a_database_is_told_to_come_back(client, make_user, headers, monkeypatch):
    mine = headers(make_user())
    monkeypatch.setattr(settings, "POSTGRES_PORT", 1)
    engine.dispose()

    answer = client.get("/api/v1/items/", headers=mine)

    assert reply(answer) == (503, {"detail": "The database is not available"})
    assert answer.headers["Retry-After"]


# Mail


def test_a_test_mail_is_sent_for_superusers_only(client, make_user, headers, admin, mails):
    url = "/api/v1/utils/test-email/?email_to=ann@example.com"

    assert reply(client.post(url, headers=admin)) == (201, {"message": "Test email sent"})
    assert client.post(url, headers=headers(make_user())).status_code == 403
    assert client.post(url).status_code == 401
    assert client.post("/api/v1/utils/test-email/?email_to=nonsense", headers=admin).status_code == 422
    assert [mail["email_to"] for mail in mails] == ["ann@example.com"]


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), smtplib.SMTPServerDisconnected("gone")])
def test_a_mail_that_cannot_be_sent_is_logged_and_fails_no_request(client, admin, monkeypatch, caplog, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(settings, "SMTP_HOST", "mail.example.com")
    monkeypatch.setattr(settings, "EMAILS_FROM_EMAIL", "archive@example.com")
    monkeypatch.setattr(smtplib, "SMTP", fail)
    body = {"email": "ann@example.com", "password": PASSWORD}

    with caplog.at_level(logging.ERROR):
        statuses = [
            client.post("/api/v1/users/", json=body, headers=admin).status_code,
            client.post("/api/v1/password-recovery/ann@example.com").status_code,
            client.post("/api/v1/utils/test-email/?email_to=ann@example.com", headers=admin).status_code,
        ]

    assert statuses == [200, 200, 201]
    assert [record.message for record in caplog.records] == ["A mail could not be sent"] * 3


def test_a_slow_mail_server_keeps_no_request_waiting_and_has_a_bounded_queue(port, make_user, monkeypatch, caplog):
    user, sent, answers = make_user(), [], Event()
    monkeypatch.setattr(settings, "SMTP_HOST", "mail.example.com")
    monkeypatch.setattr(settings, "EMAILS_FROM_EMAIL", "archive@example.com")
    monkeypatch.setattr(settings, "RECOVERY_MAILS_PER_ACCOUNT", 0)
    monkeypatch.setattr(utils, "send_email", lambda **mail: answers.wait(60) and sent.append(mail["email_to"]))
    monkeypatch.setattr(utils, "_places", BoundedSemaphore(25))

    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=10) as client:
        statuses = {client.post(f"/password-recovery/{user.email}").status_code for _ in range(30)}
        form = {"username": user.email, "password": PASSWORD}
        signed_in = client.post("/login/access-token", data=form).status_code
    answers.set()

    assert (statuses, signed_in) == ({200}, 200)
    until(lambda: len(sent) == 25)
    assert [record.message for record in caplog.records].count("A mail was dropped: 1000 are waiting") == 5


def test_a_mail_that_cannot_be_sent_is_logged_without_its_address(monkeypatch, caplog):
    def refuse(*_, **__):
        raise smtplib.SMTPRecipientsRefused({"ann@example.com": (550, b"no such user")})

    monkeypatch.setattr(settings, "SMTP_HOST", "mail.example.com")
    monkeypatch.setattr(settings, "EMAILS_FROM_EMAIL", "archive@example.com")
    monkeypatch.setattr(smtplib, "SMTP", refuse)

    utils.send_email(email_to="ann@example.com", subject="x", html_content="x")

    assert "ann@example.com" not in caplog.text
    assert [record.fields for record in caplog.records] == [{"error": "SMTPRecipientsRefused"}]


def test_nobody_adds_a_header_to_a_mail(client, admin, mails):
    injected = "ann@example.com\r\nBcc: eve@example.com"
    body = {"email": "ann@example.com", "password": PASSWORD, "full_name": "Ann\r\nBcc: eve@example.com"}

    assert client.post("/api/v1/users/", json=body | {"email": injected}, headers=admin).status_code == 422
    assert client.post("/api/v1/utils/test-email/", params={"email_to": injected}, headers=admin).status_code == 422
    assert client.post("/api/v1/users/", json=body, headers=admin).status_code == 200
    with pytest.raises(ValueError, match="linefeed|newline|header"):
        utils._message("ann@example.com", "A subject\r\nBcc: eve@example.com", "")
