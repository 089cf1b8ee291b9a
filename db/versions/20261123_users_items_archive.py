"""Users, items, and the archive of deleted items.

Deletes stay real: the trigger that sql/app installs after this revision copies each row first.
The archive is partitioned by month, so that retention empties partitions instead of deleting rows.
Its partitions are made by archive.enable(), like those of any other archived table.

Where users and items are there already, as the full-stack FastAPI template makes them, they are adopted.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from app.models import Xid8
from sqlalchemy.dialects import postgresql

revision = "20261123_users_items_archive"
down_revision = None
branch_labels = None
depends_on = None


ADOPT = Path(__file__).parents[1] / "adopt_template.sql"


def upgrade() -> None:
    names = sa.text("""select coalesce(to_regclass('public."user"'), to_regclass('public.item')) is not null""")
    if op.get_bind().scalar(names):
        op.get_bind().connection.driver_connection.execute(ADOPT.read_bytes())
    else:
        create_users_and_items()

    op.create_table(
        "item_archive",
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
        sa.Column("title", sa.String(255), nullable=True),
        sa.Column("description", sa.String(255), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("archive_id", "archived_at", name="item_archive_pkey"),
        postgresql_partition_by="RANGE (archived_at)",
    )
    op.create_index("item_archive_id_idx", "item_archive", ["id"])
    op.create_index("item_archive_owner_id_idx", "item_archive", ["owner_id", "archive_id"])
    op.create_index("item_archive_transaction_id_idx", "item_archive", ["transaction_id", "archived_at"])


def create_users_and_items() -> None:
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_superuser", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("full_name", sa.String(255), nullable=True),
        sa.Column("hashed_password", sa.Text(), server_default=sa.text("'!'"), nullable=False),
        sa.Column("tokens_valid_from", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kept_token", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("id", name="user_pkey"),
    )
    op.create_index("user_email_key", "user", [sa.text("lower(email)")], unique=True)

    op.create_table(
        "item",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="item_pkey"),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name="item_owner_id_fkey", ondelete="CASCADE"),
        sa.CheckConstraint("char_length(title) >= 1", name=op.f("item_title_check")),
    )
    op.create_index("item_owner_id_idx", "item", ["owner_id", "id"])


def downgrade() -> None:
    op.execute(
        sa.text("select archive.disable(r.source) from archive.registry r where r.source = 'public.item'::regclass")
    )
    op.drop_table("item_archive")
    op.drop_table("item")
    op.drop_table("user")
