"""The models every network stands beside: logistic regression and gradient-boosted trees.

Both learn from the training rows the network learns from, and see the same columns. Files are
skops, never pickle: loading names the few types that are trusted.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from core.data.schema import Column
from core.model.encoding import Encoder

Key = Literal["logistic", "trees"]
NAMES: dict[Key, str] = {
    "logistic": "Logistic regression",
    "trees": "Boosted trees",
}
TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
"""Types in our files that skops does not know by itself."""

MOST_TREES = 300
PATIENCE = 15
FEW_ROWS = 100_000
"""Below this one thread is as fast as all, and 40 times faster where other work takes the cores:
the threads wait for each other hundreds of times a tree."""


@dataclass(frozen=True, slots=True)
class Challenger:
    """A fitted challenger.

    Attributes:
        key: Its column in predictions.parquet.
        encoder: Standard encoding, learnt on the training rows.
        estimator: The scikit-learn estimator.
        seconds: Its fitting took.
    """

    key: Key
    encoder: Encoder
    estimator: LogisticRegression | HistGradientBoostingClassifier
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """What users see."""
        return NAMES[self.key]

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) probabilities of default for a frame of features."""
        return np.asarray(self.estimator.predict_proba(self.inputs(frame))[:, 1], np.float64)

    def inputs(self, frame: pd.DataFrame) -> np.ndarray:
        """Return what the estimator sees: explainers ask for it."""
        return (
            self.encoder.encode(frame)
            if self.key == "logistic"
            else tree_inputs(self.encoder, frame)
        )

    def to_bytes(self) -> bytes:
        """Return the estimator as a skops file."""
        return bytes(skops.io.dumps(self.estimator))


def fit_challengers(
    frame: pd.DataFrame,
    y: np.ndarray,
    columns: Sequence[Column],
    validates: np.ndarray,
    seed: int = 0,
    before: Callable[[str], None] = lambda name: None,
) -> tuple[Challenger, ...]:
    """Fit all challengers on the rows that the network learns from and is validated on.

    Args:
        frame: Features of these rows.
        y: (n,) their outcomes; 1 = bad.
        columns: The feature columns.
        validates: (n,) bool, rows that tell the trees when to stop adding. Then the trees are
            fitted once more, to so many rounds, on all rows.
        seed: Fixes what is random in the trees.
        before: Is told a challenger's name before it is fitted; may raise to stop.
    """
    before(NAMES["logistic"])
    started = time.perf_counter()
    encoder = Encoder.fit(frame, columns, "standard")
    # The default penalty (C = 1) also settles slots that no row fills: their weight is 0.
    logistic = LogisticRegression(max_iter=1000).fit(encoder.encode(frame), y)
    between = time.perf_counter()
    before(NAMES["trees"])
    trees = _fit_trees(tree_inputs(encoder, frame), y, validates, seed)
    return (
        Challenger("logistic", encoder, logistic, between - started),
        Challenger("trees", encoder, trees, time.perf_counter() - between),
    )


def tree_inputs(encoder: Encoder, frame: pd.DataFrame) -> np.ndarray:
    """Return (n, slots) float32: raw numbers with NaN, then the slots of the categories.

    Trees need no scaling and know missing numbers. Categories stay one-hot: telling the estimator
    about them would put functions into its file that skops rightly does not trust.
    """
    numbers = [frame[block.name].to_numpy(np.float64, na_value=np.nan) for block in encoder.numbers]
    first = sum(block.size for block in encoder.numbers)
    return np.column_stack([*numbers, encoder.encode(frame)[:, first:]]).astype(np.float32)


def challenger_files(challengers: tuple[Challenger, ...]) -> dict[str, bytes]:
    """Return the files `read_challenger` reads."""
    encoder = json.dumps(challengers[0].encoder.to_json()).encode()
    return {
        "challengers/encoder.json": encoder,
        **{f"challengers/{each.key}.skops": each.to_bytes() for each in challengers},
    }


def read_challenger(key: Key, read: Callable[[str], bytes]) -> Challenger:
    """Return a stored challenger.

    Args:
        key: Which one.
        read: Returns the bytes of a file of the run, checked against the manifest.
    """
    encoder = Encoder.from_json(json.loads(read("challengers/encoder.json")))
    estimator = skops.io.loads(read(f"challengers/{key}.skops"), trusted=list(TRUSTED))
    return Challenger(key, encoder, estimator)


def majority(y: np.ndarray, rows: int) -> np.ndarray:
    """Return (rows,) times the share of bads in y: the baseline that knows no applicant."""
    return np.full(rows, float(np.mean(y)))


def _fit_trees(
    inputs: np.ndarray, y: np.ndarray, validates: np.ndarray, seed: int
) -> HistGradientBoostingClassifier:
    learns = ~validates
    settings = {
        "learning_rate": 0.08,
        "max_leaf_nodes": 15,
        "min_samples_leaf": 40,
        "l2_regularization": 1.0,
        "random_state": seed,
    }
    stopping = HistGradientBoostingClassifier(
        **settings, max_iter=MOST_TREES, early_stopping=True, n_iter_no_change=PATIENCE
    )
    with threadpool_limits(1 if len(y) < FEW_ROWS else None, user_api="openmp"):
        stopping.fit(inputs[learns], y[learns], X_val=inputs[validates], y_val=y[validates])
        rounds = 1 + int(np.argmax(stopping.validation_score_))
        return HistGradientBoostingClassifier(
            **settings, max_iter=max(1, rounds - 1), early_stopping=False
        ).fit(inputs, y)
