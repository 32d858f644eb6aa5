"""What a column holds, counted once: how many values, how many different ones, how often each."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pandas as pd

from core.data.codes import coded
from core.data.schema import value_text

FEW = 50
"""Up to so many different values are counted one by one."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Facts:
    """One column.

    Attributes:
        rows: Of the frame.
        known: Rows with a value.
        distinct: Different values.
        whole: Whether every number is a whole one; False for texts and dates.
        counts: Rows by value as text, the smallest value first; empty beyond `FEW` values.
    """

    rows: int
    known: int
    distinct: int
    whole: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


def facts_of(series: pd.Series) -> Facts:
    """Return the facts of a column in the form `read_table` gives it."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return _counted(series, *ordered_counts(series.dropna().to_numpy().view("int64")))
    if series.dtype == np.float64:
        values = series.to_numpy()
        return _counted(series, *ordered_counts(values[~np.isnan(values)]))
    found = coded(series)
    few = _few(found.values, found.counts)
    return Facts(len(series), found.known, len(found.values), _all_whole(series), few)


def _counted(series: pd.Series, values: np.ndarray, counts: np.ndarray) -> Facts:
    whole = series.dtype == np.float64 and bool((values == np.rint(values)).all())
    few = _few(values, counts) if series.dtype == np.float64 else {}
    return Facts(len(series), int(counts.sum()), len(values), whole, few)


def _all_whole(series: pd.Series) -> bool:
    """Return whether other numbers, such as int64, are whole; frames of tests hold them."""
    if not pd.api.types.is_numeric_dtype(series):
        return False
    values = series.dropna().to_numpy(float)
    return bool((values == np.rint(values)).all())


def _few(values: "np.ndarray | pd.Index", counts: np.ndarray) -> dict[str, int]:
    if len(values) > FEW:
        return {}
    return {value_text(value): int(rows) for value, rows in zip(values, counts, strict=True)}


def ordered_counts(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different values in order, and how often each occurs.

    Args:
        known: (n,) numbers without NaN.
    """
    ordered = np.sort(known)
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))[: len(ordered)]
    return ordered[first], np.diff(np.append(first, len(ordered)))


def quantiles(ordered: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return quantiles of numbers that are sorted already, as `np.quantile` gives them.

    Args:
        ordered: (n,) finite numbers, the smallest first; n > 0.
        shares: (m,) in [0, 1].

    >>> quantiles(np.array([1.0, 2.0, 4.0, 8.0]), np.array([0.5, 1.0]))
    array([3., 8.])
    """
    places = shares * (len(ordered) - 1)
    below = np.floor(places).astype(int)
    part = places - below
    low, high = ordered[below], ordered[np.minimum(below + 1, len(ordered) - 1)]
    step = high - low
    found: np.ndarray = np.where(part < 0.5, low + step * part, high - step * (1 - part))
    return found


def by_column(work: Callable[[T], R], columns: "list[T]") -> list[R]:
    """Return what `work` gives for each column; sorting and counting leave room for a second."""
    if len(columns) < 2:
        return [work(column) for column in columns]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, columns))
