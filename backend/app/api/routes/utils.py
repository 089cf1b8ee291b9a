"""Is it up, is it ready, does mail work?"""

import anyio
from anyio import to_thread
from fastapi import APIRouter, BackgroundTasks, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, text

from app import utils
from app.api.deps import for_superusers
from app.archive import reports
from app.core import db, migrations
from app.core.embedded import EmbeddedError
from app.models import Email, Message, Readiness

router = APIRouter(prefix="/utils", tags=["utils"])

READY_WITHIN = 1.8
"""Seconds, after which a database that does not answer counts as not ready."""


@router.post("/test-email/", dependencies=for_superusers, status_code=201)
def test_email(email_to: Email, background: BackgroundTasks) -> Message:
    """Send a test mail."""
    mail = utils.generate_test_email(email_to)
    background.add_task(
        lambda: utils.send_email(email_to=email_to, subject=mail.subject, html_content=mail.html_content)
    )
    return Message(message="Test email sent")


@router.get("/health-check/")
async def health_check() -> bool:
    """Tell that the process is up."""
    return True


@router.get("/ready/", responses={503: {"model": Readiness}})
async def ready(response: Response) -> Readiness:
    """Tell whether the database answers, is at the newest revision, and has the archive in force."""
    readiness = Readiness(ready=False, errors=[f"The database did not answer within {READY_WITHIN} s."])
    with anyio.move_on_after(READY_WITHIN):
        readiness = await to_thread.run_sync(_readiness, abandon_on_cancel=True)
    response.status_code = 200 if readiness.ready else 503
    return readiness


def _readiness() -> Readiness:
    errors: list[str] = []
    warnings: list[str] = []
    try:
        with Session(db.engine) as session:
            session.execute(text("set local statement_timeout = '1500ms'"))
            if not migrations.is_at_head(session.connection()):
                errors.append("The database is not at the newest revision: archive-table migrate brings it there.")
            if session.scalar(text("show transaction_read_only")) == "on":
                errors.append("The database is read-only.")
            for check in reports.health(session):
                if not check.ok:
                    fault = f"{check.source or 'archive'}: {check.check_name}: {check.detail}"
                    (errors if check.severity == "error" else warnings).append(fault)
    except (SQLAlchemyError, EmbeddedError) as error:
        errors.append(f"The database does not answer: {error.__class__.__name__}.")
    return Readiness(ready=not errors, errors=errors, warnings=warnings)
