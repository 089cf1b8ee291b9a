"""The archive, as the application calls it. Every rule is in `sql/archive/`; here are calls and the browse query."""

import json
import uuid

from sqlalchemy import text
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.models import (
    ArchiveFilter,
    HealthCheck,
    Item,
    ItemArchive,
    ItemArchivePublic,
    ItemArchivesPublic,
    RestorePreview,
)

COUNT_LIMIT = 10_000
"""Up to here a count is exact; beyond, reading every row to count them would cost more than it tells."""


def set_context(session: Session, *, actor: uuid.UUID, reason: str | None = None) -> None:
    """Say who acts, and why: whatever the rest of this transaction deletes or restores is recorded so.

    The settings end with the transaction, so nothing leaks through a connection pool, a transaction-mode one included.
    """
    session.execute(
        text("select set_config('archive.actor', :actor, true), set_config('archive.reason', :reason, true)"),
        {"actor": str(actor), "reason": reason or ""},
    )


def health(session: Session, *, thorough: bool = False) -> list[HealthCheck]:
    """Ask the database whether the archive is in force; what is wrong comes first."""
    rows = session.execute(
        text("select cast(source as text), check_name, ok, severity, detail from archive.health(:thorough)"),
        {"thorough": thorough},
    )
    return [HealthCheck.model_validate(row) for row in rows]


def browse_items(session: Session, *, wanted: ArchiveFilter, limit: int, before: int | None) -> ItemArchivesPublic:
    """Return a page of deleted items, newest first: those that pass the filter and come after `before`."""
    found = archived_items(wanted)
    page = found if before is None else found.where(col(ItemArchive.archive_id) < before)
    # One row more than asked for tells whether there is a next page.
    rows = session.exec(page.order_by(col(ItemArchive.archive_id).desc()).limit(limit + 1)).all()
    count, exact = _count(session, found)
    return ItemArchivesPublic(
        data=[ItemArchivePublic.model_validate(row) for row in rows[:limit]],
        count=count,
        count_exact=exact,
        next_before=rows[limit - 1].archive_id if len(rows) > limit else None,
    )


def archived_items(wanted: ArchiveFilter) -> SelectOfScalar[ItemArchive]:
    """Select the deleted items that pass a wanted."""
    statement = select(ItemArchive)
    for column, value in [
        (ItemArchive.owner_id, wanted.owner_id),
        (ItemArchive.id, wanted.item_id),
        (ItemArchive.archived_by, wanted.archived_by),
        (ItemArchive.transaction_id, wanted.transaction_id),
    ]:
        if value is not None:
            statement = statement.where(col(column) == value)
    if wanted.state != "any":
        restored = col(ItemArchive.restored_at).is_not(None)
        statement = statement.where(restored if wanted.state == "restored" else ~restored)
    if wanted.archived_after:
        statement = statement.where(col(ItemArchive.archived_at) >= wanted.archived_after)
    if wanted.archived_before:
        statement = statement.where(col(ItemArchive.archived_at) < wanted.archived_before)
    if wanted.q:
        statement = statement.where(
            or_(*(col(c).icontains(wanted.q, autoescape=True) for c in (ItemArchive.title, ItemArchive.description)))
        )
    return statement


def _count(session: Session, statement: SelectOfScalar[ItemArchive]) -> tuple[int, bool]:
    """Return how many rows a statement finds, and whether that is exact: beyond `COUNT_LIMIT` it is an estimate."""
    bounded = statement.with_only_columns(col(ItemArchive.archive_id)).limit(COUNT_LIMIT + 1).subquery()
    count = session.exec(select(func.count()).select_from(bounded)).one()
    if count <= COUNT_LIMIT:
        return count, True
    bare = statement.with_only_columns(col(ItemArchive.archive_id))
    compiled = bare.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
    plan = session.connection().exec_driver_sql(f"explain (format json) {compiled}", compiled.params).scalar_one()
    return max(COUNT_LIMIT + 1, plan[0]["Plan"]["Plan Rows"]), False


def get_item(session: Session, archive_id: int) -> ItemArchive | None:
    """Return one deleted item."""
    return session.exec(select(ItemArchive).where(col(ItemArchive.archive_id) == archive_id)).first()


def restore_item(session: Session, archive_id: int, *, actor: uuid.UUID, owner_id: uuid.UUID | None = None) -> Item:
    """Bring one deleted item back under its old id, to its old owner or the one named, and commit.

    Raises:
        sqlalchemy.exc.DBAPIError: with SQLSTATE AR404 where there is no such row, AR409 where it cannot be restored.

    """
    set_context(session, actor=actor)
    outcome = _restore(session, archive_id, owner_id, dry_run=False)
    item = session.get_one(Item, uuid.UUID(outcome.row_id))
    session.commit()
    return item


def preview_item(session: Session, archive_id: int, *, owner_id: uuid.UUID | None = None) -> RestorePreview:
    """Tell what `restore_item` would do, by doing it in a subtransaction that is rolled back.

    Raises:
        sqlalchemy.exc.DBAPIError: with SQLSTATE AR404 where there is no such row.

    """
    outcome = _restore(session, archive_id, owner_id, dry_run=True)
    session.rollback()
    return outcome


def _restore(session: Session, archive_id: int, owner_id: uuid.UUID | None, *, dry_run: bool) -> RestorePreview:
    overrides = {"owner_id": str(owner_id)} if owner_id else {}
    row = session.execute(
        text(
            'select cast(source as text) as "table", archive_id, row_id, outcome, detail'
            "  from archive.restore('public.item', array[cast(:id as bigint)],"
            "                       cast(:overrides as jsonb), dry_run => :dry_run)"
        ),
        {"id": archive_id, "overrides": json.dumps(overrides), "dry_run": dry_run},
    ).one()
    return RestorePreview.model_validate(row)
