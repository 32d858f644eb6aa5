"""The database connection: SQLite in WAL mode by default, PostgreSQL by URL."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from core.errors import ConfigError
from core.store.base import to_json

BUSY_TIMEOUT_MS = 15_000


def connect(url: str) -> Engine:
    """Return an engine on which a transaction marked `write=True` takes the write lock at once.

    SQLite would otherwise take it at the first change and fail, without waiting, when another
    process wrote in between.

    Raises:
        ConfigError: The URL cannot be used.
    """
    try:
        dialect = make_url(url).get_backend_name()
        engine = create_engine(url, json_serializer=to_json, pool_pre_ping=dialect != "sqlite")
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(
            "LENDLENS_DATABASE_URL cannot be used "
            f"({error}). Expected something like sqlite:////path/lendlens.db or "
            "postgresql+psycopg://user@host/lendlens."
        ) from error
    if dialect == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # else INSERT OR REPLACE would slip past append-only triggers
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
