"""Figures of ranking, fit and decisions."""

import numpy as np
import pytest
from sklearn import metrics as reference

from core.errors import EvaluationError
from core.evaluation import metrics
from core.evaluation.metrics import Confusion, Ranked, confusion, equal_bands, score_figures

SMALL = (np.array([0, 0, 1, 1, 0]), np.array([0.1, 0.4, 0.35, 0.8, 0.2]))


@pytest.fixture(params=["distinct", "tied", "two values"])
def sample(request):
    """Two thousand applicants with scores of three kinds."""
    rng = np.random.default_rng(3)
    risk = rng.beta(2, 5, 2000)
    y_true = (rng.random(2000) < risk).astype(int)
    return y_true, {"distinct": risk, "tied": risk.round(1), "two values": risk.round(0)}[
        request.param
    ]


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("auc", reference.roc_auc_score),
        ("gini", lambda y, s: 2 * reference.roc_auc_score(y, s) - 1),
        ("pr_auc", reference.average_precision_score),
        ("brier", reference.brier_score_loss),
        ("ks", lambda y, s: _largest_gap(*reference.roc_curve(y, s)[:2])),
    ],
)
def test_figures_equal_the_reference(sample, name, theirs):
    """Each figure is what scikit-learn computes, with and without ties."""
    y_true, pd_hat = sample
    assert getattr(metrics, name)(y_true, pd_hat) == pytest.approx(theirs(y_true, pd_hat), abs=1e-9)


def _largest_gap(false_alarms, recall):
    return np.abs(recall - false_alarms).max()


def test_figures_by_hand():
    """Of the six pairs of a bad and a good five are ranked rightly."""
    figures = score_figures(*SMALL)
    assert figures["auc"] == pytest.approx(5 / 6)
    assert figures["gini"] == pytest.approx(2 / 3)
    assert figures["ks"] == pytest.approx(2 / 3)  # from 0.35 on: both bads, one of three goods
    assert figures["pr_auc"] == pytest.approx((1 + 2 / 3) / 2)
    assert figures["brier"] == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04 + 0.04) / 5)


def test_calibration_error_by_hand():
    """Two bands of two rows: gaps of 0.1 and 0.3 average to 0.2."""
    y_true = np.array([0, 0, 1, 0] * 5)
    pd_hat = np.array([0.1, 0.1, 0.8, 0.8] * 5)
    assert metrics.ece(y_true, pd_hat) == pytest.approx((0.1 + 0.3) / 2)


def test_constant_scores_rank_nothing():
    """A model that says the same of everybody is a coin toss, and never below zero."""
    figures = score_figures([0, 1, 0, 0], [0.25] * 4)
    assert figures["auc"] == 0.5
    assert str(figures["ks"]) == "0.0"
    assert figures["pr_auc"] == 0.25
    assert figures["ece"] == 0


def test_weights_count_rows():
    """A row with weight two counts like two rows: this is what a bootstrap replicate is."""
    y_true, pd_hat = SMALL
    weights = np.array([[2, 1, 1, 3, 0]])
    repeated = np.repeat([0, 1, 2, 3], [2, 1, 1, 3])
    weighted = Ranked.of(y_true, pd_hat).figures(weights)
    for name, value in score_figures(y_true[repeated], pd_hat[repeated]).items():
        if name != "ece":  # its bands are those of the whole sample
            assert weighted[name][0] == pytest.approx(value), name


def test_weighting_without_bads_is_undefined():
    """Ranking figures of a draw without bads are missing, and nothing warns."""
    figures = Ranked.of(*SMALL).figures(np.array([[1, 1, 0, 0, 1]]))
    assert np.isnan([figures["auc"][0], figures["ks"][0], figures["pr_auc"][0]]).all()
    assert not np.isnan(figures["brier"][0])


@pytest.mark.parametrize(
    ("y_true", "pd_hat", "words"),
    [
        ([0, 0, 0], [0.1, 0.2, 0.3], "3 rows there are 0 bads and 3 goods.*another split"),
        ([1, 1], [0.1, 0.2], "2 bads and 0 goods"),
        ([], [], "0 rows"),
        ([0, 1, 2], [0.1, 0.2, 0.3], "0 .good. or 1 .bad."),
        ([0, 1], [0.1, np.nan], "1 of 2 probabilities of default are missing or outside"),
        ([0, 1], [0.1, 1.2], "1 of 2 probabilities"),
        ([0, 1], [0.1, np.inf], "1 of 2 probabilities"),
        ([0, 1, 1], [0.1, 0.2], "3 outcomes and 2 probabilities"),
    ],
)
def test_undefined_figures_say_why(y_true, pd_hat, words):
    """Predictions that cannot be judged are refused in words a user may read."""
    with pytest.raises(EvaluationError, match=words):
        score_figures(np.array(y_true), np.array(pd_hat))


def test_two_rows_are_enough():
    """The smallest sample that can be judged: one bad, one good."""
    assert score_figures([0, 1], [0.2, 0.7])["auc"] == 1


def test_bands_do_not_depend_on_row_order():
    """Equal scores share a band wherever their rows stand."""
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 30, 500) / 30
    shuffled = rng.permutation(500)
    np.testing.assert_array_equal(equal_bands(scores)[shuffled], equal_bands(scores[shuffled]))


@pytest.mark.parametrize(
    ("scores", "bands"),
    [
        ([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]),
        ([0.4, 0.3, 0.2, 0.1], [1, 1, 0, 0]),
        ([0.5, 0.5, 0.5, 0.5], [0, 0, 0, 0]),
        ([0.1, 0.1, 0.1, 0.9], [0, 0, 0, 1]),
    ],
)
def test_bands_by_hand(scores, bands):
    """About equally many rows in each band, numbered without gaps."""
    assert equal_bands(np.array(scores), num_bands=2).tolist() == bands


def test_confusion_declines_from_the_cut_off_on():
    """A probability equal to the cut-off is declined."""
    y_true, pd_hat = SMALL
    assert confusion(y_true, pd_hat, 0.35) == Confusion(tp=2, fp=1, fn=0, tn=2)
    assert confusion(y_true, pd_hat, 0.36) == Confusion(tp=1, fp=1, fn=1, tn=2)


@pytest.mark.parametrize(
    ("name", "value", "rests_on"),
    [
        ("accuracy", 0.7, 10),
        ("precision", 0.5, 4),
        ("recall", 2 / 3, 3),
        ("f1", 4 / 7, 10),
        ("approval_rate", 0.6, 10),
        ("approved_bad_rate", 1 / 6, 6),
    ],
)
def test_decisions_by_hand(name, value, rests_on):
    """Two of three bads and two of seven goods are declined."""
    cells = Confusion(tp=2, fp=2, fn=1, tn=5)
    assert cells.figures[name] == pytest.approx(value)
    assert cells.rests_on[name] == rests_on


def test_decisions_equal_the_reference():
    """Accuracy, precision, recall and F1 are what scikit-learn computes."""
    rng = np.random.default_rng(5)
    y_true, pd_hat = rng.integers(0, 2, 300), rng.random(300)
    declined, figures = pd_hat >= 0.4, confusion(y_true, pd_hat, 0.4).figures
    for name, theirs in {
        "accuracy": reference.accuracy_score,
        "precision": reference.precision_score,
        "recall": reference.recall_score,
        "f1": reference.f1_score,
    }.items():
        assert figures[name] == pytest.approx(theirs(y_true, declined)), name


def test_share_of_nobody_is_missing():
    """Where nobody is declined precision is undefined, not zero."""
    figures = Confusion(tp=0, fp=0, fn=3, tn=7).figures
    assert np.isnan(figures["precision"])
    assert figures["f1"] == 0
    assert figures["approval_rate"] == 1
