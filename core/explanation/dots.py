"""Explained rows as dots: one per applicant and field, thinned where there are too many to see."""

import numpy as np
import pandas as pd

from core.data.schema import Schema
from core.explanation.global_ import Explained
from core.explanation.reasons import shown

MOST_DOTS = 6000
"""More slow the browser down and hide each other."""


def beeswarm(
    explained: Explained, schema: Schema, fields: list[str], most: int = MOST_DOTS
) -> pd.DataFrame:
    """Return the dots of these fields, from the first rows, which are a random sample.

    Columns: row, field, label, value (as text), log_odds, pd (effect on the PD), line (place of
    the field in `fields`), offset in [-0.5, 0.5] (see `swarm`), rank of the value among known
    ones in [0, 1] (NaN for categories and missing values).
    """
    rows = max(1, most // max(len(fields), 1))
    few = first_rows(explained, rows)
    parts = [_dots(few, schema, name).assign(line=line) for line, name in enumerate(fields)]
    frame = pd.concat(parts, ignore_index=True)
    offsets = [swarm(part["log_odds"].to_numpy()) for part in parts]
    return frame.assign(offset=np.concatenate(offsets))


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
    return np.asarray(side / max(counts.max() - 1, 2))


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
