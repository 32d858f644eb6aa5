"""core.data.allowed: what the dictionary allows, of one value and of a column."""

import json

import numpy as np
import pandas as pd
import pytest

from core.data.allowed import Allowed
from core.data.casting import cast
from core.data.schema import Column, Schema
from core.errors import SchemaError

SCHEMA = Schema(
    (
        Column("age", "number", "feature"),
        Column("home", "category", "feature"),
        Column("applied", "date", "date"),
    )
)
FRAME = cast(
    pd.DataFrame(
        {
            "age": [17, 18, 75, 76, -9, None],
            "home": ["own", "rent", "tent", None, "own", "1"],
            "applied": ["2019-12-31", "2020-01-01", "2020-06-30", "2021-01-01", None, None],
        }
    ),
    SCHEMA,
)


@pytest.mark.parametrize(
    ("column", "allowed", "outside"),
    [
        ("age", Allowed(), []),
        ("age", Allowed(18, 75), [0, 3, 4]),
        ("age", Allowed(18, 75, ("-9",)), [0, 3]),
        ("age", Allowed(low=18), [0, 4]),
        ("age", Allowed(values=("17", "18")), [2, 3, 4]),
        ("age", Allowed("2020-01-01"), []),
        ("home", Allowed(values=("own", "rent")), [2, 5]),
        ("home", Allowed(18.0, 75.0), []),
        ("applied", Allowed("2020-01-01", "2020-06-30"), [0, 3]),
    ],
)
def test_values_outside_are_found(column, allowed, outside):
    """Bounds belong to what is allowed; a list adds to them; blanks are never outside.

    A single value is judged as the column is.
    """
    series = FRAME[column]
    assert np.flatnonzero(allowed.outside(series)).tolist() == outside
    for place, value in enumerate(series):
        if not pd.isna(value):
            single = value.date().isoformat() if column == "applied" else value
            assert allowed.holds(single) == (place not in outside)


@pytest.mark.parametrize(
    ("allowed", "words"),
    [
        (Allowed(), ""),
        (Allowed(18, 75), "18 to 75 years"),
        (Allowed(low=18), "at least 18 years"),
        (Allowed(high=75, values=("-9",)), "at most 75 years, or -9"),
        (Allowed(values=tuple("abcdefghij")), "a, b, c, d, e, f, g, h or 2 more"),
    ],
)
def test_it_is_told_in_words(allowed, words):
    """The same words in forms, flags and findings."""
    assert allowed.words("years") == words


def test_it_survives_json():
    """As part of a stored schema."""
    for allowed in (Allowed(), Allowed(1.5, None, ("a",)), Allowed("2020-01-01")):
        assert Allowed.from_json(json.loads(json.dumps(allowed.to_json()))) == allowed


def test_a_range_that_turns_round_is_refused():
    """It would let nothing through."""
    with pytest.raises(SchemaError, match="begins at 75 and ends at 18"):
        Allowed(75, 18)
