"""Dependencies of routes, as named types."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Path, Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app import accounts
from app.core import db, replica, security
from app.core.config import settings
from app.models import PlainText, Reason, TokenPayload, User

reusable_oauth2 = OAuth2PasswordBearer(tokenUrl=f"{settings.API_V1_STR}/login/access-token")

Skip = Annotated[int, Query(ge=0, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=1000)]
EmailPath = Annotated[PlainText, Path(max_length=255)]

WhyDeleted = Annotated[Reason | None, Query()]
"""Kept in the archive."""

DeletionsBefore = Annotated[str | None, Query(pattern=r"^[0-9]+\.-?[0-9]+$", max_length=50)]
"""The `next_before` of a page of deletions."""


def get_db() -> Iterator[Session]:
    """Open a session. Whoever changes something commits it: FastAPI closes the session only after the response."""
    with Session(db.engine, expire_on_commit=False) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_db)]


def get_read_db(on_replica: Annotated[bool, Depends(replica.serves)]) -> Iterator[Session]:
    """Open a session that only reads, on the replica if that has all that was committed before, else on the primary."""
    with ExitStack() as stack:
        session = stack.enter_context(Session(db.replica_engine if on_replica else db.engine, expire_on_commit=False))
        if on_replica:
            try:
                session.connection()
            except DBAPIError:  # it has gone this moment
                session = stack.enter_context(Session(db.engine, expire_on_commit=False))
        yield session


ReadSessionDep = Annotated[Session, Depends(get_read_db)]
TokenDep = Annotated[str, Depends(reusable_oauth2)]


async def get_token_payload(token: TokenDep) -> TokenPayload:
    """Read the access token. 403 if it is not a valid one."""
    try:
        return security.read_token("access", token)
    except jwt.InvalidTokenError as error:
        raise accounts.invalid_token() from error


PayloadDep = Annotated[TokenPayload, Depends(get_token_payload)]


async def get_current_user(token: TokenDep) -> User:
    """Return the user whom the token signs in. 404 if gone, 400 if inactive, 403 if the token has been ended."""
    return await accounts.get_holder(await get_token_payload(token))


CurrentUser = Annotated[User, Depends(get_current_user)]


async def get_current_active_superuser(current_user: CurrentUser) -> User:
    """Return the user, who must be a superuser; else 403."""
    if not current_user.is_superuser:
        raise not_privileged()
    return current_user


SuperuserDep = Annotated[User, Depends(get_current_active_superuser)]

for_superusers = [Depends(get_current_active_superuser)]
"""Dependencies of routes that need not know which superuser calls. The console has its own, in `admin/sign_in.py`."""


def not_privileged() -> HTTPException:
    """Return the refusal of a user who is not a superuser."""
    return HTTPException(403, "The user doesn't have enough privileges")


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a parameter in the query that the route does not know: a misspelt filter would select every row."""
    elsewhere = (params.Path, params.Header, params.Cookie)
    fields = get_flat_params(request.scope["route"].dependant)
    known = {field.alias for field in fields if not isinstance(field.field_info, elsewhere)}
    if unknown := sorted(request.query_params.keys() - known):
        faults = [{"type": "extra_forbidden", "loc": ("query", name), "msg": "No such parameter"} for name in unknown]
        raise RequestValidationError(faults)


only_known_parameters = [Depends(refuse_unknown_parameters)]
"""Dependencies of routes that refuse parameters which they do not know."""
