"""Bring a database to the present schema; a database that is there already costs one query."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from core.errors import StoreError

HEAD = "0002"
"""The newest migration in `migrations/versions`; a test compares the two."""

MIGRATIONS = Path(__file__).parent / "migrations"

_UPGRADE_LOCK = 4_217_000


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; several processes may call this at once.

    Raises:
        StoreError: The database was written by a newer version of Lendlens.
    """
    with engine.connect() as connection:
        if schema_version(connection) == HEAD:
            return
    with engine.execution_options(write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
        _migrate(connection)


def schema_version(connection: Connection) -> str | None:
    """Return the migration a database is at, or None if it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _migrate(connection: Connection) -> None:
    # Alembic takes a third of a second to import, and is needed once per upgrade.
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"The database is at schema {schema_version(connection)!r}, which this version of "
            f"Lendlens does not know (it knows up to {HEAD!r}). Start the newer version."
        ) from error
