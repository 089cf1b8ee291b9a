"""The files of sql/: short enough to be read, and what they share with the models agrees with those."""

import re
from pathlib import Path

import psycopg
import pytest
from app.models import ItemArchive, User, UserArchive
from sqlalchemy import MetaData
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

SQL = Path(__file__).parents[2] / "sql"
FILES = sorted(SQL.glob("**/*.sql"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_is_over_250_lines_and_no_line_over_120_characters(file):
    lines = file.read_text().splitlines()

    assert len(lines) <= 250
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("file", sorted((SQL / "archive").glob("*.sql")), ids=lambda file: file.name)
def test_no_function_is_over_50_lines(file):
    definitions = re.split(r"^create function ", file.read_text(), flags=re.MULTILINE)[1:]

    # A comment on the function follows its definition.
    lengths = {text.split("(")[0]: text.split("\ncomment on ")[0].rstrip().count("\n") + 1 for text in definitions}

    assert {name: length for name, length in lengths.items() if length > 50} == {}


def shape(db: psycopg.Connection, table: str) -> tuple[set[tuple[str, str, bool]], list[str], str]:
    """The columns of a table, the definitions of its indexes without their names and its own, and its partitioning."""
    columns = db.execute(
        "select attname::text, format_type(atttypid, atttypmod), attnotnull from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0",
        [table],
    ).fetchall()
    indexes = db.execute(
        "select regexp_replace(pg_get_indexdef(indexrelid), 'INDEX .* USING', 'INDEX USING') from pg_index"
        " where indrelid = %s::regclass order by 1",
        [table],
    ).fetchall()
    (partitioned,) = db.execute("select pg_get_partkeydef(%s::regclass)", [table]).fetchone()
    return set(columns), [definition for (definition,) in indexes], partitioned


@pytest.mark.parametrize("model", [ItemArchive, UserArchive])
def test_an_archive_of_the_models_is_the_one_of_the_revisions_to_the_last_index(db, model):
    """Autogenerate compares neither an index's operator classes nor its condition nor what it includes."""
    table = model.__table__.to_metadata(MetaData(), schema="scratch")
    db.execute("create schema scratch")
    for statement in [CreateTable(table), *map(CreateIndex, table.indexes)]:
        db.execute(str(statement.compile(dialect=postgresql.dialect())))

    assert shape(db, f"scratch.{table.name}") == shape(db, f"public.{table.name}")


@pytest.mark.parametrize(("source", "of_its_own"), [("item", ["(owner_id, archive_id)"]), ("user", [])])
def test_an_archive_that_enabling_makes_is_the_one_of_the_revisions(db, source, of_its_own):
    db.execute("create schema scratch")
    db.execute(f'create table scratch."{source}" (like public."{source}" including all)')
    (excluded,) = db.execute(
        "select exclude from archive.registry where target = %s::regclass", [f"{source}_archive"]
    ).fetchone()
    db.execute("select archive.enable(%s, %s::name[])", [f'scratch."{source}"', excluded])

    columns, indexes, partitioned = shape(db, f"public.{source}_archive")
    without_its_own = [definition for definition in indexes if not definition.endswith(tuple(of_its_own))]

    assert len(indexes) == len(without_its_own) + len(of_its_own)
    assert shape(db, f"scratch.{source}_archive") == (columns, without_its_own, partitioned)


def test_what_the_archive_of_users_excludes_is_what_its_model_leaves_out(db):
    (excluded,) = db.execute(
        """select exclude from archive.registry where source = 'public."user"'::regclass"""
    ).fetchone()

    assert set(excluded) == set(User.model_fields) - set(UserArchive.model_fields)
    assert "hashed_password" in excluded
