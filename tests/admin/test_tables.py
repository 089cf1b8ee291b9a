"""Any archived table in the console: listed, filtered, shown, downloaded, restored."""

import pytest

from tests.admin.browser import heading, links, text_of


@pytest.fixture
def note(db):
    """The archive ids of three rows of a table that the application does not know."""
    db.execute("""
        create table note (id int primary key, label text, raw bytea, data jsonb, "key" numeric);
        select archive.enable('note');
        grant select, insert on note to archive_runtime;
        insert into note values
            (1, 'Oak <b>shelf</b>', decode(repeat('ff', 50000), 'hex'), '{"a": [1, null]}', 1.10),
            (2, E'\\u202Ekao', null, null, 'NaN'), (3, null, null, null, null);
    """)
    for id in (1, 2, 3):
        db.execute(f"begin; set local archive.reason = 'reason {id}'; delete from note where id = {id}; commit")
    return [id for (id,) in db.execute("select archive_id from note_archive order by 1")]


def test_the_list_of_tables_leads_to_their_rows(admin_browser, db, note):
    db.execute('create schema app; create table app."a/B" (x int primary key)')
    db.execute("""select archive.enable('app."a/B"')""")
    page = admin_browser.open("/admin/tables/")

    assert links(page, "note") == ["/admin/tables/note/"]
    (odd,) = links(page, "app.&#34;a/B&#34;")
    assert odd == "/admin/tables/app.%22a%2FB%22/"
    assert "only in psql: archive_runtime lacks SELECT or INSERT" in text_of(page)
    assert admin_browser.open(odd).status_code == 409  # no USAGE on its schema
    assert "grant USAGE to archive_runtime" in text_of(admin_browser.open(odd))
    db.execute("grant usage on schema app to archive_runtime")
    assert "No rows of this table have been deleted" in text_of(admin_browser.open(odd))


def test_rows_are_listed_filtered_and_downloaded(admin_browser, note):
    page = admin_browser.open("/admin/tables/note/", params={"q": "OAK"})

    assert heading(page) == "Archived rows of note"
    assert "1 row, newest first" in text_of(page)
    assert "Oak &lt;b&gt;shelf" in page.text
    assert "characters more" in text_of(page)
    assert links(page, "1") == [f"/admin/tables/note/{note[0]}"]
    assert admin_browser.open(links(page, "Download as CSV")[0]).text.count("\n") == 2
    assert "3 rows" in text_of(admin_browser.open("/admin/tables/note/"))
    assert "1 row" in text_of(admin_browser.open("/admin/tables/note/", params={"key": "2"}))


@pytest.mark.parametrize(("name", "value"), [("key", "x"), ("transaction_id", "x"), ("before", "x"), ("q", "\0")])
def test_a_filter_that_makes_no_sense_is_named(admin_browser, note, name, value):
    page = admin_browser.open("/admin/tables/note/", params={name: value})

    assert page.status_code == 422
    assert f"These filters make no sense: {name} (" in text_of(page)


def test_a_row_is_shown_in_full_and_restored_with_a_reason(admin_browser, db, note):
    page = admin_browser.open(f"/admin/tables/note/{note[0]}")

    assert heading(page) == "note 1"
    assert '{"a": [1, null]}' in text_of(page)
    assert "key 1.10" in text_of(page)
    assert "characters more" in text_of(page)

    answer = admin_browser.submit(page, f"/admin/tables/note/{note[0]}/restore", reason="needed")

    after = admin_browser.open(answer.headers["location"])
    assert "Restored: 1 is live again." in text_of(after)
    assert "It was restored" in text_of(after)
    assert "Restored" in text_of(after).split("History")[1]
    assert "needed" in text_of(after).split("History")[1]
    assert db.execute("select label, octet_length(raw) from note").fetchall() == [("Oak <b>shelf</b>", 50_000)]


def test_many_rows_are_restored(admin_browser, db, note):
    page = admin_browser.open("/admin/tables/note/")
    shown = admin_browser.submit(page, "/admin/tables/note/restore?", ids=[*map(str, note)], of="chosen")
    assert heading(shown) == "Restore 3 rows"

    answer = admin_browser.submit(shown, "/admin/tables/note/restore?", on_conflict="fail")

    assert "Of the rows: 3 live again." in text_of(admin_browser.open(answer.headers["location"]))
    assert db.execute("select count(*) from note").fetchone() == (3,)


def test_a_missing_grant_is_named(admin_browser, db, note):
    db.execute("revoke insert on note from archive_runtime")

    page = admin_browser.open(f"/admin/tables/note/{note[0]}")

    assert page.status_code == 200
    assert "permission denied for table note: grant SELECT and INSERT to archive_runtime" in text_of(page)
    many = admin_browser.submit(
        admin_browser.open("/admin/tables/note/"), "/admin/tables/note/restore?", ids=[str(note[0])], of="chosen"
    )
    assert many.status_code == 409


def test_a_conflict_is_named(admin_browser, db, note):
    page = admin_browser.open(f"/admin/tables/note/{note[0]}")
    db.execute("insert into note values (1)")

    answer = admin_browser.submit(page, f"/admin/tables/note/{note[0]}/restore")

    assert answer.status_code == 409
    assert "a live row has this id" in text_of(answer)


@pytest.mark.parametrize("path", ["nothing/", "note/987654321", "nothing/1", "item_archive/"])
def test_what_is_not_there_is_404(admin_browser, note, path):
    assert admin_browser.open(f"/admin/tables/{path}").status_code == 404


def test_addresses_without_the_last_slash_lead_on(admin_browser, note):
    assert heading(admin_browser.open("/admin/tables")) == "Archived tables"
    assert heading(admin_browser.open("/admin/tables/note")) == "Archived rows of note"


def test_rows_of_other_tables_are_found_from_their_deletion(admin_browser, db, note):
    (transaction,) = db.execute(
        "select transaction_id::text from note_archive where archive_id = %s", note[:1]
    ).fetchone()

    page = admin_browser.open("/admin/tables/note/", params={"transaction_id": transaction})

    assert links(page, "1") == [f"/admin/tables/note/{note[0]}"]


@pytest.mark.parametrize(
    ("type", "key"),
    [("int[]", "'{1,2}'"), ("boolean", "true"), ("bytea", "'\\x01'"), ("jsonb", "'{\"a\": 1}'"), ("date", "now()")],
)
def test_a_key_of_any_type_has_its_page(admin_browser, db, type, key):
    db.execute(f"create table odd (k {type} primary key); select archive.enable('odd'); insert into odd values ({key})")
    db.execute("grant select, insert on odd to archive_runtime; delete from odd")
    (id,) = db.execute("select archive_id from odd_archive").fetchone()

    page = admin_browser.open(f"/admin/tables/odd/{id}")

    assert page.status_code == 200
    assert "Restore this row" in page.text
    assert admin_browser.open("/admin/tables/odd/").status_code == 200
