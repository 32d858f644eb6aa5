"""Cohorts: who is in them, how they are said, and what they refuse."""

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.errors import CohortError
from core.explanation.cohort import Cohort, Condition, possible_tests, require_enough, to_json
from core.store.tables import SavedCohort

FRAME = pd.DataFrame(
    {
        "age": [20.0, 30.0, np.nan, 40.0],
        "home": pd.Series(["rent", "own", "rent", np.nan], dtype="str"),
        "seen": pd.to_datetime(["2024-01-01", "2024-06-01", None, "2025-01-01"]),
    }
)
SCHEMA = Schema(
    (
        Column("age", "number", "feature", label="Age", unit="years"),
        Column("home", "category", "protected", label="Home"),
        Column("seen", "date", "date", label="Seen"),
    )
)


@pytest.mark.parametrize(
    ("condition", "inside", "sentence"),
    [
        (Condition("age", "at least", 30.0), [0, 1, 0, 1], "Age is at least 30 years"),
        (Condition("age", "below", 30.0), [1, 0, 0, 0], "Age is below 30 years"),
        (Condition("age", "missing"), [0, 0, 1, 0], "Age is not given"),
        (Condition("home", "is", ("rent",)), [1, 0, 1, 0], "Home is rent"),
        (Condition("home", "is not", ("rent",)), [0, 1, 0, 0], "Home is not rent"),
        (Condition("home", "is", ("rent", "own")), [1, 1, 1, 0], "Home is rent or own"),
        (Condition("home", "given"), [1, 1, 1, 0], "Home is given"),
        (
            Condition("seen", "at least", "2024-06-01"),
            [0, 1, 0, 1],
            "Seen is on or after 2024-06-01",
        ),
        (Condition("seen", "below", "2024-06-01"), [1, 0, 0, 0], "Seen is before 2024-06-01"),
    ],
)
def test_a_condition_finds_its_rows_and_says_so(condition, inside, sentence):
    """Bounds are as the words say; a missing value passes no comparison."""
    assert condition.holds(FRAME).tolist() == [bool(each) for each in inside]
    assert condition.sentence(SCHEMA[condition.field]) == sentence
    assert Condition.from_json(condition.to_json()) == condition


def test_all_conditions_have_to_hold():
    """Conditions are joined by and, in the rows and in the words."""
    cohort = Cohort("", "x", (Condition("age", "below", 35.0), Condition("home", "is", ("rent",))))
    assert cohort.holds(FRAME).tolist() == [True, False, False, False]
    assert cohort.sentence(SCHEMA) == "Age is below 35 years and Home is rent"


def test_a_saved_cohort_comes_back():
    """The store holds plain data."""
    cohort = Cohort("coh_1", "Renters", (Condition("home", "is", ("rent", "own")),))
    record = SavedCohort(
        id="coh_1", source_id="s", name="Renters", conditions=to_json(cohort.conditions)
    )
    assert Cohort.saved(record) == cohort


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Condition("home", "is", ()), "home: choose at least one value"),
        (lambda: Condition("age", "below"), "age: give the value"),
        (lambda: Condition("age", "like", "3"), "no test 'like'"),
        (lambda: Cohort("", "All", ()), "at least one condition"),
        (lambda: Condition("gone", "missing").holds(FRAME), "no column 'gone'"),
        (lambda: Condition("home", "below", 3.0).holds(FRAME), "home holds str"),
    ],
)
def test_what_cannot_be_a_cohort_is_refused(make, words):
    """The message names the field."""
    with pytest.raises(CohortError, match=words):
        make()


def test_a_cohort_of_few_says_how_few():
    """Thirty applicants are enough; the message has n of N and what to do."""
    cohort = Cohort("", "Renters", (Condition("home", "given"),))
    require_enough(30, cohort, 891)
    with pytest.raises(CohortError, match=r"has 29 of these 891 applicants.*Choose a wider"):
        require_enough(29, cohort, 891)


def test_texts_are_chosen_and_numbers_bounded():
    """Every kind of column has tests, and only those that can hold."""
    assert possible_tests("category")[:2] == ("is", "is not")
    assert possible_tests("date")[:2] == ("at least", "below")
