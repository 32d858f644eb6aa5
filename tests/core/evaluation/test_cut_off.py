"""What any cut-off would decide."""

import time

import numpy as np
import pytest

from core.errors import EvaluationError
from core.evaluation.cut_off import STEPS, CutOffTable, step_of
from core.evaluation.metrics import Confusion, confusion

Y = np.array([0, 0, 1, 0, 1, 1])
PD = np.array([0.1, 0.2, 0.2, 0.5, 0.5, 0.9])


@pytest.mark.parametrize(
    ("cut_off", "expected"),
    [
        (0.0, Confusion(tp=3, fp=3, fn=0, tn=0)),
        (0.2, Confusion(tp=3, fp=2, fn=0, tn=1)),
        (0.21, Confusion(tp=2, fp=1, fn=1, tn=2)),
        (0.5, Confusion(tp=2, fp=1, fn=1, tn=2)),
        (0.9, Confusion(tp=1, fp=0, fn=2, tn=3)),
        (1.0, Confusion(tp=0, fp=0, fn=3, tn=3)),
    ],
)
def test_decisions_by_hand(cut_off, expected):
    """Equal scores fall on the same side, and the cut-off itself is declined."""
    assert CutOffTable.of(Y, PD).at(cut_off) == expected


def test_table_equals_counting():
    """Every look-up is what counting the rows gives."""
    rng = np.random.default_rng(0)
    y_true, pd_hat = rng.integers(0, 2, 500), rng.random(500).round(2)
    table = CutOffTable.of(y_true, pd_hat)
    for cut_off in (*rng.random(20), 0.25, 0.5):
        assert table.at(cut_off) == confusion(y_true, pd_hat, cut_off)


def test_frame_runs_from_nobody_to_everybody():
    """The frame begins with nobody approved and ends with (almost) everybody."""
    frame = CutOffTable.of(Y, PD).frame()
    assert len(frame) == 201
    assert frame["approval_rate"].is_monotonic_increasing
    assert frame["recall"].is_monotonic_decreasing
    assert (frame["approval_rate"].iloc[0], frame["approval_rate"].iloc[-1]) == (0, 1)


def test_frame_agrees_with_a_look_up():
    """The frame and the slider show the same figures."""
    table = CutOffTable.of(Y, PD)
    row = table.frame(np.array([0.5])).iloc[0]
    figures = table.at(0.5).figures
    assert {name: row[name] for name in figures} == pytest.approx(figures)


def test_every_step_of_the_slider_decides_as_a_look_up():
    """Steps share an entry where they decide alike, and each decides what its cut-off does."""
    table = CutOffTable.of(Y, PD)
    confusions, at = table.every_step()
    assert len(confusions) == 5
    assert [confusions[k] for k in at] == [table.at(k / STEPS) for k in range(STEPS + 1)]


def test_a_score_on_a_step_is_declined_by_it():
    """29 % as a step is 29 % as a score, though neither is a sum of halves."""
    scores = np.arange(STEPS + 1) / 100 / 10
    table = CutOffTable.of(np.arange(STEPS + 1) % 2, scores.round(3))
    confusions, _ = table.every_step()
    for k, found in enumerate(map(table.at, scores.round(3))):
        assert found.fn + found.tn == k == step_of(k / STEPS)
        assert confusions[k] == found


def test_look_up_is_instant():
    """A million applicants answer within a millisecond."""
    rng = np.random.default_rng(0)
    pd_hat = rng.random(1_000_000)
    table = CutOffTable.of(rng.random(1_000_000) < pd_hat, pd_hat)
    start = time.process_time()
    for cut_off in np.linspace(0, 1, 100):
        table.at(cut_off)
    assert (time.process_time() - start) / 100 < 0.001


def test_one_class_is_refused():
    """Without bads there is nothing to cut off."""
    with pytest.raises(EvaluationError, match="0 bads"):
        CutOffTable.of(np.zeros(5), np.linspace(0, 1, 5))
