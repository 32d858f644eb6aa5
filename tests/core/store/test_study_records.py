"""core.store.study_records: a study has one trial at a time, and goes on only while it should."""

import pytest

from core.errors import NotFoundError, StoreError
from tests.core.store.filling import a_study


@pytest.fixture
def study(registry):
    """Return a study whose first trial waits."""
    study = a_study(registry)
    registry.next_trial(study.id)
    return registry.study(study.id)


def test_the_next_trial_is_a_job_at_the_end_of_the_queue(registry, study):
    """Whoever asked before is served before."""
    registry.finish(registry.claim("w", 1).id, "done")
    registry.submit("train", "Training", {})
    job = registry.next_trial(study.id)
    assert (job.kind, job.payload) == ("trial", {"study_id": study.id})
    assert registry.study(study.id).job_id == job.id
    assert registry.claim("w", 1).kind == "train"
    assert registry.claim("w", 1).id == job.id


@pytest.mark.parametrize("status", ["stopped", "done", "failed"])
def test_a_study_that_ended_submits_nothing(registry, study, status):
    """A stop and the end of a trial may cross: the stop counts."""
    registry.end_study(study.id, status)
    assert registry.next_trial(study.id) is None
    assert registry.study(study.id).job_id == study.job_id


def test_the_first_ending_counts(registry, study):
    """What was stopped is not called done by the trial that ends a moment later."""
    registry.end_study(study.id, "stopped")
    assert registry.end_study(study.id, "done").status == "stopped"


def test_resuming_submits_one_trial(registry, study):
    """Two clicks, one job."""
    registry.end_study(study.id, "stopped")
    registry.request_stop(study.job_id)
    first = registry.resume_study(study.id)
    assert (first.status, first.job_id) == ("running", registry.resume_study(study.id).job_id)
    assert first.job_id != study.job_id
    assert len(registry.jobs(active=True)) == 1


def test_a_trial_that_is_still_stopping_is_waited_for(registry, study):
    """A second trial beside it would write over what it has to say."""
    registry.claim("w", 1)
    registry.end_study(study.id, "stopped")
    with pytest.raises(StoreError, match="still stopping"):
        registry.resume_study(study.id)


def test_a_study_broken_off_can_go_on(registry, study):
    """After a restart its job has failed and nobody ended it."""
    registry.finish(registry.claim("w", 1).id, "failed", "The server was stopped.")
    assert registry.resume_study(study.id).job_id != study.job_id


def test_a_used_budget_needs_minutes(registry, study):
    """600 of 600 seconds are used; with 60 more it goes on."""
    registry.finish(study.job_id, "done")
    registry.note_trial(study.id, 600, [], {})
    registry.end_study(study.id, "done")
    with pytest.raises(StoreError, match="budget is used"):
        registry.resume_study(study.id)
    assert registry.resume_study(study.id, 60).budget_s == 660


def test_time_adds_up_and_trials_are_replaced(registry, study):
    """Each trial says what there is so far."""
    registry.note_trial(study.id, 20, [{"number": 1}], {})
    noted = registry.note_trial(study.id, 12.5, [{"number": 1}, {"number": 2}], {"width": 0.4})
    assert registry.study(study.id) == noted
    assert (noted.used_s, len(noted.trials), noted.importances) == (32.5, 2, {"width": 0.4})


def test_studies_are_listed_newest_first(registry, study):
    """All of them, or those of one data set."""
    other = a_study(registry)
    assert [each.id for each in registry.studies()] == [other.id, study.id]
    assert [each.id for each in registry.studies(study.data_set_id)] == [study.id]


def test_an_unknown_study_is_named(registry):
    """In words a user may read."""
    with pytest.raises(NotFoundError, match="There is no study 'stu_gone'"):
        registry.study("stu_gone")
