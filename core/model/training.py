"""Trains one network: epochs with figures, early stopping, and a way to watch and to stop.

Class weights. With them, bads and goods weigh the same in total, so the network learns log-odds
that are too high by ln(weight of a bad / weight of a good). That constant is taken off the last
bias after training (King & Zeng, "Logistic Regression in Rare Events Data", 2001): the order of
applicants is what the weights made it, and the probability of default stays one.

Slots never seen. An encoder has slots that no training row fills: "other" where no category is
rare, "missing" where nothing is. Their weights would keep their random start and decide about the
first applicant who needs them. They are set to the column's mean contribution instead: a value
never seen counts like the average of its column.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
from threadpoolctl import threadpool_limits

from core.errors import ModelError
from core.model.network import build, compile_for_training, dense_layers, served, to_numpy
from core.model.served import ServedNetwork
from core.model.settings import PRESETS, NetworkSettings

MOST_AUC_ROWS = 20_000
"""Training rows the AUC of each epoch rests on; validation always uses all of its rows."""

COMMON_WIDTHS = (128, 256)
"""Of files with around ten and around twenty columns."""

MOST_STEPS_AT_ONCE = 8
"""Batches between two looks at the clock and the stop flag."""


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


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network.

    Attributes:
        model: Keras' own, with the same weights as `network`.
        network: The NumPy twin that scores.
        history: One entry per finished epoch.
        best_epoch: The epoch whose weights were kept, from 1.
        stopped: Whether somebody stopped it before it was done.
        seconds: Of training alone.
    """

    model: keras.Model
    network: ServedNetwork
    history: tuple[EpochFigures, ...]
    best_epoch: int
    stopped: bool
    seconds: float


def train(
    settings: NetworkSettings,
    training: Rows,
    validation: Rows,
    blocks: Sequence[slice] = (),
    watch: Watch = Watch(),
) -> Trained | None:
    """Train a network and keep its best epoch.

    Args:
        settings: What to train.
        training: Rows to learn from; both outcomes occur.
        validation: Rows that decide which epoch is best; both outcomes occur.
        blocks: The slots of each raw column; see "Slots never seen" above.
        watch: Is told about steps and epochs.

    Returns:
        The trained network, or None if it was stopped before its first epoch ended.

    Raises:
        ModelError: The loss is not a number any more.
    """
    keras.utils.set_random_seed(settings.seed)
    started = time.perf_counter()
    used = training.x.shape[1]
    batches = _batches(settings, training)
    model = build(settings, batches.x.shape[1], used)
    compile_for_training(model, settings, max(1, min(MOST_STEPS_AT_ONCE, batches.count // 10)))
    keeper = _Keeper(settings, training, validation, batches.count, watch, started)
    # Measuring an epoch is little work: NumPy's threads would only wait for cores that JAX and
    # other processes use.
    with threadpool_limits(1, user_api="blas"):
        model.fit(
            batches.x,
            batches.y,
            sample_weight=batches.weights,
            batch_size=batches.size,
            epochs=settings.epochs,
            callbacks=[keeper],
            verbose=0,
        )
    if keeper.failed:
        raise ModelError(keeper.failed)
    if keeper.kept is None:
        return None
    model = build(settings, used)
    model.set_weights([keeper.kept[0][:used], *keeper.kept[1:]])
    _finish_weights(model, settings, training, blocks)
    return Trained(
        model,
        served(model, settings, used),
        tuple(keeper.history),
        keeper.best_epoch,
        keeper.stopped,
        time.perf_counter() - started,
    )


@dataclass(frozen=True, slots=True)
class _Batches:
    """Training rows in shapes that were probably compiled before.

    Rows are filled up to whole batches with rows of weight 0, and slots up to a round number with
    empty ones: neither changes what is learnt, and a compilation takes seconds.
    """

    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray
    size: int

    @property
    def count(self) -> int:
        return len(self.x) // self.size


def _batches(settings: NetworkSettings, rows: Rows) -> _Batches:
    full = settings.optimiser == "gradient_descent"
    size = len(rows.x) if full else min(settings.batch_size, len(rows.x))
    padding = -len(rows.x) % size
    n, used = rows.x.shape
    x = np.zeros((n + padding, round_width(used)), np.float32)
    x[:n, :used] = rows.x
    y = np.pad(rows.y.astype(np.float32), (0, padding))
    return _Batches(x, y, np.pad(_weights(settings, rows.y), (0, padding)), size)


def round_width(used: int) -> int:
    """Return a number of slots just above: few different ones, at most a third of them empty.

    >>> [round_width(used) for used in (5, 33, 50, 126, 200, 257)]
    [32, 48, 64, 128, 256, 384]
    """
    step = max(16, 1 << max(0, (used - 1).bit_length() - 2))
    return max(32, -(-used // step) * step)


def _weights(settings: NetworkSettings, y: np.ndarray) -> np.ndarray:
    """Return (n,) float32 with mean 1; with class weights each outcome has half the total."""
    if not settings.class_weights:
        return np.ones(len(y), np.float32)
    share = float(np.mean(y))
    return np.where(y == 1, 0.5 / share, 0.5 / (1 - share)).astype(np.float32)


class _Keeper(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
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
        self._val_weights = _weights(settings, validation.y)
        self._epoch = 0
        self._lowest = np.inf
        self.history: list[EpochFigures] = []
        self.kept: list[np.ndarray] | None = None
        self.best_epoch = 0
        self.stopped = False
        self.failed = ""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._watch.should_stop():
            self.stopped = self.model.stop_training = True
        elif self._watch.due():
            self._watch.step(self._figures(batch + 1, (logs or {})["loss"]))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
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
        if patience and figures.epoch - self.best_epoch >= patience:
            self.model.stop_training = True

    def _keep(self, figures: EpochFigures) -> None:
        val_loss = figures.val_loss or 0.0
        if val_loss < self._lowest or not self._settings.patience or self.kept is None:
            self._lowest, self.best_epoch = val_loss, figures.epoch
            self.kept = [to_numpy(weight) for weight in self.model.weights]

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


def warm_up() -> None:
    """Train the recommended network once on nothing, for the widths that are most common.

    The first real training finds it compiled: in this process, or in the compile cache that all
    workers share.
    """
    for width in COMMON_WIDTHS:
        settings = replace(PRESETS["recommended"].settings, epochs=1)
        rows = Rows(
            np.zeros((settings.batch_size, width), np.float32), np.arange(settings.batch_size) % 2
        )
        train(settings, rows, rows)


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


def _finish_weights(
    model: keras.Model, settings: NetworkSettings, training: Rows, blocks: Sequence[slice]
) -> None:
    first, last = dense_layers(model)[0], dense_layers(model)[-1]
    first.kernel.assign(_settled(to_numpy(first.kernel), training.x, blocks))
    if settings.class_weights:
        share = float(np.mean(training.y))
        last.bias.assign(to_numpy(last.bias) - np.float32(np.log((1 - share) / share)))


def _settled(kernel: np.ndarray, x: np.ndarray, blocks: Sequence[slice]) -> np.ndarray:
    """Return the kernel with each slot that no row of x fills at its column's mean."""
    mean, seen = x.mean(axis=0), np.asarray(x.any(axis=0))
    settled = kernel.copy()
    for block in blocks:
        unseen = np.flatnonzero(~seen[block]) + block.start
        settled[unseen] = mean[block] @ kernel[block]
    return settled
