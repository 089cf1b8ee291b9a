"""Password recovery over HTTP: the mail, and the reset with its token."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from app import utils
from app.core import security
from app.core.config import settings
from app.core.db import engine

from tests.api.conftest import INVALID, UPDATED, signed
from tests.conftest import NEW_PASSWORD, PASSWORD, reply


def test_recovery_answers_alike_for_everyone_and_mails_only_users(client, make_user, mails):
    user = make_user()

    known = client.post(f"/api/v1/password-recovery/{user.email.upper()}")
    unknown = client.post("/api/v1/password-recovery/nobody@example.com")
    no_address = client.post("/api/v1/password-recovery/nonsense")

    assert reply(known) == reply(unknown) == reply(no_address) == (200, {"message": "Password recovery email sent"})
    assert [mail["email_to"] for mail in mails] == [user.email]


def test_recovery_answers_the_same_without_mail(client, make_user):
    user = make_user()

    answer = client.post(f"/api/v1/password-recovery/{user.email}")

    assert reply(answer) == (200, {"message": "Password recovery email sent"})


def test_the_mailed_link_leads_to_a_new_password_once(client, make_user, mails, sign_in, reset):
    user = make_user()
    client.post(f"/api/v1/password-recovery/{user.email}")
    [token] = re.findall(r"http://localhost:5173/reset-password\?token=([\w.-]+)", mails[0]["html_content"])

    assert reply(reset(token)) == UPDATED
    assert reply(reset(token, "a third password")) == INVALID
    assert sign_in(user.email, NEW_PASSWORD).status_code == 200
    assert sign_in(user.email, PASSWORD).status_code == 400


def test_of_many_uses_of_a_reset_token_at_once_one_succeeds(make_user, sign_in, reset):
    user = make_user()
    token = utils.generate_password_reset_token(user.email)
    passwords = [f"{NEW_PASSWORD} {number}" for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = [reply(answer) for answer in pool.map(lambda password: reset(token, password), passwords)]

    assert sorted(answers, key=str) == sorted([UPDATED, *[INVALID] * 7], key=str)
    assert sign_in(user.email, passwords[answers.index(UPDATED)]).status_code == 200


def test_a_restored_user_without_a_password_recovers_one(db, sign_in, reset):
    db.execute("insert into \"user\" (email) values ('restored@example.com')")

    assert reply(reset(utils.generate_password_reset_token("restored@example.com"))) == UPDATED
    assert sign_in("restored@example.com", NEW_PASSWORD).status_code == 200


def test_a_reset_token_ends_with_a_password_change(client, make_user, token_of, reset):
    user = make_user()
    token = utils.generate_password_reset_token(user.email)

    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    client.patch("/api/v1/users/me/password", json=change, headers=token_of(user))

    assert reply(reset(token)) == INVALID


def test_a_reset_of_an_inactive_user_is_refused(make_user, reset):
    user = make_user(is_active=False)

    assert reply(reset(utils.generate_password_reset_token(user.email))) == (400, {"detail": "Inactive user"})


@pytest.mark.parametrize(
    "token",
    ["garbage", "", "ünï.cödé.tøken", signed(type="reset", sub="nobody@example.com"), signed(type="reset", iat="x")],
    ids=["a word", "empty", "not ASCII", "of nobody", "incomplete"],
)
def test_a_bad_reset_token_is_invalid(client, reset, token):
    assert reply(reset(token)) == INVALID


def test_an_expired_reset_token_is_invalid(make_user, reset):
    user = make_user()

    assert reply(reset(security.issue_token("reset", user.email, timedelta(seconds=-1)))) == INVALID


@pytest.mark.parametrize("password", ["short", "x" * 129])
def test_a_reset_takes_only_a_password_of_the_right_length(make_user, reset, password):
    user = make_user()

    assert reset(utils.generate_password_reset_token(user.email), password).status_code == 422


def test_a_superuser_sees_the_html_of_the_recovery_mail(client, make_user, superuser, headers):
    user = make_user()

    answer = client.post(f"/api/v1/password-recovery-html-content/{user.email}", headers=headers(superuser))

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "http://localhost:5173/reset-password?token=" in answer.text


def test_the_html_of_the_recovery_mail_is_for_superusers_and_for_known_users(client, make_user, superuser, headers):
    url = "/api/v1/password-recovery-html-content/nobody@example.com"

    assert reply(client.post(url)) == (401, {"detail": "Not authenticated"})
    assert reply(client.post(url, headers=headers(make_user()))) == (
        403,
        {"detail": "The user doesn't have enough privileges"},
    )
    assert reply(client.post(url, headers=headers(superuser))) == (
        404,
        {"detail": "The user with this username does not exist in the system."},
    )


def test_recovery_answers_the_same_without_a_database(client, monkeypatch, caplog):
    monkeypatch.setattr(settings, "POSTGRES_SERVER", "/nowhere")
    engine.dispose()

    answer = client.post("/api/v1/password-recovery/ada@example.com")

    assert reply(answer) == (200, {"message": "Password recovery email sent"})
    assert "could not be looked up" in caplog.text


def test_a_reset_token_is_for_its_user_whoever_has_the_email_by_now(client, make_user, mails, headers, reset, sign_in):
    alice, bob = make_user(email="alice@example.com"), make_user(email="bob@example.com")
    client.post("/api/v1/password-recovery/alice@example.com")
    [token] = re.findall(r"token=([\w.-]+)", mails[0]["html_content"])
    for user, email in [(alice, "alice2@example.com"), (bob, "alice@example.com")]:
        assert client.patch("/api/v1/users/me", json={"email": email}, headers=headers(user)).status_code == 200

    assert reply(reset(token)) == INVALID
    assert sign_in("alice@example.com", PASSWORD).status_code == 200
