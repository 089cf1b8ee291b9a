"""The console as an application of its own: its error pages, and the headers of all its responses."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from app import accounts
from app.admin import pages, sign_in
from app.admin.render import page, problem_page, set_cookie
from app.api.errors import EXPLAINED, explain

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def headed(send: Send, **more: str) -> Send:
    """Wrap `send` so that a response has the headers above, and these."""

    async def send_headed(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS | more)
        await send(message)

    return send_headed


class Console(FastAPI):
    """An application that adds the headers to every response, errors included, and forbids browsers to cache it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers, and the sign-in for another idle time."""

        async def send_extended(message: Message) -> None:
            token = scope.get("state", {}).get("extended")
            if message["type"] == "http.response.start" and token:
                answer = Response()
                lifetime = accounts.console_minutes() * 60
                set_cookie(Request(scope), answer, sign_in.COOKIE, token, lifetime=lifetime)
                MutableHeaders(scope=message).append("Set-Cookie", answer.headers["Set-Cookie"])
            await send(message)

        await super().__call__(scope, receive, headed(send_extended, **{"Cache-Control": "no-store"}))


class Static(StaticFiles):
    """Style sheet, script and icon of the pages; public."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers. Browsers revalidate what they have cached."""
        await super().__call__(scope, receive, headed(send, **{"Cache-Control": "no-cache"}))


static = Static(directory=Path(__file__).parent / "static")

console = Console(
    openapi_url=None,
    docs_url=None,
    redoc_url=None,
    routes=[*sign_in.router.routes, *pages.routes],  # the last takes whatever no other does
)


# Errors, as pages


@console.exception_handler(sign_in.SignInNeeded)
def ask_to_sign_in(request: Request, _: sign_in.SignInNeeded) -> Response:
    """Answer a request without sign-in with the form to sign in."""
    return sign_in.sign_in_page(request)


@console.exception_handler(sign_in.NotSuperuser)
def refuse(request: Request, _: sign_in.NotSuperuser) -> Response:
    """Answer a user who is signed in but no longer a superuser."""
    return page(request, "refused.html", 403)


@console.exception_handler(sign_in.ForeignForm)
def refuse_form(request: Request, _: sign_in.ForeignForm) -> Response:
    """Answer a form whose seal does not belong to this sign-in."""
    if hasattr(request.state, "signed_in"):
        return problem_page(
            request,
            403,
            "This form was not given out to your sign-in. Nothing was changed: go back, reload the page and try again.",
        )
    return sign_in.sign_in_page(request, 403, problem="That form was too old. Please try again.")


@console.exception_handler(RequestValidationError)
def refuse_input(request: Request, error: RequestValidationError) -> Response:
    """Answer an address with invalid parameters."""
    faults = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
    return problem_page(request, 422, f"This address makes no sense: {faults}.")


@console.exception_handler(StarletteHTTPException)
def answer_refusal(request: Request, error: StarletteHTTPException) -> Response:
    """Answer a refusal with a page."""
    return problem_page(request, error.status_code, error.detail, error.headers)


def answer_error(request: Request, error: Exception) -> Response:
    """Answer an error of the database, as the API does."""
    return answer_refusal(request, explain(error))


for kind in EXPLAINED:
    console.add_exception_handler(kind, answer_error)


@console.exception_handler(Exception)
def answer_fault(request: Request, _: Exception) -> Response:
    """Answer a bug of the program, which the server logs."""
    return problem_page(request, 500, "That is our fault, and it is logged. Nothing was changed.")
