"""Signing in over HTTP, also with the password hashes of the common template."""

from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
from app.core.config import settings

from tests.api.conftest import bearer
from tests.conftest import PASSWORD, reply


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

    assert reply(sign_in(email, password)) == (400, {"detail": "Incorrect email or password"})


def test_an_inactive_user_is_told_so_only_with_the_right_password(make_user, sign_in):
    user = make_user(is_active=False)

    assert reply(sign_in(user.email)) == (400, {"detail": "Inactive user"})
    assert reply(sign_in(user.email, "wrong")) == (400, {"detail": "Incorrect email or password"})


def test_test_token_shows_whom_it_signs_in(client, make_user, token_of):
    user = make_user(full_name="Ann")

    answer = client.post("/api/v1/login/test-token", headers=token_of(user))

    assert reply(answer) == (
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
        assert reply(sign_in("gone@example.com", password)) == (400, {"detail": "Incorrect email or password"})


def test_a_hash_that_is_none_matches_no_password(db, make_user, sign_in):
    user = make_user()
    db.execute('update "user" set hashed_password = %s where id = %s', ["$2b$99$" + "a" * 53, user.id])

    assert reply(sign_in(user.email, PASSWORD)) == (400, {"detail": "Incorrect email or password"})


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_form_that_is_none_is_422(client, kind):
    answer = client.post("/api/v1/login/access-token", content="none", headers={"Content-Type": kind})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "body_unreadable"


@pytest.mark.parametrize(
    ("environment", "is_superuser", "status"),
    [("production", True, 400), ("production", False, 200), ("local", True, 200)],
)
def test_the_password_that_everybody_knows_signs_no_superuser_in_outside_local(
    client, make_user, monkeypatch, environment, is_superuser, status
):
    user = make_user(password="changethis", is_superuser=is_superuser)
    monkeypatch.setattr(settings, "ENVIRONMENT", environment)

    answer = client.post("/api/v1/login/access-token", data={"username": user.email, "password": "changethis"})

    assert answer.status_code == status
