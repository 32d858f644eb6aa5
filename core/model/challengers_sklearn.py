"""Logistic regression and boosted trees of scikit-learn.

Files are skops, never pickle: loading names the few types that are trusted.
"""

import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from core.model.challengers_kind import Boosted, Lesson, Pace, Read
from core.model.encoding import Encoder

TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
"""Types in our files that skops does not know by itself."""


@dataclass(frozen=True)
class Logistic:
    """Logistic regression on the standard encoding."""

    encoder: Encoder
    estimator: LogisticRegression

    @classmethod
    def fit(cls, lesson: Lesson) -> Self:
        """Learn from all rows."""
        # The default penalty (C = 1) also settles slots that no row fills: their weight is 0.
        estimator = LogisticRegression(max_iter=1000)
        with threadpool_limits(1, user_api="blas"):  # many small products: threads only wait
            estimator.fit(lesson.encoder.encode(lesson.frame), lesson.y)
        return cls(lesson.encoder, estimator)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) probabilities of default."""
        return _probabilities(self.estimator, self.encoder.encode(frame))

    def to_files(self) -> dict[str, bytes]:
        """Return the encoder and the estimator."""
        return _files(self.encoder, "logistic.skops", self.estimator)

    @classmethod
    def from_files(cls, read: Read) -> Self:
        """Return what `to_files` wrote."""
        return cls(*_from_files(read, "logistic.skops"))


@dataclass(frozen=True)
class Trees(Boosted):
    """Histogram gradient boosting.

    Categories are one-hot: telling the estimator about them would put functions into its file
    that skops rightly does not trust.
    """

    encoder: Encoder
    estimator: HistGradientBoostingClassifier

    @classmethod
    def stop_early(cls, lesson: Lesson) -> tuple[Self, int, float]:
        """See Boosted; the model holds the rounds in which patience ran out."""
        inputs = cls.inputs(lesson.encoder, lesson.frame)
        with threads(lesson.pace, len(lesson.y)):
            estimator = boosted_trees(lesson.pace, None, lesson.seed)
            rounds, loss = grow_until_best(estimator, inputs, lesson.y, lesson.validates)
        return cls(lesson.encoder, estimator), rounds, loss

    @classmethod
    def grow(cls, lesson: Lesson, rounds: int) -> Self:
        """See Boosted."""
        inputs = cls.inputs(lesson.encoder, lesson.frame)
        estimator = boosted_trees(lesson.pace, rounds, lesson.seed)
        with threads(lesson.pace, len(lesson.y)):
            return cls(lesson.encoder, estimator.fit(inputs, lesson.y))

    @staticmethod
    def inputs(encoder: Encoder, frame: pd.DataFrame) -> np.ndarray:
        """Return (n, slots) float32: raw numbers with NaN, then the slots of the categories."""
        numbers = [frame[one.name].to_numpy(np.float64, na_value=np.nan) for one in encoder.numbers]
        first = sum(block.size for block in encoder.numbers)
        return np.column_stack([*numbers, encoder.encode(frame)[:, first:]]).astype(np.float32)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) probabilities of default."""
        return _probabilities(self.estimator, self.inputs(self.encoder, frame))

    def to_files(self) -> dict[str, bytes]:
        """Return the encoder and the estimator."""
        return _files(self.encoder, "trees.skops", self.estimator)

    @classmethod
    def from_files(cls, read: Read) -> Self:
        """Return what `to_files` wrote."""
        return cls(*_from_files(read, "trees.skops"))


def quick_logistic() -> LogisticRegression:
    """Return a penalised logistic regression for encoded rows that is not fitted yet.

    It comes near enough to tell which of two ways knows more; a penalty of 10 / 2 on squared
    weights keeps hundreds of slots from learning chance.
    """
    return LogisticRegression(C=0.1, solver="newton-cholesky", tol=1e-2, max_iter=20)


def boosted_trees(pace: Pace, rounds: int | None, seed: int) -> HistGradientBoostingClassifier:
    """Return trees that are not grown yet: so many, or until patience runs out."""
    return HistGradientBoostingClassifier(
        learning_rate=pace.learning_rate,
        max_leaf_nodes=pace.leaves,
        max_iter=rounds or pace.most_rounds,
        min_samples_leaf=40,
        l2_regularization=1.0,
        random_state=seed,
        early_stopping=rounds is None,
        n_iter_no_change=pace.patience,
    )


def grow_until_best(
    trees: HistGradientBoostingClassifier, inputs: np.ndarray, y: np.ndarray, validates: np.ndarray
) -> tuple[int, float]:
    """Grow trees on the rows that do not validate; they keep the rounds in which patience ran out.

    Returns:
        The best number of rounds, at least 1, and their log-loss on the rows that validate.
    """
    learns = ~validates
    trees.fit(inputs[learns], y[learns], X_val=inputs[validates], y_val=y[validates])
    best = int(np.argmax(trees.validation_score_))  # of 0 rounds first
    return max(1, best), -float(trees.validation_score_[best])


def threads(pace: Pace, rows: int) -> threadpool_limits:
    """Return what keeps trees of so many rows to the threads of their pace."""
    return threadpool_limits(pace.threads_for(rows), user_api="openmp")


def _probabilities(estimator: Any, inputs: np.ndarray) -> np.ndarray:
    return np.asarray(estimator.predict_proba(inputs)[:, 1], np.float64)


def _files(encoder: Encoder, name: str, estimator: Any) -> dict[str, bytes]:
    written = json.dumps(encoder.to_json()).encode()
    return {"encoder.json": written, name: bytes(skops.io.dumps(estimator))}


def _from_files(read: Read, name: str) -> tuple[Encoder, Any]:
    encoder = Encoder.from_json(json.loads(read("encoder.json")))
    return encoder, skops.io.loads(read(name), trusted=list(TRUSTED))
