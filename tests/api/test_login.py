"""Signing in, tokens and their end, and password recovery, over HTTP."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import bcrypt
import jwt
import pytest
from app import utils
from app.core import security
from app.core.config import settings
from app.core.db import engine

PASSWORD = "a password for tests"
NEW_PASSWORD = "quite another password"
REFUSED = (403, {"detail": "Could not validate credentials"})
UPDATED = (200, {"message": "Password updated successfully"})
INVALID = (400, {"detail": "Invalid token"})


def told(response):
    return response.status_code, response.json()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def sign_in(client):
    def sign_in(email, password=PASSWORD):
        return client.post("/api/v1/login/access-token", data={"username": email, "password": password})

    return sign_in


@pytest.fixture
def token_of(sign_in):
    def token_of(user, password=PASSWORD):
        return bearer(sign_in(user.email, password).json()["access_token"])

    return token_of


@pytest.fixture
def me(client):
    return lambda headers: client.get("/api/v1/users/me", headers=headers)


@pytest.fixture
def reset(client):
    def reset(token, password=NEW_PASSWORD):
        return client.post("/api/v1/reset-password/", json={"token": token, "new_password": password})

    return reset


# Signing in


@pytest.mark.parametrize("email", ["ann@example.com", "Ann@Example.COM"])
def test_signing_in_gives_a_token_whatever_the_case_of_the_email(client, make_user, sign_in, me, email):
    user = make_user(email="ann@example.com")

    answer = sign_in(email)

    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type"}
    assert answer.json()["token_type"] == "bearer"
    assert me(bearer(answer.json()["access_token"])).json()["id"] == str(user.id)


def test_the_whole_oauth2_form_is_understood(client, make_user):
    user = make_user()
    form = {"grant_type": "password", "username": user.email, "password": PASSWORD, "scope": "", "client_id": "docs"}

    answer = client.post("/api/v1/login/access-token", data=form)

    assert answer.status_code == 200


def test_a_sign_in_takes_a_form_and_not_json(client, make_user):
    user = make_user()

    answer = client.post("/api/v1/login/access-token", json={"username": user.email, "password": PASSWORD})

    assert answer.status_code == 422


@pytest.mark.parametrize(("email", "password"), [("ann@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
def test_a_wrong_password_and_an_unknown_user_are_told_alike(make_user, sign_in, email, password):
    make_user(email="ann@example.com")

    assert told(sign_in(email, password)) == (400, {"detail": "Incorrect email or password"})


def test_an_inactive_user_is_told_so_only_with_the_right_password(make_user, sign_in):
    user = make_user(is_active=False)

    assert told(sign_in(user.email)) == (400, {"detail": "Inactive user"})
    assert told(sign_in(user.email, "wrong")) == (400, {"detail": "Incorrect email or password"})


def test_test_token_shows_whom_it_signs_in(client, make_user, token_of):
    user = make_user(full_name="Ann")

    answer = client.post("/api/v1/login/test-token", headers=token_of(user))

    assert told(answer) == (
        200,
        {"id": str(user.id), "email": user.email, "full_name": "Ann", "is_active": True, "is_superuser": False},
    )


def test_many_sign_ins_at_once_all_succeed(make_user, sign_in):
    user = make_user()

    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(lambda _: sign_in(user.email), range(60)))

    assert [answer.status_code for answer in answers] == [200] * 60


# Hashes of the common template


@pytest.mark.parametrize("password", [PASSWORD, "ü" * 60, "x" * 128], ids=["short", "120 bytes", "128 bytes"])
def test_a_user_with_a_bcrypt_hash_signs_in_and_is_rehashed(db, sign_in, password):
    old_hash = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    db.execute('insert into "user" (email, hashed_password) values (%s, %s)', ["old@example.com", old_hash])

    assert sign_in("old@example.com", password).status_code == 200

    [new_hash] = db.execute('select hashed_password from "user" where email = %s', ["old@example.com"]).fetchone()
    assert new_hash.startswith("$argon2id$")
    assert sign_in("old@example.com", password).status_code == 200
    assert sign_in("old@example.com", password[:-1]).status_code == 400


def test_a_wrong_password_leaves_a_bcrypt_hash_as_it_is(db, sign_in):
    old_hash = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    db.execute('insert into "user" (email, hashed_password) values (%s, %s)', ["old@example.com", old_hash])

    assert sign_in("old@example.com", "wrong").status_code == 400
    assert db.execute('select hashed_password from "user" where email = %s', ["old@example.com"]).fetchone() == (
        old_hash,
    )


@pytest.mark.parametrize("unusable", ["!", "", "plain text", "$2b$12$torn", "$2b$99$", "$argon2id$torn"])
def test_no_password_matches_an_unusable_hash(db, sign_in, unusable):
    db.execute('insert into "user" (email, hashed_password) values (%s, %s)', ["gone@example.com", unusable])

    for password in [unusable or PASSWORD, PASSWORD]:
        assert told(sign_in("gone@example.com", password)) == (400, {"detail": "Incorrect email or password"})


# Tokens


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YTpi"}])
def test_without_a_token_nobody_is_signed_in(me, headers):
    answer = me(headers)

    assert told(answer) == (401, {"detail": "Not authenticated"})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def signed(**changes):
    claims = {"type": "access", "sub": "x", "iat": 1e9, "exp": 4e9, "jti": "j"} | changes
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, settings.SECRET_KEY, security.ALGORITHM)


@pytest.mark.parametrize(
    "token",
    [
        "garbage",
        "a.b.c",
        "ünï.cödé.tøken".encode(),
        "e30." * 3,
        jwt.utils.base64url_encode(b"[" * 20_000).decode() + ".e30.e30",
    ],
    ids=["a word", "three letters", "not ASCII", "empty objects", "nested deep"],
)
def test_a_malformed_token_is_refused(client, me, token):
    value = b"Bearer " + (token if isinstance(token, bytes) else token.encode())

    assert told(me({"Authorization": value})) == REFUSED


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "not a UUID"},
        {"sub": None},
        {"exp": 1e9},
        {"exp": None},
        {"iat": None},
        {"iat": "yesterday"},
        {"jti": None},
        {"type": None},
        {"type": "reset"},
        {"type": ["access"]},
    ],
    ids=str,
)
def test_a_signed_token_that_says_too_little_or_nonsense_is_refused(client, me, changes):
    assert told(me(bearer(signed(**changes)))) == REFUSED


def test_a_token_signed_with_another_key_or_none_is_refused(make_user, me):
    user = make_user()
    claims = {"type": "access", "sub": str(user.id), "iat": 4e9, "exp": 5e9, "jti": "j"}

    assert told(me(bearer(jwt.encode(claims, "another key, long enough for HMAC", "HS256")))) == REFUSED
    assert told(me(bearer(jwt.encode(claims, None, "none")))) == REFUSED


def test_an_expired_token_is_refused(make_user, me):
    user = make_user()

    assert told(me(bearer(security.create_access_token(user.id, timedelta(seconds=-1))))) == REFUSED


def test_a_reset_token_signs_nobody_in_and_an_access_token_resets_nothing(make_user, me, reset):
    user = make_user()

    assert told(me(bearer(utils.generate_password_reset_token(str(user.id))))) == REFUSED
    assert told(reset(security.create_access_token(user.email, timedelta(minutes=5)))) == INVALID


def test_the_token_of_a_deleted_user_finds_no_user(db, make_user, token_of, me):
    user = make_user()
    token = token_of(user)

    db.execute('delete from "user" where id = %s', [user.id])

    assert told(me(token)) == (404, {"detail": "User not found"})


def test_a_deactivated_user_is_told_so_and_the_tokens_stay_dead_after_a_reactivation(
    client, make_user, superuser, headers, token_of, me
):
    user = make_user()
    token = token_of(user)

    client.patch(f"/api/v1/users/{user.id}", json={"is_active": False}, headers=headers(superuser))
    assert told(me(token)) == (400, {"detail": "Inactive user"})

    client.patch(f"/api/v1/users/{user.id}", json={"is_active": True}, headers=headers(superuser))
    assert told(me(token)) == REFUSED
    assert me(token_of(user)).status_code == 200


def test_a_deactivation_overtakes_a_sign_in_under_way(db, make_user, sign_in, monkeypatch):
    user = make_user()
    verify = security.verify_and_rehash

    def deactivate_meanwhile(*arguments):
        db.execute('update "user" set is_active = false where id = %s', [user.id])
        return verify(*arguments)

    monkeypatch.setattr(security, "verify_and_rehash", deactivate_meanwhile)

    assert told(sign_in(user.email)) == (400, {"detail": "Inactive user"})


def test_a_reset_ends_every_token_before_it_and_none_after(make_user, token_of, me, reset):
    user = make_user()
    before = [token_of(user) for _ in range(3)]

    assert told(reset(utils.generate_password_reset_token(user.email))) == UPDATED
    after = token_of(user, NEW_PASSWORD)

    assert [told(me(token)) for token in before] == [REFUSED] * 3
    assert me(after).status_code == 200


def test_a_password_change_ends_every_token_but_the_one_that_made_it(client, make_user, token_of, me):
    user = make_user()
    mine, other = token_of(user), token_of(user)

    answer = client.patch(
        "/api/v1/users/me/password",
        json={"current_password": PASSWORD, "new_password": NEW_PASSWORD},
        headers=mine,
    )

    assert told(answer) == UPDATED
    assert me(mine).status_code == 200
    assert told(me(other)) == REFUSED
    assert me(token_of(user, NEW_PASSWORD)).status_code == 200


def test_a_second_password_change_ends_the_token_that_made_the_first(client, make_user, token_of, me):
    user = make_user()
    first = token_of(user)
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    client.patch("/api/v1/users/me/password", json=change, headers=first)
    second = token_of(user, NEW_PASSWORD)

    change_back = {"current_password": NEW_PASSWORD, "new_password": PASSWORD}
    client.patch("/api/v1/users/me/password", json=change_back, headers=second)

    assert told(me(first)) == REFUSED
    assert me(second).status_code == 200


def test_a_password_set_by_a_superuser_ends_every_token(client, make_user, superuser, headers, token_of, me):
    user = make_user()
    token = token_of(user)

    client.patch(f"/api/v1/users/{user.id}", json={"password": NEW_PASSWORD}, headers=headers(superuser))

    assert told(me(token)) == REFUSED
    assert me(token_of(user, NEW_PASSWORD)).status_code == 200


def test_an_email_change_ends_no_token(client, make_user, token_of, me):
    user = make_user()
    mine, other = token_of(user), token_of(user)

    client.patch("/api/v1/users/me", json={"email": "New@Example.com"}, headers=mine)

    assert [me(token).json().get("email") for token in (mine, other)] == ["new@example.com"] * 2


def test_of_two_password_changes_at_once_one_succeeds(client, make_user, token_of, me):
    user = make_user()
    tokens = [token_of(user) for _ in range(8)]

    def change(number):
        body = {"current_password": PASSWORD, "new_password": f"{NEW_PASSWORD} {number}"}
        return client.patch("/api/v1/users/me/password", json=body, headers=tokens[number]).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(change, range(8)))

    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 400, 403}
    assert [me(token).status_code for token in tokens] == [200 if s == 200 else 403 for s in statuses]


# Recovery


def test_recovery_answers_alike_for_everyone_and_mails_only_users(client, make_user, mails):
    user = make_user()

    known = client.post(f"/api/v1/password-recovery/{user.email.upper()}")
    unknown = client.post("/api/v1/password-recovery/nobody@example.com")
    no_address = client.post("/api/v1/password-recovery/nonsense")

    assert told(known) == told(unknown) == told(no_address) == (200, {"message": "Password recovery email sent"})
    assert [mail["email_to"] for mail in mails] == [user.email]


def test_recovery_answers_the_same_without_mail(client, make_user):
    user = make_user()

    answer = client.post(f"/api/v1/password-recovery/{user.email}")

    assert told(answer) == (200, {"message": "Password recovery email sent"})


def test_the_mailed_link_leads_to_a_new_password_once(client, make_user, mails, sign_in, reset):
    user = make_user()
    client.post(f"/api/v1/password-recovery/{user.email}")
    [token] = re.findall(r"http://localhost:5173/reset-password\?token=([\w.-]+)", mails[0]["html_content"])

    assert told(reset(token)) == UPDATED
    assert told(reset(token, "a third password")) == INVALID
    assert sign_in(user.email, NEW_PASSWORD).status_code == 200
    assert sign_in(user.email, PASSWORD).status_code == 400


def test_of_many_uses_of_a_reset_token_at_once_one_succeeds(make_user, sign_in, reset):
    user = make_user()
    token = utils.generate_password_reset_token(user.email)
    passwords = [f"{NEW_PASSWORD} {number}" for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = [told(answer) for answer in pool.map(lambda password: reset(token, password), passwords)]

    assert sorted(answers, key=str) == sorted([UPDATED, *[INVALID] * 7], key=str)
    assert sign_in(user.email, passwords[answers.index(UPDATED)]).status_code == 200


def test_a_restored_user_without_a_password_recovers_one(db, sign_in, reset):
    db.execute("insert into \"user\" (email) values ('restored@example.com')")

    assert told(reset(utils.generate_password_reset_token("restored@example.com"))) == UPDATED
    assert sign_in("restored@example.com", NEW_PASSWORD).status_code == 200


def test_a_reset_token_ends_with_a_password_change(client, make_user, token_of, reset):
    user = make_user()
    token = utils.generate_password_reset_token(user.email)

    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    client.patch("/api/v1/users/me/password", json=change, headers=token_of(user))

    assert told(reset(token)) == INVALID


def test_a_reset_of_an_inactive_user_is_refused(make_user, reset):
    user = make_user(is_active=False)

    assert told(reset(utils.generate_password_reset_token(user.email))) == (400, {"detail": "Inactive user"})


@pytest.mark.parametrize(
    "token",
    ["garbage", "", "ünï.cödé.tøken", signed(type="reset", sub="nobody@example.com"), signed(type="reset", iat="x")],
    ids=["a word", "empty", "not ASCII", "of nobody", "incomplete"],
)
def test_a_bad_reset_token_is_invalid(client, reset, token):
    assert told(reset(token)) == INVALID


def test_an_expired_reset_token_is_invalid(make_user, reset):
    user = make_user()

    assert told(reset(security.issue_token("reset", user.email, timedelta(seconds=-1)))) == INVALID


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

    assert told(client.post(url)) == (401, {"detail": "Not authenticated"})
    assert told(client.post(url, headers=headers(make_user()))) == (
        403,
        {"detail": "The user doesn't have enough privileges"},
    )
    assert told(client.post(url, headers=headers(superuser))) == (
        404,
        {"detail": "The user with this username does not exist in the system."},
    )


def test_recovery_answers_the_same_without_a_database(client, monkeypatch, caplog):
    monkeypatch.setattr(settings, "POSTGRES_SERVER", "/nowhere")
    engine.dispose()

    answer = client.post("/api/v1/password-recovery/ada@example.com")

    assert told(answer) == (200, {"message": "Password recovery email sent"})
    assert "could not be looked up" in caplog.text


def test_a_reset_token_is_for_its_user_whoever_has_the_email_by_now(client, make_user, mails, headers, reset, sign_in):
    alice, bob = make_user(email="alice@example.com"), make_user(email="bob@example.com")
    client.post("/api/v1/password-recovery/alice@example.com")
    [token] = re.findall(r"token=([\w.-]+)", mails[0]["html_content"])
    for user, email in [(alice, "alice2@example.com"), (bob, "alice@example.com")]:
        assert client.patch("/api/v1/users/me", json={"email": email}, headers=headers(user)).status_code == 200

    assert told(reset(token)) == INVALID
    assert sign_in("alice@example.com", PASSWORD).status_code == 200


def test_a_hash_that_is_none_matches_no_password(db, make_user, sign_in):
    user = make_user()
    db.execute('update "user" set hashed_password = %s where id = %s', ["$2b$99$" + "a" * 53, user.id])

    assert told(sign_in(user.email, PASSWORD)) == (400, {"detail": "Incorrect email or password"})


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_form_that_is_none_is_422(client, kind):
    answer = client.post("/api/v1/login/access-token", content="none", headers={"Content-Type": kind})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "body_unreadable"
