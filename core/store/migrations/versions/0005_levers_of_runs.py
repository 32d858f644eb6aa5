"""Fields that may change on the way to approval, as somebody chose them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "run_levers",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("levers", sa.JSON(), nullable=False),
        sa.Column("beyond", sa.Boolean(), nullable=False),
        sa.Column("user", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id"),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("run_levers")
