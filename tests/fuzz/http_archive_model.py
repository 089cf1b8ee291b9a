"""What the API has to answer about the archive: browsing, restoring one row, undoing a deletion."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from unittest.mock import ANY

from tests.fuzz.http_model import Containing, Model, Refused, Row, Token, Unordered

COLUMNS = {
    "item": ["title", "description", "id", "owner_id"],
    "user": ["email", "is_active", "is_superuser", "full_name", "id"],
}
SEARCHED = {"item": ["title", "description"], "user": ["email", "full_name"]}


class ArchiveModel(Model):
    """The same model, with the archive's routes. An archive id names one row of one table."""

    # Browsing

    def browse(self, token: Token, table: str, filters: Row, limit: int, before: int | None) -> Row:
        self.superuser(token)
        found = [row for row in self._newest_first(table) if _matches(table, row, filters)]
        rest = [row for row in found if before is None or row["archive_id"] < before]
        return {
            "data": rest[:limit],
            "count": len(found),
            "count_exact": True,
            "next_before": rest[limit - 1]["archive_id"] if len(rest) > limit else None,
        }

    def read_archived(self, token: Token, table: str, archive_id: int) -> Row:
        self.superuser(token)
        if archive_id not in self.archive[table]:
            raise Refused(404, f"Archived {table} not found")
        return self.archive[table][archive_id]

    def list_deletions(self, token: Token, skip: int, limit: int) -> Row:
        self.superuser(token)
        rows = [(table, row) for table in self.archive for row in self.archive[table].values()]
        rows.sort(key=_transaction_id, reverse=True)
        deletions = [_deletion(list(deletion)) for _, deletion in groupby(rows, key=_transaction_id)]
        more = len(deletions) > skip + limit
        return {"data": deletions[skip : skip + limit], "next_before": Containing("") if more else None}

    def _newest_first(self, table: str) -> list[Row]:
        return sorted(self.archive[table].values(), key=lambda row: row["archive_id"], reverse=True)

    # Restoring

    def restore(self, token: Token, table: str, archive_id: int, owner_id: str | None = None) -> Row:
        admin = self.superuser(token)
        row = self._archived(table, archive_id)
        if conflict := self._conflict(table, row, owner_id):
            raise Refused(409, Containing(conflict))
        return self._revive(table, row, admin, {"owner_id": owner_id} if owner_id else {})

    def preview(self, token: Token, archive_id: int, owner_id: str | None) -> Row:
        self.superuser(token)
        row = self._archived("item", archive_id)
        return _outcome("item", row, self._conflict("item", row, owner_id))

    def undo(self, token: Token, transaction_id: str, archived_at: str | None) -> Row:
        admin = self.superuser(token)
        conflicts = self._conflicts(transaction_id, archived_at)
        reasons = [conflict for _, _, conflict in conflicts if conflict]
        if reasons:
            raise Refused(409, AnyOf(reasons))
        for table, row, _ in conflicts:
            self._revive(table, row, admin, {})
        return {
            "data": Unordered(_outcome(table, row, None) | {"outcome": "restored"} for table, row, _ in conflicts),
            "count": len(conflicts),
            "notes": [],
        }

    def preview_undo(self, token: Token, transaction_id: str, archived_at: str | None) -> Row:
        self.superuser(token)
        conflicts = self._conflicts(transaction_id, archived_at)
        data = Unordered(_outcome(*conflict) for conflict in conflicts)
        return {"data": data, "count": len(conflicts), "notes": []}

    def _archived(self, table: str, archive_id: int) -> Row:
        if archive_id not in self.archive[table]:
            raise Refused(404, Containing("no archived row"))
        return self.archive[table][archive_id]

    def _conflict(
        self, table: str, row: Row, owner_id: str | None = None, *, with_owner: str | None = None
    ) -> str | None:
        """Return why a row cannot be restored. `with_owner` is the user restored with it."""
        if row["restored_at"]:
            return f"already restored by {row['restored_by']} at"
        if table == "user":
            return "unique value taken" if self.holder_of(row["email"]) else None
        owner_id = owner_id or row["owner_id"]
        return None if owner_id in {*self.users, with_owner} else "its owner no longer exists"

    def _conflicts(self, transaction_id: str, archived_at: str | None) -> list[tuple[str, Row, str | None]]:
        """Return each row of a deletion, with why it cannot be restored."""
        rows = [
            (table, row)
            for table in ["user", "item"]
            for row in self.archive[table].values()
            if row["transaction_id"] == transaction_id and archived_at in {None, row["archived_at"]}
        ]
        if not rows:
            raise Refused(404, Containing("no archived row"))
        comes_back = next(
            (row["id"] for table, row in rows if table == "user" and not self._conflict(table, row)), None
        )
        return [(table, row, self._conflict(table, row, with_owner=comes_back)) for table, row in rows]

    def _revive(self, table: str, row: Row, admin: Row, changes: Row) -> Row:
        row |= {"restored_at": ANY, "restored_by": admin["id"]}
        live = {column: row[column] for column in COLUMNS[table]} | changes
        if table == "item":
            self.items[live["id"]] = live
        else:
            self.users[live["id"]] = live
            self.passwords[live["id"]] = None
            self._end_tokens(live["id"])
        return live


class AnyOf(list):
    """Equals each text that contains one of these."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return any(text in str(other) for text in self)


def _matches(table: str, row: Row, filters: Row) -> bool:
    def conditions() -> Iterator[bool]:
        for name, value in filters.items():
            match name:
                case "state":
                    yield value == "any" or (value == "restored") == bool(row["restored_at"])
                case "item_id" | "user_id":
                    yield row["id"] == value
                case "archived_after":
                    yield row["archived_at"] >= value
                case "archived_before":
                    yield row["archived_at"] < value
                case "q":
                    yield any(value.lower() in (row[column] or "").lower() for column in SEARCHED[table])
                case _:
                    yield row[name] == value

    return all(conditions())


def _transaction_id(entry: tuple[str, Row]) -> int:
    return int(entry[1]["transaction_id"])


def _deletion(rows: list[tuple[str, Row]]) -> Row:
    tables = [table for table, _ in rows]
    shared = [
        "transaction_id",
        "archived_at",
        "archived_by",
        "reason",
        "session_role",
        "application_name",
        "client_addr",
    ]
    return {
        **{name: rows[0][1][name] for name in shared},
        "rows": {table: tables.count(table) for table in tables},
        "rows_exact": True,
        "restored": sum(row["restored_at"] is not None for _, row in rows),
    }


def _outcome(table: str, row: Row, conflict: str | None) -> dict[str, Any]:
    return {
        "table": table,
        "archive_id": row["archive_id"],
        "row_id": row["id"],
        "outcome": "conflict" if conflict else "would_restore",
        "detail": Containing(conflict) if conflict else None,
    }
