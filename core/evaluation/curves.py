"""Tidy frames behind the evaluation charts.

In all functions `y_true` is (n,) with 1 = bad, `pd_hat` is (n,) in [0, 1]; they raise
EvaluationError as `metrics.checked`. No frame has more than a few hundred rows, however many
applicants there are, so that a chart stays light.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv

from core.evaluation.metrics import Floats, checked, equal_bands

_MOST_POINTS = 400


def roc_curve(y_true: object, pd_hat: object) -> pd.DataFrame:
    """Return the ROC curve: cut_off, false_alarms (goods declined), recall (bads declined).

    Each row declines where the probability is `cut_off` or more; the first declines nobody.
    """
    cut_offs, caught, alarms = _declined(y_true, pd_hat)
    frame = pd.DataFrame(
        {"cut_off": cut_offs, "false_alarms": alarms / alarms[-1], "recall": caught / caught[-1]}
    )
    return _thinned(frame, (frame["false_alarms"] + frame["recall"]).to_numpy())


def precision_recall_curve(y_true: object, pd_hat: object) -> pd.DataFrame:
    """Return cut_off, recall and precision, for every cut-off that declines somebody."""
    cut_offs, caught, alarms = _declined(y_true, pd_hat)
    frame = pd.DataFrame(
        {
            "cut_off": cut_offs[1:],
            "recall": caught[1:] / caught[-1],
            "precision": caught[1:] / (caught[1:] + alarms[1:]),
        }
    )
    return _thinned(frame, frame["recall"].to_numpy())


def score_distribution(y_true: object, pd_hat: object, bins: int = 40) -> pd.DataFrame:
    """Return how goods and bads spread over the scores, in `bins` bins of equal width.

    Columns: low, high, goods, bads (counts), good_share, bad_share (of their own kind).
    """
    outcomes, scores = checked(y_true, pd_hat)
    edges = np.linspace(0, 1, bins + 1)
    goods, bads = (np.histogram(scores[outcomes == kind], edges)[0] for kind in (0, 1))
    return pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "goods": goods,
            "bads": bads,
            "good_share": goods / goods.sum(),
            "bad_share": bads / bads.sum(),
        }
    )


def reliability(y_true: object, pd_hat: object, num_bands: int = 10) -> pd.DataFrame:
    """Return predicted against observed risk in bands of about equal size, safest first.

    Columns: band (from 1), rows, bads, predicted (mean probability), observed (bad rate),
    low, high (95 % Jeffreys interval of the bad rate), score_low, score_high.
    """
    outcomes, scores = checked(y_true, pd_hat)
    frame = _by_band(outcomes, scores, equal_bands(scores, num_bands))
    low, high = jeffreys(frame["bads"].to_numpy(), frame["rows"].to_numpy())
    return frame.assign(low=low, high=high)


def decile_table(y_true: object, pd_hat: object, num_bands: int = 10) -> pd.DataFrame:
    """Return the decile table, riskiest first; equal scores share a band.

    Columns: band (1 = riskiest), rows, bads, predicted, observed (bad rate), score_low,
    score_high, lift (bad rate over that of all rows), cumulative_rows (share of all rows),
    capture (share of all bads in this band and the riskier ones), separation (share of bads
    minus share of goods so far; its largest value is KS read at the bands).
    """
    outcomes, scores = checked(y_true, pd_hat)
    safest_first = _by_band(outcomes, scores, equal_bands(scores, num_bands))
    frame = safest_first.iloc[::-1].reset_index(drop=True)
    rows, bads = frame["rows"], frame["bads"]
    capture = bads.cumsum() / bads.sum()
    return frame.assign(
        band=np.arange(1, len(frame) + 1),
        lift=frame["observed"] / (bads.sum() / rows.sum()),
        cumulative_rows=rows.cumsum() / rows.sum(),
        capture=capture,
        separation=capture - (rows - bads).cumsum() / (rows - bads).sum(),
    )


def jeffreys(bads: NDArray[np.integer], rows: NDArray[np.integer]) -> tuple[Floats, Floats]:
    """Return the ends of the 95 % Jeffreys interval of a bad rate.

    Brown, Cai and DasGupta (2001): equal tails of Beta(bads + ½, goods + ½), with 0 and 1 as the
    end where no row or every row is bad.

    >>> low, high = jeffreys(np.array([0]), np.array([10]))
    >>> low[0].round(3), high[0].round(3)
    (np.float64(0.0), np.float64(0.217))
    """
    goods = rows - bads
    low = np.where(bads == 0, 0.0, betaincinv(bads + 0.5, goods + 0.5, 0.025))
    high = np.where(goods == 0, 1.0, betaincinv(bads + 0.5, goods + 0.5, 0.975))
    return low, high


def _declined(y_true: object, pd_hat: object) -> tuple[Floats, Floats, Floats]:
    """Return each distinct score as cut-off, with bads and goods declined; first nobody."""
    outcomes, scores = checked(y_true, pd_hat)
    order = np.argsort(-scores, kind="stable")
    scores, bad = scores[order], outcomes[order]
    ends = np.append(np.flatnonzero(np.diff(scores)), scores.size - 1)
    caught = np.cumsum(bad, dtype=np.int64)[ends]
    return (
        np.append(np.inf, scores[ends]),
        np.append(0.0, caught),
        np.append(0.0, ends + 1 - caught),
    )


def _thinned(frame: pd.DataFrame, along: Floats) -> pd.DataFrame:
    """Keep the ends and points about evenly spaced along an increasing measure of length."""
    if len(frame) <= _MOST_POINTS:
        return frame
    wanted = np.linspace(along[0], along[-1], _MOST_POINTS)
    kept = np.unique(np.append(np.searchsorted(along, wanted), len(frame) - 1))
    return frame.iloc[kept].reset_index(drop=True)


def _by_band(outcomes: NDArray[np.int8], scores: Floats, bands: NDArray[np.intp]) -> pd.DataFrame:
    rows = pd.DataFrame({"band": bands + 1, "bad": outcomes.astype(np.int64), "score": scores})
    return (
        rows.groupby("band")
        .agg(
            rows=("bad", "size"),
            bads=("bad", "sum"),
            predicted=("score", "mean"),
            observed=("bad", "mean"),
            score_low=("score", "min"),
            score_high=("score", "max"),
        )
        .reset_index()
    )
