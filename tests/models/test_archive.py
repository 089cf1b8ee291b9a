"""What Python and SQL both define about archive tables is the same."""

import psycopg
from app.core.db import engine
from app.models import ArchivedRow, ItemArchive, User
from app.models.archive import NOT_ARCHIVED
from sqlalchemy import inspect


def test_the_metadata_columns_of_the_models_are_those_of_the_database(db: psycopg.Connection):
    columns = [inspect(ItemArchive).columns[name] for name in ArchivedRow.model_fields]
    in_python = [(column.name, column.type.compile(engine.dialect).lower(), not column.nullable) for column in columns]

    in_sql = db.execute("select name, type, not_null from archive._archive_metadata()").fetchall()

    assert in_python == in_sql


def test_the_columns_of_a_user_that_the_model_leaves_out_are_those_that_the_database_excludes(db: psycopg.Connection):
    (excluded,) = db.execute("select exclude from archive.registry where source = '\"user\"'::regclass").fetchone()

    assert set(excluded) == NOT_ARCHIVED
    assert set(inspect(User).columns.keys()) > NOT_ARCHIVED
