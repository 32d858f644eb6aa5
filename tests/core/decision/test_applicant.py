import math

import pandas as pd
import pytest

from core.data.allowed import Allowed
from core.data.fields import Field
from core.decision.applicant import flag, from_row, read
from core.errors import FieldProblem, InputError

FIELDS = (
    Field("Age", "Age", "number", "years", low=18.0, high=68.0, whole=True),
    Field("Income", "Income", "number", low=0.0, high=1000.0, can_be_missing=True),
    Field("Home", "Home", "category", categories=("owner", "rent")),
    Field("Since", "Customer since", "date", low="2001-05-01", high="2020-12-31"),
)
GOOD = {"Age": 40, "Income": 120.5, "Home": "rent", "Since": "2010-01-31"}


def problems(applicant: object, row: int = 0) -> list[FieldProblem]:
    """Return what is refused about an applicant."""
    with pytest.raises(InputError) as caught:
        read(FIELDS, applicant, row)
    return caught.value.problems


def test_values_come_back_in_the_order_of_the_fields() -> None:
    """Whole numbers become floats; what was not said is None."""
    assert list(read(FIELDS, {"Home": "rent", "Age": 40}).items()) == [
        ("Age", 40.0),
        ("Income", None),
        ("Home", "rent"),
        ("Since", None),
    ]


def test_a_row_of_a_loan_file_can_be_sent_as_it_is() -> None:
    """Cells become plain values of the field's type; further columns are left out."""
    frame = pd.DataFrame(
        {
            "Age": [40, 41],
            "Income": [120.5, None],
            "Home": ["rent", None],
            "Since": pd.to_datetime(["2010-01-31", None]),
            "Status": ["good", "bad"],
        }
    )
    first, second = (from_row(FIELDS, row) for row in frame.to_dict("records"))
    assert first == {"Age": 40.0, "Income": 120.5, "Home": "rent", "Since": "2010-01-31"}
    assert second == {"Age": 41.0, "Income": None, "Home": None, "Since": None}
    assert read(FIELDS, first) == first


@pytest.mark.parametrize(
    ("field", "received", "shown", "expected"),
    [
        ("Age", "40", "40", "a finite number in years or null"),
        ("Age", True, True, "a finite number in years or null"),
        ("Age", math.nan, "nan", "a finite number in years or null"),
        ("Age", -math.inf, "-inf", "a finite number in years or null"),
        ("Age", 10**400, "a whole number of about 401 digits", "a finite number in years or null"),
        ("Income", [1], "[1]", "a finite number or null"),
        ("Income", {}, "{}", "a finite number or null"),
        ("Home", 3, 3, "a text such as 'owner', 'rent' or null"),
        ("Home", " ", " ", "a text such as 'owner', 'rent' or null"),
        ("Home", "x" * 500, "x" * 80 + "…", "a text such as 'owner', 'rent' or null"),
        ("Since", "yesterday", "yesterday", "a date such as '2026-01-31' or null"),
        ("Since", 20100131, 20100131, "a date such as '2026-01-31' or null"),
    ],
)
def test_nothing_is_guessed(field: str, received: object, shown: object, expected: str) -> None:
    """A value of the wrong type is refused with what came and what was expected."""
    assert problems({**GOOD, field: received}) == [FieldProblem(field, shown, expected)]


def test_unknown_fields_are_named_with_the_known_ones() -> None:
    """A misspelt field would otherwise count as a blank."""
    (problem,) = problems({**GOOD, "age": 40}, row=7)
    assert problem.expected == "one of the model's fields: Age, Income, Home, Since"
    assert (problem.field, problem.received, problem.row) == ("age", 40, 7)


def test_every_problem_is_told_at_once() -> None:
    """Nobody has to send an applicant three times to hear of three mistakes."""
    assert [p.field for p in problems({"Age": "old", "Home": 1, "Zip": 1})] == [
        "Zip",
        "Age",
        "Home",
    ]


def test_something_else_than_an_object_is_refused() -> None:
    """A list of values has no field names."""
    assert [p.field for p in problems([40, 120.5])] == ["applicant"]


@pytest.mark.parametrize(
    ("field", "value", "kind", "message"),
    [
        (
            "Age",
            17,
            "out_of_range",
            "Age 17 years lies below the training data, which holds 18 to 68 years.",
        ),
        (
            "Income",
            5000.5,
            "out_of_range",
            "Income 5,000 lies above the training data, which holds 0 to 1,000.",
        ),
        (
            "Home",
            "castle",
            "never_seen",
            "Home 'castle' never occurred in the training data, which knows 'owner', 'rent'; "
            "it is treated like a rare value.",
        ),
        (
            "Since",
            "2024-02-29",
            "out_of_range",
            "Customer since 2024-02-29 lies above the training data, "
            "which holds 2001-05-01 to 2020-12-31.",
        ),
        (
            "Income",
            None,
            "missing",
            "Income is not given; it is treated like the blanks in the training data.",
        ),
        ("Age", None, "missing", "Age is not given; it never was blank in the training data."),
    ],
)
def test_unusual_values_are_flagged_in_words(
    field: str, value: object, kind: str, message: str
) -> None:
    """The model answers, and the officer hears that it has not met such a value."""
    flags = flag(FIELDS, read(FIELDS, {**GOOD, field: value}))
    assert [(f.field, f.kind, f.message) for f in flags] == [(field, kind, message)]


@pytest.mark.parametrize("applicant", [GOOD, {**GOOD, "Age": 18}, {**GOOD, "Age": 68.0}])
def test_the_ends_of_the_range_are_usual(applicant: dict[str, object]) -> None:
    """Smallest and largest training value raise no flag."""
    assert flag(FIELDS, read(FIELDS, applicant)) == ()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (
            Field("Age", "Age", "number", "years", low=10, high=99, allowed=Allowed(18.0, 75.0)),
            80.0,
            "Age 80 years is not allowed: the data dictionary allows 18 to 75 years.",
        ),
        (
            Field(
                "Home",
                "Home",
                "category",
                categories=("tent", "own"),
                allowed=Allowed(values=("own",)),
            ),
            "tent",
            "Home 'tent' is not allowed: the data dictionary allows own.",
        ),
        (
            Field("Since", "Since", "date", allowed=Allowed(low="2020-01-01")),
            "2019-12-31",
            "Since 2019-12-31 is not allowed: the data dictionary allows at least 2020-01-01.",
        ),
    ],
)
def test_a_value_the_dictionary_does_not_allow_is_flagged(field, value, words):
    """Even where the training data held it; inside, nothing is said."""
    (found,) = flag([field], {field.name: value})
    assert found.kind == "outside_allowed"
    assert found.message == f"{words} Check it before you decide."
    inside = field.allowed.low or field.allowed.values[0]
    assert flag([field], {field.name: inside}) == ()


def test_a_listed_code_may_lie_outside_the_allowed_range():
    """-9 means that nobody asked; it is still told that training never met it."""
    field = Field("Age", "Age", "number", low=18, high=75, allowed=Allowed(18.0, 75.0, ("-9",)))
    assert [found.kind for found in flag([field], {"Age": -9.0})] == ["out_of_range"]
