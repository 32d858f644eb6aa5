"""core.jobs.train_request: a run and its job, each knowing the other."""

import pytest

from core.data.splitting import SplitSettings
from core.errors import NotFoundError
from core.jobs.train_request import start_run
from core.model.settings import PRESETS

PAPER = PRESETS["paper"].settings


def test_the_job_finds_its_run(seeded):
    """A worker that claims the job at once finds the run already there."""
    data_set = seeded.registry.data_sets()[0]
    run = start_run(seeded, data_set.id, "paper", PAPER, SplitSettings(seed=7))
    job = seeded.registry.job(run.job_id)
    assert (job.kind, job.status, job.payload) == ("train", "queued", {"run_id": run.id})
    assert run.settings == PAPER.to_json()
    assert run.split["seed"] == 7


def test_runs_of_one_data_set_are_told_apart(seeded):
    """The name says what is trained on, how, and the how manieth it is."""
    data_set = seeded.registry.data_sets()[0]
    names = [start_run(seeded, data_set.id, "paper", PAPER, SplitSettings()).name for _ in range(2)]
    assert names == ["Bank credit · paper baseline · run 2", "Bank credit · paper baseline · run 3"]


def test_an_unknown_data_set_is_refused(workspace):
    """Nothing is put into the queue."""
    with pytest.raises(NotFoundError, match="no data set 'ds_x'"):
        start_run(workspace, "ds_x", "paper", PAPER, SplitSettings())
    assert workspace.registry.jobs() == []
