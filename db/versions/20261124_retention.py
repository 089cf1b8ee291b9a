"""Retention: legal holds, the log of what was purged, and the erasure of a person's data.

Deletions are listed by time: transaction ids start again in another cluster, after a dump and restore. So an index on
the time first takes the place of the one on both; it serves purges and filters by time too.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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

    op.add_column(
        "registry",
        sa.Column("columns", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        schema="archive",
    )
    op.create_table(
        "holds",
        sa.Column("archive_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", postgresql.REGCLASS(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("archive_id", name="holds_pkey"),
        schema="archive",
    )
    op.create_table(
        "purge_log",
        sa.Column("log_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("scope", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("session_role", sa.Text(), server_default=sa.text("session_user"), nullable=False),
        sa.Column(
            "application_name",
            sa.Text(),
            server_default=sa.text("current_setting('application_name')"),
            nullable=True,
        ),
        sa.Column("client_addr", postgresql.INET(), server_default=sa.text("inet_client_addr()"), nullable=True),
        sa.PrimaryKeyConstraint("log_id", name="purge_log_pkey"),
        schema="archive",
    )
    op.create_table(
        "applied_code",
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("catalogue", sa.Text(), nullable=False),
        schema="archive",
    )


def downgrade() -> None:
    for table in ["applied_code", "purge_log", "holds"]:
        op.execute(sa.text(f"drop table archive.{table} cascade"))  # with the code that uses it
    op.execute(sa.text("alter table archive.registry drop column columns cascade"))
    for table in ["user_archive", "item_archive"]:
        op.drop_index(f"{table}_archived_at_idx", table)
        op.drop_index(f"{table}_transaction_id_idx", table)
        op.create_index(f"{table}_transaction_id_idx", table, ["transaction_id", "archived_at"])
        op.drop_column(table, "erased_at")
