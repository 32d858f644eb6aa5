"""Which values the data dictionary allows in a column: a range, a list, or both."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from core.errors import SchemaError
from core.formatting import number

Changeable = Literal["", "yes", "only up", "only down", "no"]
"""Whether applicants can change a value themselves; "" where the dictionary does not say."""

CHANGEABLE: tuple[Changeable, ...] = get_args(Changeable)

_MOST_NAMED = 8

Bound = float | str
"""A number, or a date as ISO text."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is allowed; everything where nothing is said.

    A value is allowed if it lies within the bounds **or** is listed: "0 to 100, or -9". Without
    bounds the list alone decides. A blank is neither allowed nor forbidden.

    Attributes:
        low: Least number, or first day as ISO text; None if there is no least.
        high: Largest number, or last day.
        values: As text, numbers as `schema.value_text` writes them.

    Raises:
        SchemaError: The bounds turn round, or are of two kinds.

    >>> allowed = Allowed(18.0, 75.0)
    >>> allowed.holds(75.0), allowed.holds(80.0), allowed.words("years")
    (True, False, '18 to 75 years')
    """

    low: Bound | None = None
    high: Bound | None = None
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse bounds that let nothing through."""
        if self.low is None or self.high is None:
            return
        if isinstance(self.low, str) != isinstance(self.high, str) or self.low > self.high:  # type: ignore[operator]
            raise SchemaError(
                f"The allowed range begins at {bound_text(self.low)} and ends at "
                f"{bound_text(self.high)}. The lowest value should not lie above the highest."
            )

    def __bool__(self) -> bool:
        """Return whether anything is said."""
        return self.has_range or bool(self.values)

    @property
    def has_range(self) -> bool:
        """Whether there is a bound."""
        return self.low is not None or self.high is not None

    def holds(self, value: Bound) -> bool:
        """Return whether one value is allowed: a number, a category or a date as ISO text."""
        if not self or _text(value) in self.values:
            return True
        if not self._compares(isinstance(value, str)):
            return not self.values  # bounds of another type say nothing about it
        above = self.low is None or value >= self.low  # type: ignore[operator]
        return above and (self.high is None or value <= self.high)  # type: ignore[operator]

    def outside(self, series: pd.Series) -> np.ndarray:
        """Return (n,) booleans: known, and not allowed.

        Args:
            series: (n,) values of a column as `casting.cast` gives them.
        """
        if not self:
            return np.zeros(len(series), bool)
        if pd.api.types.is_numeric_dtype(series):
            return self._outside_numbers(series.to_numpy(float))
        dates = pd.api.types.is_datetime64_any_dtype(series)
        codes, distinct = pd.factorize(series)
        texts = (value.date().isoformat() if dates else value for value in distinct)
        forbidden = np.array([not self.holds(text) for text in texts], bool)
        return np.asarray(np.append(forbidden, False)[codes])  # -1, a blank, is the last

    def words(self, unit: str = "") -> str:
        """Return what is allowed as a person would say it; "" where nothing is said."""
        listed = ", ".join(self.values[:_MOST_NAMED])
        if (more := len(self.values) - _MOST_NAMED) > 0:
            listed = f"{listed} or {more} more"
        inside = f"{self._range_words()} {unit}".strip() if self.has_range else ""
        return ", or ".join(part for part in (inside, listed) if part)

    def _range_words(self) -> str:
        low, high = bound_text(self.low), bound_text(self.high)
        if low and high:
            return f"{low} to {high}"
        return f"at least {low}" if low else f"at most {high}"

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self) | {"values": list(self.values)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Allowed":
        """Return what `to_json` wrote."""
        return cls(data["low"], data["high"], tuple(data["values"]))

    def _compares(self, with_text: bool) -> bool:
        return any(isinstance(bound, str) == with_text for bound in self._bounds())

    def _bounds(self) -> tuple[Bound, ...]:
        return tuple(bound for bound in (self.low, self.high) if bound is not None)

    def _outside_numbers(self, values: np.ndarray) -> np.ndarray:
        allowed = np.isnan(values)
        if self._compares(False):
            low = -np.inf if self.low is None else self.low
            high = np.inf if self.high is None else self.high
            allowed |= (values >= low) & (values <= high)
        elif not self.values:
            return np.zeros(len(values), bool)
        outside: np.ndarray = ~(allowed | np.isin(values, numbers_among(self.values)))
        return outside


ANYTHING = Allowed()


def bound_text(bound: Bound | None) -> str:
    """Return a bound as people read it; "" for none."""
    return "" if bound is None else bound if isinstance(bound, str) else number(bound)


def numbers_among(texts: tuple[str, ...]) -> list[float]:
    """Return the numbers among texts.

    >>> numbers_among(("0", "-9", "unknown"))
    [0.0, -9.0]
    """
    found = []
    for text in texts:
        try:
            found.append(float(text))
        except ValueError:
            continue
    return found


def _text(value: Bound) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else str(value)
