"""Training beside plain Keras and beside the challengers, and how soon the first loss is there.

Our training and plain `keras.Model.fit` train the same network on the same encoded rows. Peers:
fit alone, which measures nothing but its loss; fit with validation loss and Keras' own AUC, which
shows the figures ours shows; and our training without anybody watching, which isolates what
reporting to the store twice a second costs. Rounds alternate, so that a busy machine is busy for
all; the first epoch of each training compiles and is left out.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.contract import Options, inputs
from benchmarks.seeding import data_set_of
from benchmarks.warm_worker import first_losses
from core.config import Settings
from core.data.schema import outcome_vector
from core.data.splitting import SplitSettings, split
from core.jobs.progress import JobContext
from core.jobs.train_progress import LiveEpochs
from core.jobs.train_request import start_run
from core.model.challengers import fit_challengers
from core.model.encoding import Encoder
from core.model.keeper import Rows, Watch
from core.model.network import build, compile_for_training, keras
from core.model.settings import PRESETS
from core.model.training import train
from core.store.workspace import Workspace

RECOMMENDED = PRESETS["recommended"].settings


@dataclass(frozen=True, slots=True)
class _Parts:
    """Encoded rows to train on and to watch; the same for every peer."""

    training: Rows
    validation: Rows
    slots: int
    peers_seconds: dict[str, float]


def run(options: Options) -> dict[str, Any]:
    """Return seconds per epoch, seconds to the first loss, totals, memory and ratios."""
    parts = _parts(options)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        epoch, reporting = _seconds_per_epoch(options, parts, home / "epochs")
        worker = first_losses(home / "worker", options)
    watched = epoch["lendlens_watched"]
    return inputs(options) | {
        "train_rows": len(parts.training.y),
        "slots": parts.slots,
        "seconds_per_epoch": epoch,
        "warm_worker": worker,
        "peers_seconds": parts.peers_seconds,
        "ratios": {
            "reporting_share_of_epoch": reporting,
            "epoch_watched_over_unwatched": watched / epoch["lendlens_unwatched"],
            "epoch_over_keras_fit_with_same_figures": watched / epoch["keras_fit_same_figures"],
            "epoch_over_keras_fit_alone": watched / epoch["keras_fit_alone"],
        },
    }


def _parts(options: Options) -> _Parts:
    frame, schema = options.table()
    y = outcome_vector(frame, schema)
    divided = split(frame, schema, SplitSettings())
    (train_frame, train_y), (val_frame, val_y) = (
        (frame.loc[rows], y[frame.index.get_indexer(rows)])
        for rows in (divided.train, divided.validation)
    )
    encoder = Encoder.fit(train_frame, schema.features)
    standard = Encoder.fit(train_frame, schema.features, "standard")
    challengers = fit_challengers(train_frame, train_y, val_frame, val_y, standard)
    return _Parts(
        Rows(encoder.encode(train_frame), train_y),
        Rows(encoder.encode(val_frame), val_y),
        encoder.width,
        {each.key: each.seconds for each in challengers},
    )


def _seconds_per_epoch(
    options: Options, parts: _Parts, home: Path
) -> tuple[dict[str, float], float]:
    """Return the median epoch of each way of training, and the share that reporting takes.

    The share is timed directly, call by call: it is a few milliseconds in a second, which the
    difference of two trainings on a busy machine cannot show.
    """
    rounds, seconds_each = (2, 2.0) if options.quick else (5, 4.0)
    probe = _ours(parts, 6, Watch())
    epochs = min(400, max(12, int(seconds_each / (probe[-1] - probe[0]) * (len(probe) - 1))))
    settings = Settings.from_environment({"LENDLENS_HOME": str(home)})
    workspace = Workspace.open(settings)
    live, timer = _LiveRun(workspace, options), _Timer()
    ways: dict[str, Callable[[], list[float]]] = {
        "keras_fit_alone": lambda: _plain(parts, epochs, figures=False),
        "keras_fit_same_figures": lambda: _plain(parts, epochs, figures=True),
        "lendlens_unwatched": lambda: _ours(parts, epochs, Watch()),
        "lendlens_watched": lambda: _ours(parts, epochs, timer.around(live.watch())),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            ends = way()
            # The mean: what is written twice a second falls into few epochs.
            seconds[name].append((ends[-1] - ends[0]) / (len(ends) - 1))
    workspace.close()
    medians = {name: statistics.median(means) for name, means in seconds.items()}
    return medians, timer.seconds / (rounds * epochs * medians["lendlens_watched"])


class _Timer:
    """Adds up the time spent in everything a training calls to be watched."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, watch: Watch) -> Watch:
        return Watch(
            self._timed(watch.due),
            self._timed(watch.step),
            self._timed(watch.epoch),
            self._timed(watch.should_stop),
        )

    def _timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            started = time.perf_counter()
            try:
                return call(*arguments)
            finally:
                self.seconds += time.perf_counter() - started

        return timed


class _LiveRun:
    """A run in the store for our training to report to, as a worker does."""

    def __init__(self, workspace: Workspace, options: Options) -> None:
        self._workspace = workspace
        self._data_set_id = data_set_of(workspace, options)

    def watch(self) -> Watch:
        run = start_run(
            self._workspace, self._data_set_id, "recommended", RECOMMENDED, SplitSettings()
        )
        job = self._workspace.registry.claim("benchmark", 0)
        assert job is not None
        context = JobContext(self._workspace, job)
        return LiveEpochs(context, run.id, RECOMMENDED, 0, 1).watch


def _ours(parts: _Parts, epochs: int, watch: Watch) -> list[float]:
    settings = replace(RECOMMENDED, epochs=epochs, patience=0)
    trained = train(settings, parts.training, parts.validation, watch=watch)
    assert trained is not None
    return [epoch.seconds for epoch in trained.history]


def _plain(parts: _Parts, epochs: int, *, figures: bool) -> list[float]:
    keras.utils.set_random_seed(0)
    model = build(RECOMMENDED, parts.slots)
    compile_for_training(model, RECOMMENDED)
    if figures:
        model.compile(
            model.optimizer, model.loss, metrics=[keras.metrics.AUC(from_logits=True, name="auc")]
        )
    ends: list[float] = []
    model.fit(
        parts.training.x,
        parts.training.y,
        batch_size=RECOMMENDED.batch_size,
        epochs=epochs,
        validation_data=(parts.validation.x, parts.validation.y) if figures else None,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter())
            )
        ],
        verbose=0,
    )
    return ends
