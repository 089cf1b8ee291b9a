"""How every page looks: to who sees little, likes it dark, or has a small screen. Also takes the README's pictures."""

import io
import os

import pytest
from app.core.resources import REPOSITORY
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page

from tests.e2e import story

pytestmark = pytest.mark.slow

PHONE = {"width": 360, "height": 760}
FOLDER = REPOSITORY / "docs" / "screenshots"
PICTURES = {
    "deletions": ("deletions", {}),
    "deletion": ("deletion", {}),
    "items": ("items", {}),
    "item-dark": ("item", {"color_scheme": "dark"}),
    "phone": ("deletions", {"viewport": PHONE}),
}


@pytest.fixture
def pages(db, runtime, superuser, make_user, make_item):
    """Every page, with something on it, by its address."""
    story.tell(db, runtime, superuser, make_user, make_item)
    newest = "select max(archive_id) from {} where {}"
    item, orphan, restored = (
        db.execute(newest.format("item_archive", which)).fetchone()[0]
        for which in ("not cascaded", "cascaded", "restored_at is not null")
    )
    (user,) = db.execute(newest.format("user_archive", "true")).fetchone()
    (deletion,) = db.execute("select transaction_id::text from user_archive").fetchone()
    return {
        "deletions": "/admin/",
        "deletion": f"/admin/deletions/{deletion}?preview=true",
        "items": "/admin/items/",
        "faults": "/admin/items/?owner_id=nobody",
        "nothing found": "/admin/items/?q=nothing+like+it",
        "item": f"/admin/items/{item}",
        "item without owner": f"/admin/items/{orphan}",
        "restored item": f"/admin/items/{restored}",
        "users": "/admin/users/",
        "user": f"/admin/users/{user}",
        "tables": "/admin/tables/",
        "rows of a table": "/admin/tables/item/",
        "row of a table": f"/admin/tables/item/{item}",
        "deletions found": "/admin/?min_rows=2&q=x",
        "deletions with faults": "/admin/?min_rows=many",
        "growth": "/admin/growth/?older_than=1",
        "health": "/admin/health/",
        "not found": "/admin/items/1234567",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(browse, sign_in, pages, scheme):
    page = browse(color_scheme=scheme)
    page.goto("/admin/")
    found = {"sign-in": serious(page)}
    sign_in(page)
    for name, path in pages.items():
        visit(page, path)
        found[name] = serious(page)
    found["restore of many"] = serious(restore_of_many(page))

    assert {name: faults for name, faults in found.items() if faults} == {}


def serious(page: Page) -> list[str]:
    results = Axe().run(page).response
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'] for node in fault['nodes']]}"
        for fault in results["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]


def visit(page: Page, path: str) -> None:
    """Look at a page with everything in it unfolded."""
    assert page.goto(path).status != 401
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")


def test_no_page_is_wider_than_a_phone(browse, sign_in, db, pages):
    db.execute("update item_archive set title = repeat('W', 255), description = repeat('W', 255)")
    db.execute("update item_archive set archived_by = repeat('W', 200), reason = repeat('W', 1000) where cascaded")
    page = browse(viewport=PHONE)
    page.goto("/admin/")
    too_wide = {"sign-in": overflow(page)}
    sign_in(page)
    for name, path in pages.items():
        visit(page, path)
        too_wide[name] = overflow(page)
    too_wide["restore of many"] = overflow(restore_of_many(page))

    assert {name: pixels for name, pixels in too_wide.items() if pixels} == {}


def restore_of_many(page: Page) -> Page:
    page.goto("/admin/items/")
    for tick in page.locator("[name=ids]").all()[:20]:
        tick.check()
    with page.expect_navigation():  # until its stylesheet is there, too
        page.get_by_role("button", name="Restore the ticked").click()
    return page


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_pictures_for_the_readme_are_small(browse, sign_in, pages):
    """`make screenshots` writes them."""
    for name, (shown, options) in PICTURES.items():
        page = browse(**{"viewport": {"width": 1100, "height": 800}, "device_scale_factor": 2} | options)
        page.goto(pages[shown])
        sign_in(page)

        picture = io.BytesIO()
        Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(64).save(picture, "PNG", optimize=True)

        assert len(picture.getvalue()) < 120_000, name
        if "WRITE_SCREENSHOTS" in os.environ:
            (FOLDER / f"{name}.png").write_bytes(picture.getvalue())
