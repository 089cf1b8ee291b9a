"""Attempts that are limited: failed sign-ins, sign-ups, recoveries and resets.

They are counted here, for all worker processes and across restarts of the API. The table is unlogged: a crash of the
server forgets the attempts of an hour, and no attempt waits for the disk.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_attempts"
down_revision = "20261125_archive_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("account", sa.String(64), nullable=True),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="attempt_pkey"),
        prefixes=["unlogged"],
    )
    op.create_index("attempt_account_idx", "attempt", ["kind", "account", "made_at"])
    op.create_index("attempt_address_idx", "attempt", ["kind", "address", "made_at"])


def downgrade() -> None:
    op.execute(sa.text("drop table attempt cascade"))  # with the code that names it
