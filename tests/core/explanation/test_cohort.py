"""Cohorts: who is in them, how they are said, and what they refuse."""

import numpy as np
import pandas as pd
import pytest

from core.data.conditions import Condition, to_json
from core.data.schema import Column, Schema
from core.errors import CohortError
from core.explanation.cohort import Cohort, require_enough
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


def test_a_cohort_of_everybody_is_refused():
    """Without a condition it would be no cohort."""
    with pytest.raises(CohortError, match="at least one condition"):
        Cohort("", "All", ())


def test_a_cohort_of_few_says_how_few():
    """Thirty applicants are enough; the message has n of N and what to do."""
    cohort = Cohort("", "Renters", (Condition("home", "given"),))
    require_enough(30, cohort, 891)
    with pytest.raises(CohortError, match=r"has 29 of these 891 applicants.*Choose a wider"):
        require_enough(29, cohort, 891)
