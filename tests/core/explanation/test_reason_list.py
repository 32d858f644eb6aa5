"""The reason list: its cases, its texts and its table."""

import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.errors import ExplanationError
from core.explanation.reason_list import COLUMNS, STANDARD, ReasonList, filled

SCHEMA = Schema(
    (
        Column("income", "number", "feature", label="Income"),
        Column("home", "category", "feature", label="Home"),
        Column("sex", "category", "protected"),
    )
)
OWN = ReasonList({"income": {"below": "Insufficient income for the amount requested"}})


def test_every_case_has_a_wording():
    """Numbers lie below or above; categories only differ."""
    frame = STANDARD.frame(SCHEMA)
    assert list(frame.columns) == COLUMNS
    assert frame["Field"].tolist() == ["income"] * 5 + ["home"] * 4
    assert (frame["Wording"] != "").all()


def test_a_protected_field_has_no_wording():
    """It is no reason, so nothing can be said about it."""
    assert "sex" not in STANDARD.frame(SCHEMA)["Field"].tolist()
    with pytest.raises(ExplanationError, match="'sex' is no field that this model scores"):
        ReasonList({"sex": {"differs": "Sex"}}).require_fit(SCHEMA)


def test_the_table_leads_back_to_the_list():
    """Only what differs from the standard is kept; an emptied cell is the standard again."""
    assert ReasonList.from_frame(OWN.frame(SCHEMA), SCHEMA) == OWN
    emptied = OWN.frame(SCHEMA).assign(Wording=None)
    assert ReasonList.from_frame(emptied, SCHEMA) == STANDARD


def test_a_list_has_an_id():
    """Other words, another id; the standard list needs none."""
    other = ReasonList({"income": {"below": "Income too low for the loan"}})
    assert len({OWN.digest, other.digest, STANDARD.digest}) == 3
    assert STANDARD.digest == ""


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"home": {"below": "x"}}, "case that this field cannot be in"),
        ({"income": {"below": "x" * 301}}, "1 to 300 characters"),
        ({"income": {"below": "{pd_hat} too high"}}, "no other braces than {label}"),
        ({"income": {"below": "Open { brace"}}, "no other braces"),
        ({"income": {"below": "Your credit score is too low"}}, "no reasons"),
        ({"income": {"below": "Does not meet internal standards"}}, "no reasons"),
    ],
)
def test_unusable_wordings_are_refused(own, why):
    """Each is named with its field and what is wrong."""
    with pytest.raises(ExplanationError, match=why):
        ReasonList(own).require_fit(SCHEMA)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"Field": "debt"}, "'debt' is no field"),
        ({"When": "sometimes"}, "no case 'sometimes'; it has: 'Below what is typical'"),
    ],
)
def test_a_table_of_another_model_is_refused(change, why):
    """A file for other fields is not taken in by half."""
    with pytest.raises(ExplanationError, match=why):
        ReasonList.from_frame(STANDARD.frame(SCHEMA).assign(**change), SCHEMA)


def test_a_table_needs_its_columns():
    """The first one that is missing is named."""
    with pytest.raises(ExplanationError, match="no column 'When'"):
        ReasonList.from_frame(pd.DataFrame({"Field": ["income"]}), SCHEMA)


def test_slots_are_filled_once():
    """A value that looks like a slot stays as it is."""
    assert filled("{value} {label}", {"value": "{label}", "label": "Home"}) == "{label} Home"
