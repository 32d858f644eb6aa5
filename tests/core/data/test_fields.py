import json

import pandas as pd
import pytest

from core.data.allowed import Allowed
from core.data.casting import cast
from core.data.fields import Field, learn_fields
from core.data.schema import Column, Schema

SCHEMA = Schema(
    (
        Column("term", "number", "feature", unit="months", group="Loan", description="How long."),
        Column("rate", "number", "feature"),
        Column("home", "category", "feature", label="Housing"),
        Column("applied", "date", "date"),
        Column("note", "text", "ignore"),
        Column("empty", "number", "ignore"),
    )
)
FRAME = cast(
    pd.DataFrame(
        {
            "term": [12, 24, 36, 60],
            "rate": [1.5, None, 2.5, 4.0],
            "home": ["rent", "own", "own", None],
            "applied": ["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01"],
            "note": ["a", "b", "b", "c"],
            "empty": [None] * 4,
        }
    ),
    SCHEMA,
)


@pytest.mark.parametrize(
    "field",
    [
        Field("term", "term", "number", "months", "How long.", "Loan", 12, 60, 30, whole=True),
        Field("rate", "rate", "number", low=1.5, high=4.0, typical=2.5, can_be_missing=True),
        Field(
            "home", "Housing", "category", typical="own", categories=("own", "rent"),
            can_be_missing=True,
        ),
        Field(
            "applied", "applied", "date", low="2020-01-01", high="2023-01-01", typical="2022-01-01"
        ),
        Field("note", "note", "text", typical="b"),
        Field("empty", "empty", "number", can_be_missing=True),
    ],
    ids=lambda field: field.name,
)  # fmt: skip
def test_a_field_tells_what_a_form_needs(field):
    """Range, typical value, categories and whether it may be missing, as seen in training."""
    assert learn_fields(FRAME, SCHEMA, [field.name]) == (field,)
    assert Field.from_json(json.loads(json.dumps(field.to_json()))) == field


def test_fields_come_in_the_order_asked_for():
    """The order of the features, not of the file."""
    fields = learn_fields(FRAME, SCHEMA, ["rate", "term"])
    assert [field.name for field in fields] == ["rate", "term"]


def test_a_field_carries_what_the_dictionary_says():
    """To forms and REST, through JSON; a form stored before has none of it."""
    schema = SCHEMA.change("term", allowed=Allowed(6.0, 72.0), changeable="yes")
    (field,) = learn_fields(FRAME, schema, ["term"])
    assert (field.allowed, field.changeable) == (Allowed(6.0, 72.0), "yes")
    stored = json.loads(json.dumps(field.to_json()))
    assert stored["allowed"] == {"low": 6.0, "high": 72.0, "values": []}
    assert Field.from_json(stored) == field
    del stored["allowed"], stored["changeable"]
    assert not Field.from_json(stored).allowed
