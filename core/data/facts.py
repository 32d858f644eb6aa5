"""What is known of each column before its role is proposed, in numbers small enough to keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from core.data.schema import value_text
from core.data.tally import tally

FEW = 50
"""Up to so many different values are counted one by one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One column.

    Attributes:
        rows: Of the frame.
        known: Rows with a value.
        distinct: Different values.
        whole: Whether every number is a whole one; False for texts and dates.
        counts: Rows by value as text, the smallest value first; empty beyond `FEW` values and for
            dates.
    """

    rows: int
    known: int
    distinct: int
    whole: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


def facts_of(series: pd.Series) -> Facts:
    """Return the facts of a column in the form `read_table` gives it."""
    found = tally(series)
    named = len(found.values) <= FEW and not pd.api.types.is_datetime64_any_dtype(series)
    pairs = zip(found.values, found.counts, strict=True) if named else ()
    few = {value_text(value): int(rows) for value, rows in pairs}
    return Facts(found.rows, found.known, len(found.values), found.whole, few)
