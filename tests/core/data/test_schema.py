import json

import numpy as np
import pandas as pd
import pytest

from core.data.allowed import Allowed
from core.data.schema import Column, Schema, outcome_vector
from core.errors import SchemaError

SCHEMA = Schema(
    (Column("loan_status", "category", "outcome"), Column("x", "number", "feature")), "1"
)


def test_a_label_defaults_to_the_name_with_spaces():
    """Nobody has to name a column twice."""
    assert SCHEMA["loan_status"].label == "loan status"


def test_a_schema_survives_json():
    """What the store keeps is the same schema again."""
    assert Schema.from_json(SCHEMA.to_json()) == SCHEMA


def test_a_schema_keeps_what_is_allowed():
    """Through JSON, with its lists."""
    schema = SCHEMA.change("x", allowed=Allowed(0.0, 9.5, ("-9",)), changeable="only up")
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


def test_a_schema_stored_before_there_was_a_dictionary_still_loads():
    """Its columns allow everything."""
    stored = SCHEMA.to_json()
    for column in stored["columns"]:
        del column["allowed"], column["changeable"]
    assert Schema.from_json(stored) == SCHEMA


def test_changes_leave_the_schema_alone():
    """A changed schema is a new one."""
    assert SCHEMA.change("x", role="ignore")["x"].role == "ignore"
    assert SCHEMA["x"].role == "feature"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: SCHEMA["z"], "no column 'z'. The columns are: loan_status, x"),
        (lambda: SCHEMA.change("z", role="ignore"), "no column 'z'"),
        (lambda: SCHEMA.add(Column("x", "number", "feature")), "already a column 'x'"),
    ],
)
def test_unknown_and_doubled_columns_are_refused(change, words):
    """The message lists what there is."""
    with pytest.raises(SchemaError, match=words):
        change()


@pytest.mark.parametrize("values", [["1", "0", "1"], [1.0, 0.0, 1.0], [1, 0, 1]])
def test_the_outcome_is_1_where_the_loan_was_bad(values):
    """Texts and numbers compare alike with the bad value."""
    frame = pd.DataFrame({"loan_status": values})
    np.testing.assert_array_equal(outcome_vector(frame, SCHEMA), [1, 0, 1])
