"""The rows that are judged."""

import numpy as np
import pytest

from core.errors import EvaluationError
from core.evaluation.holdout import holdout
from tests.core.evaluation.runs import predictions


def test_only_the_part_asked_for():
    """Test rows are a third here, and all rows are counted beside them."""
    rows = holdout(predictions(300))
    assert rows.y_true.size == 100
    assert rows.num_rows == 300
    assert rows.row_ids[:3].tolist() == [2, 5, 8]


def test_network_comes_first():
    """Whatever the order of the columns, the network leads."""
    frame = predictions(300)[["majority", "trees", "y", "network", "part", "row"]]
    rows = holdout(frame)
    assert list(rows.scores) == ["network", "majority", "trees"]
    assert rows.challengers == ["majority", "trees"]


@pytest.mark.parametrize("cut_off", [0.0, 0.05, 0.9])
def test_majority_class_approves_everybody(cut_off):
    """The baseline has no cut-off: it says good of everybody where most are good."""
    assert not holdout(predictions(300)).declined("majority", cut_off).any()


def test_majority_class_may_be_bad():
    """Where most applicants are bad it declines everybody."""
    frame = predictions(300).assign(majority=0.7)
    assert holdout(frame).declined("majority", 0.9).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop(columns=["network", "y"]), "lack y, network. Train the run"),
        (lambda frame: frame.assign(part="train"), "no test rows"),
        (lambda frame: frame.assign(y=0), "0 bads"),
        (lambda frame: frame.assign(trees=np.nan), "100 of 100 probabilities"),
    ],
)
def test_unusable_predictions_say_why(change, words):
    """Predictions that cannot be judged are refused with what to do."""
    with pytest.raises(EvaluationError, match=words):
        holdout(change(predictions(300)))
