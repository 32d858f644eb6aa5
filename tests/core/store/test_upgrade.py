"""core.store.upgrade: an empty, a present and a too new database."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from core.errors import StoreError
from core.store.engine import connect
from core.store.tables import Source
from core.store.upgrade import HEAD, MIGRATIONS, VERSION_TABLE, schema_version, upgrade
from tests.core.store.filling import ALEMBIC_VERSION, as_before_0003

OPTIONS = {"compare_type": True, "version_table": VERSION_TABLE}


@pytest.fixture
def engine(tmp_path):
    """Return a connection to an empty database."""
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    yield engine
    engine.dispose()


def test_head_is_the_newest_migration():
    """The constant that makes opening quick agrees with the migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_give_the_tables(engine):
    """The migrated schema is the one the code declares, nothing more or less."""
    upgrade(engine)
    with engine.connect() as connection:
        assert schema_version(connection) == HEAD
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, Source.metadata) == []


def test_upgrade_at_head_does_not_import_alembic(engine, tmp_path):
    """A second start stays quick: the migration tool is not even loaded."""
    upgrade(engine)
    code = (
        "import sys; from core.store.engine import connect; from core.store.upgrade import upgrade;"
        f"upgrade(connect('sqlite:///{tmp_path / 'a.db'}')); sys.exit('alembic' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_several_may_upgrade_at_once(tmp_path):
    """Server and workers start together on an empty folder; each finds a whole schema."""
    engines = [connect(f"sqlite:///{tmp_path / 'a.db'}") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, engines))
    for engine in engines:
        with engine.connect() as connection:
            assert schema_version(connection) == HEAD
        engine.dispose()


def test_failed_upgrade_changes_nothing(engine, monkeypatch):
    """A migration that breaks off leaves the database as it was, to be tried again."""
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text("CREATE TABLE decisions (n INTEGER)"))  # in the migration's way
    with pytest.raises(Exception, match="table decisions already exists"):
        upgrade(engine)
    with engine.connect() as connection:
        assert schema_version(connection) is None
        assert not connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'jobs'"))


def test_newer_database_is_refused(engine):
    """An older program does not touch a newer database and says what to do."""
    upgrade(engine)
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE lendlens_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"schema '9999'.*Start the newer version"):
        upgrade(engine)


def test_a_version_under_the_old_name_is_moved(engine):
    """A database of before 0003 keeps its rows, and its version is told under the new name."""
    upgrade(engine)
    with engine.execution_options(write=True).begin() as connection:
        as_before_0003(connection)
    upgrade(engine)
    with engine.connect() as connection:
        assert schema_version(connection) == HEAD
        assert connection.scalar(text("SELECT title FROM jobs")) == "Training"
        assert not inspect(connection).has_table("alembic_version")


def test_a_newer_version_under_the_old_name_is_refused(engine):
    """Nothing is moved, and the message names the version that was found."""
    upgrade(engine)
    with engine.execution_options(write=True).begin() as connection:
        as_before_0003(connection, "9999")
    with pytest.raises(StoreError, match=r"schema '9999'.*Start the newer version"):
        upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_the_version_of_another_program_is_left_alone(engine):
    """An empty database that somebody else migrates with Alembic becomes ours beside it."""
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text(ALEMBIC_VERSION))
        connection.execute(text("INSERT INTO alembic_version VALUES ('v3.2.0.a')"))
    upgrade(engine)
    with engine.connect() as connection:
        assert schema_version(connection) == HEAD
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "v3.2.0.a"


def test_tables_suit_postgresql():
    """Every table compiles for PostgreSQL, with zoned times, JSON and a numbered sequence."""
    tables = Source.metadata.tables.values()
    sql = "".join(str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in tables)
    assert "TIMESTAMP WITH TIME ZONE" in sql
    assert "inputs JSON NOT NULL" in sql
    assert "seq BIGSERIAL NOT NULL" in sql
