"""core.model.scorecard: bins, weight of evidence and points that add up by hand."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.model.scorecard import LEAST_ROWS, SMOOTHING, Scorecard

AGE, HOME = Column("age", "number", "feature"), Column("home", "category", "feature")


def applicants(n=2000, seed=0):
    """Return applicants, the young of whom default, and their outcomes."""
    random = np.random.default_rng(seed)
    age = random.integers(20, 70, n).astype(float)
    home = random.choice(["rent", "own", "parents"], n)
    risk = 1 / (1 + np.exp((age - 35) / 10 + (home == "own")))
    frame = pd.DataFrame(
        {
            "age": np.where(random.random(n) < 0.1, np.nan, age),
            "home": pd.Series(np.where(random.random(n) < 0.05, None, home), dtype="str"),
        }
    )
    return frame, (random.random(n) < risk).astype(np.int8)


@pytest.fixture(scope="module")
def card():
    """Return a scorecard of applicants."""
    frame, y = applicants()
    return Scorecard.fit(frame, y, [AGE, HOME])


def test_points_of_the_attributes_add_up_to_the_score(card):
    """Points = offset - factor · log-odds, to the last digit that matters, blanks included."""
    frame, _ = applicants(200, seed=1)
    frame.loc[0, "home"] = "castle"
    table, total = card.points(), np.zeros(200)
    for column in card.columns:
        own = table[table["column"] == column.name].set_index("attribute")["points"]
        total += own[np.array(column.attributes)[column.bins(frame[column.name])]].to_numpy()
    factor = 20 / math.log(2)
    assert total == pytest.approx(600 - factor * (math.log(50) + card.log_odds(frame)))


def test_weight_of_evidence_by_hand():
    """60 renters of whom 30 defaulted, 140 owners of whom 10 did: bad rate 20 % in all."""
    frame = pd.DataFrame({"home": pd.Series(["rent"] * 60 + ["own"] * 140, dtype="str")})
    y = np.array([1] * 30 + [0] * 30 + [1] * 10 + [0] * 130, np.int8)
    (home,) = Scorecard.fit(frame, y, [HOME]).columns
    assert home.categories == ("own", "rent")
    assert (home.rows, home.bads) == ((140, 60, 0, 0), (10, 30, 0, 0))
    rent = (30 + SMOOTHING * 0.2) / (60 + SMOOTHING)
    assert home.woe[1] == pytest.approx(math.log((1 - rent) / rent) - math.log(4))
    assert home.woe[2:] == pytest.approx((0, 0)), "what nobody had says nothing"


def test_bins_hold_enough_rows():
    """Many equal numbers stay in one bin, and rare categories share one."""
    frame, y = applicants()
    frame["age"] = np.where(np.arange(2000) % 10 < 8, 0.0, frame["age"])
    frame["home"] = frame["home"].mask(np.arange(2000) % 200 == 0, "castle")
    age, home = Scorecard.fit(frame, y, [AGE, HOME]).columns
    assert min(age.rows[:-2]) >= LEAST_ROWS
    assert "castle" not in home.categories
    assert home.rows[-2] == 10


def test_no_bin_counts_against_its_own_applicants(card):
    """Weights are at least 0: safer bins have more points."""
    assert all(column.weight >= 0 for column in card.columns)
    age = card.points().query("column == 'age' and attribute != '(missing)'")
    assert age["points"].corr(age["bad_rate"]) < -0.9


@pytest.mark.parametrize(
    ("value", "attribute"),
    [(-5.0, 0), (1e9, -3), (np.nan, -1)],
    ids=["below all", "above all", "missing"],
)
def test_every_number_has_a_bin(card, value, attribute):
    """Values beyond those of training count as the end of the range."""
    age = card.columns[0]
    place = age.bins(pd.Series([value]))[0]
    assert age.attributes[place] == age.attributes[attribute]


def test_attributes_are_told_apart():
    """Edges that differ in late digits are not rounded together."""
    frame = pd.DataFrame({"age": 1e6 + np.arange(400) / 100})
    table = Scorecard.fit(frame, (np.arange(400) % 3 == 0).astype(np.int8), [AGE]).points()
    assert table["attribute"].is_unique


def test_json_is_lossless(card):
    """A stored scorecard gives the same bits."""
    again = Scorecard.from_json(json.loads(json.dumps(card.to_json())))
    assert again == card
    frame, _ = applicants(100, seed=3)
    assert np.array_equal(again.predict(frame), card.predict(frame))


def test_information_value_knows_which_column_matters(card):
    """Noise is worth nothing."""
    frame, y = applicants()
    noise = frame.assign(noise=np.random.default_rng(5).normal(size=len(y)))
    values = Scorecard.fit(noise, y, [AGE, Column("noise", "number", "feature")]).information_values
    assert values["age"] > 0.3 > 0.03 > values["noise"]


def test_missing_everywhere_is_a_bin():
    """A column without a value gives one attribute and no error."""
    frame, y = applicants(300)
    fitted = Scorecard.fit(frame.assign(age=np.nan), y, [AGE, HOME])
    assert fitted.columns[0].attributes[0] == "any number"
    assert np.isfinite(fitted.predict(frame)).all()
