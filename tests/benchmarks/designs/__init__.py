"""The ways to delete that are compared, each with tables of its own in a schema of its own.

All delete from a table of the same shape, with the same indexes and foreign key. What copies rows to an archive copies
the same columns and metadata to one with the same indexes and partitions.
"""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

HERE = Path(__file__).parent

SET_WISE = """
    with gone as (
        delete from item {which} returning *
    )
    insert into item_archive (
        archive_id, transaction_id, archived_at, archived_by, reason,
        session_role, application_name, client_addr, cascaded,
        id, title, description, owner_id)
    select nextval('archive_id_seq'), pg_current_xact_id(), now(),
           left(nullif(current_setting('archive.actor', true), ''), 200),
           nullif(current_setting('archive.reason', true), ''),
           session_user, current_setting('application_name'), inet_client_addr(), false,
           gone.id, gone.title, gone.description, gone.owner_id
      from gone
"""


@dataclass(frozen=True)
class Design:
    """One way to delete. Its names are found by the search path that its schema is in."""

    name: str
    schema: str
    files: tuple[str, ...] = ()
    """What makes it, besides the table; this project's is made by the migration."""
    statement: str = "delete from item {which}"
    archive: str | None = None
    """The table that keeps what was deleted."""
    live: str = "true"
    """What is true of a row that is not deleted."""

    def create(self, owner: psycopg.Connection) -> None:
        """Make its tables."""
        schema = sql.Identifier(self.schema)
        owner.execute(sql.SQL("create schema {0}; grant usage on schema {0} to archive_runtime").format(schema))
        self.enter(owner)
        for file in ("item.sql", *self.files):
            owner.execute((HERE / file).read_bytes())

    def enter(self, connection: psycopg.Connection) -> None:
        """Let a connection's statements mean this design's tables."""
        connection.execute(sql.SQL("set search_path = {}, public").format(sql.Identifier(self.schema)))

    def delete(self, which: str = "") -> str:
        """Return the statement that deletes these rows."""
        return self.statement.format(which=which)


PROJECT = Design("this project", "public", archive="item_archive")
FOR_UNDO = Design("this project, lookups 'undo'", "for_undo", ("lookups_undo.sql",), archive="item_archive")
LOG = Design("log trigger", "log", ("log_trigger.sql",), archive="item_log")
BARE = Design("bare delete", "bare")
NOTHING = Design("trigger that does nothing", "nothing", ("nothing.sql",))
SOFT = Design(
    "deleted_at",
    "soft",
    ("deleted_at.sql", "partial_index.sql"),
    statement="update item set deleted_at = now() {which}",
    live="deleted_at is null",
)
SOFT_PLAIN = Design(
    "deleted_at, no partial index",
    "soft_plain",
    ("deleted_at.sql",),
    statement=SOFT.statement,
    live=SOFT.live,
)
FLOOR = Design("set-wise copy", "set_wise", ("item_archive.sql",), statement=SET_WISE, archive="item_archive")
HAND_WRITTEN = Design(
    "hand-written trigger", "hand_written", ("item_archive.sql", "hand_written.sql"), archive="item_archive"
)
THROUGH_EXECUTE = Design(
    "trigger with EXECUTE", "through_execute", ("item_archive.sql", "through_execute.sql"), archive="item_archive"
)
AUDIT = Design("JSONB audit trigger", "audit", ("jsonb_audit.sql",), archive="audit_log")
LEAN_AUDIT = Design("lean JSONB audit trigger", "lean_audit", ("lean_jsonb_audit.sql",), archive="audit_log")
FINDABLE_AUDIT = Design(
    "JSONB audit, same look-ups", "findable_audit", ("jsonb_audit.sql", "jsonb_findable.sql"), archive="audit_log"
)
