"""Deleted users over HTTP: archived without a password, restored without one."""

import pytest
from app import utils

from tests.conftest import PASSWORD

ARCHIVE = "/api/v1/archive/users/"


@pytest.fixture
def archived(client, admin, ada):
    """Ada's row in the archive, after a superuser deleted her."""
    assert client.delete(f"/api/v1/users/{ada.id}", headers=admin).status_code == 200
    (row,) = client.get(ARCHIVE, headers=admin).json()["data"]
    return row


def test_a_deleted_user_is_listed_without_anything_to_sign_in_with(archived, ada, superuser):
    archived.pop("archive_id"), archived.pop("transaction_id"), archived.pop("archived_at")

    assert archived == {
        "archived_by": str(superuser.id),
        "reason": None,
        "session_role": "test_api",
        "application_name": "archive-table api",
        "client_addr": None,
        "cascaded": False,
        "restored_at": None,
        "restored_by": None,
        "restore_reason": None,
        "erased_at": None,
        "restored_as": None,
        "overflow": None,
        "id": str(ada.id),
        "email": "ada@example.com",
        "full_name": "Ada Lovelace",
        "is_active": True,
        "is_superuser": False,
    }


def test_no_hash_ever_reaches_the_archive(db, archived):
    columns = db.execute("select attname from pg_attribute where attrelid = 'user_archive'::regclass").fetchall()

    assert not {"hashed_password", "tokens_valid_from", "kept_token"} & {name for (name,) in columns}


def test_users_and_their_items_share_one_deletion(client, admin, db, ada, make_item):
    make_item(ada)

    client.delete(f"/api/v1/users/{ada.id}", headers=admin)

    rows = db.execute(
        "select transaction_id::text, cascaded from user_archive union all"
        " select transaction_id::text, cascaded from item_archive"
    ).fetchall()
    assert [cascaded for _, cascaded in rows] == [False, True]
    assert len({transaction for transaction, _ in rows}) == 1


@pytest.mark.parametrize("filter", [{"q": "LOVELACE"}, {"q": "ada@"}, {"state": "any"}, {"user_id": "ada"}])
def test_a_deleted_user_is_found(client, admin, archived, ada, filter):
    filter = {name: str(ada.id) if name == "user_id" else value for name, value in filter.items()}

    assert [row["id"] for row in client.get(ARCHIVE, params=filter, headers=admin).json()["data"]] == [str(ada.id)]


@pytest.mark.parametrize("filter", [{"q": "nobody"}, {"state": "restored"}, {"archived_by": "nobody"}])
def test_others_are_not(client, admin, archived, filter):
    assert client.get(ARCHIVE, params=filter, headers=admin).json()["data"] == []


def test_one_deleted_user(client, admin, archived):
    assert client.get(f"{ARCHIVE}{archived['archive_id']}", headers=admin).json() == archived


@pytest.mark.parametrize(("method", "path"), [("GET", "4711"), ("POST", "4711/restore")])
def test_an_unknown_row_is_404(client, admin, method, path):
    assert client.request(method, ARCHIVE + path, headers=admin).status_code == 404


def test_a_restored_user_gets_back_in_by_password_recovery_only(client, admin, headers, mails, ada):
    old_token = headers(ada)
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (row,) = client.get(ARCHIVE, headers=admin).json()["data"]
    sign_in = {"data": {"username": ada.email, "password": PASSWORD}}

    restored = client.post(f"{ARCHIVE}{row['archive_id']}/restore", headers=admin)

    assert restored.json()["id"] == str(ada.id)
    assert client.post("/api/v1/login/access-token", **sign_in).status_code == 400
    assert client.get("/api/v1/users/me", headers=old_token).status_code == 403

    token = utils.generate_password_reset_token(ada.email)
    client.post("/api/v1/reset-password/", json={"token": token, "new_password": PASSWORD})
    assert client.post("/api/v1/login/access-token", **sign_in).status_code == 200


def test_a_user_whose_email_is_taken_is_not_restored(client, admin, archived, make_user):
    make_user(email="ada@example.com")

    answer = client.post(f"{ARCHIVE}{archived['archive_id']}/restore", headers=admin)

    assert answer.status_code == 409
    assert "unique value taken" in answer.json()["detail"]


def test_truncating_users_archives_them_and_their_items_under_one_transaction(db, ada, make_item):
    make_item(ada)

    db.execute('truncate "user" cascade')

    assert db.execute(
        "select (select count(*) from user_archive), (select count(*) from item_archive),"
        " (select count(distinct transaction_id) from"
        "   (select transaction_id from user_archive union all select transaction_id from item_archive) t)"
    ).fetchone() == (2, 1, 1)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "1"), ("POST", "1/restore")])
def test_only_superusers_see_deleted_users(client, headers, ada, method, path):
    assert client.request(method, ARCHIVE + path).status_code == 401
    assert client.request(method, ARCHIVE + path, headers=headers(ada)).status_code == 403
