"""Frames behind the charts."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta
from sklearn import metrics as reference

from core.evaluation.curves import (
    decile_table,
    jeffreys,
    precision_recall_curve,
    reliability,
    roc_curve,
    score_distribution,
)

Y = np.array([0, 0, 0, 1, 0, 1, 0, 1, 1, 1])
PD = np.array([0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9])


@pytest.fixture(scope="module")
def many():
    """Fifty thousand applicants, more than a chart can draw."""
    rng = np.random.default_rng(1)
    pd_hat = rng.beta(2, 6, 50_000)
    return (rng.random(50_000) < pd_hat).astype(int), pd_hat


def test_roc_by_hand():
    """The curve begins with nobody declined, ends with everybody and steps at each score."""
    curve = roc_curve([0, 1, 0, 1], [0.1, 0.3, 0.3, 0.9])
    assert curve["cut_off"].tolist() == [np.inf, 0.9, 0.3, 0.1]
    assert curve["false_alarms"].tolist() == [0, 0, 0.5, 1]
    assert curve["recall"].tolist() == [0, 0.5, 1, 1]


def test_precision_recall_by_hand():
    """Each point is what declining from that score on would catch."""
    curve = precision_recall_curve([0, 1, 0, 1], [0.1, 0.3, 0.3, 0.9])
    assert curve["recall"].tolist() == [0.5, 1, 1]
    assert curve["precision"].tolist() == pytest.approx([1, 2 / 3, 0.5])


def test_thinned_curve_keeps_its_area(many):
    """A few hundred points draw the same ROC curve as fifty thousand."""
    curve = roc_curve(*many)
    assert len(curve) <= 401
    area = np.trapezoid(curve["recall"], curve["false_alarms"])
    assert area == pytest.approx(reference.roc_auc_score(*many), abs=1e-4)
    assert curve.iloc[-1][["false_alarms", "recall"]].tolist() == [1, 1]


def test_thinned_precision_recall_ends_at_the_bad_rate(many):
    """Declining everybody is as precise as the bad rate."""
    curve = precision_recall_curve(*many)
    assert len(curve) <= 401
    assert curve["precision"].iloc[-1] == pytest.approx(many[0].mean())


def test_distribution_counts_everybody():
    """Each applicant lies in one bin, a probability of 1 included."""
    frame = score_distribution([0, 1, 1], [0.0, 0.5, 1.0], bins=4)
    assert frame["goods"].tolist() == [1, 0, 0, 0]
    assert frame["bads"].tolist() == [0, 0, 1, 1]
    assert frame["bad_share"].tolist() == [0, 0, 0.5, 0.5]


def test_decile_table_by_hand():
    """Five bands of two, riskiest first; half of all applicants are bad."""
    table = decile_table(Y, PD, num_bands=5)
    assert table["rows"].tolist() == [2] * 5
    assert table["bads"].tolist() == [2, 1, 1, 1, 0]
    assert table["lift"].tolist() == pytest.approx([2, 1, 1, 1, 0])
    assert table["capture"].tolist() == pytest.approx([0.4, 0.6, 0.8, 1, 1])
    assert table["separation"].tolist() == pytest.approx([0.4, 0.4, 0.4, 0.4, 0])
    assert table["score_low"].tolist() == [0.8, 0.5, 0.3, 0.2, 0.05]


def test_decile_table_ends_with_everybody(many):
    """The last band holds what is left: all rows, all bads, no separation."""
    last = decile_table(*many).iloc[-1]
    assert (last["cumulative_rows"], last["capture"]) == pytest.approx((1, 1))
    assert last["separation"] == pytest.approx(0)
    assert last["band"] == 10


def test_ties_share_a_band():
    """A scorecard with three scores has three bands, not ten."""
    table = decile_table([0, 0, 1, 0, 1, 1], [0.1, 0.1, 0.1, 0.5, 0.5, 0.9])
    assert table["rows"].tolist() == [1, 2, 3]


def test_constant_score_is_one_band():
    """The majority class ranks nobody."""
    assert len(decile_table([0, 1, 0], [0.3, 0.3, 0.3])) == 1


def test_reliability_runs_from_safe_to_risky():
    """Bands are those of the decile table in the other direction, with an interval each."""
    bands, deciles = reliability(Y, PD, 5), decile_table(Y, PD, 5)
    pd.testing.assert_series_equal(
        bands["predicted"], deciles["predicted"][::-1], check_index=False
    )
    assert bands["observed"].tolist() == [0, 0.5, 0.5, 0.5, 1]
    assert (bands["low"] <= bands["observed"]).all()
    assert (bands["observed"] <= bands["high"]).all()


@pytest.mark.parametrize(("bads", "rows"), [(3, 20), (0, 8), (8, 8), (250, 600)])
def test_jeffreys_interval(bads, rows):
    """The ends are quantiles of Beta(bads + ½, goods + ½), closed where a cell is empty."""
    low, high = jeffreys(np.array([bads]), np.array([rows]))
    ends = beta.ppf([0.025, 0.975], bads + 0.5, rows - bads + 0.5)
    assert low[0] == pytest.approx(0 if bads == 0 else ends[0])
    assert high[0] == pytest.approx(1 if bads == rows else ends[1])
