"""core.charts.tuning: trials told apart by shape and words, and nothing flattened by a bad one."""

import numpy as np
import pandas as pd
import pytest

from core.charts.tuning import BEYOND, COMPLETE, GIVEN_UP, history, importances


def points(*losses, given_up=()):
    """Return trials in order, those of these numbers given up."""
    frame = pd.DataFrame({"number": range(1, len(losses) + 1), "loss": losses})
    frame["state"] = np.where(frame["number"].isin(given_up), GIVEN_UP, COMPLETE)
    frame["best"] = frame["loss"].where(frame["state"] == COMPLETE).cummin().ffill()
    return frame


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_states_have_shapes_and_names(theme):
    """A dot for a complete trial, a cross for one given up, a line for the best so far."""
    fig = history(points(0.5, 0.49, 0.51, given_up=[3]), theme)
    complete, given_up, beyond, best = fig.data
    assert (complete.name, complete.marker.symbol) == (COMPLETE, "circle")
    assert (given_up.name, given_up.marker.symbol) == (GIVEN_UP, "x-thin")
    assert not beyond.showlegend
    assert (best.name, list(best.y)) == ("Best so far", [0.5, 0.49, 0.49])


def test_the_best_is_named():
    """The first of those with the lowest loss."""
    fig = history(points(0.5, 0.48, 0.49, 0.48), "light")
    assert [note.text for note in fig.layout.annotations] == ["trial 2 · 0.4800"]


def test_a_bad_trial_stands_at_the_edge():
    """It is marked as beyond the axis, hover tells its loss, and the others keep their room."""
    fig = history(points(0.50, 0.49, 0.51, 0.50, 7.0), "light")
    assert fig.layout.yaxis.range[1] < 0.53
    beyond = fig.data[2]
    assert (beyond.name, beyond.marker.symbol, list(beyond.x)) == (BEYOND, "triangle-up", [5])
    assert beyond.y[0] < 0.53
    assert "log-loss 7.0000" in beyond.customdata[0]


@pytest.mark.parametrize("losses", [(0.5,), (0.5, 0.5, 0.5)])
def test_no_differences_still_have_an_axis(losses):
    """One trial, or several alike."""
    low, high = history(points(*losses), "light").layout.yaxis.range
    assert low < 0.5 < high


def test_only_given_up_trials_have_no_best():
    """Then nothing is named."""
    fig = history(points(0.5, 0.6, given_up=[1, 2]), "light")
    assert not fig.layout.annotations


def test_importances_are_bars_with_their_share():
    """The weightiest on top."""
    frame = pd.DataFrame({"label": ["Learning rate", "Dropout"], "share": [0.8, 0.2]})
    fig = importances(frame, "light")
    assert list(fig.data[0].x) == [80, 20]
    assert list(fig.data[0].y) == [1, 0]
    assert fig.data[0].text[0].strip() == "80\xa0%"
