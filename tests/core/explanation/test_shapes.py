"""core.explanation.shapes: the curves of an additive model are its whole explanation."""

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.explanation.shapes import density, shape


class Additive:
    """log-odds = 2 · income + (1 for tenants), and -3 where income is missing."""

    def log_odds(self, features):
        income = features["income"].to_numpy(np.float64, na_value=np.nan)
        first = np.where(np.isnan(income), -3.0, 2 * income)
        return first + (features["home"] == "rent").to_numpy()


INCOME, HOME = Column("income", "number", "feature"), Column("home", "category", "feature")


@pytest.fixture
def population():
    """Four applicants; mean effect of income (2 + 4 + 6 - 3) / 4 = 2.25."""
    home = pd.Series(["rent", "own", "own", "own"], dtype="str")
    return pd.DataFrame({"income": [1.0, 2.0, 3.0, np.nan], "home": home})


def test_a_numbers_curve_is_centred_on_the_population(population):
    """Values 1, 2, 3 and missing: 2x - 2.25 and -3 - 2.25."""
    frame = shape(Additive(), INCOME, population)
    assert frame["log_odds"].tolist() == [-0.25, 1.75, 3.75, -5.25]
    assert frame["value"].tolist()[:3] == [1.0, 2.0, 3.0]
    assert frame["rows"].tolist() == [1, 1, 1, 1]
    assert np.average(frame["log_odds"], weights=frame["rows"]) == pytest.approx(0)


def test_a_category_has_a_bar_per_value(population):
    """The most frequent first; one tenant of four: 1 - .25."""
    frame = shape(Additive(), HOME, population)
    assert frame["value"].tolist() == ["own", "rent"]
    assert frame["log_odds"].tolist() == [-0.25, 0.75]
    assert frame["rows"].tolist() == [3, 1]


def test_a_long_tail_does_not_empty_the_picture():
    """The grid ends at the 99.5th percentile; rows beyond it count at the end."""
    incomes = np.append(np.linspace(0, 1, 999), 1e6)
    population = pd.DataFrame({"income": incomes, "home": pd.Series(["own"] * 1000, dtype="str")})
    frame = shape(Additive(), INCOME, population)
    assert frame["value"].max() < 2
    assert frame["rows"].sum() == 1000
    assert density(population["income"])["rows"].sum() == 1000
