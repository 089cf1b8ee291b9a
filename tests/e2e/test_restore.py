"""Finding what was deleted and bringing it back, in a browser, with a mouse and by keyboard."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import ITEM, another_tab, button, heading, link, live


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["", "without-javascript"])
def test_an_item_is_found_previewed_and_restored(browse, sign_in, db, deleted, options):
    page = browse(**options)
    page.goto("/admin/")
    sign_in(page)

    link(page, "Items").click()
    page.get_by_label("Title or description").fill("STOREY")
    button(page, "Search").click()
    expect(page.get_by_text("1 item, newest first")).to_be_visible()
    link(page, ITEM).click()
    expect(page.get_by_role("region", name="Restore")).to_contain_text("it would be live again")
    assert live(db) == []
    button(page, "Restore this item").click()

    expect(page.get_by_role("status")).to_have_text(f"Restored: “{ITEM}” is live again.")
    expect(button(page, "Restore this item")).to_have_count(0)
    assert live(db) == [ITEM]


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["", "without-javascript"])
def test_a_deletion_is_undone_as_a_whole(browse, sign_in, db, ada_deleted, options):
    page = browse(**options)
    page.goto("/admin/")
    sign_in(page)

    link(page, "Undo…").click()
    link(page, "Preview the undo").click()
    expect(page.get_by_role("region", name="Undo")).to_contain_text("an undo would restore all 3 rows")
    button(page, "Undo this deletion").click()

    expect(page.get_by_role("status")).to_contain_text("live again (3 rows)")
    expect(page.get_by_text("3 of 3")).to_be_visible()
    assert live(db) == [ITEM, "Invoice"]


def test_a_restored_item_is_three_clicks_from_the_first_page(console, db, deleted):
    link(console, "Items").click()
    link(console, ITEM).click()
    button(console, "Restore this item").click()

    expect(console.get_by_role("status")).to_contain_text("live again")
    assert live(db) == [ITEM]


def test_a_deleted_user_is_restored_and_told_how_to_get_in(console, db, ada_deleted):
    link(console, "Users").click()
    link(console, "ada@example.com").click()
    button(console, "Restore this user").click()

    expect(console.get_by_role("status")).to_contain_text("needs password recovery to sign in")
    assert db.execute("select full_name from \"user\" where email = 'ada@example.com'").fetchone() == ("Ada Lovelace",)


def test_an_item_without_its_owner_goes_to_another(console, db, make_user, ada_deleted):
    make_user(email="grace@example.com")
    link(console, "Items").click()
    link(console, ITEM).click()
    expect(console.get_by_role("region", name="Restore")).to_contain_text("Its owner is gone")

    console.get_by_label("New owner").fill("nobody@example.com")
    button(console, "Restore this item").click()
    expect(console.get_by_role("alert")).to_contain_text("Nobody has this e-mail")

    console.get_by_label("New owner").fill("Grace@example.com")
    button(console, "Restore this item").click()
    expect(console.get_by_role("status")).to_contain_text("live again")
    assert db.execute('select email from item join "user" on "user".id = owner_id').fetchall() == [
        ("grace@example.com",)
    ]


def test_a_conflict_is_explained_before_anybody_tries(console, make_user, ada_deleted):
    make_user(email="ada@example.com")

    link(console, "Users").click()
    link(console, "ada@example.com").click()

    expect(console.get_by_role("region", name="Restore")).to_contain_text("unique value taken")
    expect(button(console, "Restore this user")).to_have_count(0)

    link(console, "The whole deletion").click()
    link(console, "Preview the undo").click()

    expect(console.get_by_role("region", name="Undo")).to_contain_text("It cannot be undone as a whole")
    expect(button(console, "Undo this deletion")).to_have_count(0)


def test_a_conflict_that_came_after_the_preview_leaves_everything_deleted(ada_deleted, console, db, make_user):
    link(console, "Undo…").click()
    link(console, "Preview the undo").click()
    make_user(email="ada@example.com")

    button(console, "Undo this deletion").click()

    expect(console.get_by_role("alert")).to_contain_text("Nothing was restored.")
    expect(console.get_by_role("alert")).to_contain_text("unique value taken")
    assert live(db) == []


def test_of_two_tabs_that_restore_one_row_the_second_is_told(console, db, deleted):
    link(console, "Items").click()
    link(console, ITEM).click()
    expect(heading(console)).to_have_text(ITEM)
    other = another_tab(console)

    button(console, "Restore this item").click()
    expect(console.get_by_role("status")).to_contain_text("live again")
    button(other, "Restore this item").click()

    expect(other.get_by_role("alert")).to_contain_text("already restored")
    assert live(db) == [ITEM]


def test_going_back_shows_what_has_become_of_it(deleted, console):
    link(console, "Undo…").click()
    button(console, "Undo this deletion").click()
    expect(console.get_by_role("status")).to_contain_text("live again")
    console.go_back()

    expect(console.get_by_text("Everything that this deletion took is restored.")).to_be_visible()
    expect(button(console, "Undo this deletion")).to_have_count(0)


# By keyboard


def test_everything_is_done_by_keyboard_alone(page, db, superuser, deleted):
    page.goto("/admin/")
    press_until(page, page.get_by_label("E-mail"))
    page.keyboard.type("admin@example.com")
    press_until(page, page.get_by_label("Password"))
    page.keyboard.type("a password for tests")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Deletions")

    press_until(page, link(page, "Skip to the content"))
    page.keyboard.press("Enter")
    press_until(page, link(page, "Undo…"))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Deletion of 1 item")
    press_until(page, button(page, "Undo this deletion"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("live again")
    assert live(db) == [ITEM]


@pytest.fixture
def fifty_deleted(db, runtime, ada):
    """Ada's fifty items have been deleted, each by itself."""
    db.execute("insert into item (title, owner_id) select 'Item ' || n, %s from generate_series(1, 50) n", [ada.id])
    for _ in range(50):
        runtime.execute("delete from item where id = (select min(id::text)::uuid from item)")


@pytest.mark.parametrize("script", [True, False], ids=["", "without-javascript"])
def test_fifty_rows_are_ticked_and_restored_by_keyboard_alone(browse, sign_in, db, fifty_deleted, script):
    page = browse(java_script_enabled=script)
    page.goto("/admin/items/")
    sign_in(page)
    ticks = page.locator("[name=ids]")

    if script:
        press_until(page, page.get_by_label("Choose all rows on this page"), "Shift+Tab", start=ticks.first)
        page.keyboard.press("Space")
        press_until(page, button(page, "Restore the ticked 50…"), "Shift+Tab")
        page.keyboard.press("Enter")
    else:
        for n in range(50):
            ticks.nth(n).focus()
            page.keyboard.press("Space")
        button(page, "Restore the ticked items…").focus()
        page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Restore 50 items")
    assert live(db) == []
    button(page, "Restore 50 items").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("Of the items: 50 live again.")
    assert len(live(db)) == 50


def test_a_mistaken_bulk_delete_behind_three_hundred_small_ones_is_found_and_undone(console, db, runtime, ada):
    db.execute("insert into item (title, owner_id) select 'Item ' || n, %s from generate_series(1, 400) n", [ada.id])
    runtime.execute("delete from item where title like 'Item 1%'")
    for _ in range(289):
        runtime.execute("delete from item where id = (select min(id::text)::uuid from item)")

    console.reload()
    console.get_by_text("Search for a deletion").click()
    console.get_by_label("Rows, at least").fill("50")
    button(console, "Search").click()
    link(console, "Undo…").click()
    expect(heading(console)).to_have_text("Deletion of 111 items")
    button(console, "Undo this deletion").click()

    expect(console.get_by_role("status")).to_contain_text("live again (111 rows)")
    assert len(live(db)) == 111


def press_until(page: Page, wanted: Locator, key: str = "Tab", start: Locator | None = None) -> None:
    """Press the tabulator key until the focus is there, and is seen to be."""
    if start:
        start.focus()
    for _ in range(30):
        page.keyboard.press(key)
        if wanted.evaluate("it => it === document.activeElement"):
            assert wanted.evaluate("it => getComputedStyle(it).outlineStyle") != "none"
            return
    raise AssertionError(f"No tabulator leads to {wanted}")
