"""Deletions over HTTP: one row each, and undone as a whole."""

import pytest
from app.archive import outcomes

from tests.conftest import reply

DELETIONS = "/api/v1/archive/transactions/"


@pytest.fixture
def ada(ada, make_item):
    """With two items."""
    make_item(ada)
    make_item(ada)
    return ada


@pytest.fixture
def deletion(client, admin, ada):
    """What the archive shows of Ada's deletion with her two items."""
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (row,) = client.get(DELETIONS, headers=admin).json()["data"]
    return row


def test_a_deletion_is_one_row(deletion, superuser):
    deletion.pop("transaction_id"), deletion.pop("archived_at")

    assert deletion == {
        "archived_by": str(superuser.id),
        "reason": None,
        "session_role": "test_api",
        "application_name": "archive-table api",
        "client_addr": None,
        "rows": {"user": 1, "item": 2},
        "rows_exact": True,
        "restored": 0,
    }


def test_times_are_the_same_text_everywhere_whatever_the_servers_time_zone(client, set_for_runtime, admin, ada):
    set_for_runtime("timezone", "Asia/Kolkata")
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)

    (deletion,) = client.get(DELETIONS, headers=admin).json()["data"]
    (item, _) = client.get("/api/v1/archive/items/", headers=admin).json()["data"]
    alone = client.get(f"/api/v1/archive/items/{item['archive_id']}", headers=admin).json()

    assert deletion["archived_at"] == item["archived_at"] == alone["archived_at"]
    assert deletion["archived_at"].endswith("Z")


def test_undo_brings_everything_back(client, admin, headers, deletion, ada):
    path = f"{DELETIONS}{deletion['transaction_id']}"

    preview = client.post(f"{path}/restore-preview", headers=admin).json()
    answer = client.post(f"{path}/restore", headers=admin)

    assert {(row["table"], row["outcome"]) for row in preview["data"]} == {
        ("user", "would_restore"),
        ("item", "would_restore"),
    }
    assert answer.status_code == 200
    assert answer.json()["count"] == preview["count"] == 3
    assert [row["restored"] for row in client.get(DELETIONS, headers=admin).json()["data"]] == [3]
    assert client.get("/api/v1/items/", headers=admin).json()["count"] == 2


@pytest.mark.parametrize("action", ["restore-preview", "restore"])
def test_an_undo_notes_what_it_does_not_bring_back(client, db, admin, ada, action):
    db.execute('create table note (id int primary key, user_id uuid references "user" on delete cascade)')
    db.execute("insert into note values (1, %s)", [ada.id])
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (deletion,) = client.get(DELETIONS, headers=admin).json()["data"]

    answer = client.post(f"{DELETIONS}{deletion['transaction_id']}/{action}", headers=admin).json()

    assert answer["notes"] == ["user: rows of note that were deleted with it are not archived and do not come back"]


def test_undoing_twice_is_409(client, admin, deletion):
    path = f"{DELETIONS}{deletion['transaction_id']}/restore"
    client.post(path, headers=admin)

    answer = client.post(path, headers=admin)

    assert answer.status_code == 409
    assert "already restored" in answer.json()["detail"]


def test_pages_follow_each_other(client, db, admin, ada):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 3) n", [ada.id])
    for title in "123":
        db.execute("delete from item where title = %s", [title])

    first = client.get(DELETIONS, params={"limit": 2}, headers=admin).json()
    second = client.get(DELETIONS, params={"limit": 2, "before": first["next_before"]}, headers=admin).json()

    ids = [int(row["transaction_id"]) for row in first["data"] + second["data"]]
    assert len(ids) == 3
    assert ids == sorted(set(ids), reverse=True)
    assert second["next_before"] is None


@pytest.mark.parametrize("before", ["", "x", "1", "1.x", "-1.5", "1.99999999999999999999", f"{2**64}.1", "1.\0"])
def test_a_page_that_never_was_is_422(client, admin, before):
    answer = client.get(DELETIONS, params={"before": before}, headers=admin)

    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [["query", "before"]]


@pytest.mark.parametrize(("transaction", "status"), [("4711", 404), ("x", 422), (str(2**64), 422), ("-1", 422)])
@pytest.mark.parametrize("action", ["restore", "restore-preview"])
def test_an_unknown_deletion(client, admin, transaction, status, action):
    assert client.post(f"{DELETIONS}{transaction}/{action}", headers=admin).status_code == status


def test_an_ambiguous_id_wants_the_time(client, db, admin, deletion):
    db.execute("update item_archive set archived_at = archived_at - interval '1 day'")
    path = f"{DELETIONS}{deletion['transaction_id']}/restore"

    assert client.post(path, headers=admin).status_code == 409
    assert client.post(path, headers=admin, params={"archived_at": deletion["archived_at"]}).json()["count"] == 1


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "1/restore"), ("POST", "1/restore-preview")])
def test_only_superusers_see_deletions(client, headers, ada, method, path):
    assert client.request(method, DELETIONS + path).status_code == 401
    assert client.request(method, DELETIONS + path, headers=headers(ada)).status_code == 403


@pytest.fixture
def foreign(client, db, admin, ada):
    """A deletion of a user that took a row with it from a table which the API has no right to."""
    db.execute(
        'create table note (id int primary key, owner_id uuid not null references "user" on delete cascade);'
        "select archive.enable('note')"
    )
    db.execute("insert into note values (1, %s)", [ada.id])
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    return f"{DELETIONS}{client.get(DELETIONS, headers=admin).json()['data'][0]['transaction_id']}"


@pytest.mark.parametrize("call", ["restore", "restore-preview"])
def test_a_table_that_the_api_has_no_right_to_is_a_conflict_that_says_so(client, db, admin, foreign, call):
    answer = client.post(f"{foreign}/{call}", headers=admin)

    assert answer.status_code == 409
    assert "permission denied for table note: grant SELECT and INSERT to archive_runtime" in answer.json()["detail"]
    assert db.execute("select count(*) from item").fetchone() == (0,)


def test_with_the_right_it_is_undone_like_any_other(client, db, admin, foreign):
    db.execute("grant select, insert on note to archive_runtime")

    assert client.post(f"{foreign}/restore", headers=admin).json()["count"] == 4
    assert db.execute("select count(*) from note").fetchone() == (1,)


def test_a_trigger_that_refuses_a_row_in_its_own_way_is_a_conflict(client, db, admin, deletion):
    db.execute(
        "create function refuse() returns trigger language plpgsql as"
        " $$ begin raise exception 'closed for the night' using errcode = 'ZZ001'; end $$;"
        "create trigger refuse before insert on item for each row execute function refuse()"
    )
    path = f"{DELETIONS}{deletion['transaction_id']}"

    preview = client.post(f"{path}/restore-preview", headers=admin)
    answer = client.post(f"{path}/restore", headers=admin)

    details = [row["detail"] for row in preview.json()["data"] if row["outcome"] == "conflict"]
    assert details == ["closed for the night"] * 2
    assert answer.status_code == 409
    assert "closed for the night" in answer.json()["detail"]


@pytest.fixture
def slow_inserts(db):
    """Let each item take a while to come back."""
    db.execute(
        "create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.1); return new; end'"
    )
    db.execute("create trigger slow before insert on item for each row execute function slow()")


@pytest.mark.parametrize("action", ["restore", "restore-preview"])
def test_an_undo_may_take_longer_than_other_requests(client, set_for_runtime, admin, deletion, slow_inserts, action):
    set_for_runtime("statement_timeout", "150ms")

    answer = client.post(f"{DELETIONS}{deletion['transaction_id']}/{action}", headers=admin)

    assert (answer.status_code, answer.json()["count"]) == (200, 3)


@pytest.mark.parametrize("action", ["restore", "restore-preview"])
def test_an_undo_that_takes_too_long_names_what_to_type_in_psql(
    client, db, monkeypatch, admin, deletion, slow_inserts, action
):
    monkeypatch.setattr(outcomes, "SECONDS", 0.05)

    answer = client.post(f"{DELETIONS}{deletion['transaction_id']}/{action}", headers=admin)

    statement = f"select * from archive.restore_transaction('{deletion['transaction_id']}')"
    assert reply(answer) == (
        503,
        {"detail": f"This takes longer than 0.05 seconds. Undo it in psql, as the owner: {statement}"},
    )
    assert db.execute("select count(*) from item").fetchone() == (0,)


def test_deletions_are_found_by_who_when_how_many_why_and_with_what(db, client, admin, deletion, superuser, make_item):
    make_item(superuser, title="alone")
    db.execute(
        "begin; set local archive.actor = 'ann'; set local archive.reason = 'Spring cleaning';"
        "set local application_name = 'psql'; delete from item; commit"
    )
    older, newer = {"user": 1, "item": 2}, {"item": 1}
    (moment,) = db.execute("select to_json(max(archived_at)) from item_archive").fetchone()

    def found(**filters):
        page = client.get(DELETIONS, params=filters, headers=admin)
        assert page.status_code == 200, page.text
        return [each["rows"] for each in page.json()["data"]]

    assert found() == [newer, older]
    assert found(archived_by="ann") == [newer]
    assert found(session_role="test_api") == [older]
    assert found(application_name="psql") == found(not_application_name="archive-table api") == [newer]
    assert found(q="CLEANING") == [newer]
    assert found(q="cleaning%") == []
    assert found(table="user") == [older]
    assert found(min_rows=2) == [older]
    assert found(min_rows=4) == []
    assert found(archived_after=moment) == [newer]
    assert found(archived_before=moment) == [older]
    assert found(archived_after="2031-01-01T00:00:00Z") == []


WRONG = [
    {"table": "nothing"},
    {"min_rows": 0},
    {"min_rows": "many"},
    {"archived_after": "1"},
    {"who": "ann"},
    {"q": "x" * 256},
]


@pytest.mark.parametrize("filters", WRONG, ids=str)
def test_what_is_no_filter_of_deletions_is_422(client, admin, filters):
    answer = client.get(DELETIONS, params=filters, headers=admin)

    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [["query", *filters]]
