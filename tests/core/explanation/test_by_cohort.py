"""Importance of a cohort beside everyone."""

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column, Schema
from core.explanation.by_cohort import beside_everyone, finding
from core.explanation.global_ import Explained

SCHEMA = Schema(
    (Column("age", "number", "feature", label="Age"), Column("debt", "number", "feature"))
)
INSIDE = np.arange(200) < 100


def explained(age, debt):
    """Return 200 applicants with effects of these sizes inside and outside the cohort."""
    noise = np.random.default_rng(0).normal(0, 0.01, (200, 2))
    values = np.where(INSIDE[:, None], [age[0], debt[0]], [age[1], debt[1]]) + noise
    frame = pd.DataFrame(values, columns=SCHEMA.names)
    return Explained(frame, frame, frame.assign(log_odds=0.0, gap=0.0, error=0.0), 0.0)


def test_a_field_that_weighs_more_is_found():
    """Age is twice as heavy inside, debt the same: only age differs, with its shares."""
    frame = beside_everyone(explained((2, 1), (1, 1)), INSIDE, SCHEMA)
    assert frame["field"].tolist() == ["age", "debt"]
    assert frame["cohort"].tolist() == pytest.approx([2, 1], abs=0.05)
    assert frame["everyone"].tolist() == pytest.approx([1.5, 1], abs=0.05)
    assert frame["ratio"].tolist() == pytest.approx([2, 1], abs=0.1)
    assert frame["differs"].tolist() == [True, False]
    assert finding(frame, "Renters") == (
        "More weight on Age for “Renters”: 67\xa0% of the total effect, against "
        "60\xa0% among everyone"
    )


def test_chance_is_not_called_a_difference():
    """Cohorts drawn from the same applicants differ in no field, 19 times of 20 and more."""
    random = np.random.default_rng(1)
    found = explained((1, 1), (1, 1))
    calls = [
        beside_everyone(found, random.permutation(INSIDE), SCHEMA)["differs"].any()
        for _ in range(100)
    ]
    assert sum(calls) <= 10
    same = beside_everyone(found, INSIDE, SCHEMA).assign(differs=False)
    assert finding(same, "Renters") == "What moves the risk of “Renters” is what moves everyone's"


def test_a_cohort_of_everyone_differs_in_nothing():
    """There is nobody else to differ from."""
    frame = beside_everyone(explained((1, 1), (1, 1)), np.ones(200, bool), SCHEMA)
    assert not frame["differs"].any()
    assert frame["cohort"].tolist() == frame["everyone"].tolist()
