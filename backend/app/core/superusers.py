"""Superusers whose password is the placeholder that everybody knows: refused outside local."""

from sqlmodel import Session, col, select

from app.core import security
from app.core.config import PLACEHOLDER, settings
from app.core.db import engine
from app.errors import PlaceholderPassword
from app.models import User


def is_refused(password: str) -> bool:
    """Return whether no superuser may have this password where others can reach the server."""
    return settings.ENVIRONMENT != "local" and password == PLACEHOLDER


def refuse_placeholder() -> None:
    """Verify that no superuser has the placeholder as password. It takes some 25 ms for each superuser.

    Raises:
        PlaceholderPassword: somebody has it.
        sqlalchemy.exc.DBAPIError: the database cannot be reached, or is not migrated.

    """
    if not is_refused(PLACEHOLDER):
        return
    with Session(engine) as session:
        superusers = session.exec(select(User.email, User.hashed_password).where(col(User.is_superuser))).all()
    for email, hashed in superusers:
        if security.verify_password(PLACEHOLDER, hashed):
            raise PlaceholderPassword(
                f'The superuser {email} still has the password "{PLACEHOLDER}", which is not allowed with'
                f" ENVIRONMENT={settings.ENVIRONMENT}: choose another with `archive-table password {email}`."
            )
