"""The tour: a delete, its archive and its restore, on real rows. Every statement it prints is the one that it runs."""

import asyncio
import uuid
from typing import Any

import psycopg
from psycopg.rows import dict_row
from rich.console import Console
from sqlmodel import Session

from app import crud, queries
from app.core.config import settings
from app.core.db import connect, engine
from app.models import Item, ItemCreate, User, UserCreate

_console = Console(highlight=False, markup=False, soft_wrap=True)


def tour() -> None:
    """Delete, find, preview, restore; then once more with the owner gone."""
    with (
        Session(engine, expire_on_commit=False) as session,
        connect(
            settings.POSTGRES_USER,
            settings.POSTGRES_PASSWORD,
            application_name="archive-table demo",
            autocommit=True,
        ) as connection,
    ):
        ada, ben = _make_user(session, "Ada"), _make_user(session, "Ben")
        try:
            _walk(session, connection, ada, ben)
        finally:
            connection.execute('delete from "user" where id = any (%s)', [[ada.id, ben.id]])
    _console.print(f"\nThe live rows of this tour are gone again; the archive keeps them, as it should ({ada.email}).")


def _walk(session: Session, connection: psycopg.Connection, ada: User, ben: User) -> None:
    def run(statement: str) -> list[dict[str, Any]]:
        _console.print(f"  {statement};", style="cyan")
        try:
            cursor = connection.cursor(row_factory=dict_row).execute(statement.encode())
        except psycopg.Error as error:
            _console.print(f"    refused, {error.sqlstate}: {error.diag.message_primary}")
            return []
        rows = cursor.fetchall() if cursor.description else []
        for row in rows:
            _console.print("    " + " · ".join(f"{name} {value}" for name, value in row.items() if value is not None))
        if not cursor.description:
            _console.print(f"    {cursor.statusmessage}")
        return rows

    _title("1. Ada has two items.")
    blue, red = _make_item(session, ada, "Blue notebook"), _make_item(session, ada, "Red notebook")
    _console.print(f"  POST {settings.API_V1_STR}/items/  (twice)", style="cyan")
    run(f"select id, title from item where owner_id = '{ada.id}' order by id")

    _title("2. She deletes one through the API and says why. Somebody deletes the other in SQL.")
    _console.print(f"  DELETE {settings.API_V1_STR}/items/{blue.id}?reason=duplicate", style="cyan")
    asyncio.run(queries.items.delete_item(blue.id, owner_id=ada.id, actor=ada.id, reason="duplicate"))
    run(f"delete from item where id = '{red.id}'")

    _title("3. The rows are really gone: no flag to filter by, no key still taken.")
    run(f"select count(*) from item where owner_id = '{ada.id}'")

    _title("4. The archive has them, with who, when, why and from where. (In SQL nobody said who; the login is known.)")
    found = run(
        "select archive_id, title, archived_at, archived_by, reason, session_role, application_name, client_addr"
        f" from item_archive where owner_id = '{ada.id}' order by archive_id"
    )
    archive_id = found[0]["archive_id"]

    _title("5. What would a restore do? A dry run is the real run, undone.")
    restore = f"archive.restore('item', '{{{archive_id}}}'"
    run(f"select * from {restore}, dry_run => true)")

    _title("6. Restore it. The API's way:")
    _console.print(f"  POST {settings.API_V1_STR}/archive/items/{archive_id}/restore", style="cyan")
    _console.print("  and in SQL, saying who restores:")
    run("set archive.actor = 'the tour'")
    run(f"select * from {restore})")
    run(f"select id, title from item where owner_id = '{ada.id}'")

    _title("7. Once is enough.")
    run(f"select * from {restore})")

    _title("8. Ada leaves. Deleting her deletes her items with her, and the archive notes that it was a cascade.")
    run(f"delete from \"user\" where id = '{ada.id}'")
    archived = run(
        "select archive_id, title, archived_by, cascaded, restored_at, restored_by"
        f" from item_archive where owner_id = '{ada.id}' order by archive_id"
    )

    _title("9. Her item cannot come back to her. It can come back to Ben.")
    restore = f"archive.restore('item', '{{{archived[-1]['archive_id']}}}'"
    run(f"select * from {restore})")
    run(f'select * from {restore}, overrides => \'{{"owner_id": "{ben.id}"}}\')')
    run(f"select id, title from item where owner_id = '{ben.id}'")


def _title(text: str) -> None:
    _console.print(f"\n{text}\n", style="bold")


def _make_user(session: Session, name: str) -> User:
    # A new address each time, so that the tour can be repeated.
    email = f"{name.lower()}-{uuid.uuid4().hex[:8]}@example.com"
    return crud.create_user(
        session=session, user_create=UserCreate(email=email, password=uuid.uuid4().hex, full_name=name)
    )


def _make_item(session: Session, owner: User, title: str) -> Item:
    return crud.create_item(session=session, item_in=ItemCreate(title=title), owner_id=owner.id)
