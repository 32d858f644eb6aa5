"""Alembic's entry: migrate on the connection that `core.store.upgrade` opened."""

from alembic import context

from core.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.Source.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
