"""The floor: this project's routes, each written by hand on psycopg, as quickly as is known and still correct.

Same framework, same checks of the token and the input, same answers. A request takes one connection once, runs as few
statements as will do on the event loop, each a transaction of its own where it can be, and sends lists in the JSON that
PostgreSQL writes. Nothing is shared between routes but that.
"""

import json
import uuid
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

import jwt
import psycopg
from anyio import to_thread
from app.api.deps import Limit, Skip, TokenDep
from app.api.export import FORMULA_STARTS
from app.core import db, security
from app.core.config import settings
from app.models import ArchiveId, ItemCreate, ItemFilter, ItemUpdate, LoginForm, Reason, RestoreChoice
from fastapi import FastAPI, Form, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader
from pydantic import ValidationError
from pydantic_core import from_json, to_json
from starlette.middleware.cors import CORSMiddleware
from uuid_utils.compat import uuid7

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=settings.all_cors_origins, allow_credentials=True)
PREFIX = settings.API_V1_STR

COUNT_LIMIT = 10_000
CHUNK = 64 * 1024

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


@app.exception_handler(psycopg.Error)
def answer_archive_error(_: Request, error: psycopg.Error) -> JSONResponse:
    if not (state := error.sqlstate or "").startswith("AR"):
        raise error
    return JSONResponse({"detail": error.diag.message_primary}, int(state[2:]))


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
    return Caller(user_id, user["is_superuser"])


async def superuser(connection: psycopg.AsyncConnection, token: str) -> Caller:
    caller = await signed_in(connection, token)
    if not caller.is_superuser:
        raise HTTPException(403, "The user doesn't have enough privileges")
    return caller


@app.post(f"{PREFIX}/login/access-token")
async def login(form: Annotated[LoginForm, Form()]) -> Json:
    async with connected() as connection:
        user = await fetch_one(
            connection,
            'select id, hashed_password, is_active from "user" where lower(email) = %s',
            [form.username.lower()],
        )
        stored = user["hashed_password"] if user else security.NOBODYS_HASH
        verified, new_hash = await to_thread.run_sync(security.verify_and_rehash, form.password, stored)
        if not (user and verified):
            raise HTTPException(400, "Incorrect email or password")
        if not user["is_active"]:
            raise HTTPException(400, "Inactive user")
        async with connection.transaction():
            current = await fetch_one(
                connection,
                'select 1 from "user" where id = %s and hashed_password = %s for share',
                [user["id"], user["hashed_password"]],
            )
            if not current:
                raise HTTPException(400, "Incorrect email or password")
            if new_hash:
                await connection.execute('update "user" set hashed_password = %s where id = %s', [new_hash, user["id"]])
            lifetime = timedelta(minutes=settings.ACCESS_TOKEN_EXPIRE_MINUTES)
            token = security.create_access_token(user["id"], lifetime)
    return Json({"access_token": token, "token_type": "bearer"})


@app.get(f"{PREFIX}/items/")
async def read_items(token: TokenDep, skip: Skip = 0, limit: Limit = 100) -> Response:
    async with connected() as connection:
        caller = await signed_in(connection, token)
        whose = "" if caller.is_superuser else "where owner_id = %(owner)s"
        values = {"owner": caller.id}
        rows = await fetch(
            connection,
            f"""
            select row_to_json(r) as json from (
                select title, description, id, owner_id from item {whose}
                 order by id desc offset {skip} limit {limit}) r
            """,
            values,
        )
        count = await fetch_one(connection, f"select count(*) from item {whose}", values)
    return page(rows, **count)


@app.post(f"{PREFIX}/items/")
async def create_item(token: TokenDep, item: ItemCreate) -> Json:
    async with connected() as connection:
        caller = await signed_in(connection, token)
        row = await fetch_one(
            connection,
            """
            insert into item (id, title, description, owner_id) values (%s, %s, %s, %s)
            returning title, description, id, owner_id
            """,
            [uuid7(), item.title, item.description, caller.id],
        )
    return Json(row)


@app.get(f"{PREFIX}/items/export/csv")
async def export_items(token: TokenDep) -> StreamingResponse:
    async with connected() as connection:
        caller = await signed_in(connection, token)
    name = "all_items.csv" if caller.is_superuser else "my_items.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return StreamingResponse(_csv(caller), media_type="text/csv; charset=utf-8", headers=headers)


async def _csv(caller: Caller) -> AsyncIterator[bytes]:
    def cell(name: str) -> str:
        starts = list(map(ord, FORMULA_STARTS))
        return f"case when ascii({name}) = any (array{starts}) then '''' || {name} else {name} end as {name}"

    whose = "" if caller.is_superuser else "where owner_id = %s"
    chunk = bytearray()
    async with (
        connected() as connection,
        connection.cursor() as cursor,
        cursor.copy(
            f"copy (select id, {cell('title')}, {cell('description')}, owner_id from item {whose} order by id desc)"
            "  to stdout (format csv, header)",
            None if caller.is_superuser else [caller.id],
        ) as rows,
    ):
        async for row in rows:
            chunk += row
            if len(chunk) >= CHUNK:
                yield bytes(chunk)
                chunk.clear()
    yield bytes(chunk)


@app.get(f"{PREFIX}/items/{{item_id}}")
async def read_item(token: TokenDep, item_id: uuid.UUID) -> Json:
    async with connected() as connection:
        caller = await signed_in(connection, token)
        row = await fetch_one(connection, "select title, description, id, owner_id from item where id = %s", [item_id])
    if not row:
        raise HTTPException(404, "Item not found")
    if not caller.is_superuser and row["owner_id"] != caller.id:
        raise HTTPException(400, "Not enough permissions")
    return Json(row)


@app.put(f"{PREFIX}/items/{{item_id}}")
async def update_item(token: TokenDep, item_id: uuid.UUID, item: ItemUpdate) -> Json:
    given = item.model_fields_set
    async with connected() as connection:
        caller = await signed_in(connection, token)
        row = await fetch_one(
            connection,
            """
            update item
               set title = case when %(has_title)s then %(title)s else title end,
                   description = case when %(has_description)s then %(description)s else description end
             where id = %(id)s and (%(all)s or owner_id = %(caller)s)
            returning title, description, id, owner_id
            """,
            {
                "id": item_id,
                "all": caller.is_superuser,
                "caller": caller.id,
                "has_title": "title" in given,
                "title": item.title,
                "has_description": "description" in given,
                "description": item.description,
            },
        )
        if not row:
            await _refuse(connection, item_id)
    return Json(row)


@app.delete(f"{PREFIX}/items/{{item_id}}")
async def delete_item(token: TokenDep, item_id: uuid.UUID, reason: Annotated[Reason | None, Query()] = None) -> Json:
    async with connected() as connection:
        caller = await signed_in(connection, token)
        deleted = await connection.execute(
            """
            with context as materialized (
                select set_config('archive.actor', %s, true), set_config('archive.reason', %s, true)
            )
            delete from item using context where id = %s and (%s or owner_id = %s)
            """,
            [str(caller.id), reason or "", item_id, caller.is_superuser, caller.id],
        )
        if not deleted.rowcount:
            await _refuse(connection, item_id)
    return Json({"message": "Item deleted successfully"})


async def _refuse(connection: psycopg.AsyncConnection, item_id: uuid.UUID) -> None:
    if await fetch_one(connection, "select 1 from item where id = %s", [item_id]):
        raise HTTPException(400, "Not enough permissions")
    raise HTTPException(404, "Item not found")


def in_utc(name: str) -> str:
    return rf"""to_char({name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as {name}"""


ARCHIVED = f"""
    id, title, description, owner_id, archive_id, transaction_id, {in_utc("archived_at")}, archived_by, reason,
    session_role, application_name, client_addr, cascaded, {in_utc("restored_at")}, restored_by, {in_utc("erased_at")}
"""


@app.get(f"{PREFIX}/archive/items/")
async def read_archived_items(
    token: TokenDep, wanted: Annotated[ItemFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Response:
    conditions = list(_conditions(wanted))
    matching = f"from item_archive where {' and '.join(conditions) or 'true'}"
    later = " and ".join([*conditions, "archive_id < %(before)s"] if before else conditions) or "true"
    values = wanted.model_dump() | {"q": f"%{_escaped(wanted.q or '')}%", "before": before}
    async with connected() as connection:
        await superuser(connection, token)
        rows = await fetch(
            connection,
            f"""
            select archive_id, row_to_json(r) as json from (
                select {ARCHIVED} from item_archive where {later} order by archive_id desc limit {limit + 1}) r
            """,
            values,
        )
        counted = await fetch_one(
            connection, f"select count(*) from (select 1 {matching} limit {COUNT_LIMIT + 1}) matching", values
        )
        count = counted["count"]
        if count > COUNT_LIMIT:
            plan = await fetch_one(connection, f"explain (format json) select archive_id {matching}", values)
            count = max(count, from_json(plan["QUERY PLAN"])[0]["Plan"]["Plan Rows"])
    next_before = rows[limit - 1]["archive_id"] if len(rows) > limit else None
    return page(rows[:limit], count=count, count_exact=count <= COUNT_LIMIT, next_before=next_before)


def _conditions(wanted: ItemFilter) -> Iterator[str]:
    yield from {
        "archived": ["restored_at is null"],
        "restored": ["restored_at is not null"],
        "any": [],
    }[wanted.state]
    for name, condition in {
        "owner_id": "owner_id = %(owner_id)s",
        "item_id": "id = %(item_id)s",
        "archived_by": "archived_by = %(archived_by)s",
        "transaction_id": "transaction_id = %(transaction_id)s::xid8",
        "archived_after": "archived_at >= %(archived_after)s",
        "archived_before": "archived_at < %(archived_before)s",
        "q": "(title ilike %(q)s or description ilike %(q)s)",
    }.items():
        if getattr(wanted, name):
            yield condition


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


@app.get(f"{PREFIX}/archive/items/{{archive_id}}")
async def read_archived_item(token: TokenDep, archive_id: ArchiveId) -> Response:
    async with connected() as connection:
        await superuser(connection, token)
        row = await fetch_one(
            connection,
            f"select row_to_json(r) as json from (select {ARCHIVED} from item_archive where archive_id = %s) r",
            [archive_id],
        )
    if not row:
        raise HTTPException(404, "Archived item not found")
    return Response(row["json"], media_type="application/json")


@app.post(f"{PREFIX}/archive/items/{{archive_id}}/restore")
async def restore_item(token: TokenDep, archive_id: ArchiveId, choice: RestoreChoice | None = None) -> Json:
    overrides = {"owner_id": str(choice.owner_id)} if choice and choice.owner_id else {}
    async with connected() as connection:
        admin = await superuser(connection, token)
        async with connection.transaction():
            await connection.execute("select set_config('archive.actor', %s, true)", [str(admin.id)])
            restored = await fetch_one(
                connection,
                "select row_id from archive.restore('public.item', array[%s::bigint], %s::jsonb)",
                [archive_id, json.dumps(overrides)],
            )
            row = await fetch_one(
                connection,
                "select title, description, id, owner_id from item where id = %s",
                [uuid.UUID(restored["row_id"])],
            )
    return Json(row)
