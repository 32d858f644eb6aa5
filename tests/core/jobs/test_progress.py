"""core.jobs.progress: cheap reports and cheap questions."""

import time

import pytest

from core.jobs.progress import JobContext


class Clock:
    """Time that moves when told."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def context(store, clock):
    """Return the context of a claimed job."""
    store.registry.submit("train", "Training", {"run_id": "run_1"})
    return JobContext(store, store.registry.claim("w", 1), clock=clock)


def stored(context):
    """Return the job as others see it."""
    return context.workspace.registry.job(context.job.id)


def test_two_reports_a_second(context, clock):
    """The first report is written, the next ones only every half second."""
    written = []
    for step in range(40):  # 4 seconds in steps of 0.1
        clock.seconds = 100 + step / 10
        context.report(step / 40, f"Step {step}")
        written.append(stored(context).message)
    assert sorted(set(written), key=written.index) == [f"Step {n}" for n in range(0, 40, 5)]


def test_due_says_when_a_report_would_be_written(context, clock):
    """A caller can spare the work of a report that would be dropped."""
    assert context.due()
    context.report(0.1, "Step 1", eta_s=12.0)
    assert not context.due()
    clock.seconds += 0.5
    assert context.due()
    assert stored(context).eta_s == 12.0


def test_forced_reports_are_written(context):
    """The last word of a step is never dropped."""
    context.report(0.1, "Step 1")
    context.report(0.2, "Step 2", force=True)
    assert stored(context).message == "Step 2"


def test_reports_that_are_not_due_cost_next_to_nothing(context):
    """A training loop may report at every step: a dropped report takes microseconds."""
    context.report(0.1, "Step 1")
    started = time.perf_counter()
    for _ in range(1000):
        context.report(0.2, "Step 2")
        context.should_stop()
    assert (time.perf_counter() - started) / 1000 < 50e-6


def test_stop_is_asked_four_times_a_second(context, clock):
    """A request is seen within a quarter of a second, and stays seen."""
    assert not context.should_stop()
    context.workspace.registry.request_stop(context.job.id)
    assert not context.should_stop()
    clock.seconds += 0.25
    assert context.should_stop()
    assert context.stop_seen


def test_results_are_shown_before_the_end(context):
    """What there is so far can be seen while the job runs."""
    context.put_result({"steps": ["one"]})
    assert stored(context).result == {"steps": ["one"]}


def test_a_part_reports_within_its_share(context):
    """A job function run inside another one moves the bar only over its own stretch."""
    part = context.part({"run_id": "run_2"}, low=0.2, high=0.6)
    assert part.job.payload == {"run_id": "run_2"}
    part.report(0.5, "Epoch 5 of 10")
    assert stored(context).done == pytest.approx(0.4)
    assert stored(context).payload == {"run_id": "run_1"}


def test_a_stop_that_one_thread_has_seen_stays_seen(context, clock, monkeypatch):
    """Another thread's older answer, which comes later, does not take it back."""
    registry, asked = context.workspace.registry, context.workspace.registry.stop_requested

    def slow(job_id):
        monkeypatch.setattr(registry, "stop_requested", asked)
        before = asked(job_id)
        registry.request_stop(job_id)
        clock.seconds += 0.25
        assert context.should_stop()  # meanwhile, in another thread
        return before

    monkeypatch.setattr(registry, "stop_requested", slow)
    context.should_stop()
    assert context.stop_seen


def test_threads_that_ask_at_once_ask_the_store_once(context, monkeypatch):
    """The next question is put off before the answer to this one is there."""
    registry, asked = context.workspace.registry, []

    def ask(job_id):
        asked.append(job_id)
        context.should_stop()  # meanwhile, in another thread
        return False

    monkeypatch.setattr(registry, "stop_requested", ask)
    context.should_stop()
    assert len(asked) == 1
