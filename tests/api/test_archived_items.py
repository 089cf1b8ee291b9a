"""Deleted items over HTTP: superusers browse them; nobody else sees them."""

import csv

import pytest

from tests.api.conftest import ARCHIVED_ITEMS


def test_a_deleted_item_is_listed_with_every_column(db, ada, make_item, delete, browse):
    item = make_item(ada, title="Blue", description="a notebook")
    delete(item, ada, reason="twice")

    page = browse()

    (row,) = page.pop("data")
    assert page == {"count": 1, "count_exact": True, "next_before": None}
    assert row | {"archive_id": 0, "archived_at": "", "transaction_id": ""} == {
        "archive_id": 0,
        "transaction_id": "",
        "archived_at": "",
        "archived_by": str(ada.id),
        "reason": "twice",
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
        "id": str(item.id),
        "title": "Blue",
        "description": "a notebook",
        "owner_id": str(ada.id),
    }
    assert db.execute("select transaction_id::text, archive_id from item_archive").fetchone() == (
        row["transaction_id"],
        row["archive_id"],
    )


def test_pages_follow_each_other_newest_first(db, ada, browse):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 25) n", [ada.id])
    db.execute("delete from item")

    pages, before = [], None
    while before is not None or not pages:
        page = browse(limit=10, **({"before": before} if before else {}))
        pages.append([row["archive_id"] for row in page["data"]])
        before = page["next_before"]

    assert [len(page) for page in pages] == [10, 10, 5]
    everything = [id for page in pages for id in page]
    assert everything == sorted(set(everything), reverse=True)


@pytest.mark.parametrize("within", [{}, {"archived_after": "2000-01-01T00:00:00Z"}], ids=["ever", "of a time"])
def test_filters(db, client, admin, ada, make_user, make_item, delete, browse, superuser, within):
    ben = make_user(email="ben@example.com")
    red, blue, green = (
        make_item(ada, title="Red 100%"),
        make_item(ada, title="BLUE", description=r"Sky_y\%"),
        make_item(ben),
    )
    delete(red, ada)
    delete(blue, superuser)
    delete(green, ben)
    ids = {row["id"]: row for row in browse()["data"]}
    client.post(f"{ARCHIVED_ITEMS}{ids[str(green.id)]['archive_id']}/restore", headers=admin)

    def found(**params):
        page = browse(**within | params)
        assert page["count"] == len(page["data"])
        return [row["id"] for row in page["data"]]

    red, blue, green = str(red.id), str(blue.id), str(green.id)
    middle = ids[blue]["archived_at"]
    assert found() == [blue, red]
    assert found(state="restored") == [green]
    assert found(state="any") == [green, blue, red]
    assert found(owner_id=str(ada.id)) == [blue, red]
    assert found(item_id=red) == [red]
    assert found(archived_by=str(superuser.id)) == [blue]
    assert found(transaction_id=ids[blue]["transaction_id"]) == [blue]
    assert found(archived_after=middle) == [blue]
    assert found(archived_before=middle) == [red]
    assert found(q="blue") == [blue]
    assert found(q="sky_") == [blue]
    assert found(q="100%") == [red]
    assert found(q="%") == [blue, red]
    assert found(q="\\") == [blue]
    assert found(q=r"y\%") == [blue]
    assert found(q=r"\y") == []
    assert found(q="nothing like it") == []


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 1001},
        {"before": 0},
        {"before": 2**63},
        {"state": "gone"},
        {"owner_id": "x"},
        {"transaction_id": "x"},
        {"transaction_id": str(2**64)},
        {"archived_after": "yesterday"},
        {"q": "\0"},
        {"archived_by": "\0"},
        {"q": "x" * 256},
    ],
)
def test_a_filter_that_makes_no_sense_is_422(client, admin, params):
    assert client.get(ARCHIVED_ITEMS, params=params, headers=admin).status_code == 422


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "2026-01-01", "-1e300"])
def test_no_moment_is_a_server_error(client, admin, moment):
    answer = client.get(ARCHIVED_ITEMS, params={"archived_after": moment}, headers=admin)

    assert answer.status_code in {200, 422}


def test_many_rows_are_counted_roughly(db, ada, browse):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 10001) n", [ada.id])
    db.execute("delete from item where title <> '10001'; analyze item_archive")

    assert (browse(limit=1)["count"], browse(limit=1)["count_exact"]) == (10_000, True)

    db.execute("delete from item; analyze item_archive")
    page = browse(limit=1, q="1")
    assert browse(limit=1)["count_exact"] is False
    assert 9_000 < browse(limit=1)["count"] < 11_000
    assert page["count"] > 0


def test_one_row(client, admin, ada, make_item, delete, browse):
    delete(make_item(ada), ada)
    (row,) = browse()["data"]

    assert client.get(f"{ARCHIVED_ITEMS}{row['archive_id']}", headers=admin).json() == row


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/restore"), ("POST", "/restore-preview")])
def test_an_unknown_row_is_404(client, admin, method, path):
    answer = client.request(method, f"{ARCHIVED_ITEMS}4711{path}", headers=admin)

    assert answer.status_code == 404


def test_the_archive_as_csv(client, admin, ada, make_item, delete):
    delete(make_item(ada, title="=1+1"), ada)
    delete(make_item(ada, title='Blue, "light"'), ada, reason="@twice")

    answer = client.get(f"{ARCHIVED_ITEMS}export/csv", headers=admin, params={"owner_id": str(ada.id)})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    blue, formula = csv.DictReader(answer.text.splitlines())
    assert (blue["title"], blue["reason"], blue["restored_at"]) == ('Blue, "light"', "'@twice", "")
    assert formula["title"] == "'=1+1"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "1"), ("GET", "export/csv"), ("POST", "1/restore"), ("POST", "1/restore-preview")],
)
def test_only_superusers_see_the_archive(client, headers, ada, method, path):
    assert client.request(method, ARCHIVED_ITEMS + path).status_code == 401
    answer = client.request(method, ARCHIVED_ITEMS + path, headers=headers(ada))
    assert (answer.status_code, answer.json()) == (403, {"detail": "The user doesn't have enough privileges"})


def test_users_deleted_over_http_are_recorded_as_their_deleter(
    client, admin, db, headers, ada, make_user, make_item, superuser
):
    ben = make_user()
    make_item(ada)
    make_item(ben)

    client.delete("/api/v1/users/me", headers=headers(ada))
    client.delete(f"/api/v1/users/{ben.id}", headers=admin)

    rows = db.execute("select owner_id, archived_by, session_role, cascaded from item_archive").fetchall()
    assert sorted(rows) == sorted(
        [(ada.id, str(ada.id), "test_api", True), (ben.id, str(superuser.id), "test_api", True)]
    )


@pytest.mark.parametrize("name", ["archived_after", "archived_before"])
@pytest.mark.parametrize("path", ["items/", "users/", "items/export/csv"])
@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-01-01T00:00:00+16:00", 200),
        ("2026-01-01T00:00:00-23:59", 200),
        ("0001-01-01T00:00:00+14:00", 422),
        ("9999-12-31T23:59:59-14:00", 422),
    ],
)
def test_times_of_any_zone_are_understood_or_refused(client, admin, path, name, moment, status):
    answer = client.get(f"/api/v1/archive/{path}", params={name: moment}, headers=admin)

    assert answer.status_code == status
