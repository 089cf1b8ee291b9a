"""Items over HTTP."""


def test_a_deleted_item_is_gone_and_archived(client, db, make_user, make_item, headers):
    user = make_user()
    item = make_item(user)

    answer = client.delete(f"/api/v1/items/{item.id}?reason=duplicate", headers=headers(user))

    assert (answer.status_code, answer.json()) == (200, {"message": "Item deleted successfully"})
    assert client.get(f"/api/v1/items/{item.id}", headers=headers(user)).status_code == 404
    archived = db.execute("select id, archived_by, reason, session_role, application_name from item_archive").fetchall()
    assert archived == [(item.id, str(user.id), "duplicate", "test_api", "archive-table api")]
