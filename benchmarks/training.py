"""Training beside plain Keras and beside the challengers, and how soon the first loss is there.

One network is trained by us and by plain `keras.Model.fit` on the same encoded rows: by fit
alone, which measures nothing but its loss, and by fit with validation loss and Keras' own AUC,
which shows the figures ours shows. The recommended team is trained with nobody watching and
watched, which isolates what reporting to the store twice a second costs. Rounds alternate, so
that a busy machine is busy for all; the first epoch of each training compiles and is left out.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contract import Options, inputs
from benchmarks.seeding import data_set_of
from benchmarks.warm_worker import first_losses
from core.config import Settings
from core.data.schema import outcome_vector
from core.data.splitting import SplitSettings, inner_folds, split
from core.jobs.progress import JobContext
from core.jobs.train_progress import LiveEpochs
from core.jobs.train_request import start_run
from core.model.batches import Rows
from core.model.challengers import fit_challengers
from core.model.encoding import Encoder
from core.model.keeper import Watch
from core.model.network import keras
from core.model.settings import PRESETS, NetworkSettings
from core.model.training import train
from core.store.workspace import Workspace

RECOMMENDED = PRESETS["recommended"].settings
ONE = NetworkSettings(layers=(64, 64), dropout=0.15, batch_size=256, bins=RECOMMENDED.bins)
"""What plain Keras trains, and we beside it."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """Encoded rows to learn from and to be judged on; the same for every peer.

    Attributes:
        one: With validation rows apart.
        team: The same rows, each left out by one fold.
        peers_seconds: To fit each challenger.
    """

    one: Rows
    team: Rows
    peers_seconds: dict[str, float]


def run(options: Options) -> dict[str, Any]:
    """Return seconds per epoch, seconds to the first loss, totals, memory and ratios."""
    parts = _parts(options)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        epoch, reporting = _seconds_per_epoch(options, parts, home / "epochs")
        worker = first_losses(home / "worker", options)
    return inputs(options) | {
        "developed_rows": len(parts.one.y),
        "slots": parts.one.x.shape[1],
        "networks": RECOMMENDED.networks,
        "seconds_per_epoch": epoch,
        "warm_worker": worker,
        "peers_seconds": parts.peers_seconds,
        "ratios": {
            "reporting_share_of_epoch": reporting,
            "team_watched_over_unwatched": epoch["team_watched"] / epoch["team_unwatched"],
            "team_over_one_network": epoch["team_unwatched"] / epoch["lendlens_one_network"],
            "one_network_over_keras_fit_with_same_figures": epoch["lendlens_one_network"]
            / epoch["keras_fit_same_figures"],
            "one_network_over_keras_fit_alone": epoch["lendlens_one_network"]
            / epoch["keras_fit_alone"],
        },
    }


def _parts(options: Options) -> _Parts:
    frame, schema = options.table()
    divided = split(frame, schema, SplitSettings())
    rows = divided.train.append(divided.validation)
    features, y = frame.loc[rows], outcome_vector(frame.loc[rows], schema)
    validates = np.asarray(rows.isin(divided.validation))
    x = Encoder.fit(
        features, schema.features, bins=RECOMMENDED.bins, cuts=RECOMMENDED.cuts, y=y
    ).encode(features)
    challengers = fit_challengers(features, y, schema.features, validates)
    return _Parts(
        Rows(x, y, np.where(validates, 0, -1)),
        Rows(x, y, inner_folds(y, None, RECOMMENDED.folds)),
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
    probe = _ours(RECOMMENDED, parts.team, 6, Watch())
    epochs = min(400, max(12, int(seconds_each / (probe[-1] - probe[0]) * (len(probe) - 1))))
    settings = Settings.from_environment({"LENDLENS_HOME": str(home)})
    workspace = Workspace.open(settings)
    live, timer = _LiveRun(workspace, options), _Timer()
    ways: dict[str, Callable[[], list[float]]] = {
        "keras_fit_alone": lambda: _plain(parts, epochs, figures=False),
        "keras_fit_same_figures": lambda: _plain(parts, epochs, figures=True),
        "lendlens_one_network": lambda: _ours(ONE, parts.one, epochs, Watch()),
        "team_unwatched": lambda: _ours(RECOMMENDED, parts.team, epochs, Watch()),
        "team_watched": lambda: _ours(RECOMMENDED, parts.team, epochs, timer.around(live.watch())),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            ends = way()
            # The mean: what is written twice a second falls into few epochs.
            seconds[name].append((ends[-1] - ends[0]) / (len(ends) - 1))
    workspace.close()
    medians = {name: statistics.median(means) for name, means in seconds.items()}
    return medians, timer.seconds / (rounds * epochs * medians["team_watched"])


class _Timer:
    """Adds up the time spent in everything a training calls to be watched."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, watch: Watch) -> Watch:
        return Watch(
            due=self._timed(watch.due),
            step=self._timed(watch.step),
            epoch=self._timed(watch.epoch),
            should_stop=self._timed(watch.should_stop),
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
        return LiveEpochs(context, run.id, RECOMMENDED, 0, 1, refits=False).watch


def _ours(settings: NetworkSettings, rows: Rows, epochs: int, watch: Watch) -> list[float]:
    trained = train(replace(settings, epochs=epochs, patience=0, refit=False), rows, watch=watch)
    assert trained is not None
    return [epoch.seconds for epoch in trained.history]


def _plain(parts: _Parts, epochs: int, *, figures: bool) -> list[float]:
    """Train the same network the way Keras' own guide does."""
    keras.utils.set_random_seed(0)
    learnt = parts.one.fold < 0
    model = keras.Sequential([keras.Input((parts.one.x.shape[1],))])
    for units in ONE.layers:
        model.add(keras.layers.Dense(units, activation=ONE.activation))
        model.add(keras.layers.Dropout(ONE.dropout))
    model.add(keras.layers.Dense(1))
    model.compile(
        keras.optimizers.AdamW(ONE.learning_rate, weight_decay=ONE.weight_decay),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.AUC(from_logits=True, name="auc")] if figures else [],
    )
    ends: list[float] = []
    model.fit(
        parts.one.x[learnt],
        parts.one.y[learnt],
        batch_size=ONE.batch_size,
        epochs=epochs,
        validation_data=(parts.one.x[~learnt], parts.one.y[~learnt]) if figures else None,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter())
            )
        ],
        verbose=0,
    )
    return ends
