"""How often something may be tried: wrong passwords, sign-ups, recoveries."""

import threading

import anyio
import pytest
from app import crud, utils
from app.core import security
from app.core.config import settings

from tests.conftest import refusal

TOO_MANY = {"detail": "Too many attempts"}


@pytest.fixture
def sign_in(client):
    def sign_in(email, password, **headers):
        form = {"username": email, "password": password}
        return client.post("/api/v1/login/access-token", data=form, headers=headers)

    return sign_in


def test_passwords_cannot_be_guessed_for_ever(sign_in, make_user, monkeypatch):
    user = make_user(password="the right one")
    monkeypatch.setattr(settings, "SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS", 3)
    assert [sign_in(user.email, "wrong").status_code for _ in range(3)] == [400] * 3

    monkeypatch.setattr(crud, "authenticate_and_lock", pytest.fail)  # nothing is hashed
    status, body, retry_after = refusal(sign_in(user.email.upper(), "wrong"))

    assert (status, body) == (429, TOO_MANY)
    assert 290 < int(retry_after) <= 300


def test_whoever_knows_the_password_signs_in_while_others_guess(sign_in, make_user, db):
    user = make_user(password="the right one")
    for _ in range(9):
        sign_in(user.email, "wrong")
    db.execute(
        "insert into attempt (kind, account, address)"
        " select kind, account, '203.0.113.9' from attempt, generate_series(1, 20)"
    )

    assert sign_in(user.email, "the right one").status_code == 200
    assert sign_in(user.email, "wrong").status_code == 400
    assert sign_in(user.email, "the right one").status_code == 429


@pytest.mark.parametrize("limit", ["SIGN_IN_FAILURES_PER_ACCOUNT", "SIGN_IN_FAILURES_PER_ADDRESS"])
def test_an_account_and_an_address_have_limits_of_their_own(sign_in, make_user, db, monkeypatch, limit):
    user = make_user(password="the right one")
    monkeypatch.setattr(settings, limit, 2)
    for n in range(2):
        sign_in(f"{n}@example.com" if "ADDRESS" in limit else user.email, "wrong")
    if "ADDRESS" not in limit:
        db.execute("update attempt set address = '203.0.113.9'")

    assert sign_in(user.email, "the right one").status_code == 429


def test_attempts_count_for_five_minutes(sign_in, make_user, db, monkeypatch):
    user = make_user(password="the right one")
    monkeypatch.setattr(settings, "SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS", 1)
    sign_in(user.email, "wrong")

    db.execute("update attempt set made_at = now() - interval '5 minutes'")

    assert sign_in(user.email, "the right one").status_code == 200


def test_a_forged_address_is_another_only_to_a_proxy(sign_in, make_user, monkeypatch):
    user = make_user(password="the right one")
    monkeypatch.setattr(settings, "SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS", 1)
    sign_in(user.email, "wrong")

    assert sign_in(user.email, "wrong", **{"X-Forwarded-For": "203.0.113.7"}).status_code == 429


def test_zero_switches_a_limit_off(sign_in, make_user, monkeypatch):
    user = make_user(password="the right one")
    for limit in ("PER_ACCOUNT_AND_ADDRESS", "PER_ACCOUNT", "PER_ADDRESS"):
        monkeypatch.setattr(settings, f"SIGN_IN_FAILURES_{limit}", 0)

    assert {sign_in(user.email, "wrong").status_code for _ in range(12)} == {400}


def test_sign_ups_have_a_limit(client, monkeypatch):
    monkeypatch.setattr(settings, "SIGN_UPS_PER_ADDRESS", 1)
    answers = [
        client.post("/api/v1/users/signup", json={"email": f"{n}@example.com", "password": "long enough"})
        for n in range(2)
    ]

    assert answers[0].status_code == 200
    assert refusal(answers[1])[:2] == (429, TOO_MANY)


def test_recoveries_and_resets_have_a_limit_each(client, monkeypatch):
    monkeypatch.setattr(settings, "RECOVERIES_PER_ADDRESS", 1)
    body = {"token": "no token", "new_password": "long enough"}
    recoveries = [client.post("/api/v1/password-recovery/nobody@example.com").status_code for _ in range(2)]
    resets = [client.post("/api/v1/reset-password/", json=body).status_code for _ in range(2)]

    assert (recoveries, resets) == ([200, 429], [400, 429])


def test_one_mailbox_gets_few_recovery_mails_and_the_answer_does_not_tell(client, make_user, monkeypatch):
    user, sent = make_user(), []
    monkeypatch.setattr(settings, "SMTP_HOST", "mail.example.com")
    monkeypatch.setattr(settings, "EMAILS_FROM_EMAIL", "archive@example.com")
    monkeypatch.setattr(utils, "send_email", lambda **mail: sent.append(mail["email_to"]))

    answers = {client.post(f"/api/v1/password-recovery/{user.email}").text for _ in range(5)}

    assert len(answers) == 1
    assert sent == [user.email] * 3


def test_attempts_of_more_than_an_hour_ago_are_forgotten(sign_in, db):
    sign_in("nobody@example.com", "wrong")
    db.execute("update attempt set made_at = now() - interval '61 minutes'")

    sign_in("nobody@example.com", "wrong")

    assert db.execute("select count(*), count(*) filter (where account ~ 'nobody') from attempt").fetchone() == (1, 0)


def test_no_more_passwords_are_hashed_at_once_than_there_are_cores_less_one(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    at_once, most, lock, two = 0, 0, threading.Lock(), threading.Barrier(2)

    def hash_one():
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        two.wait(timeout=30)  # both threads are in here
        with lock:
            at_once -= 1

    async def hash_many():
        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(security.hashing, hash_one)

    anyio.run(hash_many)

    assert most == 2
