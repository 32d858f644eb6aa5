"""How far one set of rows has moved away from another: schema, and the distribution of columns.

PSI, the population stability index, is Σ (aᵢ - eᵢ) ln(aᵢ / eᵢ) over bins, where e are the shares
of the earlier rows and a those of the later (N. Siddiqi, "Credit Risk Scorecards", 2006). Numbers
are binned at the deciles of the earlier rows; missing values are a bin of their own.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.data.codes import coded
from core.data.schema import Column, Schema
from core.data.tally import ordered_counts, quantiles

WATCH, ACT = 0.10, 0.25
"""Usual bounds of PSI: from here on a column is watched, or something is done about it."""

_BINS = 10
_LEAST_SHARE = 1e-4  # of an empty bin: its logarithm would have no end

Change = Literal["same", "added", "removed", "changed"]
Verdict = Literal["", "stable", "watch", "act"]


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column in two versions of the data.

    Attributes:
        name: Of the column.
        change: What happened to it; "changed" where its type or its role is another.
        said: What was changed, such as "type: number → category"; "" if nothing was.
        psi: From 0 on; None where the column is not in both, or is of another type.
    """

    name: str
    change: Change
    said: str = ""
    psi: float | None = None

    @property
    def verdict(self) -> Verdict:
        """What the PSI means, by the usual bounds."""
        if self.psi is None:
            return ""
        return "stable" if self.psi < WATCH else "watch" if self.psi < ACT else "act"


def compare(
    before: pd.DataFrame, before_schema: Schema, after: pd.DataFrame, after_schema: Schema
) -> tuple[ColumnDrift, ...]:
    """Return every column of either version: those of the later one first, then those that went.

    Args:
        before: Rows of the earlier version.
        before_schema: Its columns.
        after: Rows of the later version.
        after_schema: Its columns.
    """
    found = []
    for column in after_schema.columns:
        if column.name not in before_schema:
            found.append(ColumnDrift(column.name, "added"))
            continue
        earlier = before_schema[column.name]
        alike = earlier.kind == column.kind
        moved = psi(before[column.name], after[column.name]) if alike else None
        said = _difference(earlier, column)
        found.append(ColumnDrift(column.name, "changed" if said else "same", said, moved))
    gone = (each for each in before_schema.names if each not in after_schema)
    return (*found, *(ColumnDrift(name, "removed") for name in gone))


def psi(before: pd.Series, after: pd.Series) -> float:
    """Return the population stability index of a column, from 0 on.

    Args:
        before: (n,) values of the earlier rows, in the form of their kind; at least one.
        after: (m,) values of the later rows, of the same kind; at least one.
    """
    if str(before.dtype) == "str":
        return _psi(*_shares_of_values(before.fillna(""), after.fillna("")))
    return _psi(*_shares_of_ranges(_numbers(before), _numbers(after)))


def psi_of_rows(series: pd.Series, before: np.ndarray, after: np.ndarray) -> float:
    """Return the population stability index between two sets of rows of one column.

    Args:
        series: (n,) values in the form of their kind.
        before: Positions of the earlier rows; at least one.
        after: Positions of the later rows; at least one.
    """
    if str(series.dtype) != "str":
        values = _numbers(series)
        return _psi(*_shares_of_ranges(values[before], values[after]))
    found = coded(series)
    codes, bins = found.codes, len(found.values) + 1
    return _psi(_shares(codes[before], bins), _shares(codes[after], bins))


def _shares_of_values(before: pd.Series, after: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    values = pd.Index(before.unique()).union(after.unique())
    shares = (_shares(values.get_indexer(each), len(values)) for each in (before, after))
    return next(shares), next(shares)


def _shares_of_ranges(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of both in the deciles of the first, and at the end those missing."""
    values, counts = ordered_counts(before)
    inner = np.linspace(0, 1, _BINS + 1)[1:-1]
    edges = np.unique(quantiles(values, counts, inner)) if len(values) else np.empty(0)
    up_to = np.append(0, np.cumsum(counts))
    ends = [0, *up_to[np.searchsorted(values, edges, "right")], up_to[-1], len(before)]
    return np.diff(ends) / len(before), _binned(after, edges)


def _numbers(series: pd.Series) -> np.ndarray:
    """Return (n,) numbers with NaN; dates as days since 1970."""
    if pd.api.types.is_datetime64_any_dtype(series):
        series = (series - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)
    return series.to_numpy(np.float64, na_value=np.nan)


def _binned(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    known = np.sort(values)[: len(values) - np.count_nonzero(np.isnan(values))]
    ends = [0, *np.searchsorted(known, edges, "right"), len(known), len(values)]
    return np.diff(ends) / len(values)


def _shares(places: np.ndarray, bins: int) -> np.ndarray:
    return np.asarray(np.bincount(places, minlength=bins) / len(places))


def _psi(before: np.ndarray, after: np.ndarray) -> float:
    used = (before > 0) | (after > 0)
    e, a = (np.maximum(shares[used], _LEAST_SHARE) for shares in (before, after))
    return float(((a - e) * np.log(a / e)).sum())


def _difference(before: Column, after: Column) -> str:
    parts = [
        f"{word}: {old} → {new}"
        for word, old, new in (
            ("type", before.kind, after.kind),
            ("role", before.role, after.role),
            ("unit", before.unit or "none", after.unit or "none"),
        )
        if old != new
    ]
    return ", ".join(parts)
