"""Cohorts: part of a loan file, chosen by conditions on its fields that all have to hold.

Conditions speak of the file as it was read, before any cleaning. So a cohort may use a column that
no model sees, and is the same for every data set, run and model made from the file.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.conditions import Condition
from core.data.schema import Schema
from core.errors import CohortError
from core.store.tables import SavedCohort

LEAST_ROWS = 30
"""Means of fewer rows say little: their 95 % interval is wider than two thirds of a deviation."""
LEAST_REFERENCE = 10
"""Applicants without whom nobody should be compared with a cohort."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort.

    Attributes:
        id: Under which it is stored; "" before it is.
        name: What its maker calls it.
        conditions: All of them have to hold; at least one.
    """

    id: str
    name: str
    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        """Refuse a cohort that is everybody.

        Raises:
            CohortError: There is no condition.
        """
        if not self.conditions:
            raise CohortError("A cohort needs at least one condition; without it, it is everybody.")

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) bool: which rows of the loan file are in it."""
        return np.asarray(np.logical_and.reduce([each.holds(frame) for each in self.conditions]))

    def sentence(self, schema: Schema) -> str:
        """Return who is in it, such as "Home is rent and Age is below 30 years"."""
        return " and ".join(each.sentence(schema[each.field]) for each in self.conditions)

    @classmethod
    def saved(cls, record: SavedCohort) -> "Cohort":
        """Return a cohort of the store."""
        conditions = tuple(Condition.from_json(each) for each in record.conditions)
        return cls(record.id, record.name, conditions)


def require_enough(rows: int, cohort: Cohort, of: int, least: int = LEAST_ROWS) -> None:
    """Refuse figures of a handful of applicants.

    Args:
        rows: Of the cohort among those that are looked at.
        cohort: Which one.
        of: How many are looked at.
        least: Rows without which nothing is shown.

    Raises:
        CohortError: There are fewer.
    """
    if rows < least:
        raise CohortError(
            f"“{cohort.name}” has {rows:,} of these {of:,} applicants, and figures need at least "
            f"{least}: those of fewer would mostly be chance. Choose a wider cohort."
        )
