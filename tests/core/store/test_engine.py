"""core.store.engine: one connection setting for every thread and process."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, column, create_engine, select, table, text

from core.errors import ConfigError
from core.store.engine import BUSY_TIMEOUT_MS, QuickQuery, connect, lent_options


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("recursive_triggers", 1)],
)
def test_sqlite_is_prepared(tmp_path, pragma, value):
    """Every connection has write-ahead logging, foreign keys and triggers on."""
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == value
    engine.dispose()


def test_a_writer_waits_for_another(tmp_path):
    """A transaction that reads first and writes later does not fail when another wrote between."""
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    write = engine.execution_options(write=True)
    with write.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
    with write.begin() as first:
        assert first.scalar(text("SELECT n FROM t")) == 1
        with engine.connect() as reader:
            assert reader.scalar(text("SELECT n FROM t")) == 1
        first.execute(text("UPDATE t SET n = 2"))
    engine.dispose()


@pytest.mark.parametrize("url", ["nonsense", "nosuchdb://host/x", "sqlite+nodriver:///x"])
def test_unusable_url_is_explained(url):
    """The message names the variable and shows what was expected."""
    with pytest.raises(ConfigError, match=r"LENDLENS_DATABASE_URL cannot be used .*postgresql"):
        connect(url)


@pytest.fixture
def numbers(tmp_path):
    """Return a database with one empty table."""
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER)"))
    yield engine
    engine.dispose()


@pytest.fixture
def largest(numbers):
    """Ask for the largest number."""
    query = QuickQuery(
        numbers, select(column("n")).select_from(table("numbers")).order_by(text("n DESC"))
    )
    yield query
    query.close()


def add(engine: Engine, number: int) -> None:
    """Commit one number on a connection of the pool."""
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": number})


def test_a_quick_query_sees_what_this_process_commits(numbers, largest):
    """Nothing is remembered between two answers, not even that there was none."""
    assert largest.first() is None
    for number in (1, 2):
        add(numbers, number)
        assert largest.first() == number


def test_a_quick_query_sees_what_another_process_commits(largest, tmp_path):
    """Its connection holds no transaction open, so it never looks at an old state."""
    assert largest.first() is None
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    )
    insert = [str(tmp_path / "a.db"), "INSERT INTO numbers VALUES (7)"]
    subprocess.run([sys.executable, "-c", code, *insert], check=True)
    assert largest.first() == 7


def test_a_quick_query_holds_up_no_writer(numbers, largest):
    """Between two answers the write-ahead log can be folded back into the file."""
    add(numbers, 1)
    assert largest.first() == 1
    with numbers.connect() as connection:
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()[0]
    assert busy == 0


def test_threads_share_a_quick_query(numbers, largest):
    """Pages ask from threads of their own while REST asks from its event loop."""
    add(numbers, 3)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: largest.first(), range(200))) == {3}


def test_a_closed_quick_query_opens_anew(numbers, largest):
    """Whoever closes and asks again gets an answer, not an error about a closed connection."""
    add(numbers, 3)
    assert largest.first() == 3
    largest.close()
    assert largest.first() == 3


def test_a_library_that_connects_by_itself_waits_for_writers(tmp_path):
    """Its connection has our patience and begins with the write lock."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = create_engine(url, **lent_options(url))
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) == BUSY_TIMEOUT_MS
        assert connection.connection.dbapi_connection.isolation_level == "IMMEDIATE"
    engine.dispose()


def test_a_library_that_connects_to_postgresql_has_no_such_options():
    """They are SQLite's."""
    assert "connect_args" not in lent_options("postgresql+psycopg://user@host/lendlens")
