"""Parameters of the archive's routes: times, transaction ids, and names that nobody knows."""

import pytest

from tests.conftest import reply

ARCHIVE = "/api/v1/archive"


@pytest.fixture
def transaction_id(client, admin, superuser, make_item):
    """The id of the deletion of one item."""
    client.delete(f"/api/v1/items/{make_item(superuser).id}", headers=admin)
    (row,) = client.get(f"{ARCHIVE}/items/", headers=admin).json()["data"]
    return row["transaction_id"]


# PostgreSQL reads an xid8 with a leading zero as octal.


@pytest.mark.parametrize("zeros", ["0", "000"])
def test_a_transaction_id_is_decimal_in_a_filter(client, admin, transaction_id, zeros):
    answer = client.get(f"{ARCHIVE}/items/", params={"transaction_id": zeros + transaction_id}, headers=admin)

    assert answer.json()["count"] == 1


@pytest.mark.parametrize("zeros", ["0", "000"])
def test_a_transaction_id_is_decimal_in_an_undo(client, admin, transaction_id, zeros):
    path = f"{ARCHIVE}/transactions/{zeros}{transaction_id}"

    assert client.post(f"{path}/restore-preview", headers=admin).status_code == 200
    assert client.post(f"{path}/restore", headers=admin).json()["count"] == 1


def test_a_transaction_id_that_would_be_no_octal_number_is_unknown(client, admin):
    assert client.get(f"{ARCHIVE}/items/", params={"transaction_id": "09"}, headers=admin).json()["count"] == 0
    assert client.post(f"{ARCHIVE}/transactions/09/restore", headers=admin).status_code == 404


@pytest.mark.parametrize("moment", ["20261125", "0", "1764028800", "-1", "+1", "1.5", " 20261125 ", "1764028800000"])
@pytest.mark.parametrize("name", ["archived_after", "archived_before"])
def test_a_time_that_is_a_number_is_refused(client, admin, name, moment):
    for path in ["items/", "users/", "items/export/csv"]:
        assert client.get(f"{ARCHIVE}/{path}", params={name: moment}, headers=admin).status_code == 422


def test_a_time_that_is_a_number_names_no_deletion(client, admin, transaction_id):
    path = f"{ARCHIVE}/transactions/{transaction_id}/restore"

    assert client.post(path, params={"archived_at": "20261125"}, headers=admin).status_code == 422


def test_a_date_is_its_first_moment_in_utc(client, admin, transaction_id):
    params = {"archived_after": "2000-01-01", "archived_before": "2999-12-31"}

    assert client.get(f"{ARCHIVE}/items/", params=params, headers=admin).json()["count"] == 1


@pytest.mark.parametrize(
    ("method", "path", "known", "unknown"),
    [
        ("GET", "items/", "", "owner"),
        ("GET", "items/", "limit=1&", "Limit"),
        ("GET", "items/", "", "user_id"),
        ("GET", "items/export/csv", "", "limit"),
        ("GET", "items/1", "", "state"),
        ("GET", "users/", "state=any&", "owner_id"),
        ("GET", "transactions/", "limit=1&", "skip"),
        ("POST", "items/1/restore", "", "owner_id"),
        ("POST", "transactions/1/restore", "", "dry_run"),
        ("POST", "transactions/1/restore-preview", "archived_at=2026-01-01&", "transaction_id"),
    ],
)
def test_an_unknown_parameter_is_refused(client, admin, method, path, known, unknown):
    answer = client.request(method, f"{ARCHIVE}/{path}?{known}{unknown}=1", headers=admin)

    fault = {"type": "extra_forbidden", "loc": ["query", unknown], "msg": "No such parameter"}
    assert reply(answer) == (422, {"detail": [fault]})


def test_an_unknown_parameter_tells_a_stranger_nothing(client, make_user, headers):
    assert client.get(f"{ARCHIVE}/items/?owner=x").status_code == 401
    assert client.get(f"{ARCHIVE}/items/?owner=x", headers=headers(make_user())).status_code == 403
