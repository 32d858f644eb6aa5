"""Bring a database to the present schema; a database that is there already costs one query."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from core.errors import StoreError

HEAD = "0007"
"""The newest migration in `migrations/versions`; a test compares the two."""

MIGRATIONS = Path(__file__).parent / "migrations"

VERSION_TABLE = "lendlens_version"
"""Not Alembic's own name, `alembic_version`: Optuna keeps its tables in the same database and
writes its own schema version there, without a choice of another name."""

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
    return _version_in(connection, VERSION_TABLE)


def _migrate(connection: Connection) -> None:
    # Alembic takes a third of a second to import, and is needed once per upgrade.
    from alembic import command
    from alembic.util.exc import CommandError

    known = schema_version(connection) or _version_before_0003(connection)
    try:
        if schema_version(connection) is None and known is not None:
            connection.execute(text("DROP TABLE alembic_version"))
            command.stamp(_config(connection), known)
        command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise StoreError(
            f"The database is at schema {known!r}, which this version of "
            f"Lendlens does not know (it knows up to {HEAD!r}). Start the newer version."
        ) from error


def _version_before_0003(connection: Connection) -> str | None:
    """Return the version of a database that still keeps it under Alembic's own name."""
    ours = inspect(connection).has_table("decisions")  # else the version is somebody else's
    return _version_in(connection, "alembic_version") if ours else None


def _version_in(connection: Connection, table: str) -> str | None:
    if not inspect(connection).has_table(table):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {table}"))
    return found


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
