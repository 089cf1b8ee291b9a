"""Archive deleted users.

Their passwords, and what ends their tokens, stay out of the archive: sql/app/30_tables.sql excludes them.
A restored user starts with the defaults: a password that nothing matches, and tokens valid from then on.
"""

import sqlalchemy as sa
from alembic import op
from app.models import Xid8
from sqlalchemy.dialects import postgresql

revision = "20261124_archive_users"
down_revision = "20261123_users_items_archive"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user_archive",
        sa.Column("archive_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", Xid8(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("session_role", sa.Text(), nullable=False),
        sa.Column("application_name", sa.Text(), nullable=True),
        sa.Column("client_addr", postgresql.INET(), nullable=True),
        sa.Column("cascaded", sa.Boolean(), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restored_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(255), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=True),
        sa.Column("is_superuser", sa.Boolean(), nullable=True),
        sa.Column("full_name", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("archive_id", "archived_at", name="user_archive_pkey"),
        postgresql_partition_by="RANGE (archived_at)",
    )
    op.create_index("user_archive_id_idx", "user_archive", ["id"])
    op.create_index("user_archive_transaction_id_idx", "user_archive", ["transaction_id", "archived_at"])


def downgrade() -> None:
    op.execute(
        sa.text("select archive.disable(r.source) from archive.registry r where r.source = 'public.\"user\"'::regclass")
    )
    op.drop_table("user_archive")
