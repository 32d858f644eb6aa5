"""The database connection: SQLite in WAL mode by default, PostgreSQL by URL."""

import threading
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, Select, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

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


def lent_options(url: str) -> dict[str, Any]:
    """Return options of `create_engine` for a library that connects to the store by itself.

    It waits for other writers as long as we do, and takes the write lock at its first change, not
    halfway. WAL is a property of the file.
    """
    options: dict[str, Any] = {"poolclass": NullPool}  # nothing stays open between two trials
    if make_url(url).get_backend_name() == "sqlite":
        wait_s = BUSY_TIMEOUT_MS / 1000
        options["connect_args"] = {"timeout": wait_s, "isolation_level": "IMMEDIATE"}
    return options


class QuickQuery:
    """One query for the first column of one row, asked so often that its way matters.

    It goes past SQLAlchemy, whose own way costs more than the answer. On SQLite it also keeps a
    connection of its own: taking one from the pool costs three times as much as the query. It
    never writes and never begins a transaction, so each answer is the newest that any process
    has committed. Elsewhere a connection is taken from the pool, which checks that it is alive.
    """

    def __init__(self, engine: Engine, query: Select[Any]) -> None:
        """Take a query without parameters."""
        self._engine = engine
        compiled = query.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
        self._sql = str(compiled)
        self._lock = threading.Lock()
        self._kept: Any = None

    def first(self) -> Any:
        """Return the first column of the first row, or None if there is no row."""
        if self._engine.dialect.name == "sqlite":
            with self._lock:
                return self._ask(self._keep())
        with closing(self._engine.raw_connection()) as connection:
            return self._ask(connection)

    def close(self) -> None:
        """Close the connection that was kept."""
        with self._lock:
            if self._kept is not None:
                self._kept.close()
                self._kept = None

    def _keep(self) -> Any:
        if self._kept is None:
            connection = self._engine.raw_connection()
            connection.detach()
            self._kept = connection.dbapi_connection
        return self._kept

    def _ask(self, connection: Any) -> Any:
        cursor = connection.cursor()
        try:
            cursor.execute(self._sql)
            row = cursor.fetchone()
        finally:
            cursor.close()
        return row[0] if row else None


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
