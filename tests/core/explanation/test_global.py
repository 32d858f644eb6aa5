"""Many explanations together: importance, direction, partners, files."""

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.explanation.dots import beeswarm, dependence
from core.explanation.global_ import (
    Explained,
    collect,
    importance,
    in_chunks,
    in_random_order,
    partner,
)
from core.explanation.shapley import Explainer
from core.explanation.words import dependence as dependence_words
from core.explanation.words import directions, furthest, headline

SCHEMA = Schema(
    (
        Column("age", "number", "feature", label="Age"),
        Column("debt", "number", "feature", label="Debt"),
        Column("home", "category", "feature", label="Home"),
    )
)


def explained(values, features, base=0.0):
    """Return a set with these effects."""
    values = pd.DataFrame(values, columns=SCHEMA.names[: np.shape(values)[1]], dtype=float)
    scores = pd.DataFrame({"log_odds": base + values.sum(axis=1), "gap": 0.0, "error": 0.0})
    return Explained(values, features, scores, base)


@pytest.fixture
def small():
    """Four applicants; age lowers the risk, debt raises it, home does nothing."""
    features = pd.DataFrame(
        {
            "age": [20.0, 30.0, 40.0, np.nan],
            "debt": [1.0, 2.0, 3.0, 4.0],
            "home": pd.Series(["own", "rent", "own", np.nan], dtype="str"),
        }
    )
    return explained([[2, -1, 0], [0, -0.5, 0], [-2, 0.5, 0], [0, 1, 0]], features)


def test_importance_is_the_mean_size_of_effects(small):
    """The weightiest first, with shares, an interval and a direction."""
    frame = importance(small, SCHEMA)
    assert list(frame["field"]) == ["age", "debt", "home"]
    assert frame["log_odds"].tolist() == [1.0, 0.75, 0.0]
    assert frame["share"].tolist() == pytest.approx([4 / 7, 3 / 7, 0])
    assert frame["direction"].tolist() == ["lowers", "raises", ""]
    assert (frame["low"] <= frame["log_odds"]).all()
    assert frame.loc[0, "high"] == pytest.approx(1 + 1.96 * np.std([2, 0, 2, 0], ddof=1) / 2)


def test_words_say_what_the_figures_say(small):
    """Headline and directions name the fields that move the risk, and no others."""
    frame = importance(small, SCHEMA)
    assert headline(frame) == "Age and Debt move the risk most: 100\xa0% of the total effect."
    assert directions(frame) == "Higher Age lowers the risk. Higher Debt raises the risk."
    assert furthest(small, SCHEMA) == "Age reaches furthest: −2.00 to +2.00 log-odds"
    assert dependence_words(small, SCHEMA["age"]) == "Higher Age lowers the risk"
    assert dependence_words(small, SCHEMA["home"]) == "Home hardly moves the risk"
    homes = explained([[0, 0, 2], [0, 0, -1], [0, 0, 1], [0, 0, 0]], small.features)
    assert (
        dependence_words(homes, SCHEMA["home"])
        == "Home “own” raises the risk most, “rent” the least"
    )


def test_a_model_that_says_the_same_of_everybody_has_a_headline():
    """No movement is said, not divided by."""
    still = explained(np.zeros((2, 1)), pd.DataFrame({"age": [1.0, 2.0]}))
    assert headline(importance(still, SCHEMA)).startswith("No field moves the risk")


def test_the_partner_is_the_field_that_explains_the_spread():
    """Age weighs 1 or -1 by home alone, so home and not the unrelated debt is its partner."""
    random = np.random.default_rng(0)
    features = pd.DataFrame(
        {
            "age": random.integers(20, 60, 400).astype(float),
            "debt": random.normal(size=400),
            "home": pd.Series(random.choice(["own", "rent"], 400), dtype="str"),
        }
    )
    effect = np.where(features["home"] == "own", 1.0, -1.0) * (features["age"] - 40)
    found = explained(np.column_stack([effect, np.zeros(400), np.zeros(400)]), features)
    assert partner(found, "age") == "home"
    assert partner(found, "debt") is None


def test_rows_are_explained_one_by_one(model):
    """A set holds the very numbers each row gets alone, and counts while it works."""
    explainer, seen = Explainer(model, model.frame.iloc[20:30]), []
    rows = model.frame.iloc[[7, 2]]
    found = collect(explainer.explain_rows(rows), rows, explainer.base, seen.append)
    assert seen == [1, 2]
    assert list(found.values.index) == [7, 2]
    alone = explainer.explain(model.frame.iloc[[2]])
    assert found.values.loc[2].to_numpy().tobytes() == alone.values.tobytes()
    assert found.scores.loc[2, "log_odds"] == alone.log_odds
    assert found.largest_gap <= 1e-9


def test_files_bring_a_set_back(small):
    """Values, features, scores and base survive."""
    after = Explained.from_files(small.to_files().__getitem__)
    for name in ("values", "features", "scores"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(small, name))
    assert after.base == small.base


def test_parts_join_to_the_whole(small):
    """Chunks that were stored one by one make the set that was explained at once."""
    whole = Explained.join([small, small])
    assert len(whole) == 8
    assert list(whole.features.index) == [0, 1, 2, 3] * 2


def test_any_beginning_of_the_order_is_a_random_sample():
    """The order is shuffled, the same each time, and loses nobody."""
    rows = pd.Index(range(100))
    order = in_random_order(rows)
    assert list(order) != list(rows)
    assert sorted(order) == list(rows)
    assert list(order) == list(in_random_order(rows))
    assert [len(chunk) for chunk in in_chunks(order, 40)] == [40, 40, 20]


def test_few_applicants_have_a_dot_each(small):
    """Each stands in the line of every field, with its value and rank."""
    frame = beeswarm(small, SCHEMA, SCHEMA.names)
    assert frame["row"].tolist() == [0, 1, 2, 3] * 3
    assert frame["line"].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert frame["value"].tolist()[:5] == ["20", "30", "40", "not given", "1"]
    assert frame["rank"].tolist()[:3] == [0, 0.5, 1]
    assert frame["rank"][8:].isna().all()
    assert (frame["applicants"] == 1).all()
    assert frame["offset"].between(-0.5, 0.5).all()


def test_many_applicants_share_dots_and_nobody_is_left_out():
    """Two thousand in a few hundred dots: all are counted, means stay, values lie together."""
    random = np.random.default_rng(0)
    features = pd.DataFrame(
        {
            "age": random.integers(20, 60, 2000).astype(float),
            "debt": np.where(random.random(2000) < 0.1, np.nan, random.normal(size=2000)),
            "home": pd.Series(random.choice(["own", "rent"], 2000), dtype="str"),
        }
    )
    many = explained(random.normal(size=(2000, 3)), features)
    frame = beeswarm(many, SCHEMA, SCHEMA.names, most=1000)
    assert len(frame) < 1500
    for line, name in enumerate(SCHEMA.names):
        mine = frame[frame["line"] == line]
        assert mine["applicants"].sum() == 2000
        mean = np.average(mine["log_odds"], weights=mine["applicants"])
        assert mean == pytest.approx(many.values[name].mean())
        assert mine["offset"].between(-0.5, 0.5).all()
        assert mine["log_odds"].between(many.values[name].min(), many.values[name].max()).all()
    shared = frame[(frame["line"] == 0) & (frame["applicants"] > 1)]
    assert shared["value"].str.contains(" to ").any()
    assert frame["applicants"].max() > 1


def test_a_field_that_moves_nobody_is_one_pile():
    """Equal effects fall into one bin, which is as high as a line."""
    still = explained(np.zeros((900, 1)), pd.DataFrame({"age": np.arange(900.0)}))
    frame = beeswarm(still, SCHEMA, ["age"], most=100)
    assert len(frame) == 9
    assert frame["offset"].tolist() == pytest.approx(np.linspace(-0.5, 0.5, 9))
    assert frame["value"].iloc[0] == "0 to 99"


def test_a_missing_number_has_no_place_on_its_axis(small):
    """It is left out over numbers, and named over categories."""
    assert len(dependence(small, SCHEMA, "age", "home")) == 3
    assert dependence(small, SCHEMA, "home", "age")["place"].tolist()[-1] == "not given"
    assert dependence(small, SCHEMA, "debt", "age")["other_value"].tolist()[-1] == "Age: not given"
