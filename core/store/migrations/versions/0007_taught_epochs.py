"""Which epochs of a run boosted trees taught."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; of epochs before it nobody knows, and nothing is said."""
    op.add_column(
        "epochs", sa.Column("taught", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("epochs", "taught")
