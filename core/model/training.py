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
from collections.abc import Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
from threadpoolctl import threadpool_limits

from core.errors import ModelError
from core.model.keeper import EpochFigures, Keeper, Rows, Watch, outcome_weights
from core.model.network import build, compile_for_training, dense_layers, served, to_numpy
from core.model.served import ServedNetwork
from core.model.settings import PRESETS, NetworkSettings

COMMON_WIDTHS = (128, 256)
"""Of files with around ten and around twenty columns."""

MOST_STEPS_AT_ONCE = 8
"""Batches between two looks at the clock and the stop flag."""


UNWATCHED = Watch()


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
    watch: Watch = UNWATCHED,
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
    keeper = Keeper(settings, training, validation, batches.count, watch, started)
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
    kept_epoch, weights = keeper.kept
    model = build(settings, used)
    model.set_weights([weights[0][:used], *weights[1:]])
    _finish_weights(model, settings, training, blocks)
    return Trained(
        model,
        served(model, settings, used),
        tuple(keeper.history),
        kept_epoch,
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
    return _Batches(x, y, np.pad(outcome_weights(settings, rows.y), (0, padding)), size)


def round_width(used: int) -> int:
    """Return a number of slots just above: few different ones, at most a third of them empty.

    >>> [round_width(used) for used in (5, 33, 50, 126, 200, 257)]
    [32, 48, 64, 128, 256, 384]
    """
    step = max(16, 1 << max(0, (used - 1).bit_length() - 2))
    return max(32, -(-used // step) * step)


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
