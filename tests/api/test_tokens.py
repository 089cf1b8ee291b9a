"""Tokens over HTTP: which are refused, and what ends them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from app import utils
from app.core import security

from tests.api.conftest import INVALID, REFUSED, UPDATED, bearer, signed
from tests.conftest import NEW_PASSWORD, PASSWORD, reply


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YTpi"}])
def test_without_a_token_nobody_is_signed_in(me, headers):
    answer = me(headers)

    assert reply(answer) == (401, {"detail": "Not authenticated"})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


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

    assert reply(me({"Authorization": value})) == REFUSED


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
    assert reply(me(bearer(signed(**changes)))) == REFUSED


def test_a_token_signed_with_another_key_or_none_is_refused(make_user, me):
    user = make_user()
    claims = {"type": "access", "sub": str(user.id), "iat": 4e9, "exp": 5e9, "jti": "j"}

    assert reply(me(bearer(jwt.encode(claims, "another key, long enough for HMAC", "HS256")))) == REFUSED
    assert reply(me(bearer(jwt.encode(claims, None, "none")))) == REFUSED


def test_an_expired_token_is_refused(make_user, me):
    user = make_user()

    assert reply(me(bearer(security.create_access_token(user.id, timedelta(seconds=-1))))) == REFUSED


def test_a_reset_token_signs_nobody_in_and_an_access_token_resets_nothing(make_user, me, reset):
    user = make_user()

    assert reply(me(bearer(utils.generate_password_reset_token(str(user.id))))) == REFUSED
    assert reply(reset(security.create_access_token(user.email, timedelta(minutes=5)))) == INVALID


def test_the_token_of_a_deleted_user_finds_no_user(db, make_user, token_of, me):
    user = make_user()
    token = token_of(user)

    db.execute('delete from "user" where id = %s', [user.id])

    assert reply(me(token)) == (404, {"detail": "User not found"})


def test_a_deactivated_user_is_told_so_and_the_tokens_stay_dead_after_a_reactivation(
    client, make_user, superuser, headers, token_of, me
):
    user = make_user()
    token = token_of(user)

    client.patch(f"/api/v1/users/{user.id}", json={"is_active": False}, headers=headers(superuser))
    assert reply(me(token)) == (400, {"detail": "Inactive user"})

    client.patch(f"/api/v1/users/{user.id}", json={"is_active": True}, headers=headers(superuser))
    assert reply(me(token)) == REFUSED
    assert me(token_of(user)).status_code == 200


def test_a_deactivation_overtakes_a_sign_in_under_way(db, make_user, sign_in, monkeypatch):
    user = make_user()
    verify = security.verify_and_rehash

    def deactivate_meanwhile(*arguments):
        db.execute('update "user" set is_active = false where id = %s', [user.id])
        return verify(*arguments)

    monkeypatch.setattr(security, "verify_and_rehash", deactivate_meanwhile)

    assert reply(sign_in(user.email)) == (400, {"detail": "Inactive user"})


def test_a_reset_ends_every_token_before_it_and_none_after(make_user, token_of, me, reset):
    user = make_user()
    before = [token_of(user) for _ in range(3)]

    assert reply(reset(utils.generate_password_reset_token(user.email))) == UPDATED
    after = token_of(user, NEW_PASSWORD)

    assert [reply(me(token)) for token in before] == [REFUSED] * 3
    assert me(after).status_code == 200


def test_a_password_change_ends_every_token_but_the_one_that_made_it(client, make_user, token_of, me):
    user = make_user()
    mine, other = token_of(user), token_of(user)

    answer = client.patch(
        "/api/v1/users/me/password",
        json={"current_password": PASSWORD, "new_password": NEW_PASSWORD},
        headers=mine,
    )

    assert reply(answer) == UPDATED
    assert me(mine).status_code == 200
    assert reply(me(other)) == REFUSED
    assert me(token_of(user, NEW_PASSWORD)).status_code == 200


def test_a_second_password_change_ends_the_token_that_made_the_first(client, make_user, token_of, me):
    user = make_user()
    first = token_of(user)
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    client.patch("/api/v1/users/me/password", json=change, headers=first)
    second = token_of(user, NEW_PASSWORD)

    change_back = {"current_password": NEW_PASSWORD, "new_password": PASSWORD}
    client.patch("/api/v1/users/me/password", json=change_back, headers=second)

    assert reply(me(first)) == REFUSED
    assert me(second).status_code == 200


def test_a_password_set_by_a_superuser_ends_every_token(client, make_user, superuser, headers, token_of, me):
    user = make_user()
    token = token_of(user)

    client.patch(f"/api/v1/users/{user.id}", json={"password": NEW_PASSWORD}, headers=headers(superuser))

    assert reply(me(token)) == REFUSED
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
