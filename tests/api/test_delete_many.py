"""Many items deleted at once: one transaction, so one undo."""

import threading
import uuid

import pytest

from tests.conftest import NOBODY, reply

DELETE = "/api/v1/items/delete"


@pytest.fixture
def delete_many(client, headers):
    """Delete as a user; return the answer."""
    return lambda user, ids, **more: client.post(DELETE, json={"ids": [*map(str, ids)], **more}, headers=headers(user))


def test_items_deleted_at_once_are_one_deletion_with_one_reason(db, delete_many, ada, make_item):
    items = [make_item(ada) for _ in range(3)]

    answer = delete_many(ada, [item.id for item in items], reason="moving out")

    assert reply(answer) == (200, {"deleted": 3, "not_found": []})
    kept = db.execute(
        "select archived_by, reason, count(distinct transaction_id), count(*) from item_archive group by 1, 2"
    )
    assert kept.fetchall() == [(str(ada.id), "moving out", 1, 3)]


def test_others_items_count_as_not_found_and_stay(db, delete_many, ada, make_user, make_item):
    mine, theirs = make_item(ada), make_item(make_user())

    answer = delete_many(ada, [theirs.id, mine.id, NOBODY, theirs.id, mine.id])

    assert reply(answer) == (200, {"deleted": 1, "not_found": [str(theirs.id), str(NOBODY)]})
    assert db.execute("select id from item").fetchall() == [(theirs.id,)]


def test_a_superuser_deletes_anybodys(delete_many, superuser, ada, make_item):
    assert delete_many(superuser, [make_item(ada).id]).json() == {"deleted": 1, "not_found": []}


@pytest.mark.parametrize("ids", [[], None, ["x"], [NOBODY] * 10_001], ids=["none", "null", "no id", "too many"])
def test_a_list_that_is_none_is_422(client, headers, ada, ids):
    body = {"ids": ids and [*map(str, ids)]}

    assert client.post(DELETE, json=body, headers=headers(ada)).status_code == 422


def test_ten_thousand_are_not_too_many(delete_many, ada):
    ids = [uuid.uuid4() for _ in range(10_000)]

    assert delete_many(ada, ids).json() == {"deleted": 0, "not_found": [*map(str, ids)]}


def test_a_trigger_that_keeps_one_keeps_all(db, delete_many, ada, make_item):
    db.execute("create function keep() returns trigger language plpgsql as 'begin return null; end'")
    db.execute(
        "create trigger keep before delete on item for each row when (old.title = 'kept') execute function keep()"
    )
    items = [make_item(ada, title=title) for title in ["gone", "kept"]]

    assert delete_many(ada, [item.id for item in items]).status_code == 409

    assert db.execute("select count(*) from item").fetchone() == (2,)
    assert db.execute("select count(*) from item_archive").fetchone() == (0,)


def test_racing_calls_delete_each_item_once(delete_many, ada, make_item):
    ids = [make_item(ada).id for _ in range(50)]
    answers = []
    threads = [
        threading.Thread(target=lambda order=order: answers.append(delete_many(ada, order)))
        for order in [ids, ids[::-1], ids, ids[::-1]]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [200] * 4
    assert sum(answer.json()["deleted"] for answer in answers) == 50


def test_a_user_is_deleted_with_a_reason(db, client, admin, headers, ada, make_user):
    client.delete(f"/api/v1/users/{ada.id}", params={"reason": "left us"}, headers=admin)
    client.delete("/api/v1/users/me", params={"reason": "tired of it"}, headers=headers(make_user()))

    assert db.execute("select reason from user_archive order by archive_id").fetchall() == [
        ("left us",),
        ("tired of it",),
    ]
