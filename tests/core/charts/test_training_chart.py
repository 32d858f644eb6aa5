"""core.charts.training: lines told apart by dash and words, each network, and runs overlaid."""

import numpy as np
import pandas as pd
import pytest

from core.charts.training import (
    EACH,
    MOST_NETWORK_POINTS,
    MOST_POINTS,
    TRAINING,
    VALIDATION,
    curves,
    overlaid,
)


def points(epochs, best=None):
    """Return falling losses of both parts."""
    rows = [
        (float(epoch), part, shift + 1 / epoch)
        for part, shift in ((TRAINING, 0.1), (VALIDATION, 0.2))
        for epoch in range(1, epochs + 1)
    ]
    return pd.DataFrame(rows, columns=["epoch", "part", "value"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_are_told_apart_without_colour(theme):
    """Training is solid, validation dashed."""
    fig = curves(points(5), theme, "Loss")
    assert [(line.name, line.line.dash) for line in fig.data] == [
        (TRAINING, "solid"),
        (VALIDATION, "dash"),
    ]


def test_best_epoch_is_marked_with_its_value():
    """0.2 + 1/4 = 0.45 in words beside a vertical line."""
    fig = curves(points(5), "light", "Loss", best_epoch=4)
    assert fig.layout.shapes[0].x0 == 4
    assert fig.layout.annotations[0].text == "best epoch 4 · 0.450"


def test_nothing_yet_is_an_empty_chart():
    """Before the first loss there are axes, so that the page does not jump."""
    empty = points(1)[:0]
    fig = curves(empty, "light", "Loss")
    assert fig.layout.yaxis.showticklabels is False  # no figures are made up
    assert curves(points(5), "light", "Loss").layout.yaxis.showticklabels is None
    assert tuple(fig.layout.xaxis.range) == (0, 3)


def test_missing_values_are_no_points():
    """The running epoch has no validation loss yet."""
    frame = points(2)
    frame.loc[frame["part"] == VALIDATION, "value"] = [1.0, float("nan")]
    assert list(curves(frame, "light", "Loss").data[1].x) == [1.0]


def test_long_trainings_stay_light():
    """Ten thousand epochs are drawn with a few hundred points, the last included."""
    line = curves(points(10_000), "light", "Loss").data[0]
    assert len(line.x) <= MOST_POINTS + 1
    assert line.x[-1] == 10_000


def networks(epochs, members=3):
    """Return a team's losses: network n has n + 1 / epoch."""
    index = range(1, epochs + 1)
    return pd.DataFrame({n: [n + 1 / epoch for epoch in index] for n in range(members)}, index)


def test_each_network_is_a_thin_line_behind():
    """One trace and one entry of the legend for all, with a gap after each network."""
    fig = curves(points(2), "light", "Loss", networks=networks(2))
    each = fig.data[0]
    assert (each.name, each.line.width, each.hoverinfo) == (EACH, 1, "skip")
    assert np.array_equal(each.x, [1, 2, np.nan] * 3, equal_nan=True)
    assert np.array_equal(each.y, [1, 0.5, np.nan, 2, 1.5, np.nan, 3, 2.5, np.nan], equal_nan=True)
    assert [line.name for line in fig.data] == [EACH, TRAINING, VALIDATION]


def test_a_large_team_stays_light():
    """64 networks over 1,000 epochs: a few thousand points, and less than 100 kB to send."""
    fig = curves(points(1000), "light", "Loss", networks=networks(1000, 64))
    assert len(fig.data[0].x) <= MOST_NETWORK_POINTS + 2 * 64
    assert len(fig.to_json()) < 100_000


def runs(*values):
    """Return one curve per sequence of values, whose second epoch was kept."""
    rows = [
        (sign, f"run {sign}", epoch, value, epoch == 2)
        for sign, each in zip("ABCD", values, strict=False)
        for epoch, value in enumerate(each, 1)
    ]
    return pd.DataFrame(rows, columns=["sign", "run", "epoch", "value", "kept"])


def test_overlaid_runs_are_told_apart_by_dash_and_letter():
    """The legend has the letters, the hover the names."""
    fig = overlaid(runs([3.0, 1.0], [4.0, 2.0]), "light", "Loss")
    lines = [each for each in fig.data if each.mode == "lines"]
    assert [(line.name, line.line.dash) for line in lines] == [("A", "solid"), ("B", "dash")]
    assert "run B" in lines[1].hovertemplate


def test_kept_epoch_is_a_point_with_its_letter_towards_the_middle():
    """Of 1 to 4 the middle is 2.5: a letter above 1, and below 4."""
    fig = overlaid(runs([3.0, 1.0], [2.0, 4.0]), "dark", "Loss")
    kept = [each for each in fig.data if each.mode == "markers+text"]
    assert [list(each.y) for each in kept] == [[1.0], [4.0]]
    assert [each.textposition[0] for each in kept] == ["top center", "bottom right"]
    assert [each.showlegend for each in kept] == [False, False]


def test_nothing_to_overlay_is_an_empty_chart():
    """Runs without epochs have axes."""
    assert not overlaid(runs(), "light", "Loss").data
