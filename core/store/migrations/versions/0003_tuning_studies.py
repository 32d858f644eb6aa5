"""Searches for better settings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table; Optuna makes its own when the first trial begins."""
    op.create_table(
        "tuning_studies",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("data_set_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("split", sa.JSON(), nullable=False),
        sa.Column("space", sa.JSON(), nullable=False),
        sa.Column("budget_s", sa.Double(), nullable=False),
        sa.Column("used_s", sa.Double(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("trials", sa.JSON(), nullable=False),
        sa.Column("importances", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["data_set_id"], ["data_sets.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tuning_studies_data_set_id", "tuning_studies", ["data_set_id"])


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("tuning_studies")
