"""Find what one person deleted, and what was restored, without reading the whole archive.

Both filters took seconds with ten million archived rows. The index on `archived_by` compares bytes: names are looked
up, never sorted, and a locale's comparison would be paid on each delete. The other holds restored rows only, which are
few and cost a delete nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_archive_filters"
down_revision = "20261124_retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ["item_archive", "user_archive"]:
        op.create_index(
            f"{table}_archived_by_idx",
            table,
            ["archived_by", "archive_id"],
            postgresql_ops={"archived_by": "text_pattern_ops"},
        )
        op.create_index(
            f"{table}_restored_idx", table, ["archive_id"], postgresql_where=sa.text("restored_at is not null")
        )


def downgrade() -> None:
    for table in ["user_archive", "item_archive"]:
        op.drop_index(f"{table}_restored_idx", table)
        op.drop_index(f"{table}_archived_by_idx", table)
