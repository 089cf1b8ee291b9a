"""What tests that speak SQL share: fixtures made in SQL, and statements and checks that several files use."""

import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from app.core import embedded, install, migrations
from app.core.config import settings
from pytest_postgresql import factories

from tests.conftest import (
    AUDITOR,
    HOST,
    OWNER,
    PORT,
    RUNTIME,
    STRANGER,
    SUPERUSER,
    close_to_connections,
    connect,
    until,
)

SQL = Path(__file__).parents[2] / "sql"

LOGINS = {
    "the api": [RUNTIME],
    "an auditor": [AUDITOR],
    "a stranger": [STRANGER],
    "anybody": [RUNTIME, AUDITOR, STRANGER],
}
DENIED = "42501"

NOTE = "create table note (id bigint generated always as identity primary key, text varchar(20) not null)"

SHELF = """
    create table shelf (id int primary key, label text, qty int not null default 0);
    select archive.enable('shelf');
"""
RENAME = "alter table {} rename label to title; alter table {} rename qty to amount"

HEALTH = "select check_name, detail from archive.health() where not ok"
COUNTS = "select count(*), count(*) filter (where title = 'item 1') from item_archive"
RESTORE = """
    select outcome
      from archive.restore({source}, array(select archive_id from {target} where restored_at is null))
"""
UNDO = "select outcome from archive.restore_transaction((select max(transaction_id) from {target}))"
ARCHIVE = """
    select 'item', tableoid::regclass::text, t::text from item_archive t
     union all
    select 'user', tableoid::regclass::text, t::text from user_archive t
     union all
    select 'registry', '', t::text from archive.registry t
     union all
    select 'trigger', tgname, tgrelid::regclass || tgenabled::text || tgfoid::regprocedure from pg_trigger
     where tgrelid in ('item'::regclass, '"user"'::regclass)
     union all
    select 'health', check_name, detail from archive.health()
     order by 1, 2, 3
"""


APPLICATION_OF_ITS_OWN = """
    create table "user" (
        id                uuid primary key default gen_random_uuid(),
        email             varchar(255) not null,
        is_active         boolean not null default true,
        is_superuser      boolean not null default false,
        full_name         varchar(255),
        hashed_password   text not null default '!',
        tokens_valid_from timestamptz not null default now(),
        kept_token        varchar(36)
    );
    create unique index user_email_key on "user" (lower(email));
    create table item (
        id          uuid primary key default gen_random_uuid(),
        title       varchar(255) not null check (char_length(title) >= 1),
        description varchar(255),
        owner_id    uuid not null references "user" on delete cascade
    );
    create index on item (owner_id, id);
    create table ended_token (jti varchar(36) primary key, expires_at timestamptz not null);
    grant select, insert, update, delete on item, "user" to archive_runtime;
    grant select, insert, delete on ended_token to archive_runtime;
    select archive.enable('item');
    select archive.enable('"user"', exclude => '{hashed_password,tokens_valid_from,kept_token}');
    select archive.declare_subject('"user"', labels => '{email}');
"""
"""Tables like those of the backend, in a database that only the archive was installed into."""


def install_alone(*, dbname: str, **_: object) -> None:
    with connect(OWNER, dbname=dbname) as connection:
        install.install(connection)
        connection.execute(APPLICATION_OF_ITS_OWN)
        with connection.transaction():
            migrations.make_roles(connection)
    close_to_connections(dbname)


alone_noproc = factories.postgresql_noproc(host=HOST, port=PORT, user=OWNER, dbname="alone", load=[install_alone])
alone = factories.postgresql("alone_noproc")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on the application's database, and on one that has the archive alone.

    Those marked `application` run on the first only, and those marked `alone`, which make tables of their own, on the
    second.
    """
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    if "db" in metafunc.fixturenames and "application" not in marks:
        templates = {"alone": "alone"} if "alone" in marks else {"application": "postgresql", "alone": "alone"}
        metafunc.parametrize("template", templates.values(), ids=templates)


@pytest.fixture
def owner(db: psycopg.Connection) -> uuid.UUID:
    """The id of somebody who owns items."""
    return db.execute('insert into "user" (email) values (%s) returning id', ["owner@example.com"]).fetchone()[0]


@pytest.fixture
def items(db: psycopg.Connection, owner: uuid.UUID) -> list[uuid.UUID]:
    """The ids of three items."""
    rows = db.execute(
        "insert into item (title, owner_id) select 'item ' || n, %s from generate_series(1, 3) n returning id", [owner]
    )
    return [id for (id,) in rows]


@pytest.fixture
def archived(db: psycopg.Connection, items: list[uuid.UUID]) -> list[int]:
    """The archive ids of three deleted items, in order."""
    db.execute("delete from item")
    return [id for (id,) in db.execute("select archive_id from item_archive order by archive_id")]


@pytest.fixture
def archived_in_2020(db: psycopg.Connection, owner: uuid.UUID) -> list[int]:
    """The archive ids of three items that were deleted in January and in February of 2020."""
    return [
        id
        for (id,) in db.execute(
            "insert into item_archive (archive_id, transaction_id, archived_at, session_role, cascaded, id, owner_id)"
            " select nextval('archive.archive_id_seq'), '7', t::timestamptz, 'x', false, gen_random_uuid(), %s"
            "   from unnest(array['2020-01-10 12:00Z', '2020-01-31 23:59Z', '2020-02-01 00:00Z']) t"
            " returning archive_id",
            [owner],
        ).fetchall()
    ]


@pytest.fixture
def shelf(db: psycopg.Connection) -> psycopg.Connection:
    """A table, archived."""
    db.execute(SHELF)
    return db


@pytest.fixture
def oak(shelf: psycopg.Connection) -> psycopg.Connection:
    """A row of it, deleted."""
    shelf.execute("insert into shelf values (1, 'oak', 7); delete from shelf")
    return shelf


@pytest.fixture
def restore(db: psycopg.Connection) -> Callable[..., list[tuple[str, str | None]]]:
    """Call archive.restore and return outcome and detail of each row."""

    def restore(archive_ids, source="item", connection=db, **options):
        arguments = "".join(f", {name} => %({name})s" for name in options)
        return connection.execute(
            f"select outcome, detail from archive.restore(%(source)s, %(ids)s{arguments}) order by archive_id",
            {"source": source, "ids": archive_ids} | options,
        ).fetchall()

    return restore


@pytest.fixture
def attackers(db: psycopg.Connection, archived: list[int], owner: uuid.UUID) -> Iterator[None]:
    """Something is archived, and its enemies have room to work in. What is archived stays as it is."""
    db.execute('delete from "user" where id = %s', [owner])
    db.execute("insert into \"user\" (id, email) values (%s, 'again@example.com')", [owner])
    db.execute("insert into item (title, owner_id) values ('live', %s)", [owner])
    db.execute("create schema lair; grant all on schema lair to public; grant create on schema public to public")
    before = db.execute(ARCHIVE).fetchall()
    assert len(before) > 10
    yield
    assert db.execute(ARCHIVE).fetchall() == before


def sqlstate(connection: psycopg.Connection, statement: str, *values: object) -> str | None:
    """Return the SQLSTATE of trying it, and have it undone; 00000 where nothing is wrong with it."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, *values)
    except psycopg.Error as error:
        return error.sqlstate
    return "00000"


def psql(*arguments: str | Path, login: str = AUDITOR, script: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run psql on the current test's database, by default as an auditor."""
    where = {"PGHOST": HOST, "PGPORT": PORT, "PGUSER": login, "PGDATABASE": settings.POSTGRES_DB, "PGTZ": "UTC"}
    return subprocess.run(
        [embedded.binaries() / "psql", "-X", "-A", "-v", "ON_ERROR_STOP=1", *arguments],
        env=os.environ | where,
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )


def is_as_it_was(db: psycopg.Connection, table: str) -> bool:
    """Whether the rows are the kept ones bit for bit: *= compares bytes, where = takes 1.0 for 1.00 and -0 for 0."""
    return db.execute(
        f"select count(*) from (select row(t.*) as live from {table} t) l"
        " full join (select row(k.*) as kept from kept k) k on live *= kept where live is null or kept is null"
    ).fetchone() == (0,)


def delete_and_bring_back(db: psycopg.Connection, table: str, delete: str, bring_back: str) -> set[str]:
    """Delete all rows, bring them back with RESTORE or UNDO, and return the outcomes."""
    db.execute(delete.format(table))
    assert db.execute(f"select count(*) from {table}").fetchone() == (0,)

    source = db.execute("select quote_literal(%s)", [table]).fetchone()[0]
    (target,) = db.execute(f"select target::text from archive.registry where source = {source}::regclass").fetchone()
    rows = db.execute(bring_back.format(source=source, target=target)).fetchall()
    return {outcome for (outcome,) in rows}


def partition(db: psycopg.Connection) -> str:
    """The partition that holds the archived items; without any, that of a year ago."""
    return db.execute("select min(tableoid::regclass::text) from item_archive").fetchone()[0] or month(db, -12)


def month(db: psycopg.Connection, later: int) -> str:
    """The partition of the archive of items for the month so many months from now."""
    query = (
        "select p.partition::text from archive._partitions('item_archive') p"
        " where p.lower = archive._partition_month(now(), %s)"
    )
    return db.execute(query, [later]).fetchone()[0]


WAITING = "select from pg_locks where pid = %s and not granted"
FAULTS = "select source::text, detail from archive.verify() where not ok order by batch, first_id"


def seal(db: psycopg.Connection) -> str:
    """Seal until nothing is left: transactions of other tests keep the newest rows from being sealed."""
    until(
        lambda: (
            db.execute(
                "select pg_snapshot_xmin(pg_current_snapshot()) > %s",
                [db.execute("select pg_current_xact_id()::text").fetchone()[0]],
            ).fetchone()[0]
            or db.execute("select archive.seal()") is None
        )
    )
    return db.execute("select archive.seal()").fetchone()[0]


@pytest.fixture
def intruder(db: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A superuser without the archive's triggers, whom no privilege stops."""
    with connect(SUPERUSER) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection


@pytest.fixture
def sealed(shelf: psycopg.Connection) -> psycopg.Connection:
    """A sealed archive of 2,500 rows."""
    shelf.execute("insert into shelf select n, 'label ' || n, n from generate_series(1, 2500) n; delete from shelf")
    seal(shelf)
    return shelf


def faults(db: psycopg.Connection) -> list[tuple[str, str]]:
    return db.execute(FAULTS).fetchall()
