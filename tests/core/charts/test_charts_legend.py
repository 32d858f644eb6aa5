"""core.charts.legend: no name of a legend is cut off on a phone."""

import pytest

from core.charts.legend import LONGEST, entry, legend


@pytest.mark.parametrize(
    ("names", "title", "where"),
    [
        (["fixed", "others", "freelance"], "Job", "above"),
        ([f"A rather long name, number {n}" for n in range(3)], "", "above"),
        ([f"A rather long name, number {n}" for n in range(3)], "Job", "below"),
        ([f"model {n}" for n in range(12)], "", "below"),
    ],
)
def test_what_a_phone_has_no_room_for_stands_below(
    names: list[str], title: str, where: str
) -> None:
    """Three lines above the plot at most; below it, each name has a line of its own."""
    layout = legend(names, title, height=300)
    assert layout["legend"]["orientation"] == {"above": "h", "below": "v"}[where]
    lines = len(names) + bool(title)
    if where == "below":
        assert layout["margin"]["b"] - 52 >= 19 * lines


@pytest.mark.parametrize("count", [2, 20])
def test_the_plot_is_as_high_with_any_legend(count: int) -> None:
    """What the legend takes is added to the figure; a small margin stays on top."""
    layout = legend(["x" * 30] * count, height=300)
    margin = layout["margin"]
    assert 236 <= layout["height"] - margin["t"] - margin["b"] <= 248


def test_names_are_written_as_they_are_and_fit_a_line() -> None:
    """A name that holds tags shows them, and one that is too long ends in an ellipsis."""
    assert entry("<b>fixed</b>") == "&lt;b&gt;fixed&lt;/b&gt;"
    assert len(entry("x" * 90)) == LONGEST
    assert "title" not in legend(["a"], height=300)["legend"]
