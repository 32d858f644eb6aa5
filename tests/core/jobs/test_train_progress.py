"""core.jobs.train_progress: few writes, the first loss at once."""

import dataclasses
from types import SimpleNamespace

import pytest

from core.jobs.progress import REPORT_EVERY_S, JobContext
from core.jobs.train_progress import LiveEpochs
from core.model.keeper import EpochFigures
from core.model.settings import NetworkSettings

RUNNING = EpochFigures(1, 2, 10, 0.7, None, None, None, seconds=1.0)


class FakeStore:
    """Counts what is written."""

    def __init__(self):
        self.epochs, self.reports = {}, []

    def put_epochs(self, run_id, epochs):
        self.epochs |= {epoch.epoch: epoch for epoch in epochs}

    def report(self, job_id, done, message, eta_s=None):
        self.reports.append((round(done, 3), message, eta_s))


@pytest.fixture
def store():
    """Return a store that counts."""
    return FakeStore()


@pytest.fixture
def clock():
    """Return a clock that is set by hand."""
    return SimpleNamespace(now=0.0)


def live(store, clock, refits=False, **changes):
    """Return epochs that report from 0 to 1 of a job that has just reported."""
    job = SimpleNamespace(id="job_1")
    context = JobContext(SimpleNamespace(registry=store), job, clock=lambda: clock.now)
    context.report(0, "Starting", force=True)
    settings = NetworkSettings(epochs=20, patience=0)
    settings = dataclasses.replace(settings, **changes)
    return LiveEpochs(context, "run_1", settings, 0, 1, refits=refits)


def finished(epoch, val_loss=0.5):
    """Return the figures of a finished epoch."""
    return EpochFigures(epoch, 10, 10, 0.6, val_loss, 0.7, 0.7, seconds=float(epoch))


def test_the_first_loss_is_written_at_once(store, clock):
    """Half a second is long when nothing is on screen yet."""
    watch = live(store, clock).watch
    assert watch.due()
    watch.step(RUNNING)
    assert store.epochs[1].loss == 0.7
    assert not watch.due()


def test_fast_epochs_are_written_together(store, clock):
    """Between two writes lies half a second, and no epoch is lost."""
    epochs = live(store, clock)
    epochs.watch.step(RUNNING)
    for number in (1, 2, 3):
        epochs.watch.epoch(finished(number))
    assert len(store.reports) == 2
    clock.now = REPORT_EVERY_S
    epochs.watch.epoch(finished(4))
    assert list(store.epochs) == [1, 2, 3, 4]
    assert len(store.reports) == 3


def test_the_end_is_flushed(store, clock):
    """The last epochs are in the store when training is over."""
    epochs = live(store, clock)
    epochs.watch.step(RUNNING)
    epochs.watch.epoch(finished(1))
    epochs.flush()
    assert store.epochs[1].val_loss == 0.5


def test_progress_counts_epochs_and_foresees_the_end(store, clock):
    """0.2 of 20 epochs in one second: 99 seconds are left."""
    live(store, clock).watch.step(RUNNING)
    assert store.reports[-1] == (0.01, "Epoch 1 of at most 20", pytest.approx(99))


def test_early_stopping_is_foreseen(store, clock):
    """Best so far 2, patience 3: it will probably end around epoch 8, not 20."""
    epochs = live(store, clock, patience=3)
    epochs.watch.epoch(finished(1, 0.6))
    epochs.watch.epoch(finished(2, 0.5))
    clock.now = REPORT_EVERY_S
    epochs.watch.epoch(finished(4, 0.55))
    assert store.reports[-1] == (0.5, "Epoch 4 of at most 20", pytest.approx(4))


def test_the_bar_never_goes_back(store, clock):
    """A new best epoch puts the end off; the bar waits."""
    epochs = live(store, clock, patience=2)
    for number, val_loss in ((3, 0.6), (4, 0.5)):
        clock.now += REPORT_EVERY_S
        epochs.watch.epoch(finished(number, val_loss))
    shares = [done for done, *_ in store.reports]
    assert shares == sorted(shares)


def test_learning_again_is_foreseen_and_told(store, clock):
    """Four epochs of four folds, then two of all rows: of four thirds the work each."""
    epochs = live(store, clock, refits=True, folds=4, patience=1)
    epochs.watch.epoch(finished(2, 0.5))
    clock.now = REPORT_EVERY_S
    epochs.watch.epoch(finished(4, 0.6))
    assert store.reports[-1][0] == pytest.approx(4 / (4 + 2 * 4 / 3), abs=1e-3)
    assert store.reports[-1][2] == pytest.approx(2 * 4 / 3)
    epochs.watch.refit(1, 2)  # nobody is due to hear
    assert len(store.reports) == 2
    clock.now += REPORT_EVERY_S
    epochs.watch.refit(1, 2)
    done = pytest.approx((4 + 4 / 3) / (4 + 2 * 4 / 3), abs=1e-3)
    told = "Learning again from all rows: epoch 1 of 2"
    assert store.reports[-1] == (done, told, pytest.approx(4 / 3))
    clock.now += REPORT_EVERY_S
    epochs.watch.refit(2, 2)
    assert store.reports[-1][0] == 1
