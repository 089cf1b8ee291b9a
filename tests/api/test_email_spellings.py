"""Whoever types their e-mail as they did at sign-up is the same person."""

import pytest

from tests.conftest import PASSWORD, reply

SPELLINGS = [
    "e\u0301mile@example.com",  # an accent of its own, as some keyboards write it
    "\u00c9mile@example.com",
    "ann@xn--bcher-kva.example",
    "ann@B\u00dcCHER.example",
    " ann@example.com ",
    "Ann@Example.COM",
    "sl/ash@example.com",
]


@pytest.fixture
def sign_up(client):
    return lambda email: client.post("/api/v1/users/signup", json={"email": email, "password": PASSWORD})


@pytest.mark.parametrize("email", SPELLINGS)
def test_a_user_signs_in_with_the_email_that_they_signed_up_with(client, sign_up, sign_in, me, email):
    user = sign_up(email)

    token = sign_in(email).json()["access_token"]

    assert me({"Authorization": f"Bearer {token}"}).json() == user.json()


@pytest.mark.parametrize("email", SPELLINGS)
def test_an_email_is_taken_in_every_spelling(sign_up, email):
    first = sign_up(email)

    assert reply(sign_up(email))[0] == reply(sign_up(first.json()["email"].upper()))[0] == 400


@pytest.mark.parametrize("email", SPELLINGS)
def test_recovery_finds_the_user_in_every_spelling(client, sign_up, admin, email):
    address = sign_up(email).json()["email"]
    path = email.replace("/", "%2F").replace(" ", "%20")

    assert client.post(f"/api/v1/password-recovery/{path}").status_code == 200
    html = client.post(f"/api/v1/password-recovery-html-content/{path}", headers=admin)
    assert html.status_code == 200
    assert address in html.text


@pytest.mark.parametrize("email", ["sl%2Fash@example.com", "a/b/c@example.com", "nobody", "%20"])
def test_recovery_answers_alike_for_every_text(client, email):
    answer = client.post(f"/api/v1/password-recovery/{email}")

    assert reply(answer) == (200, {"message": "Password recovery email sent"})


def test_a_user_whom_sql_has_inserted_in_another_spelling_signs_in(db, make_user, sign_in):
    user = make_user()
    db.execute("update \"user\" set email = 'ann@xn--bcher-kva.example' where id = %s", [user.id])

    assert sign_in("ann@xn--bcher-kva.example").status_code == 200
