import pandas as pd
import pytest

from core.charts.profile import distribution

BINS = pd.DataFrame(
    {
        "bin": ["0 to 4", "5 to 9", "missing"],
        "rows": [60, 40, 0],
        "share": [0.6, 0.4, 0.0],
        "bads": [30, 10, 0],
        "bad_rate": [0.5, 0.25, 0.0],
        "low": [0.4, 0.15, 0.0],
        "high": [0.6, 0.4, 1.0],
    }
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rows_and_bad_rates_are_drawn_in_percent(theme):
    """Bars hold the share of rows, points the bad rate with its interval; empty bins have none."""
    rows, rates = distribution(BINS, "Seniority, years", theme, average=0.4).data
    assert list(rows.y) == [60, 40, 0]
    assert list(rates.y) == [50, 25]
    assert list(rates.error_y.array) == pytest.approx([10, 15])
    assert list(rates.error_y.arrayminus) == pytest.approx([10, 10])


def test_without_outcome_only_rows_are_drawn():
    """A file without a usable outcome still has a picture."""
    fig = distribution(BINS[["bin", "rows", "share"]], "Seniority", "light")
    assert [trace.name for trace in fig.data] == ["Rows"]


def test_long_names_are_cut_on_the_axis_and_whole_in_the_hover():
    """Codes of German Credit run to 60 characters."""
    name = "existing credits paid back duly till now"
    fig = distribution(BINS.assign(bin=[name, "b", "c"]), "History", "light")
    assert fig.layout.xaxis.ticktext[0] == "existing credits…"
    assert fig.data[0].x[0] == name
