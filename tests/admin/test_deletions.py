"""The pages of deletions: the first page, one deletion, its undo."""

import html
import re

from tests.admin.browser import forms, heading, links, text_of


def test_the_first_page_says_who_deleted_what_and_why(admin_browser, archived, db):
    page = admin_browser.open("/admin/")

    assert heading(page) == "Deletions"
    assert "Ada Lovelace ada@example.com 1 item a duplicate archive-table api test_api" in text_of(page)
    ((day, rows),) = db.execute("select day::text, rows from archive.daily where rows > 0").fetchall()
    assert f"{day}: {rows}" in text_of(page)


def test_the_rows_of_a_busy_day_are_estimated(admin_browser, ada, db):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 3000) n", [ada.id])
    db.execute("delete from item; analyze item_archive")

    assert re.search(r"about [23],\d\d\d", text_of(admin_browser.open("/admin/")))
    *quiet, (today, exact) = db.execute("select rows, exact from archive.daily order by day").fetchall()
    assert (len(quiet), set(quiet), exact) == (29, {(0, True)}, False)
    assert 2_500 < today < 3_500


def test_with_nothing_deleted_the_pages_say_so(admin_browser):
    assert "Nothing has been deleted yet" in text_of(admin_browser.open("/admin/"))
    assert "No items have been deleted" in text_of(admin_browser.open("/admin/items/"))
    assert "No users have been deleted" in text_of(admin_browser.open("/admin/users/"))
    assert "Nothing has been purged" in text_of(admin_browser.open("/admin/growth/"))


def test_somebody_who_is_gone_is_named_by_their_id(admin_browser, archived, ada, db):
    db.execute('delete from "user" where id = %s', [ada.id])

    assert str(ada.id) in text_of(admin_browser.open("/admin/"))


def test_a_whole_deletion_is_undone_in_two_clicks(admin_browser, superuser, client, admin, ada, make_item, db):
    make_item(ada, title="Red"), make_item(ada, title="Green")
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (address,) = links(admin_browser.open("/admin/"), "Undo…")

    page = admin_browser.open(address)
    assert "an undo would restore all 3 rows" in text_of(admin_browser.open(*links(page, "Preview the undo")))
    assert all(name in text_of(page) for name in ["Red", "Green", "ada@example.com", "2 items, 1 user"])
    (action,) = [action for action in forms(page) if action.endswith("restore") or "restore?" in action]
    answer = admin_browser.submit(page, action)

    assert answer.status_code == 303
    page = admin_browser.open(answer.headers["location"])
    assert "Undone: what was deleted is live again (3 rows)." in text_of(page)
    assert "Everything that this deletion took is restored" in text_of(page)
    assert db.execute("select count(*) from item").fetchone() == (2,)
    assert "Undone" not in text_of(admin_browser.open(answer.headers["location"]))  # it is said once


def test_what_stands_in_the_way_of_an_undo_is_named(admin_browser, client, admin, ada, make_item, db):
    make_item(ada, title="Red")
    client.delete(f"/api/v1/users/{ada.id}", headers=admin)
    (address,) = links(admin_browser.open("/admin/"), "Undo…")
    form = admin_browser.open(address)
    (action,) = [action for action in forms(form) if "/restore" in action]
    db.execute("insert into \"user\" (email) values ('ada@example.com')")

    page = admin_browser.open(*links(form, "Preview the undo"))
    refused = admin_browser.submit(form, action)

    assert "2 of 2 rows cannot be restored now" in text_of(page)
    assert "unique value taken" in text_of(page)
    assert not [action for action in forms(page) if "/restore" in action]
    assert refused.status_code == 409
    assert "Nothing was restored." in text_of(refused)


def test_rows_of_other_tables_are_counted_and_undone(admin_browser, db):
    db.execute("create table note (id int primary key, text text); grant all on note to archive_runtime")
    db.execute("select archive.enable('note')")
    db.execute("insert into note values (1, 'x'); delete from note")
    (address,) = links(admin_browser.open("/admin/"), "Undo…")

    page = admin_browser.open(*links(admin_browser.open(address), "Preview the undo"))
    (action,) = [action for action in forms(page) if "/restore" in action]
    answer = admin_browser.submit(page, action)

    assert heading(page) == "Deletion of 1 note"
    assert "note 1 would restore it" in text_of(page)
    assert answer.status_code == 303
    assert db.execute("select * from note").fetchall() == [(1, "x")]
    db.execute("select archive.disable('note')")


def test_a_deletion_is_previewed_only_when_asked(admin_browser, archived, ada, db):
    (address,) = links(admin_browser.open("/admin/"), "Undo…")
    admin_browser.open(address)  # the first look prunes pages of the catalogue, which is written too
    (written,) = db.execute("select pg_current_wal_insert_lsn()").fetchone()

    page = admin_browser.open(address)

    assert db.execute("select pg_current_wal_insert_lsn()").fetchone() == (written,)
    assert "would restore" not in text_of(page)
    assert "would restore the row" in text_of(admin_browser.open(*links(page, "Preview the undo")))


def test_a_deletion_of_many_rows_leads_to_all_of_them(admin_browser, ada, db):
    db.execute("insert into item (title, owner_id) select n::text, %s from generate_series(1, 201) n", [ada.id])
    db.execute("delete from item")
    (address,) = links(admin_browser.open("/admin/"), "Undo…")

    (all_items,) = links(admin_browser.open(address), "All items of this deletion")

    assert "201 items" in text_of(admin_browser.open(all_items))


def test_an_id_that_two_deletions_have_asks_which(admin_browser, archived, db):
    db.execute(
        "insert into item_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id, title)"
        " select archive_id + 1, transaction_id, archived_at - interval '1 day', session_role, cascaded, id, 'Older'"
        "   from item_archive"
    )
    (transaction,) = db.execute("select distinct transaction_id::text from item_archive").fetchone()

    page = admin_browser.open(f"/admin/deletions/{transaction}")

    assert (page.status_code, heading(page)) == (409, "Which deletion?")
    newer, older = [html.unescape(address) for address in re.findall('href="(/admin/deletions/[^"#]*)">', page.text)]
    assert "Blue notebook" in text_of(admin_browser.open(newer))
    assert "Blue notebook" not in text_of(admin_browser.open(older))
    assert "Older" in text_of(admin_browser.open(older))


def test_deletions_have_pages_too(admin_browser, ada, make_item, db):
    for _ in range(51):
        db.execute("insert into item (title, owner_id) values ('x', %s)", [ada.id])
        db.execute("delete from item")

    first = admin_browser.open("/admin/")
    second = admin_browser.open(*links(first, "Older"))

    assert [len(links(page, "Undo…")) for page in [first, second]] == [50, 1]
    assert links(admin_browser.open(*links(second, "Newer")), "Undo…") == links(first, "Undo…")


def test_a_deletion_with_a_table_that_the_api_has_no_right_to_is_shown(admin_browser, db, ada):
    db.execute(
        'create table note (id int primary key, owner_id uuid not null references "user" on delete cascade);'
        "select archive.enable('note')"
    )
    db.execute("insert into note values (1, %s)", [ada.id])
    db.execute('delete from "user" where id = %s', [ada.id])
    (deletion,) = db.execute("select max(transaction_id)::text from user_archive").fetchone()

    page = admin_browser.open(f"/admin/deletions/{deletion}?preview=true")

    assert page.status_code == 200
    assert "permission denied for table note" in text_of(page)
