"""The network beside its challengers."""

import math

import numpy as np
import pytest

from core.evaluation.comparison import Compared, compare, compare_decisions
from core.evaluation.holdout import holdout
from core.evaluation.intervals import Estimate
from core.evaluation.metrics import CUT_OFF_METRICS, SCORE_METRICS
from tests.core.evaluation.runs import predictions


@pytest.fixture(scope="module")
def frame():
    """Every figure of four models on 500 test rows."""
    return compare(predictions(), cut_off=0.3, replicates=200)


def row(frame, model, metric):
    """The one row of a model and a figure."""
    return frame[(frame["model"] == model) & (frame["metric"] == metric)].iloc[0]


def test_every_figure_of_every_model(frame):
    """Four models times twelve figures, the network first."""
    assert len(frame) == 4 * (len(SCORE_METRICS) + len(CUT_OFF_METRICS))
    assert frame["label"].iloc[0] == "Network"


def test_clear_winner_is_named(frame):
    """A blurred logistic regression loses by every figure of ranking and fit."""
    for metric in ("auc", "gini", "ks", "pr_auc", "brier", "ece"):
        assert row(frame, "logistic", metric)["verdict"] == "network better", metric


def test_no_winner_is_made_up(frame):
    """Two models that differ by noise are not ranked."""
    trees = row(frame, "trees", "auc")
    assert trees["difference_low"] < 0 < trees["difference_high"]
    assert trees["verdict"] == "no clear winner"


def test_differences_are_paired(frame):
    """The interval of a difference is far narrower than the models' own intervals."""
    trees = row(frame, "trees", "auc")
    assert trees["difference_high"] - trees["difference_low"] < (trees["high"] - trees["low"]) / 5


def test_difference_is_network_minus_model(frame):
    """Signs read the same everywhere: above zero, the network's figure is the larger."""
    network, logistic = row(frame, "network", "brier"), row(frame, "logistic", "brier")
    assert logistic["difference"] == pytest.approx(network["value"] - logistic["value"])
    assert logistic["difference"] < 0
    assert math.isnan(network["difference"])
    assert network["verdict"] == ""


def test_majority_class_is_a_coin_toss(frame):
    """The baseline ranks nothing, and approves everybody at any cut-off."""
    assert row(frame, "majority", "auc")["value"] == 0.5
    assert row(frame, "majority", "approval_rate")["value"] == 1
    assert math.isnan(row(frame, "majority", "precision")["value"])
    assert row(frame, "majority", "precision")["verdict"] == ""


@pytest.mark.parametrize(
    ("metric", "difference", "verdict"),
    [
        ("auc", Estimate(0.02, 0.01, 0.03, 9), "network better"),
        ("auc", Estimate(-0.02, -0.03, -0.01, 9), "network worse"),
        ("auc", Estimate(0.02, -0.01, 0.03, 9), "no clear winner"),
        ("auc", Estimate(0.004, 0.001, 0.007, 9), "too small to matter"),
        ("brier", Estimate(-0.02, -0.03, -0.01, 9), "network better"),
        ("brier", Estimate(0.02, 0.01, 0.03, 9), "network worse"),
        ("approval_rate", Estimate(0.02, 0.01, 0.03, 9), ""),
        ("precision", Estimate(np.nan, np.nan, np.nan, 9), ""),
        ("auc", None, ""),
    ],
)
def test_verdict(metric, difference, verdict):
    """A winner needs an interval without 0, a gap that matters and a better end."""
    one = Compared("trees", metric, Estimate(0.7, 0.6, 0.8, 9), difference)
    assert one.verdict == verdict


def test_a_model_beside_itself_does_not_differ():
    """Identical decisions differ by nothing, without an interval."""
    rows = holdout(predictions().assign(trees=lambda frame: frame["network"]))
    for one in compare_decisions(rows, 0.3):
        if one.model == "trees":
            assert one.difference.value == 0
            assert one.difference.holds_zero
