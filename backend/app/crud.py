"""Statements about users and items. Each function that changes something commits it."""

import uuid
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import CTE, ColumnElement, Row, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, delete, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from app import archive
from app.core import security
from app.models import (
    Item,
    ItemCreate,
    ItemPublic,
    ItemUpdate,
    User,
    UserCreate,
    UserPublic,
    UserUpdate,
    UserUpdateMe,
    shown,
)

Model = TypeVar("Model", bound=SQLModel)

# Users


class EmailTaken(Exception):
    """Somebody else has this e-mail already."""


class UserGone(Exception):
    """The user was deleted meanwhile."""


def create_user(*, session: Session, user_create: UserCreate) -> User:
    """Make a user.

    Raises:
        EmailTaken: also where another request is just about to make one with this e-mail.

    """
    user = User.model_validate(
        user_create,
        update={
            "hashed_password": security.get_password_hash(user_create.password),
            "tokens_valid_from": datetime.now(UTC),
        },
    )
    return _save_user(session, user)


def update_user(*, session: Session, db_user: User, user_in: UserUpdate | UserUpdateMe) -> User:
    """Change a user. A new password or a deactivation ends every token; a new e-mail none.

    Raises:
        EmailTaken: somebody else has the new e-mail.
        UserGone: there is nobody to change any more.

    """
    changes = user_in.model_dump(exclude_unset=True)
    if password := changes.pop("password", None):
        changes["hashed_password"] = security.get_password_hash(password)
    user = _lock(session, db_user)
    if password or changes.get("is_active") is False:
        _end_tokens(user)
    user.sqlmodel_update(changes)
    return _save_user(session, user)


def change_password(*, session: Session, user: User, new_password: str, kept_token: str) -> bool:
    """Change the password of a user who has just proved to know it. It ends every token but the one named.

    Returns whether it was changed: not where somebody else changed it first.

    Raises:
        UserGone: there is nobody to change any more.

    """
    proved, hashed = user.hashed_password, security.get_password_hash(new_password)
    locked = _lock(session, user)
    if locked.hashed_password != proved:
        session.rollback()
        return False
    locked.hashed_password = hashed
    _end_tokens(locked, kept_token)
    _save_user(session, locked)
    return True


def reset_password(*, session: Session, user: User, new_password: str) -> None:
    """Give a user whose row is locked a new password. It ends every token."""
    user.hashed_password = security.get_password_hash(new_password)
    _end_tokens(user)
    _save_user(session, user)


def _lock(session: Session, user: User) -> User:
    """Return the user as they are now, from whichever session they were known; they stay so until the commit."""
    locked = session.get(User, user.id, with_for_update=True, populate_existing=True)
    if locked is None:
        session.rollback()
        raise UserGone
    return locked


def _end_tokens(locked_user: User, kept_token: str | None = None) -> None:
    # Under the row's lock: who signs in meanwhile either was before this moment, or sees the change.
    locked_user.tokens_valid_from = datetime.now(UTC)
    locked_user.kept_token = kept_token


def _save_user(session: Session, user: User) -> User:
    session.add(user)
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        if "user_email_key" in str(error.orig):
            raise EmailTaken from error
        raise
    return _fresh(session, user)


def get_user_by_email(*, session: Session, email: str, lock: bool = False) -> User | None:
    """Return the user with this e-mail, in whatever case it was written; if asked to, lock the row for a change."""
    statement = select(User).where(func.lower(col(User.email)) == email.lower())
    return session.exec(statement.with_for_update() if lock else statement).first()


def authenticate(*, session: Session, email: str, password: str) -> User | None:
    """Return the user whose e-mail and password these are; an outdated hash is replaced."""
    user = sign_in(session=session, email=email, password=password)
    session.commit()
    return user


def sign_in(*, session: Session, email: str, password: str) -> User | None:
    """Return the user whose e-mail and password these are, their row locked against a change of the password.

    A token issued before the transaction ends is older than any such change, and so ends with it.
    """
    user = get_user_by_email(session=session, email=email)
    if user is None:
        security.verify_password(password, security.NOBODYS_HASH)
        return None
    verified, new_hash = security.verify_and_rehash(password, user.hashed_password)
    if not verified:
        return None
    this_password = (col(User.id) == user.id, col(User.hashed_password) == user.hashed_password)
    if new_hash:
        session.exec(update(User).where(*this_password).values(hashed_password=new_hash))
        session.commit()
        this_password = (col(User.id) == user.id, col(User.hashed_password) == new_hash)
    current = select(User).where(*this_password).with_for_update(read=True)
    return session.exec(current.execution_options(populate_existing=True)).first()


def delete_user(*, session: Session, user_id: uuid.UUID, actor: uuid.UUID) -> bool:
    """Delete a user; the database deletes their items with them, and archives all.

    Returns whether this call deleted them.
    """
    return _delete(session, User, archive.deletion(user_id, actor=actor))


def list_users(*, session: Session, skip: int, limit: int) -> tuple[list[Row[Any]], int]:
    """Return a page of users as shown, newest first, and how many there are."""
    return _page(session, select(User), UserPublic, skip, limit)


# Items


def create_item(*, session: Session, item_in: ItemCreate, owner_id: uuid.UUID) -> Item:
    """Make an item of this owner's.

    Raises:
        UserGone: there is no such owner any more.

    """
    item = Item.model_validate(item_in, update={"owner_id": owner_id})
    session.add(item)
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        if "item_owner_id_fkey" in str(error.orig):
            raise UserGone from error
        raise
    return _fresh(session, item)


def get_item(*, session: Session, item_id: uuid.UUID, owner_id: uuid.UUID | None) -> Item | None:
    """Return an item of this owner's, or of anybody's; None where there is none."""
    item = session.exec(items_of(owner_id).where(col(Item.id) == item_id)).one_or_none()
    session.commit()  # see deps.get_current_user
    return item


def update_item(
    *, session: Session, item_id: uuid.UUID, owner_id: uuid.UUID | None, item_in: ItemUpdate
) -> Item | None:
    """Change an item of this owner's, or of anybody's; None where there is none."""
    changes = item_in.model_dump(exclude_unset=True)
    statement = update(Item).values(**changes).returning(Item) if changes else select(Item)
    changed = session.scalars(statement.where(col(Item.id) == item_id, *_of(owner_id))).one_or_none()
    session.commit()
    return changed


def delete_item(
    *,
    session: Session,
    item_id: uuid.UUID,
    owner_id: uuid.UUID | None,
    actor: uuid.UUID,
    reason: str | None = None,
) -> bool:
    """Delete an item of this owner's, or of anybody's; the database archives it.

    Returns whether this call deleted it: of several racing deletes exactly one is told True.
    """
    return _delete(session, Item, archive.deletion(item_id, actor=actor, reason=reason), *_of(owner_id))


def items_of(owner_id: uuid.UUID | None) -> SelectOfScalar[Item]:
    """Select the items of one owner, or of all."""
    return select(Item).where(*_of(owner_id))


def list_items(*, session: Session, owner_id: uuid.UUID | None, skip: int, limit: int) -> tuple[list[Row[Any]], int]:
    """Return a page of one owner's items as shown, or of all, newest first, and how many there are."""
    return _page(session, items_of(owner_id), ItemPublic, skip, limit)


def _of(owner_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    return [] if owner_id is None else [col(Item.owner_id) == owner_id]


# Both


def _fresh(session: Session, row: Model) -> Model:
    """Read a row again if its session forgot it at the commit; the API's sessions do not, which saves a query."""
    if inspect(row).expired:
        session.refresh(row)
    return row


def _delete(session: Session, table: type[User] | type[Item], deletion: CTE, *conditions: ColumnElement[bool]) -> bool:
    result: Any = session.execute(delete(table).where(col(table.id) == deletion.c.id, *conditions))
    session.commit()
    return bool(result.rowcount == 1)


def _page(
    session: Session, statement: SelectOfScalar[Any], schema: type[SQLModel], skip: int, limit: int
) -> tuple[list[Row[Any]], int]:
    table = statement.column_descriptions[0]["entity"]
    page = statement.with_only_columns(*shown(table, schema)).order_by(table.id.desc()).offset(skip).limit(limit)
    rows = session.execute(page).all()
    # A page that is not full, and not beyond the end, says by itself how many there are.
    if len(rows) < limit and (rows or not skip):
        count = skip + len(rows)
    else:
        count = session.execute(statement.with_only_columns(func.count(table.id))).scalar_one()
    session.commit()  # see deps.get_current_user
    return list(rows), count
