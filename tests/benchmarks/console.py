"""What the superuser's console makes the server do: every page of it, on an archive of a million rows.

Each page is asked for as a browser would, signed in by a cookie, on one connection to one worker. The time runs from
the request to the answer's last byte: it holds the server's time and a little more.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

import httpx2
import psycopg
from psycopg.rows import dict_row

from tests.benchmarks import database, fill
from tests.benchmarks.load import WrongAnswer
from tests.benchmarks.measure import by_turns, stopwatch
from tests.benchmarks.report import Report, at_most, number, postgres_version
from tests.benchmarks.servers import serving

LIMIT = 100
"""Milliseconds that a page may take."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Scale(NamedTuple):
    archived: int
    deletion: int  # rows
    users: int  # deleted one by one
    rounds: int


FULL = Scale(archived=1_000_000, deletion=1_000, users=200, rounds=15)
QUICK = Scale(archived=2_000, deletion=20, users=5, rounds=1)


def run(scale: Scale) -> Report:
    with database.database("console") as db, db.connect() as owner, db.connect(database.RUNTIME) as api:
        fill.users(owner, 1_000)
        _delete_users(api, scale.users)
        fill.archive(owner, scale.archived)
        fill.items(owner, scale.deletion + 1)
        _delete_items(api)
        owner.execute("vacuum analyze")
        pages = _pages(api, scale)
        with (
            serving("app.main:app", db) as [server],
            httpx2.Client(base_url=f"http://127.0.0.1:{server.port}") as browser,
        ):
            _sign_in(browser)
            sizes = {name: len(_get(browser, path)) for name, path in pages.items()}  # and statements get prepared
            milliseconds = by_turns({name: partial(_time, browser, path) for name, path in pages.items()}, scale.rounds)
        report = Report(
            "console",
            "What the superuser's console makes the server do",
            postgres_version(owner),
            f"{scale.archived:,} archived rows over {fill.MONTHS} months; one worker; medians of {scale.rounds}.",
        )
    report.verdicts += [
        at_most(f"{name}, {number(sizes[name] / 1e3)} kB", milliseconds[name], LIMIT, " ms") for name in pages
    ]
    report.notes.append(
        "No index tells which rows hold a text: a search reads until its page is full, or to the end, unless another"
        " filter narrows it. Every delete would pay for such an index."
    )
    return report


def _delete_users(api: psycopg.Connection, count: int) -> None:
    for user in api.execute('select id from "user" where not is_superuser limit %s', [count]).fetchall():
        api.execute('delete from "user" where id = %s', user)


def _delete_items(api: psycopg.Connection) -> None:
    """Delete all but one at once, then that one; bring one of years ago back."""
    api.execute("delete from item where id <> (select max(id::text)::uuid from item)")
    api.execute("delete from item")
    api.execute("select archive.restore('item', array[(select min(archive_id) from item_archive)])")


def _pages(api: psycopg.Connection, scale: Scale) -> dict[str, str]:
    """Return the path of every page, by what is on it."""
    middle = _one(
        api, "archive_id = (select percentile_disc(0.5) within group (order by archive_id) from item_archive)"
    )
    newest = _one(api, "archive_id = (select max(archive_id) from item_archive)")
    many = _one(api, "archive_id = %s", newest["archive_id"] - 1)
    user = api.execute("select max(archive_id) from user_archive").fetchone()
    since = (middle["archived_at"] - EPOCH) // timedelta(microseconds=1)
    items = {
        "first page": {},
        "a page in the middle": {"before": middle["archive_id"]},
        "restored": {"state": "restored"},
        "restored or not": {"state": "any"},
        "one owner's": {"owner_id": middle["owner_id"]},
        "one item's": {"item_id": middle["id"]},
        "by one person": {"archived_by": middle["archived_by"]},
        "of a day": {
            "archived_after": middle["archived_at"] - timedelta(days=1),
            "archived_before": middle["archived_at"],
        },
        "of one deletion": {"transaction_id": many["transaction_id"]},
        "a text in every title": {"q": "item"},
        "a text in one title": {"q": middle["title"]},
        "a text in no title": {"q": "nowhere"},
    }
    return {
        "deletions: first page": "/admin/",
        "deletions: a page in the middle": f"/admin/?before={middle['transaction_id']}.{since}",
        "a deletion of 1 row": _deletion(newest),
        f"a deletion of {scale.deletion:,} rows": _deletion(many),
        f"a deletion of {scale.deletion:,} rows, previewed": f"{_deletion(many)}&preview=true",
        **{f"items: {name}": f"/admin/items/?{urlencode(wanted)}" for name, wanted in items.items()},
        "one item": f"/admin/items/{newest['archive_id']}",
        "users: first page": "/admin/users/",
        "users: a text in one name": "/admin/users/?q=user1@",
        "one user": f"/admin/users/{user[0]}",
        "health": "/admin/health/",
    }


def _one(api: psycopg.Connection, condition: str, *values: object) -> dict[str, object]:
    with api.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"select * from item_archive where {condition}", values).fetchone()


def _deletion(row: dict[str, object]) -> str:
    return f"/admin/deletions/{row['transaction_id']}?{urlencode({'archived_at': row['archived_at']})}"


def _sign_in(browser: httpx2.Client) -> None:
    asked = browser.get("/admin/")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text))
    form = hidden | {"username": database.ADMIN, "password": database.PASSWORD}
    answer = browser.post("/admin/sign-in", data=form)
    if answer.status_code != 303:
        raise WrongAnswer(f"sign-in: {answer.status_code} {answer.text}")


def _time(browser: httpx2.Client, path: str) -> float:
    with stopwatch() as watch:
        _get(browser, path)
    return watch.seconds * 1e3


def _get(browser: httpx2.Client, path: str) -> bytes:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise WrongAnswer(f"{path}: {answer.status_code} {answer.text}")
    return answer.content
