import math
import re

import pytest

from core.charts.decision import cut_offs

BAND = re.compile(r'<i style="left:([\d.]+)%;width:([\d.]+)%;[^>]* title="([^"]+)"')
MARK = re.compile(r'<div class="mark ?(\w*)" style="left:([\d.]+)%".*<b>([^<]+)</b>')


def bands(html: str) -> list[tuple[str, float, float]]:
    """Return name, left and right of each band, in hundredths of the line."""
    found = [(name, float(left), float(width)) for left, width, name in BAND.findall(html)]
    return [(name, left, left + width) for name, left, width in found]


def hundredths(default_probability: float) -> float:
    """Return where a probability lies between 0.5 % and 99.5 %, even in log-odds."""
    return 50 + 50 * math.log(default_probability / (1 - default_probability)) / math.log(199)


def test_the_bands_meet_at_the_cut_offs() -> None:
    """Approve, refer and decline lie side by side, even in log-odds, from end to end."""
    drawn = bands(cut_offs(0.3, 0.2, 0.5, "", "light"))
    assert [name for name, *_ in drawn] == [
        "Approve below 20.0\xa0%",
        "Refer",
        "Decline from 50.0\xa0%",
    ]
    edges = [edge for _, *both in drawn for edge in both]
    meet = hundredths(0.2)
    assert edges == pytest.approx([0, meet, meet, 50, 50, 100], abs=0.02)


def test_no_refer_band_is_drawn_where_there_is_none() -> None:
    """Equal cut-offs leave two bands."""
    assert [name for name, *_ in bands(cut_offs(0.3, 0.4, 0.4, "", "dark"))] == [
        "Approve below 40.0\xa0%",
        "Decline from 40.0\xa0%",
    ]


@pytest.mark.parametrize(
    ("default_probability", "side", "place"),
    [(0.0, "first", 0.0), (0.3, "", hundredths(0.3)), (1.0, "last", 100.0)],
)
def test_the_mark_stays_on_the_line(default_probability: float, side: str, place: float) -> None:
    """Certain cases stand at the ends, their number inside the picture."""
    found = MARK.search(cut_offs(default_probability, 0.2, 0.5, "", "light"))
    assert found is not None
    assert (found[1], float(found[2])) == (side, pytest.approx(place, abs=0.01))


def test_whoever_cannot_see_it_is_told() -> None:
    """The whole picture has one description, which cannot end its own quotes."""
    assert 'role="img" aria-label="30 % &quot;refer&quot;"' in cut_offs(
        0.3, 0.2, 0.5, '30 % "refer"', "light"
    )
