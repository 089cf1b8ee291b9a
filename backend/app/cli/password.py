"""`archive-table password`: a new password for a user, where nobody can sign in to change it."""

import getpass
import sys

from sqlmodel import Session

from app import crud
from app.cli.usage import UsageError
from app.core.db import engine
from app.models import UserUpdate


def set_password(email: str) -> None:
    """Give the user a password, asked for at a terminal and else read from standard input; end every token.

    Raises:
        UsageError: there is no such user.
        pydantic.ValidationError: this cannot be a password.

    """
    with Session(engine) as session:
        user = crud.get_user_by_email(session=session, email=email)
        if not user:
            raise UsageError(f"There is no user {email}.")
        password = getpass.getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        user = crud.update_user(session=session, db_user=user, user_in=UserUpdate(password=password))
        print(f"{user.email} has the new password, and is signed out everywhere.")
