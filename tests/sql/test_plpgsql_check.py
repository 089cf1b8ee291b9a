"""plpgsql_check reads every PL/pgSQL function, generated ones included, on a PostgreSQL 15 of this test's own."""

import re
import tempfile
from pathlib import Path

import psycopg
import pytest
from app.core import embedded, install

from tests.conftest import SCRATCH, SUPERUSER

BINARIES = Path("/usr/lib/postgresql/15/bin")
LIBRARY = Path("/usr/lib/postgresql/15/lib/plpgsql_check.so")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LIBRARY.exists(), reason="there is no postgresql-15-plpgsql-check here"),
]

CHECK = """
    select p.oid::regprocedure::text, c.level, c.lineno, c.message
      from pg_proc p
      join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
      left join pg_trigger t on t.tgfoid = p.oid
     cross join lateral plpgsql_check_function_tb(
         p.oid, coalesce(t.tgrelid, 0), extra_warnings => false, performance_warnings => false) c
     where p.pronamespace = 'archive'::regnamespace
       and (p.prorettype <> 'trigger'::regtype or t.oid is not null)
     order by 1, 3
"""

# The check runs no dynamic SQL: it knows no record that EXECUTE fills. Citus, which a function asks for, is not here.
FALSE_ALARMS = r"""record "\w+" is not assigned yet|relation "pg_catalog.pg_dist_partition" does not exist"""


@pytest.fixture
def checked():
    """An archive of tables with whatever gives triggers and functions of their own, as a superuser."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        data = Path(folder) / "postgres"
        host = str(embedded.socket_directory(data))
        with (
            embedded.Server(data, BINARIES),
            psycopg.connect(host=host, user=SUPERUSER, dbname="postgres", autocommit=True) as superuser,
        ):
            install.install(superuser)
            superuser.execute(
                """
                create extension plpgsql_check;
                create table author (id int primary key, name text);
                create table book (id int primary key, author_id int references author on delete set null);
                create table page (id int, book_id int, primary key (id, book_id)) partition by range (id);
                create table page_1 partition of page for values from (0) to (9);
                select archive.enable(t) from unnest('{author,book,page}'::regclass[]) t;
                """
            )
            yield superuser


def errors(connection):
    found = connection.execute(CHECK).fetchall()
    return [row for row in found if row[1] == "error" and not re.fullmatch(FALSE_ALARMS, row[3])]


def test_every_function_is_without_error(checked):
    assert errors(checked) == []


def test_an_error_would_be_found(checked):
    checked.execute("create function archive.wrong() returns void language plpgsql as 'begin perform nothing(); end'")

    assert [function for function, *_ in errors(checked)] == ["archive.wrong()"]
