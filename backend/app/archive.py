"""The archive, as the application calls it. Every rule is in `sql/archive/`; here are calls and the browse query."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import CTE, Row, Select, Uuid, inspect, literal, text
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.models import (
    ArchiveFilter,
    Deletion,
    HealthCheck,
    Item,
    ItemArchive,
    ItemFilter,
    RestorePreview,
    User,
    UserArchive,
    UserFilter,
)

COUNT_LIMIT = 10_000
"""Up to here a count is exact; beyond, reading every row to count them would cost more than it tells."""

SEARCH_SECONDS = 5
"""How long looking for a text may take: what it is in, no index tells."""

Live = TypeVar("Live", Item, User)
Archived = TypeVar("Archived", ItemArchive, UserArchive)


def deletion(row_id: uuid.UUID, *, actor: uuid.UUID, reason: str | None = None) -> CTE:
    """Return a subquery with the id of a row to delete, which on the way says who deletes it, and why.

    A statement that finds its row by this id is recorded so. The settings end with its transaction, so nothing leaks
    through a connection pool, a transaction-mode one included.
    """
    return select(
        literal(row_id, Uuid).label("id"),
        func.set_config("archive.actor", str(actor), True),
        func.set_config("archive.reason", reason or "", True),
    ).cte("deletion")


def _set_actor(session: Session, actor: uuid.UUID) -> None:
    session.execute(select(func.set_config("archive.actor", str(actor), True)))


def health(session: Session, *, thorough: bool = False) -> list[HealthCheck]:
    """Ask the database whether the archive is in force; what is wrong comes first."""
    rows = session.execute(
        text("select cast(source as text), check_name, ok, severity, detail from archive.health(:thorough)"),
        {"thorough": thorough},
    )
    return [HealthCheck.model_validate(row) for row in rows]


def make_partitions(session: Session) -> None:
    """Make the partitions of the months to come, where they are missing, and commit."""
    session.execute(text("select archive.make_partitions()"))
    session.commit()


# Browsing


def select_items(wanted: ItemFilter) -> SelectOfScalar[ItemArchive]:
    """Select the deleted items that pass a filter."""
    equal = {ItemArchive.owner_id: wanted.owner_id, ItemArchive.id: wanted.item_id}
    return _select(ItemArchive, wanted, equal, [ItemArchive.title, ItemArchive.description])


def select_users(wanted: UserFilter) -> SelectOfScalar[UserArchive]:
    """Select the deleted users who pass a filter."""
    return _select(UserArchive, wanted, {UserArchive.id: wanted.user_id}, [UserArchive.email, UserArchive.full_name])


def _select(
    table: type[Archived], wanted: ArchiveFilter, equal: Mapping[Any, object], searched: list[Any]
) -> SelectOfScalar[Archived]:
    statement = select(table)
    exactly = {**equal, table.archived_by: wanted.archived_by, table.transaction_id: wanted.transaction_id}
    for column, value in exactly.items():
        if value is not None:
            statement = statement.where(col(column) == value)
    if wanted.state != "any":
        restored = col(table.restored_at).is_not(None)
        statement = statement.where(restored if wanted.state == "restored" else ~restored)
    if wanted.archived_after:
        statement = statement.where(col(table.archived_at) >= wanted.archived_after)
    if wanted.archived_before:
        statement = statement.where(col(table.archived_at) < wanted.archived_before)
    if wanted.q:
        statement = statement.where(or_(*(col(column).icontains(wanted.q, autoescape=True) for column in searched)))
    return statement


def page(
    session: Session, statement: SelectOfScalar[Archived], *, limit: int, before: int | None, searching: bool = False
) -> tuple[list[Row[Any]], dict[str, object]]:
    """Return a page of the selected rows, newest first, that come after `before`, and how it fits into the whole.

    Raises:
        sqlalchemy.exc.DBAPIError: with SQLSTATE 57014 where searching takes longer than `SEARCH_SECONDS`.

    """
    if searching:
        session.connection(execution_options={"isolation_level": "READ COMMITTED"})  # for a setting that ends with it
        session.execute(text(f"set local statement_timeout = '{SEARCH_SECONDS}s'"))
    table = statement.column_descriptions[0]["entity"]
    later = statement if before is None else statement.where(table.archive_id < before)
    # One row more than asked for tells whether there is a next page.
    newest_first = later.with_only_columns(*inspect(table).columns).order_by(table.archive_id.desc())
    rows = session.execute(newest_first.limit(limit + 1)).all()
    whole = before is None and len(rows) <= limit
    count, exact = (len(rows), True) if whole else _count(session, statement.with_only_columns(table.archive_id))
    session.commit()  # see deps.get_current_user
    next_before = rows[limit - 1].archive_id if len(rows) > limit else None
    return list(rows[:limit]), {"count": count, "count_exact": exact, "next_before": next_before}


def _count(session: Session, keys: Select[Any]) -> tuple[int, bool]:
    """Return how many rows a statement finds, and whether that is exact: beyond `COUNT_LIMIT` it is an estimate."""
    count = session.exec(select(func.count()).select_from(keys.limit(COUNT_LIMIT + 1).subquery())).one()
    if count <= COUNT_LIMIT:
        return count, True
    query = keys.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
    plan = session.connection().exec_driver_sql(f"explain (format json) {query}", query.params).scalar_one()
    return max(COUNT_LIMIT + 1, plan[0]["Plan"]["Plan Rows"]), False


def deletions(session: Session, *, limit: int, before: tuple[str, datetime] | None) -> list[Deletion]:
    """Return a page of deletions, newest first, that come after the one with this transaction id and time."""
    transaction_id, archived_at = before or (None, None)
    rows = session.execute(
        text(
            "select cast(t.transaction_id as text), archived_at, archived_by, reason, session_role, application_name,"
            "       host(client_addr) as client_addr, rows, restored"
            "  from archive.transactions t"
            + (
                " where (archived_at, t.transaction_id) < (cast(:at as timestamptz), cast(:id as xid8))"
                if before
                else ""
            )
            + " order by archived_at desc, t.transaction_id desc limit :limit"
        ),
        {"limit": limit} | ({"id": transaction_id, "at": archived_at} if before else {}),
    )
    page = [Deletion.model_validate(row) for row in rows]
    session.commit()  # see deps.get_current_user
    return page


def get(session: Session, table: type[Archived], archive_id: int) -> Archived | None:
    """Return one deleted row."""
    row = session.exec(select(table).where(col(table.archive_id) == archive_id)).first()
    session.commit()  # see deps.get_current_user
    return row


# Restoring


def restore(
    session: Session, table: type[Live], archive_id: int, *, actor: uuid.UUID, **overrides: uuid.UUID | None
) -> Live:
    """Bring one deleted row back under its old id, with other values where named, and commit.

    Raises:
        sqlalchemy.exc.DBAPIError: with SQLSTATE AR404 where there is no such row, AR409 where it cannot be restored.

    """
    _set_actor(session, actor)
    outcome = _restore(session, table, archive_id, overrides, dry_run=False)
    row = session.get_one(table, uuid.UUID(outcome.row_id))
    session.commit()
    return row


def preview(session: Session, table: type[Live], archive_id: int, **overrides: uuid.UUID | None) -> RestorePreview:
    """Tell what `restore` would do, by doing it in a subtransaction that is rolled back.

    Raises:
        sqlalchemy.exc.DBAPIError: with SQLSTATE AR404 where there is no such row.

    """
    outcome = _restore(session, table, archive_id, overrides, dry_run=True)
    session.rollback()
    return outcome


def restore_transaction(
    session: Session, transaction_id: str, *, actor: uuid.UUID, archived_at: datetime | None = None
) -> list[RestorePreview]:
    """Undo one deletion, all or nothing, and commit.

    Raises:
        sqlalchemy.exc.DBAPIError: with SQLSTATE AR404 where it deleted nothing, AR409 where it cannot be undone, or
            where `archived_at` must tell which one of several with this id is meant.

    """
    _set_actor(session, actor)
    rows = _restore_transaction(session, transaction_id, archived_at, dry_run=False)
    session.commit()
    return rows


def preview_transaction(
    session: Session, transaction_id: str, *, archived_at: datetime | None = None
) -> list[RestorePreview]:
    """Tell what `restore_transaction` would do.

    Raises:
        sqlalchemy.exc.DBAPIError: as there, but a conflict is an outcome, not an error.

    """
    rows = _restore_transaction(session, transaction_id, archived_at, dry_run=True)
    session.rollback()
    return rows


def _restore_transaction(
    session: Session, transaction_id: str, archived_at: datetime | None, *, dry_run: bool
) -> list[RestorePreview]:
    rows = session.execute(
        text(
            'select archive._label(source) as "table", archive_id, row_id, outcome, detail'
            "  from archive.restore_transaction(cast(:id as xid8), cast(:at as timestamptz), dry_run => :dry_run)"
        ),
        {"id": transaction_id, "at": archived_at, "dry_run": dry_run},
    )
    return [RestorePreview.model_validate(row) for row in rows]


def _restore(
    session: Session, table: type[Live], archive_id: int, overrides: Mapping[str, uuid.UUID | None], *, dry_run: bool
) -> RestorePreview:
    row = session.execute(
        text(
            'select archive._label(source) as "table", archive_id, row_id, outcome, detail'
            "  from archive.restore(to_regclass(:source), array[cast(:id as bigint)],"
            "                       cast(:overrides as jsonb), dry_run => :dry_run)"
        ),
        {
            "source": f'public."{table.__tablename__}"',
            "id": archive_id,
            "overrides": json.dumps({name: str(value) for name, value in overrides.items() if value}),
            "dry_run": dry_run,
        },
    ).one()
    return RestorePreview.model_validate(row)
