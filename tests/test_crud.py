"""What code written against `crud` and `utils` relies on, with a session of its own."""

from app import crud, utils
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


def test_authenticate_returns_the_user_with_this_password_and_nobody_else(db):
    with Session(engine) as session:
        made = crud.create_user(session=session, user_create=UserCreate(email="ann@example.com", password=PASSWORD))

        assert crud.authenticate(session=session, email="Ann@example.com", password=PASSWORD).id == made.id
        assert crud.authenticate(session=session, email="ann@example.com", password="another password") is None
        assert crud.authenticate(session=session, email="bob@example.com", password=PASSWORD) is None


def test_a_reset_token_tells_its_e_mail_and_no_other_text_does():
    assert (
        utils.verify_password_reset_token(utils.generate_password_reset_token("ann@example.com")) == "ann@example.com"
    )
    assert utils.verify_password_reset_token("no token") is None
