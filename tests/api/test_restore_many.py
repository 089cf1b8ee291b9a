"""Many deleted rows restored at once: by their ids, or all that pass a filter; in one transaction."""

import uuid

import pytest
from app.archive import outcomes

from tests.api.conftest import ARCHIVED_ITEMS
from tests.conftest import reply


@pytest.fixture
def gone(db, ada, make_item):
    """The archive ids of five items, each deleted by itself."""
    for n in range(5):
        make_item(ada, title=f"{'Blue' if n < 2 else 'Red'} {n}")
    for n in range(5):
        db.execute("delete from item where title like '%%' || %s", [str(n)])
    return [id for (id,) in db.execute("select archive_id from item_archive order by 1")]


@pytest.fixture
def restore(client, admin):
    def restore(*, preview=False, of="items", **body):
        return client.post(f"/api/v1/archive/{of}/restore{'-preview' if preview else ''}", json=body, headers=admin)

    return restore


def test_chosen_rows_come_back_in_one_transaction_with_a_reason(db, restore, gone, superuser):
    answer = restore(archive_ids=gone[:3], reason="deleted by mistake")

    assert answer.status_code == 200
    assert {**answer.json(), "data": None} == {"count": 3, "outcomes": {"restored": 3}, "data": None}
    assert [(row["table"], row["archive_id"], row["outcome"]) for row in answer.json()["data"]] == [
        ("item", id, "restored") for id in gone[2::-1]
    ]
    marks = "select restored_by, restore_reason, count(*), count(distinct restored_at) from item_archive group by 1, 2"
    assert db.execute(f"{marks} order by 3").fetchall() == [
        (None, None, 2, 0),
        (str(superuser.id), "deleted by mistake", 3, 1),
    ]


def test_all_that_pass_a_filter_come_back(db, restore, gone):
    answer = restore(filter={"q": "blue"})

    assert answer.json()["outcomes"] == {"restored": 2}
    assert db.execute("select title from item order by 1").fetchall() == [("Blue 0",), ("Blue 1",)]


def test_a_filter_that_nothing_passes_restores_nothing(restore, gone):
    assert reply(restore(filter={"q": "green"})) == (200, {"count": 0, "outcomes": {}, "data": []})


@pytest.mark.parametrize("which", [{"filter": {"q": "e"}}, {"archive_ids": "all"}])
def test_a_preview_says_the_same_and_changes_nothing(db, restore, gone, which):
    which = {name: gone if value == "all" else value for name, value in which.items()}
    answer = restore(preview=True, **which)

    assert answer.json()["outcomes"] == {"would_restore": 5}
    assert db.execute("select count(*) from item").fetchone() == (0,)
    assert db.execute("select count(restored_at) from item_archive").fetchone() == (0,)


@pytest.fixture
def taken(db, ada, gone):
    """The id of the second item is taken."""
    db.execute(
        "insert into item (id, title, owner_id) select id, 'mine now', owner_id from item_archive"
        " where archive_id = %s",
        [gone[1]],
    )
    return gone[1]


def test_under_fail_one_conflict_restores_none(db, restore, gone, taken):
    refused = restore(archive_ids=gone)
    preview = restore(archive_ids=gone, preview=True).json()

    assert refused.status_code == 409
    assert "a live row has this id" in refused.json()["detail"]
    assert preview["outcomes"] == {"conflict": 1, "would_restore": 4}
    assert preview["data"][0]["archive_id"] == taken  # what needs a look comes first
    assert db.execute("select count(*) from item").fetchone() == (1,)


def test_conflicts_can_be_skipped_or_copied(db, restore, gone, taken):
    skipped = restore(archive_ids=gone, on_conflict="skip").json()
    copied = restore(archive_ids=[taken], on_conflict="copy").json()

    assert skipped["outcomes"] == {"restored": 4, "skipped": 1}
    assert skipped["data"][0]["outcome"] == "skipped"
    assert copied["outcomes"] == {"copied": 1}
    assert db.execute("select count(*) from item").fetchone() == (6,)


def test_to_another_owner(db, restore, gone, ada, make_user):
    db.execute('delete from "user" where id = %s', [ada.id])
    ben = make_user()

    refused, restored = restore(archive_ids=gone), restore(archive_ids=gone, owner_id=str(ben.id))

    assert refused.status_code == 409
    assert "its owner no longer exists" in refused.json()["detail"]
    assert restored.json()["outcomes"] == {"restored": 5}
    assert db.execute("select distinct owner_id from item").fetchall() == [(ben.id,)]


def test_an_unknown_id_is_404_and_restores_nothing(db, restore, gone):
    assert restore(archive_ids=[*gone, 987654321]).status_code == 404
    assert db.execute("select count(*) from item").fetchone() == (0,)


WRONG = {
    "nothing": {},
    "both": {"archive_ids": [1], "filter": {"q": "x"}},
    "no ids": {"archive_ids": []},
    "too many ids": {"archive_ids": [1] * 10_001},
    "an empty filter": {"filter": {}},
    "a filter of the state alone": {"filter": {"state": "any"}},
    "a misspelt filter": {"filter": {"owner": str(uuid.uuid4())}},
    "a page": {"filter": {"q": "x", "limit": 10}},
    "a bad value": {"filter": {"transaction_id": "x"}},
    "another way out": {"archive_ids": [1], "on_conflict": "overwrite"},
    "an owner that is none": {"archive_ids": [1], "owner_id": "x"},
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("preview", [False, True])
def test_what_makes_no_sense_is_422(db, restore, gone, body, preview):
    assert restore(preview=preview, **body).status_code == 422
    assert db.execute("select count(*) from item").fetchone() == (0,)


def test_users_come_back_too(db, client, restore, admin, make_user):
    users = [make_user() for _ in range(3)]
    db.execute('delete from "user" where id = any(%s)', [[user.id for user in users]])
    ids = [id for (id,) in db.execute("select archive_id from user_archive order by 1")]

    preview = client.post(f"/api/v1/archive/users/{ids[0]}/restore-preview", headers=admin).json()
    restored = restore(of="users", archive_ids=ids, reason="a mistake").json()

    assert preview["outcome"] == "would_restore"
    assert restored["outcomes"] == {"restored": 3}
    assert db.execute("select distinct restore_reason from user_archive").fetchall() == [("a mistake",)]


def test_at_most_a_thousand_are_listed_and_all_are_counted(db, restore, ada):
    db.execute("insert into item (title, owner_id) select 'x', %s from generate_series(1, 1500)", [ada.id])
    db.execute("delete from item")

    answer = restore(filter={"owner_id": str(ada.id)}).json()

    assert (answer["count"], answer["outcomes"], len(answer["data"])) == (1500, {"restored": 1500}, 1000)


def test_what_takes_too_long_says_so(db, restore, gone, monkeypatch):
    db.execute(
        "create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.1); return new; end'"
    )
    db.execute("create trigger slow before insert on item for each row execute function slow()")
    monkeypatch.setattr(outcomes, "SECONDS", 0.05)

    answer = restore(archive_ids=gone)

    assert answer.status_code == 503
    assert "Restore fewer at once" in answer.json()["detail"]
    assert db.execute("select count(*) from item").fetchone() == (0,)


def test_reasons_of_single_restores_and_undos_are_kept(db, client, admin, gone):
    client.post(f"{ARCHIVED_ITEMS}{gone[0]}/restore", json={"reason": "one"}, headers=admin)
    (transaction,) = db.execute(
        "select transaction_id::text from item_archive where archive_id = %s", gone[1:2]
    ).fetchone()
    client.post(f"/api/v1/archive/transactions/{transaction}/restore", json={"reason": "undone"}, headers=admin)

    kept = db.execute("select restore_reason from item_archive where restored_at is not null order by archive_id")
    assert kept.fetchall() == [("one",), ("undone",)]
