"""Makes log-odds mean what they say, on rows that the networks had left out.

Candidates are a shift (the mean PD becomes the bad rate), a slope (too sure or too timid) and
both, which is Platt's scaling on log-odds (Platt 1999). Each is judged by its log-loss in
cross-validation; the simplest one within noise of the best is taken, none if that is enough.
All are straight lines in log-odds: the order of applicants stays, explanations stay additive, and
the last layer of the network takes them in, so that nothing that scores knows of them. Isotonic
regression is no candidate: its flat steps would give many applicants the same score.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
from scipy.optimize import minimize

from core.model.served import sigmoid

Method = Literal["none", "shift", "slope", "slope_and_shift"]
METHODS: tuple[Method, ...] = get_args(Method)
"""From the simplest to the most flexible."""

FOLDS = 5
FEW_BADS = 20
"""With fewer bads (or goods) nothing is fitted: chance would decide."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """log-odds become slope · log-odds + shift.

    Attributes:
        method: Which candidate was chosen.
        slope: Above 0.
        shift: In log-odds.
        n: Rows it was chosen on.
        log_loss: Of each candidate in cross-validation; empty if there were too few rows.
    """

    method: Method = "none"
    slope: float = 1.0
    shift: float = 0.0
    n: int = 0
    log_loss: Mapping[str, float] | None = None

    def apply(self, log_odds: np.ndarray) -> np.ndarray:
        """Return calibrated log-odds."""
        return self.slope * log_odds + self.shift

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Calibration":
        """Return the calibration that `to_json` wrote."""
        return cls(**data)


def calibrate(log_odds: np.ndarray, y: np.ndarray, seed: int = 0) -> Calibration:
    """Choose and fit a calibration.

    Args:
        log_odds: (n,) of rows that were left out of the learning.
        y: (n,) their outcomes; 1 = bad.
        seed: Of the division into folds.
    """
    bads = int(y.sum())
    if min(bads, len(y) - bads) < FEW_BADS:
        return Calibration(n=len(y))
    fold = _folds(y, seed)
    losses = {method: _cross_validated(method, log_odds, y, fold) for method in METHODS}
    means: dict[str, float] = {method: float(each.mean()) for method, each in losses.items()}
    best = min(METHODS, key=means.__getitem__)
    chosen = next(m for m in METHODS if m == best or _as_good(losses[m], losses[best]))
    slope, shift = _fit(chosen, log_odds, y)
    return Calibration(chosen, slope, shift, len(y), means)


def _as_good(losses: np.ndarray, best: np.ndarray) -> bool:
    """Return whether a simpler candidate is within one standard error of the best."""
    gaps = losses - best
    return bool(gaps.mean() <= gaps.std() / np.sqrt(len(gaps)))


def _cross_validated(
    method: Method, log_odds: np.ndarray, y: np.ndarray, fold: np.ndarray
) -> np.ndarray:
    """Return (n,) losses, each row's by the line that was fitted without its fold."""
    losses = np.empty(len(y))
    for number in range(FOLDS):
        rows = fold == number
        slope, shift = _fit(method, log_odds[~rows], y[~rows])
        losses[rows] = _losses(slope * log_odds[rows] + shift, y[rows])
    return losses


def _fit(method: Method, log_odds: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    if method == "none":
        return 1.0, 0.0
    free = np.array([method != "shift", method != "slope"])
    inputs = np.column_stack([log_odds, np.ones(len(y))])[:, free]
    fixed = 0.0 if free[0] else log_odds

    def loss(line: np.ndarray) -> tuple[float, np.ndarray]:
        scores = inputs @ line + fixed
        return float(_losses(scores, y).mean()), inputs.T @ (sigmoid(scores) - y) / len(y)

    start = np.array([1.0, 0.0])
    line = start.copy()
    # A slope of at least 0.05: a line that falls would turn the order of applicants round.
    bounds = np.array([(0.05, 20.0), (-20.0, 20.0)])[free]
    line[free] = minimize(loss, start[free], jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(line[0]), float(line[1])


def _losses(log_odds: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(np.logaddexp(0, log_odds) - y * log_odds)


def _folds(y: np.ndarray, seed: int) -> np.ndarray:
    """Return (n,) folds with the same share of bads in each."""
    fold = np.empty(len(y), np.int8)
    random = np.random.default_rng(seed)
    for outcome in (0, 1):
        rows = random.permutation(np.flatnonzero(y == outcome))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold
