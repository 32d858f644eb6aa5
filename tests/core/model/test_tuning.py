"""core.model.tuning: asks and tells through the store, whatever interrupts it."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect

from core.config import Settings
from core.model.search_space import Choice, Range, SearchSpace
from core.model.settings import NetworkSettings
from core.model.tuning import BEFORE_IMPORTANCES, Tuner
from core.store.engine import connect
from core.store.workspace import Workspace

BASE = NetworkSettings(layers=(64, 32), dropout=0.1, learning_rate=1e-3)
SPACE = SearchSpace(
    (
        Range("width", 16, 128),
        Range("dropout", 0.0, 0.5),
        Range("learning_rate", 1e-4, 1e-2),
        Choice("activation", ("relu", "tanh")),
    )
)


@pytest.fixture
def url(tmp_path):
    """Return the database of an opened workspace."""
    settings = Settings.from_environment({"LENDLENS_HOME": str(tmp_path)})
    Workspace.open(settings).close()
    return settings.database_url


@pytest.fixture
def tuner(url):
    """Return a study that has not begun."""
    tuner = Tuner(url, "stu_1", SPACE, BASE)
    yield tuner
    tuner.close()


def loss(values):
    """Return a figure that is lowest at a learning rate of 0.003."""
    return 0.4 + math.log10(values["learning_rate"] / 0.003) ** 2 + 0.01 * values["dropout"]


def make(tuner, trials):
    """Make so many trials and return their values."""
    tried = []
    for _ in range(trials):
        asked = tuner.ask()
        tuner.complete(asked, loss(asked.values), auc=0.7)
        tried.append(asked.values)
    return tried


def test_the_first_trial_is_the_base(tuner):
    """So the winner is never worse than what one began with."""
    first = tuner.ask()
    assert first.number == 1
    assert first.values == {
        "width": 64,
        "dropout": 0.1,
        "learning_rate": 1e-3,
        "activation": "relu",
    }


def test_values_keep_to_the_space(tuner):
    """Powers of two for widths, and the limits of each range."""
    for values in make(tuner, 12):
        assert values["width"] in (16, 32, 64, 128)
        assert 0 <= values["dropout"] <= 0.5
        assert 1e-4 <= values["learning_rate"] <= 1e-2


def test_the_same_seed_gives_the_same_trials_however_often_it_is_opened(url, tuner):
    """A process per trial, or one for all: the proposals are the same."""
    together = make(tuner, 12)
    apart = []
    for _ in range(12):
        other = Tuner(url, "stu_2", SPACE, BASE)
        apart += make(other, 1)
        other.close()
    assert apart == together


def test_another_seed_gives_other_trials(url, tuner):
    """All but the first, which is the base."""
    other = Tuner(url, "stu_2", SPACE, NetworkSettings(**{**BASE.to_json(), "seed": 7}))
    one, two = make(tuner, 3), make(other, 3)
    other.close()
    assert one[1:] != two[1:]


def test_a_lost_trial_is_tried_again_once(url, tuner):
    """Its process was killed; what killed it twice is not tried a third time."""
    lost = tuner.ask()
    again = tuner.ask()
    assert again.values == lost.values
    assert [each["state"] for each in tuner.history()] == ["interrupted", "running"]
    assert tuner.ask().values != lost.values


def test_an_interruption_changes_nothing_of_what_follows(url, tuner):
    """The study goes on as if it had not been stopped."""
    undisturbed = make(tuner, 5)
    other = Tuner(url, "stu_2", SPACE, BASE)
    tried = make(other, 2)
    other.interrupt(other.ask())
    assert tried + make(other, 3) == undisturbed
    other.close()


def test_history_tells_each_trial(tuner):
    """Complete, failed and running ones, with what was said of them."""
    make(tuner, 1)
    tuner.fail(tuner.ask(), "The loss is not a number.", seconds=2.0)
    tuner.ask()
    first, second, third = tuner.history()
    assert (first["number"], first["state"], first["auc"]) == (1, "complete", 0.7)
    assert first["loss"] == pytest.approx(loss(first["values"]))
    assert (second["state"], second["error"], second["loss"]) == (
        "failed",
        "The loss is not a number.",
        None,
    )
    assert third["state"] == "running"


def test_a_trial_that_falls_behind_is_told(tuner):
    """After ten epochs it is worse than the median of those before."""
    for _ in range(4):
        asked = tuner.ask()
        for epoch in range(1, 16):
            assert not tuner.falls_behind(asked, epoch, 0.4 + 1 / epoch)
        tuner.complete(asked, 0.45)
    asked = tuner.ask()
    assert [epoch for epoch in range(1, 16) if tuner.falls_behind(asked, epoch, 0.9)] == [10, 15]
    tuner.prune(asked, epochs=10)
    last = tuner.history()[-1]
    assert (last["state"], last["loss"], last["epochs"]) == ("pruned", 0.9, 10)


def test_when_everything_was_tried_nothing_is_asked(url):
    """Two layers or three, relu or tanh: four trials, each once."""
    small = SearchSpace((Range("depth", 2, 3), Choice("activation", ("relu", "tanh"))))
    tuner = Tuner(url, "stu_3", small, BASE)
    tried = []
    while asked := tuner.ask():
        tuner.complete(asked, len(tried))
        tried.append(tuple(asked.values.values()))
    assert sorted(tried) == [(2, "relu"), (2, "tanh"), (3, "relu"), (3, "tanh")]
    assert len(tuner.history()) == 4
    tuner.close()


def test_importances_need_trials_and_find_what_matters(tuner):
    """Nearly all differences come from the learning rate."""
    make(tuner, BEFORE_IMPORTANCES - 1)
    assert tuner.importances() == {}
    make(tuner, 13)
    found = tuner.importances()
    assert next(iter(found)) == "learning_rate"
    assert found["learning_rate"] > 0.5
    assert sum(found.values()) == pytest.approx(1)


def test_optuna_keeps_its_version_beside_ours(url, tuner):
    """Its tables are in the store's database, and the store still opens."""
    engine = connect(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    assert {"trials", "alembic_version", "lendlens_version", "tuning_studies"} <= names


def test_two_workers_may_begin_at_once(url):
    """Both make Optuna's tables; both have a study in the end."""
    with ThreadPoolExecutor(4) as pool:
        tuners = list(pool.map(lambda i: Tuner(url, f"stu_{i}", SPACE, BASE), range(4)))
    for tuner in tuners:
        assert tuner.ask().number == 1
        tuner.close()
