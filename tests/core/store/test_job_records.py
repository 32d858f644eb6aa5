"""core.store.job_records: the queue."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.store.workspace import Workspace


def test_jobs_are_claimed_in_order(registry):
    """The oldest waiting job comes first; then there is none."""
    first, second = (registry.submit("train", title, {}) for title in "ab")
    assert registry.claim("w", 1).id == first.id
    assert registry.claim("w", 1).id == second.id
    assert registry.claim("w", 1) is None


def test_a_claim_says_who_works(registry):
    """A claimed job names its worker and counts as alive from then on."""
    registry.submit("train", "a", {"run_id": "run_1"})
    job = registry.claim("host-1", 4711)
    assert (job.status, job.worker, job.pid) == ("running", "host-1", 4711)
    assert job.payload == {"run_id": "run_1"}
    assert job.started_at == job.heartbeat_at
    assert registry.jobs_of("host-1") == [job]


def test_a_job_given_back_waits_in_its_old_place(registry):
    """A job whose worker is gone before it began is the next to be taken, as if untouched."""
    first = registry.submit("train", "a", {})
    registry.submit("train", "b", {})
    registry.claim("stuck", 1)
    assert registry.requeue(first.id)
    assert registry.job(first.id) == first
    assert not registry.requeue(first.id)
    assert registry.claim("w", 2).id == first.id


def test_job_waits(registry):
    """A job waits until it is taken."""
    assert not registry.job_waits()
    registry.submit("train", "a", {})
    assert registry.job_waits()
    registry.claim("w", 1)
    assert not registry.job_waits()


def test_no_job_is_claimed_twice(settings, registry):
    """Workers that ask at the same moment never share a job."""
    for number in range(20):
        registry.submit("train", str(number), {})
    workers = [Workspace.open(settings) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        claimed = pool.map(lambda i: workers[i % 4].registry.claim(f"w{i % 4}", i).title, range(20))
        assert sorted(claimed, key=int) == [str(number) for number in range(20)]
    for worker in workers:
        worker.close()


def test_report(registry):
    """Progress is stored for everyone, kept within 0 and 1, with what is left."""
    id = registry.submit("train", "a", {}).id
    registry.claim("w", 1)
    registry.report(id, 1.2, "Epoch 3 of 10", 7.5)
    job = registry.job(id)
    assert (job.done, job.message, job.eta_s) == (1.0, "Epoch 3 of 10", 7.5)


@pytest.mark.parametrize("status", ["done", "failed", "stopped"])
def test_first_ending_counts(registry, status):
    """A job that has ended stays as it is, whatever a worker says later."""
    id = registry.submit("train", "a", {}).id
    registry.claim("w", 1)
    registry.put_result(id, {"steps": [1]})
    ended = registry.finish(id, status, error="why", output="last words")
    registry.finish(id, "done", result={"late": True})
    registry.report(id, 0.1, "late")
    registry.beat(id)
    assert registry.job(id) == ended
    assert (ended.result, ended.error, ended.output) == ({"steps": [1]}, "why", "last words")
    assert not ended.active


def test_stop_of_a_running_job_is_a_request(registry):
    """The worker finds the request and stops when it can."""
    id = registry.submit("train", "a", {}).id
    registry.claim("w", 1)
    assert not registry.stop_requested(id)
    assert registry.request_stop(id).status == "running"
    assert registry.stop_requested(id)


def test_stop_of_a_waiting_job_is_at_once(registry):
    """A job nobody has begun is stopped and never claimed."""
    id = registry.submit("train", "a", {}).id
    job = registry.request_stop(id)
    assert (job.status, job.message) == ("stopped", "Stopped before it began")
    assert registry.claim("w", 1) is None


def test_stop_of_an_ended_job_changes_nothing(registry):
    """Pressing stop too late is harmless."""
    id = registry.submit("train", "a", {}).id
    registry.claim("w", 1)
    registry.finish(id, "done")
    assert registry.request_stop(id).status == "done"
    assert not registry.stop_requested(id)


def test_jobs_lists_newest_first(registry):
    """The list can be cut, limited to active jobs and to one kind."""
    kinds = ["train", "explain", "train"]
    first, second, third = (registry.submit(kind, "a", {}).id for kind in kinds)
    registry.claim("w", 1)
    registry.finish(first, "done")
    assert [job.id for job in registry.jobs()] == [third, second, first]
    assert [job.id for job in registry.jobs(limit=1)] == [third]
    assert [job.id for job in registry.jobs(active=True)] == [third, second]
    assert [job.id for job in registry.jobs(kind="explain")] == [second]


def test_silent_jobs_are_found(registry):
    """A running job whose worker does not beat is stale; a waiting one is not."""
    id = registry.submit("train", "a", {}).id
    registry.submit("train", "waits", {})
    registry.claim("w", 1)
    assert registry.stale_jobs(60) == []
    assert [job.id for job in registry.stale_jobs(0)] == [id]
