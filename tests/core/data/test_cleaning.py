import json
import math
import time

import numpy as np
import pandas as pd
import pytest

from core.data.casting import cast
from core.data.cleaning import FittedRecipe, Recipe, surviving_rows
from core.data.replay import preview, replay
from core.data.schema import Column, Schema
from core.data.steps import (
    Bin,
    Clip,
    CodesToMissing,
    DropDuplicates,
    DropMissing,
    FilterRows,
    GroupCategories,
    Impute,
    ImputeByGroup,
    Logarithm,
    MergeRare,
    MissingFlags,
    NormaliseText,
    Ratio,
    Rename,
    SetType,
    Standardise,
    Winsorise,
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


OTHER_STEPS = Recipe(
    (
        MissingFlags(("debt",)),
        FilterRows("income", "given"),
        NormaliseText(("home",)),
        GroupCategories(("home",), ("rent", "ignore"), "no owner"),
        ImputeByGroup(("debt",), "home"),
        Winsorise(("income",), 0.1, 0.9),
        Logarithm(("income",)),
        Bin(("debt",), 2),
        Rename("zip", "region"),
        SetType(("applied",), "date", "%Y-%m-%d"),
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
@pytest.mark.parametrize("recipe", [RECIPE, OTHER_STEPS], ids=["first", "other"])
def test_one_row_is_cleaned_as_a_frame_is(recipe, stored):
    """`transform_row` gives the values of `transform`, to the bit, also after a round trip."""
    fitted = recipe.fit(FRAME, SCHEMA)
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
@pytest.mark.parametrize("recipe", [RECIPE, OTHER_STEPS], ids=["first", "other"])
def test_raw_fields_of_one_applicant_are_cleaned_as_a_frame_is(recipe, values):
    """Texts, blanks, odd and absent fields as they come over REST give the same either way."""
    fitted = recipe.fit(FRAME, SCHEMA)
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


def test_what_groups_and_flags_are_made_from_is_asked_for():
    """A filled column needs its groups, a flag its column, a new name the old one."""
    fitted = OTHER_STEPS.fit(FRAME, SCHEMA)
    assert fitted.inputs_for(["debt"]) == ["debt", "home"]
    assert fitted.inputs_for(["debt missing"]) == ["debt"]
    assert fitted.inputs_for(["region"]) == ["zip"]


def test_recipes_grow_and_shrink():
    """Adding and removing undo each other, and a recipe survives JSON with what is off."""
    step = DropMissing(("debt",))
    grown = RECIPE.then(step)
    assert grown.steps[-1] == step
    assert grown.without(len(RECIPE.steps)) == RECIPE
    half = RECIPE.switched(2).switched(5)
    assert Recipe.from_json(json.loads(json.dumps(half.to_json()))) == half


def test_a_step_that_is_off_does_nothing():
    """It stays in the list, and comes back when it is switched on."""
    recipe = Recipe((Impute(("debt",)), DropMissing(("debt",))))
    assert recipe.switched(0).active == (DropMissing(("debt",)),)
    assert recipe.switched(0).fit(FRAME, SCHEMA).apply(FRAME).shape[0] == 4
    assert recipe.switched(0).switched(0) == recipe


def test_steps_change_places_with_what_is_off():
    """A step moves to a new place and keeps its switch; moving back undoes it."""
    a, b, c = DropMissing(("debt",)), Impute(("debt",)), Standardise(("debt",))
    recipe = Recipe((a, b, c)).switched(0)
    moved = recipe.moved(0, 2)
    assert (moved.steps, moved.off) == ((b, c, a), {2})
    assert moved.moved(2, -2) == recipe
    assert recipe.without(1).off == {0}


def test_what_does_not_fit_another_file_is_switched_off():
    """And so is what depends on it; each says why."""
    schema = Schema(tuple(column for column in SCHEMA.columns if column.name != "income"), "bad")
    recipe = Recipe(
        (Impute(("debt",)), Ratio("burden", "debt", "income"), DropMissing(("burden",)))
    )
    fitted, problems = recipe.fitted_to(schema)
    assert fitted.active == (Impute(("debt",)),)
    assert ["'income'" in problems[0], "'burden'" in problems[1]] == [True, True]
    assert recipe.fitted_to(SCHEMA) == (recipe, ())


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
