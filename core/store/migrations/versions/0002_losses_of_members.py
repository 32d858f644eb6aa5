"""Losses of each network of a team, by epoch."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; epochs of runs before it have none."""
    op.add_column(
        "epochs", sa.Column("member_losses", sa.JSON(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("epochs", "member_losses")
