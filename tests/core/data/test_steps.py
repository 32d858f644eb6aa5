"""Every step: what it does to a column, and its limits. Single rows: test_cleaning.py."""

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.data.step import listing, step_from_json
from core.data.steps import (
    STEPS,
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
from core.errors import CleaningError

NAN = np.nan
SCHEMA = Schema(
    (
        Column("status", "category", "outcome"),
        Column("income", "number", "feature", unit="thousands"),
        Column("debt", "number", "feature"),
        Column("home", "category", "feature"),
        Column("sex", "category", "protected"),
        Column("age", "number", "protected"),
        Column("born", "date", "ignore"),
        Column("applied", "date", "date"),
        Column("note", "text", "ignore"),
    ),
    "bad",
)
ALL_STEPS = [
    DropMissing(("income",)),
    DropDuplicates(("income", "home")),
    Impute(("income", "debt"), "median"),
    Impute(("home",), "most_frequent"),
    Impute(("home",), "constant", "rent"),
    Impute(("debt",), "constant", 0.0),
    SetType(("income",), "category"),
    CodesToMissing(("income", "home"), ("-9", "ignore")),
    Clip(("income",), 0.0, 100.0),
    MergeRare(("home",), 0.05),
    Standardise(("income",)),
    YearsBetween("age_then", "born", "applied"),
    Ratio("burden", "debt", "income"),
    Winsorise(("income",), 0.0, 0.95),
    Logarithm(("debt",)),
    Bin(("income",), 4),
    GroupCategories(("home",), ("rent", "parents"), "no owner"),
    NormaliseText(("note",), False),
    FilterRows("income", "at least", 10.0),
    FilterRows("home", "is", ("rent", "own")),
    ImputeByGroup(("income", "debt"), "home"),
    MissingFlags(("income",)),
    Rename("debt", "owed"),
    SetType(("born",), "date", "%d.%m.%Y"),
]


def column(*values):
    """Return texts as `str` and numbers as float64, missing where NaN."""
    texts = any(isinstance(value, str) for value in values)
    return pd.Series(values, dtype="str" if texts else "float64", name="x")


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (Impute(("x",), "median"), column(1, NAN, 3, 8), column(1, 3, 3, 8)),
        (Impute(("x",), "most_frequent"), column("a", NAN, "b", "b"), column("a", "b", "b", "b")),
        (Impute(("x",), "constant", "none"), column("a", NAN), column("a", "none")),
        (Impute(("x",), "constant", "0"), column(4, NAN), column(4, 0)),
        (CodesToMissing(("x",), ("-9", "96")), column(-9, 5, 96), column(NAN, 5, NAN)),
        (CodesToMissing(("x",), ("ignore",)), column("ignore", "rent"), column(NAN, "rent")),
        (Clip(("x",), 18.0, 110.0), column(5, 44, 144, NAN), column(18, 44, 110, NAN)),
        (Clip(("x",), None, 110.0, "missing"), column(5, 144, NAN), column(5, NAN, NAN)),
        (Clip(("x",), 0.0, None), column(-3, 5), column(0, 5)),
        (
            MergeRare(("x",), 0.3),
            column("a", "a", "b", "c", NAN, "a"),
            column("a", "a", "other", "other", NAN, "a"),
        ),
        (Standardise(("x",)), column(1, 3, NAN), column(-1, 1, NAN)),
        (Standardise(("x",)), column(5, 5), column(0, 0)),
        (SetType(("x",), "category"), column(1, NAN, 0.5), column("1", NAN, "0.5")),
        (SetType(("x",), "number"), column("1.5", "many", NAN), column(1.5, NAN, NAN)),
        (Winsorise(("x",), 0.25, 0.75), column(0, 4, 8, 12, 16, NAN), column(4, 4, 8, 12, 12, NAN)),
        (Winsorise(("x",), 0, 0.5), column(0, 4, 8), column(0, 4, 4)),
        (Logarithm(("x",)), column(np.e - 1, 0, 1 - np.e, NAN), column(1, 0, -1, NAN)),
        (
            Bin(("x",), 2),
            column(1, 2, 3, 10, NAN),
            column("up to 2.5", "up to 2.5", "over 2.5", "over 2.5", NAN),
        ),
        (Bin(("x",), 3), column(5, 5, 5, NAN), column("up to 5", "up to 5", "up to 5", NAN)),
        (
            GroupCategories(("x",), ("a", "b"), "a or b"),
            column("a", "c", NAN, "b"),
            column("a or b", "c", NAN, "a or b"),
        ),
        (
            NormaliseText(("x",)),
            column(" Rent", "rent ", "RENT", "own  house", "１２", " ", NAN),
            column("rent", "rent", "rent", "own house", "12", NAN, NAN),
        ),
        (NormaliseText(("x",), False), column(" Rent", "rent"), column("Rent", "rent")),
    ],
    ids=lambda value: value.title if hasattr(value, "title") and hasattr(value, "reads") else "",
)
def test_a_step_changes_a_column(step, before, after):
    """Values one can check by hand."""
    frame = before.to_frame()
    changed = step.apply(frame, step.learn(frame))["x"]
    pd.testing.assert_series_equal(changed, after)
    pd.testing.assert_series_equal(frame["x"], before)


def test_a_median_is_learnt_and_not_looked_up():
    """Rows seen later are filled with the median of the rows learnt from."""
    learnt = Impute(("x",)).learn(column(1, 2, 3).to_frame())
    assert learnt == {"x": 2.0}
    assert Impute(("x",)).apply(column(100, NAN).to_frame(), learnt)["x"].tolist() == [100, 2]


def test_a_category_never_seen_counts_as_rare():
    """Merging covers what turns up only when applicants are scored."""
    step = MergeRare(("x",), 0.1)
    learnt = step.learn(column("a", "a", "b").to_frame())
    assert step.apply(column("z").to_frame(), learnt)["x"].tolist() == ["other"]


@pytest.mark.parametrize(
    ("step", "kept"),
    [
        (DropMissing(("income",)), [True, False, True, True]),
        (DropMissing(("income", "home")), [True, False, False, True]),
        (DropDuplicates(("income", "home")), [True, True, True, False]),
        (DropDuplicates(("home",)), [True, True, True, False]),
        (FilterRows("income", "at least", 2.0), [False, False, True, False]),
        (FilterRows("home", "is not", ("b",)), [True, False, False, True]),
        (FilterRows("home", "missing"), [False, False, True, False]),
    ],
)
def test_rows_leave(step, kept):
    """Only rows that lack a named value, or repeat an earlier row, leave."""
    frame = pd.DataFrame({"income": [1, NAN, 2, 1], "home": ["a", "b", None, "a"]})
    assert step.keep(frame).tolist() == kept


def test_a_group_fills_its_own():
    """The group's median; for a group without one, a new one or none, the median of all."""
    frame = pd.DataFrame(
        {
            "x": [1.0, 3.0, NAN, 10.0, NAN, NAN, NAN],
            "g": pd.Series(["a", "a", "a", "b", "b", "c", None], dtype="str"),
        }
    )
    step = ImputeByGroup(("x",), "g")
    learnt = step.learn(frame)
    assert learnt == {"x": {"all": 3.0, "groups": {"a": 2.0, "b": 10.0}}}
    filled = step.apply(frame, learnt)["x"]
    assert filled.tolist() == [1.0, 3.0, 2.0, 10.0, 10.0, 3.0, 3.0]
    assert step.apply(frame[["x"]], learnt)["x"].tolist()[-1] == 3.0  # the group was not asked for


def test_flags_say_where_values_were_missing():
    """A column beside the other, for people and for models without flags of their own."""
    flagged = MissingFlags(("x",)).apply(column(1, NAN).to_frame(), {})
    assert flagged["x missing"].tolist() == ["no", "yes"]


def test_dates_are_read_as_they_are_said_to_be_written():
    """01/02/2024 is the second of January where the month comes first."""
    step = SetType(("x",), "date", "%m/%d/%Y")
    frame = column("01/02/2024", "nonsense").to_frame()
    read = step.apply(frame, step.learn(frame))["x"]
    assert read[0] == pd.Timestamp(2024, 1, 2)
    assert pd.isna(read[1])


def test_years_are_counted_from_date_to_date():
    """A span of 1,461 days is four years; a missing date gives none."""
    frame = pd.DataFrame(
        {
            "born": pd.to_datetime(["2000-01-01", None]).as_unit("us"),
            "applied": pd.to_datetime(["2004-01-01", "2004-01-01"]).as_unit("us"),
        }
    )
    years = YearsBetween("y", "born", "applied").apply(frame, {})["y"]
    np.testing.assert_array_equal(years, [4.0, NAN])


def test_a_ratio_by_zero_is_missing():
    """Division by 0, or by nothing, gives nothing and no infinity."""
    frame = pd.DataFrame({"debt": [1.0, 1.0, NAN], "income": [4.0, 0.0, 2.0]})
    ratio = Ratio("burden", "debt", "income").apply(frame, {})["burden"]
    np.testing.assert_array_equal(ratio, [0.25, NAN, NAN])


@pytest.mark.parametrize(
    ("step", "column", "expected"),
    [
        (Ratio("burden", "debt", "income"), "burden", ("number", "feature", "")),
        (Ratio("burden", "debt", "age"), "burden", ("number", "protected", "")),
        (YearsBetween("years", "born", "applied"), "years", ("number", "feature", "years")),
        (SetType(("income",), "category"), "income", ("category", "feature", "thousands")),
        (SetType(("income",), "text"), "income", ("text", "ignore", "thousands")),
        (SetType(("applied",), "category"), "applied", ("category", "ignore", "")),
        (Standardise(("income",)), "income", ("number", "feature", "standard deviations")),
        (Logarithm(("income",)), "income", ("number", "feature", "ln(1 + x)")),
        (Bin(("age",)), "age", ("category", "protected", "")),
        (MissingFlags(("age",)), "age missing", ("category", "protected", "")),
        (MissingFlags(("income",)), "income missing", ("category", "feature", "")),
        (Rename("age", "years"), "years", ("number", "protected", "")),
    ],
)
def test_the_schema_follows(step, column, expected):
    """What is made from a protected column stays protected; dates and text are no features."""
    after = step.schema(SCHEMA)[column]
    assert (after.kind, after.role, after.unit) == expected


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            Impute(
                (),
            ),
            "choose at least one column",
        ),
        (Impute(("home",), "median"), "'home' is a category, which has no median"),
        (Impute(("home", "income"), "constant", "rent"), "'income' holds numbers, and 'rent'"),
        (Impute(("income",), "constant", None), "say which value"),
        (Impute(("born",), "most_frequent"), "a date is not filled in"),
        (Impute(("status",), "most_frequent"), "'status' is the outcome"),
        (MergeRare(("status",), 0.1), "'status' is the outcome"),
        (MergeRare(("income",), 0.1), "needs a category, but 'income' is a number"),
        (MergeRare(("home",), 1.5), "between 0 and 1, not 1.5"),
        (CodesToMissing(("home",), ()), "say which values"),
        (Clip(("income",)), "give a lowest or a highest"),
        (Clip(("income",), 5.0, 2.0), "lowest value 5 should be below the highest, 2"),
        (Clip(("home",), 5.0), "needs a number, but 'home' is a category"),
        (Standardise(("wealth",)), "there is no column 'wealth'"),
        (Ratio("debt", "debt", "income"), "already a column 'debt'"),
        (Ratio(" ", "debt", "income"), "give the new column a name"),
        (Ratio("r", "debt", "debt"), "two different columns"),
        (YearsBetween("y", "born", "income"), "needs a date, but 'income' is a number"),
        (Winsorise(("income",), 0.6, 0.4), "two shares such as 0.01 and 0.99, not 0.6 and 0.4"),
        (Winsorise(("income",), 0, 1), "two shares"),
        (Bin(("income",), 1), "choose 2 to 50 ranges, not 1"),
        (GroupCategories(("home",), (), "x"), "choose the values"),
        (GroupCategories(("home",), ("rent",), " "), "give the group a name"),
        (NormaliseText(("income",)), "'income' is a number and holds no text"),
        (FilterRows("income", "is", ("3",)), "'income' is a number, for which there are the tests"),
        (Rename("debt", "income"), "already a column 'income'"),
        (ImputeByGroup(("income",), "debt"), "'debt' is a number"),
        (ImputeByGroup(("home",), "sex"), "'home' is a category; this fills number columns"),
        (ImputeByGroup(("home",), "home", "most_frequent"), "by its own groups"),
        (ImputeByGroup((), "home"), "choose at least one column"),
    ],
)
def test_a_step_that_cannot_work_says_why(step, words):
    """The message names step, column and remedy."""
    with pytest.raises(CleaningError, match=words):
        step.check(SCHEMA)


@pytest.mark.parametrize(
    "step",
    [
        Impute(("x",)),
        Impute(("x",), "most_frequent"),
        Standardise(("x",)),
        Winsorise(("x",)),
        Bin(("x",)),
        ImputeByGroup(("x",), "x"),
    ],
)
def test_nothing_is_learnt_from_nothing(step):
    """A column without a value cannot teach a median."""
    with pytest.raises(CleaningError, match="'x' has no value to learn from"):
        step.learn(column(NAN, NAN).to_frame())


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: step.title)
def test_a_step_survives_json(step):
    """What the store keeps is the same step again."""
    assert step_from_json(step.to_json()) == step


def test_every_kind_of_step_is_tried_here():
    """A new step has to join the lists of these tests."""
    assert {step.kind for step in ALL_STEPS} == set(STEPS)


@pytest.mark.parametrize(
    "data",
    [
        {"step": "explode"},
        {"step": "clip", "columns": ["x"], "colour": 1},
        {"step": "clip"},
        {"step": "clip", "columns": ["x"], "low": "many"},
        {"step": "clip", "columns": ["x"], "low": 0, "outside": "elsewhere"},
        {"step": "clip", "columns": "income", "low": 0},
        {"step": "bin", "columns": ["x"], "bins": [3]},
        {"step": "rename", "column": 1, "name": "x"},
        {"step": "impute", "columns": [None]},
        {"step": ["clip"]},
        {},
        "clip",
    ],
)
def test_an_unknown_step_is_refused(data):
    """A recipe from elsewhere cannot name code to run."""
    with pytest.raises(CleaningError, match="cannot be read"):
        step_from_json(data)


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_names_are_listed_as_people_do(names, text):
    """Commas, then a word."""
    assert listing(names) == text
