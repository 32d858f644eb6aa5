"""What every kind of challenger learns from, and what it must be able to do."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

import numpy as np
import pandas as pd

from core.data.schema import Column
from core.model.encoding import Encoder

FEW_ROWS = 100_000
"""Below this one thread is as fast as all, and 40 times faster where other work takes the cores:
the threads wait for each other hundreds of times a tree."""

Read = Callable[[str], bytes]
"""Returns the bytes of a file of the run, checked against the manifest."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How boosted trees grow.

    Attributes:
        learning_rate: Share of each tree that counts.
        most_rounds: Trees at most.
        patience: Stop after so many rounds without a lower log-loss on the validating rows.
        leaves: Of a tree; kinds that count levels take as many as hold these leaves.
        threads: 0 for one on files of few rows, else all.
    """

    learning_rate: float = 0.08
    most_rounds: int = 300
    patience: int = 15
    leaves: int = 15
    threads: int = 0

    def threads_for(self, rows: int) -> int:
        """Return how many threads shall grow the trees."""
        return self.threads or (1 if rows < FEW_ROWS else os.cpu_count() or 1)


QUICK = Pace()
"""For trainings: within a few thousandths of what ten times as many rounds reach."""
HASTY = Pace(learning_rate=0.2, most_rounds=100, patience=6, leaves=8)
"""For few rows: a log-loss as low in two fifths of the time."""


@dataclass(frozen=True)
class Lesson:
    """What challengers learn from.

    Attributes:
        frame: Features of the rows that the network learns from and is validated on.
        y: (n,) their outcomes; 1 = bad.
        columns: The feature columns.
        validates: (n,) bool, rows that tell trees when to stop adding. Then the trees are grown
            once more, to so many rounds, on all rows.
        seed: Fixes what is random.
        pace: How trees grow.
    """

    frame: pd.DataFrame
    y: np.ndarray
    columns: Sequence[Column]
    validates: np.ndarray
    seed: int = 0
    pace: Pace = QUICK

    @cached_property
    def encoder(self) -> Encoder:
        """Standard encoding, learnt on all rows."""
        return Encoder.fit(self.frame, self.columns, "standard")


class Model(Protocol):
    """A fitted challenger of one kind."""

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) probabilities of default for a frame of features."""

    def to_files(self) -> dict[str, bytes]:
        """Return its files by name; two kinds may share one that is the same for both."""


class Boosted(ABC):
    """A challenger of trees that correct each other: validating rows say how many are enough."""

    @classmethod
    def fit(cls, lesson: Lesson) -> Self:
        """Find the best number of rounds, then grow so many on all rows."""
        _, rounds, _ = cls.stop_early(lesson)
        return cls.grow(lesson, rounds)

    @classmethod
    @abstractmethod
    def stop_early(cls, lesson: Lesson) -> tuple[Self, int, float]:
        """Grow on the rows that do not validate.

        Returns:
            The model, its best number of rounds, and the log-loss of that many on the rows that
            validate.
        """

    @classmethod
    @abstractmethod
    def grow(cls, lesson: Lesson, rounds: int) -> Self:
        """Grow so many rounds on all rows."""

    @abstractmethod
    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) probabilities of default for a frame of features."""
