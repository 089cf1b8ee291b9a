"""Is it up, is it ready, does mail work?"""

from fastapi import APIRouter, BackgroundTasks, Response

from app import utils
from app.api.deps import for_superusers
from app.api.readiness import readiness
from app.models import Email, Message, Readiness

router = APIRouter(prefix="/utils", tags=["utils"])


@router.post("/test-email/", dependencies=for_superusers, status_code=201)
def test_email(email_to: Email, background: BackgroundTasks) -> Message:
    """Send a test mail."""
    mail = utils.generate_test_email(email_to)
    background.add_task(
        utils.in_mail_queue,
        lambda: utils.send_email(email_to=email_to, subject=mail.subject, html_content=mail.html_content),
    )
    return Message(message="Test email sent")


@router.get("/health-check/")
async def health_check() -> bool:
    """Tell that the process is up."""
    return True


@router.get("/ready/", responses={503: {"model": Readiness}})
async def ready(response: Response) -> Readiness:
    """Tell whether the database answers, is at the newest revision, and has the archive in force."""
    answer = await readiness()
    response.status_code = 200 if answer.ready else 503
    return answer
