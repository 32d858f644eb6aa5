"""What moves the challengers: against their own predictions, and against the definition."""

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.explanation.challenger_figures import (
    ChallengerFigures,
    agreement,
    differences,
    finding,
    ranks,
)
from core.explanation.challengers import explain_challengers, shap_values
from core.model.challengers import Challenger, fit_challengers

COLUMNS = (
    Column("age", "number", "feature"),
    Column("noise", "number", "feature"),
    Column("home", "category", "feature"),
)


@pytest.fixture(scope="module")
def frame():
    """Four hundred applicants, some without an age."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": np.where(random.random(400) < 0.1, np.nan, random.normal(40, 10, 400)),
            "noise": random.normal(size=400),
            "home": pd.Series(random.choice(["rent", "own"], 400), dtype="str"),
        }
    )


@pytest.fixture(scope="module")
def fitted(frame):
    """The challengers where renters are bad, and the young a little."""
    random = np.random.default_rng(1)
    risk = 2.0 * (frame["home"] == "rent") - 0.05 * (frame["age"].fillna(40) - 40) - 1
    y = (random.random(400) < 1 / (1 + np.exp(-risk))).astype(np.int8)
    found = fit_challengers(frame, y, COLUMNS, np.arange(400) % 4 == 0)
    return tuple(each for each in found if each.key in ("logistic", "scorecard", "trees"))


def log_odds(challenger, rows):
    """Return what a challenger says, in log-odds."""
    pd_hat = challenger.predict(rows)
    return np.log(pd_hat / (1 - pd_hat))


def test_values_add_up_to_what_each_challenger_says(fitted, frame):
    """The base is the mean of the reference, and the fields' values lead to the prediction."""
    rows, reference = frame.iloc[:50], frame.iloc[100:160]
    for challenger in fitted:
        values, base = shap_values(challenger.model, rows, reference)
        assert list(values.columns) != []
        assert set(values.columns) == {"age", "noise", "home"}
        assert base == pytest.approx(log_odds(challenger, reference).mean(), abs=1e-5)
        summed = base + values.sum(axis=1).to_numpy()
        assert summed == pytest.approx(log_odds(challenger, rows), abs=1e-5)


@pytest.mark.parametrize("key", ["lightgbm", "xgboost", "catboost"])
@pytest.mark.parametrize("kinds", [("number", "category"), ("number",)])
def test_libraries_are_explained_on_the_raw_columns(frame, key, kinds):
    """Values add up in log-odds, one a field; what they begin at is said."""
    pytest.importorskip(key)
    columns = tuple(column for column in COLUMNS if column.kind in kinds)
    y = (frame["home"] == "rent") ^ (frame["age"].fillna(60) > 50)
    found = fit_challengers(frame, y.to_numpy(np.int8), columns, np.arange(400) % 4 == 0)
    (challenger,) = (each for each in found if each.key == key)
    rows, reference = frame.iloc[:60], frame.iloc[100:160]
    values, base = shap_values(challenger.model, rows, reference)
    assert set(values.columns) == {column.name for column in columns}
    summed = base + values.sum(axis=1).to_numpy()
    assert summed == pytest.approx(log_odds(challenger, rows), abs=1e-4)
    figures = explain_challengers([challenger], rows, reference)
    against = figures.about[key]["compared_with"]
    assert against == (
        "population" if "category" not in kinds and key != "catboost" else "training"
    )
    if against == "population":
        assert base == pytest.approx(log_odds(challenger, reference).mean(), abs=1e-4)
    assert figures.left_out == {}


def test_linear_values_are_those_of_the_definition(fitted, frame):
    """In a sum of fields, switching one field to the reference's values changes it by its value."""
    (logistic,) = (each for each in fitted if each.key == "logistic")
    row, reference = frame.iloc[[3]], frame.iloc[100:130]
    values, _ = shap_values(logistic.model, row, reference)
    switched = pd.concat([row] * 30).assign(home=reference["home"].to_numpy())
    change = log_odds(logistic, row)[0] - log_odds(logistic, switched).mean()
    assert values["home"].iloc[0] == pytest.approx(change, abs=1e-5)


def test_what_matters_is_ranked_and_the_rest_is_named(fitted, frame):
    """Home comes first for all; a model that SHAP cannot take is said to be left out."""

    class Oracle:
        def predict(self, rows):
            return np.full(len(rows), 0.5)

    models = (*fitted, Challenger("xgboost", Oracle()))
    said = []
    found = explain_challengers(models, frame.iloc[:80], frame.iloc[100:150], said.append)
    firsts = found.importance.query("rank == 1")
    assert list(firsts["model"]) == ["logistic", "scorecard", "trees"]
    assert set(firsts["field"]) == {"home"}
    assert found.importance.groupby("model")["share"].sum().tolist() == pytest.approx([1] * 3)
    assert list(found.left_out) == ["XGBoost"]
    assert said == ["Logistic regression", "Scorecard", "Boosted trees", "XGBoost"]
    assert max(each["gap"] for each in found.about.values()) < 1e-5
    assert found.about["trees"]["explainer"] == "TreeExplainer"
    assert {each["compared_with"] for each in found.about.values()} == {"population"}


def test_files_bring_the_figures_back(fitted, frame):
    """Numbers, explainers and who was left out survive."""
    found = explain_challengers(fitted, frame.iloc[:9], frame.iloc[100:120])
    after = ChallengerFigures.from_files(found.to_files().__getitem__)
    assert after.importance.equals(found.importance)
    assert (after.about, after.left_out, after.rows) == (found.about, {}, 9)


def compared(**orders):
    """Return ranks of fields a, b, c … by model, the network's first."""
    network = pd.DataFrame(
        {"field": list(orders["network"]), "label": [f.upper() for f in orders.pop("network")]}
    ).assign(share=0.1, log_odds=0.1, low=0.1, high=0.1)
    importance = pd.concat(
        pd.DataFrame(
            {"field": list(order), "rank": range(1, len(order) + 1), "model": key, "name": key}
        ).assign(share=0.1, log_odds=0.1, low=0.1, high=0.1)
        for key, order in orders.items()
    )
    return ranks(ChallengerFigures(importance, {}, {}, 100), network)


def test_agreement_is_said_in_words():
    """Who comes first for whom, and how many of the weightiest are common."""
    same = compared(network="abcdef", trees="abcdef", card="abcdfe")
    assert finding(same) == (
        "All models call A the weightiest field; 4 to 5 of the network's 5 weightiest are theirs "
        "too"
    )
    assert agreement(same)["correlation"].tolist() == pytest.approx([1, 1 - 6 * 2 / (6 * 35)])
    assert differences(same) == []


def test_disagreement_names_the_field():
    """The field whose ranks are furthest apart, where that is three ranks or more."""
    other = compared(network="abcdef", trees="fbcdea", card="abcdef")
    assert finding(other).startswith("First for the network is A; for trees it is F; 4 to 5 of the")
    assert differences(other) == ["trees ranks A 6th, the network 1st."]
