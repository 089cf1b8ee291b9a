"""Signing in, and getting back in."""

import logging
from datetime import timedelta
from typing import Annotated

import jwt
import psycopg
from fastapi import APIRouter, BackgroundTasks, Depends, Form, HTTPException
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app import crud, utils
from app.api.deps import CurrentUser, EmailPath, SessionDep, get_current_active_superuser
from app.core import db, security
from app.core.config import settings
from app.models import LoginForm, Message, NewPassword, Token, User, UserPublic

logger = logging.getLogger(__name__)

router = APIRouter(tags=["login"])


@router.post("/login/access-token")
def login_access_token(session: SessionDep, form: Annotated[LoginForm, Form()]) -> Token:
    """Sign in with e-mail and password, and get the access token for everything else."""
    return Token(access_token=sign_in(session, form, "access")[1])


def sign_in(session: Session, form: LoginForm, type_: security.TokenType) -> tuple[User, str]:
    """Return the user who knows the password, and a new token of theirs.

    Raises:
        HTTPException: 400, saying why not.

    """
    user = crud.sign_in(session=session, email=form.username, password=form.password)
    if not user:
        raise HTTPException(400, "Incorrect email or password")
    _refuse_inactive(user)
    # Before the commit, which gives up the lock on the row: see crud.sign_in.
    lifetime = timedelta(minutes=settings.ACCESS_TOKEN_EXPIRE_MINUTES)
    token = security.issue_token(type_, str(user.id), lifetime)
    session.commit()
    return user, token


@router.post("/login/test-token", response_model=UserPublic)
async def test_token(current_user: CurrentUser) -> User:
    """Show whom the token signs in."""
    return current_user


@router.post("/password-recovery/{email}")
def recover_password(email: EmailPath, background: BackgroundTasks) -> Message:
    """Mail a link to set a new password, if there is such a user. The answer does not tell, nor does its time."""
    background.add_task(_mail_reset_link, email)
    return Message(message="Password recovery email sent")


def _mail_reset_link(email: str) -> None:
    try:
        with Session(db.engine, expire_on_commit=False) as session:
            user = crud.get_user_by_email(session=session, email=email)
    except (SQLAlchemyError, psycopg.OperationalError):
        logger.exception("A password recovery could not be looked up")  # the answer is given already
        return
    if user is None or not settings.emails_enabled:
        return
    address = user.email
    token = utils.generate_password_reset_token(address, user.id)
    mail = utils.generate_reset_password_email(address, address, token)
    utils.send_email(email_to=address, subject=mail.subject, html_content=mail.html_content)


@router.post("/reset-password/")
def reset_password(session: SessionDep, body: NewPassword) -> Message:
    """Set a new password with the token from the mail. The token works once; every access token ends."""
    try:
        token = security.read_token("reset", body.token)
    except jwt.InvalidTokenError as error:
        raise HTTPException(400, "Invalid token") from error
    user = crud.get_user_by_email(session=session, email=token.sub, lock=True)
    if not user or token.user_id not in {None, str(user.id)}:  # somebody else may have this e-mail by now
        raise HTTPException(400, "Invalid token")
    _refuse_inactive(user)
    if token.iat < user.tokens_valid_from.timestamp():  # used before, or overtaken by another change of password
        raise HTTPException(400, "Invalid token")
    crud.reset_password(session=session, user=user, new_password=body.new_password)
    return Message(message="Password updated successfully")


@router.post(
    "/password-recovery-html-content/{email}",
    dependencies=[Depends(get_current_active_superuser)],
    response_class=HTMLResponse,
)
def recover_password_html_content(session: SessionDep, email: EmailPath) -> HTMLResponse:
    """Show the mail that password recovery would send."""
    user = crud.get_user_by_email(session=session, email=email)
    if not user:
        raise HTTPException(404, "The user with this username does not exist in the system.")
    token = utils.generate_password_reset_token(user.email, user.id)
    mail = utils.generate_reset_password_email(user.email, user.email, token)
    return HTMLResponse(mail.html_content)


def _refuse_inactive(user: User) -> None:
    if not user.is_active:
        raise HTTPException(400, "Inactive user")
