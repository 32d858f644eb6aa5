"""Rows as a training takes them: in batches of one shape, in another order each epoch."""

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
    """

    x: np.ndarray
    y: np.ndarray
    fold: np.ndarray


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """Rows that are learnt from, in shapes that were probably compiled before.

    Rows are filled up to whole batches with rows of weight 0, and slots up to a round number with
    empty ones: neither changes what is learnt, and a compilation takes seconds. The order is the
    seed's alone, whatever other trainings draw at the same time.

    Attributes:
        size: Rows of a batch.
        width: Slots of a row.
    """

    def __init__(self, settings: NetworkSettings, rows: Rows, width: int) -> None:
        """Take rows, and their slots' number at least."""
        super().__init__()
        learners = np.repeat(np.arange(settings.folds), settings.members)
        learns = rows.fold[:, np.newaxis] != learners
        chosen = np.flatnonzero(learns.any(axis=1))
        full = settings.optimiser == "gradient_descent"
        self.size = len(chosen) if full else min(settings.batch_size, len(chosen))
        self.width = max(width, round_width(rows.x.shape[1]))
        padded = len(chosen) + -len(chosen) % self.size
        self._x = np.zeros((padded, self.width), np.float32)
        self._x[: len(chosen), : rows.x.shape[1]] = rows.x[chosen]
        signed = outcome_weights(settings, rows.y) * np.where(rows.y == 1, 1, -1)
        self._targets = np.zeros((padded, len(learners)), np.float32)
        self._targets[: len(chosen)] = (signed[:, np.newaxis] * learns)[chosen]
        self._random = np.random.RandomState(settings.seed)
        self.shuffle()

    def __len__(self) -> int:
        """Return the batches of an epoch."""
        return len(self._x) // self.size

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (size, width) rows and their (size, networks) targets."""
        rows = self._order[number * self.size : (number + 1) * self.size]
        return self._x[rows], self._targets[rows]

    def shuffle(self) -> None:
        """Draw the order of the next epoch."""
        self._order = self._random.permutation(len(self._x))


def round_width(used: int) -> int:
    """Return a number of slots just above: few different ones, at most a third of them empty.

    >>> [round_width(used) for used in (5, 33, 50, 126, 200, 257)]
    [32, 48, 64, 128, 256, 384]
    """
    step = max(16, 1 << max(0, (used - 1).bit_length() - 2))
    return max(32, -(-used // step) * step)


def outcome_weights(settings: NetworkSettings, y: np.ndarray) -> np.ndarray:
    """Return (n,) float32 with mean 1; with class weights each outcome has half the total."""
    if not settings.class_weights:
        return np.ones(len(y), np.float32)
    share = float(np.mean(y))
    return np.where(y == 1, 0.5 / share, 0.5 / (1 - share)).astype(np.float32)
