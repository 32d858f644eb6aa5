"""Rows as a training takes them: in batches of one shape, in another order each epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from core.model.settings import NetworkSettings


@dataclass(frozen=True, slots=True)
class Rows:
    """Encoded rows to learn from and to be judged on.

    Attributes:
        x: (n, width) float32.
        y: (n,) outcomes, 1 = bad.
        fold: (n,) the fold whose networks leave the row out, from 0; -1 if all learn from it.
        said: Returns (folds, n) what boosted trees say of the outcome to the networks of each fold,
            in [0, 1], or None where they know too little; it is asked for before the second epoch,
            and core.model.lessons says how much of it is shown. None: nobody teaches.
    """

    x: np.ndarray
    y: np.ndarray
    fold: np.ndarray
    said: Callable[[], np.ndarray | None] | None = None


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """Rows that are learnt from, in shapes that were probably compiled before.

    Each fold has rows of its own in every batch: none is computed for networks that leave it out.
    Folds are filled up to whole batches with rows of weight 0, and slots up to a round number with
    empty ones: neither changes what is learnt, and a compilation takes seconds. The order is the
    seed's alone, whatever other trainings draw at the same time.

    Attributes:
        size: Rows of a batch, for each fold.
        width: Slots of a row.
    """

    def __init__(self, settings: NetworkSettings, rows: Rows, width: int) -> None:
        """Take rows, and their slots' number at least."""
        super().__init__()
        self._learnt = [np.flatnonzero(rows.fold != fold) for fold in range(settings.folds)]
        most = max(len(learnt) for learnt in self._learnt)
        full = settings.optimiser == "gradient_descent"
        self.size = most if full else min(settings.batch_size, most)
        self.width = max(width, round_width(rows.x.shape[1]))
        self._padded = most + -most % self.size
        nobody = len(rows.x)
        self._x = np.zeros((nobody + 1, self.width), np.float32)
        self._x[:nobody, : rows.x.shape[1]] = rows.x
        self._weights = outcome_weights(settings, rows.y)
        self._folds = np.arange(settings.folds)[:, np.newaxis]
        self.show(np.tile(rows.y, (settings.folds, 1)))
        self._random = np.random.RandomState(settings.seed)
        self.shuffle()

    def __len__(self) -> int:
        """Return the batches of an epoch."""
        return self._padded // self.size

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (folds, size, width) rows and their (folds, size, 2) targets."""
        rows = self._order[:, number * self.size : (number + 1) * self.size]
        return self._x[rows], self._targets[self._folds, rows]

    def show(self, outcomes: np.ndarray) -> None:
        """Take (folds, n) outcomes in [0, 1] to learn from, from the next batch on."""
        good, bad = self._weights
        shown = np.stack([bad * outcomes, good * (1 - outcomes)], axis=-1)
        self._targets = np.pad(shown.astype(np.float32), ((0, 0), (0, 1), (0, 0)))  # nobody's: 0

    def shuffle(self) -> None:
        """Draw the order of the next epoch."""
        self._order = np.stack([self._dealt(learnt) for learnt in self._learnt])

    def _dealt(self, learnt: np.ndarray) -> np.ndarray:
        """Return the rows of a fold in a new order, and between them the one of weight 0."""
        nobody = len(self._x) - 1
        filled = np.append(learnt, np.full(self._padded - len(learnt), nobody))
        return self._random.permutation(filled)


def round_width(used: int) -> int:
    """Return a number of slots just above: few different ones, at most a third of them empty.

    >>> [round_width(used) for used in (5, 33, 50, 126, 200, 257)]
    [32, 48, 64, 128, 256, 384]
    """
    step = max(16, 1 << max(0, (used - 1).bit_length() - 2))
    return max(32, -(-used // step) * step)


def outcome_weights(settings: NetworkSettings, y: np.ndarray) -> tuple[float, float]:
    """Return how much a good and a bad weigh, 1 in the mean of all rows.

    With class weights each outcome has half the total.
    """
    if not settings.class_weights:
        return 1, 1
    share = float(np.mean(y))
    return 0.5 / (1 - share), 0.5 / share
