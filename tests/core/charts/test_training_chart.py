"""core.charts.training: two lines, told apart by dash and words, and the best epoch."""

import pandas as pd
import pytest

from core.charts.training import MOST_POINTS, TRAINING, VALIDATION, curves


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
