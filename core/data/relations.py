"""Which columns belong together: rank correlation, Cramér's V, and what is missing together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.by_column import by_column
from core.data.codes import coded
from core.data.schema import Column, Schema

Measure = Literal["correlation", "cramers_v", "missing"]
"""correlation: of ranks, between two numbers; cramers_v: where one of the two is a category, the
numbers in tenths; missing: of the rows where either is missing, the share where both are."""

MOST_COLUMNS = 200
_BLOCK = 10_000  # fits the cache, and keeps single precision exact enough
_TENTHS = 10
_MOST_CODES = 20
_UNKNOWN = _MOST_CODES + 1


@dataclass(frozen=True, eq=False)
class Relations:
    """Every pair of columns that can be compared.

    Attributes:
        pairs: measure, left, right, value, rows (those where both are known; of `missing`, those
            where either is missing), the strongest first within each measure.
        rows: Rows they rest on: all of the frame.
        columns: Columns compared.
        of_columns: Columns that could be.
    """

    pairs: pd.DataFrame
    rows: int
    columns: int
    of_columns: int

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {
            "pairs": self.pairs.to_dict("list"),
            "rows": self.rows,
            "columns": self.columns,
            "of_columns": self.of_columns,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Relations":
        """Return what `to_json` wrote."""
        pairs = pd.DataFrame(data["pairs"], columns=list(_COLUMNS))
        return cls(pairs, data["rows"], data["columns"], data["of_columns"])

    @property
    def left_out(self) -> bool:
        """Whether there were too many columns to compare them all."""
        return self.columns < self.of_columns

    def of(self, measure: Measure) -> pd.DataFrame:
        """Return the pairs of one measure, the strongest first."""
        return self.pairs[self.pairs["measure"] == measure].reset_index(drop=True)


_COLUMNS = ("measure", "left", "right", "value", "rows")


def relate(
    frame: pd.DataFrame, schema: Schema, tell: Callable[[float, str], None] = lambda *_: None
) -> Relations:
    """Compare every two features, protected columns and the outcome; all rows count.

    Args:
        frame: In the form of the schema.
        schema: Which columns are numbers and which categories.
        tell: Called with the share that is done, in [0, 1], and what is being done.
    """
    asked = [
        column
        for column in schema.columns
        if column.name in frame
        and column.kind in ("number", "category")
        and column.role in ("feature", "protected", "outcome")
    ]
    columns = asked[:MOST_COLUMNS]
    tell(0.0, "Ranking numbers")
    numbers = [column for column in columns if column.kind == "number"]
    ranks = dict(
        zip(
            [column.name for column in numbers],
            by_column(lambda column: _ranks(frame[column.name]), numbers),
            strict=True,
        )
    )
    tell(0.4, "Comparing numbers")
    found = [*_correlations(ranks)]
    tell(0.6, "Comparing categories")
    found += _associations(frame, columns, ranks)
    tell(0.9, "Comparing what is missing")
    found += _missing_together(frame, columns)
    pairs = pd.DataFrame(found, columns=list(_COLUMNS))
    order = pairs["value"].abs().sort_values(ascending=False, kind="stable").index
    return Relations(pairs.loc[order].reset_index(drop=True), len(frame), len(columns), len(asked))


Pair = tuple[Measure, str, str, float, int]


def _ranks(series: pd.Series) -> np.ndarray:
    """Return (n,) ranks in (0, 1), ties averaged, NaN where missing."""
    values = series.to_numpy(float)
    known = np.flatnonzero(np.isfinite(values))
    order = known[_order(values[known])]
    ordered = values[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))[: len(ordered)]
    ends = np.append(first[1:], len(ordered))
    ranks = np.full(len(values), np.nan, np.float32)
    middles = ((first + ends) / max(1, 2 * len(ordered))).astype(np.float32)
    ranks[order] = np.repeat(middles, ends - first)
    return ranks


def _order(values: np.ndarray) -> np.ndarray:
    """Return (n,) positions that sort finite numbers; ties in any order.

    Sorting numbers is several times as fast as sorting positions. So each position is put into the
    last bits of its number; where these bits were needed, positions are sorted after all.
    """
    bits = values.view(np.int64)
    ascending = (bits ^ ((bits >> 63) & np.int64(2**63 - 1))).view(np.uint64) ^ np.uint64(2**63)
    low = np.uint64((1 << len(values).bit_length()) - 1)
    packed = (ascending & ~low) | np.arange(len(values), dtype=np.uint64)
    packed.sort()
    order = (packed & low).astype(np.intp)
    ordered = values[order]
    return np.argsort(values) if (ordered[1:] < ordered[:-1]).any() else order


def _correlations(ranks: dict[str, np.ndarray]) -> Iterator[Pair]:
    """Yield correlations over the rows where both are known, from sums that take one pass."""
    names = list(ranks)
    if len(names) < 2:
        return
    size = len(names)
    n, x, xx, xy = (np.zeros((size, size)) for _ in range(4))
    for start in range(0, len(ranks[names[0]]), _BLOCK):
        block = np.stack([ranks[name][start : start + _BLOCK] for name in names])
        known = ~np.isnan(block)
        mask = known.astype(np.float32)
        filled = np.where(known, block - np.float32(0.5), np.float32(0))
        n += mask @ mask.T
        x += filled @ mask.T
        xx += np.square(filled) @ mask.T
        xy += filled @ filled.T
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = xx / n - np.square(x / n)
        both = xy / n - (x / n) * (x / n).T
        correlation = both / np.sqrt(spread * spread.T)
    for i, j in combinations(range(size), 2):
        if n[i, j] > 2 and min(spread[i, j], spread[j, i]) > 1e-9:
            value = float(np.clip(correlation[i, j], -1, 1))
            yield "correlation", names[i], names[j], value, int(n[i, j])


def _associations(
    frame: pd.DataFrame, columns: list[Column], ranks: dict[str, np.ndarray]
) -> list[Pair]:
    """Return Cramér's V of every pair with a category in it."""
    codes = {
        column.name: _tenths(ranks[column.name])
        if column.name in ranks
        else _codes(frame[column.name])
        for column in columns
    }
    pairs = [
        (one.name, other.name)
        for one, other in combinations(columns, 2)
        if "category" in (one.kind, other.kind)
    ]

    def of_pair(pair: tuple[str, str]) -> Pair | None:
        table = _cross(codes[pair[0]], codes[pair[1]])
        value = cramers_v(table)
        return None if value is None else ("cramers_v", *pair, value, int(table.sum()))

    return [found for found in by_column(of_pair, pairs) if found is not None]


def _tenths(ranks: np.ndarray) -> np.ndarray:
    """Return (n,) tenths by rank, 0 to 9; `_UNKNOWN` where missing."""
    known = ~np.isnan(ranks)
    tenths = np.minimum(np.where(known, ranks, 0) * _TENTHS, _TENTHS - 1).astype(np.int16)
    return np.where(known, tenths, np.int16(_UNKNOWN))


def _codes(series: pd.Series) -> np.ndarray:
    """Return (n,) the most frequent categories, the rest as one; `_UNKNOWN` where missing."""
    found = coded(series)
    order = np.argsort(-found.counts, kind="stable")[:_MOST_CODES]
    place = np.full(len(found.values) + 1, min(_MOST_CODES, len(found.values)), np.int16)
    place[order] = np.arange(len(order))
    place[-1] = _UNKNOWN
    return np.asarray(place[found.codes])


def _cross(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return how many rows fall into each pair of codes; rows with a missing one are left out."""
    side = np.int16(_UNKNOWN + 1)
    counts = np.bincount(left * side + right, minlength=side**2).reshape(side, side)[:-1, :-1]
    return counts[counts.any(axis=1)][:, counts.any(axis=0)]


def cramers_v(table: np.ndarray) -> float | None:
    """Return Cramér's V of a table of counts, corrected for its bias; None if it has one row.

    0 means that the two say nothing of each other, 1 that each tells the other (W. Bergsma, A
    bias-correction for Cramér's V and Tschuprow's T, 2013).

    >>> cramers_v(np.array([[50, 0], [0, 50]])), cramers_v(np.array([[25, 25], [25, 25]]))
    (1.0, 0.0)
    """
    n = table.sum()
    rows, columns = table.shape
    if min(rows, columns) < 2 or n < 3:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi = float((np.square(table - expected) / expected).sum() / n)
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    rows_fair = rows - (rows - 1) ** 2 / (n - 1)
    columns_fair = columns - (columns - 1) ** 2 / (n - 1)
    most = min(rows_fair, columns_fair) - 1
    return None if most <= 0 else round(min(1.0, float(np.sqrt(phi / most))), 12)


def _missing_together(frame: pd.DataFrame, columns: list[Column]) -> Iterator[Pair]:
    gaps = {column.name: frame[column.name].isna().to_numpy() for column in columns}
    gaps = {name: gap for name, gap in gaps.items() if gap.any()}
    both = np.zeros((len(gaps), len(gaps)))
    for start in range(0, len(frame) if gaps else 0, _BLOCK):
        block = np.stack([gap[start : start + _BLOCK] for gap in gaps.values()]).astype(np.float32)
        both += block @ block.T
    for (i, left), (j, right) in combinations(enumerate(gaps), 2):
        either = int(both[i, i] + both[j, j] - both[i, j])
        yield "missing", left, right, both[i, j] / either, either
