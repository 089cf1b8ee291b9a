"""What a small company deleted in the last days, to look at: for screenshots, and for tests of how pages look."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

import psycopg
from app.models import Item, User

TITLES = [
    "Floor plan, second storey",
    "Invoice 20417",
    "Interview notes: product designer",
    "Budget 2027, first draft",
    "Photo of the whiteboard",
    "Minutes of the board meeting",
    "Contract with the printers",
    "Travel: Oslo to Paris by train",
    "Letter to the tax office",
    "Onboarding checklist",
    "Spare keys: who has which",
    "Recipe for the summer party",
]
DESCRIPTIONS = ["Superseded by the signed version", "Scanned, three pages", None, "Ask Grace before changing it"]


def tell(
    owner: psycopg.Connection,
    runtime: psycopg.Connection,
    superuser: User,
    make_user: Callable[..., User],
    make_item: Callable[..., Item],
) -> None:
    """Delete as people do: their own things, old rows from psql, a colleague's account with all that was in it."""
    ada = make_user(email="ada@example.com", full_name="Ada Lovelace")
    grace = make_user(email="grace@example.com", full_name="Grace Hopper")
    edsger = make_user(email="edsger@example.com", full_name="Edsger Dijkstra")
    texts = zip(cycle(TITLES), cycle(DESCRIPTIONS), cycle([ada, grace, grace, edsger, ada]), strict=False)
    for title, description, whose in islice(texts, 120):
        make_item(whose, title=title, description=description)
    people = cycle([ada, grace, edsger, grace])
    # hours ago, what, by whom, why
    deletions = [
        *((hours, _newest(who := next(people), hours % 4 + 1), str(who.id), "") for hours in range(680, 120, -41)),
        (101, "item where id in (select id from item order by id limit 12)", "", "older than two years"),
        (77, _newest(edsger, 3), str(edsger.id), "uploaded twice"),
        (50, _newest(ada), str(ada.id), ""),
        (27, _newest(grace, 2), str(grace.id), ""),
        (5, "\"user\" where email = 'edsger@example.com'", str(superuser.id), "left the company"),
        (1, _newest(ada), str(ada.id), "wrong folder"),
    ]
    owner.execute("select archive._partition_make_month('item_archive', archive._partition_month(now(), -1))")
    today = datetime.now(UTC)
    for hours, what, actor, reason in deletions:
        transaction = delete(runtime if actor else owner, what, actor, reason)
        values = {
            "transaction_id": transaction,
            "archived_at": today - timedelta(hours=hours, minutes=hours * 7 % 50),
            "session_role": "archive_api" if actor else "archive_owner",
            "application_name": "archive-table api" if actor else "psql",
        }
        for table in ("item_archive", "user_archive"):
            owner.execute(
                f"update {table} set archived_at = %(archived_at)s, session_role = %(session_role)s,"
                " application_name = %(application_name)s where transaction_id = %(transaction_id)s",
                values,
            )
    newest = "select max(archive_id) from item_archive where owner_id = %s"
    runtime.execute(f"select archive.restore('item', array[({newest})])", [grace.id])


def _newest(whose: User, count: int = 1) -> str:
    return f"item where id in (select id from item where owner_id = '{whose.id}' order by id desc limit {count})"


def delete(connection: psycopg.Connection, what: str, actor: str = "", reason: str = "") -> str:
    """Delete in one transaction; return its id."""
    with connection.transaction():
        context = "select set_config('archive.actor', %s, true), set_config('archive.reason', %s, true)"
        connection.execute(context, [actor, reason])
        connection.execute(f"delete from {what}")
        (transaction,) = connection.execute("select pg_current_xact_id()::text").fetchone()
    return transaction
