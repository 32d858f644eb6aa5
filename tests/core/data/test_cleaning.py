import json
import math
import time

import numpy as np
import pandas as pd
import pytest

from core.data.casting import cast
from core.data.cleaning import FittedRecipe, Recipe, preview, replay, surviving_rows
from core.data.schema import Column, Schema
from core.data.steps import (
    Clip,
    CodesToMissing,
    DropDuplicates,
    DropMissing,
    Impute,
    MergeRare,
    Ratio,
    SetType,
    Standardise,
    YearsBetween,
)
from core.errors import CleaningError, SchemaError

NAN = np.nan
SCHEMA = Schema(
    (
        Column("status", "category", "outcome"),
        Column("income", "number", "feature"),
        Column("debt", "number", "feature"),
        Column("home", "category", "feature"),
        Column("zip", "category", "feature"),
        Column("born", "date", "ignore"),
        Column("applied", "text", "ignore"),
    ),
    "bad",
)
FRAME = cast(
    pd.DataFrame(
        {
            "status": ["good", "bad", "good", "good", "bad", "good"],
            "income": [10.0, NAN, 30.0, 30.0, 9999999.0, 0.0],
            "debt": [1.0, 2.0, NAN, NAN, 4.0, 5.0],
            "home": ["rent", "own", "own", "own", "ignore", None],
            "zip": ["7", "8", "9", "9", "x", None],
            "born": ["1980-02-29", "1990-01-01", None, None, "2000-12-31", "1970-06-15"],
            "applied": ["2020-01-01", "2021-07-15", "2022-01-01", "2022-01-01", None, "2019-03-03"],
        }
    ),
    SCHEMA,
)
RECIPE = Recipe(
    (
        DropDuplicates(tuple(SCHEMA.names)),
        CodesToMissing(("income", "home"), ("9999999", "ignore")),
        Clip(("income",), 5.0, 500.0),
        Impute(("debt",), "median"),
        Impute(("home",), "most_frequent"),
        SetType(("zip",), "number"),
        SetType(("applied",), "date"),
        MergeRare(("home",), 0.3),
        YearsBetween("age", "born", "applied"),
        Ratio("burden", "debt", "income"),
        Standardise(("income",)),
        DropMissing(("burden",)),
    )
)


def test_rows_keep_their_label():
    """A row of the cleaned frame can be found in the file."""
    cleaned = RECIPE.fit(FRAME, SCHEMA).apply(FRAME)
    assert list(cleaned.index) == [0, 2, 5]
    assert list(surviving_rows(RECIPE, FRAME, SCHEMA)) == [0, 2, 5]
    assert list(cleaned.columns) == RECIPE.schema(SCHEMA).names


def test_transform_never_drops_an_applicant():
    """Dropping concerns training data alone."""
    assert len(RECIPE.fit(FRAME, SCHEMA).transform(FRAME)) == len(FRAME)


def test_only_the_given_rows_teach():
    """The median of the training rows is used, whatever the test rows hold."""
    recipe = Recipe((Impute(("debt",)),))
    fitted = recipe.fit(FRAME, SCHEMA, rows=pd.Index([0, 1]))
    assert fitted.learnt == ({"debt": 1.5},)
    assert fitted.apply(FRAME)["debt"].tolist() == [1.0, 2.0, 1.5, 1.5, 4.0, 5.0]


def test_later_steps_learn_from_what_earlier_ones_made():
    """The mean is taken after the special code was removed."""
    recipe = Recipe((CodesToMissing(("income",), ("9999999",)), Standardise(("income",))))
    mean, _ = recipe.fit(FRAME, SCHEMA).learnt[1]["income"]
    assert mean == pytest.approx(17.5)


def as_frame(rows, like):
    """Return rows of `transform_row` as a frame with the columns and types of another."""
    return pd.DataFrame(rows, columns=list(like.columns), index=like.index).astype(like.dtypes)


@pytest.mark.parametrize("stored", [False, True])
def test_one_row_is_cleaned_as_a_frame_is(stored):
    """`transform_row` gives the values of `transform`, to the bit, also after a round trip."""
    fitted = RECIPE.fit(FRAME, SCHEMA)
    if stored:
        fitted = FittedRecipe.from_json(json.loads(json.dumps(fitted.to_json())))
    expected = fitted.transform(FRAME)
    rows = [fitted.transform_row(values) for values in FRAME.to_dict("records")]
    pd.testing.assert_frame_equal(as_frame(rows, expected), expected, check_exact=True)


@pytest.mark.parametrize(
    "values",
    [
        {"income": "12", "debt": None, "home": "castle", "zip": 7},
        {"income": math.inf, "debt": "", "home": "", "zip": None},
        {"income": 0, "debt": True, "home": math.nan, "applied": "2020-02-29", "born": None},
        {"income": -5, "debt": 3.0, "applied": "nonsense", "born": "2001-01-01"},
        {"home": "own"},
        {},
    ],
)
def test_raw_fields_of_one_applicant_are_cleaned_as_a_frame_is(values):
    """Texts, blanks, odd and absent fields as they come over REST give the same either way."""
    fitted = RECIPE.fit(FRAME, SCHEMA)
    expected = fitted.transform(pd.DataFrame([values], dtype=object))
    row = fitted.transform_row(values)
    assert set(row) == set(expected.columns)
    pd.testing.assert_frame_equal(as_frame([row], expected), expected, check_exact=True)


def test_one_row_is_quick():
    """A REST answer spends well below a millisecond on cleaning."""
    fitted = RECIPE.fit(FRAME, SCHEMA)
    values = FRAME.to_dict("records")[0]
    spent = []
    for _ in range(200):
        start = time.perf_counter()
        fitted.transform_row(values)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.001


def test_a_field_that_cannot_be_read_is_refused():
    """A word where a number belongs is named, not guessed."""
    fitted = RECIPE.fit(FRAME, SCHEMA)
    with pytest.raises(SchemaError, match="many"):
        fitted.transform_row({"income": "many"})
    with pytest.raises(SchemaError, match="many"):
        fitted.transform(pd.DataFrame({"income": ["many"]}))


@pytest.mark.parametrize(
    ("features", "inputs"),
    [
        (["debt"], ["debt"]),
        (["burden"], ["income", "debt"]),
        (["age", "home"], ["home", "born", "applied"]),
        (["income"], ["income"]),
        ([], []),
    ],
)
def test_a_form_asks_only_for_what_features_are_made_from(features, inputs):
    """Derived columns are traced back to the columns of the file."""
    assert RECIPE.fit(FRAME, SCHEMA).inputs_for(features) == inputs


def test_a_derived_column_of_a_derived_column_is_traced():
    """Two ratios in a row lead back to three columns."""
    recipe = Recipe(
        (Ratio("a", "debt", "income"), SetType(("zip",), "number"), Ratio("b", "a", "zip"))
    )
    assert recipe.fit(FRAME, SCHEMA).inputs_for(["b"]) == ["income", "debt", "zip"]


def test_features_that_need_absent_columns_are_skipped():
    """Scoring may leave out what its features do not need."""
    cleaned = RECIPE.fit(FRAME, SCHEMA).transform(FRAME[["debt", "home"]])
    assert list(cleaned.columns) == ["debt", "home"]


def test_recipes_grow_and_shrink():
    """`then` and `without_last` undo each other and leave the recipe alone."""
    step = DropMissing(("debt",))
    assert RECIPE.then(step).without_last() == RECIPE
    assert RECIPE.then(step).steps[-1] == step
    assert Recipe.from_json(RECIPE.to_json()) == RECIPE


def test_a_step_without_its_column_is_refused():
    """Removing the step that made a column is noticed by the step that uses it."""
    with pytest.raises(CleaningError, match="no column 'burden' at this point"):
        Recipe((DropMissing(("burden",)),)).fit(FRAME, SCHEMA)


@pytest.mark.parametrize(
    ("step", "rows", "cells", "dropped"),
    [
        (Impute(("debt",)), 2, 2, 0),
        (Impute(("debt", "income")), 3, 3, 0),
        (CodesToMissing(("home",), ("ignore",)), 1, 1, 0),
        (DropDuplicates(tuple(SCHEMA.names)), 0, 0, 1),
        (DropMissing(("home",)), 0, 0, 1),
        (Ratio("burden", "debt", "income"), 2, 2, 0),
        (SetType(("zip",), "number"), 5, 5, 0),
        (Clip(("income",), -1.0), 0, 0, 0),
    ],
)
def test_a_preview_counts_what_a_step_touches(step, rows, cells, dropped):
    """Rows and cells changed, or rows that would leave."""
    seen = preview(Recipe(), step, FRAME, SCHEMA)
    assert (seen.rows_touched, seen.cells_touched, seen.rows_dropped) == (rows, cells, dropped)


def test_a_preview_shows_touched_rows_before_and_after():
    """The example holds the rows concerned and the columns concerned."""
    seen = preview(Recipe(), Impute(("debt",)), FRAME, SCHEMA)
    assert seen.before.index.tolist() == [2, 3]
    assert seen.after["debt"].tolist() == [3.0, 3.0]
    assert list(seen.before) == ["debt"]


def test_a_replay_is_what_fitting_on_all_rows_gives():
    """The page shows the data set that will be saved."""
    played = replay(RECIPE, FRAME, SCHEMA)
    pd.testing.assert_frame_equal(played.frame, RECIPE.fit(FRAME, SCHEMA).apply(FRAME))
    assert played.schema == RECIPE.schema(SCHEMA)
    assert played.previews[0].rows_dropped == 1
