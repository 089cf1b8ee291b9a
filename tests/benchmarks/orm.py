"""The usual form: a session for each request, in the manner of the common FastAPI/SQLModel template.

The session is a dependency that the user's look-up and the route share. A row is selected before it is changed or
deleted, refreshed after it was written, and answered as an ORM object through the response model; a page is counted by
a second query. Tables and schemas are this project's, and so is what the archive does in the database.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import jwt
from app.api.deps import Limit, Skip, TokenDep
from app.api.export import FORMULA_STARTS
from app.core import security
from app.core.config import settings
from app.models import (
    ArchiveId,
    Item,
    ItemArchive,
    ItemArchivePublic,
    ItemArchivesPublic,
    ItemCreate,
    ItemPublic,
    ItemsPublic,
    ItemUpdate,
    LoginForm,
    Message,
    RestoreChoice,
    Token,
    User,
)
from fastapi import Depends, FastAPI, Form, HTTPException, Response
from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import Session, col, create_engine, func, select
from starlette.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=settings.all_cors_origins, allow_credentials=True)
PREFIX = settings.API_V1_STR

engine = create_engine(settings.SQLALCHEMY_DATABASE_URI)


def get_db() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_db)]


def get_current_user(session: SessionDep, token: TokenDep) -> User:
    try:
        payload = security.read_token("access", token)
        user = session.get(User, uuid.UUID(payload.sub))
    except (jwt.InvalidTokenError, ValidationError, ValueError) as error:
        raise HTTPException(403, "Could not validate credentials") from error
    if not user:
        raise HTTPException(404, "User not found")
    if not user.is_active:
        raise HTTPException(400, "Inactive user")
    if payload.iat < user.tokens_valid_from.timestamp() and payload.jti != user.kept_token:
        raise HTTPException(403, "Could not validate credentials")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def get_current_active_superuser(current_user: CurrentUser) -> User:
    if not current_user.is_superuser:
        raise HTTPException(403, "The user doesn't have enough privileges")
    return current_user


SuperuserDep = Annotated[User, Depends(get_current_active_superuser)]


@app.post(f"{PREFIX}/login/access-token")
def login(session: SessionDep, form: Annotated[LoginForm, Form()]) -> Token:
    user = session.exec(select(User).where(func.lower(User.email) == form.username.lower())).first()
    if not user or not security.verify_password(form.password, user.hashed_password):
        raise HTTPException(400, "Incorrect email or password")
    if not user.is_active:
        raise HTTPException(400, "Inactive user")
    lifetime = timedelta(minutes=settings.ACCESS_TOKEN_EXPIRE_MINUTES)
    return Token(access_token=security.create_access_token(user.id, lifetime))


@app.get(f"{PREFIX}/items/", response_model=ItemsPublic)
def read_items(session: SessionDep, current_user: CurrentUser, skip: Skip = 0, limit: Limit = 100) -> Any:
    counting, listing = select(func.count()).select_from(Item), select(Item)
    if not current_user.is_superuser:
        counting = counting.where(Item.owner_id == current_user.id)
        listing = listing.where(Item.owner_id == current_user.id)
    count = session.exec(counting).one()
    items = session.exec(listing.order_by(col(Item.id).desc()).offset(skip).limit(limit)).all()
    return ItemsPublic(data=[ItemPublic.model_validate(item) for item in items], count=count)


@app.get(f"{PREFIX}/items/export/csv")
def export_items(session: SessionDep, current_user: CurrentUser) -> Response:
    statement = select(Item).order_by(col(Item.id).desc())
    if not current_user.is_superuser:
        statement = statement.where(Item.owner_id == current_user.id)
    lines = [
        f"{item.id},{_safe(item.title)},{_safe(item.description)},{item.owner_id}\n" for item in session.exec(statement)
    ]
    headers = {"Content-Disposition": "attachment; filename=my_items.csv"}
    return Response("".join(["id,title,description,owner_id\n", *lines]), media_type="text/csv", headers=headers)


def _safe(cell: str | None) -> str:
    """Quote every text, as the module csv of Python 3.11 cannot without quoting ids too."""
    if cell is None:
        return ""
    disarmed = f"'{cell}" if cell and cell[0] in FORMULA_STARTS else cell
    return '"' + disarmed.replace('"', '""') + '"'


@app.get(f"{PREFIX}/items/{{id}}", response_model=ItemPublic)
def read_item(session: SessionDep, current_user: CurrentUser, id: uuid.UUID) -> Any:
    return _item(session, current_user, id)


def _item(session: Session, current_user: User, id: uuid.UUID) -> Item:
    item = session.get(Item, id)
    if not item:
        raise HTTPException(404, "Item not found")
    if not current_user.is_superuser and item.owner_id != current_user.id:
        raise HTTPException(400, "Not enough permissions")
    return item


@app.post(f"{PREFIX}/items/", response_model=ItemPublic)
def create_item(session: SessionDep, current_user: CurrentUser, item_in: ItemCreate) -> Any:
    item = Item.model_validate(item_in, update={"owner_id": current_user.id})
    session.add(item)
    session.commit()
    session.refresh(item)
    return item


@app.put(f"{PREFIX}/items/{{id}}", response_model=ItemPublic)
def update_item(session: SessionDep, current_user: CurrentUser, id: uuid.UUID, item_in: ItemUpdate) -> Any:
    item = _item(session, current_user, id)
    item.sqlmodel_update(item_in.model_dump(exclude_unset=True))
    session.add(item)
    session.commit()
    session.refresh(item)
    return item


@app.delete(f"{PREFIX}/items/{{id}}")
def delete_item(session: SessionDep, current_user: CurrentUser, id: uuid.UUID) -> Message:
    item = _item(session, current_user, id)
    _set_actor(session, current_user)
    session.delete(item)
    session.commit()
    return Message(message="Item deleted successfully")


@app.get(f"{PREFIX}/archive/items/", response_model=ItemArchivesPublic)
def read_archived_items(
    session: SessionDep, current_user: SuperuserDep, limit: Limit = 100, before: ArchiveId | None = None
) -> Any:
    """Without filters: they are not measured."""
    statement = select(ItemArchive).where(col(ItemArchive.restored_at).is_(None))
    count = session.exec(select(func.count()).select_from(statement.subquery())).one()
    if before is not None:
        statement = statement.where(ItemArchive.archive_id < before)
    rows = session.exec(statement.order_by(col(ItemArchive.archive_id).desc()).limit(limit + 1)).all()
    return ItemArchivesPublic(
        data=[ItemArchivePublic.model_validate(row) for row in rows[:limit]],
        count=count,
        count_exact=True,
        next_before=rows[limit - 1].archive_id if len(rows) > limit else None,
    )


@app.get(f"{PREFIX}/archive/items/{{archive_id}}", response_model=ItemArchivePublic)
def read_archived_item(session: SessionDep, current_user: SuperuserDep, archive_id: ArchiveId) -> Any:
    row = session.exec(select(ItemArchive).where(ItemArchive.archive_id == archive_id)).first()
    if not row:
        raise HTTPException(404, "Archived item not found")
    return row


@app.post(f"{PREFIX}/archive/items/{{archive_id}}/restore", response_model=ItemPublic)
def restore_item(
    session: SessionDep, current_user: SuperuserDep, archive_id: ArchiveId, choice: RestoreChoice | None = None
) -> Any:
    overrides = {"owner_id": str(choice.owner_id)} if choice and choice.owner_id else {}
    _set_actor(session, current_user)
    row_id = session.execute(
        text(
            "select row_id from archive.restore(  'public.item', array[cast(:id as bigint)], cast(:overrides as jsonb))"
        ),
        {"id": archive_id, "overrides": json.dumps(overrides)},
    ).scalar_one()
    item = session.get_one(Item, uuid.UUID(row_id))
    session.commit()
    session.refresh(item)
    return item


def _set_actor(session: Session, user: User) -> None:
    session.execute(text("select set_config('archive.actor', :actor, true)"), {"actor": str(user.id)})
