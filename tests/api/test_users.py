"""Users over HTTP: listed, shown, changed and deleted, and who may do that."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import NEW_PASSWORD, NOBODY, OWNER, PASSWORD, connect, reply, until

UNAUTHENTICATED = (401, {"detail": "Not authenticated"})
UNPRIVILEGED = (403, {"detail": "The user doesn't have enough privileges"})
NOT_ONESELF = (403, {"detail": "Super users are not allowed to delete themselves"})
NOT_FOUND = (404, {"detail": "User not found"})
NO_SUCH_ID = (404, {"detail": "The user with this id does not exist in the system"})
TAKEN = (409, {"detail": "User with this email already exists"})
DELETED = (200, {"message": "User deleted successfully"})


def public(user, **changes):
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
    assert reply(client.request(method, f"/api/v1/users/{path}", json={})) == UNAUTHENTICATED


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", ""), ("GET", NOBODY), ("PATCH", NOBODY), ("DELETE", NOBODY)]
)
def test_an_ordinary_user_learns_nothing_not_even_who_exists(client, make_user, headers, method, path):
    mine, other = headers(make_user()), make_user()
    body = {"email": "x@example.com", "password": PASSWORD}

    assert reply(client.request(method, f"/api/v1/users/{path}", json=body, headers=mine)) == UNPRIVILEGED
    if path:
        assert reply(client.request(method, f"/api/v1/users/{other.id}", json=body, headers=mine)) == UNPRIVILEGED


def test_an_ordinary_user_may_not_delete_or_change_themselves_by_id(client, make_user, headers):
    user = make_user()

    assert reply(client.delete(f"/api/v1/users/{user.id}", headers=headers(user))) == UNPRIVILEGED
    assert reply(client.patch(f"/api/v1/users/{user.id}", json={}, headers=headers(user))) == UNPRIVILEGED


# Listing and showing


def test_users_are_listed_newest_first_in_pages(client, make_user, superuser, admin):
    users = [superuser, *(make_user() for _ in range(4))]

    pages = [client.get("/api/v1/users/", params={"skip": n, "limit": 2}, headers=admin).json() for n in (0, 2, 4)]

    assert [page["count"] for page in pages] == [5] * 3
    assert [user for page in pages for user in page["data"]] == [public(user) for user in reversed(users)]


def test_a_user_is_shown_to_themselves_and_to_superusers(client, make_user, headers, admin):
    user = make_user(full_name="Ann")

    for who in (headers(user), admin):
        assert reply(client.get(f"/api/v1/users/{user.id}", headers=who)) == (200, public(user))
    assert reply(client.get("/api/v1/users/me", headers=headers(user))) == (200, public(user))


def test_a_superuser_is_told_that_a_user_does_not_exist(client, admin):
    assert reply(client.get(f"/api/v1/users/{NOBODY}", headers=admin)) == NOT_FOUND
    assert reply(client.patch(f"/api/v1/users/{NOBODY}", json={}, headers=admin)) == NO_SUCH_ID
    assert reply(client.delete(f"/api/v1/users/{NOBODY}", headers=admin)) == NOT_FOUND


# Changing


def test_users_change_their_own_name_and_email_and_nothing_else(client, make_user, headers):
    user = make_user()
    body = {"full_name": "Ann", "email": "Ann@Example.com", "is_superuser": True, "is_active": False, "password": "x"}

    answer = client.patch("/api/v1/users/me", json=body, headers=headers(user))

    assert reply(answer) == (200, public(user, full_name="Ann", email="ann@example.com"))


def test_an_absent_field_stays_and_a_null_name_is_removed(client, make_user, headers):
    user = make_user(full_name="Ann")

    assert client.patch("/api/v1/users/me", json={}, headers=headers(user)).json() == public(user)
    assert client.patch("/api/v1/users/me", json={"full_name": None}, headers=headers(user)).json() == public(
        user, full_name=None
    )
    assert client.patch("/api/v1/users/me", json={"email": None}, headers=headers(user)).status_code == 422


def test_nobody_takes_anothers_email(client, make_user, headers, admin):
    user, other = make_user(), make_user()
    body = {"email": other.email.upper()}

    assert reply(client.patch("/api/v1/users/me", json=body, headers=headers(user))) == TAKEN
    assert reply(client.patch(f"/api/v1/users/{user.id}", json=body, headers=admin)) == TAKEN
    assert client.patch("/api/v1/users/me", json={"email": user.email}, headers=headers(user)).status_code == 200


def test_a_superuser_changes_a_user(client, make_user, admin):
    user = make_user()
    body = {"email": "ann@example.com", "full_name": "Ann", "is_superuser": True, "password": NEW_PASSWORD}

    answer = client.patch(f"/api/v1/users/{user.id}", json=body, headers=admin)

    assert reply(answer) == (200, public(user, email="ann@example.com", full_name="Ann", is_superuser=True))
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

    assert reply(answer) == (400, {"detail": detail})


# Deleting


@pytest.mark.parametrize("change", [{"is_superuser": False}, {"is_active": False}])
def test_a_superuser_does_not_end_their_own_power(client, superuser, admin, change):
    path = f"/api/v1/users/{superuser.id}"

    answer = client.patch(path, json=change | {"full_name": "Nobody"}, headers=admin)

    assert reply(answer) == (403, {"detail": "Super users are not allowed to demote or deactivate themselves"})
    assert client.get(path, headers=admin).json()["full_name"] is None


def test_a_superuser_ends_the_power_of_another(client, make_user, admin):
    other = make_user(is_superuser=True)

    answer = client.patch(f"/api/v1/users/{other.id}", json={"is_superuser": False}, headers=admin)

    assert answer.json()["is_superuser"] is False


def test_users_delete_themselves_and_are_gone(client, make_user, headers):
    user = make_user()
    mine = headers(user)

    assert reply(client.delete("/api/v1/users/me", headers=mine)) == DELETED
    assert reply(client.delete("/api/v1/users/me", headers=mine)) == NOT_FOUND


def test_a_superuser_deletes_others_and_not_themselves(client, make_user, superuser, admin):
    user = make_user()

    assert reply(client.delete(f"/api/v1/users/{user.id}", headers=admin)) == DELETED
    assert reply(client.delete(f"/api/v1/users/{user.id}", headers=admin)) == NOT_FOUND
    assert reply(client.delete(f"/api/v1/users/{superuser.id}", headers=admin)) == NOT_ONESELF
    assert reply(client.delete("/api/v1/users/me", headers=admin)) == NOT_ONESELF


def test_of_many_deletions_of_a_user_at_once_one_succeeds(client, make_user, admin):
    user = make_user()

    with ThreadPoolExecutor(50) as pool:
        answers = pool.map(lambda _: reply(client.delete(f"/api/v1/users/{user.id}", headers=admin)), range(50))

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

    assert reply(client.delete(f"/api/v1/users/{user.id}", headers=admin)) == DELETED

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

    assert reply(answer) == NOT_FOUND
