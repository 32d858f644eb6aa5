"""core.store.engine: one connection setting for every thread and process."""

import pytest
from sqlalchemy import text

from core.errors import ConfigError
from core.store.engine import connect


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
