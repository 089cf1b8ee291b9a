"""What Python and SQL both define about archive tables is the same."""

import psycopg
import pytest
from app.core.db import engine
from app.models import ArchivedRow, ItemArchive, User, UserArchive
from app.models.archive import EXCLUDED_USER_COLUMNS
from sqlalchemy import MetaData, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable


def test_the_metadata_columns_of_the_models_are_those_of_the_database(db: psycopg.Connection):
    columns = [inspect(ItemArchive).columns[name] for name in ArchivedRow.model_fields]
    in_python = [(column.name, column.type.compile(engine.dialect).lower(), not column.nullable) for column in columns]

    in_sql = db.execute("select name, type, not_null from archive._archive_metadata()").fetchall()

    assert in_python == in_sql


def test_the_columns_of_a_user_that_the_model_leaves_out_are_those_that_the_database_excludes(db: psycopg.Connection):
    (excluded,) = db.execute("select exclude from archive.registry where source = '\"user\"'::regclass").fetchone()

    assert set(excluded) == EXCLUDED_USER_COLUMNS
    assert set(inspect(User).columns.keys()) > EXCLUDED_USER_COLUMNS


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
