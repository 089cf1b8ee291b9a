"""What is done with users and items. Each function that changes something commits it.

Where several steps belong together it is done in a session, on instances. What the API does all day is one statement
each, on rows: those functions are asynchronous.
"""

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

import psycopg
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Uuid, bindparam, cast, inspect
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, delete, func, insert, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from app.archive.context import deletion, deletion_values
from app.core import security
from app.core.pool import Row
from app.core.statements import Statement
from app.models import (
    EndedToken,
    Item,
    ItemCreate,
    ItemPublic,
    ItemUpdate,
    TokenPayload,
    User,
    UserCreate,
    UserPublic,
    UserUpdate,
    UserUpdateMe,
    new_id,
    public_columns,
)


class _Listing:
    """Lists rows as a schema shows them, newest first, and counts them."""

    def __init__(
        self, table: type[User] | type[Item], schema: type[SQLModel], *conditions: ColumnElement[bool]
    ) -> None:
        newest_first = select(*public_columns(table, schema)).where(*conditions).order_by(col(table.id).desc())
        skip, limit = bindparam("skip", type_=BigInteger), bindparam("limit", type_=BigInteger)
        # The planner has to know the limit: without, it plans for a tenth of all rows.
        self._page = Statement(newest_first.offset(skip).limit(limit), planned_each_time=True)
        self._count = Statement(select(func.count().label("count")).select_from(table).where(*conditions))

    async def read(self, *, skip: int, limit: int, **values: object) -> tuple[list[str], int]:
        """Return a page, each row in JSON, and how many rows there are."""
        rows = await self._page.json(skip=skip, limit=limit, **values)
        # A page that is not full, and not beyond the end, says by itself how many there are.
        if len(rows) < limit and (rows or not skip):
            return rows, skip + len(rows)
        (counted,) = await self._count.rows(**values)
        return rows, counted["count"]


# Users

_user = Statement(select(*inspect(User).columns).where(col(User.id) == bindparam("id")))
_users = _Listing(User, UserPublic)
_id_by_email = Statement(select(User.id).where(func.lower(col(User.email)) == bindparam("email")))
_names = Statement(
    select(User.id, User.email, User.full_name).where(col(User.id) == func.any(cast(bindparam("ids"), ARRAY(Uuid))))
)
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_delete_user = Statement(delete(User).where(col(User.id) == deletion.c.id))


class EmailTaken(Exception):
    """Somebody else has this e-mail already."""


class UserGone(Exception):
    """The user was deleted meanwhile."""


def create_user(*, session: Session, user_create: UserCreate) -> User:
    """Make a user.

    Raises:
        EmailTaken: also where another request is just about to make one with this e-mail.

    """
    return _save_user(session, security.new_user(user_create))


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
    if inspect(user).expired:  # the API's sessions do not forget at the commit, which saves a query
        session.refresh(user)
    return user


async def get_user(user_id: uuid.UUID) -> User | None:
    """Return the user with this id, as they are now, in no session: their items are not there to be asked for."""
    row = await _user.row(id=user_id)
    return User(**row) if row else None


def get_user_by_email(*, session: Session, email: str, lock: bool = False) -> User | None:
    """Return the user with this e-mail, in whatever case it was written; if asked to, lock the row for a change."""
    statement = select(User).where(func.lower(col(User.email)) == email.lower())
    return session.exec(statement.with_for_update() if lock else statement).first()


async def find_user_id(email: str) -> uuid.UUID | None:
    """Return the id of the user with this e-mail, in whatever case it was written."""
    row = await _id_by_email.row(email=email.lower())
    return row["id"] if row else None


async def names(ids: Iterable[str | uuid.UUID]) -> dict[str, Row]:
    """Return e-mail and full name of those among these ids who are users, by id."""
    # What the archive knows as an actor is any label, and only perhaps an id.
    wanted = set(filter(_UUID.fullmatch, map(str, ids)))
    rows = await _names.rows(ids=list(wanted)) if wanted else []
    return {str(row["id"]): row for row in rows}


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


async def delete_user(user_id: uuid.UUID, *, actor: uuid.UUID) -> bool:
    """Delete a user; the database deletes their items with them, and archives all.

    Returns whether this call deleted them.
    """
    return await _delete_user.count(**deletion_values(user_id, actor)) == 1


async def list_users(*, skip: int, limit: int) -> tuple[list[str], int]:
    """Return a page of users, newest first, each in JSON, and how many there are."""
    return await _users.read(skip=skip, limit=limit)


# Items: of one owner, or, where `owner_id` is None, of anybody

_its_owner = col(Item.owner_id) == bindparam("owner_id")
_whose = or_(bindparam("owner_id", type_=Uuid).is_(None), _its_owner)
_this = (col(Item.id) == bindparam("item_id"), _whose)
_as_shown = public_columns(Item, ItemPublic)

_item = Statement(select(*_as_shown).where(*_this))
_items, _items_of_one = _Listing(Item, ItemPublic), _Listing(Item, ItemPublic, _its_owner)
_insert_item = Statement(insert(Item).returning(*_as_shown), "id", "owner_id", *ItemCreate.model_fields)
_delete_item = Statement(delete(Item).where(col(Item.id) == deletion.c.id, _whose))


@cache
def _update_item(*columns: str) -> Statement:
    if not columns:
        return _item
    return Statement(update(Item).where(*_this).returning(*_as_shown), *columns)


def create_item(*, session: Session, item_in: ItemCreate, owner_id: uuid.UUID) -> Item:
    """Make an item of this owner's, for whoever works in a session.

    Raises:
        sqlalchemy.exc.IntegrityError: there is no such owner any more.

    """
    item = Item.model_validate(item_in, update={"owner_id": owner_id})
    session.add(item)
    session.commit()
    session.refresh(item)
    return item


async def insert_item(item_in: ItemCreate, *, owner_id: uuid.UUID) -> Row:
    """Make an item of this owner's.

    Raises:
        UserGone: there is no such owner any more.

    """
    try:
        (row,) = await _insert_item.rows(id=new_id(), owner_id=owner_id, **item_in.model_dump())
    except psycopg.errors.ForeignKeyViolation as error:
        raise UserGone from error
    return row


async def get_item(item_id: uuid.UUID, *, owner_id: uuid.UUID | None) -> Row | None:
    """Return an item; None where there is none."""
    return await _item.row(item_id=item_id, owner_id=owner_id)


async def update_item(item_id: uuid.UUID, *, owner_id: uuid.UUID | None, item_in: ItemUpdate) -> Row | None:
    """Change an item and return it; None where there is none."""
    changes = item_in.model_dump(exclude_unset=True)
    return await _update_item(*changes).row(item_id=item_id, owner_id=owner_id, **changes)


async def delete_item(
    item_id: uuid.UUID, *, owner_id: uuid.UUID | None, actor: uuid.UUID, reason: str | None = None
) -> bool:
    """Delete an item; the database archives it.

    Returns whether this call deleted it: of several racing deletes exactly one is told True.
    """
    return await _delete_item.count(owner_id=owner_id, **deletion_values(item_id, actor, reason)) == 1


async def list_items(*, owner_id: uuid.UUID | None, skip: int, limit: int) -> tuple[list[str], int]:
    """Return a page of items, newest first, each in JSON, and how many there are."""
    if owner_id is None:
        return await _items.read(skip=skip, limit=limit)
    return await _items_of_one.read(skip=skip, limit=limit, owner_id=owner_id)


def items_of(owner_id: uuid.UUID | None) -> SelectOfScalar[Item]:
    """Select items, newest first."""
    whose = [] if owner_id is None else [col(Item.owner_id) == owner_id]
    return select(Item).where(*whose).order_by(col(Item.id).desc())


# Tokens that ended before their time


async def end_token(token: TokenPayload) -> None:
    """Remember that a token has ended, until it would have anyway."""
    await _end_token.count(jti=token.jti, expires_at=datetime.fromtimestamp(token.exp, UTC))


async def has_ended(token: TokenPayload) -> bool:
    """Return whether `end_token` ended it."""
    return await _ended.row(jti=token.jti) is not None


_expired = delete(EndedToken).where(col(EndedToken.expires_at) < func.now()).cte("expired")
_end_token = Statement(
    pg_insert(EndedToken)
    .values(jti=bindparam("jti"), expires_at=bindparam("expires_at"))
    .on_conflict_do_nothing()
    .add_cte(_expired)
)
_ended = Statement(select(EndedToken.jti).where(col(EndedToken.jti) == bindparam("jti")))
