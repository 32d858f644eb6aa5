"""The cross-validation of a run: all models once per fold and repeat, and what they say of it.

On small files an epoch is too little work for two cores, so that two folds learn side by side, and
the first beside the models that are kept.
Their figures are the same as one after the other: nothing random is shared between trainings.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Self

import numpy as np
import pandas as pd

from core.data.splitting import SplitSettings, cross_validation
from core.evaluation.holdout import HELD_OUT
from core.evaluation.resampled import fold_figures
from core.jobs.train_material import Material, learn
from core.jobs.train_request import folds_at_once
from core.model.keeper import Watch


@dataclass(frozen=True)
class Fold:
    """What models said about the rows of a fold that they had not seen.

    Attributes:
        judged: Columns row, part ("test"), y and one per model.
        figures: One row per model; see core.evaluation.resampled.
    """

    judged: pd.DataFrame
    figures: pd.DataFrame


@dataclass(frozen=True)
class CrossValidated:
    """What models said about rows they had not seen.

    Attributes:
        predictions: One row per row of the data: row, part ("test"), y and a column per model;
            of the first repeat.
        folds: One row per repeat, fold and model; see core.evaluation.resampled.
        repeats: How often every row was a test row; fewer than asked for if it was stopped.
    """

    predictions: pd.DataFrame
    folds: pd.DataFrame
    repeats: int


class CrossValidation:
    """All models once per fold and repeat, fitted by threads while it is open.

    with CrossValidation(material, shares) as folds:
        folds.begin()
        learnt = learn(material)  # one of the folds' places is kept free for it
        found = folds.judged()
    """

    def __init__(
        self,
        material: Material,
        shares: SplitSettings,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Cut folds from the rows of `material`; `should_stop` is asked often, by any thread."""
        self._material, self._shares = material, shares
        self._width, self._should_stop = material.width, should_stop
        self._splits = list(cross_validation(material.whole, material.schema, shares))
        self._pool = ThreadPoolExecutor(folds_at_once(len(material.whole)), "fold")
        self._begun, self._alone, self._left = Event(), Event(), Event()

    def __enter__(self) -> Self:
        """Wait for `begin`."""
        self._since = time.monotonic()
        self._pool.submit(self._alone.wait)
        self._folds = self._pool.map(self._fold, range(len(self._splits)))
        return self

    def begin(self) -> None:
        """Fit folds, beside whoever has opened it."""
        self._begun.set()

    def __exit__(self, *raised: object) -> None:
        """Give up what is not done."""
        self._left.set()
        self._begun.set()
        self._alone.set()
        self._pool.shutdown(cancel_futures=True)

    def judged(
        self, done: Callable[[int, float], None] = lambda folds, seconds: None
    ) -> CrossValidated | None:
        """Wait for the folds, with all places theirs from now on.

        Args:
            done: Is told after each fold how many are done, and the seconds since it was opened.

        Returns:
            The evidence of the repeats that are complete, or None if it was stopped before one was.
        """
        self._begun.set()
        self._alone.set()
        found: list[Fold] = []
        done(0, self._seconds)
        while not self._should_stop() and (fold := next(self._folds, None)) is not None:
            found.append(fold)
            done(len(found), self._seconds)
        repeats = len(found) // self._shares.folds
        return _joined(found[: repeats * self._shares.folds], repeats, self._material)

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._since

    def _fold(self, number: int) -> Fold | None:
        """Return what models say that learn outside a fold; None if they were stopped."""
        (repeat, parts), stop = self._splits[number], self._stopped
        self._begun.wait()
        if stop():
            return None
        watch = Watch(should_stop=stop, thorough=False)
        inside = learn(self._material.divided(parts), watch, width=self._width)
        if inside is None or inside.fitted.trained.stopped:
            return None
        judged = inside.predict("test", parts.test)
        figures = _figures(judged).assign(
            n_train=len(parts.train) + len(parts.validation),
            n_test=len(judged),
            repeat=repeat,
            fold=number % self._shares.folds,
        )
        return Fold(judged, figures)

    def _stopped(self) -> bool:
        return self._left.is_set() or self._should_stop()


def _figures(judged: pd.DataFrame) -> pd.DataFrame:
    scores = {
        str(name): judged[name].to_numpy(np.float64)
        for name in judged.columns.drop(["row", "part", "y", HELD_OUT])
    }
    return pd.DataFrame(fold_figures(judged["y"].to_numpy(), scores))


def _joined(folds: list[Fold], repeats: int, material: Material) -> CrossValidated | None:
    """Return complete repeats as one; None if there are none."""
    if not repeats:
        return None
    first = pd.concat([fold.judged for fold in folds[: len(folds) // repeats]])
    return CrossValidated(
        # The baseline knows no applicant: a share per fold would only look like a ranking.
        first.assign(majority=float(material.y.mean())),
        pd.concat([fold.figures for fold in folds], ignore_index=True),
        repeats,
    )
