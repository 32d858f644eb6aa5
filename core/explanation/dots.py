"""Explained rows as dots: one per applicant and field, or one for some alike among many."""

import numpy as np
import pandas as pd

from core.data.schema import Column, Schema
from core.explanation.global_ import Explained
from core.explanation.reasons import shown

MOST_DOTS = 6000
"""More slow the browser down and hide each other: 120,000 take a browser 12 seconds to draw."""
BINS, BINS_IN_ALL, STACKED = 64, 140, 9
"""How finely effects are told apart in a beeswarm: of a field, at least, and on the whole axis; and
dots over each other."""


def beeswarm(
    explained: Explained, schema: Schema, fields: list[str], most: int = MOST_DOTS
) -> pd.DataFrame:
    """Return the dots of these fields; every applicant is in one of each field's dots.

    Up to `most` dots, each is one applicant. Beyond, applicants with nearly the same effect are
    sorted by their value and share dots, equally many in each dot of a field, so that the line
    stays as wide as they are frequent.

    Columns: row (of the dot's first applicant), applicants, field, label, value (as text), log_odds
    and pd (mean effect), line (place of the field in `fields`), offset in [-0.5, 0.5], rank of the
    value among known ones in [0, 1] (mean of the dot; NaN for categories and missing values).
    """
    alone = len(explained) * len(fields) <= most
    axis = float(np.ptp(explained.values[fields].to_numpy()))
    parts = []
    for line, name in enumerate(fields):
        dots = _dots(explained, schema, name).assign(line=line, applicants=1)
        values = explained.features[name].to_numpy()
        part = dots if alone else _merged(dots, values, schema[name], axis / BINS_IN_ALL)
        offset = swarm(part["log_odds"].to_numpy()) if alone else part["offset"]
        parts.append(part.assign(offset=offset))
    return pd.concat(parts, ignore_index=True)


def _merged(dots: pd.DataFrame, values: np.ndarray, column: Column, widest: float) -> pd.DataFrame:
    """Return fewer dots: those of a bin of effects are sorted by value and taken together."""
    effects = dots["log_odds"].to_numpy()
    width = max(min(float(np.ptp(effects)) / BINS, widest), 1e-12)
    place = ((effects - effects.min()) // width).astype(int)
    counts = np.bincount(place)
    each = -(-int(counts.max()) // STACKED)
    order = np.lexsort((_sortable(values, column), place))
    within = np.arange(len(order)) - (np.cumsum(counts) - counts)[place[order]]
    frame = dots.iloc[order].assign(place=place[order], height=within // each)
    groups = frame.groupby(["place", "height"], sort=True)
    merged = groups.agg(
        {"row": "first", "field": "first", "label": "first", "line": "first"}
        | {"log_odds": "mean", "pd": "mean", "rank": "mean", "applicants": "sum"}
    )
    ends = groups["value"].agg(["first", "last"]).to_numpy()
    between = " to " if column.kind == "number" else " … "
    merged["value"] = [low if low == high else f"{low}{between}{high}" for low, high in ends]
    merged = merged.reset_index()
    tall = merged.groupby("place")["height"].transform("max")
    return merged.assign(offset=(merged["height"] - tall / 2) / (STACKED - 1))


def _sortable(values: np.ndarray, column: Column) -> np.ndarray:
    """Return (n,) numbers that sort values, missing last."""
    if column.kind == "number":
        return np.asarray(values, np.float64)
    codes, _ = pd.factorize(values, sort=True)
    return np.where(codes < 0, len(codes), codes)


def dependence(
    explained: Explained, schema: Schema, field: str, other: str, most: int = MOST_DOTS
) -> pd.DataFrame:
    """Return one dot per applicant of a field, with the value of a second field.

    Columns: as `beeswarm` without the places, and place (number or category of the field), other
    (number or category), other_value (text with its label). Rows whose number is
    missing are left out.
    """
    few = first_rows(explained, most)
    column = schema[other]
    frame = _dots(few, schema, field).assign(
        place=few.features[field].to_numpy(),
        other=few.features[other].to_numpy(),
        other_value=[f"{column.label}: {shown(column, v)}" for v in few.features[other]],
    )
    if schema[field].kind == "number":
        return frame[frame["place"].notna()].reset_index(drop=True)
    return frame.assign(place=frame["place"].fillna("not given"))


def swarm(values: np.ndarray, bins: int = 80) -> np.ndarray:
    """Return (n,) offsets in [-0.5, 0.5] that part equal values, the densest the widest.

    >>> swarm(np.array([0.0, 0.0, 0.0, 1.0])).tolist()
    [0.0, 0.5, -0.5, 0.0]
    """
    low, high = values.min(), values.max()
    place = np.zeros(len(values), int)
    if high > low:
        place = np.minimum((values - low) / (high - low) * bins, bins - 1).astype(int)
    counts = np.bincount(place, minlength=bins)
    order = np.argsort(place, kind="stable")
    first = np.concatenate([[0], counts.cumsum()[:-1]])
    rank = np.empty(len(values), int)
    rank[order] = np.arange(len(values)) - first[place[order]]
    side = np.where(rank % 2 == 1, 1, -1) * ((rank + 1) // 2)
    return np.asarray(side / max(2 * (counts.max() // 2), 2))


def first_rows(explained: Explained, most: int) -> Explained:
    """Return the first rows; sets are stored in random order."""
    return Explained(
        explained.values.iloc[:most],
        explained.features.iloc[:most],
        explained.scores.iloc[:most],
        explained.base,
    )


def _dots(few: Explained, schema: Schema, name: str) -> pd.DataFrame:
    column, values = schema[name], few.features[name]
    number = column.kind == "number"
    return pd.DataFrame(
        {
            "row": few.values.index,
            "field": name,
            "label": column.label,
            "value": [shown(column, value) for value in values],
            "log_odds": few.values[name].to_numpy(),
            "pd": few.pd_effects()[name].to_numpy(),
            "rank": _rank(values) if number else np.nan,
        }
    )


def _rank(values: pd.Series) -> np.ndarray:
    known = values.rank(method="average")
    low, high = known.min(), known.max()
    return ((known - low) / max(high - low, 1)).to_numpy(float)
