"""Figures of how well probabilities of default rank, fit and decide.

Everything rests on `Ranked`: the scores are sorted once, equal scores are one group, and each
figure is then computed for any number of weightings of the rows at a time. The point values are
the weighting with ones; a bootstrap replicate is another weighting (see intervals.py).

In all functions `y_true` is (n,) with 1 = bad (defaulted) and 0 = good (repaid), `pd_hat` is (n,)
probabilities of default in [0, 1], and an applicant is declined where `pd_hat >= cut_off`.
"""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import EvaluationError

Floats = NDArray[np.float64]

SCORE_METRICS = ("auc", "gini", "ks", "pr_auc", "brier", "ece")
"""Figures of the probabilities themselves, whatever the cut-off."""

CUT_OFF_METRICS = ("accuracy", "precision", "recall", "f1", "approval_rate", "approved_bad_rate")
"""Figures of the decisions at one cut-off."""


def checked(y_true: object, pd_hat: object) -> tuple[NDArray[np.int8], Floats]:
    """Return outcomes and probabilities as arrays fit for every figure.

    Raises:
        EvaluationError: The lengths differ, there are no rows, an outcome is not 0 or 1, a
            probability is missing or outside [0, 1], or one of the two outcomes is absent.
    """
    outcomes = np.asarray(y_true)
    scores = np.asarray(pd_hat, dtype=np.float64)
    if outcomes.shape != scores.shape or outcomes.ndim != 1:
        raise EvaluationError(
            f"Each outcome needs one probability, but there are {outcomes.size:,} outcomes "
            f"and {scores.size:,} probabilities."
        )
    if not np.isin(outcomes, (0, 1)).all():
        raise EvaluationError("Every outcome should be 0 (good) or 1 (bad), but others were found.")
    if wrong := int((~((scores >= 0) & (scores <= 1))).sum()):
        raise EvaluationError(
            f"{wrong:,} of {scores.size:,} probabilities of default are missing or outside 0 to 1. "
            "Train the model again."
        )
    bads = int(outcomes.sum())
    if not 0 < bads < outcomes.size:
        raise EvaluationError(
            f"Among {outcomes.size:,} rows there are {bads:,} bads and {outcomes.size - bads:,} "
            "goods. These figures need at least one of each: choose a larger test share or "
            "another split."
        )
    return outcomes.astype(np.int8), scores


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Applicants sorted once, riskiest first.

    Attributes:
        order: (n,) positions of the rows in the arrays given, riskiest first.
        starts: (m,) first position, in that order, of each group of equal scores.
        bad: (n,) 1.0 for bads and 0.0 for goods, in that order.
        gaps: (n, b) probability minus outcome in the column of the row's band, 0 elsewhere.
        squares: (n,) squared error of each probability.
    """

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    bad: Floats
    gaps: Floats
    squares: Floats

    @classmethod
    def of(cls, y_true: object, pd_hat: object) -> "Ranked":
        """Sort and check; raises EvaluationError as `checked` does."""
        outcomes, scores = checked(y_true, pd_hat)
        order = np.argsort(-scores, kind="stable")
        bad, scores = outcomes[order].astype(np.float64), scores[order]
        starts = np.append(0, np.flatnonzero(np.diff(scores)) + 1)
        bands = equal_bands(scores)
        gaps = (scores - bad)[:, None] * (bands[:, None] == np.arange(bands.max() + 1))
        return cls(order, starts, bad, gaps, (scores - bad) ** 2)

    def figures(self, weights: NDArray[np.number] | None = None) -> dict[str, Floats]:
        """Return each of SCORE_METRICS for each weighting of the rows.

        Args:
            weights: (c, n) how often each row counts, in the order of the arrays given to `of`;
                None counts each row once.

        Returns:
            (c,) per metric; NaN where a weighting leaves out all bads or all goods.
        """
        if weights is None:
            weights = np.ones((1, self.order.size))
        rows = weights[:, self.order].astype(np.float64)
        total = rows.sum(axis=1)
        return self._ranking(rows) | {
            "brier": rows @ self.squares / total,
            "ece": np.abs(rows @ self.gaps).sum(axis=1) / total,
        }

    def _ranking(self, rows: Floats) -> dict[str, Floats]:
        bads, declined = self._grouped(rows * self.bad), self._grouped(rows)
        goods = declined - bads
        caught, declined = np.cumsum(bads, axis=1), np.cumsum(declined, axis=1)
        alarms = declined - caught
        num_bads, num_goods = caught[:, -1], alarms[:, -1]
        with np.errstate(invalid="ignore", divide="ignore"):
            # A bad is outranked by the goods above it, and half by those with the same score.
            outranked = _row_sums(bads, alarms) - _row_sums(bads, goods) / 2
            auc = 1 - outranked / (num_bads * num_goods)
            precision = caught / np.maximum(declined, 1)
            gap = caught / num_bads[:, None] - alarms / num_goods[:, None]
            return {
                "auc": auc,
                "gini": 2 * auc - 1,
                "ks": np.abs(np.maximum(gap.max(axis=1), -gap.min(axis=1))),  # no minus zero
                "pr_auc": _row_sums(bads, precision) / num_bads,
            }

    def _grouped(self, rows: Floats) -> Floats:
        """Add up the columns of equal scores: (c, n) becomes (c, m)."""
        if self.starts.size == rows.shape[1]:
            return rows
        sums: Floats = np.add.reduceat(rows, self.starts, axis=1)
        return sums


def _row_sums(one: Floats, other: Floats) -> Floats:
    sums: Floats = np.einsum("ij,ij->i", one, other)
    return sums


def equal_bands(pd_hat: Floats, num_bands: int = 10) -> NDArray[np.intp]:
    """Return the band of each row: about equally many rows in each, 0 = lowest probability.

    Equal scores always share a band (that of their middle), so the result does not depend on the
    order of the rows; with many ties there are fewer bands and their sizes differ.

    >>> equal_bands(np.array([.1, .4, .3, .3]), num_bands=2)
    array([0, 1, 1, 1])
    """
    _, group, sizes = np.unique(pd_hat, return_inverse=True, return_counts=True)
    middles = (np.cumsum(sizes) - sizes / 2) / pd_hat.size
    bands = np.floor(middles * num_bands).astype(np.intp)
    _, dense = np.unique(bands[group], return_inverse=True)
    return np.asarray(dense, dtype=np.intp)


def score_figures(y_true: object, pd_hat: object) -> dict[str, float]:
    """Return all of SCORE_METRICS.

    Raises:
        EvaluationError: As `checked`.
    """
    return {name: float(values[0]) for name, values in Ranked.of(y_true, pd_hat).figures().items()}


def auc(y_true: object, pd_hat: object) -> float:
    """Return the share of (bad, good) pairs in which the bad has the higher probability.

    Ties count half. 0.5 means no better than chance, 1 is perfect.

    >>> auc(np.array([0, 0, 1, 1]), np.array([.1, .3, .2, .9]))
    0.75
    """
    return score_figures(y_true, pd_hat)["auc"]


def gini(y_true: object, pd_hat: object) -> float:
    """Return 2 · AUC - 1: 0 is chance, 1 is perfect."""
    return score_figures(y_true, pd_hat)["gini"]


def ks(y_true: object, pd_hat: object) -> float:
    """Return the largest gap between the score distributions of bads and goods, in [0, 1].

    >>> ks(np.array([0, 0, 1, 1]), np.array([.1, .2, .8, .9]))
    1.0
    """
    return score_figures(y_true, pd_hat)["ks"]


def pr_auc(y_true: object, pd_hat: object) -> float:
    """Return the average precision: chance is the bad rate, 1 is perfect."""
    return score_figures(y_true, pd_hat)["pr_auc"]


def brier(y_true: object, pd_hat: object) -> float:
    """Return the mean squared error of the probabilities; 0 is perfect.

    >>> brier(np.array([0, 1]), np.array([.5, .5]))
    0.25
    """
    return score_figures(y_true, pd_hat)["brier"]


def ece(y_true: object, pd_hat: object) -> float:
    """Return the expected calibration error over ten bands of about equal size.

    The gap between the mean probability and the bad rate of each band, averaged over rows.
    """
    return score_figures(y_true, pd_hat)["ece"]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Decisions against outcomes at one cut-off; bad is the positive class.

    Attributes:
        tp: Bads declined.
        fp: Goods declined.
        fn: Bads approved.
        tn: Goods approved.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def n(self) -> int:
        """All rows."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def figures(self) -> dict[str, float]:
        """Each of CUT_OFF_METRICS; NaN where nobody is declined, or approved, as it needs."""
        cells = np.array([[self.tp, self.fp, self.fn, self.tn]])
        return {name: float(values[0]) for name, values in decision_figures(cells).items()}

    @property
    def rests_on(self) -> dict[str, int]:
        """How many rows each of CUT_OFF_METRICS is a share of."""
        return dict.fromkeys(CUT_OFF_METRICS, self.n) | {
            "precision": self.tp + self.fp,
            "recall": self.tp + self.fn,
            "approved_bad_rate": self.fn + self.tn,
        }

    def to_json(self) -> dict[str, int]:
        """Return plain data; `Confusion(**data)` reads it back."""
        return asdict(self)


def confusion(y_true: object, pd_hat: object, cut_off: float) -> Confusion:
    """Count decisions against outcomes: declined where the probability is `cut_off` or more.

    Raises:
        EvaluationError: As `checked`.
    """
    outcomes, scores = checked(y_true, pd_hat)
    return confusion_of(outcomes, scores >= cut_off)


def confusion_of(y_true: NDArray[np.int8], declined: NDArray[np.bool_]) -> Confusion:
    """Count (n,) decisions, True = declined, against outcomes."""
    bad = y_true == 1
    return Confusion(
        tp=int((bad & declined).sum()),
        fp=int((~bad & declined).sum()),
        fn=int((bad & ~declined).sum()),
        tn=int((~bad & ~declined).sum()),
    )


def decision_figures(cells: NDArray[np.number]) -> dict[str, Floats]:
    """Return each of CUT_OFF_METRICS for (c, 4) counts of tp, fp, fn, tn.

    Returns:
        (c,) per metric; NaN where the share's whole is 0.
    """
    tp, fp, fn, tn = (cells[:, column].astype(np.float64) for column in range(4))
    total = tp + fp + fn + tn
    with np.errstate(invalid="ignore"):
        return {
            "accuracy": (tp + tn) / total,
            "precision": tp / (tp + fp),
            "recall": tp / (tp + fn),
            "f1": 2 * tp / (2 * tp + fp + fn),
            "approval_rate": (fn + tn) / total,
            "approved_bad_rate": fn / (fn + tn),
        }
