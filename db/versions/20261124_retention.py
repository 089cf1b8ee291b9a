"""Retention: an erased row says when it was, and deletions are listed by time.

Deletions are listed by time: transaction ids start again in another cluster, after a dump and restore. So an index on
the time first takes the place of the one on both; it serves purges and filters by time too.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_retention"
down_revision = "20261124_archive_users"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ["item_archive", "user_archive"]:
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        op.drop_index(f"{table}_transaction_id_idx", table)
        op.create_index(f"{table}_transaction_id_idx", table, ["transaction_id"])
        op.create_index(f"{table}_archived_at_idx", table, ["archived_at", "transaction_id"])


def downgrade() -> None:
    for table in ["user_archive", "item_archive"]:
        op.drop_index(f"{table}_archived_at_idx", table)
        op.drop_index(f"{table}_transaction_id_idx", table)
        op.create_index(f"{table}_transaction_id_idx", table, ["transaction_id", "archived_at"])
        op.drop_column(table, "erased_at")
