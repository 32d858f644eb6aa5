"""The store on PostgreSQL: a real server, made for these tests alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.config import Settings
from core.decision.ledger import record, replay, verify
from core.decision.registration import register
from core.decision.scoring import Scorer
from core.errors import InUseError, StoreError
from core.model.search_space import Range, SearchSpace
from core.model.settings import NetworkSettings
from core.model.tuning import Tuner
from core.store.engine import connect
from core.store.tables import Source
from core.store.upgrade import HEAD, VERSION_TABLE, schema_version, upgrade
from core.store.workspace import Workspace
from tests.core.decision.conftest import POLICY, add_run
from tests.core.store.filling import ALEMBIC_VERSION, a_decision, a_model, as_before_0003
from tests.core.store.postgres_server import PostgresServer, binaries, what_is_missing

OPTIONS = {"compare_type": True, "version_table": VERSION_TABLE}
APPLICANT = {"Age": 35, "Income": None, "Amount": 900, "Home": "castle"}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that nobody else uses."""
    if missing := what_is_missing():
        pytest.skip(missing)
    folder = binaries()
    assert folder is not None
    with PostgresServer(folder).running() as server:
        yield server


@pytest.fixture
def settings(server: PostgresServer, tmp_path: Path) -> Settings:
    """Settings of an empty folder and an empty database."""
    environment = {
        "LENDLENS_HOME": str(tmp_path),
        "LENDLENS_DATABASE_URL": server.new_database(),
    }
    return Settings.from_environment(environment)


@pytest.fixture
def scorer(store: Workspace) -> Scorer:
    """The scorer of a registered model version."""
    return Scorer.load(store, register(store, add_run(store).id, "Loans", POLICY).id)


def test_migrations_give_the_tables(settings):
    """The migrated schema is the one the code declares, nothing more or less."""
    engine = connect(settings.database_url)
    upgrade(engine)
    with engine.connect() as connection:
        assert schema_version(connection) == HEAD
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, Source.metadata) == []
    engine.dispose()


def test_several_may_upgrade_at_once(settings):
    """Server and workers start together on an empty database; each finds a whole schema."""
    engines = [connect(settings.database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, engines))
    for engine in engines:
        with engine.connect() as connection:
            assert schema_version(connection) == HEAD
        engine.dispose()


def test_newer_database_is_refused(settings):
    """An older program does not touch a newer database and says what to do."""
    engine = connect(settings.database_url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE lendlens_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"schema '9999'.*Start the newer version"):
        upgrade(engine)
    engine.dispose()


def test_a_version_under_the_old_name_is_moved(settings):
    """A database of before 0003 keeps its rows, and the old name is free for Optuna."""
    engine = connect(settings.database_url)
    upgrade(engine)
    with engine.begin() as connection:
        as_before_0003(connection)
    upgrade(engine)
    with engine.begin() as connection:
        assert schema_version(connection) == HEAD
        assert connection.scalar(text("SELECT title FROM jobs")) == "Training"
        connection.execute(text(ALEMBIC_VERSION))
    engine.dispose()


def test_a_recorded_decision_can_be_replayed(store, scorer):
    """From the loan file to a chained record that gives the same numbers to the bit."""
    said = scorer.assess(APPLICANT)
    written = [
        record(store, scorer, said, APPLICANT, "ann", "loan officer", f"A-{number}")
        for number in (1, 2)
    ]
    check = verify(store)
    assert (check.whole, check.records) == (True, 2)
    assert store.registry.decision(written[0].id) == written[0]
    assert replay(store, written[1].id).same


def test_publications_are_in_force_at_once(settings, store, registry):
    """Another process, already connected, is told of the new champion by its next answer."""
    first, second = a_model(registry), a_model(registry, "Other")
    other = Workspace.open(settings)
    assert other.registry.champion_id() is None
    for model in (first, second):
        registry.publish(model.id, "ann")
        assert other.registry.champion_id() == model.id
    registry.roll_back("ann")
    assert other.registry.champion().id == first.id
    other.close()


def test_a_published_model_is_kept(store, registry):
    """It cannot be deleted, nor can one that decisions were made with."""
    model = a_model(registry)
    registry.publish(model.id, "ann")
    with pytest.raises(InUseError, match="it is or was the champion"):
        store.delete_model(model.id)


def test_processes_append_one_after_the_other(settings, registry):
    """Appending from several connections at once loses nothing and breaks no link."""
    model = a_model(registry)
    others = [Workspace.open(settings) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda i: a_decision(others[i % 3].registry, model), range(24)))
    records = registry.decisions(limit=None, oldest_first=True)
    assert [record.seq for record in records] == list(range(1, 25))
    assert all(after.prev_hash == before.hash for before, after in pairwise(records))
    for other in others:
        other.close()


@pytest.mark.parametrize(
    "change", ["UPDATE {table} SET \"user\" = 'eve'", "DELETE FROM {table}", "TRUNCATE {table}"]
)
@pytest.mark.parametrize("table", ["decisions", "publications"])
def test_nothing_can_be_changed(registry, table, change):
    """The database itself refuses to change or delete what was recorded."""
    model = a_model(registry)
    a_decision(registry, model)
    registry.publish(model.id, "ann")
    with (
        pytest.raises(DBAPIError, match=f"{table} are append-only"),
        registry._writing() as session,
    ):
        session.execute(text(change.format(table=table)))
    assert registry.decisions()[0].user == "local"
    assert registry.publications()[0].user == "ann"


def test_one_worker_claims_a_job(settings, registry):
    """Two workers that ask at the same moment never get the same job."""
    for number in range(8):
        registry.submit("train", f"Training {number}", {})
    others = [Workspace.open(settings) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda i: others[i % 4].registry.claim(f"w{i}", i), range(8)))
    assert len({job.id for job in claimed if job}) == 8
    for other in others:
        other.close()


def test_studies_live_beside_the_store(settings, store):
    """Optuna's tables are made by several workers at once, and do not touch ours."""
    space = SearchSpace((Range("width", 16, 64),))
    with ThreadPoolExecutor(3) as pool:
        tuners = list(
            pool.map(
                lambda i: Tuner(settings.database_url, f"stu_{i}", space, NetworkSettings()),
                range(3),
            )
        )
    for tuner in tuners:
        tuner.complete(tuner.ask(), 0.4)
        assert [trial["loss"] for trial in tuner.history()] == [0.4]
        tuner.close()
    Workspace.open(settings).close()
