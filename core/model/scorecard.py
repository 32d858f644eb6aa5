"""A scorecard: bins, their weight of evidence, and a logistic regression on it.

Each column is cut into few bins; each bin's weight of evidence is what it alone says about an
applicant, WoE = ln(share of the goods / share of the bads). The regression weighs the columns.
No weight falls below 0, so that no bin counts against what its own applicants did. The result can
be written as a table of points that anybody adds up by hand.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.optimize import lsq_linear

from core.data.schema import Column
from core.model.served import sigmoid

MOST_BINS = 10
LEAST_SHARE = 0.05
"""Of the rows; numbers whose bin would be smaller share it with their neighbour, categories with
all others that are as rare."""
LEAST_ROWS = 20
SMOOTHING = 10.0
"""Rows with the average bad rate that every bin is thought to hold besides its own. A bin that no
training row fills says nothing."""
PENALTY = 10.0
"""On half the sum of squared weights, beside the sum of the losses."""
MOST_STEPS, CLOSE = 50, 1e-8

FILE = "scorecard.json"

BASE, ODDS, PDO = 600, 50, 20
"""600 points stand for 50 goods to one bad; 20 points more double these odds."""


@dataclass(frozen=True)
class BinnedColumn:
    """One column of a scorecard.

    Attributes:
        name: The column.
        edges: Of a number: where each bin but the first begins.
        categories: Of a category: the values with a bin of their own.
        is_number: Which of the two it is.
        rows: Of training in each bin: those of the edges or categories in order, then other
            values (always empty for a number), then missing.
        bads: How many of them were bad.
        woe: Weight of evidence of each bin.
        weight: Of the column, at least 0.
    """

    name: str
    edges: tuple[float, ...]
    categories: tuple[str, ...]
    is_number: bool
    rows: tuple[int, ...]
    bads: tuple[int, ...]
    woe: tuple[float, ...]
    weight: float = 0.0

    @property
    def attributes(self) -> tuple[str, ...]:
        """What each bin holds, in words."""
        return (*(self._ranges() if self.is_number else self.categories), "(other)", "(missing)")

    def _ranges(self) -> list[str]:
        if not self.edges:
            return ["any number"]
        between = zip(self.edges, self.edges[1:], strict=False)
        return [
            f"below {self.edges[0]:.12g}",
            *(f"{low:.12g} to below {high:.12g}" for low, high in between),
            f"{self.edges[-1]:.12g} and more",
        ]

    def bins(self, values: pd.Series) -> np.ndarray:
        """Return (n,) positions in `woe`."""
        return _bins(values, self.edges if self.is_number else self.categories, self.is_number)


@dataclass(frozen=True)
class Scorecard:
    """A fitted scorecard.

    Attributes:
        intercept: Log-odds of default where every bin says nothing.
        columns: In the order they were given.
    """

    intercept: float
    columns: tuple[BinnedColumn, ...]

    @classmethod
    def fit(cls, frame: pd.DataFrame, y: np.ndarray, columns: Sequence[Column]) -> Self:
        """Learn bins, evidence and weights.

        Args:
            frame: Training rows.
            y: (n,) their outcomes; 1 = bad. Both occur.
            columns: Feature columns of kind number or category.
        """
        binned = [_binned(frame[c.name], y, c.kind == "number") for c in columns]
        evidence = [np.take(c.woe, c.bins(frame[c.name])) for c in binned]
        intercept, weights = _regress(np.column_stack(evidence), y)
        pairs = zip(binned, weights.tolist(), strict=True)
        return cls(intercept, tuple(replace(column, weight=weight) for column, weight in pairs))

    def log_odds(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) log-odds of default."""
        total = np.full(len(frame), self.intercept)
        for column in self.columns:
            total -= column.weight * np.take(column.woe, column.bins(frame[column.name]))
        return total

    def evidence(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n, columns), the weight of evidence of each row's bin."""
        return np.column_stack([np.take(c.woe, c.bins(frame[c.name])) for c in self.columns])

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) probabilities of default."""
        return sigmoid(self.log_odds(frame))

    @cached_property
    def information_values(self) -> dict[str, float]:
        """How much each column alone tells goods from bads: below 0.02 nothing, 0.3 strong."""
        return {column.name: _information(column) for column in self.columns}

    def points(self, base: int = BASE, odds: int = ODDS, pdo: int = PDO) -> pd.DataFrame:
        """Return the card: an applicant's points are the sum over columns of one attribute each.

        points = offset - factor · log-odds; the offset and the intercept are dealt out in equal
        parts, so that no constant is left to add.

        Args:
            base: Points at these odds.
            odds: Goods to one bad.
            pdo: Points that double the odds.

        Returns:
            One row per attribute: column, attribute, rows, share, bads, bad_rate (NaN for an
            empty bin), woe, points. "(other)" of a number, which cannot occur, is left out.
        """
        factor = pdo / math.log(2)
        constant = base - factor * (math.log(odds) + self.intercept)
        own = constant / len(self.columns)
        return pd.concat([_card(column, own, factor) for column in self.columns], ignore_index=True)

    def to_json(self) -> dict[str, Any]:
        """Return plain data; Python writes and reads floats exactly, so it is lossless."""
        return {"intercept": self.intercept, "columns": [asdict(each) for each in self.columns]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the scorecard that `to_json` wrote."""
        lists = ("edges", "categories", "rows", "bads", "woe")
        return cls(
            data["intercept"],
            tuple(
                BinnedColumn(**{**each, **{name: tuple(each[name]) for name in lists}})
                for each in data["columns"]
            ),
        )

    def to_files(self) -> dict[str, bytes]:
        """Return the file that `from_files` reads."""
        return {FILE: json.dumps(self.to_json(), indent=1).encode()}

    @classmethod
    def from_files(cls, read: Callable[[str], bytes]) -> Self:
        """Return the scorecard that `to_files` wrote."""
        return cls.from_json(json.loads(read(FILE)))


def _binned(values: pd.Series, y: np.ndarray, is_number: bool) -> BinnedColumn:
    least = max(LEAST_ROWS, LEAST_SHARE * len(values))
    edges = _edges(values.to_numpy(np.float64, na_value=np.nan), least) if is_number else ()
    categories = () if is_number else _frequent(values, least)
    bins = _bins(values, edges if is_number else categories, is_number)
    size = (len(edges) + 1 if is_number else len(categories)) + 2
    rows = np.bincount(bins, minlength=size)
    bads = np.bincount(bins, y, minlength=size).astype(int)
    return BinnedColumn(
        str(values.name),
        edges,
        categories,
        is_number,
        tuple(rows.tolist()),
        tuple(bads.tolist()),
        tuple(_evidence(rows, bads).tolist()),
    )


def _bins(values: pd.Series, bounds: Sequence[float | str], is_number: bool) -> np.ndarray:
    """Return (n,) bins; the last two are other and missing."""
    missing = values.isna().to_numpy()
    if is_number:
        numbers = values.to_numpy(np.float64, na_value=np.nan)
        found, last = np.searchsorted(np.asarray(bounds, np.float64), numbers, "right"), 2
    else:
        known = pd.Index([str(each) for each in bounds], dtype="str")
        found, last = known.get_indexer(pd.Index(values)), 1
        found = np.where(found < 0, len(bounds), found)
    return np.asarray(np.where(missing, len(bounds) + last, found))


def _edges(numbers: np.ndarray, least: float) -> tuple[float, ...]:
    """Return where quantile bins begin, each with enough rows; many equal numbers stay together."""
    known = np.sort(numbers[~np.isnan(numbers)])
    if not len(known):
        return ()
    edges: list[float] = []
    start = 0
    for edge in np.unique(np.quantile(known, np.linspace(0, 1, MOST_BINS + 1)[1:-1])):
        begin = int(np.searchsorted(known, edge))
        if begin - start >= least and len(known) - begin >= least:
            edges.append(float(edge))
            start = begin
    return tuple(edges)


def _frequent(values: pd.Series, least: float) -> tuple[str, ...]:
    counts = values.value_counts()
    kept = sorted(counts.index[counts >= least], key=lambda value: (-counts[value], value))
    return tuple(str(value) for value in kept)


def _evidence(rows: np.ndarray, bads: np.ndarray) -> np.ndarray:
    """Return WoE = ln(share of the goods / share of the bads), smoothed."""
    share = bads.sum() / rows.sum()
    rate = (bads + SMOOTHING * share) / (rows + SMOOTHING)
    return np.asarray(np.log((1 - rate) / rate) - np.log((1 - share) / share))


def _regress(evidence: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return intercept and weights of a logistic regression whose weights are at least 0.

    Newton's method: each step solves a least-squares problem no larger than the columns are many.
    """
    inputs = np.column_stack([np.ones(len(y)), -evidence])
    bounds = np.append(-np.inf, np.zeros(evidence.shape[1])), np.inf
    ridge = np.diag(np.append(0.0, np.full(evidence.shape[1], PENALTY)))
    share = float(np.mean(y))
    line = np.append(math.log(share / (1 - share)), np.zeros(evidence.shape[1]))
    for _ in range(MOST_STEPS):
        log_odds = inputs @ line
        pd_hat = sigmoid(log_odds)
        sure = np.maximum(pd_hat * (1 - pd_hat), 1e-6)
        root = np.linalg.cholesky((inputs.T * sure) @ inputs + ridge)
        target = inputs.T @ (sure * log_odds + y - pd_hat)
        before = line
        line = lsq_linear(root.T, np.linalg.solve(root, target), bounds, method="bvls").x
        if np.abs(line - before).max() < CLOSE:
            break
    return float(line[0]), line[1:]


def _information(column: BinnedColumn) -> float:
    rows, bads = np.array(column.rows), np.array(column.bads)
    goods = rows - bads
    return float(np.sum((goods / goods.sum() - bads / bads.sum()) * np.array(column.woe)))


def _card(column: BinnedColumn, own: float, factor: float) -> pd.DataFrame:
    rows, bads, woe = np.array(column.rows), np.array(column.bads), np.array(column.woe)
    card = pd.DataFrame(
        {
            "column": column.name,
            "attribute": column.attributes,
            "rows": rows,
            "share": rows / rows.sum(),
            "bads": bads,
            "bad_rate": np.divide(bads, rows, out=np.full(len(rows), np.nan), where=rows > 0),
            "woe": woe,
            "points": own + factor * column.weight * woe,
        }
    )
    return card.drop(index=len(card) - 2) if column.is_number else card
