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
from core.model.batches import Batches, Rows
from core.model.keeper import EpochFigures, Keeper, Watch
from core.model.lessons import Lessons
from core.model.network import ColumnSlots, plain
from core.model.refit import Refit
from core.model.served import ServedNetwork
from core.model.settings import PRESETS, NetworkSettings
from core.model.teacher import told_to_all
from core.model.workbench import workbench

COMMON_WIDTHS = (128, 256)
"""Of files with around ten and around twenty columns."""

UNWATCHED = Watch()


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network.

    Attributes:
        network: What scores.
        held_out: (n,) log-odds of the rows by the networks that left them out; NaN where none did.
        history: One entry per finished epoch.
        best_epoch: The epoch whose weights were kept, from 1.
        refit_epochs: In how many the team that scores learnt again from all rows; 0: it is the one
            of the best epoch.
        stopped: Whether somebody stopped it before it was done.
        seconds: Of training alone.
    """

    network: ServedNetwork
    held_out: np.ndarray
    history: tuple[EpochFigures, ...]
    best_epoch: int
    refit_epochs: int
    stopped: bool
    seconds: float

    @property
    def model(self) -> keras.Model:
        """The same network of Keras' built-in layers, giving (n, 1) log-odds."""
        return plain(self.network)


def train(
    settings: NetworkSettings,
    rows: Rows,
    blocks: Sequence[ColumnSlots] = (),
    watch: Watch = UNWATCHED,
    width: int = 0,
) -> Trained | None:
    """Train a network, or a team of them side by side, and keep the best epoch.

    With the setting `refit`, where rows tell enough, a team then learns again from all of them
    (core.model.refit). Who stops it meanwhile has the team of the best epoch.

    Args:
        settings: What to train.
        rows: What to learn from and to be judged on; both outcomes occur in each fold and
            outside it.
        blocks: The slots of each raw column; see "Slots never seen" above.
        watch: Is told about steps and epochs.
        width: Slots to fill the rows up to at least: trainings of the same width share what was
            compiled.

    Returns:
        The trained network, or None if it was stopped before its first epoch ended.

    Raises:
        ModelError: The loss is not a number any more.
    """
    started = time.perf_counter()
    lessons = Lessons(settings, Batches(settings, rows, width), rows.y)
    keeper = Keeper(settings, rows, lessons, watch, started)
    _fit(settings, rows, blocks, lessons, keeper, settings.epochs)
    if keeper.kept is None:
        return None
    kept, network, stopped, again = keeper.kept, keeper.kept.network, keeper.stopped, 0
    if settings.refits(*np.bincount(rows.y)) and not stopped:
        everything = replace(rows, fold=np.full(len(rows.y), -1))
        lessons = Lessons(settings, Batches(settings, everything, width), rows.y)
        refit = Refit(settings, lessons, _said_to_all(rows), rows.x.shape[1], kept.path, watch)
        _fit(settings, rows, blocks, lessons, refit, refit.epochs)
        stopped = refit.stopped
        if refit.network is not None:
            network, again = refit.network, refit.epochs
    shift = _weighting_shift(settings, rows.y)
    learnt = rows.x if settings.folds > 1 else rows.x[rows.fold < 0]
    return Trained(
        _settled(network, learnt, blocks).calibrated(1, -shift),
        kept.held_out - shift,
        tuple(keeper.history),
        kept.epoch,
        again,
        stopped,
        time.perf_counter() - started,
    )


def warm_up() -> None:
    """Train the recommended network once on nothing, for the widths that are most common.

    The first real training finds it compiled: in this process, or in the compile cache that all
    workers share.
    """
    settings = replace(PRESETS["recommended"].settings, epochs=1)
    size = settings.batch_size
    for width in COMMON_WIDTHS:
        fold = np.arange(size) // 2 % settings.folds
        train(settings, Rows(np.zeros((size, width), np.float32), np.arange(size) % 2, fold))


def _fit(
    settings: NetworkSettings,
    rows: Rows,
    blocks: Sequence[ColumnSlots],
    lessons: Lessons,
    leader: Keeper | Refit,
    epochs: int,
) -> None:
    """Train a team from the beginning as `leader` leads it."""
    batches = lessons.batches
    # Measuring an epoch is little work: NumPy's threads would only wait for cores that JAX and
    # other processes use.
    with (
        workbench(settings, batches.width, rows.x.shape[1], blocks) as model,
        threadpool_limits(1, user_api="blas"),
    ):
        model.fit(batches, epochs=epochs, callbacks=[leader], shuffle=False, verbose=0)
    if leader.failed:
        raise ModelError(leader.failed)


def _said_to_all(rows: Rows) -> np.ndarray | None:
    """Return what trees say of each row to networks that leave none out, if they teach."""
    said = rows.said() if rows.said is not None else None
    return None if said is None else told_to_all(said, rows.fold)


def _weighting_shift(settings: NetworkSettings, y: np.ndarray) -> float:
    """Return what class weights have added to the log-odds."""
    share = float(np.mean(y))
    return float(np.log((1 - share) / share)) if settings.class_weights else 0.0


def _settled(network: ServedNetwork, x: np.ndarray, blocks: Sequence[ColumnSlots]) -> ServedNetwork:
    """Return the network with each slot that no row of x fills at its column's mean."""
    first, *rest = network.weights
    mean, seen = x.mean(axis=0), np.asarray(x.any(axis=0))
    settled = first.copy()
    for block in blocks:
        unseen = np.flatnonzero(~seen[block.place]) + block.place.start
        settled[unseen] = mean[block.place] @ first[block.place]
    return ServedNetwork([settled, *rest], network.biases, network.activation)
