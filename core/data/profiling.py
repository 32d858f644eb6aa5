"""What each column holds, in numbers small enough to draw: spread, missing, bad rate by bin."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from core.data.codes import Coded, coded
from core.data.facts import by_column
from core.data.personal_data import masked_column
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
    try:
        y = outcome_vector(frame, schema)
    except SchemaError:
        y = None
    columns = [column for column in schema.columns if column.name in frame]
    return tuple(by_column(lambda column: _profile(frame[column.name], column, y), columns))


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
    if column.personal:
        series, column = masked_column(series), replace(column, kind="text")
    if column.role == "outcome":
        y = None
    counted = _numbers(series, y) if column.kind == "number" else _others(series, column, y)
    bins = _bins(counted, len(series))
    return ColumnProfile(
        name=column.name,
        label=column.label,
        unit=column.unit,
        kind=column.kind,
        role=column.role,
        rows=len(series),
        missing=len(series) - counted.known,
        distinct=counted.distinct,
        low=counted.low,
        high=counted.high,
        typical=counted.typical,
        bins=bins,
        information=information_value(bins) if y is not None else None,
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


def _numbers(series: pd.Series, y: np.ndarray | None) -> _Counted:
    """Count one bin per value when they are few, else bins of one round width.

    The outermost bins are open where few values lie far out, so that one huge income does not
    squeeze everyone else into a single bar. Values are sorted once; all else is looked up there.
    """
    values = series.to_numpy(float)
    finite = np.isfinite(values)
    ordered = np.sort(values[finite])
    distinct = ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]]
    if len(distinct) <= MOST_BINS:
        names, starts = [number(value) for value in distinct], distinct[1:]
    else:
        edges = _round_edges(ordered)
        whole = bool((distinct == np.round(distinct)).all())
        names, starts = list(_bin_names(edges, distinct, whole)), edges[1:-1]

    def held(part: np.ndarray, all_rows: int) -> np.ndarray:
        ends = np.concatenate((np.searchsorted(part, starts), [len(part)]))
        inside = np.diff(ends, prepend=0)[: len(names)]
        return np.append(inside, all_rows - len(part)).astype(int)

    bads = None
    if y is not None:
        bad = y == 1
        bads = held(np.sort(values[finite & bad]), int(bad.sum()))
    rows = held(ordered, len(values))
    if not len(ordered):
        return _Counted([], rows, bads, 0, 0)
    ends = number(ordered[0]), number(ordered[-1])
    return _Counted(names, rows, bads, len(ordered), len(distinct), *ends, number(_middle(ordered)))


def _middle(ordered: np.ndarray) -> float:
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def _round_edges(known: np.ndarray) -> np.ndarray:
    """Return the ends of about a dozen bins of sorted values."""
    low, high = (_quantile(known, share) for share in (0.01, 0.99))
    if low == high:
        low, high = known[0], known[-1]
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


def _quantile(ordered: np.ndarray, share: float) -> float:
    position = share * (len(ordered) - 1)
    low, part = int(position), position - int(position)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + part * (ordered[high] - ordered[low]))


def _others(series: pd.Series, column: Column, y: np.ndarray | None) -> _Counted:
    """Count the most frequent categories, or the latest periods, and all others as one."""
    dates = column.kind == "date"
    found = _periods(series) if dates else coded(series)
    codes, values = found.codes, found.values
    every = np.append(found.counts, len(series) - found.known)
    order = np.argsort(-every[:-1], kind="stable")
    shown = order[:MOST_CATEGORIES]
    if dates:
        shown = np.argsort(np.asarray(values, dtype=object))[-MOST_CATEGORIES:]
    rest = len(values) > len(shown)

    def held(counts: np.ndarray) -> np.ndarray:
        known = counts[:-1]
        others = [known.sum() - known[shown].sum()] if rest else []
        return np.concatenate((known[shown], others, counts[-1:])).astype(int)

    bads = None if y is None else held(np.bincount(codes, weights=y, minlength=len(values) + 1))
    names = [value_text(values[i]) for i in shown] + [REST_BIN] * rest
    known = int(every[:-1].sum())
    if not known:
        return _Counted(names, held(every), bads, 0, 0)
    if dates:
        return _Counted(names, held(every), bads, known, *_span(series))
    typical = value_text(values[order[0]])
    return _Counted(names, held(every), bads, known, len(values), typical=typical)


def _span(dates: pd.Series) -> tuple[int, str, str, str]:
    """Return how many different dates there are, the first, the last and the middle one."""
    ordered = np.sort(dates.dropna().to_numpy("datetime64[us]"))
    distinct = 1 + int((ordered[1:] != ordered[:-1]).sum())
    days = [ordered[0], ordered[-1], ordered[len(ordered) // 2]]
    low, high, middle = (np.datetime_as_string(day, unit="D") for day in days)
    return distinct, str(low), str(high), str(middle)


def _periods(dates: pd.Series) -> Coded:
    """Return the codes of years, or of months when all dates lie within two years."""
    span = dates.max() - dates.min()
    unit = "M" if pd.notna(span) and span.days <= 731 else "Y"
    whole = dates.to_numpy("datetime64[us]").astype(f"datetime64[{unit}]")
    known = ~np.isnat(whole)
    since = whole.view("int64")
    first = int(since[known].min(initial=0))
    rows = np.bincount(since[known] - first)
    places = np.flatnonzero(rows)
    codes = np.full(len(whole), len(places))
    codes[known] = (np.cumsum(rows > 0) - 1)[since[known] - first]
    names = np.datetime_as_string((places + first).view(whole.dtype))
    return Coded(codes, pd.Index(names, dtype="str"), rows[places])


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
