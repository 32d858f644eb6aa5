"""The different values of a column, and how many rows and bads hold each: found by one sort."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.data.codes import coded
from core.data.schema import value_text

_NAT = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """One column.

    Attributes:
        series: (n,) what was counted.
        values: (k,) different ones: numbers, and dates as int64, the smallest first; texts in
            order of appearance.
        counts: (k,) rows of each.
        bads: (k,) bads of each; None without an outcome.
        missing: Rows without a value.
        missing_bads: How many of these are bad.
    """

    series: pd.Series
    values: "np.ndarray | pd.Index"
    counts: np.ndarray
    bads: np.ndarray | None
    missing: int
    missing_bads: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return len(self.series)

    @property
    def known(self) -> int:
        """Rows with a value."""
        return len(self.series) - self.missing

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return self.values.dtype == np.float64

    @property
    def whole(self) -> bool:
        """Whether every number is a whole one; False for texts and dates."""
        return self.is_number and bool((self.values == np.rint(self.values)).all())

    def most_frequent(self, most: int) -> list[str]:
        """Return up to so many values as text, the most frequent first."""
        order = np.argsort(-self.counts, kind="stable")[:most]
        return [value_text(self.values[place]) for place in order]

    def finite(self) -> "Tally":
        """Return the tally in which infinite numbers count as missing."""
        if not len(self.values) or np.isfinite(self.values[[0, -1]]).all():
            return self
        keep = np.isfinite(self.values)
        lost = 0 if self.bads is None else int(self.bads[~keep].sum())
        return replace(
            self,
            values=self.values[keep],
            counts=self.counts[keep],
            bads=None if self.bads is None else self.bads[keep],
            missing=self.missing + int(self.counts[~keep].sum()),
            missing_bads=self.missing_bads + lost,
        )

    def merged(self, names: Sequence[str]) -> "Tally":
        """Return the tally of other texts for the values; those that become equal are one.

        Args:
            names: (k,) one for each value.
        """
        codes, values = pd.factorize(pd.Series(names, dtype="str"))

        def summed(counts: np.ndarray) -> np.ndarray:
            return np.bincount(codes, counts, len(values)).astype(int)

        bads = None if self.bads is None else summed(self.bads)
        return replace(self, values=pd.Index(values), counts=summed(self.counts), bads=bads)


def tally(series: pd.Series, bad_rows: np.ndarray | None = None) -> Tally:
    """Count a column.

    Args:
        series: (n,) values as `read_table` gives them.
        bad_rows: Positions of the rows whose outcome is bad; None without an outcome.
    """
    if pd.api.types.is_datetime64_any_dtype(series):
        return _ordered(series, series.to_numpy("datetime64[us]"), bad_rows)
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return _ordered(series, series.to_numpy(float, na_value=np.nan), bad_rows)
    found = coded(series)
    missing, k = len(series) - found.known, len(found.values)
    if bad_rows is None:
        return Tally(series, found.values, found.counts, None, missing)
    bads = np.bincount(found.codes[bad_rows], minlength=k + 1)
    return Tally(series, found.values, found.counts, bads[:k], missing, int(bads[k]))


def _ordered(series: pd.Series, rows: np.ndarray, bad_rows: np.ndarray | None) -> Tally:
    values, counts = ordered_counts(rows)
    missing = len(rows) - int(counts.sum())
    if bad_rows is None:
        return Tally(series, values, counts, None, missing)
    held, bads_held = ordered_counts(rows[bad_rows])
    bads = np.zeros(len(values), counts.dtype)
    bads[np.searchsorted(values, held)] = bads_held
    return Tally(series, values, counts, bads, missing, len(bad_rows) - int(bads_held.sum()))


def ordered_counts(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different values in order, and how often each occurs; missing ones are left out.

    Args:
        rows: (n,) numbers, or moments, which come back as int64.
    """
    if rows.dtype.kind == "M":  # as whole numbers they sort sooner; a missing one is the smallest
        ordered = np.sort(rows.view(np.int64))
        ordered = ordered[np.searchsorted(ordered, _NAT, "right") :]
    else:  # NaN stand last
        ordered = np.sort(rows)[: len(rows) - np.count_nonzero(np.isnan(rows))]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))[: len(ordered)]
    return ordered[first], np.diff(np.append(first, len(ordered)))


def quantiles(values: np.ndarray, counts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return quantiles of values that occur several times, as `np.quantile` gives them of all.

    Args:
        values: (k,) different finite numbers, the smallest first; k > 0.
        counts: (k,) how often each occurs.
        shares: (m,) in [0, 1].

    >>> quantiles(np.array([1.0, 2.0, 4.0]), np.array([1, 1, 2]), np.array([0.5, 1.0]))
    array([3., 4.])
    """
    ends = np.cumsum(counts)
    places = shares * (ends[-1] - 1)
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, ends[-1] - 1)
    low, high = (values[np.searchsorted(ends, place, "right")] for place in (below, above))
    part, step = places - below, high - low
    found: np.ndarray = np.where(part < 0.5, low + step * part, high - step * (1 - part))
    return found
