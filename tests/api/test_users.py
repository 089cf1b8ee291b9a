"""Users over HTTP."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import OWNER, connect, until

PASSWORD = "a password for tests"
NEW_PASSWORD = "quite another password"
NOBODY = uuid.UUID(int=0)

UNAUTHENTICATED = (401, {"detail": "Not authenticated"})
UNPRIVILEGED = (403, {"detail": "The user doesn't have enough privileges"})
NOT_ONESELF = (403, {"detail": "Super users are not allowed to delete themselves"})
NOT_FOUND = (404, {"detail": "User not found"})
NO_SUCH_ID = (404, {"detail": "The user with this id does not exist in the system"})
TAKEN = (409, {"detail": "User with this email already exists"})
DELETED = (200, {"message": "User deleted successfully"})


def told(response):
    return response.status_code, response.json()


def shown(user, **changes):
    fields = {"id": str(user.id), **{f: getattr(user, f) for f in ("email", "full_name", "is_active", "is_superuser")}}
    return fields | changes


# Who may do what


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "me"),
        ("PATCH", "me"),
        ("DELETE", "me"),
        ("PATCH", "me/password"),
        ("GET", NOBODY),
        ("PATCH", NOBODY),
        ("DELETE", NOBODY),
    ],
)
def test_without_a_token_there_is_only_the_sign_up(client, method, path):
    assert told(client.request(method, f"/api/v1/users/{path}", json={})) == UNAUTHENTICATED


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", ""), ("GET", NOBODY), ("PATCH", NOBODY), ("DELETE", NOBODY)]
)
def test_an_ordinary_user_learns_nothing_not_even_who_exists(client, make_user, headers, method, path):
    mine, other = headers(make_user()), make_user()
    body = {"email": "x@example.com", "password": PASSWORD}

    assert told(client.request(method, f"/api/v1/users/{path}", json=body, headers=mine)) == UNPRIVILEGED
    if path:
        assert told(client.request(method, f"/api/v1/users/{other.id}", json=body, headers=mine)) == UNPRIVILEGED


def test_an_ordinary_user_may_not_delete_or_change_themselves_by_id(client, make_user, headers):
    user = make_user()

    assert told(client.delete(f"/api/v1/users/{user.id}", headers=headers(user))) == UNPRIVILEGED
    assert told(client.patch(f"/api/v1/users/{user.id}", json={}, headers=headers(user))) == UNPRIVILEGED


# Listing and showing


def test_users_are_listed_newest_first_in_pages(client, make_user, superuser, admin):
    users = [superuser, *(make_user() for _ in range(4))]

    pages = [client.get("/api/v1/users/", params={"skip": n, "limit": 2}, headers=admin).json() for n in (0, 2, 4)]

    assert [page["count"] for page in pages] == [5] * 3
    assert [user for page in pages for user in page["data"]] == [shown(user) for user in reversed(users)]


def test_a_user_is_shown_to_themselves_and_to_superusers(client, make_user, headers, admin):
    user = make_user(full_name="Ann")

    for who in (headers(user), admin):
        assert told(client.get(f"/api/v1/users/{user.id}", headers=who)) == (200, shown(user))
    assert told(client.get("/api/v1/users/me", headers=headers(user))) == (200, shown(user))


def test_a_superuser_is_told_that_a_user_does_not_exist(client, admin):
    assert told(client.get(f"/api/v1/users/{NOBODY}", headers=admin)) == NOT_FOUND
    assert told(client.patch(f"/api/v1/users/{NOBODY}", json={}, headers=admin)) == NO_SUCH_ID
    assert told(client.delete(f"/api/v1/users/{NOBODY}", headers=admin)) == NOT_FOUND


# Making


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

    assert told(client.post("/api/v1/users/", json=body, headers=admin)) == (
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
        return told(client.post("/api/v1/users/signup", json={"email": email, "password": PASSWORD}))

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


# Changing


def test_users_change_their_own_name_and_email_and_nothing_else(client, make_user, headers):
    user = make_user()
    body = {"full_name": "Ann", "email": "Ann@Example.com", "is_superuser": True, "is_active": False, "password": "x"}

    answer = client.patch("/api/v1/users/me", json=body, headers=headers(user))

    assert told(answer) == (200, shown(user, full_name="Ann", email="ann@example.com"))


def test_an_absent_field_stays_and_a_null_name_is_removed(client, make_user, headers):
    user = make_user(full_name="Ann")

    assert client.patch("/api/v1/users/me", json={}, headers=headers(user)).json() == shown(user)
    assert client.patch("/api/v1/users/me", json={"full_name": None}, headers=headers(user)).json() == shown(
        user, full_name=None
    )
    assert client.patch("/api/v1/users/me", json={"email": None}, headers=headers(user)).status_code == 422


def test_nobody_takes_anothers_email(client, make_user, headers, admin):
    user, other = make_user(), make_user()
    body = {"email": other.email.upper()}

    assert told(client.patch("/api/v1/users/me", json=body, headers=headers(user))) == TAKEN
    assert told(client.patch(f"/api/v1/users/{user.id}", json=body, headers=admin)) == TAKEN
    assert client.patch("/api/v1/users/me", json={"email": user.email}, headers=headers(user)).status_code == 200


def test_a_superuser_changes_a_user(client, make_user, admin):
    user = make_user()
    body = {"email": "ann@example.com", "full_name": "Ann", "is_superuser": True, "password": NEW_PASSWORD}

    answer = client.patch(f"/api/v1/users/{user.id}", json=body, headers=admin)

    assert told(answer) == (200, shown(user, email="ann@example.com", full_name="Ann", is_superuser=True))
    form = {"username": "ann@example.com", "password": NEW_PASSWORD}
    assert client.post("/api/v1/login/access-token", data=form).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "detail"),
    [
        ("wrong password", NEW_PASSWORD, "Incorrect password"),
        ("wrong password", "wrong password", "Incorrect password"),
        (PASSWORD, PASSWORD, "New password cannot be the same as the current one"),
    ],
)
def test_a_password_change_needs_the_current_password_and_a_new_one(client, make_user, headers, current, new, detail):
    body = {"current_password": current, "new_password": new}

    answer = client.patch("/api/v1/users/me/password", json=body, headers=headers(make_user()))

    assert told(answer) == (400, {"detail": detail})


# Deleting


def test_users_delete_themselves_and_are_gone(client, make_user, headers):
    user = make_user()
    mine = headers(user)

    assert told(client.delete("/api/v1/users/me", headers=mine)) == DELETED
    assert told(client.delete("/api/v1/users/me", headers=mine)) == NOT_FOUND


def test_a_superuser_deletes_others_and_not_themselves(client, make_user, superuser, admin):
    user = make_user()

    assert told(client.delete(f"/api/v1/users/{user.id}", headers=admin)) == DELETED
    assert told(client.delete(f"/api/v1/users/{user.id}", headers=admin)) == NOT_FOUND
    assert told(client.delete(f"/api/v1/users/{superuser.id}", headers=admin)) == NOT_ONESELF
    assert told(client.delete("/api/v1/users/me", headers=admin)) == NOT_ONESELF


def test_of_many_deletions_of_a_user_at_once_one_succeeds(client, make_user, admin):
    user = make_user()

    with ThreadPoolExecutor(50) as pool:
        answers = pool.map(lambda _: told(client.delete(f"/api/v1/users/{user.id}", headers=admin)), range(50))

    assert sorted(answers, key=str) == [DELETED] + [NOT_FOUND] * 49


def test_a_deleted_users_items_are_archived_as_cascaded(client, db, make_user, make_item, superuser, admin):
    user = make_user()
    items = {make_item(user).id for _ in range(3)}

    client.delete(f"/api/v1/users/{user.id}", headers=admin)

    archived = db.execute("select id, owner_id, archived_by, cascaded from item_archive").fetchall()
    assert sorted(archived) == sorted((item, user.id, str(superuser.id), True) for item in items)


def test_a_hundred_thousand_items_are_deleted_by_one_statement_and_none_is_loaded(client, db, make_user, admin, sent):
    user = make_user()
    db.execute(
        "insert into item (title, owner_id) select 'item ' || n, %s from generate_series(1, 100000) as n", [user.id]
    )
    sent.clear()

    assert told(client.delete(f"/api/v1/users/{user.id}", headers=admin)) == DELETED

    assert [re.findall("DELETE FROM .*? ", s) for s in sent if "delete" in s.lower()] == [['DELETE FROM "user" ']]
    assert not [statement for statement in sent if "item" in statement]
    assert db.execute("select count(*) from item").fetchone() == (0,)
    assert db.execute("select count(*), bool_and(cascaded) from item_archive").fetchone() == (100_000, True)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "users/me", {"full_name": "Ann"}),
        ("PATCH", "users/me/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}),
        ("DELETE", "users/me", None),
        ("POST", "items/", {"title": "an item"}),
    ],
)
def test_a_change_that_the_users_deletion_overtakes_finds_no_user(client, db, make_user, headers, method, path, body):
    user = make_user()

    with connect(OWNER, autocommit=False) as deleter, ThreadPoolExecutor(1) as thread:
        deleter.execute('delete from "user" where id = %s', [user.id])
        request = thread.submit(client.request, method, f"/api/v1/{path}", json=body, headers=headers(user))
        until(lambda: db.execute("select from pg_locks where not granted").rowcount == 1)
        deleter.commit()
        answer = request.result()

    assert told(answer) == NOT_FOUND
