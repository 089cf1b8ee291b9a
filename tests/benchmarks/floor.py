"""The floor: this project's routes, each written by hand on psycopg, as quickly as is known and still correct.

Same framework, same synchronous functions on worker threads, same checks of the token and the input, same answers. A
request takes one connection once, runs as few statements as will do, each a transaction of its own where it can be,
and writes its JSON from the rows. Nothing is shared between routes but that.
"""

import json
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

import jwt
import psycopg
from app.api.deps import Limit, Skip, TokenDep
from app.core import db, security
from app.core.config import settings
from app.models import ArchiveId, ItemCreate, ItemFilter, ItemUpdate, LoginForm, Reason, RestoreChoice
from fastapi import FastAPI, Form, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from psycopg.rows import dict_row
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.middleware.cors import CORSMiddleware
from uuid_utils.compat import uuid7

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=settings.all_cors_origins, allow_credentials=True)
PREFIX = settings.API_V1_STR

COUNT_LIMIT = 10_000
CHUNK = 64 * 1024

_idle: deque[psycopg.Connection] = deque()


@contextmanager
def connected() -> Iterator[psycopg.Connection]:
    """Lend a connection; there will be as many as requests at once."""
    try:
        connection = _idle.pop()
    except IndexError:
        connection = db.connect(
            settings.POSTGRES_USER, settings.POSTGRES_PASSWORD, autocommit=True, row_factory=dict_row
        )
    try:
        yield connection
    finally:
        _idle.append(connection)


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


def signed_in(connection: psycopg.Connection, token: str) -> Caller:
    """Return whom a token signs in."""
    try:
        payload = security.read_token("access", token)
        user_id = uuid.UUID(payload.sub)
    except (jwt.InvalidTokenError, ValidationError, ValueError) as error:
        raise HTTPException(403, "Could not validate credentials") from error
    user = connection.execute(
        """
        select is_active, is_superuser, kept_token, extract(epoch from tokens_valid_from)::float8 as valid_from
          from "user" where id = %s
        """,
        [user_id],
    ).fetchone()
    if not user:
        raise HTTPException(404, "User not found")
    if not user["is_active"]:
        raise HTTPException(400, "Inactive user")
    if payload.iat < user["valid_from"] and payload.jti != user["kept_token"]:
        raise HTTPException(403, "Could not validate credentials")
    return Caller(user_id, user["is_superuser"])


def superuser(connection: psycopg.Connection, token: str) -> Caller:
    caller = signed_in(connection, token)
    if not caller.is_superuser:
        raise HTTPException(403, "The user doesn't have enough privileges")
    return caller


@app.post(f"{PREFIX}/login/access-token")
def login(form: Annotated[LoginForm, Form()]) -> Json:
    with connected() as connection:
        user = connection.execute(
            'select id, hashed_password, is_active from "user" where lower(email) = %s', [form.username.lower()]
        ).fetchone()
        verified, new_hash = security.verify_and_rehash(
            form.password, user["hashed_password"] if user else security.NOBODYS_HASH
        )
        if not (user and verified):
            raise HTTPException(400, "Incorrect email or password")
        if not user["is_active"]:
            raise HTTPException(400, "Inactive user")
        with connection.transaction():
            current = connection.execute(
                'select 1 from "user" where id = %s and hashed_password = %s for share',
                [user["id"], user["hashed_password"]],
            ).fetchone()
            if not current:
                raise HTTPException(400, "Incorrect email or password")
            if new_hash:
                connection.execute('update "user" set hashed_password = %s where id = %s', [new_hash, user["id"]])
            lifetime = timedelta(minutes=settings.ACCESS_TOKEN_EXPIRE_MINUTES)
            token = security.create_access_token(user["id"], lifetime)
    return Json({"access_token": token, "token_type": "bearer"})


@app.get(f"{PREFIX}/items/")
def read_items(token: TokenDep, skip: Skip = 0, limit: Limit = 100) -> Json:
    with connected() as connection:
        caller = signed_in(connection, token)
        whose = "" if caller.is_superuser else "where owner_id = %(owner)s"
        values = {"owner": caller.id, "skip": skip, "limit": limit}
        rows = connection.execute(
            f"""
            select title, description, id, owner_id from item {whose}
             order by id desc offset %(skip)s limit %(limit)s
            """,
            values,
        ).fetchall()
        count = connection.execute(f"select count(*) from item {whose}", values).fetchone()
    assert count
    return Json({"data": rows, "count": count["count"]})


@app.post(f"{PREFIX}/items/")
def create_item(token: TokenDep, item: ItemCreate) -> Json:
    with connected() as connection:
        caller = signed_in(connection, token)
        row = connection.execute(
            """
            insert into item (id, title, description, owner_id) values (%s, %s, %s, %s)
            returning title, description, id, owner_id
            """,
            [uuid7(), item.title, item.description, caller.id],
        ).fetchone()
    return Json(row)


@app.get(f"{PREFIX}/items/export/csv")
def export_items(token: TokenDep) -> StreamingResponse:
    with connected() as connection:
        caller = signed_in(connection, token)
    name = "all_items.csv" if caller.is_superuser else "my_items.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return StreamingResponse(_csv(caller), media_type="text/csv; charset=utf-8", headers=headers)


def _csv(caller: Caller) -> Iterator[bytes]:
    def cell(name: str) -> str:
        return rf"case when {name} ~ '^[-=+@\t\r]' then '''' || {name} else {name} end as {name}"

    whose = "" if caller.is_superuser else "where owner_id = %s"
    chunk = bytearray()
    with (
        connected() as connection,
        connection.cursor() as cursor,
        cursor.copy(
            f"copy (select id, {cell('title')}, {cell('description')}, owner_id from item {whose} order by id desc)"
            "  to stdout (format csv, header)",
            None if caller.is_superuser else [caller.id],
        ) as rows,
    ):
        for row in rows:
            chunk += row
            if len(chunk) >= CHUNK:
                yield bytes(chunk)
                chunk.clear()
    yield bytes(chunk)


@app.get(f"{PREFIX}/items/{{item_id}}")
def read_item(token: TokenDep, item_id: uuid.UUID) -> Json:
    with connected() as connection:
        caller = signed_in(connection, token)
        row = connection.execute(
            "select title, description, id, owner_id from item where id = %s", [item_id]
        ).fetchone()
    if not row:
        raise HTTPException(404, "Item not found")
    if not caller.is_superuser and row["owner_id"] != caller.id:
        raise HTTPException(400, "Not enough permissions")
    return Json(row)


@app.put(f"{PREFIX}/items/{{item_id}}")
def update_item(token: TokenDep, item_id: uuid.UUID, item: ItemUpdate) -> Json:
    given = item.model_fields_set
    with connected() as connection:
        caller = signed_in(connection, token)
        row = connection.execute(
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
        ).fetchone()
        if not row:
            _refuse(connection, item_id)
    return Json(row)


@app.delete(f"{PREFIX}/items/{{item_id}}")
def delete_item(token: TokenDep, item_id: uuid.UUID, reason: Annotated[Reason | None, Query()] = None) -> Json:
    with connected() as connection:
        caller = signed_in(connection, token)
        deleted = connection.execute(
            """
            with context as materialized (
                select set_config('archive.actor', %s, true), set_config('archive.reason', %s, true)
            )
            delete from item using context where id = %s and (%s or owner_id = %s)
            """,
            [str(caller.id), reason or "", item_id, caller.is_superuser, caller.id],
        )
        if not deleted.rowcount:
            _refuse(connection, item_id)
    return Json({"message": "Item deleted successfully"})


def _refuse(connection: psycopg.Connection, item_id: uuid.UUID) -> None:
    if connection.execute("select 1 from item where id = %s", [item_id]).fetchone():
        raise HTTPException(400, "Not enough permissions")
    raise HTTPException(404, "Item not found")


ARCHIVED = """
    id, title, description, owner_id, archive_id, transaction_id::text, archived_at, archived_by, reason, session_role,
    application_name, host(client_addr) as client_addr, cascaded, restored_at, restored_by, erased_at
"""


@app.get(f"{PREFIX}/archive/items/")
def read_archived_items(
    token: TokenDep, wanted: Annotated[ItemFilter, Query()], limit: Limit = 100, before: ArchiveId | None = None
) -> Json:
    conditions = list(_conditions(wanted))
    matching = f"from item_archive where {' and '.join(conditions) or 'true'}"
    later = " and ".join([*conditions, "archive_id < %(before)s"] if before else conditions) or "true"
    values = wanted.model_dump() | {"q": f"%{_escaped(wanted.q or '')}%", "limit": limit + 1, "before": before}
    with connected() as connection:
        superuser(connection, token)
        rows = connection.execute(
            f"select {ARCHIVED} from item_archive where {later} order by archive_id desc limit %(limit)s", values
        ).fetchall()
        counted = connection.execute(
            f"select count(*) from (select 1 {matching} limit {COUNT_LIMIT + 1}) matching", values
        ).fetchone()
        assert counted
        count = counted["count"]
        if count > COUNT_LIMIT:
            plan = connection.execute(f"explain (format json) select archive_id {matching}", values).fetchone()
            assert plan
            count = max(count, plan["QUERY PLAN"][0]["Plan"]["Plan Rows"])
    return Json(
        {
            "data": rows[:limit],
            "count": count,
            "count_exact": count <= COUNT_LIMIT,
            "next_before": rows[limit - 1]["archive_id"] if len(rows) > limit else None,
        }
    )


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
def read_archived_item(token: TokenDep, archive_id: ArchiveId) -> Json:
    with connected() as connection:
        superuser(connection, token)
        row = connection.execute(f"select {ARCHIVED} from item_archive where archive_id = %s", [archive_id]).fetchone()
    if not row:
        raise HTTPException(404, "Archived item not found")
    return Json(row)


@app.post(f"{PREFIX}/archive/items/{{archive_id}}/restore")
def restore_item(token: TokenDep, archive_id: ArchiveId, choice: RestoreChoice | None = None) -> Json:
    overrides = {"owner_id": str(choice.owner_id)} if choice and choice.owner_id else {}
    with connected() as connection:
        admin = superuser(connection, token)
        with connection.transaction():
            connection.execute("select set_config('archive.actor', %s, true)", [str(admin.id)])
            restored = connection.execute(
                "select row_id from archive.restore('public.item', array[%s::bigint], %s::jsonb)",
                [archive_id, json.dumps(overrides)],
            ).fetchone()
            assert restored
            row = connection.execute(
                "select title, description, id, owner_id from item where id = %s", [uuid.UUID(restored["row_id"])]
            ).fetchone()
    return Json(row)
