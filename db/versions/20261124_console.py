"""Tokens of the console that ended before their time.

Whoever signs out of the console is out, whatever became of the cookie: the server itself remembers that this token has
ended, until it would have expired anyway. Tokens of users who are gone, inactive or have a new password end without
a row here.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_console"
down_revision = "20261124_archive_filters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_token",
        sa.Column("jti", sa.String(36), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti", name="ended_token_pkey"),
    )


def downgrade() -> None:
    op.execute(sa.text("drop table ended_token cascade"))  # with the code that names it
