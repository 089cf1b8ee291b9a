"""Any archived table over HTTP, whoever archives it: found, shown, downloaded and restored."""

import csv
import re

import pytest

TABLES = "/api/v1/archive/tables/"


@pytest.fixture
def note(db):
    """A table that the application does not know, with one deleted row of many types and two plain ones."""
    db.execute("""
        create table note (
            id int primary key, label text, size numeric(12, 4), flags bit(3), seen timestamptz, born date, raw bytea,
            tags text[], data jsonb, reason text, big bigint
        );
        select archive.enable('note');
        grant select, insert on note to archive_runtime;
        insert into note values
            (1, 'Oak shelf', 1.5, '101', '2024-02-28 12:00+02', '2024-01-02', '\\x00ff', '{a,"b c"}',
             '{"a": [1, null]}', 'mine', 9007199254740993),
            (2, '=1+1', 'NaN', null, 'infinity', 'infinity', null, null, null, null, null),
            (3, null, null, null, '0044-03-15 00:00+00 BC', null, null, null, null, null, null);
    """)
    for id in [1, 2, 3]:
        db.execute(f"begin; set local archive.actor = 'ada'; delete from note where id = {id}; commit")
    return [id for (id,) in db.execute("select archive_id from note_archive order by 1")]


@pytest.fixture
def get(client, admin):
    return lambda path="", **params: client.get(TABLES + path, params=params, headers=admin)


@pytest.fixture
def post(client, admin):
    return lambda path, **body: client.post(TABLES + path, json=body, headers=admin)


def test_every_archived_table_is_listed(db, get, note, ada, make_item):
    db.execute('create schema app; create table app."a/B" (x int, y text, primary key (y, x))')
    db.execute("""select archive.enable('app."a/B"')""")

    tables = {table["table"]: table for table in get().json()["data"]}

    assert list(tables) == ['app."a/B"', "item", "note", "user"]
    assert tables['app."a/B"'] == {
        "table": 'app."a/B"',
        "columns": [{"name": "x", "type": "integer"}, {"name": "y", "type": "text"}],
        "key": ["y", "x"],
        "rows": 0,
        "oldest": None,
        "newest": None,
        "restorable": False,
    }
    assert tables["note"]["restorable"] is True
    assert tables["note"]["columns"][2] == {"name": "size", "type": "numeric(12,4)"}
    assert tables["note"]["columns"][9] == {"name": "reason_copied", "type": "text"}
    assert tables["note"]["oldest"] < tables["note"]["newest"]


def test_types_are_kept_in_json(get, note):
    answer = get(f"note/{note[0]}")

    assert answer.status_code == 200
    row = answer.json()
    assert (
        row.items()
        >= {
            "id": 1,
            "label": "Oak shelf",
            "size": 1.5,
            "flags": "101",
            "seen": "2024-02-28T10:00:00.000000Z",
            "born": "2024-01-02",
            "raw": "\\x00ff",
            "tags": ["a", "b c"],
            "data": {"a": [1, None]},
            "big": 9007199254740993,
        }.items()
    )
    assert (row["archived_by"], row["reason"], row["reason_copied"], row["cascaded"]) == ("ada", None, "mine", False)
    assert isinstance(row["transaction_id"], str)


def test_values_that_json_has_no_type_for_are_texts(get, note):
    two, three = get(f"note/{note[1]}").json(), get(f"note/{note[2]}").json()

    assert (two["size"], two["seen"], two["born"]) == ("NaN", "infinity", "infinity")
    assert re.fullmatch(r"0044-03-15 00:00:00\S* BC", three["seen"])


def test_pages_are_newest_first(get, note):
    first = get("note/", limit=2).json()
    second = get("note/", limit=2, before=first["next_before"]).json()

    assert [row["id"] for row in first["data"]] == [3, 2]
    assert (first["count"], first["count_exact"], second["next_before"]) == (3, True, None)
    assert [row["id"] for row in second["data"]] == [1]


FILTERS = {
    "any text": ({"q": "OAK"}, [1]),
    "a text with a name of the archive's": ({"q": "mine"}, [1]),
    "no text": ({"q": "elm"}, []),
    "key": ({"key": "2"}, [2]),
    "who": ({"archived_by": "ada"}, [3, 2, 1]),
    "nobody": ({"archived_by": "eve"}, []),
    "restored": ({"state": "restored"}, []),
    "after": ({"archived_after": "2020-01-01T00:00:00Z"}, [3, 2, 1]),
    "before": ({"archived_before": "2020-01-01T00:00:00Z"}, []),
    "another transaction": ({"transaction_id": "007"}, []),
}


@pytest.mark.parametrize(("params", "ids"), FILTERS.values(), ids=FILTERS)
def test_filters(get, note, params, ids):
    assert [row["id"] for row in get("note/", **params).json()["data"]] == ids


def test_a_key_of_several_columns_is_written_with_commas(db, get):
    db.execute("create table pair (a int, b text, primary key (a, b)); select archive.enable('pair')")
    db.execute("insert into pair values (1, 'x'), (1, 'y'); delete from pair")

    assert [row["b"] for row in get("pair/", key="1,y").json()["data"]] == ["y"]


@pytest.mark.parametrize("key", ["x", "99999999999", ""])
def test_what_can_be_no_key_is_422(get, note, key):
    answer = get("note/", key=key)

    assert answer.status_code == 422
    assert answer.json()["detail"] == [
        {"type": "value_error", "loc": ["query", "key"], "msg": "No row of this table can have this key"}
    ]
    assert get("note/export/csv", key=key).status_code == 422


NAMES = ["app.note", 'app."note"', '"App"."no/te"', '"a.b"', '"x""y"', '"100%s {id}"', "résumé"]


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_named_as_sql_writes_it(db, get, post, name):
    db.execute(
        'create schema app; create schema "App"; grant usage on schema app, "App" to archive_runtime;'
        f"create table {name} (id int primary key, label text); select archive.enable($t${name}$t$);"
        f"grant select, insert on {name} to archive_runtime; insert into {name} values (1, 'x'); delete from {name}"
    )
    path = name.replace("%", "%25").replace("/", "%2F")

    (row,) = get(f"{path}/").json()["data"]

    assert get(f"{path}/{row['archive_id']}").json() == row
    assert "x" in get(f"{path}/export/csv").text
    assert post(f"{path}/{row['archive_id']}/restore-preview").json()["outcome"] == "would_restore"
    assert post(f"{path}/restore", filter={"key": "1"}).json()["outcomes"] == {"restored": 1}
    assert db.execute(f"select label from {name}").fetchall() == [("x",)]


@pytest.mark.parametrize("name", ["nothing", "app.nothing", "a.b.c", "pg_class", "item_archive", "'", "a b", "%F0%9F"])
def test_what_is_no_archived_table_is_404(get, post, name):
    for answer in [
        get(f"{name}/"),
        get(f"{name}/1"),
        post(f"{name}/1/restore"),
        post(f"{name}/restore", archive_ids=[1]),
    ]:
        assert (answer.status_code, answer.json()) == (404, {"detail": "Archived table not found"})


def test_no_such_row(get, post, note):
    assert get("note/987654321").json() == {"detail": "Archived row not found"}
    assert post("note/987654321/restore").status_code == 404
    assert get("note/x").status_code == 422


def test_a_download_is_safe_in_a_spreadsheet(get, note):
    answer = get("note/export/csv")

    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["label"] for row in rows] == ["", "'=1+1", "Oak shelf"]
    assert rows[2]["data"] == '{"a": [1, null]}'


def test_a_row_comes_back_as_it_was(db, post, note, superuser):
    answer = post(f"note/{note[0]}/restore", reason="needed")

    assert answer.json() == {
        "table": "note",
        "archive_id": note[0],
        "row_id": "1",
        "outcome": "restored",
        "detail": None,
    }
    row = db.execute("select n::text from note n").fetchone()
    assert row == (
        '(1,"Oak shelf",1.5000,101,"2024-02-28 10:00:00+00",2024-01-02,"\\\\x00ff","{a,""b c""}","{""a"": [1, null]}",'
        "mine,9007199254740993)",
    )
    mark = db.execute("select restored_by, restore_reason from note_archive where archive_id = %s", note[:1]).fetchone()
    assert mark == (str(superuser.id), "needed")


def test_many_rows_come_back_by_a_filter(db, post, note):
    preview = post("note/restore-preview", filter={"archived_by": "ada"}).json()
    assert preview["outcomes"] == {"would_restore": 3}

    assert post("note/restore", filter={"archived_by": "ada"}).json()["outcomes"] == {"restored": 3}
    assert db.execute("select count(*) from note").fetchone() == (3,)


def test_a_missing_grant_is_named(db, get, post, note):
    db.execute("revoke insert on note from archive_runtime")

    answer = post(f"note/{note[0]}/restore")

    assert next(table["restorable"] for table in get().json()["data"] if table["table"] == "note") is False
    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        "permission denied for table note: grant SELECT and INSERT to archive_runtime, or do this in psql"
    )
    assert post("note/restore", archive_ids=note).status_code == 409


def test_a_schema_that_the_api_may_not_use_is_named(db, get):
    db.execute("create schema app; create table app.note (id int primary key); select archive.enable('app.note')")
    for path in ["app.note/", "app.note/1", "app.note/export/csv"]:
        answer = get(path)

        assert answer.status_code == 409
        assert "permission denied for schema app: grant USAGE to archive_runtime" in answer.json()["detail"]


def test_a_table_that_was_altered_is_shown_as_it_is_now(db, get, note):
    get("note/")
    db.execute("alter table note rename label to title; alter table note add extra int; select archive.enable('note')")

    (row,) = get("note/", key=1).json()["data"]

    assert (row["title"], row["extra"]) == ("Oak shelf", None)


def test_users_and_items_are_tables_too(get, ada, make_item, delete):
    delete(make_item(ada, title="Blue"), ada)

    assert get("item/").json()["data"][0]["title"] == "Blue"
    assert get("user/").json()["count"] == 0


def test_nobody_but_superusers_may_look(client, headers, ada, note):
    for method, path in [
        ("GET", ""),
        ("GET", "note/"),
        ("GET", "note/1"),
        ("GET", "note/export/csv"),
        ("POST", "note/restore"),
    ]:
        assert client.request(method, TABLES + path, headers=headers(ada)).status_code == 403
        assert client.request(method, TABLES + path).status_code == 401
