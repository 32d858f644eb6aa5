"""What each column holds, in numbers small enough to draw: spread, missing, bad rate by bin."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from core.data.by_column import by_column
from core.data.personal_data import masked_values
from core.data.schema import Column, Kind, Role, Schema, find_bad_rows, value_text
from core.data.tally import Tally, quantiles, tally
from core.formatting import MISSING, number

MOST_BINS = 12
MOST_CATEGORIES = 12
MISSING_BIN = "missing"
REST_BIN = "all others"
_Z = 1.959964  # 95 %


@dataclass(frozen=True)
class ColumnProfile:
    """One column.

    Attributes:
        name: In the file.
        label: On screen.
        unit: May be empty.
        kind: How its values are read.
        role: What it is used for.
        rows: Rows of the frame.
        missing: Rows without a value.
        distinct: Different values.
        low: Smallest value as text; "–" where there is no order.
        high: Largest value as text.
        typical: Median, or most frequent value, as text.
        bins: One row per bin, in drawing order: bin, rows, share, and with an outcome bads,
            bad_rate, low, high (95 % Wilson interval). Missing values are the last bin.
        information: Information value of the bins; None without an outcome.
    """

    name: str
    label: str
    unit: str
    kind: Kind
    role: Role
    rows: int
    missing: int
    distinct: int
    low: str
    high: str
    typical: str
    bins: pd.DataFrame
    information: float | None = None

    @property
    def known(self) -> pd.DataFrame:
        """The bins without the one of missing values."""
        return self.bins.loc[self.bins["bin"] != MISSING_BIN]


def profile(frame: pd.DataFrame, schema: Schema) -> tuple[ColumnProfile, ...]:
    """Return a profile of every column of the frame, in schema order.

    Bad rates are given when the outcome can be used.
    """
    bad_rows = find_bad_rows(frame, schema)
    columns = [column for column in schema.columns if column.name in frame]
    return tuple(
        by_column(lambda column: profile_of(tally(frame[column.name], bad_rows), column), columns)
    )


def profile_of(found: Tally, column: Column) -> ColumnProfile:
    """Return the profile of one column from its tally."""
    if column.personal:
        column = replace(column, kind="text")
        found = found.merged(masked_values(found.values))
    if column.role == "outcome":
        found = replace(found, bads=None)
    counted = _numbers(found.finite()) if column.kind == "number" else _others(found, column)
    bins = _bins(counted, found.rows)
    return ColumnProfile(
        name=column.name,
        label=column.label,
        unit=column.unit,
        kind=column.kind,
        role=column.role,
        rows=found.rows,
        missing=found.rows - counted.known,
        distinct=counted.distinct,
        low=counted.low,
        high=counted.high,
        typical=counted.typical,
        bins=bins,
        information=information_value(bins) if found.bads is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """Rows and, with an outcome, bads of each bin; the last entry of both counts missing values."""

    names: list[str]
    rows: np.ndarray
    bads: np.ndarray | None
    known: int
    distinct: int
    low: str = MISSING
    high: str = MISSING
    typical: str = MISSING


def _bins(counted: _Counted, num_rows: int) -> pd.DataFrame:
    """Return the tidy frame of bins."""
    table = pd.DataFrame({"bin": [*counted.names, MISSING_BIN], "rows": counted.rows})
    table["share"] = table["rows"] / max(1, num_rows)
    if counted.bads is not None:
        table["bads"] = counted.bads
        table["bad_rate"] = counted.bads / np.maximum(1, counted.rows)
        pairs = zip(counted.bads, counted.rows, strict=True)
        table[["low", "high"]] = np.array([wilson(int(bad), int(n)) for bad, n in pairs])
    return table[(table["rows"] > 0) | (table["bin"] != MISSING_BIN)].reset_index(drop=True)


def information_value(bins: pd.DataFrame) -> float:
    """Return how well the bins of a column tell good from bad, at least 0 (information value).

    Sum over bins of (share of goods - share of bads) · ln of their ratio; half a loan is added
    to each count, so that a bin without bads stays finite. Below 0.02 is next to nothing, 0.1 to
    0.3 is medium, above 0.5 is suspicious (N. Siddiqi, Credit Risk Scorecards, 2006).

    >>> information_value(pd.DataFrame({"rows": [100, 100], "bads": [10, 10]}))
    0.0
    """
    bads = bins["bads"].to_numpy(float) + 0.5
    goods = (bins["rows"] - bins["bads"]).to_numpy(float) + 0.5
    good, bad = goods / goods.sum(), bads / bads.sum()
    return float(((good - bad) * np.log(good / bad)).sum())


def _numbers(found: Tally) -> _Counted:
    """Count one bin per value when they are few, else bins of one round width.

    The outermost bins are open where few values lie far out, so that one huge income does not
    squeeze everyone else into a single bar.
    """
    values = np.asarray(found.values)
    if not len(values):
        return _Counted([], *_held(found, [], []), 0, 0)
    low, middle, high = quantiles(values, found.counts, np.array([0.01, 0.5, 0.99]))
    if len(values) <= MOST_BINS:
        names, starts = [number(value) for value in values], values[1:]
    else:
        edges = _round_edges(values, low, high, found.whole)
        names, starts = list(_bin_names(edges, values, found.whole)), edges[1:-1]
    ends = [*np.searchsorted(values, starts), len(values)]
    bins = [slice(start, end) for start, end in pairwise([0, *ends])]
    told = number(values[0]), number(values[-1]), number(middle)
    return _Counted(names, *_held(found, bins, []), found.known, len(values), *told)


def _held(
    found: Tally, shown: Sequence[Any], rest: Sequence[Any]
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return rows and bads of parts of the values, and at the end those of missing ones."""

    def of(counts: np.ndarray, missing: int) -> np.ndarray:
        return np.array([*(counts[part].sum() for part in (*shown, *rest)), missing], int)

    bads = None if found.bads is None else of(found.bads, found.missing_bads)
    return of(found.counts, found.missing), bads


def _round_edges(known: np.ndarray, low: float, high: float, whole: bool) -> np.ndarray:
    """Return the ends of about a dozen bins between two quantiles of ordered values."""
    if low == high:
        low, high = known[0], known[-1]
    rough = (high - low) / MOST_BINS
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough]
    width = steps[0]
    if whole:
        width = max(1.0, float(round(width)))
    start = math.floor(low / width) * width
    return np.asarray(start + width * np.arange(math.ceil((high - start) / width + 1e-9) + 1))


def _bin_names(edges: np.ndarray, distinct: np.ndarray, whole: bool) -> Iterator[str]:
    for position, (start, end) in enumerate(pairwise(edges)):
        # Whole years read better as "20 to 24"; "0 to 4,999" would be pedantic.
        last = end - 1 if whole and end - start <= 100 else end
        if position == 0 and distinct[0] < start:
            yield f"below {number(end)}"
        elif position == len(edges) - 2 and distinct[-1] >= end:
            yield f"{number(start)} and more"
        else:
            yield number(start) if last == start else f"{number(start)} to {number(last)}"


def _others(found: Tally, column: Column) -> _Counted:
    """Count the most frequent categories, or the latest periods, and all others as one."""
    if column.kind == "date":
        return _dates(found)
    names = pd.Index(found.values)
    order = np.argsort(-found.counts, kind="stable")
    shown, rest = order[:MOST_CATEGORIES], order[MOST_CATEGORIES:]
    told = [value_text(names[i]) for i in shown] + [REST_BIN] * (len(rest) > 0)
    held = _held(found, list(shown[:, None]), [rest] if len(rest) else [])
    typical = value_text(names[order[0]]) if len(order) else MISSING
    return _Counted(told, *held, found.known, len(names), typical=typical)


def _dates(found: Tally) -> _Counted:
    """Count years, or months when all dates lie within two years; the earliest of many as one."""
    moments = np.asarray(found.values).view("datetime64[us]")
    if not len(moments):
        return _Counted([], *_held(found, [], []), 0, 0)
    unit = "M" if (moments[-1] - moments[0]).astype("timedelta64[D]").astype(int) <= 731 else "Y"
    periods = moments.astype(f"datetime64[{unit}]")
    first = np.flatnonzero(np.concatenate(([True], periods[1:] != periods[:-1])))
    bins = [slice(start, end) for start, end in pairwise([*first, len(moments)])]
    names = [str(period) for period in periods[first]][-MOST_CATEGORIES:]
    rest = [slice(0, first[-MOST_CATEGORIES])] if len(bins) > MOST_CATEGORIES else []
    middle = moments[np.searchsorted(np.cumsum(found.counts), found.known // 2, "right")]
    days = (str(np.datetime_as_string(day, unit="D")) for day in (moments[0], moments[-1], middle))
    told = names + [REST_BIN] * len(rest)
    held = _held(found, bins[-MOST_CATEGORIES:], rest)
    return _Counted(told, *held, found.known, len(moments), *days)


def wilson(bads: int, rows: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share (E. B. Wilson, 1927); [0, 1] without rows.

    >>> [round(end, 3) for end in wilson(5, 20)]
    [0.112, 0.469]
    """
    if rows == 0:
        return 0.0, 1.0
    share = bads / rows
    middle = share + _Z**2 / (2 * rows)
    spread = _Z * math.sqrt(share * (1 - share) / rows + _Z**2 / (4 * rows**2))
    scale = 1 + _Z**2 / rows
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
