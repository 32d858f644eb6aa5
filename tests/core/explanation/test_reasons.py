"""Principal reasons: which, how many, and in which words."""

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.errors import ExplanationError
from core.explanation.attribution import Attribution
from core.explanation.reason_list import ReasonList
from core.explanation.reasons import example, reasons, shown, typical
from core.explanation.reference import Reference

SCHEMA = Schema(
    (
        Column("income", "number", "feature", label="Income"),
        Column("time", "number", "feature", label="Duration", unit="months"),
        Column("home", "category", "feature", label="Home"),
        Column("records", "category", "feature", label="Records"),
        Column("debt", "number", "feature", label="Debt"),
    )
)
REFERENCE = Reference(
    id="0",
    kind="near_cut_off",
    frame=pd.DataFrame(
        {
            "income": [100.0, 141.0, 150.0, np.nan],
            "time": [36.0, 36.0, 48.0, 24.0],
            "home": pd.Series(["owner", "owner", "owner", "rent"], dtype="str"),
            "records": pd.Series(["no", "no", "no", "no"], dtype="str"),
            "debt": [np.nan] * 4,
        }
    ),
    of=4,
    sentence="",
)
APPLICANT = {"income": 70.0, "time": 60.0, "home": "rent", "records": "no", "debt": 5.0}


def attribution(*values):
    """Return these shares of the first fields."""
    names = tuple(column.name for column in SCHEMA.columns)[: len(values)]
    total = float(sum(values))
    return Attribution(names, np.array(values), 0.0, total, 0.0, None, "exact", 4, 16)


@pytest.mark.parametrize(
    ("field", "changes", "sentence"),
    [
        (0, {}, "Income of 70 is below the 141 that is typical of applicants who just pass."),
        (0, {"income": None}, "Income is not given; 141 is typical of applicants who just pass."),
        (
            0,
            {"income": 141.0},
            "Income of 141 is typical of applicants who just pass, "
            "but adds more risk than on average among them.",
        ),
        (
            1,
            {},
            "Duration of 60 months is above the 36 months that is typical of "
            "applicants who just pass.",
        ),
        (
            2,
            {},
            "Home is “rent”; among applicants who just pass it is most often “owner” (75\xa0%).",
        ),
        (
            2,
            {"home": np.nan},
            "Home is not given; among applicants who just pass it is most often “owner” (75\xa0%).",
        ),
        (
            3,
            {},
            "Records is “no”, as for 100\xa0% of applicants who just pass, "
            "but adds more risk than on average among them.",
        ),
        (4, {}, "Debt is 5; applicants who just pass do not give it."),
    ],
)
def test_a_reason_names_the_value_and_what_is_typical(field, changes, sentence):
    """Specific words, for numbers, categories and missing values alike."""
    values = np.zeros(5)
    values[field] = 1.0
    (reason,) = reasons(attribution(*values), {**APPLICANT, **changes}, REFERENCE, SCHEMA)
    assert reason.sentence == sentence


def test_at_most_four_and_only_what_raises_the_risk():
    """The largest positive shares, the weightiest first; lowering ones are no reasons."""
    found = reasons(attribution(0.1, 0.4, 0.2, 0.3, 0.5), APPLICANT, REFERENCE, SCHEMA)
    assert [reason.field for reason in found] == ["debt", "time", "records", "home"]
    found = reasons(attribution(-2.0, 0.4, 0.0, -0.1, 0.001), APPLICANT, REFERENCE, SCHEMA)
    assert [reason.field for reason in found] == ["time"]


def test_equal_shares_stand_in_schema_order():
    """Ties never depend on chance."""
    found = reasons(attribution(0.2, 0.3, 0.2, 0.2, 0.2), APPLICANT, REFERENCE, SCHEMA)
    assert [reason.field for reason in found] == ["time", "income", "home", "records"]


def test_a_reason_says_its_effect_on_three_scales():
    """Doubled odds cost 20 points, and lift an even PD to two thirds."""
    (reason,) = reasons(attribution(np.log(2)), APPLICANT, REFERENCE, SCHEMA)
    assert reason.log_odds == pytest.approx(np.log(2))
    assert reason.points == -20
    assert reason.default_probability == pytest.approx(2 / 3 - 1 / 2)


def test_a_blank_that_was_filled_is_not_called_a_value():
    """What the recipe filled in is told as not given."""
    (reason,) = reasons(attribution(0.5), APPLICANT, REFERENCE, SCHEMA, imputed=["income"])
    assert reason.value == "not given"
    assert reason.sentence.startswith("Income is not given")


@pytest.mark.parametrize("role", ["protected", "identifier", "ignore", "outcome"])
def test_only_features_can_be_reasons(role):
    """A protected field in an attribution is refused, even when its share is nothing."""
    schema = SCHEMA.change("home", role=role)
    with pytest.raises(ExplanationError, match=f"'home' is marked {role}"):
        reasons(attribution(0.5, 0.2, 0.0), APPLICANT, REFERENCE, schema)


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [("years", 1.0, "1 year"), ("years", 2.0, "2 years"), ("", 1.0, "1"), ("", None, "not given")],
)
def test_values_have_their_unit(unit, value, text):
    """One of a unit is singular; a blank is said in words."""
    assert shown(Column("x", "number", "feature", unit=unit), value) == text


def test_typical_categories_tie_by_name():
    """Row order does not decide what is typical."""
    values = pd.Series(["rent", "owner", "rent", "owner"], dtype="str")
    assert typical(SCHEMA["home"], values) == typical(SCHEMA["home"], values[::-1]) == "owner"


def test_a_field_speaks_in_its_own_words():
    """The reason list replaces the sentence, its slots filled; other cases keep the standard."""
    own = ReasonList({"income": {"below": "Income of {value} is too low; usual: {typical}"}})
    (reason,) = reasons(attribution(1.0), APPLICANT, REFERENCE, SCHEMA, wordings=own)
    assert reason.sentence == "Income of 70 is too low; usual: 141"
    (reason,) = reasons(
        attribution(1.0), APPLICANT | {"income": 500.0}, REFERENCE, SCHEMA, wordings=own
    )
    assert reason.sentence.startswith("Income of 500 is above")


def test_the_same_words_are_one_reason():
    """Two fields that say the same leave room for a further one."""
    same = {"below": "Too little money", "unusual": "Too little money"}
    own = ReasonList({"income": same, "debt": same})
    found = reasons(
        attribution(0.5, 0.1, 0.2, 0.3, 0.4), APPLICANT, REFERENCE, SCHEMA, wordings=own
    )
    assert [reason.field for reason in found] == ["income", "records", "home", "time"]


@pytest.mark.parametrize(
    ("field", "case", "value"),
    [
        ("income", "below", "100"),
        ("income", "above", "150"),
        ("income", "missing", "not given"),
        ("home", "differs", "rent"),
        ("home", "same", "owner"),
        ("records", "differs", "another value"),
        ("debt", "unusual", "not given"),
    ],
)
def test_an_example_fits_its_case(field, case, value):
    """Values are those of the reference population, where it has one that fits."""
    own = ReasonList({field: {case: "It is {value}"}})
    assert example(own, SCHEMA[field], case, REFERENCE) == f"It is {value}"
