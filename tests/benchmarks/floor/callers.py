"""What every route begins and ends with: a connection, who asks, and rows as JSON."""

import uuid
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import jwt
import psycopg
from app.core import db, security, trace
from app.core.config import settings
from fastapi import HTTPException, Response
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader
from pydantic import ValidationError
from pydantic_core import to_json

_idle: deque[psycopg.AsyncConnection] = deque()


@asynccontextmanager
async def connected() -> AsyncIterator[psycopg.AsyncConnection]:
    """Lend a connection; there will be as many as requests at once."""
    try:
        connection = _idle.pop()
    except IndexError:
        connection = await psycopg.AsyncConnection.connect(
            **db.parameters(settings.POSTGRES_USER, settings.POSTGRES_PASSWORD),
            options="-c plan_cache_mode=force_generic_plan",
            autocommit=True,
            row_factory=dict_row,
        )
        connection.adapters.register_loader("json", TextLoader)
    try:
        yield connection
    finally:
        _idle.append(connection)


async def fetch(connection: psycopg.AsyncConnection, query: str, values: Any = None) -> list[dict[str, Any]]:
    """Run a query."""
    return await (await connection.execute(query, values)).fetchall()


async def fetch_one(connection: psycopg.AsyncConnection, query: str, values: Any = None) -> Any:
    """Run a query, and return the first row, if there is one."""
    return await (await connection.execute(query, values)).fetchone()


def page(rows: list[dict[str, Any]], **whole: Any) -> Response:
    """Answer with rows that are in JSON already."""
    body = b'{"data":[%b],%b' % (",".join([row["json"] for row in rows]).encode(), to_json(whole)[1:])
    return Response(body, media_type="application/json")


class Json(Response):
    """Rows as JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return to_json(content)


class Caller(NamedTuple):
    """Who asks."""

    id: uuid.UUID
    is_superuser: bool


async def signed_in(connection: psycopg.AsyncConnection, token: str) -> Caller:
    """Return whom a token signs in."""
    try:
        payload = security.read_token("access", token)
        user_id = uuid.UUID(payload.sub)
    except (jwt.InvalidTokenError, ValidationError, ValueError) as error:
        raise HTTPException(403, "Could not validate credentials") from error
    user = await fetch_one(
        connection,
        """
        select is_active, is_superuser, kept_token, extract(epoch from tokens_valid_from)::float8 as valid_from
          from "user" where id = %s
        """,
        [user_id],
    )
    if not user:
        raise HTTPException(404, "User not found")
    if not user["is_active"]:
        raise HTTPException(400, "Inactive user")
    if payload.iat < user["valid_from"] and payload.jti != user["kept_token"]:
        raise HTTPException(403, "Could not validate credentials")
    trace.note_user(user_id)
    return Caller(user_id, user["is_superuser"])


async def superuser(connection: psycopg.AsyncConnection, token: str) -> Caller:
    caller = await signed_in(connection, token)
    if not caller.is_superuser:
        raise HTTPException(403, "The user doesn't have enough privileges")
    return caller
