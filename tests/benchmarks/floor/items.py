"""Signing in, and items."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import psycopg
from anyio import to_thread
from app.api.deps import Limit, Skip, TokenDep
from app.api.export import FORMULA_STARTS
from app.core import security, trace
from app.core.config import settings
from app.models import ItemCreate, ItemUpdate, LoginForm, Reason
from fastapi import APIRouter, Form, HTTPException, Query, Response
from fastapi.responses import StreamingResponse
from uuid_utils.compat import uuid7

from tests.benchmarks.floor.callers import Caller, Json, connected, fetch, fetch_one, page, signed_in

router = APIRouter(prefix=settings.API_V1_STR)

CHUNK = 64 * 1024


@router.post("/login/access-token")
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


@router.get("/items/")
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


@router.post("/items/")
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


@router.get("/items/export/csv")
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
            "  to stdout (format csv, header, force_quote (title, description))",
            None if caller.is_superuser else [caller.id],
        ) as rows,
    ):
        async for row in rows:
            chunk += row
            if len(chunk) >= CHUNK:
                yield bytes(chunk)
                chunk.clear()
    yield bytes(chunk)


@router.get("/items/{item_id}")
async def read_item(token: TokenDep, item_id: uuid.UUID) -> Json:
    async with connected() as connection:
        caller = await signed_in(connection, token)
        row = await fetch_one(connection, "select title, description, id, owner_id from item where id = %s", [item_id])
    if not row:
        raise HTTPException(404, "Item not found")
    if not caller.is_superuser and row["owner_id"] != caller.id:
        raise HTTPException(400, "Not enough permissions")
    return Json(row)


@router.put("/items/{item_id}")
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


@router.delete("/items/{item_id}")
async def delete_item(token: TokenDep, item_id: uuid.UUID, reason: Annotated[Reason | None, Query()] = None) -> Json:
    async with connected() as connection:
        caller = await signed_in(connection, token)
        deleted = await fetch_one(
            connection,
            """
            with context as materialized (
                select set_config('archive.actor', %s, true), set_config('archive.reason', %s, true)
            )
            delete from item using context where id = %s and (%s or owner_id = %s)
            returning pg_current_xact_id()::text as transaction_id
            """,
            [str(caller.id), reason or "", item_id, caller.is_superuser, caller.id],
        )
        if not deleted:
            await _refuse(connection, item_id)
    trace.note_deletion(deleted["transaction_id"])
    return Json({"message": "Item deleted successfully"})


async def _refuse(connection: psycopg.AsyncConnection, item_id: uuid.UUID) -> None:
    if await fetch_one(connection, "select 1 from item where id = %s", [item_id]):
        raise HTTPException(400, "Not enough permissions")
    raise HTTPException(404, "Item not found")
