import math

import pytest

from core.charts.decision import cut_offs


def test_the_bands_meet_at_the_cut_offs() -> None:
    """Approve, refer and decline lie side by side, even in log-odds."""
    fig = cut_offs(0.3, 0.2, 0.5, "light")
    approve, refer, decline, mark = fig.data
    assert [trace.name for trace in (approve, refer, decline)] == [
        "Approve below 20.0\xa0%",
        "Refer",
        "Decline from 50.0\xa0%",
    ]
    assert max(approve.x) == min(refer.x) == pytest.approx(math.log(0.25))
    assert max(refer.x) == min(decline.x) == 0
    assert mark.x[0] == pytest.approx(math.log(3 / 7))
    assert mark.text[1] == "<b>30.0\xa0%</b>"


def test_no_refer_band_is_drawn_where_there_is_none() -> None:
    """Equal cut-offs leave two bands."""
    assert [trace.name for trace in cut_offs(0.3, 0.4, 0.4, "dark").data[:-1]] == [
        "Approve below 40.0\xa0%",
        "Decline from 40.0\xa0%",
    ]


@pytest.mark.parametrize(
    ("default_probability", "side"), [(0.0, "top right"), (0.3, "top center"), (1.0, "top left")]
)
def test_the_mark_stays_on_the_line(default_probability: float, side: str) -> None:
    """Certain cases stand at the ends, their number inside the picture."""
    fig = cut_offs(default_probability, 0.2, 0.5, "light")
    low, high = fig.layout.xaxis.range
    assert low <= fig.data[-1].x[0] <= high
    assert fig.data[-1].textposition == side
