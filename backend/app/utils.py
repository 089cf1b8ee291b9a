"""E-mails and reset tokens."""

import asyncio
import logging
import smtplib
import ssl
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache, partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, ParamSpec

import jwt
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core import security
from app.core.config import settings

logger = logging.getLogger(__name__)

P = ParamSpec("P")

SMTP_TIMEOUT = 30
"""Seconds until a mail server that does not answer is given up."""


MAX_WAITING = 1000
"""How many mails may wait to be sent."""

_mailing = ThreadPoolExecutor(1, "mail")
_places = BoundedSemaphore(MAX_WAITING)


@dataclass
class EmailData:
    """A mail, ready to be sent to somebody."""

    html_content: str
    subject: str


async def in_mail_queue(job: Callable[P, None], *arguments: P.args, **options: P.kwargs) -> None:
    """Do what sends a mail after all that came before, in one thread: a slow mail server keeps nothing else waiting.

    As a background task of a request, which is answered already. A mail for which there is no place is dropped.
    """
    if not _places.acquire(blocking=False):
        logger.error("A mail was dropped: %d are waiting", MAX_WAITING)
        return
    try:
        in_request = partial(copy_context().run, job, *arguments, **options)  # whose id the log lines have
        await asyncio.wrap_future(_mailing.submit(in_request))
    finally:
        _places.release()


def send_email(*, email_to: str, subject: str = "", html_content: str = "") -> None:
    """Send a mail, if mail is on. One that cannot be sent is logged: nobody waits for it."""
    if not settings.emails_enabled:
        return
    try:
        _send(_message(email_to, subject, html_content))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        fields = {"error": type(error).__name__}  # not its text, in which the address can be
        logger.error("A mail could not be sent", extra={"fields": fields})


def _message(email_to: str, subject: str, html_content: str) -> EmailMessage:
    sender = str(settings.EMAILS_FROM_EMAIL)
    message = EmailMessage()
    message["From"] = Address(settings.EMAILS_FROM_NAME, addr_spec=sender)
    message["To"] = email_to
    message["Subject"] = subject
    message.set_content("This message is in HTML.")
    message.add_alternative(html_content, subtype="html")
    return message


def _send(message: EmailMessage) -> None:
    server: smtplib.SMTP
    host, port, context = str(settings.SMTP_HOST), settings.SMTP_PORT, ssl.create_default_context()
    if settings.SMTP_SSL:
        server = smtplib.SMTP_SSL(host, port, timeout=SMTP_TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=SMTP_TIMEOUT)
    with server:
        if settings.SMTP_TLS and not settings.SMTP_SSL:
            server.starttls(context=context)
        if settings.SMTP_USER:
            server.login(settings.SMTP_USER, settings.SMTP_PASSWORD or "")
        server.send_message(message)


def generate_test_email(email_to: str) -> EmailData:
    """Write the mail that shows that mail works."""
    return _mail("test.html", f"{settings.PROJECT_NAME} - Test email", email=email_to)


def generate_reset_password_email(email_to: str, email: str, token: str) -> EmailData:
    """Write the mail with the link that leads to a new password."""
    return _mail(
        "reset_password.html",
        f"{settings.PROJECT_NAME} - Password recovery for user {email}",
        email=email_to,
        username=email,
        valid_hours=settings.EMAIL_RESET_TOKEN_EXPIRE_HOURS,
        link=f"{settings.FRONTEND_HOST}/reset-password?token={token}",
    )


def generate_new_account_email(email_to: str, username: str) -> EmailData:
    """Write the mail that welcomes a user. It holds no password: password recovery is the way to one."""
    return _mail(
        "new_account.html",
        f"{settings.PROJECT_NAME} - New account for user {username}",
        email=email_to,
        username=username,
        link=settings.FRONTEND_HOST,
    )


def _mail(template: str, subject: str, **context: Any) -> EmailData:
    html = _templates().get_template(template).render(project_name=settings.PROJECT_NAME, **context)
    return EmailData(html_content=html, subject=subject)


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "email-templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)


def generate_password_reset_token(email: str, user_id: uuid.UUID | None = None) -> str:
    """Issue the token that lets the holder of this e-mail set a new password, once.

    With a user's id, for that user alone, whoever may have the e-mail later.
    """
    lifetime = timedelta(hours=settings.EMAIL_RESET_TOKEN_EXPIRE_HOURS)
    return security.issue_token("reset", email, lifetime, user_id=str(user_id) if user_id else None)


def verify_password_reset_token(token: str) -> str | None:
    """Return the e-mail that a reset token is for, or None if it is not valid. It does not tell whether it was used."""
    try:
        return security.read_token("reset", token).sub
    except jwt.InvalidTokenError:
        return None
