"""Conditions: which rows they mean, how they are said, and what they refuse."""

import numpy as np
import pandas as pd
import pytest

from core.data.conditions import Condition, possible_tests
from core.data.schema import Column, Schema
from core.errors import ConditionError

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


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Condition("home", "is", ()), "home: choose at least one value"),
        (lambda: Condition("age", "below"), "age: give the value"),
        (lambda: Condition("age", "like", "3"), "no test 'like'"),
        (lambda: Condition("gone", "missing").holds(FRAME), "no column 'gone'"),
        (lambda: Condition("home", "below", 3.0).holds(FRAME), "home holds str"),
    ],
)
def test_what_cannot_be_a_condition_is_refused(make, words):
    """The message names the field."""
    with pytest.raises(ConditionError, match=words):
        make()


def test_texts_are_chosen_and_numbers_bounded():
    """Every kind of column has tests, and only those that can hold."""
    assert possible_tests("category")[:2] == ("is", "is not")
    assert possible_tests("date")[:2] == ("at least", "below")
