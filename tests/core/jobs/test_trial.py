"""core.jobs.trial: one trial after the other until the budget is used, run as a worker does."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.config import Settings
from core.data.catalog import add_source, save_data_set, source_frame
from core.data.cleaning import Recipe
from core.data.splitting import SplitSettings
from core.errors import LendlensError, ModelError, SplitError
from core.jobs import trial as trial_module
from core.jobs.progress import JobContext
from core.jobs.train import run as train_job
from core.jobs.trial import run as trial_job
from core.jobs.tune_request import (
    best,
    best_settings,
    resume_study,
    run_of_best,
    standing,
    start_study,
    stop_study,
    train_best,
    trials,
)
from core.model.keeper import EpochFigures
from core.model.search_space import Range, SearchSpace
from core.model.settings import NetworkSettings
from core.store.workspace import Workspace

BASE = NetworkSettings(layers=(8,), folds=2, epochs=3, patience=0, batch_size=64)
SPACE = SearchSpace((Range("width", 4, 16), Range("learning_rate", 1e-3, 1e-1)))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return the folder of a workspace with 300 rows."""
    home = str(tmp_path_factory.mktemp("tuned"))
    workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": home}))
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"income": random.normal(size=300), "amount": random.normal(size=300)})
    frame["outcome"] = np.where(frame["income"] + random.normal(size=300) < -0.5, "bad", "ok")
    source = add_source(workspace, "few.csv", frame.to_csv(index=False).encode())
    save_data_set(workspace, source.id, "Few", source_frame(workspace, source.id)[1], Recipe())
    workspace.close()
    return home


@pytest.fixture
def workspace(home):
    """Return it with an empty queue."""
    workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": home}))
    yield workspace
    for job in workspace.registry.jobs(active=True):
        workspace.registry.finish(job.id, "stopped")
    workspace.close()


@pytest.fixture
def quick(monkeypatch):
    """Train nothing: three epochs, and scores that depend on the learning rate alone."""
    monkeypatch.setattr(trial_module, "fit_network", fake_fit)


def fake_fit(features, y, columns, settings, fold, watch):
    """Obey and report as the real one does."""
    for epoch in range(1, 4):
        if watch.should_stop():
            return None
        watch.epoch(EpochFigures(epoch, 4, 4, 0.5, 0.5, 0.7, 0.7, float(epoch)))
    scores = np.where(y == 1, 1.0, -1.0) * settings.learning_rate
    return SimpleNamespace(trained=SimpleNamespace(stopped=watch.should_stop()), held_out=scores)


def test_no_trial_learns_again_from_all_rows(workspace, monkeypatch):
    """Nobody would judge it; the run that the winner becomes does."""
    tried = []

    def fit(features, y, columns, settings, fold, watch):
        tried.append(settings.refit)
        return fake_fit(features, y, columns, settings, fold, watch)

    monkeypatch.setattr(trial_module, "fit_network", fit)
    study = ask(workspace, dataclasses.replace(BASE, refit=True))
    work(workspace, 2)
    assert tried == [False, False]
    assert best_settings(now(workspace, study)[0]).refit


@pytest.fixture
def study(workspace):
    """Return a study of ten minutes whose first trial waits."""
    return ask(workspace)


def ask(workspace, settings=BASE, space=SPACE, split=None, minutes=10):
    """Start a study on the 300 rows."""
    data_set = workspace.registry.data_sets()[0]
    return start_study(workspace, data_set.id, settings, split or SplitSettings(), space, minutes)


def work(workspace, times=1, meanwhile=lambda job: None):
    """Do the next jobs as a worker does, and return what the last one came to."""
    registry = workspace.registry
    for _ in range(times):
        job = registry.claim("test", 0)
        meanwhile(job)
        context = JobContext(workspace, job)
        try:
            result = trial_job(context)
        except LendlensError as error:
            registry.finish(job.id, "failed", str(error))
            raise
        registry.finish(job.id, "stopped" if context.stop_seen else "done", result=result)
    return result


def now(workspace, study):
    """Return a study as it stands, and where that is."""
    found = workspace.registry.study(study.id)
    return found, standing(found, workspace.registry.job(found.job_id))


def test_trials_follow_each_other_and_the_best_becomes_a_run(workspace, study):
    """From the form to a finished network: three trials, a winner, an ordinary run."""
    work(workspace, 3)
    found, where = now(workspace, study)
    tried = trials(found)
    assert where == "waiting"
    assert [(each.number, each.state, each.epochs) for each in tried] == [
        (number, "complete", 3) for number in (1, 2, 3)
    ]
    assert tried[0].values == {"width": 8, "learning_rate": 1e-3}
    assert all(0 < each.loss < 1.5 and 0 < each.auc < 1 for each in tried)
    assert found.used_s >= sum(each.seconds for each in tried)
    stop_study(workspace, study.id)
    assert run_of_best(workspace, found) is None
    run = train_best(workspace, found)
    assert run.settings == best_settings(found).to_json()
    assert (run.preset, run.name) == ("custom", "Few · tuned · run 1")
    train_job(JobContext(workspace, workspace.registry.claim("test", 0)))
    assert run_of_best(workspace, found).summary["rows"]["test"] == 60
    # The run leaves out the same rows by the same folds, so it comes to the same loss.
    winner = best(tried)
    assert run_of_best(workspace, found).id == run.id
    epochs = workspace.registry.epochs(run.id)
    assert epochs[-1].val_loss == pytest.approx(winner.loss, rel=1e-4)


def test_test_rows_are_never_looked_at(workspace, quick, study, monkeypatch):
    """The network is given 240 of 300 rows; the other 60 are the test part."""
    given = []

    def noting(features, *others):
        given.append(features.index)
        return fake_fit(features, *others)

    monkeypatch.setattr(trial_module, "fit_network", noting)
    work(workspace)
    assert [len(rows) for rows in given] == [240]


def test_the_gain_over_the_base_is_taken_row_by_row(workspace, quick, study):
    """The fake scores depend on the learning rate alone, so each row tells the difference."""
    work(workspace, 2)
    first, second = trials(now(workspace, study)[0])
    assert first.gain is None
    gain, low, high = second.gain
    assert gain == pytest.approx(first.loss - second.loss)
    assert low <= gain <= high
    assert (first.rows, second.rows) == (240, 240)
    assert second.clear == (low > 0)


def test_the_same_seed_gives_the_same_study(workspace, quick, study):
    """Same proposals, same losses."""
    work(workspace, 3)
    stop_study(workspace, study.id)
    again = ask(workspace)
    work(workspace, 3)
    one, two = (trials(now(workspace, each)[0]) for each in (study, again))
    assert [(each.values, each.loss) for each in one] == [(each.values, each.loss) for each in two]


def test_others_in_the_queue_are_served_in_between(workspace, quick, study):
    """The next trial is submitted at the end."""
    other = workspace.registry.submit("explain", "Explaining", {})
    work(workspace)
    assert workspace.registry.claim("test", 0).id == other.id
    workspace.registry.finish(other.id, "done")


def test_stop_ends_the_running_trial_and_resume_repeats_it(workspace, quick, study):
    """Nothing further is submitted; what was stopped is the first to be tried again."""
    work(workspace)
    work(workspace, meanwhile=lambda job: stop_study(workspace, study.id))
    found, where = now(workspace, study)
    assert where == "stopped"
    assert not workspace.registry.jobs(active=True)
    # Stopped before it began: there is no second trial yet.
    assert len(found.trials) == 1
    resume_study(workspace, study.id)
    work(workspace)
    assert [each.state for each in trials(now(workspace, study)[0])] == ["complete", "complete"]


def test_a_stop_in_the_middle_is_obeyed_at_the_next_batch(workspace, study, monkeypatch):
    """The trial is told as interrupted, the job as stopped, and resuming repeats it."""
    monkeypatch.setattr("core.jobs.progress.ASK_EVERY_S", 0.0)
    real = trial_module.fit_network

    def stopping(*given):
        stop_study(workspace, study.id)
        return real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(trial_module, "fit_network", stopping)
        work(workspace)
    found, where = now(workspace, study)
    assert (where, [each.state for each in trials(found)]) == ("stopped", ["interrupted"])
    assert workspace.registry.job(found.job_id).status == "stopped"
    resume_study(workspace, study.id)
    work(workspace)
    assert [each.state for each in trials(now(workspace, study)[0])] == ["interrupted", "complete"]


def test_a_restart_loses_one_trial_at_most(workspace, quick, study):
    """The server ends while a trial runs; resuming marks it and tries its settings again."""
    work(workspace)

    class Killed(BaseException):
        pass

    def kill(*given):
        raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(trial_module, "fit_network", kill)
        with pytest.raises(Killed):
            trial_job(JobContext(workspace, workspace.registry.claim("test", 0)))
    found, _ = now(workspace, study)
    workspace.registry.finish(found.job_id, "failed", "The server was stopped while this ran.")
    assert now(workspace, study)[1] == "broken_off"
    resume_study(workspace, study.id)
    work(workspace)
    first, lost, again = trials(now(workspace, study)[0])
    assert (first.state, lost.state, again.state) == ("complete", "interrupted", "complete")
    assert again.values == lost.values


def test_the_first_trial_is_finished_whatever_the_budget(workspace, quick):
    """A tiny budget still says what the base comes to, and then the study is done."""
    study = ask(workspace, minutes=0.0001)
    work(workspace)
    found, where = now(workspace, study)
    assert (where, [each.state for each in trials(found)]) == ("done", ["complete"])
    assert not workspace.registry.jobs(active=True)


def test_the_end_of_the_budget_cuts_a_trial_off(workspace, quick):
    """Ten minutes are ten minutes; with more of them it is tried again."""
    study = ask(workspace)
    work(workspace)
    workspace.registry.note_trial(study.id, 599.999, now(workspace, study)[0].trials, {})
    work(workspace)
    found, where = now(workspace, study)
    assert (where, trials(found)[-1].state) == ("done", "interrupted")
    resume_study(workspace, study.id, more_minutes=1)
    work(workspace)
    assert trials(now(workspace, study)[0])[-1].state == "complete"


def test_settings_that_cannot_be_trained_are_told_and_passed_over(workspace, study, monkeypatch):
    """After three in a row the study says why it gives up."""

    def explode(*given):
        raise ModelError("The loss of epoch 1 is not a number any more.")

    monkeypatch.setattr(trial_module, "fit_network", explode)
    with pytest.raises(ModelError, match=r"3 trials in a row .* loss of epoch 1"):
        work(workspace, 3)
    found, where = now(workspace, study)
    assert where == "failed"
    assert {each.state for each in trials(found)} == {"failed"}
    assert "loss of epoch 1" in trials(found)[0].error


def test_data_that_cannot_be_divided_end_the_study(workspace):
    """No trial would do better."""
    study = ask(workspace, split=SplitSettings("out_of_time"))
    with pytest.raises(SplitError, match="needs a column with the role date"):
        work(workspace)
    assert now(workspace, study)[1] == "failed"


def test_a_trial_that_falls_behind_is_given_up(workspace, quick, study, monkeypatch):
    """It says so, with the loss it had."""
    work(workspace)
    monkeypatch.setattr("core.model.tuning.Tuner.falls_behind", _behind)
    work(workspace)
    last = trials(now(workspace, study)[0])[-1]
    assert (last.state, last.epochs, last.loss) == ("pruned", 1, 0.9)


def _behind(tuner, asked, epoch, loss):
    asked.trial.report(0.9, epoch)
    return True


def test_a_job_of_another_time_does_nothing(workspace, study):
    """Stopped between its claim and its begin, it trains nothing."""
    job = workspace.registry.claim("test", 0)
    workspace.registry.end_study(study.id, "stopped")
    assert trial_job(JobContext(workspace, job)) == {"study_id": study.id}
    assert now(workspace, study)[0].trials == []
