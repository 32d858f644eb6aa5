"""core.jobs.tune_request: what is asked for, and where a study stands."""

import pytest

from core.data.splitting import SplitSettings
from core.errors import ModelError
from core.jobs.tune_request import (
    best,
    best_settings,
    run_of_best,
    standing,
    start_study,
    stop_study,
    train_best,
    trials,
    used_s,
)
from core.model.search_space import Range, SearchSpace
from core.model.settings import NetworkSettings
from tests.core.store.filling import a_data_set

BASE = NetworkSettings(layers=(64, 32))
SPACE = SearchSpace((Range("dropout", 0, 0.5),))


def ask(store, space=SPACE, minutes=10):
    """Start a study."""
    data_set = a_data_set(store.registry)
    return start_study(store, data_set.id, BASE, SplitSettings(), space, minutes)


@pytest.fixture
def study(store):
    """Return a study whose first trial waits."""
    return ask(store)


def tell(store, study, *losses):
    """Note complete trials with these losses; None is one that failed."""
    told = [
        {
            "number": number,
            "state": "failed" if loss is None else "complete",
            "loss": loss,
            "values": {"dropout": number / 10},
        }
        for number, loss in enumerate(losses, 1)
    ]
    return store.registry.note_trial(study.id, 30, told, {})


def where(store, study):
    """Return where it stands now."""
    study = store.registry.study(study.id)
    return standing(study, store.registry.job(study.job_id))


def test_a_study_keeps_what_was_asked(store, study):
    """Settings, split, space and budget, and a job that waits."""
    assert SearchSpace.from_json(study.space) == SPACE
    assert NetworkSettings.from_json(study.settings) == BASE
    assert (study.budget_s, study.name) == (600, "Loans · study 1")
    job = store.registry.job(study.job_id)
    assert (job.kind, job.title) == ("trial", "Tuning Loans · study 1")
    assert where(store, study) == "waiting"


@pytest.mark.parametrize("minutes", [0, -1, 1441, float("nan")])
def test_a_budget_that_cannot_be_is_refused(store, minutes):
    """More than nothing, at most a day."""
    with pytest.raises(ModelError, match=r"above 0 and at most 1,440 minutes"):
        ask(store, minutes=minutes)


def test_a_space_that_cannot_be_is_refused(store):
    """Before anything is stored."""
    with pytest.raises(ModelError, match="lower to a higher"):
        ask(store, SearchSpace((Range("dropout", 0.5, 0),)))
    assert store.registry.studies() == []


def test_a_cross_validation_is_refused(store):
    """Every row would be a test row that the search has seen."""
    data_set = a_data_set(store.registry)
    split = SplitSettings("cross_validation")
    with pytest.raises(ModelError, match="test rows that no trial has seen"):
        start_study(store, data_set.id, BASE, split, SPACE)


def test_where_a_study_stands(store, study):
    """Waiting, running, stopping, stopped; broken off by a restart; done."""
    registry = store.registry
    registry.claim("w", 1)
    assert where(store, study) == "running"
    stop_study(store, study.id)
    assert where(store, study) == "stopping"
    registry.finish(study.job_id, "stopped")
    assert where(store, study) == "stopped"
    registry.resume_study(study.id)
    registry.finish(registry.claim("w", 1).id, "failed", "The server was stopped.")
    assert where(store, study) == "broken_off"
    registry.resume_study(study.id)
    registry.finish(registry.claim("w", 1).id, "done")
    registry.end_study(study.id, "done")
    assert where(store, study) == "done"


def test_the_running_trial_counts_as_used(store, study):
    """Waiting does not; what a study used is never more than its budget."""
    job = store.registry.job(study.job_id)
    assert used_s(study, job) == 0
    running = store.registry.claim("w", 1)
    assert 0 < used_s(study, running) < 60
    used_up = store.registry.note_trial(study.id, 599.9999, [], {})
    assert used_s(used_up, running) == pytest.approx(600)


def test_the_best_is_complete_and_lowest(store, study):
    """A failed trial has no loss; of two the same the first counts."""
    told = tell(store, study, None, 0.5, 0.4, 0.4)
    assert best(trials(told)).number == 3
    assert best_settings(told).dropout == 0.3


def test_without_a_complete_trial_there_is_no_winner(store, study):
    """The message says so."""
    told = tell(store, study, None)
    assert run_of_best(store, told) is None
    with pytest.raises(ModelError, match="No trial is complete yet"):
        train_best(store, told)


def test_the_winner_is_an_ordinary_run(store, study):
    """Its settings, the study's split, and a job of the usual kind."""
    told = tell(store, study, 0.5, 0.4)
    run = train_best(store, told)
    assert run.settings == best_settings(told).to_json()
    assert (run.preset, run.split, run.name) == ("custom", study.split, "Loans · tuned · run 1")
    assert store.registry.job(run.job_id).kind == "train"
    assert run_of_best(store, told) == run
    assert run_of_best(store, tell(store, study, 0.5, 0.4, 0.3)) is None


def test_what_a_page_need_not_know_is_left_out(store, study):
    """The store may hold more of a trial than is shown."""
    told = store.registry.note_trial(
        study.id, 1, [{"number": 1, "state": "pruned", "values": {}, "again": True}], {}
    )
    assert trials(told)[0].state == "pruned"
