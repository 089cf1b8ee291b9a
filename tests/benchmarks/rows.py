"""The rows that every design gets, and how often a second clients do something with one of them."""

import re
import subprocess
import tempfile
from collections.abc import Iterable

import psycopg
from app.core import embedded

from tests.benchmarks import database, fill
from tests.benchmarks.designs import Design

CLIENTS = 8
ACTOR = "0199c0de-0000-7000-8000-000000000001"
"""Who deletes, as the API says it: a user's id."""
DELETED = 0.9
"""Of the rows that the live table is read without."""
COLUMNS = "id, title, description, owner_id"
ONE = "where id = (select id from made where n = :n)"
"""The row that a client of pgbench deletes."""


def make_rows(owner: psycopg.Connection, count: int) -> None:
    """Make the rows that every design gets: numbered, and with which of them are to be deleted."""
    owner.execute(
        f"""
        create table public.made (
            like public.item,
            n      bigint generated always as identity primary key,
            doomed boolean not null default random() < {DELETED}
        );
        grant select on public.made to archive_runtime
        """
    )
    fill.items(owner, count, "public.made")
    owner.execute("vacuum analyze public.made")


def prepare(owner: psycopg.Connection, design: Design, rows: int) -> None:
    """Give a design's table the first rows, and empty its archive."""
    empty(owner, design)
    insert(owner, 0, rows)
    owner.execute("vacuum analyze item")
    owner.execute("checkpoint")


def empty(owner: psycopg.Connection, design: Design) -> None:
    design.enter(owner)
    owner.execute("truncate item")
    if design.archive:
        owner.execute(f"truncate {design.archive}")  # afterwards: this project archives what a TRUNCATE removes


def insert(owner: psycopg.Connection, after: int, count: int) -> None:
    owner.execute(
        f"insert into item ({COLUMNS})"
        f" select {COLUMNS} from made where n > %(after)s and n <= %(after)s + %(count)s order by n",
        {"after": after, "count": count},
    )


def single_rate(db: database.Database, design: Design, each: int, statements: Iterable[str]) -> float:
    """Return how often a second all clients get the statements done for a row, each a transaction of its own.

    Each client has rows of its own, `each` of them.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(f"\\set row :row + 1\n\\set n :client_id * {each} + :row\n")
        file.writelines(f"{statement};\n" for statement in statements)
        file.flush()
        options = f"--no-vacuum --protocol=prepared --define=row=0 --client={CLIENTS} --jobs=2 --transactions={each}"
        done = subprocess.run(
            [embedded.binaries() / "pgbench", *options.split(), "--file", file.name],
            env=db.environment | {"PGOPTIONS": f"-c search_path={design.schema},public -c archive.actor={ACTOR}"},
            check=True,
            capture_output=True,
            text=True,
        )
    return float(re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)[1])


def size(owner: psycopg.Connection, table: str) -> float:
    """Return the bytes of a table, its partitions and all their indexes."""
    (size,) = owner.execute(
        "select coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size(%(table)s::regclass))"
        "  from pg_partition_tree(%(table)s::regclass)",
        {"table": table},
    ).fetchone()
    return float(size)
