"""What moves with a cut-off, drawn as HTML."""

import re

import pandas as pd
import pytest

from core.charts.cut_off import confusion_table, cut_off_line, score_bars
from core.charts.template import palette

DISTRIBUTION = pd.DataFrame(
    {
        "low": [0.0, 0.25, 0.5, 0.75],
        "high": [0.25, 0.5, 0.75, 1.0],
        "goods": [5, 3, 2, 0],
        "bads": [1, 1, 1, 2],
        "good_share": [0.5, 0.3, 0.2, 0.0],
        "bad_share": [0.2, 0.2, 0.2, 0.4],
    }
)
CONFUSION = pd.DataFrame(
    {
        "outcome": ["Good", "Good", "Bad", "Bad"],
        "decision": ["Approved", "Declined"] * 2,
        "rows": [1700, 300, 40, 60],
        "share": [0.85, 0.15, 0.4, 0.6],
        "right": [True, False, False, True],
    }
)


def words(html: str) -> str:
    """The text a reader sees, with plain spaces."""
    without_style = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", without_style).replace("\xa0", " ").split())


def test_goods_point_up_and_bads_down():
    """The two outcomes are told apart by direction and word, and half the height is the most."""
    html = score_bars(DISTRIBUTION, "Scores", "light")
    up = re.findall(r"bottom:50%;height:([\d.]+)%;background:#0072B2", html)
    down = re.findall(r"top:50%;height:([\d.]+)%;background:#D55E00", html)
    assert [float(height) for height in up] == pytest.approx([44.64, 26.79, 17.86, 0], abs=0.01)
    assert [float(height) for height in down] == pytest.approx([17.86] * 3 + [35.71], abs=0.01)
    assert "Goods (repaid) Bads (defaulted)" in words(html)


def test_pointing_at_a_bin_reads_as_sentences():
    """Range, counts and shares of both outcomes."""
    assert (
        "Default probability 25.0 % to 50.0 % 3 goods, 30.0 % of all who repaid "
        "1 bad, 20.0 % of all who defaulted"
    ) in words(score_bars(DISTRIBUTION, "Scores", "light"))


def test_bars_have_words_for_those_who_cannot_see_them():
    """Text that breaks markup is written so that it cannot."""
    html = score_bars(DISTRIBUTION, 'Goods "up" & bads down', "dark")
    assert 'role="img" aria-label="Goods &quot;up&quot; &amp; bads down"' in html


@pytest.mark.parametrize(("cut_off", "side"), [(0.2, "left:20.00%"), (0.9, "right:10.00%")])
def test_cut_off_is_named_where_there_is_room(cut_off, side):
    """The number stands on the side that does not leave the picture."""
    html = cut_off_line(cut_off, "light")
    assert re.search(rf"{side};top:\d+%", html)
    assert words(html) == f"Cut-off {100 * cut_off:.1f} %"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_confusion_is_a_table_that_says_right_and_wrong(theme):
    """A screen reader meets headers; colour only repeats what the words say."""
    html = confusion_table(CONFUSION, "Decisions against outcomes", theme)
    assert words(html) == (
        "Approved Declined "
        "Good 1,700 Right: 85.0 % of goods 300 Wrong: 15.0 % of goods "
        "Bad 40 Wrong: 40.0 % of bads 60 Right: 60.0 % of bads"
    )
    assert html.count('scope="col"') == html.count('scope="row"') == 2
    assert html.count(f"border-color:{palette(theme).bad}") == 2
