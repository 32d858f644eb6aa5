"""Conditions on fields: which rows of a loan file are meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from core.data.schema import Column, Kind
from core.errors import ConditionError
from core.formatting import number

Test = Literal["is", "is not", "at least", "below", "missing", "given"]
TESTS: tuple[Test, ...] = get_args(Test)


def possible_tests(kind: Kind) -> tuple[Test, ...]:
    """Return the tests that make sense for a kind of column.

    >>> possible_tests("number")
    ('at least', 'below', 'missing', 'given')
    """
    ordered: tuple[Test, ...] = ("at least", "below")
    listed: tuple[Test, ...] = ("is", "is not")
    return (*(listed if kind in ("category", "text") else ordered), "missing", "given")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on one field.

    Attributes:
        field: A column of the loan file.
        test: "is" and "is not" take one or more texts; "at least" and "below" a number, or for
            dates a day as YYYY-MM-DD; "missing" and "given" take nothing.
        value: What the test takes; None where it takes nothing.

    A missing value passes "missing" alone: it is neither below nor other than anything.
    """

    field: str
    test: Test
    value: tuple[str, ...] | float | str | None = None

    def __post_init__(self) -> None:
        """Refuse a value that the test cannot use.

        Raises:
            ConditionError: With the field's name.
        """
        if self.test not in TESTS:
            raise ConditionError(f"{self.field}: there is no test {self.test!r}.")
        if self.test in ("is", "is not") and not (isinstance(self.value, tuple) and self.value):
            raise ConditionError(f"{self.field}: choose at least one value.")
        if self.test in ("at least", "below") and not isinstance(self.value, float | str):
            raise ConditionError(f"{self.field}: give the value to compare with.")

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) bool.

        Raises:
            ConditionError: The column is not there, or its values cannot be compared like that.
        """
        if self.field not in frame:
            raise ConditionError(
                f"There is no column {self.field!r} in this loan file, so nobody can be chosen "
                "by it. Make a new condition."
            )
        values = frame[self.field]
        known = values.notna().to_numpy()
        if self.test in ("missing", "given"):
            return known if self.test == "given" else ~known
        return np.asarray(known & self._compared(values))

    def _compared(self, values: pd.Series) -> np.ndarray:
        if isinstance(self.value, tuple):
            inside = values.astype("str").isin(self.value).to_numpy()
            return np.asarray(inside if self.test == "is" else ~inside)
        try:
            bound: Any = self.value
            if pd.api.types.is_datetime64_any_dtype(values):
                bound = pd.Timestamp(bound)
            found = values >= bound if self.test == "at least" else values < bound
        except (TypeError, ValueError) as error:
            raise ConditionError(
                f"{self.field} holds {values.dtype}, which cannot be compared with {self.value!r}."
            ) from error
        return np.asarray(found)

    def holds_for(self, value: float | str | datetime | None) -> bool:
        """Return the same for one value: a number, a text, a day as YYYY-MM-DD, or None."""
        known = value is not None and value == value  # NaN differs from itself
        if self.test in ("missing", "given"):
            return known == (self.test == "given")
        if not known:
            return False
        if isinstance(self.value, tuple):
            return (value in self.value) == (self.test == "is")
        return (value >= self.value) == (self.test == "at least")  # type: ignore[operator]

    def sentence(self, column: Column) -> str:
        """Return the condition in words, such as "Income is below 100"."""
        unit = f" {column.unit}" if column.unit and isinstance(self.value, float) else ""
        if self.test in ("missing", "given"):
            return f"{column.label} is {'not given' if self.test == 'missing' else 'given'}"
        if isinstance(self.value, tuple):
            return f"{column.label} {self.test} {' or '.join(self.value)}"
        if isinstance(self.value, float):
            return f"{column.label} is {self.test} {number(self.value)}{unit}"
        when = "on or after" if self.test == "at least" else "before"
        return f"{column.label} is {when} {self.value}"

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "test": self.test, "value": value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Condition":
        """Return the condition that `to_json` wrote."""
        value = data["value"]
        return cls(data["field"], data["test"], tuple(value) if isinstance(value, list) else value)


def to_json(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """Return conditions as the store keeps them."""
    return [each.to_json() for each in conditions]
