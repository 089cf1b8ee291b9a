"""Users, one statement each."""

import re
import uuid
from collections.abc import Iterable

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, cast, desc, inspect, literal
from sqlmodel import col, delete, func, or_, select, union, union_all

from app.archive.context import deleting_transaction, deletion, run_deletion
from app.core.pool import Connection, Row, connection
from app.core.statements import Statement
from app.errors import Cancelled, NoLongerSuperuser
from app.models import User, UserArchive, UserPublic, email_spellings
from app.queries.listing import Listing

_user = Statement(select(*inspect(User).columns).where(col(User.id) == bindparam("id")))
_users_of_the_orm = inspect(User).class_manager
_users = Listing(User, UserPublic)
_id_by_email = Statement(
    select(User.id).where(func.lower(col(User.email)) == any_(cast(bindparam("emails"), ARRAY(Text))))
)
_names = Statement(
    select(User.id, User.email, User.full_name).where(col(User.id) == func.any(cast(bindparam("ids"), ARRAY(Uuid))))
)
_has_email = [
    func.lower(col(table.email)) == any_(cast(bindparam("emails"), ARRAY(Text))) for table in (User, UserArchive)
]
_person = Statement(
    union_all(
        select(cast(User.id, Text).label("id"), literal(True).label("lives")).where(_has_email[0]),
        select(cast(UserArchive.id, Text), literal(False)).where(_has_email[1]),
    )
    .order_by(desc("lives"))
    .limit(1)
)
_people = Statement(
    union(
        *(
            select(cast(table.id, Text).label("id")).where(
                or_(
                    func.lower(col(table.email)) == any_(cast(bindparam("emails"), ARRAY(Text))),
                    func.strpos(func.lower(table.full_name), func.lower(cast(bindparam("who"), Text))) > 0,
                )
            )
            for table in (User, UserArchive)
        )
    ).limit(1000)
)
_delete = Statement(delete(User).where(col(User.id) == deletion.c.id).returning(deleting_transaction))
_delete_ordinary = Statement(
    delete(User).where(col(User.id) == deletion.c.id, ~col(User.is_superuser)).returning(deleting_transaction)
)
_lock = Statement(
    select(User.id, User.is_superuser, User.is_active)
    .where(col(User.id) == func.any(cast(bindparam("ids"), ARRAY(Uuid))))
    .order_by(col(User.id))
    .with_for_update(key_share=True)
)

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def get_user(user_id: uuid.UUID) -> User | None:
    """Return the user with this id as an instance outside any session: its items cannot be loaded from it."""
    row = await _user.row(id=user_id)
    return _as_loaded(row) if row else None


def _as_loaded(row: Row) -> User:
    """Make a user as the ORM makes those that it loads: without noting each value as a change, which takes 40 µs."""
    user: User = _users_of_the_orm.new_instance()
    user.__dict__.update(row)
    user.__pydantic_fields_set__.update(row)
    return user


async def find_user_id(email: str) -> uuid.UUID | None:
    """Return the id of the user with this e-mail, in any spelling."""
    row = await _id_by_email.row(emails=list(email_spellings(email)))
    return row["id"] if row else None


async def find_people(who: str) -> list[str]:
    """Return the ids of live and deleted users by their e-mail or a part of their name; or any label, as it is."""
    rows = await _people.rows(who=who, emails=list(email_spellings(who)))
    return [who, *(row["id"] for row in rows)]


async def find_person(email: str) -> str | None:
    """Return the id of the user with this e-mail, in any spelling, also of one who was deleted."""
    row = await _person.row(emails=list(email_spellings(email)))
    return row["id"] if row else None


async def get_names(ids: Iterable[str | uuid.UUID]) -> dict[str, Row]:
    """Return e-mail and full name of those among these ids who are users, by id."""
    # An actor in the archive may be any label, not only an id.
    user_ids = set(filter(_UUID.fullmatch, map(str, ids)))
    rows = await _names.rows(ids=list(user_ids)) if user_ids else []
    return {str(row["id"]): row for row in rows}


async def list_users(*, skip: int, limit: int) -> tuple[list[str], int]:
    """Return a page of users, newest first, each in JSON, and how many there are."""
    return await _users.read(skip=skip, limit=limit)


async def delete_user_as_superuser(user_id: uuid.UUID, *, actor: uuid.UUID, reason: str | None = None) -> bool:
    """Delete a user as `delete_user` does, for a superuser, who stays one meanwhile.

    Of two superusers who delete each other at once, the second is none any more: one is always left.

    Raises:
        Cancelled: a trigger or rule kept the user.
        NoLongerSuperuser: the actor is no active superuser any more.

    """
    if await run_deletion(_delete_ordinary, user_id, actor=actor, reason=reason):
        return True
    async with connection() as own, own.transaction():
        # In the order of the ids, or two who delete each other would deadlock.
        locked = await _lock.rows(own, ids=[actor, user_id])
        if not any(row["id"] == actor and row["is_superuser"] and row["is_active"] for row in locked):
            raise NoLongerSuperuser
        return await delete_user(user_id, actor=actor, reason=reason, on=own)


async def delete_user(
    user_id: uuid.UUID, *, actor: uuid.UUID, reason: str | None = None, on: Connection | None = None
) -> bool:
    """Delete a user. The database deletes the user's items by cascade, and archives all of them.

    Returns whether this call deleted the user.

    Raises:
        Cancelled: a trigger or rule kept the user.

    """
    deleted = bool(await run_deletion(_delete, user_id, actor=actor, reason=reason, on=on))
    if not deleted and await _user.row(on, id=user_id):
        raise Cancelled
    return deleted
