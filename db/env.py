"""How Alembic runs here: as the owner, one migrator at a time, tables and code in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from alembic import context
from alembic.autogenerate import renderers
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from app.core import migrations
from app.models import ItemArchive, Schema, UserArchive
from sqlalchemy import Column, create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import AutoString

ADOPTED = {
    ("user", "created_at"),
    ("item", "created_at"),
    ("user_archive", "created_at"),
    ("item_archive", "created_at"),
}
"""Columns that no model has: of tables that came with the template's database."""


def is_ours(object_: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    """Leave alone what the models do not define: partitions, tables that a DBA made, columns that were adopted."""
    if not reflected or compare_to is not None:
        return True
    return type_ != "table" and not (type_ == "column" and (object_.table.name, name) in ADOPTED)


def as_sqlalchemy(type_: str, given: object, _: object) -> str | Literal[False]:
    """Write SQLModel's type of text as the plain one that it is."""
    return f"sa.String(length={given.length})" if type_ == "type" and isinstance(given, AutoString) else False


ARCHIVES = {model.__tablename__ for model in (ItemArchive, UserArchive)}


@dataclass
class Comment(ops.MigrateOperation):
    """A line in a revision for who reads it."""

    text: str


@renderers.dispatch_for(Comment)
def _render_comment(_: object, comment: Comment) -> str:
    return f"# {comment.text}"


def leave_archives(_context: MigrationContext, _revision: object, directives: list[ops.MigrationScript]) -> None:
    """Leave the columns of archives to archive.enable(), which migrating calls, and say what looks like a rename.

    Dropped in the archive too, a column would take the values of deleted rows with it. archive.enable() adds columns
    and renames them, by their numbers.
    """
    for script in directives:
        for changes in (script.upgrade_ops, script.downgrade_ops):
            tables = [table for table in changes.ops if isinstance(table, ops.ModifyTableOps)]
            for table in tables:
                if table.table_name in ARCHIVES:
                    table.ops = [op for op in table.ops if not isinstance(op, ops.AddColumnOp | ops.DropColumnOp)]
            changes.ops = [op for op in changes.ops if op not in tables or op.ops]
        comments = [Comment(text) for table in script.upgrade_ops.ops for text in _renames(table)]
        script.upgrade_ops.ops = [*comments, *script.upgrade_ops.ops]


def _renames(table: ops.MigrateOperation) -> Iterator[str]:
    if not isinstance(table, ops.ModifyTableOps):
        return
    added = [op.column for op in table.ops if isinstance(op, ops.AddColumnOp)]
    dropped = [op.to_column() for op in table.ops if isinstance(op, ops.DropColumnOp)]
    for old in dropped:
        for new in added:
            if _type(old) == _type(new):
                yield f"Is {old.name} called {new.name} now? Then write, in place of both, or the values are lost:"
                yield f'op.alter_column("{table.table_name}", "{old.name}", new_column_name="{new.name}")'


def _type(column: Column) -> str:
    return column.type.compile(dialect=context.get_context().dialect)


def run() -> None:
    if context.is_offline_mode():
        raise CommandError("Migrations need the database: the archive's code is written from its catalogue.")

    migrations.provision()
    engine = create_engine("postgresql+psycopg://", creator=migrations.connect_owner, poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(
            connection,
            target_metadata=Schema.metadata,
            version_table=migrations.VERSION_TABLE,
            include_object=is_ours,
            render_item=as_sqlalchemy,
            process_revision_directives=leave_archives,
            compare_server_default=True,
            # Comments on columns are the business of sql/, which describes every archived table alike.
            autogenerate_plugins=["alembic.autogenerate.*", "~alembic.autogenerate.comments"],
        )
        with context.begin_transaction():
            driver = connection.connection.driver_connection
            # Rather give up than make every writer queue behind a migration that itself waits.
            connection.execute(text("set local lock_timeout = '10s'"))
            connection.execute(text("set local statement_timeout = '30min'"))
            connection.execute(text("select pg_advisory_xact_lock(hashtext('archive-table migrate'))"))
            migrations.rename_version_table(driver)
            upgrading = "destination_rev" in context.get_context().opts
            if upgrading:
                migrations.make_roles(driver)
                migrations.apply_archive(driver)
            context.run_migrations()
            if upgrading and migrations.revision_of(connection) == migrations.head():
                migrations.apply_application(driver)


run()
