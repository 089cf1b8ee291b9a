"""Signing in, and getting back in."""

import logging
from contextlib import suppress
from typing import Annotated

import psycopg
from fastapi import APIRouter, BackgroundTasks, Form, HTTPException
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app import accounts, crud, limits, utils
from app.api.deps import CurrentUser, EmailPath, SessionDep, for_superusers
from app.api.paths import text
from app.api.responses import errors
from app.core import db, security
from app.core.config import settings
from app.models import LoginForm, Message, NewPassword, Token, User, UserPublic

logger = logging.getLogger(__name__)

router = APIRouter(tags=["login"])


@router.post("/login/access-token", responses=errors(400, 429))
async def login_access_token(session: SessionDep, form: Annotated[LoginForm, Form()]) -> Token:
    """Sign in with e-mail and password, and get the access token for everything else."""
    _, token = await security.hashing(accounts.sign_in, session, form, "access")
    return Token(access_token=token)


@router.post("/login/test-token", response_model=UserPublic)
async def test_token(current_user: CurrentUser) -> User:
    """Show whom the token signs in."""
    return current_user


@router.post("/password-recovery/" + text("email"), responses=errors(429))
def recover_password(session: SessionDep, email: EmailPath, background: BackgroundTasks) -> Message:
    """Mail a link to set a new password, if there is such a user. The answer does not tell, nor does its time."""
    with suppress(SQLAlchemyError, psycopg.OperationalError):  # nor whether there is a database
        limits.allow_recovery(session, "recovery")
    background.add_task(utils.in_mail_queue, _mail_reset_link, email)
    return Message(message="Password recovery email sent")


def _mail_reset_link(email: str) -> None:
    try:
        with Session(db.engine, expire_on_commit=False) as session:
            user = crud.get_user_by_email(session=session, email=email)
            if user is None or not settings.emails_enabled or not limits.may_mail(session, user.email):
                return
    except (SQLAlchemyError, psycopg.OperationalError):
        logger.exception("A password recovery could not be looked up")  # the response has been sent
        return
    address = user.email
    token = utils.generate_password_reset_token(address, user.id)
    mail = utils.generate_reset_password_email(address, address, token)
    utils.send_email(email_to=address, subject=mail.subject, html_content=mail.html_content)


@router.post("/reset-password/", responses=errors(400, 429))
async def reset_password(session: SessionDep, body: NewPassword) -> Message:
    """Set a new password with the token from the mail. The token works once; every access token ends."""
    await security.hashing(accounts.reset_password, session, body.token, body.new_password)
    return Message(message="Password updated successfully")


@router.post(
    "/password-recovery-html-content/" + text("email"),
    dependencies=for_superusers,
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def recover_password_html_content(session: SessionDep, email: EmailPath) -> HTMLResponse:
    """Show the mail that password recovery would send."""
    user = crud.get_user_by_email(session=session, email=email)
    if not user:
        raise HTTPException(404, "The user with this username does not exist in the system.")
    token = utils.generate_password_reset_token(user.email, user.id)
    mail = utils.generate_reset_password_email(user.email, user.email, token)
    return HTMLResponse(mail.html_content)
