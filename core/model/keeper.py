"""Watches one training: measures each epoch, keeps the best weights, stops in time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from core.model.network import served, to_numpy
from core.model.served import ServedNetwork
from core.model.settings import NetworkSettings

MOST_AUC_ROWS = 20_000
"""Training rows the AUC of each epoch rests on; validation always uses all of its rows."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Encoded rows with their outcome: x (n, width) float32, y (n,) with 1 = bad."""

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """Where a training is: the running epoch while step < steps, else a finished one.

    Attributes:
        epoch: Counts from 1.
        step: Batches done in this epoch.
        steps: Batches of an epoch.
        loss: Mean training loss of the epoch so far, penalties included.
        val_loss: On all validation rows, without penalties; None while the epoch runs.
        auc: On at most 20,000 training rows, without dropout; None while the epoch runs.
        val_auc: On all validation rows; None while the epoch runs.
        seconds: Since the training began.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    val_loss: float | None
    auc: float | None
    val_auc: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on. `due` is asked often and must be cheap; `step` is called when it says so."""

    due: Callable[[], bool] = lambda: False
    step: Callable[[EpochFigures], None] = lambda figures: None
    epoch: Callable[[EpochFigures], None] = lambda figures: None
    should_stop: Callable[[], bool] = lambda: False


def outcome_weights(settings: NetworkSettings, y: np.ndarray) -> np.ndarray:
    """Return (n,) float32 with mean 1; with class weights each outcome has half the total."""
    if not settings.class_weights:
        return np.ones(len(y), np.float32)
    share = float(np.mean(y))
    return np.where(y == 1, 0.5 / share, 0.5 / (1 - share)).astype(np.float32)


class Keeper(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Reports, measures each epoch, keeps the best weights and stops in time."""

    def __init__(
        self,
        settings: NetworkSettings,
        training: Rows,
        validation: Rows,
        steps: int,
        watch: Watch,
        started: float,
    ) -> None:
        super().__init__()
        self._settings, self._watch = settings, watch
        self._validation, self._steps, self._started = validation, steps, started
        self._sample = _sample(training, settings.seed)
        self._val_weights = outcome_weights(settings, validation.y)
        self._epoch = 0
        self._lowest = np.inf
        self.history: list[EpochFigures] = []
        self._best: tuple[int, list[np.ndarray]] | None = None
        self._last: tuple[int, list[np.ndarray]] | None = None
        self.stopped = False
        self.failed = ""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Count from 1, as people do."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Obey the stop flag, and report if somebody is due to hear."""
        if self._watch.should_stop():
            self.stopped = self.model.stop_training = True
        elif self._watch.due():
            self._watch.step(self._figures(batch + 1, (logs or {})["loss"]))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Measure, keep what is best, and stop when it gets no better."""
        if self.stopped:
            return  # half an epoch is not measured; the best whole one is kept
        loss = (logs or {})["loss"]
        if not np.isfinite(loss):
            self._fail()
            return
        figures = self._measured(loss)
        self.history.append(figures)
        self._keep(figures)
        self._watch.epoch(figures)
        patience = self._settings.patience
        if patience and self._best and figures.epoch - self._best[0] >= patience:
            self.model.stop_training = True

    @property
    def kept(self) -> tuple[int, list[np.ndarray]] | None:
        """The epoch to go back to and its weights; None before one has ended.

        The best, with early stopping or when somebody stopped it; else the last.
        """
        return self._best if self._settings.patience or self.stopped else self._last

    def _keep(self, figures: EpochFigures) -> None:
        self._last = (figures.epoch, [to_numpy(weight) for weight in self.model.weights])
        if self._best is None or (figures.val_loss or 0.0) < self._lowest:
            self._best, self._lowest = self._last, figures.val_loss or 0.0

    def _measured(self, loss: float) -> EpochFigures:
        network = served(self.model, self._settings, self._validation.x.shape[1])
        scores = _forward(network, self._validation.x)
        y = self._validation.y
        losses = np.logaddexp(0, scores) - y * scores
        figures = self._figures(self._steps, loss)
        return EpochFigures(
            figures.epoch,
            figures.step,
            figures.steps,
            loss,
            float(np.average(losses, weights=self._val_weights)),
            _auc(self._sample.y, _forward(network, self._sample.x)),
            _auc(y, scores),
            figures.seconds,
        )

    def _figures(self, step: int, loss: float) -> EpochFigures:
        seconds = time.perf_counter() - self._started
        return EpochFigures(self._epoch, step, self._steps, loss, None, None, None, seconds)

    def _fail(self) -> None:
        self.model.stop_training = True
        self.failed = (
            f"The loss of epoch {self._epoch} is not a number any more. "
            f"Choose a learning rate below {self._settings.learning_rate:g}."
        )


def _forward(network: ServedNetwork, x: np.ndarray) -> np.ndarray:
    """Return (n,) log-odds in float32: exact enough to watch, and twice as fast."""
    return network.tail(x @ network.weights[0] + network.biases[0])


def _auc(y: np.ndarray, scores: np.ndarray) -> float:
    """Return the share of pairs of a bad and a good that are ranked rightly; a tie is half."""
    goods, bads = np.sort(scores[y == 0]), np.sort(scores[y == 1])
    below = np.searchsorted(goods, bads, "left") + np.searchsorted(goods, bads, "right")
    return float(below.mean() / (2 * len(goods)))


def _sample(rows: Rows, seed: int) -> Rows:
    if len(rows.x) <= MOST_AUC_ROWS:
        return rows
    chosen = np.random.default_rng(seed).permutation(len(rows.x))[:MOST_AUC_ROWS]
    return Rows(rows.x[chosen], rows.y[chosen])
