"""Colours, type and layout shared by every chart."""

import pytest

from core.charts.template import PALETTES, faded, figure, palette


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["text", "muted", "accent"])
@pytest.mark.parametrize("ground", ["background", "surface"])
def test_text_can_be_read(theme, ink, ground):
    """Every colour used for words has a contrast of at least 4.5 : 1."""
    colours = palette(theme)
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_good_and_bad_can_be_seen(theme):
    """Marks for good and bad have a contrast of at least 3 : 1."""
    colours = palette(theme)
    assert contrast(colours.good, colours.background) >= 3
    assert contrast(colours.bad, colours.background) >= 3


def test_good_and_bad_mean_the_same_in_both_themes():
    """The pair good/bad is one pair of colours everywhere."""
    light, dark = PALETTES["light"], PALETTES["dark"]
    assert (light.good, light.bad, light.refer) == (dark.good, dark.bad, dark.refer)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colorway_is_explicit(theme):
    """The colours stand on the layout itself, where Streamlit's theme cannot replace them."""
    assert list(figure(theme).layout.colorway) == list(palette(theme).series)


def test_background_is_transparent():
    """The page shows through, so one figure fits every surface."""
    layout = figure("dark").layout.template.layout
    assert (layout.paper_bgcolor, layout.plot_bgcolor) == ("rgba(0,0,0,0)",) * 2


def test_margins_do_not_depend_on_the_numbers():
    """A chart keeps its place when its ticks get longer or its legend shorter."""
    layout = figure("light", "Rate", "Bads", legend=True).layout
    assert layout.template.layout.margin.autoexpand is False
    assert layout.template.layout.yaxis.automargin is False
    assert layout.margin.t == 48


def test_percent_axes():
    """Percentages carry their sign with a space, as everywhere on screen."""
    layout = figure("light", x_percent=True).layout
    assert (layout.xaxis.ticksuffix, layout.yaxis.ticksuffix) == (" %", "")


def test_faded_colour():
    """An area has the colour of its line, lighter."""
    assert faded("#D55E00", 0.15) == "rgba(213, 94, 0, 0.15)"
