"""The owner, who purges old months by date while everybody works."""

import uuid

from tests.faults.clients_sql import SqlClient
from tests.faults.model import ITEM, Archived, State
from tests.faults.server import OWNER

ROWS = 300
HELD = 3


class Operator(SqlClient):
    """A client that works only when a fault calls it, in the thread of the faults."""

    def purge_old_months(self) -> None:
        """Put deletions of two months ago into the archive, hold some, and purge that month but for those."""
        ids = [str(uuid.uuid4()) for _ in range(ROWS)]
        keys = [ITEM.key(id) for id in ids]
        self.keys = [key for key in self.keys if self.model.state(key).archived] + keys
        copies = State(None, (Archived(("old", None, self.id), "long ago", None, OWNER),))

        def insert(number: int) -> None:
            statement = (
                "insert into item_archive (archive_id, transaction_id, archived_at, archived_by, session_role,"
                " cascaded, id, title, owner_id)"
                " select nextval('archive.archive_id_seq'), pg_current_xact_id(), now() - interval '2 months',"
                " 'long ago', session_user, false, id, 'old', %s from unnest(%s::uuid[]) id"
            )
            self.database.transact(number, (statement, [self.id, ids]))

        self.perform("SQL import", keys, lambda _: dict.fromkeys(keys, copies), insert)
        statement = (
            "select archive.hold('item', array(select archive_id from item_archive where id = any (%s)), 'a case')"
        )
        held = keys[:HELD]
        self.perform(
            "SQL hold",
            held,
            lambda _: {key: self.model.state(key).holding(True) for key in held},
            lambda number: self._run(number, statement, ids[:HELD]),
        )
        with self.database.cluster.connect(OWNER) as connection:
            connection.execute("select archive.maintain()")
        purge = "select archive.purge('item', now() - interval '1 day', null, 'a fault test', false)"
        self.perform(
            "SQL purge of a month",
            self.keys,
            lambda _: {key: self.model.state(key).purged() for key in self.keys},
            lambda number: self._run(number, purge),
        )
        statement = "select archive.release('item', array(select archive_id from item_archive where id = any (%s)))"
        self.perform(
            "SQL release",
            held,
            lambda _: {key: self.model.state(key).holding(False) for key in held},
            lambda number: self._run(number, statement, ids[:HELD]),
        )

    def _run(self, number: int, statement: str, *values: object) -> None:
        self.database.transact(number, (statement, values))
