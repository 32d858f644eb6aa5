"""What each column holds, in numbers small enough to draw: spread, missing, bad rate by bin."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from core.data.schema import Column, Kind, Role, Schema, outcome_vector, value_text
from core.errors import SchemaError
from core.formatting import MISSING, number, percent

MOST_BINS = 12
MOST_CATEGORIES = 12
MISSING_BIN = "missing"
REST_BIN = "all others"
FEWEST_TO_COMPARE = 30
"""Rows a bin needs before a sentence speaks of its bad rate."""

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

    @property
    def known(self) -> pd.DataFrame:
        """The bins without the one of missing values."""
        return self.bins.loc[self.bins["bin"] != MISSING_BIN]


def profile(frame: pd.DataFrame, schema: Schema) -> tuple[ColumnProfile, ...]:
    """Return a profile of every column of the frame, in schema order.

    Bad rates are given when the outcome can be used.
    """
    try:
        y = outcome_vector(frame, schema)
    except SchemaError:
        y = None
    return tuple(_profile(frame[c.name], c, y) for c in schema.columns if c.name in frame)


def finding(about: ColumnProfile) -> str:
    """Return what a profile shows, in one sentence without a full stop."""
    if about.role == "outcome":
        return f"{about.label}: " + _shares(about)
    if about.role == "identifier":
        return f"{about.label}: a different value in nearly every row"
    if "bad_rate" not in about.bins:
        return f"{about.label}: most often {about.typical}"
    large = about.known[about.known["rows"] >= FEWEST_TO_COMPARE]
    if len(large) < 2:
        return f"{about.label}: too few rows to compare bad rates"
    ordered = about.kind in ("number", "date")
    sentence = _trend(about, large) if ordered else _extremes(about, large)
    return sentence + _about_missing(about)


def _about_missing(about: ColumnProfile) -> str:
    """Add the bad rate of missing values where it clearly differs from that of known ones."""
    known, missing = about.known, about.bins[about.bins["bin"] == MISSING_BIN]
    if missing.empty or missing["rows"].iloc[0] < FEWEST_TO_COMPARE:
        return ""
    rate = known["bads"].sum() / known["rows"].sum()
    if missing["low"].iloc[0] <= rate <= missing["high"].iloc[0]:
        return ""
    return f"; where it is missing, {percent(missing['bad_rate'].iloc[0])} turn bad"


def _shares(about: ColumnProfile) -> str:
    known = about.known
    parts = [
        f"{percent(share)} {name}" for share, name in zip(known["share"], known["bin"], strict=True)
    ]
    return " and ".join(parts[:3])


def _trend(about: ColumnProfile, large: pd.DataFrame) -> str:
    """Compare the lowest with the highest third of the rows."""
    order = large["rows"].cumsum() - large["rows"] / 2
    total = large["rows"].sum()
    low, high = large[order <= total / 3], large[order > 2 * total / 3]
    if low.empty or high.empty:
        return _extremes(about, large)
    rates = [part["bads"].sum() / part["rows"].sum() for part in (low, high)]
    intervals = [wilson(int(part["bads"].sum()), int(part["rows"].sum())) for part in (low, high)]
    if intervals[0][1] >= intervals[1][0] and intervals[1][1] >= intervals[0][0]:
        return f"{about.label}: low and high values turn bad about equally often"
    direction = "falls" if rates[1] < rates[0] else "rises"
    return (
        f"The bad rate {direction} from {percent(rates[0])} to {percent(rates[1])} "
        f"with higher {_in_sentence(about.label)}"
    )


def _extremes(about: ColumnProfile, large: pd.DataFrame) -> str:
    by_rate = large.sort_values("bad_rate")
    worst, best = by_rate.iloc[-1], by_rate.iloc[0]
    if worst["low"] <= best["high"]:
        return f"{about.label}: no value stands out from the others"
    return (
        f"{about.label}: {percent(worst['bad_rate'])} turn bad at {_short(worst['bin'])!r}, "
        f"{percent(best['bad_rate'])} at {_short(best['bin'])!r}"
    )


def _short(name: object, most: int = 32) -> str:
    text = str(name)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _in_sentence(label: str) -> str:
    return label if label.isupper() else label[:1].lower() + label[1:]


def _profile(series: pd.Series, column: Column, y: np.ndarray | None) -> ColumnProfile:
    known = series.dropna()
    low, high, typical = _range(known, column.kind)
    return ColumnProfile(
        name=column.name,
        label=column.label,
        unit=column.unit,
        kind=column.kind,
        role=column.role,
        rows=len(series),
        missing=len(series) - len(known),
        distinct=int(known.nunique()),
        low=low,
        high=high,
        typical=typical,
        bins=_bins(series, column, y),
    )


def _range(known: pd.Series, kind: Kind) -> tuple[str, str, str]:
    if known.empty:
        return MISSING, MISSING, MISSING
    if kind == "number":
        values = known.to_numpy(float)
        return number(values.min()), number(values.max()), number(float(np.median(values)))
    if kind == "date":
        low, high = known.min(), known.max()
        return f"{low:%Y-%m-%d}", f"{high:%Y-%m-%d}", f"{known.median():%Y-%m-%d}"
    return MISSING, MISSING, str(known.value_counts().index[0])


def _bins(series: pd.Series, column: Column, y: np.ndarray | None) -> pd.DataFrame:
    """Return the tidy frame of bins; rows of one bin share a number in `codes`."""
    names, codes = _number_bins(series) if column.kind == "number" else _other_bins(series, column)
    count = len(names)
    codes = np.where(codes < 0, count, codes)
    rows = np.bincount(codes, minlength=count + 1)
    table = pd.DataFrame({"bin": [*names, MISSING_BIN], "rows": rows})
    table["share"] = table["rows"] / max(1, len(series))
    if y is not None and column.role != "outcome":
        bads = np.bincount(codes, weights=y, minlength=count + 1).astype(int)
        table["bads"] = bads
        table["bad_rate"] = bads / np.maximum(1, rows)
        intervals = [wilson(int(bad), int(n)) for bad, n in zip(bads, rows, strict=True)]
        table[["low", "high"]] = np.array(intervals)
    return table[(table["rows"] > 0) | (table["bin"] != MISSING_BIN)].reset_index(drop=True)


def _number_bins(series: pd.Series) -> tuple[list[str], np.ndarray]:
    """Return one bin per value when they are few, else bins of one round width.

    The outermost bins are open where few values lie far out, so that one huge income does not
    squeeze everyone else into a single bar.
    """
    values = series.to_numpy(float)
    known = values[np.isfinite(values)]
    distinct = np.unique(known)
    if len(distinct) <= MOST_BINS:
        names = [number(value) for value in distinct]
        codes = np.searchsorted(distinct, values)
        return names, np.where(np.isfinite(values), codes, -1)
    edges = _round_edges(known)
    codes = np.clip(np.digitize(values, edges) - 1, 0, len(edges) - 2)
    codes = np.where(np.isfinite(values), codes, -1)
    whole = bool((distinct == np.round(distinct)).all())
    return list(_bin_names(edges, distinct, whole)), codes


def _round_edges(known: np.ndarray) -> np.ndarray:
    low, high = np.quantile(known, [0.01, 0.99])
    if low == high:
        low, high = known.min(), known.max()
    rough = (high - low) / MOST_BINS
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough]
    width = steps[0]
    if (known == np.round(known)).all():
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


def _other_bins(series: pd.Series, column: Column) -> tuple[list[str], np.ndarray]:
    keys = _periods(series) if column.kind == "date" else series
    counts = keys.value_counts()
    names = list(counts.index[:MOST_CATEGORIES])
    if column.kind == "date":
        names = sorted(counts.index)[-MOST_CATEGORIES:]
    rest = len(counts) > len(names)
    codes = keys.map({name: position for position, name in enumerate(names)})
    filled = codes.astype("float64").fillna(len(names)).to_numpy().astype(int)
    filled = np.where(keys.isna(), -1, filled)
    return [value_text(name) for name in names] + [REST_BIN] * rest, filled


def _periods(dates: pd.Series) -> pd.Series:
    """Return years, or months when all dates lie within two years."""
    span = dates.max() - dates.min()
    layout = "%Y-%m" if pd.notna(span) and span.days <= 731 else "%Y"
    periods: pd.Series = dates.dt.strftime(layout)
    return periods


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
