"""How Alembic runs here: as the owner, one migrator at a time, tables and code in one transaction."""

from typing import Literal

from alembic import context
from alembic.util import CommandError
from app.core import migrations
from app.models import Schema
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import AutoString


def is_ours(_object: object, _name: str | None, _type: str, reflected: bool, compare_to: object) -> bool:
    """Leave alone what the models do not define: partitions, and tables that a DBA made."""
    return not (reflected and compare_to is None and _type == "table")


def as_sqlalchemy(type_: str, given: object, _: object) -> str | Literal[False]:
    """Write SQLModel's type of text as the plain one that it is."""
    return f"sa.String(length={given.length})" if type_ == "type" and isinstance(given, AutoString) else False


def run() -> None:
    if context.is_offline_mode():
        raise CommandError("Migrations need the database: the archive's code is written from its catalogue.")

    migrations.provision()
    engine = create_engine("postgresql+psycopg://", creator=migrations.connect_owner, poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(
            connection,
            target_metadata=Schema.metadata,
            include_object=is_ours,
            render_item=as_sqlalchemy,
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
            upgrading = "destination_rev" in context.get_context().opts
            if upgrading:
                migrations.make_roles(driver)
                migrations.apply_archive(driver)
            context.run_migrations()
            if upgrading and migrations.is_at_head(connection):
                migrations.apply_application(driver)


run()
