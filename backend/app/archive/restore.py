"""Restoring archived rows of one table, or previewing that."""

import json
import uuid

from sqlalchemy import bindparam
from sqlmodel import col, select

from app.archive import browse
from app.archive.access import explained
from app.archive.archives import ITEMS, USERS, Archive
from app.archive.outcomes import By, context, long_transaction, note_restore, select_outcomes, sum_up_outcomes
from app.core.pool import Row, connection
from app.core.statements import Statement
from app.models import Item, ItemPublic, RestoreMany, User, UserPublic, public_columns

_CALL = (
    "archive.restore(cast(:source as regclass), cast(:archive_ids as bigint[]), cast(:overrides as jsonb),"
    " :on_conflict, context.dry_run)"
)
_one, _many = select_outcomes(_CALL), sum_up_outcomes(_CALL)
_live_item = Statement(select(*public_columns(Item, ItemPublic)).where(col(Item.id) == bindparam("id")))
_live_user = Statement(select(*public_columns(User, UserPublic)).where(col(User.id) == bindparam("id")))

OTHERWISE = "Restore fewer at once, or in psql, as the owner: select * from archive.restore(...)"


async def restore_item(archive_id: int, *, by: By, owner_id: uuid.UUID | None = None) -> Row:
    """Restore one item under its old id, to its old owner or to `owner_id`, and return the live item.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where there is no such row, AR409 where it cannot be restored.

    """
    return await _restore_and_read(_live_item, ITEMS, archive_id, by, owner_id)


async def restore_user(archive_id: int, *, by: By) -> Row:
    """Restore one user under their old id, and return the live user.

    Raises:
        psycopg.Error: as for an item.

    """
    return await _restore_and_read(_live_user, USERS, archive_id, by)


async def restore_row(archive: Archive, archive_id: int, *, by: By) -> Row:
    """Restore one row of any table under its old key, and return the outcome.

    Raises:
        psycopg.Error: as for an item.
        MissingGrant: the API's login lacks a right on the table.

    """
    return await _restore_and_read(None, archive, archive_id, by)


async def preview_row(archive: Archive, archive_id: int, *, owner_id: uuid.UUID | None = None) -> Row:
    """Return the outcome that a restore would have: the database restores in a subtransaction and rolls it back.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where there is no such row.
        MissingGrant: as for `restore_row`.

    """
    with explained("SELECT", "INSERT"):
        (outcome,) = await _one.rows(**_values(archive, [archive_id], None, owner_id))
    return outcome


async def restore_many(archive: Archive, which: RestoreMany, *, by: By | None) -> Row:
    """Restore the rows that are named or pass the filter, in one transaction; without `by`, only say what would become.

    Returns `data`, the outcomes of at most `MAX_LISTED` rows, `outcomes`, how many rows have which, and `count`.

    Raises:
        psycopg.Error: with SQLSTATE AR404 where there is no such row; AR409 where one cannot be restored, under
            `on_conflict` "fail" and not in a preview.
        MissingGrant: as for `restore_row`.
        TooLarge: it takes longer than a request may.

    """
    owner_id = getattr(which, "owner_id", None)
    async with long_transaction(OTHERWISE) as own:
        ids = which.archive_ids
        if which.filter:
            ids = await browse.list_ids(archive, which.filter, on=own)
        (summary,) = await _many.rows(own, **_values(archive, ids or [], by, owner_id, which.on_conflict))
        if by:
            await note_restore(own)
    return summary


async def _restore_and_read(
    live: Statement | None, archive: Archive, archive_id: int, by: By, owner_id: uuid.UUID | None = None
) -> Row:
    with explained("SELECT", "INSERT"):
        async with connection() as own, own.transaction():
            (outcome,) = await _one.rows(own, **_values(archive, [archive_id], by, owner_id))
            await note_restore(own)
            if not live:
                return outcome
            (row,) = await live.rows(own, id=uuid.UUID(outcome["row_id"]))
    return row


def _values(
    archive: Archive, ids: list[int], by: By | None, owner_id: uuid.UUID | None, on_conflict: str = "fail"
) -> dict[str, object]:
    overrides = json.dumps({"owner_id": str(owner_id)} if owner_id else {})
    return context(by) | {
        "source": archive.source,
        "archive_ids": ids,
        "overrides": overrides,
        "on_conflict": on_conflict,
    }
