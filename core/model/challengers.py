"""The models every network stands beside, from a scorecard to boosted trees.

All learn from the rows that the network learns from and is validated on, and see the same
columns. Each kind is one entry of KINDS; those of libraries that are not installed are left out.
None of their files is a pickle.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.data.schema import Column
from core.model.challengers_boosted import CatBoost, LightGBM, XGBoost
from core.model.challengers_kind import Lesson, Model, Read
from core.model.challengers_library import Library
from core.model.challengers_sklearn import Logistic, Trees
from core.model.scorecard import Scorecard

Key = Literal["logistic", "scorecard", "trees", "lightgbm", "xgboost", "catboost"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of challenger.

    Attributes:
        name: What users see.
        fit: Returns the model that a lesson teaches.
        read: Returns a stored model; is given a function from file names to bytes.
        installed: Whether what it needs is there.
    """

    name: str
    fit: Callable[[Lesson], Model]
    read: Callable[[Read], Model]
    installed: Callable[[], bool] = lambda: True


def _scorecard(lesson: Lesson) -> Scorecard:
    return Scorecard.fit(lesson.frame, lesson.y, lesson.columns)


def _of_library(library: type[Library]) -> Kind:
    return Kind(library.name, library.fit, library.from_files, library.installed)


KINDS: dict[Key, Kind] = {
    "logistic": Kind("Logistic regression", Logistic.fit, Logistic.from_files),
    "scorecard": Kind("Scorecard", _scorecard, Scorecard.from_files),
    "trees": Kind("Boosted trees", Trees.fit, Trees.from_files),
    "lightgbm": _of_library(LightGBM),
    "xgboost": _of_library(XGBoost),
    "catboost": _of_library(CatBoost),
}
"""In the order in which they are fitted and listed."""


@dataclass(frozen=True, slots=True)
class Challenger:
    """A fitted challenger.

    Attributes:
        key: Its column in predictions.parquet.
        model: What was learnt.
        seconds: Its fitting took.
    """

    key: Key
    model: Model
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """What users see."""
        return KINDS[self.key].name

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) probabilities of default for a frame of features."""
        return self.model.predict(frame)


def fit_challengers(
    frame: pd.DataFrame,
    y: np.ndarray,
    columns: Sequence[Column],
    validates: np.ndarray,
    seed: int = 0,
    before: Callable[[str], None] = lambda name: None,
) -> tuple[Challenger, ...]:
    """Fit all challengers that are installed.

    Args:
        frame: Features of the rows that the network learns from and is validated on.
        y: (n,) their outcomes; 1 = bad.
        columns: The feature columns.
        validates: (n,) bool, rows that tell trees when to stop adding.
        seed: Fixes what is random in the trees.
        before: Is told a challenger's name before it is fitted; may raise to stop.
    """
    lesson = Lesson(frame, y, columns, validates, seed)
    return tuple(_fit(key, lesson, before) for key, kind in KINDS.items() if kind.installed())


def _fit(key: Key, lesson: Lesson, before: Callable[[str], None]) -> Challenger:
    before(KINDS[key].name)
    started = time.perf_counter()
    model = KINDS[key].fit(lesson)
    return Challenger(key, model, time.perf_counter() - started)


def challenger_files(challengers: Sequence[Challenger]) -> dict[str, bytes]:
    """Return the files `read_challenger` reads."""
    return {
        f"challengers/{name}": content
        for challenger in challengers
        for name, content in challenger.model.to_files().items()
    }


def read_challenger(key: Key, read: Read) -> Challenger:
    """Return a stored challenger.

    Args:
        key: Which one.
        read: Returns the bytes of a file of the run, checked against the manifest.

    Raises:
        ModelError: It needs a library that is not installed.
    """
    return Challenger(key, KINDS[key].read(lambda name: read(f"challengers/{name}")))


def majority(y: np.ndarray, rows: int) -> np.ndarray:
    """Return (rows,) times the share of bads in y: the baseline that knows no applicant."""
    return np.full(rows, float(np.mean(y)))
