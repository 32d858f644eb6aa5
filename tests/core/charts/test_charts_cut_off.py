"""What moves with a cut-off, drawn as HTML."""

import re

import pandas as pd
import pytest

from core.charts.cut_off import confusion_table, score_bars
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


def test_the_cut_off_lies_over_the_bars():
    """A line, a veil over the approved and a name, all placed by the browser alone."""
    html = score_bars(DISTRIBUTION, "Scores", "light")
    over = html[html.index('<div class="cut-off">') :]
    assert words(over) == "Cut-off"
    assert '<span data-slot="cut_off"></span>' in over
    assert 'data-late="0.6"' in over
    assert "var(--part" in html


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_confusion_is_a_table_that_says_right_and_wrong(theme):
    """A screen reader meets headers; colour only repeats what the words say."""
    html = confusion_table("Decisions against outcomes", theme)
    assert words(html) == "Approved Declined Good Right: Wrong: Bad Wrong: Right:"
    assert html.count('scope="col"') == html.count('scope="row"') == 2
    assert re.findall(r'data-slot="(\w+)"', html) == [
        slot for cell in ("tn", "fp", "fn", "tp") for slot in (cell, f"{cell}_share")
    ]
    red, green, blue = (int(palette(theme).bad[k : k + 2], 16) for k in (1, 3, 5))
    assert html.count(f"--hue:{red} {green} {blue}") == 2
