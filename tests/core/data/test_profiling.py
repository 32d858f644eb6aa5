import numpy as np
import pandas as pd
import pytest

from core.data.casting import cast
from core.data.profile_words import finding
from core.data.profiling import ColumnProfile, profile, wilson
from core.data.schema import Column, Schema

NAN = np.nan


def about(values, kind="number", role="feature", bad=None, **column):
    """Profile one column; `bad` holds 1 where the loan turned bad."""
    columns = [Column("x", kind, role, **column)]
    data = {"x": values}
    if bad is not None:
        columns.append(Column("y", "category", "outcome"))
        data["y"] = [str(one) for one in bad]
    schema = Schema(tuple(columns), "1" if bad is not None else None)
    frame = cast(pd.DataFrame(data), schema)
    return profile(frame, schema)[0]


def named(seen: ColumnProfile, column: str) -> dict:
    """Return a column of the bins by bin name."""
    return dict(zip(seen.bins["bin"], seen.bins[column], strict=True))


def test_few_values_get_a_bin_each():
    """Rows, missing rows and bads are counted per value."""
    seen = about([1, 1, 2, NAN], bad=[0, 1, 1, 0])
    assert named(seen, "rows") == {"1": 2, "2": 1, "missing": 1}
    assert named(seen, "bad_rate") == {"1": 0.5, "2": 1.0, "missing": 0.0}
    assert (seen.missing, seen.distinct, seen.low, seen.high, seen.typical) == (1, 2, "1", "2", "1")


def test_many_values_get_round_bins():
    """Whole numbers from 0 to 99 fall into tens, named by their ends."""
    seen = about(list(range(100)))
    assert named(seen, "rows")["20 to 29"] == 10
    assert sum(named(seen, "rows").values()) == 100


def test_one_huge_value_does_not_squeeze_the_rest():
    """The outermost bin is open."""
    seen = about([*range(200), 1_000_000])
    names = list(seen.bins["bin"])
    assert names[-1].endswith("and more")
    assert len(names) > 5


@pytest.mark.parametrize(
    "values",
    [[0.1 * n for n in range(50)], [-5.0 * n for n in range(50)], [*[0.0] * 500, *range(1, 20)]],
)
def test_every_row_is_in_one_bin(values):
    """Fractions, negative numbers and piles at zero lose no row."""
    assert about(values).bins["rows"].sum() == len(values)


def test_categories_are_ordered_by_frequency_and_the_rest_is_one():
    """The thirteenth category and later ones are drawn together."""
    values = [letter for n, letter in enumerate("abcdefghijklmnop") for _ in range(20 - n)]
    seen = about(values, kind="category")
    assert list(seen.bins["bin"])[:2] == ["a", "b"]
    assert list(seen.bins["bin"])[-1] == "all others"
    assert seen.bins["rows"].sum() == len(values)


@pytest.mark.parametrize(
    ("days", "first"),
    [(["2020-01-05", "2020-03-01"], "2020-01"), (["2015-01-05", "2020-03-01"], "2015")],
)
def test_dates_are_counted_by_month_or_year(days, first):
    """Within two years by month, else by year."""
    assert about(days, kind="date", role="date").bins["bin"].iloc[0] == first


def test_without_outcome_there_are_no_bad_rates():
    """The picture then shows rows alone."""
    assert "bad_rate" not in about([1, 2]).bins


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (
            about([1, 2, 3] * 40, label="Years", bad=[1, 0, 0] * 40),
            "The bad rate falls from 100.0\xa0% to 0.0\xa0% with higher years",
        ),
        (
            about([1, 2, 3] * 40, label="DTI", bad=[0, 0, 1] * 40),
            "The bad rate rises from 0.0\xa0% to 100.0\xa0% with higher DTI",
        ),
        (
            about([1, 2, 3, 4] * 40, label="Noise", bad=[0, 0, 0, 0, 1, 1, 1, 1] * 20),
            "Noise: low and high values turn bad about equally often",
        ),
        (
            about(["rent", "own"] * 40, "category", label="Home", bad=[1, 0] * 40),
            "Home: 100.0\xa0% turn bad at 'rent', 0.0\xa0% at 'own'",
        ),
        (
            about([1, 2, NAN] * 40, label="Income", bad=[0, 0, 1] * 40),
            "Income: low and high values turn bad about equally often; "
            "where it is missing, 100.0\xa0% turn bad",
        ),
        (about([1, 2], label="Few", bad=[0, 1]), "Few: too few rows to compare bad rates"),
        (
            about(["a", "b"] * 40, "category", "identifier", label="Id", bad=[0, 1] * 40),
            "Id: a different value in nearly every row",
        ),
        (about(["a", "a", "b"], "category", label="Home"), "Home: most often a"),
    ],
)
def test_a_sentence_states_what_the_picture_shows(seen, sentence):
    """A direction is claimed only where the intervals of low and high values lie apart."""
    assert finding(seen) == sentence


def test_the_outcome_is_told_by_its_shares():
    """The picture of the outcome has no bad rate of its own."""
    schema = Schema((Column("y", "category", "outcome", label="Outcome"),), "bad")
    frame = cast(pd.DataFrame({"y": ["good"] * 3 + ["bad"]}), schema)
    [seen] = profile(frame, schema)
    assert finding(seen) == "Outcome: 75.0\xa0% good and 25.0\xa0% bad"


@pytest.mark.parametrize(
    ("bads", "rows", "low", "high"), [(0, 0, 0, 1), (0, 10, 0, 0.278), (5, 10, 0.237, 0.763)]
)
def test_wilson_intervals(bads, rows, low, high):
    """Values of the published formula."""
    assert wilson(bads, rows) == pytest.approx((low, high), abs=5e-4)
