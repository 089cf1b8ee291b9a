"""Access to the console: superusers, by a cookie, and seals that tell the console's own forms from forged ones."""

import re
import secrets
from typing import Annotated, NamedTuple
from urllib.parse import quote

import jwt
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from app import accounts
from app.admin.render import delete_cookie, needs_https, page, root, set_cookie
from app.api.deps import SessionDep
from app.core import security
from app.models import LoginForm, TokenPayload, User

COOKIE = "console"
FORM_COOKIE = "console_form"
"""The cookie that a sign-in form is bound to, since there is no sign-in yet."""


class SignInNeeded(Exception):
    """The request is not signed in, or no longer."""


class NotSuperuser(Exception):
    """The user who is signed in is not a superuser."""


class ForeignForm(Exception):
    """A form that was not made for this sign-in: another user's, an older one, or another site's."""


class SignedIn(NamedTuple):
    """A sign-in: the user and the token."""

    user: User
    token: TokenPayload

    @property
    def seal(self) -> str:
        """The hidden field of its forms, against cross-site request forgery."""
        return security.seal("form", self.token.jti)


async def signed_in(request: Request) -> SignedIn:
    """Return the sign-in of the cookie. Whatever ends a token of the API ends the cookie's token too."""
    try:
        token = security.read_token("console", request.cookies.get(COOKIE, ""))
        user = await accounts.get_holder(token)
    except (jwt.InvalidTokenError, HTTPException) as error:
        raise SignInNeeded from error
    if await accounts.has_ended(token):
        raise SignInNeeded
    who = SignedIn(user, token)
    request.state.signed_in = who  # for the head of the page
    request.state.extended = accounts.extend(token)  # for the response, see admin/main.py
    return who


SignedInDep = Annotated[SignedIn, Depends(signed_in)]


async def superuser(who: SignedInDep) -> User:
    """Return the superuser who is signed in."""
    if not who.user.is_superuser:
        raise NotSuperuser
    return who.user


async def own_form(request: Request, who: SignedInDep) -> FormData:
    """Return the form, verified to be of this sign-in; an empty one for a GET or HEAD."""
    if request.method in {"GET", "HEAD"}:
        return FormData()
    form = await _read(request)
    if not security.is_sealed("form", who.token.jti, field(form, "seal")):
        raise ForeignForm
    return form


ConsoleSuperuser = Annotated[User, Depends(superuser)]
FormDep = Annotated[FormData, Depends(own_form)]
for_console = [Depends(superuser), Depends(own_form)]
"""The dependencies of every page."""


async def sign_in_form(request: Request) -> FormData:
    """Return the sign-in form, verified: another site's could sign the visitor in as another user."""
    form = await _read(request)
    nonce = request.cookies.get(FORM_COOKIE, "")
    if not nonce or not security.is_sealed("sign-in", nonce, field(form, "seal")):
        raise ForeignForm
    return form


async def _read(request: Request) -> FormData:
    """Read a form. It may declare any encoding, but a form of the console is always UTF-8."""
    try:
        form = await request.form(max_files=0, max_fields=100)
        "".join(map(str, form.values())).encode()  # half a surrogate pair
    except UnicodeError as error:
        raise ForeignForm from error
    return form


def field(form: FormData, name: str) -> str:
    """Return a field of a form, empty where it is missing."""
    return str(form.get(name, ""))


def reason(form: FormData) -> str | None:
    """Return why somebody does something, as long as the API takes it and as PostgreSQL can store it."""
    return field(form, "reason").replace("\0", "")[:1000] or None


# Signing in and out

router = APIRouter()


@router.post("/sign-in")
async def sign_in(request: Request, session: SessionDep, form: Annotated[FormData, Depends(sign_in_form)]) -> Response:
    """Sign in, by the same rules as the API, and go on to the page that was asked for."""
    email, next_page = field(form, "username"), field(form, "next")
    try:
        credentials = LoginForm.model_validate({"username": email, "password": field(form, "password")})
        user, token = await security.hashing(accounts.sign_in, session, credentials, "console")
    except ValidationError:
        return sign_in_page(request, 422, problem="This cannot be an e-mail and a password", next_page=next_page)
    except HTTPException as error:
        return sign_in_page(request, error.status_code, problem=error.detail, email=email, next_page=next_page)
    if not user.is_superuser:  # no cookie: it would open nothing
        return sign_in_page(request, 403, refused=user, next_page=next_page)
    answer = RedirectResponse(_local(request, next_page), 303)
    set_cookie(request, answer, COOKIE, token, lifetime=accounts.console_minutes() * 60)
    return answer


@router.post("/sign-out", dependencies=[Depends(own_form)])
async def sign_out(request: Request, who: SignedInDep) -> Response:
    """Sign out: delete the cookie and end its token, of which there may be copies."""
    await accounts.end_token(who.token)
    request.state.extended = None
    answer = RedirectResponse(f"{root(request)}/", 303)
    delete_cookie(request, answer, COOKIE)
    return answer


def sign_in_page(
    request: Request,
    status: int = 401,
    *,
    problem: str | None = None,
    refused: User | None = None,
    email: str = "",
    next_page: str | None = None,
) -> Response:
    """Answer with the sign-in form, which leads on to the requested page."""
    nonce = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe()
    answer = page(
        request,
        "sign_in.html",
        status,
        problem=problem,
        needs_https=needs_https(request),
        refused=refused,
        email=email,
        next_page=_local(request, _here(request) if next_page is None else next_page),
        seal=security.seal("sign-in", nonce),
    )
    set_cookie(request, answer, FORM_COOKIE, nonce, samesite="strict")
    return answer


def _here(request: Request) -> str:
    """Return the address of the requested page, or of the page with the form that was sent."""
    path = quote(request.scope["path"])
    query = request.scope["query_string"].decode("latin-1")
    if request.method not in {"GET", "HEAD"}:
        path = path.rpartition("/")[0]
    return f"{path}?{query}" if query else path


def _local(request: Request, path: str) -> str:
    """Return the path if it is a page of the console, else the first page: no redirect leads to another site."""
    start = f"{root(request)}/"
    return path if path.startswith(start) and re.fullmatch(r"[!-\[\]-~]+", path) else start
