"""Superusers restore deleted items over HTTP, each once."""

import threading
import uuid

from tests.api.conftest import ARCHIVED_ITEMS


def test_a_restored_item_is_live_again_under_its_old_id(
    client, admin, headers, ada, make_item, delete, browse, superuser
):
    item = make_item(ada, title="Blue")
    delete(item, ada)
    (row,) = browse()["data"]

    answer = client.post(f"{ARCHIVED_ITEMS}{row['archive_id']}/restore", headers=admin)

    assert answer.status_code == 200
    assert answer.json() == {"id": str(item.id), "title": "Blue", "description": None, "owner_id": str(ada.id)}
    assert client.get(f"/api/v1/items/{item.id}", headers=headers(ada)).status_code == 200
    assert browse(state="restored")["data"][0]["restored_by"] == str(superuser.id)


def test_an_item_without_its_owner_is_restored_to_another(client, admin, db, ada, make_user, make_item, browse):
    make_item(ada)
    db.execute('delete from "user" where id = %s', [ada.id])
    ben = make_user()
    (row,) = browse()["data"]
    path = f"{ARCHIVED_ITEMS}{row['archive_id']}"

    refused = client.post(f"{path}/restore", headers=admin)
    preview = client.post(f"{path}/restore-preview", headers=admin).json()
    restored = client.post(f"{path}/restore", headers=admin, json={"owner_id": str(ben.id)})

    assert row["cascaded"] is True
    assert refused.status_code == 409
    assert "its owner no longer exists" in refused.json()["detail"]
    assert preview["outcome"] == "conflict"
    assert "its owner no longer exists" in preview["detail"]
    assert restored.json()["owner_id"] == str(ben.id)


def test_a_new_owner_must_exist(client, admin, ada, make_item, delete, browse):
    delete(make_item(ada), ada)
    (row,) = browse()["data"]

    answer = client.post(
        f"{ARCHIVED_ITEMS}{row['archive_id']}/restore", headers=admin, json={"owner_id": str(uuid.uuid4())}
    )

    assert answer.status_code == 409


def test_a_preview_changes_nothing(client, admin, db, ada, make_item, delete, browse):
    item = make_item(ada)
    delete(item, ada)
    (row,) = browse()["data"]

    answer = client.post(f"{ARCHIVED_ITEMS}{row['archive_id']}/restore-preview", headers=admin)

    assert answer.json() == {
        "table": "item",
        "archive_id": row["archive_id"],
        "row_id": str(item.id),
        "outcome": "would_restore",
        "detail": None,
    }
    assert browse()["data"] == [row]
    assert db.execute("select count(*) from item").fetchone() == (0,)


def test_twenty_superusers_restore_one_row_once(client, admin, ada, make_item, delete, browse):
    delete(make_item(ada), ada)
    (row,) = browse()["data"]
    answers = []

    def restore():
        answers.append(client.post(f"{ARCHIVED_ITEMS}{row['archive_id']}/restore", headers=admin).status_code)

    threads = [threading.Thread(target=restore) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] + [409] * 19
