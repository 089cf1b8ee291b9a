"""Users: by themselves, and by superusers."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from anyio import to_thread
from fastapi import APIRouter, BackgroundTasks, HTTPException
from fastapi.responses import Response

from app import crud, limits, queries, utils
from app.api.deps import (
    CurrentUser,
    Limit,
    PayloadDep,
    SessionDep,
    Skip,
    SuperuserDep,
    WhyDeleted,
    for_superusers,
    not_privileged,
)
from app.api.responses import JsonPage, errors
from app.core import replica, security
from app.core.config import settings
from app.errors import EmailTaken
from app.models import (
    Message,
    UpdatePassword,
    User,
    UserCreate,
    UserPublic,
    UserRegister,
    UsersPublic,
    UserUpdate,
    UserUpdateMe,
)

router = APIRouter(prefix="/users", tags=["users"])


@contextmanager
def unless_taken(status: int, detail: str) -> Iterator[None]:
    """Answer with this refusal where another user has the e-mail."""
    try:
        yield
    except EmailTaken as error:
        raise HTTPException(status, detail) from error


@router.get("/", dependencies=for_superusers, response_model=UsersPublic)
@replica.reads
async def read_users(skip: Skip = 0, limit: Limit = 100) -> Response:
    """List users, newest first."""
    users, count = await queries.users.list_users(skip=skip, limit=limit)
    return JsonPage(users, count=count)


@router.post("/", dependencies=for_superusers, response_model=UserPublic)
async def create_user(session: SessionDep, user_in: UserCreate, background: BackgroundTasks) -> User:
    """Make a user, and mail a welcome if mail is on."""
    with unless_taken(400, "The user with this email already exists in the system."):
        user = await security.hashing(crud.create_user, session=session, user_create=user_in)
    if settings.emails_enabled:
        mail = utils.generate_new_account_email(user.email, user.email)
        background.add_task(
            utils.in_mail_queue,
            lambda: utils.send_email(email_to=user.email, subject=mail.subject, html_content=mail.html_content),
        )
    return user


@router.post("/signup", response_model=UserPublic, responses=errors(400, 429))
async def register_user(session: SessionDep, user_in: UserRegister) -> User:
    """Sign up."""
    await to_thread.run_sync(limits.allow_sign_up, session)
    with unless_taken(400, "The user with this email already exists in the system"):
        user_create = UserCreate.model_validate(user_in)
        return await security.hashing(crud.create_user, session=session, user_create=user_create)


@router.get("/me", response_model=UserPublic)
async def read_user_me(current_user: CurrentUser) -> User:
    """Show oneself."""
    return current_user


@router.patch("/me", response_model=UserPublic)
def update_user_me(session: SessionDep, user_in: UserUpdateMe, current_user: CurrentUser) -> User:
    """Change one's name or e-mail."""
    with unless_taken(409, "User with this email already exists"):
        return crud.update_user(session=session, db_user=current_user, user_in=user_in)


@router.delete("/me")
async def delete_user_me(current_user: CurrentUser, reason: WhyDeleted = None) -> Message:
    """Delete oneself, and one's items."""
    if current_user.is_superuser:
        raise HTTPException(403, "Super users are not allowed to delete themselves")
    return _deleted(await queries.users.delete_user(current_user.id, actor=current_user.id, reason=reason))


@router.patch("/me/password")
async def update_password_me(
    session: SessionDep, body: UpdatePassword, current_user: CurrentUser, payload: PayloadDep
) -> Message:
    """Change one's password. Every other token ends."""
    if not await security.hashing(security.verify_password, body.current_password, current_user.hashed_password):
        raise HTTPException(400, "Incorrect password")
    if body.current_password == body.new_password:
        raise HTTPException(400, "New password cannot be the same as the current one")
    if not await security.hashing(
        crud.change_password,
        session=session,
        user=current_user,
        new_password=body.new_password,
        kept_token=payload.jti,
    ):
        raise HTTPException(400, "Incorrect password")
    return Message(message="Password updated successfully")


@router.get("/{user_id}", response_model=UserPublic)
async def read_user_by_id(user_id: uuid.UUID, current_user: CurrentUser) -> User:
    """Show a user: anyone to superusers, oneself to oneself."""
    if user_id == current_user.id:
        return current_user
    if not current_user.is_superuser:
        raise not_privileged()
    if user := await queries.users.get_user(user_id):
        return user
    raise HTTPException(404, "User not found")


@router.patch("/{user_id}", dependencies=for_superusers, response_model=UserPublic)
async def update_user(session: SessionDep, user_id: uuid.UUID, user_in: UserUpdate, current_user: CurrentUser) -> User:
    """Change a user. Superusers cannot demote or deactivate themselves, so that one is always left."""
    if False in {user_in.is_superuser, user_in.is_active}:
        if user_id == current_user.id:
            raise HTTPException(403, "Super users are not allowed to demote or deactivate themselves")
        await to_thread.run_sync(
            partial(crud.lock_as_superuser, session=session, actor_id=current_user.id, user_id=user_id)
        )
    user = await to_thread.run_sync(session.get, User, user_id)
    if not user:
        raise HTTPException(404, "The user with this id does not exist in the system")
    with unless_taken(409, "User with this email already exists"):
        return await security.hashing(crud.update_user, session=session, db_user=user, user_in=user_in)


@router.delete("/{user_id}")
async def delete_user(user_id: uuid.UUID, current_user: SuperuserDep, reason: WhyDeleted = None) -> Message:
    """Delete a user, and their items."""
    if user_id == current_user.id:
        raise HTTPException(403, "Super users are not allowed to delete themselves")
    return _deleted(await queries.users.delete_user_as_superuser(user_id, actor=current_user.id, reason=reason))


def _deleted(deleted: bool) -> Message:
    if deleted:
        return Message(message="User deleted successfully")
    raise HTTPException(404, "User not found")
