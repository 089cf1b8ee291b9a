"""New users over HTTP: made by a superuser, or signed up."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import PASSWORD, reply


def test_a_superuser_makes_a_user_who_is_welcomed_without_a_password(client, admin, mails):
    body = {"email": "Ann@Example.com", "password": PASSWORD, "full_name": "Ann", "is_superuser": True, "id": "ignored"}

    answer = client.post("/api/v1/users/", json=body, headers=admin)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": answer.json()["id"],
        "email": "ann@example.com",
        "full_name": "Ann",
        "is_active": True,
        "is_superuser": True,
    }
    assert uuid.UUID(answer.json()["id"]).version == 7
    assert [mail["email_to"] for mail in mails] == ["ann@example.com"]
    assert PASSWORD not in str(mails)


def test_a_user_is_made_without_mail(client, admin):
    body = {"email": "ann@example.com", "password": PASSWORD}

    assert client.post("/api/v1/users/", json=body, headers=admin).status_code == 200


def test_a_superuser_is_told_that_an_email_is_taken_in_whatever_case(client, make_user, admin):
    user = make_user()
    body = {"email": user.email.upper(), "password": PASSWORD}

    assert reply(client.post("/api/v1/users/", json=body, headers=admin)) == (
        400,
        {"detail": "The user with this email already exists in the system."},
    )


def test_whoever_signs_up_is_an_ordinary_active_user(client):
    body = {"email": "Ann@Example.com", "password": PASSWORD, "is_superuser": True, "is_active": False}

    answer = client.post("/api/v1/users/signup", json=body)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": answer.json()["id"],
        "email": "ann@example.com",
        "full_name": None,
        "is_active": True,
        "is_superuser": False,
    }


def test_of_many_sign_ups_at_once_with_one_email_one_succeeds(client, db):
    def sign_up(number):
        email = "ann@example.com" if number % 2 else "ANN@example.com"
        return reply(client.post("/api/v1/users/signup", json={"email": email, "password": PASSWORD}))

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(sign_up, range(40)))

    taken = (400, {"detail": "The user with this email already exists in the system"})
    assert sorted(status for status, _ in answers) == [200] + [400] * 39
    assert answers.count(taken) == 39
    assert db.execute("select count(*) from \"user\" where email = 'ann@example.com'").fetchone() == (1,)


@pytest.mark.parametrize(
    "change",
    [
        {"email": None},
        {"email": "no address"},
        {"email": f"{'x' * 64}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 10}.com"},
        {"password": None},
        {"password": "x" * 7},
        {"password": "x" * 129},
        {"full_name": "x" * 256},
        {"is_active": None},
        {"is_superuser": None},
        {"is_superuser": "maybe"},
    ],
    ids=lambda change: f"{change}"[:40],
)
def test_a_user_with_a_bad_field_is_refused(client, make_user, admin, change):
    user = make_user()
    body = {"email": "x@example.com", "password": PASSWORD} | change

    assert client.post("/api/v1/users/", json=body, headers=admin).status_code == 422
    assert client.patch(f"/api/v1/users/{user.id}", json=change, headers=admin).status_code == 422
    if not {"is_active", "is_superuser"} & set(change):
        assert client.post("/api/v1/users/signup", json=body).status_code == 422
