"""Steps that share a transaction, in an ORM session; single statements are in `queries`.

Synchronous: FastAPI runs them in worker threads, where hashing a password blocks no event loop.

Each function that changes something commits it, and returns instances that are persistent and refreshed.
"""

import uuid
from datetime import UTC, datetime

from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, func, select, update

from app.core import security
from app.errors import Cancelled, EmailTaken, NoLongerSuperuser, UserGone
from app.models import Item, ItemCreate, User, UserCreate, UserUpdate, UserUpdateMe, email_spellings


def create_user(*, session: Session, user_create: UserCreate) -> User:
    """Make a user.

    Raises:
        EmailTaken: also where a concurrent transaction makes a user with this e-mail.
        Cancelled: a trigger or rule kept the user from being made.

    """
    return _save_user(session, security.new_user(user_create))


def update_user(*, session: Session, db_user: User, user_in: UserUpdate | UserUpdateMe) -> User:
    """Change a user. A new password or a deactivation ends every token; a new e-mail none.

    Raises:
        EmailTaken: another user has the new e-mail.
        UserGone: the user was deleted meanwhile.
        Cancelled: a trigger or rule kept the user as they were.

    """
    changes = user_in.model_dump(exclude_unset=True)
    if password := changes.pop("password", None):
        changes["hashed_password"] = security.get_password_hash(password)
    user = _lock(session, db_user)
    if password or changes.get("is_active") is False:
        _end_tokens(user)
    user.sqlmodel_update(changes)
    return _save_user(session, user)


def lock_as_superuser(*, session: Session, actor_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Lock the user's row for a superuser, who stays one until the commit.

    Of two superusers who demote or deactivate each other at once, the second is none any more: one is always left.

    Raises:
        NoLongerSuperuser: the actor is no active superuser any more.

    """
    both = select(User).where(col(User.id).in_([actor_id, user_id])).order_by(col(User.id))  # or they might deadlock
    locked = session.exec(both.with_for_update(key_share=True).execution_options(populate_existing=True)).all()
    if not any(user.id == actor_id and user.is_superuser and user.is_active for user in locked):
        session.rollback()
        raise NoLongerSuperuser


def change_password(*, session: Session, user: User, new_password: str, kept_token: str) -> bool:
    """Change the password of a user whose current password was just verified. It ends every token but `kept_token`.

    Returns whether it was changed: not where a concurrent change of the password came first.

    Raises:
        UserGone: the user was deleted meanwhile.

    """
    verified_hash, new_hash = user.hashed_password, security.get_password_hash(new_password)
    locked = _lock(session, user)
    if locked.hashed_password != verified_hash:
        session.rollback()
        return False
    locked.hashed_password = new_hash
    _end_tokens(locked, kept_token)
    _save_user(session, locked)
    return True


def reset_password(*, session: Session, user: User, new_password: str) -> None:
    """Give a user whose row is locked a new password. It ends every token."""
    user.hashed_password = security.get_password_hash(new_password)
    _end_tokens(user)
    _save_user(session, user)


def _lock(session: Session, user: User) -> User:
    """Lock the user's row until the commit and return its current state, whichever session `user` came from."""
    locked = session.get(User, user.id, with_for_update=True, populate_existing=True)
    if locked is None:
        session.rollback()
        raise UserGone
    return locked


def _end_tokens(locked_user: User, kept_token: str | None = None) -> None:
    # Under the row's lock. A concurrent sign-in has issued its token before this moment, or waits and sees the change.
    locked_user.tokens_valid_from = datetime.now(UTC)
    locked_user.kept_token = kept_token


def _save_user(session: Session, user: User) -> User:
    session.add(user)
    is_new = inspect(user).pending
    try:
        session.flush()
        if is_new:  # the ORM does not count the rows that it inserts
            session.refresh(user)
        session.commit()
    except (StaleDataError, InvalidRequestError) as error:
        session.rollback()
        raise Cancelled from error
    except IntegrityError as error:
        session.rollback()
        if "user_email_key" in str(error.orig):
            raise EmailTaken from error
        raise
    if inspect(user).expired:  # not in the API's sessions, which do not expire at the commit and so save a query
        session.refresh(user)
    return user


def get_user_by_email(*, session: Session, email: str, lock: bool = False) -> User | None:
    """Return the user with this e-mail, in any spelling; with `lock`, lock the row for a change."""
    statement = select(User).where(func.lower(col(User.email)).in_(email_spellings(email)))
    return session.exec(statement.with_for_update() if lock else statement).first()


def authenticate(*, session: Session, email: str, password: str) -> User | None:
    """Return the user with this e-mail and password; replace an outdated hash."""
    user = authenticate_and_lock(session=session, email=email, password=password)
    session.commit()
    return user


def authenticate_and_lock(*, session: Session, email: str, password: str) -> User | None:
    """Return the user with this e-mail and password, the row locked against a change of the password.

    A token issued before the transaction ends is older than any such change, and so ends with it.
    """
    user = get_user_by_email(session=session, email=email)
    if user is None:
        security.verify_password(password, security.NOBODYS_HASH)
        return None
    verified, new_hash = security.verify_and_rehash(password, user.hashed_password)
    if not verified:
        return None
    is_unchanged = (col(User.id) == user.id, col(User.hashed_password) == user.hashed_password)
    if new_hash:
        session.exec(update(User).where(*is_unchanged).values(hashed_password=new_hash))
        session.commit()
        is_unchanged = (col(User.id) == user.id, col(User.hashed_password) == new_hash)
    locked = select(User).where(*is_unchanged).with_for_update(read=True)
    return session.exec(locked.execution_options(populate_existing=True)).first()


def create_item(*, session: Session, item_in: ItemCreate, owner_id: uuid.UUID) -> Item:
    """Make an item of this owner.

    Raises:
        sqlalchemy.exc.IntegrityError: there is no such owner any more.

    """
    item = Item.model_validate(item_in, update={"owner_id": owner_id})
    session.add(item)
    session.commit()
    session.refresh(item)
    return item
