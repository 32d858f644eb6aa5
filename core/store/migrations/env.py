"""Alembic's entry: migrate on the connection that `core.store.upgrade` opened."""

from alembic import context

from core.store import tables
from core.store.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.Source.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
