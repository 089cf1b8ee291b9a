"""What code written against `crud` with a session of its own relies on."""

from app import crud
from app.core.db import engine
from app.models import ItemCreate, UserCreate, UserUpdate
from sqlmodel import Session

from tests.conftest import PASSWORD


def test_what_crud_returns_can_be_read_after_its_session_has_closed(db):
    with Session(engine) as session:
        made = crud.create_user(session=session, user_create=UserCreate(email="ann@example.com", password=PASSWORD))
    with Session(engine) as session:
        item = crud.create_item(session=session, item_in=ItemCreate(title="a title"), owner_id=made.id)
    with Session(engine) as session:
        session.add(made)
        changed = crud.update_user(session=session, db_user=made, user_in=UserUpdate(full_name="Ann"))

    assert (changed.full_name, item.title, item.owner_id) == ("Ann", "a title", made.id)
